"""Phones that send their notes among faults: none lost after an acknowledgement, none doubled; and 200 notes at once.

Two phones note what people say and send it while requests are lost, cut in half, sent twice, out of order or handed to
the other phone, answers are lost, and the server fails in the middle of its work. At the end each acknowledged note
must be there once, with the words it was written with. Then one phone sends 200 notes: to be looked through (what would
be hidden), then to be kept, as the page for doorsteps does, in requests of 50, through the whole of the platform.

    python3 bench/syncs.py [--sendings N]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTES, BATCH = 200, 50


def main() -> int:
    """Print what came of it; 1 when anything was lost, doubled or changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sendings", type=int, default=100_000)
    sendings = parser.parse_args().sendings
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOMEGROUND_HOME": home, "DJANGO_SETTINGS_MODULE": "homeground_web.config.settings"}
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return run(sendings)


def run(sendings: int) -> int:
    """Do both."""
    from tests.web.listen.phones import fault_injected

    campaign, client = furnished()
    began = time.monotonic()
    told = fault_injected(campaign, random.Random(1), sendings=sendings, tell=progress(began))
    took = time.monotonic() - began
    print(f"{told.sendings:,} sendings, {told.faults:,} of them with a fault, in {took:.0f} s")
    print(f"acknowledged {told.acknowledged:,}; lost {told.lost}, doubled {told.doubled}, changed {told.changed}")
    looked, sent = two_hundred(campaign, client)
    print(f"{NOTES} notes at once: looked through in {looked:.2f} s, kept in {sent:.2f} s")
    return int(bool(told.lost or told.doubled or told.changed))


def progress(began: float) -> Any:
    """Return what says how far it is."""

    def tell(done: int, whole: int) -> None:
        print(f"\r{done:,} of {whole:,}, {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)

    return tell


def furnished() -> tuple[Any, Any]:
    """Return a campaign, and somebody signed in who may send."""
    from django.test import Client
    from django.utils import timezone

    from homeground_web.listen.models import Campaign
    from homeground_web.people.models import Membership, User
    from homeground_web.places.models import Place

    now = timezone.now()
    place = Place.objects.create(slug="a", name="A", made=Place.Made.AREA, is_public=True)
    campaign = Campaign.objects.create(
        place=place, title="A", question="B", opens=now - timedelta(days=1),
        keep_until=now.date() + timedelta(days=700),
        streets="\n".join(f"Harbour Street {n}" for n in range(60)),
    )  # fmt: skip
    user = User.objects.create_user("a@example.org")
    Membership.objects.create(user=user, place=place, role="ambassador")
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return campaign, client


def two_hundred(campaign: Any, client: Any) -> tuple[float, float]:
    """Return the seconds for looking through 200 notes and for keeping them, in requests of 50."""
    words = "There is nowhere warm after five. The kids sit in the bus shelter. Ring Joan on 07700 900123. "
    notes = [
        {"id": str(uuid.uuid4()), "campaign": campaign.pk, "text": words * 4, "consent": "quote", "language": "en"}
        for _ in range(NOTES)
    ]
    spent = []
    for address, name in (("hide", "texts"), ("sync", "notes")):
        began = time.monotonic()
        for start in range(0, NOTES, BATCH):
            some = notes[start : start + BATCH]
            body = {name: [one["text"] for one in some] if name == "texts" else some}
            answer = client.post(f"/our/a/doorstep/{address}", json.dumps(body), content_type="application/json")
            assert answer.status_code == 200, answer.content
            assert name == "texts" or len(answer.json()["taken"]) == len(some)
        spent.append(time.monotonic() - began)
    return spent[0], spent[1]


if __name__ == "__main__":
    sys.exit(main())
