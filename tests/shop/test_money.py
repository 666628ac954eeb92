"""Money is exact, or it is an error."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import CurrencyMismatchError, MoneyError
from shop.money import MAX_MINOR, Money, exponent

minors = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(["GBP", "JPY", "BHD", "EUR"])
amounts = st.builds(Money, minors, currencies)


@pytest.mark.parametrize(("currency", "places"), [("GBP", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("ISK", 0)])
def test_decimals_are_those_of_iso_4217(currency: str, places: int) -> None:
    """A currency has the decimals that ISO 4217 gives it."""
    assert exponent(currency) == places


@pytest.mark.parametrize("currency", ["gbp", "XXX", "XAU", "", "GB", "POUND", "£"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    """Unknown codes, and codes without a minor unit such as gold, are refused."""
    with pytest.raises(MoneyError):
        Money(1, currency)


@pytest.mark.parametrize("minor", [True, 1.0, "100", None, Decimal(1), MAX_MINOR + 1, -MAX_MINOR - 1])
def test_minor_units_are_whole_numbers_in_bounds(minor: object) -> None:
    """Booleans, floats, text and astronomical numbers are no minor units."""
    with pytest.raises(MoneyError):
        Money(minor, "GBP")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "amount",
    ["", "1,000", " 5 ", "5e2", "NaN", "inf", "١٠٠", "1_000", "--1", "0x1", ".5", "5.", 1.5, True, None],
)
def test_amounts_are_plain_digits(amount: object) -> None:
    """What is not plain digits with an optional point is no amount."""
    with pytest.raises(MoneyError):
        Money.of(amount, "GBP")  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "currency"), [("1.005", "GBP"), ("1.5", "JPY"), ("0.0001", "BHD")])
def test_too_many_decimals_are_refused_not_rounded(amount: str, currency: str) -> None:
    """An amount with more decimals than the currency knows is refused."""
    with pytest.raises(MoneyError, match="more decimals"):
        Money.of(amount, currency)


@given(minors, currencies, st.integers(1, 60), st.sampled_from("123456789"))
def test_no_decimal_is_too_far_out_to_be_seen(minor: int, currency: str, zeros: int, last: str) -> None:
    """However many zeros stand before it, a digit beyond the currency's decimals is refused."""
    exact = f"{Decimal(minor).scaleb(-exponent(currency)):f}"
    point = "" if exponent(currency) else "."
    assert Money.of(f"{exact}{point}{'0' * zeros}", currency).minor == minor
    with pytest.raises(MoneyError, match="more decimals"):
        Money.of(f"{exact}{point}{'0' * zeros}{last}", currency)


@pytest.mark.parametrize("amount", ["9" * 5_000, Decimal("1e900000"), Decimal("-1e999999")])
def test_an_astronomical_amount_is_out_of_bounds(amount: str | Decimal) -> None:
    """Amounts of thousands of digits are refused as any other that is too large."""
    with pytest.raises(MoneyError, match="out of bounds"):
        Money.of(amount, "GBP")


def test_a_computed_amount_is_rounded_once() -> None:
    """A hair over half a penny is rounded up, however thin the hair."""
    assert Money.rounded(Decimal(f"0.125{'0' * 40}1"), "GBP").minor == 13


@pytest.mark.parametrize(
    ("literal", "minor"),
    [("1_000 GBP", 100_000), ("0.50 GBP", 50), ("-10 GBP", -1000), ("1_000_000 JPY", 10**6)],
)
def test_literals_of_rule_files(literal: str, minor: int) -> None:
    """The rule files' literals read as written."""
    assert Money.parse(literal).minor == minor


@pytest.mark.parametrize(
    "literal",
    ["1000", "1,000 EUR", "50.000 EUR", "1_00 EUR", "1 eur", "1  EUR", "1 EUR ", "١ EUR", "1e3 EUR", ""],
)
def test_other_literals_are_refused(literal: str) -> None:
    """Anything that a reader might take for another amount is refused."""
    with pytest.raises(MoneyError):
        Money.parse(literal)


@given(amounts, amounts)
def test_two_currencies_never_meet(left: Money, right: Money) -> None:
    """Adding and comparing work within a currency and are an error across."""
    if left.currency == right.currency:
        assert (left + right - right) == left
        assert (left < right) == (left.minor < right.minor)
    else:
        for meet in (lambda: left + right, lambda: left - right, lambda: left < right, lambda: left >= right):
            with pytest.raises(CurrencyMismatchError):
                meet()


@given(amounts)
def test_text_and_json_give_the_amount_back(money: Money) -> None:
    """The amount in major units and the canonical form lose nothing."""
    assert Money.of(money.amount, money.currency) == money
    assert Money.from_json(money.as_json()) == money


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_a_split_loses_no_penny(minor: int, weights: list[int]) -> None:
    """Shares add up to the whole, and none is more than a penny off its exact share."""
    shares = Money(minor, "GBP").split(weights)
    assert sum(share.minor for share in shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor - minor * weight / sum(weights)) <= 1


@given(minors, st.decimals(-1000, 1000, places=6))
def test_a_product_is_rounded_half_to_even_once(minor: int, factor: Decimal) -> None:
    """Multiplying by an exact factor rounds once, to the nearest penny."""
    product = Money(minor, "GBP").times(factor)
    assert abs(Decimal(product.minor) - Decimal(minor) * factor) <= Decimal("0.5")


def test_money_is_multiplied_by_whole_numbers_only() -> None:
    """A float factor is refused; an exact one goes through times()."""
    with pytest.raises(MoneyError, match="times"):
        Money(100, "GBP") * 1.5  # type: ignore[operator]
