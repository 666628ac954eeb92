"""Checks of an installation: what is right, what is worth knowing, what is broken, each with its repair."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from app.bootstrap import House, is_founded, open_house
from app.settings import Settings, unknown_variables
from policies.decision import Grant
from policies.difference import difference
from policies.rules import read_policies
from policies.satisfied import enough
from shop.errors import ShopError
from shop.people import Kind, Role
from shop.store.health import last_movement, price_currencies
from shop.store.reads.info import business_day, store_info
from tools.four_eyes import DECIDING, founder
from tools.ledger import chain, policy_versions
from tools.policymaking import rule_faults

PYTHONS: Final = ((3, 11), (3, 13))
LITTLE_DISK: Final = 500 * 1024**2
OLD_DATA: Final = timedelta(days=7)


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: `repair` is the exact thing to do, empty when all is well."""

    name: str
    health: Health
    detail: str
    repair: str = ""

    def as_json(self) -> dict[str, Any]:
        """The check as plain JSON values."""
        return {**asdict(self), "health": self.health.value}


def examine(settings: Settings) -> Iterator[Check]:
    """All checks in an order in which repairing the first one repairs most."""
    yield _python()
    yield _variables()
    yield _disk(settings)
    yield _model(settings)
    house, check = _store(settings)
    yield check
    if house is not None:
        yield from (_guarded(name, check, house) for name, check in _OF_HOUSE)
        house.db.close()


def _python() -> Check:
    version = sys.version_info[:2]
    spoken = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= version <= PYTHONS[1]:
        return Check("python", Health.OK, spoken)
    return Check("python", Health.FAIL, spoken, "use Python 3.11, 3.12 or 3.13: make clean demo")


def _variables() -> Check:
    unknown = unknown_variables()
    if not unknown:
        return Check("settings", Health.OK, "all known")
    return Check("settings", Health.WARN, "; ".join(unknown), f"unset {unknown[0].split(';')[0]}")


