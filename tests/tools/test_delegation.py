"""Approving for somebody else: dated, scoped, never wider than what its giver holds, never handed on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store import schema
from shop.store.database import Database
from shop.store.people import Person, add_person
from tests.gate import Gate, big_order, person, rules, session
from tools.desk import Delegation, State
from tools.ledger import chain

PRIYA = person("priya", Role.PURCHASING_MANAGER, Role.INVENTORY_MANAGER)
DANA = person("dana", Role.OPERATOR)
ELI = person("eli", Role.OPERATOR)
FIN = person("fin", Role.FINANCE)
ROOT = person("root", Role.ADMIN)


def hire(gate: Gate, *people: Principal) -> None:
    """Put people on the store's list, where a delegation looks for them."""
    with gate.db.writing() as tx:
        for one in people:
            listed = Person(
                id=one.id,
                name=one.name,
                kind=one.kind,
                roles=one.roles,
                limit=one.limit,
                active=True,
                created_at=gate.now,
            )
            add_person(tx, listed)


@pytest.fixture
def gate(database: Database) -> Iterator[Gate]:
    """A desk over the small store with its people on the list, on both databases."""
    gate = Gate(database)
    bot = person("bot", Role.OPERATOR, kind=Kind.AGENT)
    hire(gate, PRIYA, DANA, ELI, FIN, ROOT, bot)
    yield gate
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)


def handed(gate: Gate, to: str = "dana", *, days: float = 7, **more: object) -> Delegation:
    """Priya's approving in another person's hands."""
    return gate.desk.delegate(PRIYA, to, until=gate.now + timedelta(days=days), **more)  # type: ignore[arg-type]


def change(gate: Gate, who: str, **values: object) -> None:
    """Change somebody on the list of people."""
    with gate.db.writing() as tx:
        tx.execute(update(schema.people).where(schema.people.c.id == who).values(**values))


def test_a_delegate_approves_on_the_givers_authority(gate: Gate) -> None:
    """Dana, who holds no approving role, approves for Priya, and the approval says for whom."""
    handed(gate)
    gate.desk.submit(big_order(), session())
    assert gate.desk.approve("A-1", DANA).state is State.EXECUTED
    (given,) = gate.desk.approval("A-1").grants
    assert (given.person, given.acting_for, given.delegation) == ("dana", "priya", "D-1")


def test_without_a_delegation_the_delegate_may_not(gate: Gate) -> None:
    """Dana by herself is not asked."""
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match="Dana is not that"):
        gate.desk.approve("A-1", DANA)


def test_a_delegate_may_reject(gate: Gate) -> None:
    """Whoever may say yes for somebody may say no for them."""
    handed(gate)
    gate.desk.submit(big_order(), session())
    assert gate.desk.reject("A-1", DANA, "too many").state is State.REJECTED


def test_a_delegation_has_a_beginning_and_an_end(gate: Gate) -> None:
    """Before its first moment and from its last one on a delegation is worth nothing."""
    start = gate.now + timedelta(hours=1)
    gate.desk.delegate(PRIYA, "dana", since=start, until=start + timedelta(hours=1))
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", DANA)
    gate.later(hours=2)
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", DANA)
    gate.later(seconds=-1)
    assert gate.desk.approve("A-1", DANA).state is State.EXECUTED


def test_a_delegation_of_another_role_does_not_count(gate: Gate) -> None:
    """What was handed on for stock does not approve orders."""
    handed(gate, roles=[Role.INVENTORY_MANAGER])
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match="Dana is not that"):
        gate.desk.approve("A-1", DANA)


def test_the_limit_of_a_delegation_holds(gate: Gate) -> None:
    """A delegation up to 1,000.00 does not cover an order of 1,080.00; one up to 1,080.00 does."""
    handed(gate, limit=Money.of(1_000, "GBP"))
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match=r"for priya up to 1,000\.00 GBP"):
        gate.desk.approve("A-1", DANA)
    handed(gate, limit=Money.of(1_080, "GBP"))
    assert gate.desk.approve("A-1", DANA).state is State.EXECUTED


def test_the_givers_own_limit_holds_at_the_moment_of_use(gate: Gate) -> None:
    """Priya's limit was lowered after she handed her approving on: the delegate has no more than that."""
    handed(gate)
    change(gate, "priya", limit_minor=100_000, limit_currency="GBP")
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match=r"up to 1,000\.00 GBP"):
        gate.desk.approve("A-1", DANA)


