"""Rules change by two people: drafted, tried in the shadow, put in force; every step in the record."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from policies.install import in_currency
from policies.rules import SHIPPED
from shop.backends.embedded import EmbeddedEffects
from shop.clock import new_id
from shop.errors import (
    AccessDeniedError,
    AmbiguousError,
    ConflictError,
    InvalidActionError,
    NotFoundError,
    PolicyLoadError,
)
from shop.people import Kind, Principal, Role
from shop.store import schema
from shop.store.database import Database
from tests import small_store
from tests.gate import ADA, AGENT, MARCUS, PRIYA, SAM, big_order, order, person, session
from tools.desk import Desk, State
from tools.filing import Bench
from tools.ledger import chain
from tools.ledger.history import recorded_decisions
from tools.ledger.policy_versions import Status
from tools.policymaking import Policymaking
from tools.rulebook import StoredRules

SHIPPED_FILES = {path.name: path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.yaml"))}
# The small store sells little: without this its every order would be stock for more than half a year.
SHIPPED_FILES["reordering.yaml"] = (
    SHIPPED_FILES["reordering.yaml"]
    .replace(
        "[{cover_after_days: {over: 180}}]", "[{cover_after_days: {over: 180}}, {rate.age_days: {over: 3}}]"
    )
    .replace("{cover_after_days: 365}", "{cover_after_days: 365, rate.age_days: 4}")
)
WHY = "prices rose"


NOBODY = {  # every order is one too many
    "[{requests_last_hour: {over: 200}}]": "[{requests_last_hour: {over: 0}}]",
    "requests_last_hour: 1\n      total": "requests_last_hour: 0\n      total",
}


def files(**limits: str) -> dict[str, str]:
    """The shipped rules with the manager's limit at 2,000 GBP, or with other texts replaced."""
    changes = limits or {"1_000 GBP": "2_000 GBP", "total: 1_001 GBP": "total: 2_001 GBP"}
    changed = SHIPPED_FILES["reordering.yaml"]
    for old, new in changes.items():
        assert old in changed
        changed = changed.replace(old, new)
    return {**SHIPPED_FILES, "reordering.yaml": changed}


class Store:
    """A store with its rules in its database."""

    def __init__(self, db: Database) -> None:
        small_store.fill(db)
        self.db = db
        self.now = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
        clock: Callable[[], datetime] = lambda: self.now  # noqa: E731 - reads the store's present moment
        self.book = StoredRules(db.tenant)
        self.desk = Desk(db, self.book, EmbeddedEffects(db), clock)
        self.making = Policymaking(Bench(db, self.book, EmbeddedEffects(db), clock, new_id))

    def draft(self, who: Principal = PRIYA) -> str:
        """A draft of somebody; gives its name."""
        return self.making.draft(files(), who, WHY).name

    def draft_with(self, **limits: str) -> str:
        """A draft in which some texts of the rules stand for others; gives its name."""
        return self.making.draft(files(**limits), PRIYA, WHY).name

    def sha(self) -> str:
        """The digest of the rules in force."""
        with self.db.reading() as snapshot:
            return self.book.at(snapshot).active.sha

    def entries(self) -> list[dict[str, Any]]:
        """The record, bodies parsed."""
        with self.db.reading() as snapshot:
            chain.verify(snapshot, self.db.tenant)
            return [
                {**one, "body": json.loads(one["body"])} for one in chain.entries(snapshot, self.db.tenant)
            ]

    def sql(self, statement: str) -> None:
        """Change the database by hand."""
        with self.db.writing() as tx:
            tx.execute(text(statement))

    def join(self, *people: Principal) -> None:
        """Write people into the store's list."""
        with self.db.writing() as tx:
            for one in people:
                roles = " ".join(sorted(one.roles))
                values = {"id": one.id, "name": one.name, "kind": one.kind.value, "roles": roles}
                tx.execute(insert(schema.people).values(created_at=self.now, active=True, **values))


@pytest.fixture
def store(sqlite_database: Database) -> Store:
    """A store with the shipped rules in force."""
    made = Store(sqlite_database)
    made.making.found(SHIPPED_FILES)
    return made


def test_the_founding_rules_are_in_force(store: Store) -> None:
    """A new store has its first rules at once, and the record names their digest."""
    (version,) = store.making.versions()
    assert (version.status, version.author) == (Status.ACTIVE, "setup")
    (entry,) = [one for one in store.entries() if one["type"] == "policy.founded"]
    assert entry["policy_sha"] == version.sha == store.sha()


def test_without_rules_nothing_is_judged(sqlite_database: Database) -> None:
    """A store without rules refuses every write and says how to get some."""
    with pytest.raises(PolicyLoadError, match="shophand init"):
        Store(sqlite_database).desk.submit(order(), session())


