"""Personal data that its form gives away is replaced; figures of the shop's business never are."""

from __future__ import annotations

import pytest

from evals.harness.masks import without_forms

PHONES = (
    "07700 900813", "07700900813", "020 7946 0018", "0161-496-0000", "(0161) 496 0000", "01632.960.001",
    "+48 601 234 567", "+44 (0)7700 900813", "+44 7700 900813", "+447700900813", "0044 7700 900813",
    "+33 1 23 45 67 89", "01 23 45 67 89", "01.23.45.67.89", "030/12345678", "+49 30 1234567",
    "+1 415-555-2671", "(555) 123-4567", "415-555-2671", "1-415-555-2671", "+1 (415) 555-2671",
    "0770 #900813 12", "+81-3-1234-5678",
)  # fmt: skip
POSTCODES = ("SW1A 1AA", "sw1a1aa", "ls1 4ap", "M1 1AE", "EC1A 1BB", "b33 8th")
BUSINESS = (
    "MUG-BLU-350", "SKU 0123-AB", "PO-0012345678", "PO-20261120-01", "order 1042 and #1043",
    "act_0123456789abcdef", "2026-11-20", "20.11.2026", "01/12/2026 10:30", "05.11.2026 12 pieces",
    "2026-11-20T09:00:00+00:00", "1,234.50 GBP", "12 500.00 EUR", "0.50 12.00 3.75 14.00", "GBP 0.125",
    "9,000,000", "250 300 4000", "0, 12, 7, 30, 45", "RMA-9 of A-17", "5012345 678", "4 x M10 2 packs",
    "E27 5 kg", "10 % of 1200", "+12 pieces", "week 47 of 2026", "| 0 | 12 | 130 | 2026 |", "HT-12345678",
    "90-day 1-2-3", "barcode 5012345678900",
)  # fmt: skip


@pytest.mark.parametrize("phone", PHONES)
def test_a_telephone_number_is_replaced(phone: str) -> None:
    """However a country groups and joins its digits, and whatever stands around it, dates and prices too."""
    assert without_forms(f"Call {phone}, please") == "Call 07700 900000, please"
    assert without_forms(f"on 20.11.2026 tel:{phone} 12.50 GBP") == "on 20.11.2026 tel:07700 900000 12.50 GBP"


@pytest.mark.parametrize("postcode", POSTCODES)
def test_a_postcode_is_replaced(postcode: str) -> None:
    """In large and small letters, with a blank and without."""
    assert without_forms(f"to {postcode}.") == "to AB1 2CD."


def test_a_card_is_replaced() -> None:
    """In groups and in one, with a price behind it; of one that is named, its last digits."""
    told = without_forms("4111 1111 1111 1111 12.50 GBP, 4111111111111111, ending in 1881")
    assert told == "4242 4242 4242 4242 12.50 GBP, 4242 4242 4242 4242, ending in 4242"


@pytest.mark.parametrize("text", BUSINESS)
def test_the_figures_of_the_shop_stay(text: str) -> None:
    """No SKU, order, amount, count or date is taken for somebody's data."""
    assert without_forms(f"for {text} today") == f"for {text} today"
