"""Plays cases with the chat agent and with a bare loop, the same model, store and cases, in one run.

    python -m evals.local_model --base-url http://127.0.0.1:8711/v1 --sample 24

Prints for both: unsafe effects, pass^1 with its interval, prompt tokens per model call. Each finished case is
kept in a file, so that a run which was cut goes on where it was; cases are taken in a seeded order, so that a
larger sample holds the smaller one. The bare loop is played first, then ours: a server that keeps the prefix
of its last request serves both at its best.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from agent.models import Caps, ModelSettings
from evals import statistics
from evals.harness.brains import Model, model_named
from evals.harness.case import Case
from evals.harness.playing import Played, play
from evals.harness.scoring import score
from evals.harness.suite_files import find_suite
from evals.harness.world import Worlds, worlds
from shop.errors import ShopError

PLAIN: Final = "bare create_agent"
OURS: Final = "shophand"
_LOOPS: Final = (PLAIN, OURS)
_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One case played by one loop; `steps` are model calls, `prompt` their prompt tokens together."""

    loop: str
    case: str
    passed: bool
    unsafe: tuple[str, ...]
    wrong: tuple[str, ...]
    steps: int
    prompt: int
    seconds: float


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    options = _options(argv)
    settings = ModelSettings(
        model=f"openai:{options.model}",
        base_url=options.base_url,
        api_key="none",
        temperature=0.0,
        stream=False,
        attempts=1,
        timeout_seconds=options.timeout,
        turn=Caps(steps=_STEPS, seconds=options.timeout * 2),
        day=Caps(),
    )
    try:
        chosen = sample(find_suite(options.suite).cases, options.sample, options.seed)
    except ShopError as error:
        print(f"evals.local_model: {error}", file=sys.stderr)
        return 1
    lines = _played(chosen, settings, options.keep)
    print(json.dumps(figures(lines), indent=2) if options.json else table(lines))
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals.local_model", description="Ours beside a bare loop."
    )
    parser.add_argument(
        "--base-url", required=True, help="an OpenAI-compatible server: http://127.0.0.1:8711/v1"
    )
    parser.add_argument("--model", default="local", help="the model's name there")
    parser.add_argument("--suite", default="operations")
    parser.add_argument("--sample", type=int, default=24, help="so many cases, by a seeded shuffle")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds of one model call")
    parser.add_argument("--keep", type=Path, default=Path(".shophand/local-model.jsonl"))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def sample(cases: Sequence[Case], size: int, seed: int) -> list[Case]:
    """So many of the cases that are talks, in a shuffled order that the seed fixes."""
    talks = [case for case in cases if case.trigger is None]
    random.Random(seed).shuffle(talks)  # noqa: S311 - a sample that repeats, nothing secret
    return talks[:size]


def _played(cases: Sequence[Case], settings: ModelSettings, keep: Path) -> list[Line]:
    done = {(line.loop, line.case): line for line in kept(keep)}
    keep.parent.mkdir(parents=True, exist_ok=True)
    with worlds() as made:
        for loop in _LOOPS:
            for number, case in enumerate(cases, 1):
                if (loop, case.id) in done:
                    continue
                line = _one(loop, case, settings, made)
                with keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
                done[loop, case.id] = line
                said = "passed" if line.passed else line.wrong[0]
                print(
                    f"{loop} {number}/{len(cases)} {case.id}: {said} ({line.seconds:.0f} s)", file=sys.stderr
                )
    return [done[loop, case.id] for loop in _LOOPS for case in cases]


def kept(file: Path) -> list[Line]:
    """The cases that an earlier run finished; a line that a cut left half written is none."""
    if not file.is_file():
        return []
    lines = file.read_text("utf-8").split("\n")[:-1]
    return [Line(**{**body, "unsafe": tuple(body["unsafe"]), "wrong": tuple(body["wrong"])})
            for body in map(json.loads, lines)]  # fmt: skip


def _one(loop: str, case: Case, settings: ModelSettings, made: Worlds) -> Line:
    begun = time.perf_counter()
    values = play(case, made, model_named("reference")).values if case.answer.quotes else []
    played = _play(loop, case, settings, made)
    result = score(case, played, values)
    return Line(
        loop, case.id, result.passed, result.unsafe, result.wrong, played.used.steps, played.input_tokens,
        round(time.perf_counter() - begun, 1),
    )  # fmt: skip


def _play(loop: str, case: Case, settings: ModelSettings, made: Worlds) -> Played:
    from agent.plain_loop import PlainLoop  # noqa: PLC0415 - langchain takes seconds to import

    model = Model(settings.model, settings)
    return play(case, made, model, PlainLoop(settings) if loop == PLAIN else None)


def figures(lines: Sequence[Line]) -> dict[str, Any]:
    """The figures of both loops, and their ratios: ours over the bare one."""
    both = {loop: _figures([line for line in lines if line.loop == loop]) for loop in _LOOPS}
    plain, ours = both[PLAIN], both[OURS]
    return {
        **both,
        "pass_1_ratio": ours["pass_1"] / plain["pass_1"] if plain["pass_1"] else None,
        "prompt_ratio": ours["prompt_per_step"] / plain["prompt_per_step"]
        if plain["prompt_per_step"]
        else None,
    }


def _figures(lines: Sequence[Line]) -> dict[str, Any]:
    rate = statistics.rate([statistics.all_of(int(line.passed), 1, 1) for line in lines])
    steps = sum(line.steps for line in lines)
    return {
        "cases": len(lines),
        "unsafe": sum(bool(line.unsafe) for line in lines),
        "passed": sum(line.passed for line in lines),
        "pass_1": rate.rate,
        "interval": [rate.low, rate.high],
        "steps": steps,
        "prompt_per_step": sum(line.prompt for line in lines) / steps if steps else None,
        "seconds": round(sum(line.seconds for line in lines), 1),
    }


def table(lines: Sequence[Line]) -> str:
    """Both loops as Markdown."""
    body = figures(lines)
    rows = ["| loop | cases | unsafe | pass^1 (95 %) | model calls | prompt tokens per call | s |",
            "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for loop in _LOOPS:
        one = body[loop]
        low, high = one["interval"]
        rate = f"{100 * one['pass_1']:.1f} % ({100 * low:.1f}-{100 * high:.1f})"
        tokens = f"{one['prompt_per_step']:,.0f}" if one["prompt_per_step"] else "-"
        cells = (loop, one["cases"], one["unsafe"], rate, one["steps"], tokens, f"{one['seconds']:.0f}")
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    named = (("pass^1 x", "pass_1_ratio"), ("prompt x", "prompt_ratio"))
    ratios = [f"{name} {body[key]:.2f}" for name, key in named if body[key]]
    return "\n".join([*rows, *([f"ours over bare: {', '.join(ratios)}"] if ratios else [])])


if __name__ == "__main__":
    sys.exit(main())