def test_founding_happens_once(store: Store) -> None:
    """Founding again changes nothing; a store whose rules were deleted by hand is not founded anew."""
    assert store.making.found(files()) is None
    store.sql("DELETE FROM policy_versions")
    with pytest.raises(ConflictError, match="restore a backup"):
        store.making.found(files())


def test_a_draft_changes_nothing(store: Store) -> None:
    """A draft is kept with its author, its reason and the version it builds upon; the old rules count."""
    before = store.sha()
    version = store.making.version(store.draft())
    assert (version.status, version.author, version.reason, version.base) == (Status.DRAFT, "priya", WHY, 1)
    assert store.sha() == before
    assert store.desk.submit(big_order(), session()).state is State.PENDING


def test_two_people_put_it_in_force(store: Store) -> None:
    """Once somebody else activates it, the next decision is taken by it, under its digest."""
    done = store.making.activate(store.draft(), ADA)
    answer = store.desk.submit(big_order(), session())
    assert (answer.state, answer.decision.policy_sha) == (State.EXECUTED, done.sha)
    assert [one.status for one in store.making.versions()] == [Status.RETIRED, Status.ACTIVE]


def test_what_waits_is_judged_by_the_new_rules(store: Store) -> None:
    """An approval given under the old rules meets the new ones at its claim."""
    asked = store.desk.submit(big_order(), session())
    store.making.activate(store.draft_with(**NOBODY), ADA)
    assert asked.approval_id is not None
    assert store.desk.approve(asked.approval_id, PRIYA).state is State.DENIED


@pytest.mark.parametrize("who", [AGENT, SAM, person("bot", *Role, kind=Kind.AGENT), person("v", Role.VIEWER)])
def test_who_takes_no_part(store: Store, who: Principal) -> None:
    """Agents, operators and viewers neither draft nor try nor activate nor withdraw."""
    name, before = store.draft(), store.entries()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: store.making.draft(files(**{"20_000 GBP": "21_000 GBP"}), who, WHY),
        lambda: store.making.shadow(name, who),
        lambda: store.making.activate(name, who),
        lambda: store.making.withdraw(name, who),
    )
    for attempt in attempts:
        with pytest.raises(AccessDeniedError):
            attempt()
    assert store.entries() == before


def test_the_author_does_not_activate(store: Store) -> None:
    """Not even an admin puts in force what they drafted."""
    with pytest.raises(AccessDeniedError, match="somebody else"):
        store.making.activate(store.draft(ADA), ADA)


def test_one_of_the_two_is_an_admin(store: Store) -> None:
    """Two managers change no rules; an admin and a manager do, whichever of them drafts."""
    name = store.draft(PRIYA)
    with pytest.raises(AccessDeniedError, match="must be an admin"):
        store.making.activate(name, MARCUS)
    store.making.withdraw(name, PRIYA)
    assert store.making.activate(store.draft(ADA), MARCUS).activated_by == "marcus"


def test_who_acts_for_the_author_does_not_activate(store: Store) -> None:
    """Somebody to whom the author handed approving is not a second person meanwhile."""
    store.join(PRIYA, ADA)
    name = store.draft(PRIYA)
    store.desk.delegate(PRIYA, "ada", until=store.now + timedelta(hours=2))
    with pytest.raises(AccessDeniedError, match="act for one another"):
        store.making.activate(name, ADA)


def test_the_founder_alone_changes_rules_alone(store: Store) -> None:
    """In a store of one the admin drafts and activates, and the record says alone."""
    store.join(ADA, SAM)
    store.making.activate(store.draft(ADA), ADA)
    assert store.entries()[-1]["body"]["alone"] is True


def test_a_draft_upon_other_rules_is_overtaken(store: Store) -> None:
    """When another version has come into force, a draft does not silently take that back."""
    older, newer = store.draft(), store.draft_with(**{"20_000 GBP": "21_000 GBP"})
    store.making.activate(newer, ADA)
    with pytest.raises(ConflictError, match="draft it anew"):
        store.making.activate(older, ADA)


