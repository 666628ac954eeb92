"""How long every page of the desk takes the server, with many people on it and a large store behind it.

Run it with ``python bench/pages.py``. The store (1,000,000 SKUs, 100,000 actions, 10,000 of them waiting) is
made by bulk load and kept under ``--cache``; smaller ones by flags. A real ``shophand serve`` with uvicorn
answers; 50 people each open a page, look at it for ``--think`` seconds on average and open the next, while
200 more follow a conversation that is being worked on. Server time is what the server itself logs for a
request, from its first byte to the last of the answer. The people are played by this process on the same
cores. Memory is the server's peak resident set. Before that each page is opened alone, for the CPU time that
it takes, and everybody looks around for ``--warm-up`` seconds that do not count. Exits with 1 over 100 ms
at the 95th percentile of any page, or over 500 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert, select, update

from app.credentials import FILE, Credentials
from bench.page_addresses import MINE, Seen, pages_of
from bench.page_server import Server, serving
from bench.page_store import LOOKERS, Size, store_of
from shop.store import journal_schema
from shop.store.database import Database
from shop.store.migrate import upgrade

P95_MS, MEGABYTES = 100.0, 500.0
ALONE = 3
PATIENCE = 180.0
FOLLOWED = "con_b00000"
CONVERSATIONS = 40


@dataclass(slots=True)
class Figures:
    """Milliseconds of one page."""

    alone_cpu: float = 0.0
    server: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)


def main() -> None:
    """Make the store, serve it, measure, print."""
    given = _arguments()
    cache = Path(given.cache).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    home = store_of(Size(given.skus, given.actions, given.open), cache, _tell)
    _brought_up(home)
    with TemporaryDirectory() as directory:
        log = Path(directory) / "server.log"
        with serving(home, log) as server:
            try:
                found = asyncio.run(_measured(home, server, log, given))
            except httpx.HTTPError as error:
                raise SystemExit(f"{error!r} at {error.request.url}\n{_faults(log)}") from error
    _print(found, given)
    over = [name for name, one in found["pages"].items() if one["server_p95_ms"] > P95_MS]
    if over or found["memory_mb"] > MEGABYTES:
        raise SystemExit(f"over the budget: {', '.join(over) or 'memory'}")


def _brought_up(home: Path) -> None:
    """A store that was kept since an earlier version has the tables of this one."""
    db = Database(f"sqlite:///{home / 'shop.db'}")
    upgrade(db)
    db.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skus", type=int, default=1_000_000)
    parser.add_argument("--actions", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--think", type=float, default=5.0, help="seconds somebody looks at a page")
    parser.add_argument("--warm-up", type=float, default=20.0, help="seconds that are not counted before")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long all of them look at pages")
    parser.add_argument("--cache", default=".shophand/bench", help="where the stores are kept")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args()


def _faults(log: Path) -> str:
    lines = log.read_text("utf-8").splitlines()
    wrong = [line for line in lines if '"level": "error"' in line or not line.startswith("{")]
    return "\n".join(wrong[:3])


async def _measured(home: Path, server: Server, log: Path, given: argparse.Namespace) -> dict[str, Any]:
    """All figures, in the order: each page alone, then everybody at once."""
    seen = pages_of(home)
    tokens = Credentials(home / FILE).tokens()
    figures: dict[str, Figures] = defaultdict(Figures)
    users = [await _signed_in(server, tokens, number) for number in range(given.users)]
    for name, addresses in seen.pages.items():
        figures[name].alone_cpu = await _alone(server, users[0], addresses)
    _set_state(home, "running")
    opened = [asyncio.Event() for _ in range(given.streams)]
    streams = [asyncio.create_task(_follow(server, tokens, *one)) for one in enumerate(opened)]
    await asyncio.wait_for(asyncio.gather(*(one.wait() for one in opened)), PATIENCE)
    await _all_looking(users, seen, defaultdict(Figures), given.warm_up, given.think)
    began = datetime.now(UTC)
    cpu, wall = server.cpu_seconds(), perf_counter()
    await _all_looking(users, seen, figures, given.seconds, given.think)
    wall, cpu = perf_counter() - wall, server.cpu_seconds() - cpu
    following = sum(not one.done() for one in streams)
    _set_state(home, "open")
    told = sum(await asyncio.gather(*streams))
    for one in users:
        await one.aclose()
    _read_log(log, figures, began)
    looked = sum(len(one.client) for one in figures.values())
    return {
        "skus": given.skus, "actions": given.actions, "open": given.open, "users": given.users,
        "think_seconds": given.think, "streams": following, "stream_events": told,
        "pages_per_second": looked / wall, "server_cpu_share": cpu / wall, "memory_mb": server.peak_mb(),
        "cpu_ms_a_page": 1_000 * cpu / looked,
        "pages": {name: _summed(one) for name, one in figures.items()},
    }  # fmt: skip


def _summed(one: Figures) -> dict[str, float]:
    return {
        "opened": len(one.server),
        "alone_cpu_ms": one.alone_cpu,
        "server_p50_ms": _percentile(one.server, 0.5),
        "server_p95_ms": _percentile(one.server, 0.95),
        "client_p95_ms": _percentile(one.client, 0.95),
    }


async def _signed_in(server: Server, tokens: dict[str, str], number: int) -> httpx.AsyncClient:
    """Somebody at an address of their own, as behind a proxy."""
    headers = {"x-forwarded-for": f"10.0.{number // 200}.{number % 200 + 1}"}
    limits = httpx.Limits(keepalive_expiry=2)  # the server ends a connection that was quiet for five
    client = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60, limits=limits)
    await client.post("/sign-in", data={"token": tokens[f"looker-{number % LOOKERS}"]})
    return client


async def _alone(server: Server, client: httpx.AsyncClient, addresses: Sequence[str]) -> float:
    """CPU milliseconds of the server for one look at a page when nobody else looks."""
    for place in range(2):
        (await client.get(addresses[place % len(addresses)])).raise_for_status()
    before = server.cpu_seconds()
    for place in range(ALONE):
        (await client.get(addresses[place % len(addresses)])).raise_for_status()
    return (server.cpu_seconds() - before) * 1_000 / ALONE


async def _all_looking(
    users: Sequence[httpx.AsyncClient],
    seen: Seen,
    figures: dict[str, Figures],
    seconds: float,
    think: float,
) -> None:
    """Everybody looks at pages for some time."""
    until = perf_counter() + seconds
    await asyncio.gather(
        *(_looking(one, seen, figures, until, think, place) for place, one in enumerate(users))
    )


async def _looking(
    client: httpx.AsyncClient,
    seen: Seen,
    figures: dict[str, Figures],
    until: float,
    think: float,
    place: int,
) -> None:
    """One person: opens a page, looks at it, opens the next."""
    random = Random(place)
    await asyncio.sleep(random.uniform(0, think))
    while perf_counter() < until:
        name, address = seen.some(random)
        own = place % LOOKERS + LOOKERS * random.randrange(1, CONVERSATIONS)
        address = address.replace(f"con_b{MINE}", f"con_b{own:05d}")
        began = perf_counter()
        answer = await client.get(address, headers={"x-request-id": _mark(name)})
        answer.raise_for_status()
        figures[name].client.append((perf_counter() - began) * 1_000)
        await asyncio.sleep(random.uniform(0.5 * think, 1.5 * think))


def _mark(name: str) -> str:
    """A request's number that tells the page: the server writes it into its log."""
    return f"page-{name.encode().hex()}"[:64]


