"""The house rules of docs/explanation/architecture.md, read from the source itself."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = ("agent", "app", "evals", "policies", "prompts", "shop", "tools")
HOMES = {
    # The hostile evaluation looks under the table on purpose: it must not trust the code that it checks.
    "sqlalchemy": ("shop/store/", "tools/ledger/", "evals/hostile/"),
    "alembic": ("shop/store/",),
    "langchain": ("agent/",),
    "langchain_core": ("agent/",),
    "langchain_openai": ("agent/",),
    "langgraph": ("agent/",),
    "openai": ("agent/",),
    # Every kernel takes njit from there, so that one place decides where compiled code is kept.
    "numba": ("shop/compiled.py",),
    "typer": ("app/cli/",),
    "rich": ("app/cli/", "agent/reorder_report/"),
    "chromadb": ("tools/knowledge/vectors.py",),
    "onnxruntime": ("tools/knowledge/embedding.py",),
    "tokenizers": ("tools/knowledge/embedding.py",),
    "pypdf": ("tools/knowledge/reading.py",),
    "bs4": ("tools/knowledge/reading.py",),
    "vl_convert": ("agent/reorder_report/",),
    "pydantic_settings": ("app/",),
}
WORD_LISTS = {"agent/offline/lexicon.py", "shop/store/migrations/versions/0001_first.py"}
LEFT_AT_THE_TOP = {"build", "dist", "mutants", "out", "real"}
LEFT_FILES = {".db", ".db-shm", ".db-wal", ".pyc", ".pyo", ".pyd"}
LONGEST_FILE = 420
"""Lines; about 300 is the aim, this is where a second subject must have crept in."""


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((REPOSITORY / room).rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def _imported(path: Path) -> set[str]:
    """The top-level modules that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def _tracked() -> list[Path]:
    """What is part of the project: as git tells, or all that nothing made here if there is no git to ask."""
    try:
        listed = subprocess.run(
            # Git tells a stranger nothing of a checkout that another user owns, as in a container.
            ["git", "-c", "safe.directory=*", "ls-files", "-z"],
            cwd=REPOSITORY, capture_output=True, text=True, check=False,
        )  # fmt: skip
        names = listed.stdout.split("\0") if listed.returncode == 0 else []
    except FileNotFoundError:
        names = []
    # An unpacked archive has no history, or lies in the history of something else.
    return [REPOSITORY / name for name in names if name] or list(_not_made_here(REPOSITORY))


def _not_made_here(root: Path) -> Iterator[Path]:
    """The files below a directory without what working in it leaves behind, as .gitignore names it."""
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        hidden = [part for part in parts if part.startswith(".") and not part.startswith((".git", ".ci"))]
        left = parts[0] in LEFT_AT_THE_TOP or {"__pycache__", ".git"} & {*parts}
        built = path.suffix in LEFT_FILES or any(part.endswith(".egg-info") for part in parts)
        if path.is_file() and not (hidden or left or built):
            yield path


def test_without_git_only_the_project_counts(tmp_path: Path) -> None:
    """What Python, tools and runs leave in a checkout names this machine, and is no part of the project."""
    kept = [".ci/run", ".github/flow.yml", ".gitignore", "shop/money.py", "tests/real/table.csv"]
    made = [".git/config", ".venv/bin/python", ".pytest_cache/x", "a.egg-info/PKG-INFO", "evals/x.pyc"]
    made += ["real/shop.csv", "out/plan.json", "shop/__pycache__/money.cpython-311.pyc", "shop/x.db-wal"]
    for name in (*kept, *made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {path.relative_to(tmp_path).as_posix() for path in _not_made_here(tmp_path)}
    assert found == {*kept}


@pytest.mark.processes
def test_rooms_look_one_way() -> None:
    """The import-linter contracts hold."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_ours(room: str) -> None:
    """No other distribution's package of the same name comes first."""
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(REPOSITORY)


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_stays_in_its_home(library: str) -> None:
    """Each heavy library is imported in its own rooms only, so that it can be replaced there."""
    strays = [
        _name(path)
        for path in _sources()
        if library in _imported(path) and not _name(path).startswith(HOMES[library])
    ]
    assert strays == []


def test_only_the_executor_makes_a_claim() -> None:
    """Whoever could make a claim could write without the gate."""
    makers = [
        _name(path)
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") == "Claim" or getattr(node.func, "attr", "") == "Claim")
    ]
    assert set(makers) == {"tools/executor.py"}


def test_the_writing_backend_is_wired_in_one_place() -> None:
    """The write side of the shop is wired once and called by the executor."""
    users = [
        _name(path)
        for path in _sources()
        if "EmbeddedEffects" in path.read_text(encoding="utf-8")
        and not _name(path).startswith(("shop/backends/", "evals/"))
    ]
    assert users == ["app/bootstrap.py"]


def test_no_file_grows_into_two_subjects() -> None:
    """A file over the budget has a second subject: split it."""
    long = {
        _name(path): lines
        for path in _sources()
        if _name(path) not in WORD_LISTS
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_room_is_a_drawer() -> None:
    """There is no utils, helpers, base, manager or common."""
    drawers = {"utils", "helpers", "base", "manager", "common", "misc"}
    assert [_name(path) for path in _sources() if path.stem in drawers] == []


def test_no_address_of_a_machine_or_registry_is_named() -> None:
    """Nothing tracked names a package registry's host or a directory of somebody's machine."""
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.", "conda" + ".anaconda"]
    places = ["/wo" + "rk/", "/ro" + "ot/", "/Us" + "ers/", r"/ho" + r"me/\w+/", r"/tm" + r"p/\w"]
    forbidden = re.compile("|".join([*map(re.escape, hosts), *places]))
    found = [
        f"{_name(path)}: {match[0]}"
        for path in _tracked()
        if path.is_file()
        for match in forbidden.finditer(path.read_bytes().decode("utf-8", "ignore"))
    ]
    assert found == []


@pytest.mark.processes
def test_help_loads_no_heavy_library() -> None:
    """A fresh process that prints --help has none of the slow libraries in memory."""
    heavy = ["langchain", "langchain_core", "langgraph", "openai", "numba", "numpy", "vl_convert"]
    heavy += ["chromadb", "onnxruntime", "pydantic", "sqlalchemy", "jinja2", "rich"]
    code = (
        "import sys; from app.cli.main import run; run(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "approvals" in done.stdout