def test_an_old_version_is_a_change_like_any_other(store: Store) -> None:
    """Going back takes a draft of the old files and two people; a retired version is not activated."""
    store.making.activate(store.draft(), ADA)
    with pytest.raises(ConflictError, match="retired"):
        store.making.activate("v1", ADA)
    again = store.making.draft(SHIPPED_FILES, PRIYA, "back")
    assert store.making.activate(again.name, ADA).sha == store.making.version("v1").sha


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{total: {over: 1_000 GBP}}", "{totl: {over: 1_000 GBP}}", "did you mean 'total'"),
        (
            "{total: {over: 1_000 GBP}}",
            "{total: {over: 3_000 GBP}}",
            "the test 'an order over the limit asks'",
        ),
        ("over: 10_000 GBP", "over: 60_000 GBP", "po-finance never asks"),
        ("allow:\n      when: [{supplier", "deny:\n      when: [{supplier", "nothing allows it"),
    ],
)
def test_rules_that_do_not_hold_are_not_kept(store: Store, old: str, new: str, words: str) -> None:
    """A draft that does not load, mean what it says or pass its tests is refused with the reason."""
    with pytest.raises(PolicyLoadError, match=words):
        store.draft_with(**{old: new})
    assert len(store.making.versions()) == 1


def test_a_set_without_a_kind_is_not_kept(store: Store) -> None:
    """Rules that say nothing about a kind of write leave a gap, and are refused."""
    rest = {name: text for name, text in SHIPPED_FILES.items() if name != "pricing.yaml"}
    with pytest.raises(PolicyLoadError, match="change_price has no rules"):
        store.making.draft(rest, PRIYA, WHY)


def test_limits_in_a_foreign_currency_are_not_kept(store: Store) -> None:
    """Limits in another currency than the store's would deny everything."""
    euros = {name: in_currency(source, "EUR") for name, source in SHIPPED_FILES.items()}
    with pytest.raises(PolicyLoadError, match="limits in EUR, but the store counts in GBP"):
        store.making.draft(euros, PRIYA, WHY)


def test_a_draft_says_why(store: Store) -> None:
    """Without a reason nothing is drafted."""
    with pytest.raises(InvalidActionError, match="say why"):
        store.making.draft(files(), PRIYA, "  ")


def test_the_same_rules_are_drafted_once(store: Store) -> None:
    """Rules in force, or drafted already, are not drafted again, whatever their comments say."""
    commented = {name: f"# another comment\n{source}" for name, source in SHIPPED_FILES.items()}
    with pytest.raises(ConflictError, match="v1 already, active"):
        store.making.draft(commented, PRIYA, WHY)
    store.draft()
    with pytest.raises(ConflictError, match="v2 already, draft"):
        store.draft(MARCUS)


def test_the_shadow_has_no_effect(store: Store) -> None:
    """Rules in the shadow answer beside those in force: both digests and verdicts are kept, one counts."""
    tried = store.making.shadow(store.draft(), PRIYA)
    answer = store.desk.submit(big_order(), session())
    assert answer.state is State.PENDING
    entry = store.entries()[-1]
    assert (entry["policy_sha"], entry["body"]["verdict"]) == (store.sha(), "needs_approval")
    assert (entry["body"]["shadow_sha"], entry["body"]["shadow_verdict"]) == (tried.sha, "allow")
    (pair,) = store.making.compared(tried)
    assert (pair.active.value, pair.shadow, pair.decisions) == ("needs_approval", "allow", 1)


def test_a_stricter_shadow_stops_nothing(store: Store) -> None:
    """A shadow that would deny everything leaves what the rules in force allow."""
    name = store.draft_with(**NOBODY)
    store.making.shadow(name, PRIYA)
    assert store.desk.submit(order(), session()).state is State.EXECUTED
    verdicts = [one["body"].get("shadow_verdict") for one in store.entries() if "verdict" in one["body"]]
    assert verdicts == ["deny", "deny"]


def test_the_claim_is_judged_under_both(store: Store) -> None:
    """The decision at the claim names the shadow as well, with the same yeses."""
    tried = store.making.shadow(store.draft(), PRIYA)
    asked = store.desk.submit(big_order(), session())
    assert asked.approval_id is not None
    store.desk.approve(asked.approval_id, PRIYA)
    claim = next(one for one in store.entries() if one["type"] == "action.executing")
    assert (claim["body"]["verdict"], claim["body"]["shadow_verdict"]) == ("allow", "allow")
    assert claim["body"]["shadow_sha"] == tried.sha


def test_windows_that_only_the_shadow_asks_for(store: Store) -> None:
    """Facts that only the shadow needs are worked out for it, and neither judge nor card sees them."""
    name = store.draft_with(**{"spend.all.24h": "spend.all.3d"})
    store.making.shadow(name, PRIYA)
    asked = store.desk.submit(big_order(), session())
    with store.db.reading() as snapshot:
        (record,) = recorded_decisions(snapshot, store.db.tenant, store.now - timedelta(days=1))
    assert "spend.all.3d" not in record.facts
    assert asked.approval_id is not None
    card = store.desk.approval(asked.approval_id).card
    assert not any("3 days" in line.label for line in card.lines)
    with store.db.reading() as snapshot:
        body = json.loads(snapshot.scalar(text("SELECT body FROM decisions")) or "")
    assert body["shadow"]["verdict"] == "needs_approval"
    assert body["shadow"]["facts"]["spend.all.3d"] == {"cur": "GBP", "minor": 108_000}


