"""Past decisions decided again by other rules, on the facts that were recorded: what a change would change.

Nothing is read or written here: the records come from the ledger, the rules from their files. A decision
whose record lacks a fact that the rules ask for is told apart; to deny it would say something about the
record, not about the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from heapq import heappush, heappushpop
from typing import Any, Final

from policies.decision import Verdict
from policies.judge import decide, verdict_under
from policies.model import KindRules, PolicySet
from policies.scope import Places
from policies.vocabulary import FactValue
from shop.money import Money

EXAMPLES: Final = 10
SUMS_ARE_PAST: Final = (
    "Sums and counts over hours and days are those of the time: under other rules other actions would have "
    "run, and the sums would have been others."
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision as the ledger holds it: the facts and the verdict of the moment when somebody asked.

    `money` is the action's value in the home currency. `missing` names the facts that could not be read even
    then; `assisted` says that the dial stood on assist, so that a person was asked whatever the rules said.
    """

    action_id: str
    kind: str
    at: datetime
    requester: str
    verdict: Verdict
    facts: Mapping[str, FactValue]
    money: Money | None = None
    missing: frozenset[str] = frozenset()
    assisted: bool = False
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transition:
    """How many decisions went from one verdict to another, and the money in them, by currency."""

    before: Verdict
    after: Verdict
    decisions: int
    money: tuple[Money, ...]

    @property
    def is_change(self) -> bool:
        """Whether the verdicts differ."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class Example:
    """One of the changed decisions with the most money in it; `reason` is the new answer in words."""

    action_id: str
    kind: str
    at: datetime
    requester: str
    before: Verdict
    after: Verdict
    money: Money | None
    reason: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """So many decisions about a kind could not be decided again: their record does not hold these facts."""

    kind: str
    facts: tuple[str, ...]
    decisions: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What the rules would have answered; `extra_approvals` holds each day (UTC) with more or fewer."""

    policy_sha: str
    decisions: int
    transitions: tuple[Transition, ...]
    extra_approvals: Mapping[date, int]
    days: int
    examples: tuple[Example, ...]
    lacking: tuple[Lacking, ...]
    caveat: str

    @property
    def changed(self) -> int:
        """How many decisions would have another verdict."""
        return sum(one.decisions for one in self.transitions if one.is_change)

    @property
    def stricter(self) -> int:
        """How many decisions would have a stricter verdict."""
        return sum(one.decisions for one in self.transitions if one.after.strictness > one.before.strictness)

    @property
    def extra_approvals_per_day(self) -> Decimal:
        """Questions to people that came in addition on an average day; below zero if there are fewer."""
        if not self.days:
            return Decimal(0)
        return (Decimal(sum(self.extra_approvals.values())) / self.days).quantize(Decimal("0.01"))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "policy_sha": self.policy_sha,
            "decisions": self.decisions,
            "changed": self.changed,
            "stricter": self.stricter,
            "transitions": [_transition_json(one) for one in self.transitions],
            "extra_approvals_per_day": str(self.extra_approvals_per_day),
            "extra_approvals": {day.isoformat(): count for day, count in self.extra_approvals.items()},
            "examples": [_example_json(one) for one in self.examples],
            "lacking": [
                {"kind": one.kind, "facts": list(one.facts), "decisions": one.decisions}
                for one in self.lacking
            ],
            "caveat": self.caveat,
        }


def replay(
    records: Iterable[Recorded], policies: PolicySet, against: PolicySet | None = None
) -> ReplayReport:
    """Decide past decisions again, before anybody has said yes, and compare with what was answered then.

    With `against`, the comparison is with what those rules answer instead. The records are read once, one
    after the other. Pure, and never raises on a record.
    """
    after, before = _Retrial(policies), None if against is None else _Retrial(against)
    tally = _Tally()
    for record in records:
        tally.read(record)
        new = after.verdict(record)
        old = record.verdict if before is None else before.verdict(record)
        if isinstance(new, frozenset):
            tally.lacking[record.kind, tuple(sorted(new))] += 1
        elif isinstance(old, frozenset):
            tally.lacking[record.kind, tuple(sorted(old))] += 1
        else:
            tally.count(record, old, new)
    return tally.report(policies, after)


