"""The three files: the shop, the tasks and the expected ends. Wrong ones get one error that says where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from evals.tau2_retail.shapes import Expected, Retail, RetailOrder, Task
from shop.errors import ImportFileError

READS: Final = frozenset(
    {
        "find_user_id_by_email",
        "find_user_id_by_name_zip",
        "get_user_details",
        "get_order_details",
        "get_product_details",
        "get_item_details",
        "list_all_product_types",
    }
)
WRITES: Final = frozenset(
    {
        "cancel_pending_order",
        "modify_pending_order_address",
        "modify_pending_order_payment",
        "modify_pending_order_items",
        "exchange_delivered_order_items",
        "return_delivered_order_items",
        "modify_user_address",
    }
)
GENERIC: Final = frozenset({"calculate", "transfer_to_human_agents"})
TOOLS: Final = READS | WRITES | GENERIC
"""The 16 tools that tau2's retail agent has."""
EARLIER: Final = frozenset({"think"})
"""What tau-bench's agent had beside them: it changes nothing."""
FREE: Final = GENERIC | EARLIER | {"find_user_id_by_email", "find_user_id_by_name_zip"}
"""What may be asked before the customer is known."""
START_STATUSES: Final = frozenset({"pending", "processed", "delivered", "cancelled"})

T = TypeVar("T")


def read_retail(path: Path) -> Retail:
    """The shop; raises ImportFileError for a file that is not tau2's retail database, or not sound."""
    retail = _read(path, TypeAdapter(Retail), "a retail database (products, users, orders)")
    for fault in _faults(retail):
        raise ImportFileError(f"{path}: {fault}")
    return retail


def read_tasks(path: Path) -> list[Task]:
    """The tasks; raises ImportFileError for a wrong file or a task named twice.

    A call of a tool that tau2 does not have is found while it is replayed, and the other tasks count.
    """
    tasks = _read(path, TypeAdapter(list[Task]), "a list of tasks with evaluation_criteria.actions")
    if not tasks:
        raise ImportFileError(f"{path}: there is no task in it")
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise ImportFileError(f"{path}: task {task.id} stands in it twice")
        seen.add(task.id)
    return tasks


def read_expected(path: Path, tasks: Sequence[Task]) -> Mapping[str, Expected]:
    """The end of every task; raises ImportFileError for a wrong file or a task that it lacks."""
    shape = TypeAdapter(dict[str, Expected])
    expected = _read(path, shape, "an object of task ids, each with changed and refused")
    lacking = [task.id for task in tasks if task.id not in expected]
    if lacking:
        raise ImportFileError(f"{path}: no expected end of task {', '.join(lacking)}")
    return expected


def _read(path: Path, shape: TypeAdapter[T], what: str) -> T:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return shape.validate_json(raw)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in fault["loc"])
        where = f"{place}: " if place else ""
        raise ImportFileError(f"{path} is not {what}: {where}{fault['msg']}") from error


def _faults(retail: Retail) -> list[str]:
    """What contradicts itself in a shop: every record must be found where others look for it."""
    found: list[str] = []
    items: set[str] = set()
    for key, product in retail.products.items():
        if key != product.product_id:
            found.append(f"products.{key} calls itself {product.product_id}")
        for item_id, variant in product.variants.items():
            if item_id != variant.item_id or item_id in items:
                found.append(f"products.{key}.variants.{item_id} is misnamed or stands there twice")
            items.add(item_id)
    for key, user in retail.users.items():
        if key != user.user_id or any(name != one.id for name, one in user.payment_methods.items()):
            found.append(f"users.{key} or one of its payment methods is misnamed")
        found.extend(
            f"users.{key}.orders names {order}, which is not theirs"
            for order in user.orders
            if order not in retail.orders or retail.orders[order].user_id != key
        )
    found.extend(fault for order in retail.orders.items() for fault in _order_faults(*order, retail, items))
    return found


def _order_faults(key: str, order: RetailOrder, retail: Retail, items: set[str]) -> list[str]:
    user = retail.users.get(order.user_id)
    if key != order.order_id or user is None or key not in user.orders:
        return [f"orders.{key} is misnamed, or not in its customer's list"]
    found = []
    if order.status not in START_STATUSES:
        found.append(f"orders.{key}.status is {order.status!r}, not {', '.join(sorted(START_STATUSES))}")
    if len(order.fulfillments) > 1 or any(
        sorted(parcel.item_ids) != sorted(item.item_id for item in order.items)
        for parcel in order.fulfillments
    ):
        found.append(f"orders.{key} goes in several parcels, or in one that lacks an item of it")
    found.extend(
        f"orders.{key} holds {item.item_id}, which is no item of the products"
        for item in order.items
        if item.item_id not in items
    )
    bookings = order.payment_history
    if not bookings or any(one.payment_method_id not in user.payment_methods for one in bookings):
        found.append(f"orders.{key}.payment_history is empty or names a method that is not the customer's")
    elif bookings[0].amount != sum(item.price for item in order.items):
        found.append(f"orders.{key}: the first payment is not the sum of the prices")
    return found
