"""One seed drives everything: model, people, faults, clock, rules and world, step by step."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Final

from sqlalchemy import text

from evals.hostile.limits import Limits
from evals.hostile.machines import Connector, Crash, FailingClock
from evals.hostile.oracle import Asked, Oracle
from evals.hostile.proposals import Proposals
from evals.hostile.sight import World
from evals.hostile.story import story_faults
from evals.hostile.town import ORDERS, SKUS, START, SUPPLIERS, TENANTS, build, cost_of, staff
from policies.modes import Mode
from shop.actions import Action, parse_action
from shop.backends.embedded import EmbeddedEffects
from shop.errors import AccessDeniedError, ShopError
from shop.people import Principal
from shop.store.database import Database
from tools.desk import Desk, Session, State, Submission, Turned

MOVES: Final = {
    "propose": 420,
    "approve": 190,
    "execute": 290,
    "reject": 15,
    "edit": 20,
    "withdraw": 8,
    "recover": 15,
    "policy": 8,
    "drift": 25,
    "switch": 6,
    "role": 4,
    "probe": 4,
}
RECENT: Final = 25


@dataclass
class Tenant:
    """One tenant's desk, world, oracle and what its people remember."""

    name: str
    db: Database
    oracle: Oracle
    desk: Desk
    world: World
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=2_000))
    approvals: deque[str] = field(default_factory=lambda: deque(maxlen=2_000))
    actions: dict[str, Action] = field(default_factory=dict)
    keys: deque[tuple[str, str, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=50))


