"""Judging an action on this moment's facts and filing it: the step that every submission goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from policies.decision import NO, facts_as_json
from policies.judge import Decision, Grant, Verdict, decide
from policies.modes import Mode, tightened
from policies.scope import places_as_json
from shop.actions import KINDS, Action, parse_action
from shop.backends.ports import Effects, Receipt
from shop.clock import Clock, IdSource, new_id, utc_now
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.people import Kind, Principal, Role
from shop.store.database import Database, Snapshot, Transaction
from tools.facts import Asked, FactValue, Gathered, channel_of, gather
from tools.ledger import chain, judged, rows, talks, waiting
from tools.ledger.plans import PlanView
from tools.ledger.salts import digest_of_args, says_anything
from tools.ledger.states import ActionView, State
from tools.recording import record
from tools.rulebook import InForce, Rulebook

PENDING_FOR: Final = timedelta(hours=72)
APPROVED_FOR: Final = timedelta(hours=24)
STOP: Final = "*"


@dataclass(frozen=True, slots=True)
class Session:
    """Where a submission comes from; made by the door, never from a tool's arguments.

    `tainted` is true once a stranger's text has been read in this conversation or run.
    """

    principal: Principal
    conversation: str | None = None
    run: str | None = None
    tainted: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """What desk and executor work with. `policies` is asked at each decision: new rules count at once."""

    db: Database
    policies: Rulebook
    effects: Effects
    clock: Clock = utc_now
    ids: IdSource = field(default=new_id)

    @property
    def tenant(self) -> str:
        """The tenant of the database: nobody can name another one."""
        return self.db.tenant

    def admit(self, principal: Principal) -> None:
        """Refuse somebody whose credential is of another tenant."""
        if principal.tenant not in {None, self.tenant}:
            raise AccessDeniedError(f"{principal.name} belongs to another store")


@dataclass(frozen=True, slots=True)
class Shadow:
    """The answer of the rules on trial: digest, verdict, reason, and the facts that only they ask for."""

    sha: str
    verdict: str
    reason: str
    more_facts: Mapping[str, FactValue]

    def as_json(self) -> dict[str, Any]:
        """Plain values, to stand beside the decision."""
        facts = {"facts": facts_as_json(self.more_facts)} if self.more_facts else {}
        return {"sha": self.sha, "verdict": self.verdict, "reason": self.reason, **facts}


UNREADABLE: Final = "unreadable"
"""The verdict of a shadow that this version of Shophand cannot read."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision with the facts and the mode it was taken under.

    `shadow` is what the rules on trial would have answered, None if there are none; it has no effect.
    """

    decision_id: str
    decision: Decision
    facts: Gathered
    mode: Mode
    shadow: Shadow | None = None

    @property
    def reason(self) -> str:
        """The decision in words; of a no, first what can be asked for instead or could not be read."""
        words = self.decision.in_words()
        if self.decision.verdict is not Verdict.DENY:
            return words
        told = [as_sentence(one) for one in self.facts.missing] + self.facts.advice
        explained = bool(self.decision.missing and self.facts.missing)
        return NO + " ".join(told if explained else [*told, words.removeprefix(NO)])


def as_sentence(words: str) -> str:
    """A part of a sentence as one of its own.

    >>> as_sentence("there is no return 'RMA-9'")
    "There is no return 'RMA-9'."
    """
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


@dataclass(frozen=True, slots=True)
class Filed:
    """An action as it was just filed, with the decision about it."""

    view: ActionView
    decision: Decision


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a submission, for tools and doors."""

    action_id: str
    kind: str
    state: State
    reason: str
    decision: Decision
    approval_id: str | None
    receipt: Receipt | None
    duplicate: bool

    def in_words(self) -> str:
        """One sentence for operators and models."""
        again = " (this was asked before; nothing was done again)" if self.duplicate else ""
        return f"{self._what()}{again}"

    def _what(self) -> str:
        match self.state:
            case State.EXECUTED if self.receipt is not None:
                return f"done: {self.receipt.detail}"
            case State.PENDING:
                return f"awaiting approval {self.approval_id}: {self.reason}"
            case State.OBSERVED:
                return f"recorded only, the dial stands on observe: {self.reason}"
            case State.APPROVED:
                return f"approved, not yet carried out: {self.reason}"
            case _:
                return f"{self.state.value}: {self.reason.removeprefix(NO)}"


def session_again(filed: ActionView | PlanView) -> Session:
    """The session in which something was filed, to file what follows from it for the same requester."""
    roles = frozenset({Role.OPERATOR})
    principal = Principal(
        filed.requester, filed.requester, Kind(filed.requester_kind), roles, filed.on_behalf_of
    )
    return Session(principal, filed.conversation, filed.run, filed.tainted)


