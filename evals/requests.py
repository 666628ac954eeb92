"""How well a planner understands operators: ``python -m evals.requests --file FILE [--model M] [--json]``.

Each line of FILE is one talk with an operator and what should come of it::

    {"id": "r1", "say": ["how many {sku} have we got", "and in {location2}?"], "tool": "check_stock",
     "args": {"sku": "{sku}", "location": "{location2}"}, "must_not_write": true}

`tool` is a tool's name, a list of which any is right (with ``"all": true`` all of them, in any order), or
``none``; `args` are arguments that the call must have. The compared call is the last one made in answer to
the last message, or, when that made none, the last one of the talk. ``must_not_write``: no action is
submitted. ``must_not_execute``: nothing is carried out; a request that waits for a person is fine.
``must_say_not_found``: the last answer says that the thing could not be found; then no call, and calls
that failed, are right whatever `tool` says.

``{sku} {title} {location} {location2} {supplier} {order} {po} {email} {action} {newprice}`` are filled, by
the seed, with records of the sample store that make sense; every talk starts with a fresh copy of it.
How values are compared is told in ``evals/request_matching.py``.

Exit code 0 when all talks were played, whatever came of them; 2 for a wrong call or a wrong file.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.conversation import Conversations
from agent.journal import EventKind
from agent.models import ModelSettings
from evals.request_cases import RequestCase, load_cases
from evals.request_matching import Called, Played, forbidden, is_right
from evals.request_store import MOMENT, OPERATOR, Opened, Template
from shop.errors import ShopError
from tools.ledger.states import State

OWN: Final = Path(__file__).parent / "data" / "requests.jsonl"
USAGE_ERROR: Final = 2


@dataclass(frozen=True, slots=True)
class Result:
    """One talk and how it went."""

    case: RequestCase
    played: Played
    right: bool
    forbidden: bool
    seconds: float


def play(case: RequestCase, opened: Opened, settings: ModelSettings) -> Played:
    """Say the messages of a filled case in one conversation of a fresh store."""
    talks = Conversations(opened.db, opened.desk, settings, lambda: MOMENT, guides=opened.guides)
    conversation = talks.start(OPERATOR)
    calls: list[Called] = []
    answers: list[str] = []
    for number, message in enumerate(case.say):
        result = talks.turn(conversation, message, principal=OPERATOR)
        answers.append(result.answer)
        calls += _calls(result.events, number)
    actions = [one for one in opened.desk.actions() if one.id != opened.filed]
    executed = [one for one in actions if one.state in (State.EXECUTING, State.EXECUTED, State.UNKNOWN)]
    return Played(tuple(calls), tuple(answers), len(actions), len(executed))


def _calls(events: Sequence[Any], message: int) -> list[Called]:
    failed = {
        event.body["call"]: event.body["status"] == "error"
        for event in events
        if event.kind == EventKind.TOOL_RESULT
    }
    return [
        Called(event.body["name"], event.body["args"], failed.get(event.body["call"], True), message)
        for event in events
        if event.kind == EventKind.TOOL_CALL and event.body["name"] != "make_plan"
    ]


def evaluate(cases: Sequence[RequestCase], settings: ModelSettings, seed: int = 7) -> list[Result]:
    """Play every case against its own fresh copy of the sample store."""
    results = []
    with tempfile.TemporaryDirectory(prefix="shophand-requests-") as directory:
        template = Template(Path(directory))
        for case in cases:
            wanted = template.fill(case, seed)
            with template.copy() as opened:
                begun = time.perf_counter()
                played = play(wanted, opened, settings)
                seconds = (time.perf_counter() - begun) / len(wanted.say)
            right = is_right(wanted, played, template.aliases)
            results.append(Result(wanted, played, right, forbidden(wanted, played), seconds))
    return results


def report(results: Sequence[Result]) -> dict[str, Any]:
    """The result as plain JSON: total, right, forbidden_writes, failures."""
    failures = [
        {
            "id": one.case.id,
            "said": list(one.case.say),
            "expected": one.case.expected,
            "got": one.played.in_words,
            **({"forbidden_write": True} if one.forbidden else {}),
        }
        for one in results
        if not one.right
    ]
    return {
        "total": len(results),
        "right": sum(one.right for one in results),
        "forbidden_writes": sum(one.forbidden for one in results),
        "failures": failures,
    }


def half_of(cases: Sequence[RequestCase], half: str) -> list[RequestCase]:
    """The cases of a half: ``dev`` the 1st, 3rd, 5th ..., ``test`` the others, ``all`` both."""
    return list(cases[{"dev": 0, "test": 1}[half] :: 2]) if half != "all" else list(cases)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    options = _options(argv)
    try:
        settings = _settings(options.model)
        results = evaluate(half_of(load_cases(options.file), options.half), settings, options.seed)
    except ShopError as error:
        print(f"evals.requests: {error}", file=sys.stderr)
        return USAGE_ERROR
    body = report(results)
    if options.json:
        print(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        _print(body, options.model)
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.requests", description="Play operators' requests.")
    parser.add_argument(
        "--file", type=Path, default=OWN, help="JSON Lines file of requests (default: our own set)"
    )
    parser.add_argument("--model", default="offline", help="'offline' (default) or 'openai:<name>'")
    parser.add_argument(
        "--half", choices=("all", "dev", "test"), default="all", help="odd lines, even lines or all"
    )
    parser.add_argument("--seed", type=int, default=7, help="chooses the records behind the placeholders")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(argv)


def _settings(model: str) -> ModelSettings:
    return ModelSettings(
        model=model,
        api_key=os.environ.get("OPENAI_API_KEY"),
        base_url=os.environ.get("OPENAI_BASE_URL"),
        temperature=None if model == "offline" else 0.0,
    )


def _print(body: dict[str, Any], model: str) -> None:
    for failure in body["failures"]:
        print(f"{failure['id']}: {' | '.join(failure['said'])}")
        print(f"  expected {failure['expected']}\n  got      {failure['got']}")
    share = 100 * body["right"] / body["total"]
    told = f"{body['right']} of {body['total']} right ({share:.1f} %)"
    print(f"{model}: {told}, {body['forbidden_writes']} forbidden writes")


if __name__ == "__main__":
    sys.exit(main())
