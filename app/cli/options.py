"""Options that many commands share, and the house that a command opens with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import screen

if TYPE_CHECKING:
    from app.bootstrap import House
    from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document with a versioned schema.")]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Act as NAME, whose token is on this machine.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(frozen=True, slots=True)
class Shared:
    """The options that stand before the command."""

    home: Path | None = None
    model: str | None = None

    def settings(self, home: Path | None = None) -> Settings:
        """The settings of this call; raises SetupError."""
        from app.settings import Settings  # noqa: PLC0415 - pydantic is slow to load and --help needs none

        return Settings.load(self.flags(home))

    def flags(self, home: Path | None = None) -> dict[str, object]:
        """The settings given as flags."""
        return {"home": home or self.home, "model": self.model}


def house(context: typer.Context, *, recover: bool = False) -> House:
    """The store that this call works on; raises SetupError when there is none.

    With `recover`, tools and rules are checked against each other, and what an earlier process left
    half-way is finished first, and said on stderr.
    """
    from app.bootstrap import open_house  # noqa: PLC0415 - the database is slow to load and --help needs none

    opened = open_house(shared(context).settings())
    context.call_on_close(opened.db.close)
    if recover:
        for finished in opened.start():
            screen.talk(f"left by an interrupted process: {finished.in_words()}")
    return opened


def shared(context: typer.Context) -> Shared:
    """The options that stand before the command."""
    found = context.obj
    if not isinstance(found, Shared):
        raise TypeError("the command was called without its group")
    return found
