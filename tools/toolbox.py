"""All tools, and the one way to call them. What is not in this table does not exist for a model.

No tool approves, rejects, edits a waiting request, changes a mode or a policy: people do that, with their
own credential, at another door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from policies.decision import Verdict
from policies.model import PolicySet
from policies.vocabulary import FACTS
from shop.actions import (
    KINDS,
    AddDemandSignal,
    AddOrderNote,
    AddSupplySignal,
    AdjustStock,
    CancelOrder,
    CancelPurchaseOrder,
    CancelReturn,
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    ChangePrice,
    ChangePrices,
    CompleteExchange,
    DraftReply,
    GiveCredit,
    InspectReturn,
    PlacePurchaseOrder,
    ReceivePurchaseOrder,
    ReceiveReturn,
    RefundOrder,
    RemoveSignal,
    RequestExchange,
    RequestReturn,
    ReshipOrder,
    TransferStock,
    Undo,
)
from shop.errors import (
    AmbiguousError,
    ConflictError,
    InvalidActionError,
    NotFoundError,
    SetupError,
    ToolInputError,
)
from shop.store.reads.info import store_info
from tools import (
    approvals,
    campaigns,
    guides,
    inventory,
    markdowns,
    order_changes,
    planning,
    pricing,
    purchase_orders,
    refunds,
    reorder_explanation,
    reordering,
    returns,
    service,
    signals,
    tickets,
)
from tools.answers import Answer, holds_untrusted
from tools.arguments import ToolArguments
from tools.taint import brings_names, check_declared
from tools.tool import Effect, Shop, Tool, reads, values_of, writes
from tools.with_customer import arguments_for

__all__ = ["TOOLS", "Effect", "Shop", "Tool", "ToolAnswer", "call", "check_registry"]

RETRYABLE: Final = (NotFoundError, AmbiguousError, ToolInputError, InvalidActionError, ConflictError)
"""Errors that whoever called may correct; they become answers. Any other error ends the turn."""

_ALL: Final = (
    reads("inventory", inventory.check_stock),
    reads("inventory", planning.list_low_stock),
    reads("inventory", planning.list_overstock),
    reads("inventory", inventory.stock_movements),
    reads("inventory", planning.forecast_demand),
    writes("inventory", AdjustStock, inventory.adjust_stock),
    writes("inventory", TransferStock, inventory.transfer_stock),
    reads("reordering", planning.recommend_reorder),
    reads("reordering", reordering.supplier_terms),
    reads("reordering", reordering.list_purchase_orders),
    writes("reordering", PlacePurchaseOrder, purchase_orders.place_purchase_order),
    writes("reordering", CancelPurchaseOrder, purchase_orders.cancel_purchase_order),
    writes("reordering", ReceivePurchaseOrder, purchase_orders.receive_purchase_order),
    reads("reordering", reorder_explanation.explain_reorder),
    reads("reordering", signals.list_signals),
    writes("reordering", AddDemandSignal, signals.add_demand_signal),
    writes("reordering", AddSupplySignal, signals.add_supply_signal),
    writes("reordering", RemoveSignal, signals.remove_signal),
    reads("pricing", pricing.get_price),
    reads("pricing", pricing.suggest_price),
    reads("pricing", markdowns.plan_markdown),
    writes("pricing", ChangePrice, pricing.change_price),
    writes("pricing", ChangePrices, campaigns.change_prices),
    reads("service", service.find_customer),
    reads("service", service.find_orders),
    reads("service", service.get_order),
    reads("service", service.track_shipment),
    reads("service", refunds.quote_refund),
    writes("service", RefundOrder, refunds.refund_order),
    writes("service", CancelOrder, refunds.cancel_order),
    writes("service", AddOrderNote, refunds.add_order_note),
    writes("service", RequestReturn, returns.request_return),
    writes("service", CancelReturn, returns.cancel_return),
    writes("service", ReceiveReturn, returns.receive_return),
    writes("service", InspectReturn, returns.inspect_return),
    writes("service", RequestExchange, returns.request_exchange),
    writes("service", CompleteExchange, returns.complete_exchange),
    writes("service", ReshipOrder, returns.reship_order),
    writes("service", ChangeOrderItems, order_changes.change_order_items),
    writes("service", ChangeOrderPayment, order_changes.change_order_payment),
    writes("service", ChangeOrderAddress, order_changes.change_order_address),
    writes("service", ChangeCustomerAddress, order_changes.change_customer_address),
    writes("service", GiveCredit, order_changes.give_credit),
    reads("service", tickets.list_tickets),
    reads("service", tickets.suggest_reply),
    writes("service", DraftReply, tickets.draft_reply),
    reads("knowledge", guides.search_guides),
    reads("desk", approvals.list_approvals),
    reads("desk", approvals.action_status),
)

TOOLS: Final[dict[str, Tool]] = {tool.name: tool for tool in _ALL}
"""Every tool by name, in the order in which models are told of them."""


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What came of a tool call: a typed result, or an error in words that the caller may act on.

    `tainted`: words from outside may stand in it, by `tools/taint.py`. `error_kind` is the error's class.
    """

    name: str
    arguments: Mapping[str, Any]
    result: Answer | None
    tainted: bool = False
    error: str | None = None
    error_kind: str | None = None