def _read_log(log: Path, figures: dict[str, Figures], began: datetime) -> None:
    """The server's own times, from its log."""
    names = {_mark(name): name for name in figures}
    for line in log.read_text("utf-8").splitlines():
        if not line.startswith("{"):
            continue
        said = json.loads(line)
        name = names.get(said.get("request_id", ""))
        if name is not None and datetime.fromisoformat(said["at"]) >= began:
            figures[name].server.append(said["ms"])


async def _follow(server: Server, tokens: dict[str, str], number: int, opened: asyncio.Event) -> int:
    """One open event stream, until the conversation ends; gives how many events came."""
    headers = {"x-forwarded-for": f"10.9.{number // 200}.{number % 200 + 1}"}
    token = {"authorization": f"Bearer {tokens['looker-0']}"}
    events = 0
    path = f"/api/v1/conversations/{FOLLOWED}/events"
    async with (
        httpx.AsyncClient(base_url=server.url, headers=headers | token, timeout=None) as client,
        client.stream("GET", path) as answer,
    ):
        answer.raise_for_status()
        opened.set()
        async for line in answer.aiter_lines():
            events += line.startswith("event:")
    return events


def _set_state(home: Path, state: str) -> None:
    db = Database(f"sqlite:///{home / 'shop.db'}")
    with db.writing() as tx:
        table = journal_schema.streams
        tx.execute(update(table).where(table.c.id == FOLLOWED).values(state=state))
        if state == "running":
            body = json.dumps({"turn": 2, "text": "And how many red ones?", "by": "looker-0"})
            last = journal_schema.events
            number = len(tx.execute(select(last.c.number).where(last.c.stream == FOLLOWED)).all()) + 1
            row = {
                "stream": FOLLOWED,
                "number": number,
                "at": datetime.now(UTC),
                "kind": "user",
                "body": body,
            }
            tx.execute(insert(last).values(row))
    db.close()


def _percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def _print(found: dict[str, Any], given: argparse.Namespace) -> None:
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"{'page':28}{'opened':>8}{'CPU alone':>11}{'server p50':>12}{'server p95':>12}{'client p95':>12}  ms"
    )
    for name, one in found["pages"].items():
        mark = "  over" if one["server_p95_ms"] > P95_MS else ""
        print(
            f"{name:28}{one['opened']:8}{one['alone_cpu_ms']:11.1f}{one['server_p50_ms']:12.1f}"
            f"{one['server_p95_ms']:12.1f}{one['client_p95_ms']:12.1f}{mark}"
        )
    print(
        f"{found['users']} people, {found['pages_per_second']:.1f} pages a second, "
        f"{found['streams']} open streams, "
        f"{100 * found['server_cpu_share']:.0f} % of one core ({found['cpu_ms_a_page']:.1f} ms a page, "
        f"streams included), {found['memory_mb']:.0f} MB at most"
    )


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    main()
