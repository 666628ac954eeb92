from typing import Any

import typer
from pydantic import SecretStr

from app.cli import screen
from app.cli.options import AsJson, shared
from app.settings import Settings, env_name, origins

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, no_args_is_help=True, help="The settings in force."
)


@app.callback()
def _group() -> None:
    """The settings and where each one comes from: flags, environment, .env, shophand.toml or a default."""


@app.command()
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Print every setting with its value and its source; secrets are masked."""
    flags = shared(context).flags()
    settings, sources = Settings.load(flags), origins(flags)
    rows = [
        {"setting": field, "value": _shown(getattr(settings, field)), "source": sources[field]}
        | {"variable": env_name(field)}
        for field in Settings.model_fields
    ]
    if as_json:
        screen.answer("config/1", {"settings": rows})
    else:
        screen.table(("setting", "value", "source", "variable"), [tuple(row.values()) for row in rows])


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "********"
    return "" if value is None else str(value)
