"""The demo: the sample store with its people, policies and guides, and one reorder run. Safe to repeat."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agent.reorder_run import ReorderRequest, run_reorder
from agent.run_report import RunReport
from app.bootstrap import OWNER, House, build_house, install_policies
from app.settings import Settings
from shop.errors import SetupError
from shop.imports import sample
from shop.money import Money
from shop.people import Role
from shop.store.founding import has_store
from shop.store.reads.info import store_info
from tools.desk import Session

SAMPLE: Final = "sample"
PRIYAS_LIMIT: Final = "25000"


def build_demo(settings: Settings, tell: Callable[[str], None]) -> House:
    """The sample store in a home; what is there already stays as it is.

    Raises SetupError when the home holds another store.
    """
    house = build_house(settings)
    if not has_store(house.db):
        sample.create_sample_store(house.db, progress=tell)
    with house.db.reading() as snapshot:
        info = store_info(snapshot)
    if info.source != SAMPLE:
        house.db.close()
        raise SetupError(
            f"{settings.home} holds the store {info.name!r}; "
            "make the demo elsewhere: shophand demo --home demo"
        )
    tell("people, policies, guides")
    install_policies(house, info.home_currency)
    _install_guides(house.guides_directory)
    _admit_people(house, info.home_currency)
    return house


def run_demo(house: House) -> RunReport:
    """The reorder run of the store's day: the first time it works, later it gives the stored report."""
    sam = house.people.principal_for(house.credentials.tokens()["sam"])
    return run_reorder(house.shop(Session(sam)), ReorderRequest())


def _admit_people(house: House, currency: str) -> None:
    limit = Money.of(PRIYAS_LIMIT, currency)
    house.admit("sam", "Sam Okafor", frozenset({Role.OPERATOR}))
    house.admit("priya", "Priya Nair", frozenset({Role.PURCHASING_MANAGER, Role.INVENTORY_MANAGER}), limit)
    house.admit("marcus", "Marcus Bell", frozenset({Role.SUPPORT_LEAD, Role.PRICING_MANAGER, Role.FINANCE}))
    house.admit(OWNER, "Owner", frozenset({Role.ADMIN}))


def _install_guides(directory: Path) -> None:
    if directory.exists():
        return
    draft = directory.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(Path(sample.__file__).parent / "guides", draft)
    draft.rename(directory)