class Simulation:
    """A seeded run of hostile steps on real databases; `urls` gives each tenant's."""

    def __init__(self, seed: int, urls: Callable[[str], str]) -> None:
        self.random = Random(seed)
        self.clock = FailingClock(START)
        self.limits = Limits()
        self.policies = self.limits.policy()
        self.seen: Counter[str] = Counter()
        self._numbers = count(1)
        self.tenants = [self._tenant(name, urls(name)) for name in TENANTS]
        self._proposals = {tenant.name: Proposals(self.random) for tenant in self.tenants}

    def run(self, steps: int) -> None:
        """Take a number of steps."""
        names, weights = tuple(MOVES), tuple(MOVES.values())
        for _ in range(steps):
            self.step(self.random.choices(names, weights)[0])

    def step(self, move: str) -> None:
        """One move of one tenant, at which the process may die."""
        self._tick()
        tenant = self.random.choices(self.tenants, (85, 15))[0]
        if self.random.random() < 0.004:
            self.clock.dies_in = self.random.randrange(1, 8)
        try:
            getattr(self, f"_{move}")(tenant)
        except Crash:
            self.seen["crash"] += 1
            tenant.desk = self._desk(tenant.db, tenant.oracle)
        except ShopError as error:
            self.seen[f"refusal {type(error).__name__}"] += 1
        self.clock.dies_in = None

    @property
    def violations(self) -> list[str]:
        """Everything that any oracle saw and must not be."""
        return [violation for tenant in self.tenants for violation in tenant.oracle.violations]

    @property
    def effects(self) -> int:
        """Effects in the world, by the oracles' books."""
        return sum(len(tenant.oracle.books.done) for tenant in self.tenants)

    def finish(self) -> None:
        """I9 and I12, over the whole run: the audit, the store and the books tell the same story."""
        for tenant in self.tenants:
            while tenant.desk.is_stopped():
                self._agreed(tenant, tenant.desk.resume(staff(tenant.name).approvers[-1], "the end"))
                tenant.oracle.stopped = False
            for _ in range(30):
                self.clock.now += timedelta(hours=1)
                if not self._settled(tenant):
                    break
            tenant.oracle.violations.extend(story_faults(tenant.db, tenant.name, tenant.oracle.books))

    def _settled(self, tenant: Tenant) -> bool:
        try:
            return bool(tenant.desk.recover())
        except Crash:
            return True

    @property
    def coverage(self) -> Counter[str]:
        """How often everything was hit."""
        total = Counter(self.seen)
        for tenant in self.tenants:
            total.update(tenant.oracle.seen)
        return total

    def _tenant(self, name: str, url: str) -> Tenant:
        db = build(url, name)
        world = World(db)
        oracle = Oracle(name, world, self.limits)
        for member in staff(name).everybody:
            oracle.books.roles[member.id] = frozenset(role.value for role in member.roles)
            if member.is_human:
                oracle.books.humans.add(member.id)
            if member.limit is not None:
                oracle.books.may_approve_pounds[member.id] = member.limit.amount
        return Tenant(name, db, oracle, self._desk(db, oracle), world)

    def _desk(self, db: Database, oracle: Oracle) -> Desk:
        connector = Connector(EmbeddedEffects(db), oracle, self.random, self.clock)
        return Desk(
            db, lambda: self.policies, connector, self.clock, lambda prefix: f"{prefix}{next(self._numbers)}"
        )

    def _tick(self) -> None:
        far = self.random.random() < 0.004
        seconds = self.random.choice((4_000, 7_200, 90_000)) if far else self.random.randrange(60)
        self.clock.now += timedelta(seconds=seconds)

    def _who(self, tenant: Tenant) -> Principal:
        members = staff(tenant.name)
        everybody = members.agents if self.random.random() < 0.8 else (*members.operators, *members.approvers)
        return self.random.choice(everybody)

    def _propose(self, tenant: Tenant) -> None:
        if tenant.keys and self.random.random() < 0.12:
            key, kind, args = self.random.choice(tenant.keys)
            if self.random.random() < 0.5:
                kind, args = self._proposals[tenant.name].draw(self.limits)
        else:
            key = f"key-{next(self._numbers)}"
            kind, args = self._proposals[tenant.name].draw(self.limits)
        tenant.keys.append((key, kind, args))
        action = parse_action(kind, args)
        who = self._who(tenant)
        session = Session(
            who,
            conversation=f"c{self.random.randrange(200)}" if self.random.random() < 0.5 else None,
            tainted=self.random.random() < 0.05,
        )
        digest = action.digest(tenant.name)
        asked = Asked(digest, kind, who.id, who.on_behalf_of, self.clock.now, session.tainted)
        tenant.oracle.note_asked(None, asked)
        answer = tenant.desk.submit(action, session, key=key, execute=self.random.random() < 0.5)
        tenant.oracle.note_key(key, digest, answer.action_id)
        self._remember(tenant, answer, action, asked)

    def _remember(self, tenant: Tenant, answer: Submission, action: Action, asked: Asked) -> None:
        self.seen[f"answer {answer.state.value}"] += 1
        for fired in answer.decision.fired:
            self.seen[f"rule {fired.rule}"] += 1
        if answer.duplicate:
            return
        tenant.oracle.note_asked(answer.action_id, asked)
        tenant.actions[answer.action_id] = action
        if answer.state in {State.DENIED, State.OBSERVED}:
            tenant.oracle.books.ended[answer.action_id] = answer.state.value
        tenant.recent.append(answer.action_id)
        if answer.approval_id is not None:
            tenant.approvals.append(answer.approval_id)
        if answer.receipt is not None and answer.receipt.reference.startswith("PO-"):
            self._proposals[tenant.name].placed.append(answer.receipt.reference)

    def _pick(self, from_: deque[str]) -> str:
        if not from_ or self.random.random() < 0.02:
            return self.random.choice(("A-999999", "act-nobody", "A-1"))
        if self.random.random() < 0.9:
            return from_[-1 - self.random.randrange(min(RECENT, len(from_)))]
        return self.random.choice(from_)

    def _approver(self, tenant: Tenant) -> Principal:
        members = staff(tenant.name)
        pool = members.approvers if self.random.random() < 0.8 else members.everybody
        if self.random.random() < 0.01:
            pool = staff(TENANTS[1] if tenant.name == TENANTS[0] else TENANTS[0]).approvers
        return self._with_present_roles(tenant, self.random.choice(pool))

    def _with_present_roles(self, tenant: Tenant, person: Principal) -> Principal:
        held = tenant.oracle.books.roles.get(person.id)
        if held is None:
            return person
        return Principal(
            person.id,
            person.name,
            person.kind,
            frozenset(role for role in person.roles if role.value in held),
            person.on_behalf_of,
            person.limit,
            person.tenant,
        )

    def _approve(self, tenant: Tenant) -> None:
        approval_id, person = self._pick(tenant.approvals), self._approver(tenant)
        view = tenant.desk.approval(approval_id)
        action, action_id = view.action.action, view.action.id
        tenant.oracle.note_yes(action_id, person.id, action, self.clock.now)
        try:
            answer = tenant.desk.approve(approval_id, person, execute=self.random.random() < 0.4)
        except ShopError:
            tenant.oracle.books.yeses[action_id].pop()
            raise
        self.seen[f"approved {answer.state.value}"] += 1

    def _execute(self, tenant: Tenant) -> None:
        action_id = self._pick(tenant.recent)
        answer = tenant.desk.execute(action_id)
        self.seen[f"executed {answer.state.value}"] += 1

    def _reject(self, tenant: Tenant) -> None:
        approval_id = self._pick(tenant.approvals)
        action_id = tenant.desk.approval(approval_id).action.id
        tenant.desk.reject(approval_id, self._approver(tenant), "no")
        self.seen["rejected"] += 1
        tenant.oracle.books.ended[action_id] = "rejected"

    def _edit(self, tenant: Tenant) -> None:
        approval_id = self._pick(tenant.approvals)
        old = tenant.desk.approval(approval_id).action
        kind, args = self._proposals[tenant.name].draw(self.limits)
        if self.random.random() < 0.8:
            while kind != old.kind:
                kind, args = self._proposals[tenant.name].draw(self.limits)
        action = parse_action(kind, args)
        who = self._approver(tenant)
        asked = Asked(action.digest(tenant.name), kind, who.id, None, self.clock.now, old.tainted)
        tenant.oracle.note_asked(None, asked)
        answer = tenant.desk.edit(approval_id, action, who)
        self.seen["edited"] += 1
        tenant.oracle.books.ended[old.id] = "edited"
        self._remember(tenant, answer, action, asked)

    def _withdraw(self, tenant: Tenant) -> None:
        action_id = self._pick(tenant.recent)
        tenant.desk.withdraw(action_id, self._who(tenant))
        self.seen["withdrawn"] += 1
        tenant.oracle.books.ended[action_id] = "withdrawn"

    def _recover(self, tenant: Tenant) -> None:
        for answer in tenant.desk.recover():
            self.seen[f"recovered {answer.state.value}"] += 1

    def _policy(self, tenant: Tenant) -> None:
        del tenant
        self.limits = self.limits.swapped(self.random)
        self.policies = self.limits.policy()
        for each in self.tenants:
            each.oracle.limits = self.limits

    def _drift(self, tenant: Tenant) -> None:
        """The world changes behind everybody's back."""
        sku, supplier, order = self._looked_at(tenant)
        statement = self.random.choice(
            (
                f"UPDATE offers SET version = version + 1 WHERE sku = '{sku}'",
                f"UPDATE suppliers SET version = version + 1 WHERE id = '{supplier}'",
                f"UPDATE products SET version = version + 1 WHERE sku = '{sku}'",
                f"UPDATE stock_levels SET version = version + 1, on_hand = 2000 WHERE sku = '{sku}'",
                f"UPDATE orders SET version = version + 1 WHERE id = '{order}'",
            )
        )
        with tenant.db.writing() as tx:
            tx.execute(text(statement))
        self.seen["drift"] += 1

    def _looked_at(self, tenant: Tenant) -> tuple[str, str, str]:
        """A SKU, a supplier and an order, most often of something that was asked for lately."""
        args: dict[str, Any] = {}
        if tenant.recent and self.random.random() < 0.8:
            name = tenant.recent[-1 - self.random.randrange(min(RECENT, len(tenant.recent)))]
            args = tenant.actions[name].as_json()
        sku = args.get("sku") or args.get("lines", [{}])[0].get("sku") or self.random.choice(SKUS)
        supplier = args.get("supplier") or self.random.choice(SUPPLIERS)
        return sku, supplier, args.get("order") or str(1000 + self.random.randrange(ORDERS))

    def _switch(self, tenant: Tenant) -> None:
        admin = staff(tenant.name).approvers[-1]
        oracle = tenant.oracle
        if self.random.random() < 0.4:
            if oracle.stopped:
                self._agreed(tenant, tenant.desk.resume(admin, "fine"))
            else:
                tenant.desk.stop_all(admin, "halt")
            oracle.stopped = not oracle.stopped
        else:
            kind = self.random.choice(("place_purchase_order", "refund_order", "change_price"))
            loosened = oracle.modes.get(kind, Mode.AUTO) is not Mode.AUTO
            mode = Mode.AUTO if loosened else self.random.choice((Mode.OBSERVE, Mode.ASSIST))
            self._agreed(tenant, tenant.desk.set_mode(kind, mode, admin))
            oracle.modes[kind] = mode
        self.seen["switch"] += 1
        if oracle.stopped and self.random.random() < 0.7:
            self._agreed(tenant, tenant.desk.resume(admin, "fine"))
            oracle.stopped = False

    def _agreed(self, tenant: Tenant, turned: Turned) -> None:
        """A second person confirms what loosens, after an agent, an operator and the admin have tried to."""
        if turned.request is None:
            return
        members = staff(tenant.name)
        for nobody in (*members.agents, *members.operators, members.approvers[-1]):
            try:
                tenant.desk.confirm_loosening(turned.request.id, nobody)
            except AccessDeniedError:
                self.seen["loosening refused"] += 1
            else:
                tenant.oracle.violations.append(
                    f"I4 {tenant.name}: {nobody.id} loosened without a second person"
                )
        tenant.desk.confirm_loosening(turned.request.id, members.approvers[0])
        self.seen["loosening confirmed"] += 1

    def _role(self, tenant: Tenant) -> None:
        """Somebody loses a role, or gets it back."""
        person = self.random.choice(staff(tenant.name).approvers[:-1])
        full = frozenset(role.value for role in person.roles)
        held = tenant.oracle.books.roles[person.id]
        now_held = full if held != full else frozenset(self.random.sample(sorted(full), len(full) - 1))
        tenant.oracle.books.roles[person.id] = now_held
        with tenant.db.writing() as tx:
            tx.execute(text("DELETE FROM people WHERE id = :id"), {"id": person.id})
            tx.execute(
                text(
                    "INSERT INTO people (id, name, kind, roles, active, created_at) "
                    "VALUES (:id, :id, 'human', :roles, :active, :at)"
                ),
                {
                    "id": person.id,
                    "roles": " ".join(sorted(now_held)),
                    "active": True,
                    "at": "2026-11-20T09:00:00.000000Z",
                },
            )
        self.seen["role"] += 1

    def _probe(self, tenant: Tenant) -> None:
        """I11: a day later, a flood of waiting requests does not keep one lawful order from passing."""
        oracle = tenant.oracle
        if oracle.stopped or oracle.modes.get("place_purchase_order", Mode.AUTO) is not Mode.AUTO:
            return
        self.clock.now += timedelta(hours=25)
        tenant.desk.expire_due()
        if tenant.desk.actions(states=(State.APPROVED, State.EXECUTING, State.UNKNOWN)):
            return
        for _ in range(6):
            self._order(tenant, staff(tenant.name).agents[2], "S11", 134)
        answer = self._order(tenant, staff(tenant.name).operators[0], "S01", 2)
        self.seen["probe"] += 1
        if answer.state is not State.APPROVED:
            oracle.violations.append(f"I11 {tenant.name}: a lawful order was {answer.state.value}")

    def _order(self, tenant: Tenant, who: Principal, sku: str, pieces: int) -> Submission:
        args = {
            "supplier": "south",
            "location": "leeds",
            "lines": [
                {
                    "sku": sku,
                    "quantity": pieces,
                    "unit_cost": {"minor": cost_of(SKUS.index(sku) + 1), "cur": "GBP"},
                }
            ],
            "expected_on": "2026-12-24",
        }
        action = parse_action("place_purchase_order", args)
        digest = action.digest(tenant.name)
        asked = Asked(digest, action.kind, who.id, who.on_behalf_of, self.clock.now, tainted=False)
        tenant.oracle.note_asked(None, asked)
        answer = tenant.desk.submit(action, Session(who), execute=False)
        self._remember(tenant, answer, action, asked)
        return answer
