"""An open time of listening in the shared place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.listening import listen_in


@pytest.fixture
def campaign(place: Any) -> Any:
    """Words, statements and patches; nothing is sorted yet."""
    return listen_in(place, sort=False)


@pytest.fixture
def sorted_campaign(place: Any) -> Any:
    """The same, sorted and shown, with a meeting that agreed a priority."""
    return listen_in(place)
