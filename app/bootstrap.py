"""Puts the rooms together: a store's database, policies, desk, people and guides, from the settings."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.conversation import Conversations
from agent.embeddings import embedder_of
from app import audit_key
from app.auth import People, new_token
from app.credentials import FILE, Credentials, FrontDoor
from app.kept import Kept
from app.settings import Settings
from policies.install import install
from policies.rules import PolicySet, rule_texts
from shop.actions import Action
from shop.backends.embedded import EmbeddedEffects
from shop.clock import Clock, utc_now
from shop.errors import SetupError
from shop.money import Money
from shop.people import Principal, Role
from shop.store.database import Database
from shop.store.founding import found_store, has_store
from shop.store.migrate import is_current, upgrade
from tools.desk import Desk, Session, Submission
from tools.filing import Bench
from tools.knowledge.embedding import Embedder
from tools.knowledge.guide_library import Library
from tools.policymaking import Policymaking
from tools.rulebook import StoredRules
from tools.tool import Shop
from tools.toolbox import TOOLS, check_registry
from tools.trial import Trial, tried

if TYPE_CHECKING:
    from app.telemetry import Telemetry

OWNER: Final = "owner"
OPERATOR: Final = "operator"
OWNER_ROLES: Final = frozenset(
    {
        Role.ADMIN,
        Role.PURCHASING_MANAGER,
        Role.PRICING_MANAGER,
        Role.INVENTORY_MANAGER,
        Role.SUPPORT_LEAD,
        Role.FINANCE,
    }
)


@dataclass(frozen=True)
class House:
    """One store with everything a door needs."""

    settings: Settings
    db: Database
    clock: Clock = utc_now

    @property
    def home(self) -> Path:
        """The directory of this store."""
        return self.settings.home

    @property
    def policies_directory(self) -> Path:
        """The working copy of the rule files: edited here, in force only once drafted and activated."""
        return self.home / "policies"

    @property
    def guides_directory(self) -> Path:
        """The store's own guides for its people; may be missing."""
        return self.home / "guides"

    @cached_property
    def people(self) -> People:
        """Who may sign in."""
        return People(self.db, self.clock)

    @cached_property
    def credentials(self) -> Credentials:
        """The tokens on this machine."""
        return Credentials(self.home / FILE)

    @property
    def audit_key(self) -> audit_key.AuditKey:
        """The key that signs heads of the audit chain."""
        return audit_key.AuditKey(self.home / audit_key.FILE)

    @cached_property
    def front_door(self) -> FrontDoor:
        """Says who acts."""
        token = self.settings.token
        return FrontDoor(self.people, self.credentials, token.get_secret_value() if token else None)

    @cached_property
    def desk(self) -> Desk:
        """The gate of every write."""
        if self.telemetry is None:
            return Desk(self.db, self._rules, EmbeddedEffects(self.db), self.clock)
        from app.telemetry import TracedDesk  # noqa: PLC0415 - only where spans are wanted

        traced = TracedDesk(self.db, self._rules, EmbeddedEffects(self.db), self.clock)
        traced.telemetry = self.telemetry
        return traced

    @cached_property
    def telemetry(self) -> Telemetry | None:
        """Where spans go, if anywhere."""
        if self.settings.otlp_endpoint is None:
            return None
        from app.telemetry import telemetry_of  # noqa: PLC0415 - only where spans are wanted

        return telemetry_of(self.settings)

    @cached_property
    def kept(self) -> Kept:
        """Answers about the whole ledger that many pages show."""
        return Kept(self.db.tenant)

    @cached_property
    def policymaking(self) -> Policymaking:
        """How the rules change."""
        return Policymaking(self._bench)

    def tried(self, approval_id: str, action: Action, person: Principal) -> Trial:
        """What the rules would say to an edit; writes nothing and raises as the edit does."""
        return tried(self._bench, approval_id, action, person)

    @cached_property
    def _bench(self) -> Bench:
        return Bench(self.db, self._rules, EmbeddedEffects(self.db), self.clock)

    @cached_property
    def _rules(self) -> StoredRules:
        return StoredRules(self.db.tenant)

    @cached_property
    def conversations(self) -> Conversations:
        """What operators and the assistant said to each other."""
        parts = self.db, self.desk, self.settings.for_model(), self.clock
        if self.telemetry is None:
            return Conversations(*parts, guides=self.guides)
        from app.telemetry import TracedConversations  # noqa: PLC0415 - only where spans are wanted

        traced = TracedConversations(*parts, guides=self.guides)
        traced.telemetry, traced.tools = self.telemetry, frozenset(TOOLS)
        return traced

    @property
    def brain_name(self) -> str:
        """Who thinks, for every surface on which somebody reads an answer."""
        chosen = self.settings.for_model()
        if chosen.offline:
            return "The offline planner answers: no language model, a fixed range of requests"
        return f"The model {', then '.join(chosen.names)} at {chosen.endpoint} answers"

    @property
    def guides(self) -> Library | None:
        """The store's guides, if it has any; their vectors are made when somebody first asks."""
        if not self.guides_directory.is_dir():
            return None
        return Library(self.guides_directory, self.home / "guides.index", self._embedder)

    @cached_property
    def _embedder(self) -> Embedder | None:
        return embedder_of(self.settings.embeddings, self.settings.for_model())

    def policies(self) -> PolicySet:
        """The rules in force at this moment; raises PolicyLoadError."""
        with self.db.reading() as snapshot:
            return self._rules.at(snapshot).active

    def shop(self, session: Session) -> Shop:
        """What a tool may use, in a session."""
        return Shop(self.db, self.desk, session, self.guides, self.clock)

    def start(self) -> list[Submission]:
        """Before anything is asked for: tools and rules fit each other, and nothing is left half-way.

        Gives what was finished; conversations whose process died are open again. Raises SetupError for a kind
        of write that no rule allows, and PolicyLoadError.
        """
        check_registry(policies=self.policies())
        finished = self.desk.recover()
        self.conversations.recover()
        return finished

    def admit(self, person_id: str, name: str, roles: frozenset[Role], limit: Money | None = None) -> bool:
        """Add a person with a token on this machine; False when they are here already.

        The token is written down first: a start that is cut off leaves a worthless line, never somebody
        without a token.
        """
        if any(person.id == person_id for person in self.people.everybody()):
            return False
        token = new_token()
        self.credentials.keep({person_id: token})
        self.people.create(person_id, name, roles, limit=limit, token=token)
        return True


