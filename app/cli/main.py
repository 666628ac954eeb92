"""``shophand``: the table of commands, and what every command has in common.

A command's file is imported when the command is called, so that ``shophand --help`` needs none of them.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import typer.core
import typer.main

from app.cli import screen
from app.cli.exits import Code, code_of_error
from app.cli.options import Shared
from shop.errors import ShopError

COMMANDS: Final = {
    "demo": "Build the sample store, run a reorder, show what needs a decision.",
    "init": "Make an empty store here, with its people and policies.",
    "import": "Load sales, a Shopify export or supplier terms.",
    "export": "Write supplier terms to a file to be completed.",
    "status": "Today: what waits, what ran last, who is at work.",
    "serve": "The pages in the browser, and the JSON API.",
    "notify": "Tell people what is due, by mail, chat or webhook.",
    "sign-in": "An address that signs you in to the pages once.",
    "chat": "Talk to the assistant.",
    "run": "Let the assistant work by itself.",
    "approvals": "Decide what waits for a person.",
    "plans": "Several actions as one: done in order, or taken back.",
    "undo": "Take back what was carried out.",
    "mode": "How much the assistant may do by itself; stop everything.",
    "customer": "Who a customer is, what they agreed to, and their data.",
    "guides": "Index, search and check the store's guides.",
    "policy": "Read, explain and test the rules.",
    "eval": "Measure how well a model decides.",
    "audit": "Verify and export the record of everything that happened.",
    "people": "Who may do what, and their tokens.",
    "config": "The settings and where each one comes from.",
    "doctor": "Check this installation and say how to repair it.",
    "version": "The version of Shophand.",
}


class _Commands(typer.core.TyperGroup):
    """The commands above, each loaded when it is used."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, summary in COMMANDS.items():
            self.add_command(typer.core.TyperCommand(name, help=summary))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The real command behind a name; None for an unknown one."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"app.cli.{cmd_name.replace('-', '_')}_command")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List names and summaries without loading any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(cls=_Commands, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _shared(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Directory of the store (SHOPHAND_HOME; default .shophand).")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="'offline' or 'openai:NAME' (SHOPHAND_MODEL; default offline).")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 - read in `run`
) -> None:
    """Shophand works in your online store inside your written policies.

    Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 access or configuration, 5 conflict or stale,
    6 refused by policy, 7 done what was allowed and the rest waits for approval, 8 an evaluation failed.
    """
    context.obj = Shared(home=home, model=model)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; nothing but SystemExit's own kind gets out."""
    debug = "--debug" in arguments
    words = [word for word in arguments if word != "--debug"]
    try:
        typer.main.get_command(app).main(words, prog_name="shophand")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Code.FAILED
    except ShopError as error:
        if debug:
            traceback.print_exc()
        screen.talk(f"shophand: {error}")
        return code_of_error(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: reported, never swallowed
        if debug:
            traceback.print_exc()
        screen.talk(_bug(error))
        return Code.FAILED
    return Code.OK


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def _bug(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return (
        f"shophand: this is a bug: {type(error).__name__}: {error} ({where}). "
        "Nothing half-done stays: every write is a transaction. Repeat with --debug for a report."
    )