@dataclass(slots=True)
class _Retrial:
    """The judge asked again, about the facts that a record holds."""

    policies: PolicySet
    _narrowed: dict[tuple[str, frozenset[str]], KindRules] = field(default_factory=dict)

    def verdict(self, record: Recorded) -> Verdict | frozenset[str]:
        """The verdict, or the facts that the record does not hold although the rules ask for them."""
        governed = self.policies.kinds.get(record.kind)
        if governed is None:
            return Verdict.DENY
        if governed.scope_keys:
            unplaced = frozenset(f"scope.{key}" for key in governed.scope_keys if not record.places.get(key))
            if unplaced:
                return unplaced if unplaced.isdisjoint(record.missing) else Verdict.DENY
        facts = record.facts
        if facts.keys() != governed.facts.keys():
            absent = governed.facts.keys() - facts.keys()
            if not absent.isdisjoint(record.missing):
                return Verdict.DENY
            lacking = absent & governed.used
            if lacking:
                return frozenset(lacking)
            governed = self._asking_only(governed, frozenset(governed.facts.keys() & facts.keys()))
            facts = {name: facts[name] for name in governed.facts}
        found = verdict_under(governed, facts, (), record.places)
        return Verdict.NEEDS_APPROVAL if record.assisted and found is Verdict.ALLOW else found

    def reason(self, record: Recorded) -> str:
        """The new answer to one record in words."""
        governed = self.policies.kinds.get(record.kind)
        if governed is None:
            return decide(self.policies, record.kind, record.facts).in_words()
        facts = {name: record.facts[name] for name in governed.facts.keys() & record.facts.keys()}
        narrowed = self._asking_only(governed, frozenset(facts))
        kinds = {**self.policies.kinds, record.kind: narrowed}
        return decide(
            PolicySet(self.policies.policies, kinds), record.kind, facts, (), record.places
        ).in_words()

    def _asking_only(self, governed: KindRules, names: frozenset[str]) -> KindRules:
        """The kind's rules with only those facts declared that a record holds."""
        key = governed.kind, names
        if key not in self._narrowed:
            declared = {name: kind for name, kind in governed.facts.items() if name in names}
            self._narrowed[key] = replace(governed, facts=declared)
        return self._narrowed[key]


_Ranked = tuple[Decimal, int, Recorded, Verdict, Verdict]


@dataclass(slots=True)
class _Tally:
    """The counts of a replay as they grow."""

    decisions: int = 0
    first: date | None = None
    last: date | None = None
    counts: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    money: Counter[tuple[Verdict, Verdict, str]] = field(default_factory=Counter)
    asked: Counter[date] = field(default_factory=Counter)
    lacking: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    biggest: list[_Ranked] = field(default_factory=list)

    def read(self, record: Recorded) -> None:
        """Note that there is a record, and its day."""
        self.decisions += 1
        day = record.at.date()
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)

    def count(self, record: Recorded, before: Verdict, after: Verdict) -> None:
        """Add one decision that was decided again."""
        self.counts[before, after] += 1
        if record.money is not None:
            self.money[before, after, record.money.currency] += record.money.minor
        if before is after:
            return
        extra = (after is Verdict.NEEDS_APPROVAL) - (before is Verdict.NEEDS_APPROVAL)
        if extra:
            self.asked[record.at.date()] += extra
        amount = Decimal(0) if record.money is None else record.money.amount
        ranked = amount, -self.decisions, record, before, after
        if len(self.biggest) < EXAMPLES:
            heappush(self.biggest, ranked)
        else:
            heappushpop(self.biggest, ranked)

    def report(self, policies: PolicySet, retrial: _Retrial) -> ReplayReport:
        """The finished report."""
        ranked = sorted(self.biggest, key=lambda one: one[:2], reverse=True)
        return ReplayReport(
            policy_sha=policies.sha,
            decisions=self.decisions,
            transitions=self._transitions(),
            extra_approvals={day: count for day, count in sorted(self.asked.items()) if count},
            days=(self.last - self.first).days + 1 if self.first and self.last else 0,
            examples=tuple(
                _example(record, before, after, retrial) for _, _, record, before, after in ranked
            ),
            lacking=tuple(
                Lacking(kind, facts, count) for (kind, facts), count in sorted(self.lacking.items())
            ),
            caveat=SUMS_ARE_PAST,
        )

    def _transitions(self) -> tuple[Transition, ...]:
        ordered = sorted(self.counts.items(), key=lambda one: [verdict.strictness for verdict in one[0]])
        return tuple(
            Transition(before, after, count, self._money_of(before, after))
            for (before, after), count in ordered
        )

    def _money_of(self, before: Verdict, after: Verdict) -> tuple[Money, ...]:
        return tuple(
            Money(minor, currency)
            for (old, new, currency), minor in sorted(self.money.items())
            if (old, new) == (before, after)
        )


def _example(record: Recorded, before: Verdict, after: Verdict, retrial: _Retrial) -> Example:
    return Example(
        action_id=record.action_id,
        kind=record.kind,
        at=record.at,
        requester=record.requester,
        before=before,
        after=after,
        money=record.money,
        reason=retrial.reason(record),
    )


def _transition_json(one: Transition) -> dict[str, Any]:
    return {
        "before": one.before.value,
        "after": one.after.value,
        "decisions": one.decisions,
        "money": [money.as_json() for money in one.money],
    }


def _example_json(one: Example) -> dict[str, Any]:
    return {
        "action": one.action_id,
        "kind": one.kind,
        "at": one.at.isoformat(),
        "requester": one.requester,
        "before": one.before.value,
        "after": one.after.value,
        "money": one.money.as_json() if one.money else None,
        "reason": one.reason,
    }
