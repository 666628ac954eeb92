"""The quick forms of the measurements of prices and elasticities."""

from evals.elasticity import measure as coverage
from evals.prices import measure as bounds


def test_no_random_price_breaks_a_bound() -> None:
    """Of five thousand random cases, many move a price and none breaks a bound."""
    found = bounds(5_000, seed=7)
    assert found["broken"] == {}
    assert found["moved"] > 1_500


def test_intervals_hold_the_truth() -> None:
    """Over 4,000 simulated SKUs of each world the 95 % interval holds the known elasticity as often."""
    for row in coverage(4_000, seed=1)["rows"]:
        assert 0.93 <= row["coverage"] <= 0.97
        assert row["error"] < row["error_alone"]
