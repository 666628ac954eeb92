"""One way into the facts of every kind of action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final
from zoneinfo import ZoneInfo

from policies.windows import Window
from shop.actions import Action
from shop.errors import InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind
from shop.store.database import Snapshot
from shop.store.reads import info
from tools.ledger import windows
from tools.ledger.states import Card, CardLine
from tools.ledger.talks import Talk, talk
from tools.ledger.windows import Entry

WITH_A_CUSTOMER: Final = "customer"
"""The channel of a conversation that a door opened with a customer."""

FactValue = bool | int | Decimal | Money | str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an action, and when; from the session, never from the action's arguments."""

    tenant: str
    action_id: str
    requester: str
    requester_kind: Kind
    tainted: bool
    now: datetime
    channel: str = "cli"
    on_behalf_of: str | None = None
    conversation: str | None = None


@dataclass(slots=True)
class Gathered:
    """Facts by name, and what else the desk needs of the same moment.

    `versions` names every record a person would have looked at (``product:CAP-01``) with its version;
    `money` is the action's value in the home currency; `places` says where it stands, for rules with a
    scope; `missing` says in words why a fact is absent; `advice` says, with figures, what can be asked for
    instead where a fact stands in the way. `consent` is the number of the customer's yes that the action
    rests on. `apart` holds the windows that only rules on trial ask for: neither the judge nor the card sees
    them.
    """

    values: dict[str, FactValue] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    money: Money | None = None
    supplier: str | None = None
    customer: str | None = None
    title: str = ""
    entries: list[Entry] = field(default_factory=list)
    lines: list[CardLine] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    places: dict[str, frozenset[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    consent: int | None = None
    apart: dict[str, FactValue] = field(default_factory=dict)

    def card(self, action: Action) -> Card:
        """The card of the action, from facts only."""
        return Card(
            self.title or action.kind, tuple(self.lines), tuple(self.evidence), action.undo, action.undo_by
        )

    def show(self, label: str, before: object = "", after: object = "") -> None:
        """Add a figure to the card."""
        self.lines.append(CardLine(label, str(before), str(after)))


@dataclass(frozen=True, slots=True)
class Scene:
    """What the readers of facts share: the snapshot, the question and the store's day and currency.

    `talk` is the conversation with a customer in which it is asked, None if an operator asks.
    """

    snapshot: Snapshot
    asked: Asked
    today: date
    home: str
    talk: Talk | None = None

    def at_home(self, amount: Money, into: Gathered) -> tuple[Money, int] | None:
        """The amount in the home currency by the latest rate, and that rate's age in days."""
        if amount.currency == self.home:
            return amount, 0
        try:
            rate, day = info.rate(self.snapshot, amount.currency, self.today)
        except NotFoundError as error:
            into.missing.append(str(error))
            return None
        into.evidence.append(f"1 {amount.currency} = {rate} {self.home}, rate of {day.isoformat()}")
        return Money.rounded(amount.amount * rate, self.home), (self.today - day).days


@singledispatch
def read_facts(action: Action, scene: Scene, into: Gathered) -> None:  # noqa: ARG001 - the fallback
    """Read the facts of one kind of action into `into`; each kind registers its own reader."""
    raise InvalidActionError(f"no facts are known for {action.kind}")


def gather(
    snapshot: Snapshot,
    action: Action,
    asked: Asked,
    needed: Sequence[Window] = (),
    apart: Sequence[Window] = (),
) -> Gathered:
    """All declared facts of an action at this moment, the windows that are needed, and those set apart."""
    # The readers register themselves on import; they import this module, so not at its top.
    from tools.facts import (  # noqa: PLC0415
        inventory,  # noqa: F401
        pricing,  # noqa: F401
        reordering,  # noqa: F401
        returns,  # noqa: F401
        service,  # noqa: F401
        signals,  # noqa: F401
    )
    from tools.facts.window_facts import add_windows  # noqa: PLC0415 - it builds on this module

    into = Gathered()
    store = info.store_info(snapshot)
    spoken = talk(snapshot, asked.conversation)
    if spoken is not None:
        asked = replace(asked, channel=WITH_A_CUSTOMER)
    scene = Scene(snapshot, asked, info.day_of(store, asked.now), store.home_currency, spoken)
    into.values["requester.is_agent"] = asked.requester_kind is not Kind.HUMAN
    into.values["tainted"] = asked.tainted
    into.values["requests_last_hour"] = _requests(scene, action.kind)
    _moment(scene, ZoneInfo(store.timezone), into)
    read_facts(action, scene, into)
    add_windows(needed, action.kind, scene, into)
    if apart:
        beside = Gathered(entries=into.entries)
        add_windows(apart, action.kind, scene, beside)
        into.apart = beside.values
    into.places = _places(asked, into.entries)
    return into


def _places(asked: Asked, lines: Sequence[Entry]) -> dict[str, frozenset[str]]:
    """Where the action stands: by its session and its lines; what is unknown of any line is left out."""
    places = {"channel": frozenset({asked.channel}), "tenant": frozenset({asked.tenant})}
    for key in ("supplier", "category", "location"):
        values = {getattr(line, key) for line in lines}
        if values and None not in values:
            places[key] = frozenset(values)
    return places


def channel_of(run: str | None, conversation: str | None) -> str:
    """Where something is asked for: in a run, in a conversation, else on the command line."""
    if run is not None:
        return "run"
    return "cli" if conversation is None else "chat"


def _moment(scene: Scene, zone: ZoneInfo, into: Gathered) -> None:
    local = scene.asked.now.astimezone(zone)
    into.values["channel"] = scene.asked.channel
    into.values["clock.hour"] = local.hour
    into.values["clock.weekday"] = _WEEKDAYS[local.weekday()]
    into.values["clock.is_weekend"] = local.weekday() >= _SATURDAY


_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SATURDAY: Final = 5


def _requests(scene: Scene, kind: str) -> int:
    asked = scene.asked
    since = asked.now - timedelta(hours=1)
    earlier = windows.requests(scene.snapshot, asked.tenant, kind, asked.requester, since, asked.action_id)
    return earlier + 1


def found(record: Any, what: str, into: Gathered) -> bool:
    """Whether a record exists; if not, the reason goes to the missing facts."""
    if record is None:
        into.missing.append(f"there is no {what}")
    return record is not None
