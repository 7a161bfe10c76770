"""Files that appear whole or not at all.

A file is written under no name (or a temporary one beside its target), pushed to the disk, and then takes the name of
its target in one step. Whoever looks sees the old file or the new one; a run that is stopped half way changes nothing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from homeground.errors import CannotWrite

__all__ = ["check_target", "put_whole"]

# Why the system refused, and what a person can do about it.
_REASONS = {
    errno.ENOSPC: ("the disk is full", "Make room, or write to another disk."),
    errno.EDQUOT: ("your share of the disk is used up", "Make room, or write to another disk."),
    errno.EFBIG: ("the file would be larger than is allowed here", "Write to another disk, or raise the limit."),
    errno.EACCES: ("you may not write here", "Choose a folder that is yours, or ask for the right to write."),
    errno.EPERM: ("you may not write here", "Choose a folder that is yours, or ask for the right to write."),
    errno.EROFS: ("this disk can only be read", "Choose another folder."),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", "Choose another folder."),
    errno.EEXIST: ("a part of this path is a file, not a folder", "Choose another folder."),
    errno.EISDIR: ("this is a folder", "Give the name of a file in it, such as results.csv."),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "Choose a shorter name."),
}


def check_target(path: Path) -> None:
    """Raise `CannotWrite` if a file could never be written to `path`: a folder, a read-only file, an impossible name.

    Changes nothing. Commands call it before they start to work.

    Examples
    --------
    >>> check_target(Path("."))
    Traceback (most recent call last):
    ...
    homeground.errors.CannotWrite: .: this is a folder. Give the name of a file in it, such as results.csv.
    """
    with _translated(path):
        if "\0" in str(path):
            raise CannotWrite("the name holds a character that no file name may have", file=repr(str(path)))
        if path.is_dir():
            raise OSError(errno.EISDIR, "")
        if path.exists() and not os.access(path, os.W_OK):
            raise CannotWrite("this file is read-only", remedy="Choose another name.", file=path)
        nearest = next(folder for folder in path.absolute().parents if folder.exists() or folder == folder.parent)
        if not nearest.is_dir():
            raise OSError(errno.ENOTDIR, "")
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, "")


def put_whole(files: Sequence[tuple[Path, bytes]]) -> list[Path]:
    """Write `files`, each whole or not at all, and none before all of them are safely on the disk.

    Parameters
    ----------
    files : sequence of (Path, bytes)
        Target and content. A folder that is missing is made. The rights of a file that is replaced are kept; a symbolic
        link is followed, not replaced.

    Returns
    -------
    list of Path
        The targets, as they were given.

    Raises
    ------
    CannotWrite
        Naming the file, the reason and what to do. The files are then as they were before.
    """
    with contextlib.ExitStack() as undo:
        staged = []
        for path, content in files:
            check_target(path)
            with _translated(path):
                if path.exists() and not path.is_file():  # a pipe or a device: there is nothing to replace
                    path.write_bytes(content)
                    continue
                target = Path(os.path.realpath(path))
                undo.enter_context(_folder(target.parent))
                staged.append((path, target, undo.enter_context(_staged(target, content))))
        for path, target, content_on_disk in staged:
            with _translated(path):
                content_on_disk.name().replace(target)
        for folder in dict.fromkeys(target.parent for _, target, _ in staged):
            _settle(folder)
    return [path for path, _ in files]


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make `folder`, and take it away again if what follows fails."""
    if folder.is_dir():
        yield
        return
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for parent in made:
            with contextlib.suppress(OSError):  # somebody else may have put a file there meanwhile
                parent.rmdir()
        raise


class _Staged:
    """Content that lies on the disk and waits for its name."""

    def __init__(self, target: Path, content: bytes) -> None:
        self.temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.part")
        self.linked = False
        self.file = self._open(target.parent)
        try:
            if target.exists() and hasattr(os, "fchmod"):
                os.fchmod(self.file, stat.S_IMODE(target.stat().st_mode))
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(self.file, rest) :]
            os.fsync(self.file)
        except BaseException:
            self.close()
            raise

    def _open(self, folder: Path) -> int:
        # A file without a name vanishes by itself however the process ends. Not every system or disk knows them.
        if hasattr(os, "O_TMPFILE"):
            with contextlib.suppress(OSError):
                return os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666)
        self.linked = True
        return os.open(self.temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)

    def name(self) -> Path:
        """Return the temporary name, giving one to content that has none."""
        if not self.linked:
            # Python follows the link to the open file only when it is also given a folder, which it then does not need.
            os.link(f"/proc/self/fd/{self.file}", self.temporary, src_dir_fd=self.file, follow_symlinks=True)
            self.linked = True
        self._shut()
        return self.temporary

    def _shut(self) -> None:
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def close(self) -> None:
        """Let go of the file; what did not take its place is gone."""
        self._shut()
        if self.linked:
            self.temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _staged(target: Path, content: bytes) -> Iterator[_Staged]:
    staged = _Staged(target, content)
    try:
        yield staged
    finally:
        staged.close()


def _settle(folder: Path) -> None:
    """Push the new name itself to the disk, where the system can."""
    with contextlib.suppress(OSError):  # folders cannot be opened on every system; the content is safe already
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        what, remedy = _REASONS.get(error.errno or 0, (f"it cannot be written ({error.strerror or error})", ""))
        raise CannotWrite(what, remedy=remedy, file=path) from error