@pytest.mark.parametrize("values", [{"roles": "inventory_manager"}, {"active": False}, {"kind": "agent"}])
def test_a_giver_who_lost_the_role_has_nothing_to_lend(gate: Gate, values: dict[str, object]) -> None:
    """A delegation is worth nothing once its giver lost the role, left, or is no person."""
    handed(gate)
    change(gate, "priya", **values)
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", DANA)


@pytest.mark.parametrize("who", ["priya", "dana"])
def test_a_yes_is_weighed_again_at_the_claim(gate: Gate, who: str) -> None:
    """A yes for somebody does not count at the claim once giver or taker has left."""
    handed(gate)
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", DANA, execute=False)
    change(gate, who, active=False)
    (answer,) = gate.desk.recover()
    assert answer.state is State.PENDING
    assert gate.effects() == 0


def test_a_revoked_delegation_does_not_count_at_the_claim(gate: Gate) -> None:
    """Revoking reaches yeses that were given and not yet carried out."""
    handed(gate)
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", DANA, execute=False)
    gate.desk.revoke_delegation("D-1", PRIYA)
    assert gate.desk.recover()[0].state is State.PENDING
    assert gate.effects() == 0


def test_a_delegation_is_not_handed_on(gate: Gate) -> None:
    """Dana cannot hand on what Priya handed to her, and what Dana gives away carries nothing of it."""
    handed(gate)
    until = gate.now + timedelta(days=1)
    with pytest.raises(AccessDeniedError, match="no approving role"):
        gate.desk.delegate(DANA, "eli", until=until)
    with pytest.raises(AccessDeniedError, match="not theirs to hand on"):
        gate.desk.delegate(FIN, "eli", until=until, roles=[Role.PURCHASING_MANAGER])
    gate.desk.delegate(PRIYA, "fin", until=until)
    gate.desk.delegate(FIN, "eli", until=until)
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match="Eli is not that"):
        gate.desk.approve("A-1", ELI)


def test_nobody_approves_their_own_request_through_a_delegate(gate: Gate) -> None:
    """P16: what Priya asked for, nobody approves for Priya."""
    handed(gate)
    gate.desk.submit(big_order(), session(PRIYA))
    with pytest.raises(AccessDeniedError, match="priya asked for A-1"):
        gate.desk.approve("A-1", DANA)
    with pytest.raises(AccessDeniedError, match="priya asked for A-1"):
        gate.desk.reject("A-1", DANA, "no")


def test_what_was_asked_for_the_giver_is_not_approved_for_her(gate: Gate) -> None:
    """An agent's request on behalf of Priya is not approved on Priya's authority."""
    handed(gate)
    agent = person("agent", Role.OPERATOR, kind=Kind.AGENT, on_behalf_of="priya")
    gate.desk.submit(big_order(), session(agent))
    with pytest.raises(AccessDeniedError, match="priya asked for A-1"):
        gate.desk.approve("A-1", DANA)


def test_a_delegate_does_not_approve_their_own_request(gate: Gate) -> None:
    """Dana asked, so she does not decide, on nobody's authority."""
    handed(gate)
    gate.desk.submit(big_order(), session(DANA))
    with pytest.raises(AccessDeniedError, match="somebody else must decide"):
        gate.desk.approve("A-1", DANA)


def two_managers(gate: Gate) -> None:
    """An order of 1,080 needs two purchasing managers from now on."""
    old = 'by: [purchasing_manager], expires: 72h, because: "Order of {value}'
    gate.rules = rules({old: old.replace("expires", "quorum: 2, expires")})


def test_giver_and_delegate_are_one_person(gate: Gate) -> None:
    """P11: Dana's yes for Priya and Priya's own yes are one; so are two delegates of Priya."""
    two_managers(gate)
    handed(gate)
    handed(gate, "eli")
    gate.desk.submit(big_order(), session())
    assert gate.desk.approve("A-1", DANA).state is State.PENDING
    for other in (PRIYA, ELI):
        with pytest.raises(ConflictError, match="needs another person"):
            gate.desk.approve("A-1", other)
    assert gate.effects() == 0


def test_one_delegate_of_two_givers_is_one_person(gate: Gate) -> None:
    """Dana acting for Priya and for Ada is one person, whatever she holds."""
    ada = person("ada", Role.PURCHASING_MANAGER)
    hire(gate, ada)
    two_managers(gate)
    handed(gate)
    gate.desk.delegate(ada, "dana", until=gate.now + timedelta(days=1))
    gate.desk.submit(big_order(), session())
    assert gate.desk.approve("A-1", DANA).state is State.PENDING
    with pytest.raises(ConflictError, match="needs another person"):
        gate.desk.approve("A-1", DANA)
    assert gate.desk.approve("A-1", ada).state is State.EXECUTED