def call(shop: Shop, name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Validate the arguments and run a tool; errors that the caller may correct become answers.

    AccessDeniedError, StoreError, SetupError and bugs are raised: no other arguments would help.
    """
    try:
        result = _run(shop, name, arguments)
    except RETRYABLE as error:
        # The nearest names may stand in the words of an error.
        return ToolAnswer(
            name,
            arguments,
            None,
            tainted=not _names_are_own(shop),
            error=str(error),
            error_kind=type(error).__name__,
        )
    tainted = holds_untrusted(result) or (name in _BRINGING_NAMES and not _names_are_own(shop))
    return ToolAnswer(name, arguments, result, tainted=tainted)


def _names_are_own(shop: Shop) -> bool:
    with shop.db.reading() as snapshot:
        return store_info(snapshot).own_names


def check_registry(tools: Mapping[str, Tool] = TOOLS, policies: PolicySet | None = None) -> None:
    """Refuse a list of tools in which a write has no facts, no undo or no action kind; raises SetupError.

    With `policies`, a kind of write that no rule allows is refused too: it could only ever be denied.
    """
    writing = [tool for tool in tools.values() if tool.effect is Effect.WRITE]
    for tool in writing:
        _check_fit_for_writing(tool)
    for kind in KINDS:
        owners = [tool.name for tool in writing if tool.kind == kind]
        if len(owners) != 1:
            raise SetupError(f"action kind {kind!r} needs exactly one tool, it has {owners}")
        if policies is not None:
            _check_allowed(kind, policies)
    check_declared(tools)
    for tool in tools.values():
        if tool.effect is Effect.READ and tool.kind is not None:
            raise SetupError(f"tool {tool.name!r} reads, so it cannot submit {tool.kind!r}")
        if not tool.description:
            raise SetupError(f"tool {tool.name!r} has no description")


def _check_allowed(kind: str, policies: PolicySet) -> None:
    if not any(rule.effect is Verdict.ALLOW for rule in policies.rules_for(kind)):
        raise SetupError(
            f"no rule allows {kind!r}, so every one would be denied: add an allow rule for it, or draft "
            "the shipped ones with: shophand policy adopt"
        )


def _check_fit_for_writing(tool: Tool) -> None:
    action = KINDS.get(tool.kind or "")
    if action is None:
        raise SetupError(f"tool {tool.name!r} writes, but there is no action kind {tool.kind!r}")
    if not FACTS.get(action.kind):
        raise SetupError(f"tool {tool.name!r}: policies/vocabulary.py has no facts for {action.kind!r}")
    if not isinstance(getattr(action, "undo", None), Undo) or not getattr(action, "undo_by", ""):
        raise SetupError(f"tool {tool.name!r}: the action {action.kind!r} does not declare its undo")


def _run(shop: Shop, name: str, arguments: Mapping[str, Any]) -> Answer:
    tool = TOOLS.get(name)
    if tool is None:
        raise ToolInputError(f"there is no tool {name!r}; the tools are {', '.join(TOOLS)}")
    if not isinstance(arguments, Mapping):
        raise ToolInputError(f"{name}: the arguments must be one JSON object")
    try:
        accepted = tool.args.model_validate(dict(arguments))
    except ValidationError as error:
        raise ToolInputError(f"{name}: {_in_words(tool.args, error)}") from error
    return tool.run(shop, **arguments_for(shop, tool, values_of(accepted)))


def _in_words(arguments: type[ToolArguments], error: ValidationError) -> str:
    """What is wrong with the arguments, one clause for each fault, without repeating long input."""
    clauses = []
    for fault in error.errors(include_url=False, include_input=False):
        place = ".".join(str(step) for step in fault["loc"])
        match fault["type"]:
            case "extra_forbidden":
                known = ", ".join(arguments.model_fields) or "none"
                clauses.append(f"there is no argument {place!r}; the arguments are {known}")
            case "missing":
                clauses.append(f"{place} is needed")
            case "int_type" | "int_from_float" | "int_parsing_size" | "int_parsing":
                clauses.append(f"{place} must be a whole number written as a number, such as 24")
            case _:
                clauses.append(f"{place}: {fault['msg'].removeprefix('Value error, ')}")
    return "; ".join(clauses)


check_registry()
_BRINGING_NAMES: Final = frozenset(name for name, tool in TOOLS.items() if brings_names(tool))
