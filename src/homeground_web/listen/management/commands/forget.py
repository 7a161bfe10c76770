"""homeground-web forget: erase what its time has come for. For once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from homeground_web.listen import keeping, taking_back


class Command(BaseCommand):
    """Erase what people said when its time has come, and once more what was erased before a backup was put back."""

    help = "erase what people said when its time has come (run it once a day)"

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and say how much."""
        back = taking_back.erase_again()
        gone = {name: many for name, many in keeping.forget().items() if many}
        told = ", ".join(f"{name} {many}" for name, many in sorted(gone.items())) or "nothing"
        self.stdout.write(f"Erased: {told}.")
        if back:
            self.stdout.write(f"{back} conversations had come back with a backup, and are erased again.")
