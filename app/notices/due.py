"""What somebody should be told now: approvals that expire soon, runs that ended, the digest of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.bootstrap import House
from app.web.formats import Formats
from app.web.pages.today import ranked, total_by_currency
from app.web.rendering import formats_of
from shop.store.database import Snapshot
from shop.store.journal import Stream
from shop.store.reads.info import store_info
from tools.ledger import inbox
from tools.ledger.inbox import Order, Shown, Waiting

RUNS_OF: Final = timedelta(hours=24)
"""A run that ended longer ago is no news, so nobody is flooded when notices are switched on."""

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell. `key` is what it is about: the same is never told twice."""

    key: str
    subject: str
    text: str
    path: str
    data: dict[str, Any] = field(default_factory=dict)

    def body(self, public_url: str | None) -> dict[str, Any]:
        """Plain values for the outbox; without the pages' address there is no link."""
        link = f"{public_url.rstrip('/')}{self.path}" if public_url else ""
        kind = self.key.partition(":")[0]
        return {"kind": kind, "subject": self.subject, "text": self.text, "link": link, "data": self.data}


def news_of(house: House) -> list[News]:
    """Everything that is due at this moment, told before or not."""
    house.desk.expire_due()
    with house.db.reading() as snapshot:
        return [*_urgent(house, snapshot), *_runs(house), *_digest(house, snapshot)]


def _urgent(house: House, snapshot: Snapshot) -> Iterator[News]:
    now, tenant = house.clock(), house.db.tenant
    soon = now + timedelta(hours=house.settings.notify_urgent_hours)
    due = house.kept.queue.at(snapshot).shown(Shown(order=Order.DEADLINE), now)[:_MOST]
    formats = formats_of(house)
    for one in inbox.lines_of(snapshot, tenant, [one.number for one in due if one.expires_at <= soon]):
        yield _approval(one, formats)


def _approval(one: Waiting, formats: Formats) -> News:
    """In words as the pages write them: amounts and times by the store's locale and zone."""
    value = f" Value: {formats.money(one.money)}." if one.money else ""
    until = formats.moment(one.expires_at)
    return News(
        f"approval:{one.id}",
        f"{one.id} expires soon: {formats.told(one.title)}",
        f"{formats.told(one.reason)}{value} Nobody has decided yet; it expires at {until}.",
        f"/approvals/{one.id}",
        {"approval": one.id, "action": one.kind, "expires_at": one.expires_at.isoformat()},
    )


def _runs(house: House) -> Iterator[News]:
    since = house.clock() - RUNS_OF
    for run in house.conversations.journal.streams("run", limit=20):
        if run.ended_at is not None and run.ended_at >= since:
            yield _run(run)


def _run(run: Stream) -> News:
    text = f"{run.title} is {run.state}."
    return News(f"run:{run.id}", f"Run {run.state}: {run.title}", text, f"/runs/{run.id}", {"run": run.id})


def _digest(house: House, snapshot: Snapshot) -> Iterator[News]:
    """Once a day from the chosen hour of the store's day on, if anything waits."""
    now, store = house.clock(), store_info(snapshot)
    waiting = house.kept.queue.at(snapshot)
    oldest = waiting.oldest(now)
    local = now.astimezone(ZoneInfo(store.timezone))
    piles = waiting.piles(now)
    count = sum(pile.count for pile in piles)
    if local.hour < house.settings.notify_digest_hour or not count:
        return
    formats = formats_of(house)
    worth = " + ".join(
        formats.money(one) for one in total_by_currency(amount for pile in piles for amount in pile.worth)
    )
    lines = [formats.told(f"{one.id} {one.title}: {one.reason}") for one in ranked(house, snapshot, now)]
    yield News(
        f"digest:{local.date().isoformat()}",
        f"{store.name}: {_counted(count)} for a decision",
        "\n".join([f"{_counted(count)}{f', worth {worth}' if worth else ''}. The most urgent:", *lines]),
        "/approvals",
        {"waiting": count, "oldest": oldest.isoformat() if oldest else None},
    )


def _counted(count: int) -> str:
    return "1 request waits" if count == 1 else f"{count} requests wait"
