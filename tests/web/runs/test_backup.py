"""Backup and restore: after a restore every page equals the one before."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.web.district import district_folder_of, put_home
from tests.web.site import Site

pytestmark = pytest.mark.slow

PAGES = ("/", "/places/ZW022", "/places/ZL0001", "/places/ZA01")
_READ = """
import sys
from homeground_web.commands import main
import django, os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeground_web.config.settings")
django.setup()
from django.test import Client
for page in sys.argv[1:]:
    answer = Client().get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    sys.stdout.write(answer.content.decode())
"""


class Pages(Site):
    """A site whose pages are read one after another."""

    def pages(self) -> str:
        """Return the pages."""
        line = [sys.executable, "-c", _READ, *PAGES]
        return subprocess.run(line, env=self.env, capture_output=True, text=True, check=True).stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """A site with the district shown, on each kind of database."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        put_home(tmp_path_factory, home)
        return Pages(home)
    made = Pages(home, request.getfixturevalue("empty_postgres"))
    made.type("migrate", "--verbosity", "0")
    made.type("load", district_folder_of(tmp_path_factory), "--show")
    return made


def test_after_a_restore_every_page_is_as_before(site: Pages, tmp_path: Path) -> None:
    """Backup, lose everything, restore: the same pages, byte for byte."""
    before = site.pages()
    site.type("backup", tmp_path / "kept.tar.gz")
    shutil.rmtree(Path(site.env["HOMEGROUND_HOME"]) / "store")
    site.type("flush", "--no-input")
    if not site.env["HOMEGROUND_DATABASE"]:
        shutil.rmtree(site.env["HOMEGROUND_HOME"])
    site.type("restore", tmp_path / "kept.tar.gz", "--yes")
    assert site.pages() == before


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_what_is_no_backup_is_refused_and_nothing_is_lost(site: Pages, tmp_path: Path) -> None:
    """Neither a text, nor half a file, nor one that somebody changed; and never without --yes."""
    before = site.pages()
    good = tmp_path / "good.tar.gz"
    site.type("backup", good)
    assert "is there already" in site.type("backup", good, code=1)
    text, half, changed = (tmp_path / name for name in ("text.tar.gz", "half.tar.gz", "changed.tar.gz"))
    text.write_text("hello")
    half.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    shutil.unpack_archive(good, tmp_path / "open")  # a tarfile without filters is in the first Pythons 3.11
    stored = next(path for path in (tmp_path / "open" / "store").rglob("*") if path.is_file())
    stored.write_bytes(b"something else")
    with tarfile.open(changed, "w:gz") as archive:
        for path in sorted((tmp_path / "open").iterdir()):
            archive.add(path, path.name)
    for bad in (text, half, changed):
        assert "damaged" in site.type("restore", bad, "--yes", code=1)
    assert "--yes" in site.type("restore", good, code=1)
    assert site.pages() == before
