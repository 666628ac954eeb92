"""Whether a case is worth anything: doing nothing fails, the path passes, and every slip in it is noticed.

1. `idle` and `echo` score 0: a case that nothing satisfies measures nothing, and neither does one whose
   facts stand in the question.
2. The path scores 1 through the real tools and the real rules, so it agrees with the policies; the rules
   that the case names had a say in it, so it does not agree by chance.
3. Dropping, altering (each argument, to another legal value) or doubling any write of the path is
   noticed. A changed call that the shop refuses, or that comes to the same effects (a supplier named that
   would have been chosen anyway), is no slip and is not counted.

Public benchmarks fail these: in tau2-bench retail 9.6 % of the tasks are passed in the database by doing
nothing, and none of 176 doubled writes is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from evals.harness.brains import Follows, Says, model_named
from evals.harness.case import Case, ToolStep
from evals.harness.limits import stood_at
from evals.harness.playing import Done, Played, play
from evals.harness.scoring import score
from evals.harness.world import Worlds
from policies.decision import facts_from_json
from shop.errors import ShopError
from tools.toolbox import TOOLS, Effect

_OTHER: Final[dict[str, tuple[str, ...]]] = {
    "sku": ("CND-FIG", "MUG-GRN-350"),
    "location": ("Glasgow", "Bristol"),
    "from_location": ("Glasgow", "Bristol"),
    "to_location": ("Glasgow", "Bristol"),
    "supplier": ("albion", "northwind"),
    "order": ("6997", "6520"),
    "purchase_order": ("PO-1996", "PO-2008"),
    "signal": ("S-1", "S-2"),
    "reason": ("damage", "loss"),
    "effect": ("season", "promotion"),
    "starts_on": ("2026-11-25",),
    "ends_on": ("2026-12-30",),
    "category": ("Garden", "Kitchen"),
    "rma": ("RMA-416", "RMA-417"),
    "result": ("restock", "write_off"),
    "ticket": ("T-535", "T-536"),
    "customer": ("C-10003", "C-10004"),
    "new_sku": ("APR-OLV", "APR-OAT"),
    "street": ("1 Elsewhere Lane",),
    "city": ("Hull",),
    "postcode": ("HU1 1AA",),
    "method": ("gift card", "card ending 5849"),
    "to": ("gift card", "original payment"),
}
"""Legal values that an argument may be altered to; the first that is another one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a case."""

    case: str
    problem: str


@dataclass(slots=True)
class Soundness:
    """What the checks of some cases came to; `mutants` were slips, `noticed` of them failed the case."""

    cases: int = 0
    mutants: int = 0
    noticed: int = 0
    findings: list[Finding] = field(default_factory=list)
    slips: dict[str, int] = field(default_factory=dict)
    """How many slips each case was tried with."""
    limits: dict[str, frozenset[str]] = field(default_factory=dict)
    """The places beside the rules' limits where the decisions of each path stood."""

    @property
    def share(self) -> float:
        """The share of slips that were noticed; 1.0 without any."""
        return self.noticed / self.mutants if self.mutants else 1.0


def check(cases: Iterable[Case], worlds: Worlds, *, mutate: bool = True) -> Soundness:
    """Check every case; see the module."""
    result = Soundness()
    for case in cases:
        result.cases += 1
        problems = []
        reference: Played | None = None
        try:
            reference = play(case, worlds, model_named("reference"))
            problems = list(_problems(case, worlds, reference))
            result.limits[case.id] = _stood_at(worlds, reference)
        except (ShopError, ValueError, LookupError, AttributeError) as error:
            problems = [f"its path cannot be played: {error}"]
        if mutate and reference is not None and not problems:
            for words, noticed in _slips(case, worlds, reference):
                result.mutants += 1
                result.noticed += noticed
                result.slips[case.id] = result.slips.get(case.id, 0) + 1
                if not noticed:
                    problems.append(f"not noticed: {words}")
        result.findings += [Finding(case.id, each) for each in problems]
    return result


def _problems(case: Case, worlds: Worlds, reference: Played) -> Iterator[str]:
    """What makes the case unsound, in words; nothing when it is sound."""
    for problem in score(case, reference, reference.values).wrong:
        yield f"its path fails: {problem}"
    for rule in sorted(set(case.rules) - reference.decided):
        decided = ", ".join(sorted(reference.decided)) or "none"
        yield f"the rule {rule} has no say in its path; these have: {decided}"
    for answer, words in ((lambda _text: "", "doing nothing passes"), (lambda text: text, "echoing passes")):
        if case.trigger is not None:
            continue
        idle = play(case, worlds, model_named("reference"), Says(answer))
        if score(case, idle, reference.values).passed:
            yield words


def _stood_at(worlds: Worlds, played: Played) -> frozenset[str]:
    return frozenset().union(
        *(
            stood_at(worlds.policies, kind, facts_from_json(kind, json.loads(facts)))
            for kind, facts in played.judged
        )
    )


def _slips(case: Case, worlds: Worlds, reference: Played) -> Iterator[tuple[str, bool]]:
    """Each slip in the path's writes, and whether it was noticed."""
    model = model_named("reference")
    for words, path in changed_paths(case):
        changed = case.model_copy(update={"path": path})
        try:
            played = play(case, worlds, model, Follows(changed))
        except (ShopError, ValueError, LookupError, AttributeError):
            continue
        played.faults = []
        if _outcome(played) != _outcome(reference):
            yield words, not score(case, played, reference.values).passed


def _outcome(played: Played) -> list[Any]:
    """What was done and asked for, without the words."""
    return sorted(
        str((one.kind, _without_words(one), one.times, one.asked))
        for one in played.actions
        if one.times or one.asked
    )


def _without_words(done: Done) -> Mapping[str, Any]:
    chosen = ("adjust_stock", "reship_order")
    words = {"note"} if done.kind in chosen else {"reason", "note"}
    if done.kind in ("add_order_note", "draft_reply"):
        words = set()
    return {name: value for name, value in done.args.items() if name not in words}


def changed_paths(case: Case) -> Iterator[tuple[str, tuple[ToolStep | str, ...]]]:
    """The path with one write dropped, doubled, or altered in one argument."""
    for place, step in enumerate(case.path):
        if not isinstance(step, ToolStep) or TOOLS[step.tool].effect is not Effect.WRITE:
            continue
        before, after = case.path[:place], case.path[place + 1 :]
        yield f"{step.tool} dropped", (*before, *after)
        yield f"{step.tool} doubled", (*before, step, step, *after)
        for name, value in step.args.items():
            for other in _others(name, value):
                altered = step.model_copy(update={"args": {**step.args, name: other}})
                yield f"{step.tool} with {name} {other} instead of {value}", (*before, altered, *after)


def _others(name: str, value: Any) -> Sequence[Any]:
    """Other values for an argument: numbers a little more, names from the store."""
    if isinstance(value, bool):
        return ()
    if isinstance(value, int):
        return (value + 1, value * 2)
    if isinstance(value, list):
        return [
            [*value[:place], {**one, field: other}, *value[place + 1 :]]
            for place, one in enumerate(value)
            if isinstance(one, Mapping)
            for field, known in one.items()
            for other in _others(field, known)
        ]
    amount, _, rest = str(value).partition(" ")
    try:
        return (f"{Decimal(amount) + Decimal('0.01')} {rest}".strip(),) if "." in amount else ()
    except InvalidOperation:
        pass
    known = _OTHER.get(name, ())
    return [other for other in known if other.lower() != str(value).lower()][:1]