def is_founded(settings: Settings) -> bool:
    """Whether there is a store with its own record; looks without making anything."""
    if settings.store_file is not None and not settings.store_file.exists():
        return False
    db = Database(settings.store_url, settings.tenant)
    try:
        return is_current(db) and has_store(db)
    finally:
        db.close()


def open_house(settings: Settings) -> House:
    """A store that is there; raises SetupError with the command that makes one."""
    if settings.store_file is not None and not settings.store_file.exists():
        raise SetupError(
            f"there is no store in {settings.home}; make one with: shophand demo, shophand init, "
            "or shophand import transactions FILE"
        )
    db = Database(settings.store_url, settings.tenant)
    if not is_current(db):
        raise SetupError(f"the tables of the store in {settings.home} are not current; run: shophand init")
    return House(settings, db)


def build_house(settings: Settings) -> House:
    """A store's home with a key and migrated tables, still without a store in it; safe to run again."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    house = House(settings, Database(settings.store_url, settings.tenant))
    house.audit_key.make()
    upgrade(house.db)
    return house


def settle(house: House, *, name: str, currency: str, timezone: str) -> None:
    """Found an empty store in a built house, with its policies, an owner and an operator.

    What is there already stays as it is; nobody is added to a store that has people. Raises SetupError for
    an unknown time zone and MoneyError for an unknown currency.
    """
    with house.db.writing() as transaction:
        currency = found_store(transaction, name=name, currency=currency, timezone=timezone)
    install_policies(house, currency)
    if not house.people.everybody():
        house.admit(OWNER, "Owner", OWNER_ROLES)
        house.admit(OPERATOR, "Operator", frozenset({Role.OPERATOR}))


def install_policies(house: House, currency: str) -> None:
    """Give the store its own copy of the shipped rules, and put them in force, unless it has rules already.

    A store from before rules had versions gets the ones that lie in its directory. Raises PolicyLoadError
    if those do not hold.
    """
    if not house.policies_directory.exists():
        draft = house.home / "policies.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        install(draft, currency)
        draft.rename(house.policies_directory)
    house.policymaking.found(rule_texts(house.policies_directory))
