"""``/metrics`` in the text format of Prometheus.

What the ledger and the journal hold is counted there, so it is true whichever process did the work. Only how
long requests took is this process's own.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import accumulate
from threading import Lock
from typing import Final

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.responses import Response

from agent.reorder_run import RUN
from app.bootstrap import House
from app.kept import MINUTE
from app.web.who import Opened, called
from shop.store.journal import StoredEvent
from shop.store.journal_figures import events_between, streams_by_state
from tools.ledger import figures
from tools.ledger.inbox import Shown

router = APIRouter()

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
TOOL_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SETTLED: Final = timedelta(minutes=10)
"""What is older is counted once: no process writes events that far back, whatever its clock says."""

_KINDS: Final = ("tool_call", "tool_result", "usage")
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/metrics")
def metrics(request: Request, house: Opened) -> Response:
    """All figures, for a token of scope read or the setting `metrics_token`."""
    if not _is_metrics_token(request, house):
        called(request)
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE)


@dataclass(slots=True)
class _Tally:
    """Totals over the events of the journal up to a moment."""

    until: datetime = _BEGINNING
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    buckets: Counter[tuple[str, float]] = field(default_factory=Counter)
    tokens: Counter[tuple[str, str]] = field(default_factory=Counter)
    money: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    begun: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def copy(self) -> _Tally:
        """One that goes on by itself."""
        return _Tally(
            self.until,
            self.calls.copy(),
            self.seconds.copy(),
            self.buckets.copy(),
            self.tokens.copy(),
            self.money.copy(),
            self.begun.copy(),
        )

    def read(self, event: StoredEvent) -> None:
        """Count one event."""
        body = event.body
        if event.kind == "tool_call":
            self.begun[event.stream, str(body["call"])] = event.at
        elif event.kind == "tool_result":
            self._answered(event, str(body["name"]), str(body["status"]))
        else:
            model = str(body["model"])
            self.tokens[model, "input"] += int(body["input"])
            self.tokens[model, "output"] += int(body["output"])
            if body.get("cost") is not None:
                place = model, str(body.get("currency") or "")
                self.money[place] = self.money.get(place, Decimal(0)) + Decimal(str(body["cost"]))

    def _answered(self, event: StoredEvent, name: str, status: str) -> None:
        self.calls[name, status] += 1
        began = self.begun.pop((event.stream, str(event.body["call"])), None)
        if began is None:
            return
        took = max(0.0, (event.at - began).total_seconds())
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        self.buckets[name, next((bound for bound in TOOL_SECONDS if took <= bound), float("inf"))] += 1


class StoreFigures(Collector):
    """The figures of one store, read at each scrape."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._settled = _Tally()
        self._lock = Lock()

    def describe(self) -> list[Metric]:
        """Nothing in advance: to register must not read the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure at this moment."""
        yield from self._ledger()
        yield from _journal(self._tally())

    def _ledger(self) -> Iterator[Metric]:
        house = self._house
        tenant, now = house.db.tenant, house.clock()
        with house.db.reading() as snapshot:
            kept = partial(house.kept.of, snapshot, now, seconds=MINUTE)  # each reads the whole ledger
            verdicts = kept("verdicts", lambda: figures.decisions_by_verdict(snapshot, tenant))
            states = kept("states", lambda: figures.actions_by_state(snapshot, tenant))
            queue = house.kept.queue.at(snapshot)
            runs = streams_by_state(snapshot, RUN)
        decided = CounterMetricFamily(
            "shophand_decisions", "What the rules answered to requests.", labels=("kind", "verdict")
        )
        for one in verdicts:
            decided.add_metric((one.kind, one.what), one.number)
        stands = GaugeMetricFamily("shophand_actions", "Where actions stand.", labels=("kind", "state"))
        for one in states:
            stands.add_metric((one.kind, one.what), one.number)
        waiting, oldest = len(queue.shown(Shown(), now)), queue.oldest(now)
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield decided
        yield stands
        yield GaugeMetricFamily("shophand_approvals_waiting", "Approvals that wait.", value=waiting)
        yield GaugeMetricFamily("shophand_approvals_oldest_seconds", "Age of the oldest one.", value=age)
        done = GaugeMetricFamily("shophand_runs", "Reorder runs by state.", labels=("state",))
        for state, number in sorted(runs.items()):
            done.add_metric((state,), number)
        yield done

    def _tally(self) -> _Tally:
        """Totals until now; only events of the last minutes are read again each time."""
        now = self._house.clock()
        with self._lock, self._house.db.reading() as snapshot:
            edge = max(self._settled.until, now - SETTLED)
            for event in events_between(snapshot, _KINDS, self._settled.until, edge):
                self._settled.read(event)
            self._settled.until = edge
            present = self._settled.copy()
            for event in events_between(snapshot, _KINDS, edge, now + SETTLED):
                present.read(event)
        return present


class RequestFigures:
    """How long requests took in this process, by route template and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "shophand_request_seconds",
            "Seconds until a request was answered, in this process.",
            ("method", "route", "status"),
            buckets=REQUEST_SECONDS,
            registry=registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._seconds.labels(method, route, str(status)).observe(seconds)


def _journal(tally: _Tally) -> Iterator[Metric]:
    calls = CounterMetricFamily("shophand_tool_calls", "Calls of tools.", labels=("tool", "status"))
    for (name, status), number in sorted(tally.calls.items()):
        calls.add_metric((name, status), number)
    yield calls
    took = HistogramMetricFamily("shophand_tool_seconds", "Seconds a tool took.", labels=("tool",))
    for name in sorted({name for name, _ in tally.buckets}):
        bounds = (*TOOL_SECONDS, float("inf"))
        sums = accumulate(tally.buckets[name, bound] for bound in bounds)
        named = ["+Inf" if bound == float("inf") else str(bound) for bound in bounds]
        took.add_metric((name,), list(zip(named, sums, strict=True)), tally.seconds[name])
    yield took
    tokens = CounterMetricFamily("shophand_model_tokens", "Tokens of models.", labels=("model", "direction"))
    for (model, direction), number in sorted(tally.tokens.items()):
        tokens.add_metric((model, direction), number)
    yield tokens
    money = CounterMetricFamily("shophand_model_cost", "Cost of models.", labels=("model", "currency"))
    for (model, currency), amount in sorted(tally.money.items()):
        money.add_metric((model, currency), float(amount))  # the format knows no other number
    yield money


def _is_metrics_token(request: Request, house: House) -> bool:
    wanted = house.settings.metrics_token
    if wanted is None:
        return False
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), wanted.get_secret_value().encode())
