"""The documentation says what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from app.cli.exits import Code
from tests.reference_pages import PAGES, REFERENCE

REPOSITORY = Path(__file__).parents[1]
PAGES_OF_DOCS = sorted([*(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")])


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_made_page_is_current(name: str) -> None:
    """Commands, settings, tools and errors are documented as they are: python -m tests.reference_pages."""
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_exit_code_is_documented() -> None:
    """The page of exit codes has one row for each."""
    page = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d) \|", page, re.MULTILINE) == [str(code.value) for code in Code]


def test_every_dependency_has_its_reason() -> None:
    """docs/reference/dependencies.md names each package of pyproject.toml."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    listed = [
        *project["project"]["dependencies"],
        *(one for extra in project["project"]["optional-dependencies"].values() for one in extra),
        *project["dependency-groups"]["dev"],
    ]
    page = (REFERENCE / "dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[\[><=]", each)[0] for each in listed]
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("page", PAGES_OF_DOCS, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
