"""One seed drives everything: model, people, faults, clock, rules and world, step by step."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Final

from evals.hostile import dials, schemes
from evals.hostile.books import ANY_AMOUNT, Asked, identity
from evals.hostile.goods import START
from evals.hostile.limits import USUAL
from evals.hostile.machines import Connector, Crash, FailingClock
from evals.hostile.moves import ACTS, MOVES
from evals.hostile.oracle import Oracle
from evals.hostile.proposals import Proposals
from evals.hostile.refusals import refusal
from evals.hostile.sight import World
from evals.hostile.story import story_faults, story_of
from evals.hostile.town import TENANTS, build, staff
from shop.actions import Action
from shop.backends.embedded import EmbeddedEffects
from shop.errors import ShopError
from shop.people import Principal
from shop.store.database import Database
from tools.desk import Desk, State, Submission
from tools.filing import Bench
from tools.policymaking import Policymaking
from tools.rulebook import StoredRules

STORIES: Final = 5
"""Of so many violations the whole story is kept; one is mostly enough."""

SCHEMING: Final = 0.75
"""How often a scheme that was begun goes on before something else happens."""


@dataclass
class Tenant:
    """One tenant's desk, world, oracle and what its people remember."""

    name: str
    db: Database
    oracle: Oracle
    desk: Desk
    making: Policymaking
    world: World
    proposals: Proposals
    planned: deque[str] = field(default_factory=deque)
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=2_000))
    approvals: deque[str] = field(default_factory=lambda: deque(maxlen=2_000))
    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    approved: deque[str] = field(default_factory=lambda: deque(maxlen=4))
    executed: deque[str] = field(default_factory=lambda: deque(maxlen=100))
    over: dict[str, deque[str]] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    keys: deque[tuple[str, str, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=50))


