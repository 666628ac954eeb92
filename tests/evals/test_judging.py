"""The optional judge: its verdicts are read, calibrated against labels, and never mixed with the scores."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from agent.models import ModelSettings, Price
from evals.harness.results import Trial
from evals.judging import LABELS, Labelled, calibrated, judge, labelled, verdict_of
from shop.errors import CapReachedError, ToolInputError
from tests.fakes.openai_server import OpenAIServer

GOOD = Labelled(question="How many?", answer="Good: 40.", good=True)
BAD = Labelled(question="How many?", answer="Enough.", good=False)


def by_words(question: str, answer: str) -> bool | None:
    """A scripted judge: an answer with a figure is good, an empty one is not understood."""
    del question
    return None if not answer.strip() else any(letter.isdigit() for letter in answer)


def trial(case: str, answer: str) -> Trial:
    """A played case with one answer."""
    return Trial(case, 1, passed=True, said=("How many?",), trace=({"kind": "said", "answer": answer},))


def test_a_judge_is_measured_against_labels() -> None:
    """Kappa, agreement and base rate stand beside the share of good answers."""
    known = [GOOD, GOOD, BAD, Labelled(question="q", answer="7 or so", good=False)]
    found = judge([trial("a", "40 on hand"), trial("b", "plenty")], by_words, known)
    assert found.good is not None
    assert found.good.rate == 0.5
    assert found.bad == ("b",)
    assert found.calibration is not None
    assert (found.calibration.agreed, found.calibration.base_rate, found.calibration.kappa) == (
        0.75,
        0.5,
        0.5,
    )
    assert "kappa 0.50" in found.lines()[1]


def test_without_labels_it_is_uncalibrated() -> None:
    """The words say so, and so does the JSON."""
    found = judge([trial("a", "40 on hand")], by_words)
    assert found.lines() == ["good: 100.0 % (20.7-100.0) of 1 answers, uncalibrated"]
    assert found.body()["calibrated"] is False


def test_agreement_by_chance_has_no_kappa() -> None:
    """Where all labels and verdicts are good, agreeing says nothing."""
    found = calibrated([GOOD, GOOD], by_words)
    assert found is not None
    assert (found.agreed, found.kappa) == (1.0, None)


def test_a_reply_that_is_no_verdict_counts_against_the_judge() -> None:
    """It agrees with no label, and an answer that was not judged is in no share."""
    silent = Labelled(question="q", answer=" ", good=True)
    found = judge([trial("a", " ")], by_words, [silent, BAD])
    assert found.calibration is not None
    assert (found.calibration.unread, found.calibration.agreed) == (1, 0.5)
    assert (found.unread, found.good) == (1, None)


def test_a_language_model_judges_over_the_protocol() -> None:
    """A server on this machine is asked, and its word is the verdict."""
    with OpenAIServer() as server:
        verdict = verdict_of(ModelSettings(model="openai:any", base_url=server.base_url))
        assert verdict("How many?", "40") in (True, False, None)


def test_a_judge_stops_at_its_cap() -> None:
    """What each verdict costs is counted, and past the cap none is asked for."""
    with OpenAIServer() as server:
        settings = ModelSettings(
            model="openai:any", base_url=server.base_url, price=Price(Decimal(1), Decimal(1))
        )
        verdict = verdict_of(settings, Decimal(1))
        verdict("How many?", "40")
        with pytest.raises(CapReachedError, match=r"cap of 1 is spent after 1 verdicts \(1\.1\)"):
            verdict("How many?", "40")
    assert len(server.requests) == 1


def test_the_shipped_labels_are_half_good() -> None:
    """They are read, and a judge that always says the same has no kappa to show for it."""
    known = labelled(LABELS)
    assert sum(one.good for one in known) * 2 == len(known) == 20
    found = calibrated(known, lambda _question, _answer: True)
    assert found is not None
    assert (found.agreed, found.kappa) == (0.5, 0.0)


def test_a_label_with_an_odd_line_separator_is_one_label(tmp_path: Path) -> None:
    """JSON may hold U+2028 as it is; only a line feed ends a line, and blank lines are none."""
    (tmp_path / "labels.jsonl").write_text(
        '{"question": "q", "answer": "a\u2028b", "good": true}\n\n', "utf-8"
    )
    assert [one.answer for one in labelled(tmp_path / "labels.jsonl")] == ["a\u2028b"]


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    """Who names labels wants to be calibrated; an empty file is no silent way out of it."""
    (tmp_path / "labels.jsonl").write_text("\n")
    with pytest.raises(ToolInputError, match=r"labels\.jsonl holds no labelled answer.*--uncalibrated"):
        labelled(tmp_path / "labels.jsonl")


def test_a_wrong_label_is_named(tmp_path: Path) -> None:
    """The file and the line are in the message."""
    (tmp_path / "labels.jsonl").write_text('{"question": "q", "answer": "a", "good": true}\n{"answer": 1}\n')
    with pytest.raises(ToolInputError, match=r"labels\.jsonl, line 2: "):
        labelled(tmp_path / "labels.jsonl")
