"""Scores search in the sample store's guides: ``python -m evals.guides --questions FILE --json``.

Each line of FILE is ``{"ask": QUESTION, "guide": NAME or null}``, its file with or without the
ending; null means that no guide answers, and that this must be said. Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from shop.imports import sample
from tools.knowledge.embedding import offline_embedder
from tools.knowledge.guide_library import Found, Library

GUIDES: Final = Path(sample.__file__).parent / "guides"
OWN: Final = Path(__file__).parent / "data/guides_questions.jsonl"
TODAY: Final = date(2026, 11, 20)
"""The sample store's day."""

_DEEP: Final = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the guide that answers it; None where none does."""

    ask: str
    guide: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """Shares are of the questions that a guide answers; refusals are counts."""

    questions: int
    answerable: int
    unanswerable: int
    hit_1: float
    hit_3: float
    refusals_right: int
    refusals_wrong: int
    search: str


def read_questions(path: Path, half: str = "all") -> list[Question]:
    """The questions of a file, one or the other half of its lines; ValueError names a line that is none."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            questions.append(_question(line, f"{path}:{number}"))
    return questions[{"tuning": 0, "kept": 1}.get(half, 0) :: 1 if half == "all" else 2]


def score(questions: Sequence[Question], library: Library) -> tuple[Score, list[str]]:
    """The score, and a line for each question that went wrong."""
    answerable = [one for one in questions if one.guide is not None]
    first = third = right = wrong = 0
    faults = []
    how = ""
    for one in questions:
        found = library.search(one.ask, _DEEP, on=TODAY)
        how = found.how
        guides = guides_in(found)
        right += one.guide is None and not guides
        wrong += one.guide is not None and not guides
        first += one.guide is not None and one.guide in guides[:1]
        third += one.guide is not None and one.guide in guides[:3]
        if one.guide not in guides[:3] if one.guide else guides:
            faults.append(f"{one.ask!r}: {one.guide or 'no guide'} expected, {guides[:3] or 'nothing'} found")
    whole = len(answerable) or 1
    scored = Score(
        questions=len(questions),
        answerable=len(answerable),
        unanswerable=len(questions) - len(answerable),
        hit_1=round(first / whole, 4),
        hit_3=round(third / whole, 4),
        refusals_right=right,
        refusals_wrong=wrong,
        search=how,
    )
    return scored, faults


def guides_in(found: Found) -> list[str]:
    """The guides of the passages, each once, best first, without the endings of their files."""
    return list(dict.fromkeys(_bare(one.file) for one in found.passages))


def fitted(questions: Sequence[Question], library: Library) -> list[float]:
    """Weights of the four similarities and the constant, by logistic regression, answerable or not alike."""
    rows, wanted = [], []
    for one in questions:
        found = library.search(one.ask, 1, on=TODAY).evidence
        if found is not None:
            rows.append((found.near, found.elsewhere, found.rest_near, found.rest_elsewhere, 1.0))
            wanted.append(one.guide is not None)
    share = {True: 0.5 / max(sum(wanted), 1), False: 0.5 / max(len(wanted) - sum(wanted), 1)}
    weights = [0.0] * 5
    for _ in range(20_000):
        slope = [0.0] * 5
        for row, is_there in zip(rows, wanted, strict=True):
            chance = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, row, strict=True))))
            for place, x in enumerate(row):
                slope[place] += (chance - is_there) * x * share[is_there]
        weights = [weight - 0.05 * step for weight, step in zip(weights, slope, strict=True)]
    return weights


def main(arguments: Sequence[str] | None = None) -> None:
    """Score a file of questions."""
    parser = argparse.ArgumentParser(prog="python -m evals.guides", description=__doc__)
    parser.add_argument("--questions", type=Path, default=OWN)
    parser.add_argument("--half", choices=("all", "tuning", "kept"), default="all")
    parser.add_argument("--guides", type=Path, default=GUIDES)
    parser.add_argument("--words-only", action="store_true", help="as without the extra `knowledge`")
    parser.add_argument("--fit", action="store_true", help="weights of the evidence for these questions")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    library = Library(chosen.guides, embedder=None if chosen.words_only else offline_embedder())
    questions = read_questions(chosen.questions, chosen.half)
    if chosen.fit:
        near, *others, constant = fitted(questions, library)
        elsewhere, rest_near, rest_elsewhere = (one / near for one in others)
        print(f"near 1, elsewhere {elsewhere:.2f}, rest {rest_near:.2f}, rest elsewhere {rest_elsewhere:.2f}")
        print(f"even chance at {-constant / near:.2f}")
        return
    scored, faults = score(questions, library)
    if chosen.json:
        print(json.dumps(asdict(scored)))
        return
    print("\n".join(faults))
    print(f"{scored.questions} questions, searched by {scored.search}")
    print(f"hit@1 {scored.hit_1:.1%}, hit@3 {scored.hit_3:.1%} of {scored.answerable} that a guide answers")
    print(f"{scored.refusals_wrong} of those wrongly not answered")
    print(f"{scored.refusals_right} of {scored.unanswerable} that no guide answers rightly not answered")


def _question(line: str, where: str) -> Question:
    try:
        said = json.loads(line)
        ask, guide = said["ask"], said["guide"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f'{where}: not a line like {{"ask": "...", "guide": "returns"}} ({error})'
        ) from error
    return Question(str(ask), None if guide is None else _bare(str(guide)))


def _bare(name: str) -> str:
    path = PurePosixPath(name)
    ending = path.suffix in {".md", ".txt", ".html", ".htm", ".pdf"}
    return str(path.with_suffix("")) if ending else name


if __name__ == "__main__":
    main()
