"""Proofs that cases are sound: every shipped case has one, and what has none is proven or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from evals.harness import proofs
from evals.harness.suite_files import read_suite, suites
from evals.harness.world import Worlds
from shop.errors import SetupError

NOWHERE = cast("Worlds", None)
"""Worlds in which nothing can be played, so a case without a proof would be an error."""


def test_every_shipped_case_is_proven() -> None:
    """No case that comes with Shophand needs a proof; after a change: python -m evals.prove --new."""
    known = proofs.read(proofs.SHIPPED)
    missing = [
        f"{name}: {case.id}"
        for name, path in suites().items()
        for case in read_suite(path).cases
        if proofs.digest(case) not in known
    ]
    assert missing == []


def test_a_proven_case_is_not_proven_again(tmp_path: Path) -> None:
    """Shipped cases pass without a store being opened, and nothing is kept of them."""
    proofs.require(read_suite(suites()["faults"]).cases, NOWHERE, tmp_path / "proofs.json")
    assert not list(tmp_path.iterdir())


def test_proofs_that_rest_on_something_else_do_not_count(tmp_path: Path) -> None:
    """A proof under other rules or another sample store is none."""
    proofs.write(tmp_path / "proofs.json", "one", {"a": proofs.Proof(3)})
    assert proofs.read(tmp_path / "proofs.json", "one") == {"a": proofs.Proof(3)}
    assert proofs.read(tmp_path / "proofs.json", "other") == {}


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"proofs": {}})])
def test_a_broken_file_of_proofs_is_told(text: str, tmp_path: Path) -> None:
    """One line names the file, and that it can go."""
    (tmp_path / "proofs.json").write_text(text)
    with pytest.raises(SetupError, match=r"proofs\.json cannot be read.*can be deleted"):
        proofs.read(tmp_path / "proofs.json", "one")
