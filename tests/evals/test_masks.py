"""Personal data that its form gives away is replaced; figures of the shop's business never are."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.harness.cards import INSTEAD, luhn
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
    "90-day 1-2-3", "barcode 5012345678900", "2026-11-20 2026-11-30", "from 2026-11-20 2026-11-30 12",
    "GTIN 4000000000006", "1042 1043 1044", "5012345678900",
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


CARDS = (
    ("4", 13), ("4", 16), ("4", 19), ("51", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15),
    ("300", 14), ("36", 14), ("6011", 16), ("65", 16), ("3528", 16), ("62", 16), ("62", 19), ("50", 13),
    ("67", 18), ("9792", 16), ("82", 16), ("2200", 16),
)  # fmt: skip
"""How a scheme's numbers begin and how long they are: Visa to Verve, Troy, RuPay and Mir."""
GROUPS = {
    13: (4, 4, 4, 1),
    14: (4, 6, 4),
    15: (4, 6, 5),
    16: (4, 4, 4, 4),
    18: (4, 4, 4, 6),
    19: (4, 4, 4, 4, 3),
}


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """A number of some scheme, in one piece or in groups with one sign between them."""
    begins, length = draw(st.sampled_from(CARDS))
    body = begins + draw(
        st.text("0123456789", min_size=length - len(begins) - 1, max_size=length - len(begins) - 1)
    )
    digits = next(body + last for last in "0123456789" if luhn(body + last))
    between = draw(st.sampled_from(["", " ", "-", "\u00a0", "  "]))
    cuts = [sum(GROUPS[length][:place]) for place in range(len(GROUPS[length]) + 1)]
    return between.join(digits[first:last] for first, last in itertools.pairwise(cuts))


@given(
    card_numbers(), st.sampled_from(["card {}", "{}", "my card: {}, please", "order 1042 {} 12.50", "#{}."])
)
def test_every_card_number_is_replaced(number: str, around: str) -> None:
    """Of 13 to 19 digits, of every scheme, with blanks and dashes, and none of its groups is left."""
    told = without_forms(around.format(number))
    assert INSTEAD in told
    assert not set(re.findall(r"\d{4,}", number)) & (set(re.findall(r"\d{4,}", told)) - {"4242", "1042"})


@given(
    st.integers(0, 10**12 - 1), st.integers(1, 999_999_999), st.dates(date(1990, 1, 1), date(2089, 12, 31))
)
def test_barcodes_order_numbers_and_days_stay(code: int, order: int, day: date) -> None:
    """A barcode that is called one or that begins as no card does, order numbers, and days in rows."""
    odd = sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(f"{code:012}"))
    barcode = f"{code:012}{-odd % 10}"
    text = f"EAN {barcode}; order #{order}; {day:%Y-%m-%d} {day:%Y-%m-%d}; PO-{order}"
    text += f"; {barcode}" if barcode[0] in "123789" else ""
    assert without_forms(text) == text


@pytest.mark.parametrize("text", BUSINESS)
def test_the_figures_of_the_shop_stay(text: str) -> None:
    """No SKU, order, amount, count or date is taken for somebody's data."""
    assert without_forms(f"for {text} today") == f"for {text} today"
