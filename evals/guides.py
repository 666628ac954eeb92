"""Scores search in the sample store's guides: ``python -m evals.guides --questions FILE --json``.

Each line of FILE is ``{"ask": QUESTION, "guide": NAME or null}``, its file with or without the
ending; null means that no guide answers, and that this must be said. Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from evals.guides_fit import OF_KINDS, OF_TOKENS, SIGNALS, fitted, left_out_in_turn, line_of
from shop.imports import sample
from tools.knowledge.embedding import offline_embedder
from tools.knowledge.evidence import Evidence
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
    """The questions of a file, one or the other half of its lines; ValueError names a line that is none.

    A path that ends with ``:tuning`` or ``:kept`` names its half itself.
    """
    name, _, own_half = str(path).partition(":")
    path, half = Path(name), own_half or half
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
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


def _evidence(questions: Sequence[Question], library: Library) -> tuple[list[Evidence], list[bool]]:
    found = [(library.search(one.ask, 1, on=TODAY).evidence, one.guide is not None) for one in questions]
    return [one for one, _ in found if one], [yes for one, yes in found if one]


def _print_fit(
    sets: Sequence[tuple[Sequence[Question], Library]], lost: float, keep: Path | None = None
) -> None:
    measured = [_evidence(questions, library) for questions, library in sets]
    evidence = [one for each, _ in measured for one in each]
    answerable = [one for _, each in measured for one in each]
    fit = fitted(evidence, answerable)
    names = (*SIGNALS, *(OF_TOKENS if fit.direction is not None else ()), *OF_KINDS)
    print(", ".join(f"{name} {one:.3f}" for name, one in zip(names, fit.weights, strict=True)))
    print(f"line at {line_of(fit.sums(evidence), answerable, lost):.3f}")
    if len(measured) > 1:
        right, wrong = left_out_in_turn(measured, lost)
        print(f"each set judged by the others: {right} of {answerable.count(False)} rightly not answered,")
        print(f"{wrong} of {answerable.count(True)} wrongly")
    if keep is not None and fit.direction is not None:
        import numpy as np  # noqa: PLC0415 - only a fit needs it

        np.save(keep, fit.direction)
        print(f"the direction is kept in {keep}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Score a file of questions."""
    parser = argparse.ArgumentParser(prog="python -m evals.guides", description=__doc__)
    parser.add_argument("--questions", type=Path, default=[OWN], nargs="+")
    parser.add_argument("--half", choices=("all", "tuning", "kept"), default="all")
    parser.add_argument(
        "--guides", type=Path, default=[GUIDES], nargs="+", help="with --fit also one for each file"
    )
    parser.add_argument("--words-only", action="store_true", help="as without the extra `knowledge`")
    parser.add_argument("--fit", action="store_true", help="weights of the evidence for these questions")
    parser.add_argument("--lost", type=float, default=0.015, help="share of answerable questions to give up")
    parser.add_argument("--keep", type=Path, help="with --fit: where the direction is written (.npy)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    embedder = None if chosen.words_only else offline_embedder()
    libraries = [Library(one, embedder=embedder) for one in chosen.guides]
    if len(libraries) != 1 and not (chosen.fit and len(libraries) == len(chosen.questions)):
        parser.error("--guides takes one directory; with --fit also one for each file of questions")
    sets = [read_questions(path, chosen.half) for path in chosen.questions]
    if chosen.fit:
        every = libraries * len(sets) if len(libraries) == 1 else libraries
        _print_fit(list(zip(sets, every, strict=True)), chosen.lost, chosen.keep)
        return
    questions = [one for each in sets for one in each]
    scored, faults = score(questions, libraries[0])
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
