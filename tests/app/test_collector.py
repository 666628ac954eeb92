"""Spans as a collector receives them: a small server of the test takes OTLP over HTTP."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.bootstrap import House
from app.settings import Settings
from app.telemetry import DESK, SERVICE
from tests.app.conftest import assistant_of, order_of
from tools.desk import Session


@dataclass
class Collector:
    """Where it listens, and what came: the path of each post with its spans."""

    url: str = ""
    came: list[tuple[str, ExportTraceServiceRequest]] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on this machine."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            found.came.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_collector_of_the_settings_gets_the_spans(house: House, collector: Collector) -> None:
    """A request at the desk arrives as a span of this service, with its verdict."""
    settings = Settings.load({"home": house.home, "otlp_endpoint": collector.url}, house.home)
    opened = House(settings, house.db, house.clock)
    operator = opened.people.principal_for(opened.credentials.tokens()["operator"])
    filed = opened.desk.submit(order_of(24), Session(assistant_of(operator)))
    assert opened.telemetry is not None
    opened.telemetry.flush()
    ((path, told),) = collector.came
    (resource,) = told.resource_spans
    (span,) = resource.scope_spans[0].spans
    attributes = {one.key: one.value.string_value for one in span.attributes}
    assert path == "/v1/traces"
    assert [one.value.string_value for one in resource.resource.attributes if one.key == "service.name"] == [
        SERVICE
    ]
    assert span.name == f"{DESK} submit"
    assert attributes["shophand.action.id"] == filed.action_id
    assert attributes["shophand.decision.verdict"] == filed.decision.verdict.value
