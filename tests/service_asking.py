"""Asking for service through the tools and in a customer's conversation, and what the books say then."""

from typing import Any

from sqlalchemy import text

from shop.actions import parse_action
from tools.desk import Session, Submission
from tools.tool import Shop
from tools.toolbox import call

TALK = "talk_1"
HOME = {"street": "1 Mill Lane", "city": "York", "postcode": "YO1 1AA", "country": "GB"}


def done(shop: Shop, name: str, **arguments: Any) -> Any:
    """The answer of a tool that must have done its work."""
    answer = call(shop, name, arguments)
    assert answer.error is None
    assert answer.result is not None
    assert answer.result.state == "executed", answer.result.words  # type: ignore[attr-defined]  # a write's answer
    return answer.result


def refused(shop: Shop, name: str, **arguments: Any) -> str:
    """The words of a tool's answer, or of its error, that did nothing."""
    answer = call(shop, name, arguments)
    if answer.error is not None:
        return answer.error
    assert answer.result is not None
    assert answer.result.state != "executed"  # type: ignore[attr-defined]  # a write's answer
    return str(answer.result.words)  # type: ignore[attr-defined]  # a write's answer


def rows(shop: Shop, query: str) -> list[tuple[Any, ...]]:
    """What stands in the books."""
    with shop.db.reading() as snapshot:
        return [tuple(row) for row in snapshot.execute(text(query))]


def level(shop: Shop, sku: str) -> tuple[int, int, int]:
    """On hand, committed and unavailable in Leeds."""
    query = "SELECT on_hand, committed, unavailable FROM stock_levels WHERE location = 'leeds' AND sku = "
    return rows(shop, f"{query}'{sku}'")[0]


def asked(shop: Shop, kind: str, args: dict[str, Any]) -> Submission:
    """What becomes of an action in the conversation with the customer."""
    session = Session(shop.session.principal, conversation=TALK)
    return shop.desk.submit(parse_action(kind, args), session)


def agree(shop: Shop, kind: str, args: dict[str, Any]) -> None:
    """The customer says yes to exactly this."""
    shop.desk.identity.consent(TALK, shop.desk.identity.digest_of(parse_action(kind, args)))
