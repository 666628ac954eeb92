"""Changes that name several products: all of them or none."""

from typing import Any

import pytest

from agent.offline.dialogue import Call, Dialogue, Say
from agent.offline.mentions import Records
from agent.offline.understand import understand


def calls(records: Records, message: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls of a message, without their reasons."""
    steps = understand(message, Dialogue(), records)
    return [
        (one.tool, {name: value for name, value in one.args.items() if name != "reason"})
        for one in steps
        if isinstance(one, Call)
    ]


def test_each_product_is_moved_in_its_own_number(records: Records) -> None:
    """Numbers belong to the products that they stand before."""
    both = {"from_location": "leeds", "to_location": "bristol"}
    assert calls(records, "move 3 MUG-BLU-350 and 4 TRW-KID from Leeds to Bristol") == [
        ("transfer_stock", {"sku": "MUG-BLU-350", "quantity": 3, **both}),
        ("transfer_stock", {"sku": "TRW-KID", "quantity": 4, **both}),
    ]


def test_goods_of_one_supplier_are_one_purchase_order(records: Records) -> None:
    """A second product is a second line."""
    assert calls(records, "order 24 MUG-BLU-350 and 36 MUG-GRN-350 from Northwind") == [
        (
            "place_purchase_order",
            {
                "sku": "MUG-BLU-350",
                "quantity": 24,
                "supplier": "northwind",
                "more_lines": [{"sku": "MUG-GRN-350", "quantity": 36}],
            },
        )
    ]


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("put MUG-BLU-350 and TRW-KID up 4%",
         {"skus": ["MUG-BLU-350", "TRW-KID"], "change_percent": "4"}),
        ("set MUG-BLU-350 and TRW-KID to £12",
         {"lines": [{"sku": "MUG-BLU-350", "price": "12"}, {"sku": "TRW-KID", "price": "12"}]}),
        ("set MUG-BLU-350 to £12 and TRW-KID to £9",
         {"lines": [{"sku": "MUG-BLU-350", "price": "12"}, {"sku": "TRW-KID", "price": "9"}]}),
    ],
)  # fmt: skip
def test_prices_of_several_products_are_one_campaign(
    records: Records, said: str, changed: dict[str, Any]
) -> None:
    """Every product named gets its price."""
    assert calls(records, said) == [("change_prices", changed)]


@pytest.mark.parametrize(
    "said",
    [
        "move 3 MUG-BLU-350 and TRW-KID from Leeds to Bristol",
        "order 24 MUG-BLU-350 and MUG-GRN-350 from Northwind",
        "write off 2 MUG-BLU-350 and TRW-KID in Leeds, smashed",
    ],
)
def test_one_number_for_several_products_is_asked_about(records: Records, said: str) -> None:
    """Whether the number holds for each or for all is not guessed."""
    (step,) = understand(said, Dialogue(), records)
    assert isinstance(step, Say)
    assert "Nothing was changed" in step.text