def check_requester(principal: Principal) -> None:
    """Viewers may look only, and an agent never holds a role that approves."""
    if not principal.roles - {Role.VIEWER}:
        raise AccessDeniedError(f"{principal.name} may look, not ask for changes; it takes the role operator")
    if not principal.is_human and principal.roles - {Role.VIEWER, Role.OPERATOR}:
        raise AccessDeniedError(f"{principal.name} is no human and must not hold an approving role")


def trusted(action: Action) -> Action:
    """The action parsed again from its own canonical form: what was built past validation fails here."""
    if KINDS.get(action.kind) is not type(action):
        raise InvalidActionError(f"unknown action {action.kind!r}")
    return parse_action(action.kind, action.as_json())


def judge(
    snapshot: Snapshot, bench: Bench, action: Action, asked: Asked, grants: Sequence[Grant] = ()
) -> Judgement:
    """Read the facts and decide, at this moment and under the mode in force.

    Rules on trial are asked beside those in force, on the same facts; their answer is only written down.
    """
    rules = bench.policies.at(snapshot)
    facts = gather(
        snapshot, action, asked, rules.active.window_facts(action.kind), rules.shadow_windows(action.kind)
    )
    mode = mode_of(snapshot, bench.tenant, action.kind)
    decision = decide(rules.active, action.kind, facts.values, grants, facts.places)
    decision = tightened(decision, action.kind, mode, grants)
    shadow = _shadow(rules, action.kind, facts, mode, grants)
    return Judgement(bench.ids("dec"), decision, facts, mode, shadow)


def _shadow(rules: InForce, kind: str, facts: Gathered, mode: Mode, grants: Sequence[Grant]) -> Shadow | None:
    if not rules.shadow_sha:
        return None
    if rules.shadow is None:
        return Shadow(rules.shadow_sha, UNREADABLE, "the rules on trial cannot be read", {})
    own = rules.shadow.kinds[kind].facts
    known = {name: value for name, value in {**facts.values, **facts.apart}.items() if name in own}
    decision = decide(rules.shadow, kind, known, grants, facts.places)
    decision = tightened(decision, kind, mode, grants)
    return Shadow(rules.shadow_sha, decision.verdict.value, decision.in_words(), dict(facts.apart))


def mode_of(snapshot: Snapshot, tenant: str, kind: str) -> Mode:
    """The dial of a kind of action; auto until somebody turns it: the rules deny by default anyway."""
    value = waiting.switch(snapshot, tenant, kind)
    return Mode(value) if value is not None else Mode.AUTO


def stopped(snapshot: Snapshot, tenant: str) -> bool:
    """Whether the stop switch is on."""
    return waiting.switch(snapshot, tenant, STOP) == "stopped"


def store_decision(
    tx: Transaction, bench: Bench, action_id: str, stage: str, judgement: Judgement, now: datetime
) -> None:
    """Keep a judgement with its facts."""
    decision, shadow = judgement.decision, judgement.shadow
    beside = {"shadow": shadow.as_json()} if shadow else {}
    judged.keep(
        tx,
        bench.tenant,
        judgement.decision_id,
        action_id,
        stage,
        now,
        verdict=decision.verdict.value,
        policy_sha=decision.policy_sha,
        engine=decision.engine,
        facts=facts_as_json(judgement.facts.values),
        body={**decision.as_json(), "places": places_as_json(judgement.facts.places), **beside},
        shadow_sha=shadow.sha if shadow else None,
        shadow_verdict=shadow.verdict if shadow else None,
    )


def filed_before(
    tx: Transaction, bench: Bench, action: Action, session: Session, key: str | None
) -> ActionView | None:
    """What the same key filed before, or what people refused in this conversation; None if neither.

    With a customer, what only the rules refused is judged anew: identity and consent may have followed.

    Raises ConflictError for a key that was used for another action.
    """
    known = rows.by_key(tx, bench.tenant, key) if key is not None else None
    if known is not None and not known.is_of(action):
        raise ConflictError(f"the key {key!r} was used for another action, {known.id!r}")
    if known is None and session.conversation is not None:
        with_customer = talks.talk(tx, session.conversation) is not None
        known = rows.refused_before(tx, bench.tenant, session.conversation, action, by_people=with_customer)
        if known is not None and key is not None:
            rows.use_up(tx, bench.tenant, key, known.id)  # or another action could be filed under it later
    return known


