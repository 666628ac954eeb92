"""The OpenAPI document keeps its word: generated calls meet no server error and no undocumented status."""

import logging
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.bootstrap import House
from app.web.limits import Buckets
from app.web.server import create_app
from shop.store.people import Scope
from tests.app.web.conftest import CallerOf

EXAMPLES = 2
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("scope", [Scope.FULL, Scope.READ])
def test_every_operation_keeps_to_its_document(
    house: House, caller: CallerOf, waiting: str, scope: Scope
) -> None:
    """Whatever the document allows is answered as it says, for a full and for a reading token."""
    assert waiting
    app = create_app(house, buckets=Buckets(per_second=1e6, burst=1e6))
    headers = caller("operator", scope).headers
    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    tried = 0
    with asgi.get_client(cast("Any", app)) as client:
        for found in schema.get_all_operations():
            _keeps_its_word(cast("Any", found).ok(), client, headers)
            tried += 1
    assert tried > 50


def _keeps_its_word(operation: Any, client: Any, headers: dict[str, str]) -> None:
    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def keeps(case: Any) -> None:
        case.call_and_validate(session=client, headers=headers, checks=CHECKS, timeout=120)

    keeps()
