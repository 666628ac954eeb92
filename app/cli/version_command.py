from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Final

import typer

from app.cli import screen

app = typer.Typer(rich_markup_mode=None, add_completion=False)
UNINSTALLED: Final = "0+unknown"


@app.command()
def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the version of Shophand."""
    if as_json:
        screen.answer("version/1", {"version": installed_version()})
    else:
        screen.data(f"shophand {installed_version()}")


def installed_version() -> str:
    """The version of the installed package; a bare checkout has none."""
    try:
        return version("shophand")
    except PackageNotFoundError:
        return UNINSTALLED
