"""Everything that the schema allows, and much that it does not, is asked: answers are as promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.cache import caches
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def description(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The schema, asked of the site itself in this process and this transaction, without a limit on haste."""
    from ninja.throttling import AnonRateThrottle

    from homeground_web.config.wsgi import application

    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: True)
    caches["pages"].clear()
    both = (signals.request_started, signals.request_finished)
    for signal in both:  # as Django's own test client does
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in both:
        signal.connect(close_old_connections)


def test_every_operation_answers_as_its_description_says(description: Any) -> None:
    """Status, media type and shape; wrong questions are refused, methods that are not there too."""
    asked = 0
    for result in description.get_all_operations():
        operation = result.ok()

        @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        def ask(case: Any) -> None:
            assert case.call_and_validate(headers={"Accept-Encoding": "identity"}).status_code < 500

        ask()
        asked += 1
    assert asked == 13
