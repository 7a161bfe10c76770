"""The command ``homeground``: one group per stage, one file per command, each loaded only when it is asked for."""

from __future__ import annotations

import importlib
import sys

import click

from homeground import __version__
from homeground.errors import HomegroundError

__all__ = ["Stage", "homeground", "main"]


class Stage(click.Group):
    """A group whose commands are imported only when they run, so that help is quick.

    `lazy` maps a command's name to ``(module, attribute, one-line help)``.
    """

    def __init__(self, *args: object, lazy: dict[str, tuple[str, str, str]] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order a newcomer needs them."""
        return [*super().list_commands(ctx), *self.lazy]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command `name`, importing its file now."""
        if name in self.lazy:
            module, attribute, _ = self.lazy[name]
            command = getattr(importlib.import_module(module), attribute)
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click passes it
        """List the commands from their one-line help, importing none of them."""
        rows = [(name, help_text) for name, (_, _, help_text) in self.lazy.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=Stage,
    lazy={
        "data": ("homeground.cli.data", "data", "Find, fetch and convert the official files."),
        "find": ("homeground.cli.find", "find", "FIND: which places are doubly disadvantaged, and how sure are we?"),
        "understand": ("homeground.cli.understand", "understand", "UNDERSTAND: what is it like there?"),
        "listen": ("homeground.cli.listen", "listen", "LISTEN: what do people here say?"),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="homeground")
def homeground() -> None:
    """Homeground: find, understand and renew 'left behind' neighbourhoods.

    \b
    Example:
      homeground data scan my-downloads
      homeground find cohort --preset left-behind-wards-2019 --data my-downloads --out wards.csv
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every error that Homeground knows ends with one clear message and exit code 2."""
    try:
        homeground.main(args=arguments, prog_name="homeground")
    except HomegroundError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (OSError, MemoryError) as error:
        # What the machine refuses (a full disk, a lost drive) is said, not dumped.
        click.echo(f"Error: {type(error).__name__}: {error}. Check the disk, the rights and the memory.", err=True)
        sys.exit(2)
