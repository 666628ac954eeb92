"""What reaches the terminal: data on stdout, talk on stderr, no colour and no box unless somebody looks."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PLAIN_WIDTH: Final = 4_000
"""Columns of a plain table are never cut or wrapped: a pipe has no width."""

_RULERS: Final = " ─━═╌"
"""A line of nothing but these only rules off a table; a pipe does without."""


def data(text: str) -> None:
    """Print to stdout; a reader that went away (``| head``) ends the output, not the work."""
    _write(sys.stdout, text + "\n")


def piece(text: str) -> None:
    """Print a piece of a streamed answer, as it is."""
    _write(sys.stdout, text)


def talk(text: str) -> None:
    """Print progress, advice or an error to stderr."""
    _write(sys.stderr, text + "\n")


def answer(schema: str, body: dict[str, Any]) -> None:
    """Print a JSON document that names its schema and version, such as ``shophand.approvals/1``."""
    data(json.dumps({"schema": f"shophand.{schema}", **body}, ensure_ascii=False, indent=2, default=str))


def render(*parts: RenderableType) -> None:
    """Print rich renderables to stdout: styled on a terminal, plain text elsewhere."""
    drawn = console()
    for part in parts:
        drawn.print(part)
    flush(drawn)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print rows under column heads; numbers of the columns in `right` stand flush right."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - rich is slow to load and --help needs none
    from rich.table import Table  # noqa: PLC0415 - rich is slow to load and --help needs none
    from rich.text import Text  # noqa: PLC0415 - rich is slow to load and --help needs none

    looks = sys.stdout.isatty()
    grid = Table(box=SIMPLE_HEAD if looks else None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(visible(str(cell))) for cell in row))
    render(grid)


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask before something that cannot be undone; raises SetupError where nobody can answer."""
    from shop.errors import SetupError  # noqa: PLC0415 - kept beside its only use

    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SetupError(f"{question} Nobody can answer here: repeat the command with --yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def visible(text: str) -> str:
    """Text of strangers without control characters, which could repaint the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def visible_lines(text: str) -> str:
    """The same, keeping the line breaks."""
    return "\n".join(visible(line) for line in text.split("\n"))


def console() -> Console:
    """A console that draws into memory as stdout would show it; `flush` prints what was drawn."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to load and --help needs none

    looks = sys.stdout.isatty()
    width = None if looks else PLAIN_WIDTH
    return Console(
        file=io.StringIO(),
        force_terminal=looks,
        no_color=True if not looks or "NO_COLOR" in os.environ else None,
        width=width or _terminal_width(),
        soft_wrap=False,
        highlight=False,
        emoji=False,
        markup=False,
    )


def _terminal_width() -> int:
    import shutil  # noqa: PLC0415 - only a terminal has a width

    return shutil.get_terminal_size().columns


def flush(drawn: Console) -> None:
    """Print to stdout what was drawn on a console of this module."""
    if not isinstance(drawn.file, io.StringIO):
        raise TypeError("the console of this module draws into memory")
    lines = (line.rstrip() for line in drawn.file.getvalue().splitlines())
    if not sys.stdout.isatty():
        lines = (line for line in lines if not line or line.strip(_RULERS))
    _write(sys.stdout, "".join(f"{line}\n" for line in lines))


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