def _disk(settings: Settings) -> Check:
    place = next(
        path for path in (settings.home.absolute(), *settings.home.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GiB free for {settings.home}"
    if free >= LITTLE_DISK:
        return Check("disk", Health.OK, detail)
    return Check("disk", Health.FAIL, detail, "free at least 0.5 GiB, or move the store with SHOPHAND_HOME")


def _model(settings: Settings) -> Check:
    try:
        chosen = settings.for_model()
    except ShopError as error:
        return Check("model", Health.FAIL, str(error), "set OPENAI_API_KEY, or SHOPHAND_MODEL=offline")
    if chosen.offline:
        return Check("model", Health.OK, "offline planner: no key, no network, a fixed range of requests")
    return _ask_model(settings)


def _ask_model(settings: Settings) -> Check:
    from agent.model_check import check_model  # noqa: PLC0415 - langchain loads only where a model is set

    name = f"{settings.model} at {settings.for_model().endpoint}"
    try:
        return Check("model", Health.OK, f"{name}: {check_model(settings.for_model())}")
    except ShopError as error:
        repair = "check OPENAI_API_KEY and OPENAI_BASE_URL, or work with SHOPHAND_MODEL=offline"
        return Check("model", Health.FAIL, f"{name}: {error}", repair)


def _store(settings: Settings) -> tuple[House | None, Check]:
    try:
        if not is_founded(settings):
            repair = "shophand demo, shophand init, or shophand import transactions FILE"
            return None, Check("store", Health.FAIL, f"there is no store in {settings.home}", repair)
        house = open_house(settings)
        with house.db.reading() as snapshot:
            info = store_info(snapshot)
    except ShopError as error:
        return None, Check("store", Health.FAIL, str(error), "check SHOPHAND_HOME and SHOPHAND_DATABASE_URL")
    detail = f"{info.name} ({info.source}, {info.home_currency}, {info.timezone}) on {house.db.dialect}"
    return house, Check("store", Health.OK, f"{detail}, tables current")


def _guarded(name: str, check: Callable[[House], Check], house: House) -> Check:
    try:
        return check(house)
    except ShopError as error:
        return Check(name, Health.FAIL, str(error), _REPAIRS.get(name, "see docs/reference/errors.md"))


def _credentials(house: House) -> Check:
    tokens = house.credentials.tokens()
    names = ", ".join(sorted(tokens)) or "nobody"
    return Check("credentials", Health.OK, f"tokens of {names}, readable by you only")


def _policy(house: House) -> Check:
    policies = house.policies()
    detail = f"{len(policies.rules)} rules ({policies.version}), sha {policies.sha[:12]}"
    with house.db.reading() as snapshot:
        home = store_info(snapshot).home_currency
        recorded = policy_versions.last_activated(snapshot, house.db.tenant)
    if recorded != policies.sha:
        text = f"sha {policies.sha[:12]} counts, but the record says that {(recorded or 'nothing')[:12]} does"
        return Check("policy", Health.FAIL, text, "somebody changed the database by hand: restore a backup")
    faults = rule_faults(policies, home)
    if faults:
        return Check(
            "policy", Health.FAIL, "; ".join(faults), "shophand policy export DIR; mend; policy draft"
        )
    return Check("policy", Health.OK, detail)


def _rule_files(house: House) -> Check:
    if not house.policies_directory.is_dir():
        return Check("rule files", Health.OK, "no working copy here")
    changes = difference(house.policies(), read_policies(house.policies_directory))
    if not changes:
        return Check("rule files", Health.OK, "the working copy holds the rules in force")
    names = ", ".join(one.rule for one in changes[:3]) + (", ..." if len(changes) > 3 else "")  # noqa: PLR2004 - a few
    detail = f"{house.policies_directory} differs from the rules in force ({names}) and has no effect"
    return Check("rule files", Health.WARN, detail, "shophand policy diff, then policy draft and activate")


def _four_eyes(house: House) -> Check:
    people = [
        one
        for one in house.people.everybody()
        if one.active and one.kind is Kind.HUMAN and one.roles & DECIDING
    ]
    if len(people) > 1 and any(Role.ADMIN in one.roles for one in people):
        return Check("four eyes", Health.OK, "two people can change rules and loosen dials")
    repair = "shophand people add NAME --role admin"
    with house.db.reading() as snapshot:
        only = founder(snapshot)
    if only is not None:
        text = f"{only} alone changes rules and loosens dials: nobody else here ever decided anything"
        return Check("four eyes", Health.WARN, text, repair)
    return Check("four eyes", Health.WARN, "nobody can change rules or loosen a dial: that takes two", repair)


def _approvers(house: House) -> Check:
    everybody = [
        Grant(person.id, frozenset(role.value for role in person.roles))
        for person in house.people.everybody()
        if person.active and person.kind is Kind.HUMAN
    ]
    asking = [(rule.id, rule.approvers) for rule in house.policies().rules if rule.approvers]
    short = [(name, asked) for name, asked in asking if not enough(asked, everybody)]
    if not short:
        return Check(
            "approvers", Health.OK, f"there are people enough for each of {len(asking)} rules that ask"
        )
    name, asked = short[0]
    roles = (*asked.by_each, *asked.by)
    held = frozenset().union(*(grant.roles for grant in everybody))
    role = next((role for role in roles if role not in held), roles[0])
    more = f", and {len(short) - 1} more" if len(short) > 1 else ""
    detail = f"too few different people for the rule {name}{more}: nobody could decide what it asks"
    return Check("approvers", Health.WARN, detail, f"shophand people add NAME --role {role}")


def _prices(house: House) -> Check:
    with house.db.reading() as snapshot:
        home = store_info(snapshot).home_currency
        codes = price_currencies(snapshot)
    if codes in ([home], []):
        return Check("prices", Health.OK, f"all in {home}" if codes else "no products yet")
    return Check("prices", Health.FAIL, f"in {', '.join(codes)}", f"import the prices again in {home} only")


def _names(house: House) -> Check:
    with house.db.reading() as snapshot:
        own = store_info(snapshot).own_names
    if own:
        return Check("names", Health.OK, "people vouched for titles and supplier names")
    detail = "titles and supplier names came from a file: what is asked after reading one waits for a person"
    return Check("names", Health.WARN, detail, "read them through, then two people: shophand mode names own")


def _freshness(house: House) -> Check:
    with house.db.reading() as snapshot:
        last = last_movement(snapshot)
        info, today = store_info(snapshot), business_day(snapshot, house.clock)
    if last is None:
        return Check("data", Health.WARN, "no sales yet", "shophand import transactions FILE")
    if info.business_date is not None:
        return Check(
            "data", Health.OK, f"a snapshot: its today is {info.business_date}, last movement {last}"
        )
    if today - last > OLD_DATA:
        return Check("data", Health.WARN, f"last movement {last}", "import the sales since then")
    return Check("data", Health.OK, f"last movement {last}")


def _clock(house: House) -> Check:
    now = house.clock()
    with house.db.reading() as snapshot:
        last = chain.last_moment(snapshot, house.db.tenant)
    if last is not None and last > now:
        detail = f"now {now:%Y-%m-%d %H:%M} UTC, but the last record is of {last:%Y-%m-%d %H:%M} UTC"
        return Check("clock", Health.FAIL, detail, "set this machine's clock")
    return Check("clock", Health.OK, f"{now:%Y-%m-%d %H:%M} UTC, after the last record")


def _audit(house: House) -> Check:
    with house.db.reading() as snapshot:
        report = chain.verify(snapshot, house.db.tenant)
    return Check("audit", Health.OK, f"{report.entries:,} entries verified")


def _switch(house: House) -> Check:
    if house.desk.is_stopped():
        return Check("stop switch", Health.WARN, "on: nothing is carried out", "shophand mode resume")
    return Check("stop switch", Health.OK, "off")


_OF_HOUSE: Final = (
    ("credentials", _credentials),
    ("policy", _policy),
    ("rule files", _rule_files),
    ("four eyes", _four_eyes),
    ("approvers", _approvers),
    ("prices", _prices),
    ("names", _names),
    ("data", _freshness),
    ("clock", _clock),
    ("audit", _audit),
    ("stop switch", _switch),
)
_REPAIRS: Final = {
    "credentials": "chmod 600 the file; new tokens: shophand people token NAME",
    "policy": "shophand init puts the first rules in force; else restore a backup",
    "rule files": "shophand policy check names the line; the rules in force are not touched by it",
    "audit": "somebody changed the database by hand: restore it from a backup",
}
