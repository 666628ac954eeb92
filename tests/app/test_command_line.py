import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import House
from app.cli.main import COMMANDS, run
from shop import errors
from shop.errors import ShopError
from tests.app.conftest import Shophand

Process = Callable[..., subprocess.CompletedProcess[str]]
DATA = (
    ("approvals", "list"),
    ("audit", "verify"),
    ("config", "show"),
    ("doctor",),
    ("mode", "list"),
    ("people", "list"),
    ("policy", "list"),
    ("policy", "check"),
    ("policy", "explain", "po-manager"),
    ("status",),
    ("version",),
)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_its_help(shophand: Shophand, command: str) -> None:
    """Each command of the table exists and explains itself on stdout."""
    said = shophand(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: shophand {command}")


@pytest.mark.parametrize("words", DATA, ids=" ".join)
def test_json_names_its_schema_with_a_version(
    house: House, shophand: Shophand, words: tuple[str, ...]
) -> None:
    """--json prints one document and nothing else on stdout, with a versioned schema."""
    said = shophand(*words, "--json")
    schema = json.loads(said.out)["schema"]
    assert said.code == 0
    assert schema.startswith("shophand.")
    assert schema.rpartition("/")[2].isdecimal()


@pytest.mark.parametrize("words", [("nonsense",), ("status", "--nonsense"), ("approvals", "approve"), ()])
def test_a_wrong_call_is_a_usage_error(shophand: Shophand, words: tuple[str, ...]) -> None:
    """Unknown commands and options and missing arguments are exit code 2, with nothing on stdout."""
    said = shophand(*words)
    assert (said.code, said.out) == (2, "")
    assert "Usage: shophand" in said.err


def test_a_misspelt_command_is_recognised(shophand: Shophand) -> None:
    """The nearest command is named."""
    assert "Did you mean 'approvals'" in shophand("aprovals").err


@pytest.mark.parametrize("words", [("status",), ("approvals", "list"), ("chat", "-m", "hello")])
def test_without_a_store_the_way_to_one_is_named(shophand: Shophand, words: tuple[str, ...]) -> None:
    """No store is exit code 4, says how to make one, and makes nothing by itself."""
    said = shophand(*words)
    assert said.code == 4
    assert "shophand demo" in said.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NotFoundError("x"), 3),
        (errors.AmbiguousError("x", ["a", "b"]), 2),
        (errors.ConflictError("x"), 5),
        (errors.InvalidActionError("x"), 2),
        (errors.MoneyError("x"), 2),
        (errors.CurrencyMismatchError("x"), 2),
        (errors.ToolInputError("x"), 2),
        (errors.ImportFileError("x"), 1),
        (errors.PolicyLoadError("x"), 4),
        (errors.AuditBrokenError("x", 3), 1),
        (errors.AccessDeniedError("x"), 4),
        (errors.SetupError("x"), 4),
        (errors.ModelUnavailableError("x"), 1),
        (errors.CapReachedError("x"), 1),
        (errors.StoreError("x"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_is_one_line_and_its_exit_code(
    shophand: Shophand, monkeypatch: pytest.MonkeyPatch, error: ShopError, code: int
) -> None:
    """An error of ours never shows a traceback, and each class has its exit code."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("app.settings.Settings.load", fail)
    said = shophand("config", "show")
    assert (said.code, said.out, said.err) == (code, "", "shophand: x\n")


def test_a_bug_is_reported_shortly(shophand: Shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is one line with its place; the traceback comes with --debug only, wherever it stands."""

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("division")

    monkeypatch.setattr("app.settings.Settings.load", fail)
    short, long = shophand("config", "show"), shophand("config", "show", "--debug")
    assert short.code == long.code == 1
    assert "this is a bug: ZeroDivisionError: division (test_command_line.py:" in short.err
    assert "Traceback" not in short.err
    assert "Traceback" in long.err


def test_chat_without_a_terminal_is_an_error(house: House, shophand: Shophand) -> None:
    """No terminal and no -m is a usage error, never a hang."""
    said = shophand("chat")
    assert said.code == 2
    assert "-m TEXT" in said.err


@pytest.mark.processes
def test_a_closed_pipe_is_no_error(house: House, process: Process) -> None:
    """`shophand policy list | head -1` ends quietly."""
    done = process(shell="policy list | head -n 1")
    assert done.stdout.startswith("rule")
    assert "Error" not in done.stderr
    assert "shophand:" not in done.stderr


@pytest.mark.processes
def test_a_process_without_terminal_prints_plain_text(house: House, process: Process) -> None:
    """No colour, no box, no line cut in a pipe."""
    done = process("policy", "list", env={"FORCE_COLOR": "1", "COLUMNS": "40"})
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert not set("│┃━─") & set(done.stdout)


def test_a_strangers_text_cannot_repaint_the_terminal(
    house: House, shophand: Shophand, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences in data are shown as spaces."""
    shophand("people", "add", "eve", "--name", "Eve\x1b[31m\rRoot", "--role", "viewer")
    assert "\x1b" not in shophand("people", "list").out
    assert run(["people", "list"]) == 0
    assert "Eve [31m Root" in capsys.readouterr().out