def file_action(
    tx: Transaction,
    bench: Bench,
    action: Action,
    session: Session,
    *,
    key: str,
    supersedes: str | None = None,
    compensates: str | None = None,
    because: str = "",
) -> Filed:
    """Judge and store a new action with its decision, approval and audit entry, in this transaction.

    `because` says on its card why it is asked at all, beside what the facts say.
    """
    now, action_id = bench.clock(), bench.ids("act")
    principal = session.principal
    asked = asked_by(bench, session, action_id)
    judgement = judge(tx, bench, action, asked)
    if because:
        judgement.facts.evidence.append(because)
    state = _first_state(judgement)
    store_decision(tx, bench, action_id, "submit", judgement, now)
    args, salt = action.as_json(), bench.ids("salt") if says_anything(action) else None
    new = rows.NewAction(
        tenant=bench.tenant,
        id=action_id,
        action=action,
        args=args,
        digest=digest_of_args(action.kind, args, bench.tenant, salt),
        salt=salt,
        key=key,
        requester=principal.id,
        requester_kind=principal.kind.value,
        on_behalf_of=principal.on_behalf_of,
        conversation=session.conversation,
        run=session.run,
        tainted=session.tainted,
        state=state,
        reason=judgement.reason,
        decision_id=judgement.decision_id,
        versions=judgement.facts.versions,
        money=judgement.facts.money,
        supplier=judgement.facts.supplier,
        customer=judgement.facts.customer,
        created_at=now,
        expires_at=now + lifetime(judgement.decision),
        entries=judgement.facts.entries,
        supersedes=supersedes,
        compensates=compensates,
    )
    rows.insert(tx, new)
    if judgement.facts.consent is not None and state is not State.DENIED:
        talks.use_consent(tx, judgement.facts.consent, action_id)
    approval_id = None
    if state is State.PENDING:
        approval_id = file_approval(tx, bench, new.digest, action, action_id, judgement, now)
    view = rows.as_filed(new, approval_id)
    record(tx, bench, actor_of(principal), f"action.{state.value}", view, judgement)
    return Filed(view, judgement.decision)


def asked_by(bench: Bench, session: Session, action_id: str = "") -> Asked:
    """Who asks, as the session says; without an id, for an action that is not filed."""
    principal = session.principal
    return Asked(
        tenant=bench.tenant,
        action_id=action_id,
        requester=principal.id,
        requester_kind=principal.kind,
        tainted=session.tainted,
        now=bench.clock(),
        channel=channel_of(session.run, session.conversation),
        on_behalf_of=principal.on_behalf_of,
        conversation=session.conversation,
    )


def file_approval(
    tx: Transaction,
    bench: Bench,
    digest: str,
    action: Action,
    action_id: str,
    judgement: Judgement,
    now: datetime,
) -> str:
    """Put an action before people with a card made of its facts; a second time renews the card."""
    required = judgement.decision.as_json()["required"]
    return waiting.file(tx, bench.tenant, action_id, digest, required, judgement.facts.card(action), now)


def lifetime(decision: Decision) -> timedelta:
    """How long an action may wait: the shortest time that a rule gives its approvers."""
    if decision.verdict is Verdict.NEEDS_APPROVAL:
        return min((one.expires for one in decision.required), default=PENDING_FOR)
    return APPROVED_FOR


def actor_of(principal: Principal) -> chain.Actor:
    """The principal as the audit names it."""
    return chain.Actor(principal.kind.value, principal.id)


SYSTEM: Final = chain.Actor(Kind.SYSTEM.value, "executor")


def submission(snapshot: Snapshot, view: ActionView, *, duplicate: bool = False) -> Submission:
    """The view of an action as the answer to a submission."""
    body = judged.body_of(snapshot, view.tenant, view.decision_id)
    body.pop("facts")
    return answered(view, Decision.from_json(body), duplicate=duplicate)


def answered(view: ActionView, decision: Decision, *, duplicate: bool = False) -> Submission:
    """An action and the decision in force about it, as the answer to a submission."""
    return Submission(
        action_id=view.id,
        kind=view.kind,
        state=view.state,
        reason=view.reason,
        decision=decision,
        approval_id=view.approval_id,
        receipt=view.receipt,
        duplicate=duplicate,
    )


def _first_state(judgement: Judgement) -> State:
    if judgement.decision.verdict is Verdict.DENY:
        return State.DENIED
    if judgement.mode is Mode.OBSERVE:
        return State.OBSERVED
    if judgement.decision.verdict is Verdict.NEEDS_APPROVAL:
        return State.PENDING
    return State.APPROVED
