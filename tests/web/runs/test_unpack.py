"""Unpacking a backup: nothing lands outside, and only plain files are taken."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from homeground_web.runs import backup


def packed(path: Path, member: tarfile.TarInfo, body: bytes = b"") -> Path:
    """Write an archive with one member."""
    member.size = len(body)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(body))
    return path


def test_a_file_that_would_land_outside_is_refused(tmp_path: Path) -> None:
    """By dots or from the root; nothing is written."""
    file = packed(tmp_path / "bad.tar.gz", tarfile.TarInfo("../outside.txt"), b"hello")
    with pytest.raises(backup.Damaged, match="is no backup"):
        backup._unpack(file, tmp_path / "fresh")
    assert not (tmp_path / "outside.txt").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    """It could lead anywhere."""
    link = tarfile.TarInfo("store/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
    with pytest.raises(backup.Damaged, match="store/link"):
        backup._unpack(packed(tmp_path / "bad.tar.gz", link), tmp_path / "fresh")


def test_files_in_folders_are_unpacked(tmp_path: Path) -> None:
    """Whole, where they belong."""
    file = packed(tmp_path / "good.tar.gz", tarfile.TarInfo("store/ab/abc"), b"hello")
    with tarfile.open(file) as archive:
        backup._extract(archive, tmp_path / "fresh")
    assert (tmp_path / "fresh" / "store" / "ab" / "abc").read_bytes() == b"hello"
