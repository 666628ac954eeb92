"""Pages of docs/reference that are made from the code: ``python -m tests.reference_pages`` writes them."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import typer.main

from app.cli.exits import code_of_error
from app.cli.main import app
from app.settings import Settings, env_name
from policies.vocabulary import FACTS
from policies.windows import WINDOWS
from shop import errors
from shop.actions import KINDS
from tools.toolbox import TOOLS

REFERENCE: Final = Path(__file__).parents[1] / "docs/reference"
MADE: Final = "<!-- Made from the code by: python -m tests.reference_pages -->"


def cli_page() -> str:
    """Every command with its arguments and options."""
    parts = [f"# Command line\n\n{MADE}\n"]
    parts += ["stdout is data, stderr is talk; `--json` prints one document with a versioned `schema`."]
    parts += ["Without a terminal nothing is asked and nothing is coloured. Exit codes: "
              "[exit-codes.md](exit-codes.md).\n"]  # fmt: skip
    parts += list(_commands("shophand", typer.main.get_command(app), None))
    return "\n".join(parts) + "\n"


def _commands(path: str, command: Any, parent: Any) -> Iterator[str]:
    context = command.context_class(command, info_name=path.rpartition(" ")[2], parent=parent)
    subcommands = list(getattr(command, "commands", {}))
    with context:
        usage = command.get_usage(context).removeprefix("Usage: ").strip()
        yield f"## `{path}`\n"
        yield f"{inspect.cleandoc(command.help or '')}\n"
        yield f"```\n{' '.join(usage.split())}\n```\n"
        rows = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
        if rows:
            yield "| | |\n|---|---|"
            yield from (
                f"| `{_cell(names)}` | {_cell(' '.join(help_text.split()))} |" for names, help_text in rows
            )
            yield ""
        for name in subcommands:
            yield from _commands(f"{path} {name}", command.get_command(context, name), context)


def configuration_page() -> str:
    """Every setting with its variable, default and meaning."""
    rows = [
        f"| `{field}` | `{env_name(field)}` | {_default(info.default)} | {info.description} |"
        for field, info in Settings.model_fields.items()
    ]
    return "\n".join(
        [
            f"# Configuration\n\n{MADE}\n",
            "A setting comes from the first of these that names it:",
            "",
            "1. flags: `shophand --home DIR --model NAME ...`",
            "2. the environment",
            "3. `.env` in the working directory",
            "4. `shophand.toml` in the working directory (keys as below; an unknown key is an error;",
            "   secrets are refused there)",
            "5. the default",
            "",
            "`shophand config show` prints every value with its source; secrets are masked.\n",
            "| key | variable | default | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def tools_page() -> str:
    """Every tool of the assistant, and what the policy may know about each kind of action."""
    parts = [f"# Tools\n\n{MADE}\n"]
    parts += ["A tool that writes only submits an action: the desk decides. No tool approves anything.\n"]
    for tool in TOOLS.values():
        effect = f"submits `{tool.kind}`" if tool.kind else "reads"
        parts += [f"## `{tool.name}`\n", f"{tool.capability}, {effect}.\n", f"{tool.description.strip()}\n"]
        arguments = tool.parameters.get("properties", {})
        needed = tool.parameters.get("required", [])
        if arguments:
            parts += ["| argument | type | | |", "|---|---|---|---|"]
            parts += [
                f"| `{name}` | {_type(body)} | {'needed' if name in needed else ''} | "
                f"{_cell(body.get('description', ''))} |"
                for name, body in arguments.items()
            ]
            parts.append("")
    parts += ["# Actions and the facts that rules may use\n"]
    for kind, action in KINDS.items():
        parts += [f"## `{kind}`\n", f"{inspect.cleandoc(action.__doc__ or '')}\n"]
        parts += [f"{action.undo.value.capitalize()}; to undo it: {action.undo_by}.\n"]
        parts += ["| fact | type |", "|---|---|"]
        parts += [f"| `{fact}` | {_fact_type(type_)} |" for fact, type_ in FACTS[kind].items()]
        parts += [f"| {_windows(kind)} | money for `spend`, else whole number |"]
        parts.append("")
    return "\n".join(parts)


def _windows(kind: str) -> str:
    lines = WINDOWS[kind]
    measures, dimensions = (
        ", ".join(f"`{one}`" for one in some) for some in (lines.measures, lines.dimensions)
    )
    return f"windows `MEASURE.BY.PERIOD`: {measures} by {dimensions} over `1h` to `366d`"


def errors_page() -> str:
    """The tree of errors with the exit code of each."""
    tree = (errors.__doc__ or "").partition("ShopError\n")[2].rpartition("\n\nWhat a policy")[0]
    codes = [
        f"| `{kind.__name__}` | {code_of_error(_made(kind)).value} |"
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ShopError) and kind is not errors.ShopError
    ]
    return "\n".join(
        [
            f"# Errors\n\n{MADE}\n",
            "An error is one line that says what was wrong, where, and what to do. What a policy decides",
            "(allow, needs approval, deny) is a value and never an error.\n",
            f"```\nShopError\n{tree}\n```\n",
            "| error | exit code |",
            "|---|---|",
            *codes,
            "",
        ]
    )


def _made(kind: type[errors.ShopError]) -> errors.ShopError:
    if kind is errors.AmbiguousError:
        return errors.AmbiguousError("x", [])
    return errors.AuditBrokenError("x", 1) if kind is errors.AuditBrokenError else kind("x")


def _default(value: Any) -> str:
    return "" if value is None else f"`{value}`"


def _type(body: Any) -> str:
    if "enum" in body:
        return " or ".join(f"`{one}`" for one in body["enum"])
    if "anyOf" in body:
        return " or ".join(str(one.get("type", "object")) for one in body["anyOf"])
    return str(body.get("format") or body.get("type", "object"))


def _fact_type(type_: Any) -> str:
    name = type(type_).__name__.removesuffix("Fact").lower()
    members = getattr(type_, "members", None)
    unit = getattr(type_, "unit", "")
    return f"one of {', '.join(sorted(members))}" if members else f"{name} {unit}".strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


PAGES: Final[dict[str, Callable[[], str]]] = {
    "cli.md": cli_page,
    "configuration.md": configuration_page,
    "tools.md": tools_page,
    "errors.md": errors_page,
}

if __name__ == "__main__":
    for page_name, page in PAGES.items():
        (REFERENCE / page_name).write_text(page(), encoding="utf-8")
