"""What tests of the platform share: a database with the invented district loaded and shown, and people with roles."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from tests.web.district import district_folder_of, put_home

WARD = "ZW022"  # a ward with every kind of figure; it is not on the list of left-behind wards


@pytest.fixture(scope="session")
def district_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the invented district, as an operator would have it; copy it before you change it."""
    return district_folder_of(tmp_path_factory)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, district_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Show the district to all tests; each test's own changes are rolled back."""
    from django.conf import settings
    from django.db import connection

    from homeground_web.places import loading

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            # What another process has loaded is taken over whole: its tables, and the files that they name.
            home = tmp_path_factory.mktemp("loaded") / "home"
            put_home(tmp_path_factory, home)
            with closing(sqlite3.connect(home / "homeground.sqlite3")) as loaded:
                connection.ensure_connection()
                loaded.backup(connection.connection)
            shutil.copytree(home / "store", settings.STORE, dirs_exist_ok=True)
            return
        load = loading.begin(district_folder)
        loading.prepare(load, lambda *_: None)
        loading.swap(load)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Begin each test with nothing kept from the one before."""
    from homeground_web.runs import files
    from homeground_web.shell import freshness

    caches["pages"].clear()
    files._sha256.cache_clear()
    freshness._seen["until"] = 0.0
    yield
    caches["pages"].clear()


@pytest.fixture
def client(db: None) -> Client:
    """Somebody who is not signed in."""
    return Client()


@pytest.fixture
def member(db: None) -> Callable[..., Client]:
    """Sign in somebody with roles: ``member("chair", place=place)``; without a place in the whole installation."""
    from homeground_web.people.models import Membership, User

    def made(*roles: str, place: Any = None, email: str = "someone@example.org") -> Client:
        user, _ = User.objects.get_or_create(email=email)
        for role in roles:
            Membership.objects.get_or_create(user=user, place=place, role=role)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.user = user  # type: ignore[attr-defined]
        return client

    return made


@pytest.fixture
def place(db: None) -> Any:
    """A neighbourhood with a name, made of one ward."""
    from homeground_web.places.models import Place, PlacePart

    made = Place.objects.create(slug="our-patch", name="Our patch", made=Place.Made.AREA, is_public=True)
    PlacePart.objects.create(place=made, node="ward21", code=WARD)
    return made
