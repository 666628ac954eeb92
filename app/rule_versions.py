"""The version of the rules in force, and what another one would have answered lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.bootstrap import House
from policies.model import PolicySet
from policies.replay import ReplayReport, replay
from shop.errors import NotFoundError
from tools.ledger.history import recorded_decisions
from tools.ledger.policy_versions import PolicyVersion, Status

LOOKED_BACK: Final = timedelta(days=30)


def active_version(house: House) -> PolicyVersion:
    """The version that counts at this moment; raises NotFoundError in a store without rules."""
    house.policies()
    versions = house.policymaking.versions()
    found = next((one for one in versions if one.status is Status.ACTIVE), None)
    if found is None:
        raise NotFoundError("no rules are in force")
    return found


def replayed(house: House, rules: PolicySet) -> ReplayReport:
    """The decisions of the last 30 days decided again by other rules."""
    with house.db.reading() as snapshot:
        past = recorded_decisions(snapshot, house.db.tenant, house.clock() - LOOKED_BACK)
        return replay(past, rules)


def counts_of(report: ReplayReport) -> dict[str, int]:
    """What of a replay goes into the record beside an activation."""
    return {"decisions": report.decisions, "changed": report.changed, "stricter": report.stricter}
