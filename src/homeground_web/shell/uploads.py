"""How large an upload may be, looked at before any of it is read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

__all__ = ["Limit"]

_STRANGER = 1_000_000


class Limit(FileUploadHandler):
    """Refuse an upload above ``HOMEGROUND_UPLOAD_MEGABYTES``, and all but small ones from people not signed in."""

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: bytes, encoding: str | None = None
    ) -> None:
        """Look at the size that the browser told; the server reads no more than that."""
        user = getattr(self.request, "user", None)
        limit = settings.UPLOAD_LIMIT if user is not None and user.is_authenticated else _STRANGER
        if content_length > limit:
            raise RequestDataTooBig(f"{content_length} bytes, of at most {limit}")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to those after."""
        return