def test_two_roles_on_one_delegate_need_another_person(gate: Gate) -> None:
    """by_each takes two people also when one of them holds one role and was lent the other."""
    gate.rules = rules({"{over: 10_000 GBP}": "{over: 1_050 GBP}"})
    handed(gate, "fin")
    gate.desk.submit(big_order(), session())
    assert gate.desk.approve("A-1", FIN).state is State.PENDING
    with pytest.raises(ConflictError, match="needs another person"):
        gate.desk.approve("A-1", FIN)


@pytest.mark.parametrize(
    ("to", "more", "error", "why"),
    [
        ("nobody", {}, NotFoundError, "nobody called"),
        ("bot", {}, AccessDeniedError, "no human"),
        ("priya", {}, InvalidActionError, "another person"),
        ("dana", {"days": 0}, InvalidActionError, "over before it begins"),
        ("dana", {"days": 400}, InvalidActionError, "366 days at most"),
        ("dana", {"roles": [Role.FINANCE]}, AccessDeniedError, "does not approve as finance"),
        ("dana", {"roles": [Role.OPERATOR]}, AccessDeniedError, "does not approve as operator"),
        ("dana", {"limit": Money.of(0, "GBP")}, InvalidActionError, "over zero"),
    ],
)
def test_what_is_no_delegation(
    gate: Gate, to: str, more: dict[str, object], error: type[Exception], why: str
) -> None:
    """No delegation to nobody, programs or oneself, without an end, or of what one does not hold."""
    with pytest.raises(error, match=why):
        handed(gate, to, **more)  # type: ignore[arg-type]
    assert gate.desk.delegations() == []


def test_a_limit_over_ones_own_is_not_handed_on(gate: Gate) -> None:
    """With a limit of 500 nobody hands 501 on, nor an amount in another currency."""
    change(gate, "priya", limit_minor=50_000, limit_currency="GBP")
    with pytest.raises(AccessDeniedError, match=r"up to 500\.00 GBP"):
        handed(gate, limit=Money.of(501, "GBP"))
    with pytest.raises(InvalidActionError, match="in GBP"):
        handed(gate, limit=Money.of(5, "EUR"))


def test_an_agent_hands_nothing_on(gate: Gate) -> None:
    """A program has no approving role, whatever its credential says."""
    agent = person("priya", Role.PURCHASING_MANAGER, kind=Kind.AGENT)
    with pytest.raises(AccessDeniedError, match="agent"):
        gate.desk.delegate(agent, "dana", until=gate.now + timedelta(days=1))


def test_who_may_revoke(gate: Gate) -> None:
    """Giver, taker and administrator end a delegation; others do not, and it ends once."""
    for number, who in enumerate((PRIYA, DANA, ROOT), start=1):
        handed(gate)
        with pytest.raises(AccessDeniedError, match="may not end it"):
            gate.desk.revoke_delegation(f"D-{number}", FIN)
        done = gate.desk.revoke_delegation(f"d{number}", who)
        assert (done.revoked_by, done.revoked_at) == (who.id, gate.now)
        with pytest.raises(ConflictError, match="revoked before"):
            gate.desk.revoke_delegation(f"D-{number}", who)
    assert gate.desk.delegations() == []
    assert len(gate.desk.delegations(ended=True)) == 3


def test_a_delegation_is_over_at_its_last_moment(gate: Gate) -> None:
    """At the moment it ends there is nothing left to revoke; a moment before there is."""
    until = handed(gate, days=1).until
    handed(gate, "eli", days=1)
    gate.now = until - timedelta(microseconds=1)
    assert gate.desk.revoke_delegation("D-1", PRIYA).revoked_by == "priya"
    gate.now = until
    with pytest.raises(ConflictError, match="was over at"):
        gate.desk.revoke_delegation("D-2", PRIYA)


def test_delegations_are_audited(gate: Gate) -> None:
    """Giving, using and revoking stand in the chain, with who acted for whom."""
    handed(gate)
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", DANA)
    gate.desk.revoke_delegation("D-1", PRIYA)
    with gate.db.reading() as snapshot:
        types = [(one["type"], one["actor"]) for one in chain.entries(snapshot, gate.db.tenant)]
    for entry in (
        ("delegation.given", "priya"),
        ("approval.acting", "dana"),
        ("delegation.revoked", "priya"),
    ):
        assert entry in types
