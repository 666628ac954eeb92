"""``shophand guides`` and what ``shophand policy check`` says of guides, on a store with two guides."""

import json
from pathlib import Path

import pytest

from app.bootstrap import build_house, settle
from app.cli.main import run
from app.settings import Settings

REFUNDS = (
    "---\nupdated: 2026-10-05\nstates: {refund-late: %s days}\n---\n# Refunds\nWithin %s days of delivery.\n"
)


@pytest.fixture
def guides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The guides directory of an empty store whose search goes by words."""
    monkeypatch.setenv("SHOPHAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPHAND_EMBEDDINGS", "words")
    house = build_house(Settings.load())
    settle(house, name="Shop", currency="GBP", timezone="Europe/London")
    house.db.close()
    house.guides_directory.mkdir()
    (house.guides_directory / "refunds.md").write_text(REFUNDS % ("30", "30"), encoding="utf-8")
    return house.guides_directory


def test_search_quotes_with_its_source(guides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer has the passage, its file and its date; silence is said."""
    assert run(["guides", "search", "when", "are", "refunds", "late"]) == 0
    said = capsys.readouterr().out
    assert "refunds.md, version 1, updated 2026-10-05" in said
    assert "Within 30 days of delivery." in said
    assert run(["guides", "search", "who", "won", "the", "world", "cup"]) == 0
    assert "say nothing" in capsys.readouterr().out


def test_check_finds_a_guide_that_contradicts_the_rules(
    guides: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A guide at odds with a rule fails `guides check` and is a warning of `policy check`."""
    assert run(["guides", "check"]) == 0
    (guides / "refunds.md").write_text(REFUNDS % ("14", "14"), encoding="utf-8")
    capsys.readouterr()
    assert run(["guides", "check", "--json"]) == 4
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["text"] == "says 14 days where the rule refund-late says 30"
    assert run(["policy", "check"]) == 0
    assert "warning: refunds.md (a guide) says 14 days" in capsys.readouterr().err


def test_index_without_an_embedder_keeps_nothing(guides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Search by words needs no index on disk."""
    assert run(["guides", "index"]) == 0
    assert "by words alone" in capsys.readouterr().out
    assert not (guides.parent / "guides.index").exists()
