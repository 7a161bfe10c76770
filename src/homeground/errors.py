"""Every error Homeground raises on purpose, drawn as a tree.

::

    HomegroundError
    ├── BadInput (ValueError)             what was given cannot be used
    │   ├── BadTable                      a file or table is malformed
    │   │   ├── MissingColumns            it lacks columns it needs
    │   │   ├── BadValue                  a cell holds what it must not
    │   │   ├── DuplicateAreas            an area stands there twice
    │   │   └── UnknownArea (KeyError)    a code that the boundaries do not have
    │   ├── WrongBoundaries               the wrong boundary year, or two years mixed
    │   ├── BadMethod                     a method file says what it must not
    │   ├── BadSpecification              an option or specification makes no sense here
    │   └── MissingDataset                a data set the command needs is not there
    ├── ImproperSolution (ArithmeticError)  a statistical estimate is not usable
    ├── DownloadFailed (OSError)          a download could not be completed or trusted
    ├── CannotWrite (OSError)             a file could not be written
    └── MissingExtra (ImportError)        an optional part is not installed

Each error knows *what* is wrong, *where* (file, row, column) and *what to do*. The command line prints it and ends with
exit code 2.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "BadInput",
    "BadMethod",
    "BadSpecification",
    "BadTable",
    "BadValue",
    "CannotWrite",
    "DownloadFailed",
    "DuplicateAreas",
    "HomegroundError",
    "ImproperSolution",
    "MissingColumns",
    "MissingDataset",
    "MissingExtra",
    "UnknownArea",
    "WrongBoundaries",
]


class HomegroundError(Exception):
    """Something Homeground refuses to do, said in words a person can act on.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    remedy : str
        What to do about it.
    file : str or Path, optional
        The file it was found in.
    row : int, optional
        The row, counted as a spreadsheet does: the heading is row 1.
    column : str, optional
        The column heading.

    Examples
    --------
    >>> error = BadValue("'n/a' is not a number", remedy="Leave the cell empty.", file="need.csv", row=7, column="rate")
    >>> print(error)
    need.csv, row 7, column 'rate': 'n/a' is not a number. Leave the cell empty.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str = "",
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.problem = problem
        self.remedy = remedy
        self.file = str(file) if file is not None else None
        self.row = row
        self.column = column
        super().__init__(problem)

    def __str__(self) -> str:
        """Return where, what and remedy as one line."""
        where = [self.file] if self.file else []
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f"column '{self.column}'")
        text = f"{', '.join(where)}: " if where else ""
        text += self.problem
        if self.remedy:
            text += ("" if text.endswith((".", "?", "!", ":")) else ".") + " " + self.remedy
        return text

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Let the error cross a process boundary whole."""
        return _rebuild, (type(self), self.problem, self.remedy, self.file, self.row, self.column)

    def at(self, *, file: str | Path) -> HomegroundError:
        """Return the same error naming `file`, unless it already names one."""
        if self.file:
            return self
        return type(self)(self.problem, remedy=self.remedy, file=file, row=self.row, column=self.column)


def _rebuild(
    kind: type[HomegroundError], problem: str, remedy: str, file: str | None, row: int | None, column: str | None
) -> HomegroundError:
    return kind(problem, remedy=remedy, file=file, row=row, column=column)


class BadInput(HomegroundError, ValueError):
    """What was given cannot be used."""


class BadTable(BadInput):
    """A file or table is malformed."""


class MissingColumns(BadTable):
    """A table lacks columns that the task needs."""


class BadValue(BadTable):
    """A cell holds something it must not."""


class DuplicateAreas(BadTable):
    """An area stands in a table more than once."""


class UnknownArea(BadTable, KeyError):
    """A table names an area that the boundaries in use do not have."""


class WrongBoundaries(BadInput):
    """A table has the wrong boundary year, or mixes two."""


class BadMethod(BadInput):
    """A method file says something it must not."""


class BadSpecification(BadInput):
    """An option or a specification makes no sense for this task."""


class MissingDataset(BadInput):
    """A data set that the command needs was not found."""


class ImproperSolution(HomegroundError, ArithmeticError):
    """A statistical estimate came out unusable (a Heywood case, no convergence, mixed signs)."""


class DownloadFailed(HomegroundError, OSError):
    """A download could not be completed, or what arrived cannot be trusted."""


class CannotWrite(HomegroundError, OSError):
    """A file could not be written; what stood in its place is as it was."""


class MissingExtra(HomegroundError, ImportError):
    """An optional part of Homeground is not installed.

    Examples
    --------
    >>> print(MissingExtra.named("geo", for_what="write a GeoPackage"))
    An extra part is needed to write a GeoPackage. Type: pip install 'homeground[geo]'
    """

    @classmethod
    def named(cls, extra: str, *, for_what: str) -> MissingExtra:
        """Return the error for the extra `extra`, with the line to type."""
        return cls(f"An extra part is needed to {for_what}", remedy=f"Type: pip install 'homeground[{extra}]'")
