"""What pages and API ask before they hand a decision to the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.bootstrap import House
from shop.errors import InvalidActionError
from shop.people import Principal
from tools.desk import ApprovalView

LONGEST_SNOOZE_HOURS: Final = 24 * 30


def put_off(house: House, approval_id: str, hours: int, person: Principal) -> ApprovalView:
    """Leave an approval out of the list for some hours; nought brings it back. Raises as the desk does."""
    if not 0 <= hours <= LONGEST_SNOOZE_HOURS:
        raise InvalidActionError(f"{hours}: a whole number of hours, at most {LONGEST_SNOOZE_HOURS}")
    until = house.clock() + timedelta(hours=hours) if hours else None
    return house.desk.snooze(approval_id, until, person)