def test_one_shadow_at_a_time(store: Store) -> None:
    """Another version in the shadow makes the first a draft again; both changes are recorded."""
    first, second = store.draft(), store.draft_with(**{"20_000 GBP": "21_000 GBP"})
    store.making.shadow(first, PRIYA)
    store.making.shadow(second, PRIYA)
    assert [one.status for one in store.making.versions()] == [Status.ACTIVE, Status.DRAFT, Status.SHADOW]
    assert [one["type"] for one in store.entries()[-2:]] == ["policy.unshadowed", "policy.shadowed"]


def test_a_shadow_that_cannot_be_read_stops_nothing(store: Store) -> None:
    """A shadow of which the text was spoilt is written down as unreadable; the rules in force go on."""
    store.making.shadow(store.draft(), PRIYA)
    store.sql('UPDATE policy_versions SET files = \'{"a.yaml":"nonsense"}\' WHERE number = 2')
    assert store.desk.submit(order(), session()).state is State.EXECUTED
    assert store.entries()[-2]["body"]["shadow_verdict"] == "unreadable"


@pytest.mark.parametrize("column", ["files", "sha"])
def test_rules_changed_by_hand_stop_every_write(store: Store, column: str) -> None:
    """Rules in force that are not what their digest says are refused, and every write with them."""
    spoilt = {
        "files": "files = replace(files, '50_000 GBP', '90_000_000 GBP')",
        "sha": f"sha = '{'0' * 64}'",
    }[column]
    store.sql(f"UPDATE policy_versions SET {spoilt} WHERE number = 1")
    fresh = Desk(store.db, StoredRules(store.db.tenant), EmbeddedEffects(store.db), lambda: store.now)
    with pytest.raises(PolicyLoadError, match="not what was drafted"):
        fresh.submit(order(), session())


def test_each_step_stands_in_the_record(store: Store) -> None:
    """Draft, shadow, activation and withdrawal are entries with the digest, and hold no typed words."""
    name = store.draft()
    store.making.shadow(name, MARCUS)
    store.making.activate(name, ADA, {"decisions": 4, "changed": 1, "stricter": 0})
    other = store.draft_with(**{"20_000 GBP": "21_000 GBP"} | {})
    store.making.withdraw(other, PRIYA)
    made = [one for one in store.entries() if one["type"].startswith("policy.")]
    assert [one["type"].removeprefix("policy.") for one in made] == [
        "founded", "drafted", "shadowed", "activated", "drafted", "withdrawn",
    ]  # fmt: skip
    activated = made[3]
    assert (activated["actor"], activated["body"]["author"]) == ("ada", "priya")
    assert activated["body"]["replayed"] == {"decisions": 4, "changed": 1, "stricter": 0}
    assert WHY not in json.dumps(made)


def test_versions_are_named_by_number_or_digest(store: Store) -> None:
    """v2, 2 and the beginning of the digest name the same version; nonsense names none."""
    version = store.making.version(store.draft())
    for name in ("v2", "2", "V2", version.sha, version.sha[:8]):
        assert store.making.version(name) == version
    for name in ("v9", "rules", "", "abc", "ffffffffff"):
        with pytest.raises(NotFoundError):
            store.making.version(name)


def test_an_ambiguous_digest_is_refused(store: Store) -> None:
    """The beginning of two digests names neither."""
    store.draft()
    store.sql("UPDATE policy_versions SET sha = 'abcdef' || number")
    with pytest.raises(AmbiguousError, match="v1, v2"):
        store.making.version("abcdef")


def test_a_role_won_later_does_not_make_the_pair(store: Store) -> None:
    """An author who was no admin when drafting does not become the admin of the pair."""
    store.join(PRIYA, MARCUS)
    name = store.draft(PRIYA)
    store.sql("UPDATE people SET roles = 'admin' WHERE id = 'priya'")
    with pytest.raises((AccessDeniedError, ConflictError)):
        store.making.activate(name, MARCUS)


def test_rules_are_the_same_on_both_databases(database: Database) -> None:
    """Drafting, shadow and activation work on SQLite and PostgreSQL alike."""
    store = Store(database)
    store.making.found(SHIPPED_FILES)
    name = store.draft()
    store.making.shadow(name, PRIYA)
    assert store.making.activate(name, ADA).status is Status.ACTIVE
