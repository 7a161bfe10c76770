"""How often somebody may ask: by address, and generous, since a whole community centre may share one."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from homeground_web.people.addresses import address_of

__all__ = ["too_often"]

_SECONDS = {"m": 60, "h": 3600}


def too_often(request: HttpRequest, what: str, rate: str) -> bool:
    """Count one more; return whether that was more than a rate such as ``60/10m`` allows."""
    most, _, period = rate.partition("/")
    seconds = int(period[:-1] or 1) * _SECONDS[period[-1]]
    key = f"often:{what}:{address_of(request)}"
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key)) > int(most)
    except ValueError:  # it ran out between the two
        cache.set(key, 1, seconds)
        return False