class Simulation:
    """A seeded run of hostile steps on real databases; `urls` gives each tenant's."""

    def __init__(self, seed: int, urls: Callable[[str], str]) -> None:
        self.random = Random(seed)
        self.clock = FailingClock(START)
        self.seen: Counter[str] = Counter()
        self.stories: list[list[str]] = []
        self.steps = 0
        self._numbers = count(1)
        self._scheme: tuple[Tenant, Iterator[None]] | None = None
        self.tenants = [self._tenant(name, urls(name)) for name in TENANTS]

    def run(self, steps: int) -> None:
        """Take a number of steps."""
        names, weights = tuple(MOVES), tuple(MOVES.values())
        for _ in range(steps):
            if self._scheme is not None and self.random.random() < SCHEMING:
                self._guarded(self._scheme[0], self._go_on)
            else:
                self.step(self.random.choices(names, weights)[0])

    def step(self, move: str) -> None:
        """One move of one tenant, at which the process may die."""
        tenant = self.random.choices(self.tenants, (85, 15))[0]
        self._guarded(tenant, lambda: ACTS[move](self, tenant))

    def begin(self, tenant: Tenant) -> None:
        """Begin a scheme, unless one is under way."""
        if self._scheme is None:
            scheme = min(schemes.SCHEMES, key=lambda one: (self.seen[_named(one)], self.random.random()))
            self.seen[_named(scheme)] += 1
            self._scheme = (tenant, scheme(self, tenant))

    def number(self) -> int:
        """A number that nobody was given before."""
        return next(self._numbers)

    def asked(
        self,
        action: Action,
        who: Principal,
        *,
        tainted: bool = False,
        undoes: str | None = None,
        talk: str | None = None,
    ) -> Asked:
        """Somebody asking for something at this moment."""
        now = self.clock.now
        return Asked(identity(action), action.kind, who.id, who.on_behalf_of, now, tainted, undoes, talk)

    def remember(self, tenant: Tenant, answer: Submission, action: Action, asked: Asked) -> None:
        """Keep what an answer told: the action's name, its state, whether it ended at once."""
        self.seen[f"answer {answer.state.value}"] += 1
        for fired in answer.decision.fired:
            self.seen[f"rule {fired.rule}"] += 1
        if answer.duplicate:
            self.seen["duplicate"] += 1
            return
        tenant.oracle.note_asked(answer.action_id, asked)
        tenant.actions[answer.action_id] = action
        if answer.state in {State.DENIED, State.OBSERVED}:
            self.ended(tenant, answer.action_id, answer.state.value)
        tenant.recent.append(answer.action_id)
        if answer.state is State.EXECUTED:
            tenant.executed.append(answer.action_id)
        elif answer.state is State.APPROVED:
            tenant.approved.append(answer.action_id)
        if answer.approval_id is not None:
            tenant.approvals.append(answer.approval_id)
            tenant.waiting.append(answer.approval_id)
            tenant.behind[answer.approval_id] = answer.action_id

    def ended(self, tenant: Tenant, action_id: str, how: str) -> None:
        """I10: from here on this action must have no effect."""
        tenant.oracle.books.ended[action_id] = how
        for name in [one for one in tenant.waiting if tenant.behind[one] == action_id]:
            self.no_longer_waits(tenant, name)
        self.is_over(tenant, action_id, how)

    def no_longer_waits(self, tenant: Tenant, approval_id: str) -> None:
        """Forget that an approval waits."""
        if approval_id in tenant.waiting:
            tenant.waiting.remove(approval_id)

    def is_over(self, tenant: Tenant, action_id: str, how: str) -> None:
        """Remember where an action came to an end, so that somebody may try it again."""
        tenant.over.setdefault(how, deque(maxlen=50)).append(action_id)

    @property
    def violations(self) -> list[str]:
        """Everything that any oracle saw and must not be."""
        return [violation for tenant in self.tenants for violation in tenant.oracle.violations]

    @property
    def effects(self) -> int:
        """Effects in the world, by the oracles' books."""
        return sum(len(tenant.oracle.books.done) for tenant in self.tenants)

    @property
    def coverage(self) -> Counter[str]:
        """How often everything was hit."""
        total = Counter(self.seen)
        for tenant in self.tenants:
            total.update(tenant.oracle.seen)
        return total

    def finish(self) -> None:
        """I9 and I12, over the whole run: the audit, the store and the books tell the same story."""
        self.clock.dies_in, self._scheme = None, None
        for tenant in self.tenants:
            tenant.planned.clear()
            while tenant.desk.is_stopped():  # an hour later nobody acts for another any more
                self.clock.now += timedelta(hours=1)
                dials.loosen_stop(self, tenant)
            for _ in range(30):
                self.clock.now += timedelta(hours=1)
                if not self._settled(tenant):
                    break
            oracle = tenant.oracle
            oracle.violations.extend(story_faults(tenant.db, tenant.name, oracle.books, oracle.seen))

    def _go_on(self) -> None:
        assert self._scheme is not None  # noqa: S101 - the caller has looked
        _, scheme = self._scheme
        try:
            next(scheme)
        except StopIteration:
            self._scheme = None
        except BaseException:
            self._scheme = None
            raise

    def _guarded(self, tenant: Tenant, move: Callable[[], None]) -> None:
        self.steps += 1
        known = len(tenant.oracle.violations)
        self._tick()
        if self.random.random() < 0.004:
            self.clock.dies_in = self.random.randrange(1, 8)
        try:
            move()
        except Crash:
            self.seen["crash"] += 1
            tenant.desk, tenant.making = self._gate(tenant.db, tenant.oracle, tenant.planned)
        except ShopError as error:
            self.seen[refusal(error)] += 1
        self.clock.dies_in = None
        if len(tenant.oracle.violations) > known and len(self.stories) < STORIES:
            self._tell(tenant, tenant.oracle.violations[known])

    def _tell(self, tenant: Tenant, violation: str) -> None:
        """Keep what there is to know about a violation while it is fresh."""
        asked = tenant.actions.get(violation.split()[2].rstrip(":"))
        told = f"step {self.steps}, {self.clock.now.isoformat()}: {violation}; {asked!r}"
        self.stories.append([told, *story_of(tenant.db, tenant.name, violation)])

    def _settled(self, tenant: Tenant) -> bool:
        try:
            return bool(tenant.desk.recover())
        except Crash:
            return True

    def _tenant(self, name: str, url: str) -> Tenant:
        db = build(url, name)
        world = World(db)
        oracle = Oracle(name, world, USUAL)
        for member in staff(name).everybody:
            oracle.books.roles[member.id] = frozenset(role.value for role in member.roles)
            if member.is_human:
                oracle.books.humans.add(member.id)
            oracle.books.may_approve_pounds[member.id] = member.limit.amount if member.limit else ANY_AMOUNT
        planned: deque[str] = deque()
        proposals = Proposals(self.random)
        oracle.on_done = proposals.note_done
        desk, making = self._gate(db, oracle, planned)
        making.found(USUAL.files())
        return Tenant(name, db, oracle, desk, making, world, proposals, planned)

    def _gate(self, db: Database, oracle: Oracle, planned: deque[str]) -> tuple[Desk, Policymaking]:
        """The product as one process has it."""
        connector = Connector(EmbeddedEffects(db), oracle, self.random, self.clock, planned)
        rules = StoredRules(db.tenant)
        desk = Desk(db, rules, connector, self.clock, self._name)
        return desk, Policymaking(Bench(db, rules, connector, self.clock, self._name))

    def _name(self, prefix: str) -> str:
        return f"{prefix}{self.number()}"

    def _tick(self) -> None:
        far = self.random.random() < 0.004
        seconds = self.random.choice((4_000, 7_200, 90_000)) if far else self.random.randrange(60)
        self.clock.now += timedelta(seconds=seconds)


def _named(scheme: schemes.Scheme) -> str:
    return f"scheme {scheme.__name__}"
