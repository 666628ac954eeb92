"""Shipped rules for kinds of action that an older store's rules say nothing of."""

from pathlib import Path

from policies.adoption import adopted, unruled_kinds
from policies.rules import SHIPPED, load_policies, parse_policies

FILES = {path.name: path.read_text("utf-8") for path in SHIPPED.glob("*.yaml")}
OLD = {name: text for name, text in FILES.items() if name != "signals.yaml"}


def test_the_missing_kinds_get_the_shipped_rules(tmp_path: Path) -> None:
    """An older store's files with what is adopted load, pass their tests, and lack no kind."""
    old = parse_policies(OLD)
    added = adopted(old, OLD, "GBP")
    assert sorted(added) == ["signals-added.yaml"]
    for name, text in {**OLD, **added}.items():
        (tmp_path / name).write_text(text, "utf-8")
    new = load_policies(tmp_path)
    assert unruled_kinds(old) == {"add_demand_signal", "add_supply_signal", "remove_signal"}
    assert unruled_kinds(new) == set()
    shipped = parse_policies(FILES)
    for kind in unruled_kinds(old):
        assert new.rules_for(kind) == shipped.rules_for(kind)


def test_nothing_is_added_twice() -> None:
    """A store whose rules speak of everything gets nothing, and its own files are never replaced."""
    assert adopted(parse_policies(FILES), FILES, "GBP") == {}
    taken = {**OLD, "signals-added.yaml": ""}
    assert sorted(adopted(parse_policies(OLD), taken, "EUR")) == ["signals-added-2.yaml"]


def test_amounts_get_the_stores_currency() -> None:
    """A store in euro adopts euro."""
    (text,) = adopted(parse_policies(OLD), OLD, "EUR").values()
    assert "1_000 EUR" in text
    assert "GBP" not in text
