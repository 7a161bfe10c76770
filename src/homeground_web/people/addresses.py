"""Where a visitor asks from: the address that our own proxies tell, as many of them as HOMEGROUND_PROXIES says."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

__all__ = ["address_of"]


def address_of(request: HttpRequest) -> str | None:
    """Return the address of whoever asks, None where there is none (a command, or a socket of this machine).

    What a visitor claims beyond our proxies is not believed.
    """
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None
