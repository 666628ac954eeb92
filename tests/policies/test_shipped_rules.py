"""The rules that come with Shophand."""

from pathlib import Path

import pytest

from policies.install import in_currency, install
from policies.judge import Verdict, decide
from policies.lint import lint
from policies.model import RuleTest
from policies.rules import SHIPPED, PolicySet, load_policies
from policies.selftest import run_tests
from policies.vocabulary import FACTS
from shop.actions import KINDS
from shop.errors import MoneyError, SetupError
from shop.money import Money

SET = load_policies(SHIPPED)


def usual(kind: str) -> RuleTest:
    """The first rule test of a kind: it changes nothing of the usual facts."""
    return next(test for test in SET.tests if test.kind == kind)


def test_every_kind_of_write_has_facts_and_an_allow_rule() -> None:
    """No write lacks facts or rules, and none is denied for ever."""
    allowed = {rule.kind for rule in SET.rules if rule.effect is Verdict.ALLOW}
    assert set(FACTS) == set(KINDS) == allowed


def test_rule_tests_pass() -> None:
    """Every rule test holds and every rule fires in one."""
    report = run_tests(SET)
    assert (report.failed, report.unhit) == ((), ())


def test_nothing_to_find_fault_with() -> None:
    """The rules have no dead, shadowed, contradictory or doubled rule."""
    assert lint(SET) == []


def test_every_rule_gives_a_reason() -> None:
    """Nobody is asked or refused without a sentence."""
    assert [rule.id for rule in SET.rules if not rule.because] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_usual_action_passes(kind: str) -> None:
    """What a store does every day is not stopped."""
    assert decide(SET, kind, usual(kind).facts).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    "kind",
    sorted(set(KINDS) - {"add_order_note", "draft_reply"}),
)
def test_text_from_outside_is_looked_at(kind: str) -> None:
    """Money, prices and stock figures asked for after reading untrusted text need a person."""
    assert decide(SET, kind, {**usual(kind).facts, "tainted": True}).verdict is Verdict.NEEDS_APPROVAL


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_flood_is_denied(kind: str) -> None:
    """Thousands of requests in an hour are refused for every kind."""
    assert decide(SET, kind, {**usual(kind).facts, "requests_last_hour": 5_000}).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("pence", "verdict"), [(99_999, "allow"), (100_000, "allow"), (100_001, "needs_approval")]
)
def test_order_at_the_limit(pence: int, verdict: str) -> None:
    """The limit itself passes, one penny more asks."""
    facts = {**usual("place_purchase_order").facts, "total": Money(pence, "GBP")}
    assert decide(SET, "place_purchase_order", facts).verdict == verdict


@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY", "BHD", "GBP"])
def test_installed_rules_pass_their_own_tests(tmp_path: Path, currency: str) -> None:
    """A store in any currency gets rules that load, pass their tests and are in its currency only."""
    paths = install(tmp_path / "policies", currency)
    installed: PolicySet = load_policies(tmp_path / "policies")
    currencies = {code for kind in installed.kinds.values() for code in kind.currencies.values()}
    assert (run_tests(installed).passed, currencies) == (True, {currency})
    assert currency == "GBP" or not any("GBP" in path.read_text("utf-8") for path in paths)


def test_installing_in_pounds_copies_the_files(tmp_path: Path) -> None:
    """In the currency they are written in, the files are copied byte for byte."""
    paths = install(tmp_path, "GBP")
    assert [path.read_bytes() for path in paths] == [(SHIPPED / path.name).read_bytes() for path in paths]


def test_install_never_overwrites(tmp_path: Path) -> None:
    """A store's own rules are left alone, and nothing is written beside them."""
    own = tmp_path / "pricing.yaml"
    own.write_text("mine", "utf-8")
    with pytest.raises(SetupError, match=r"holds pricing\.yaml already"):
        install(tmp_path, "EUR")
    assert (own.read_text("utf-8"), list(tmp_path.iterdir())) == ("mine", [own])


def test_install_knows_real_currencies_only(tmp_path: Path) -> None:
    """An unknown code is refused before anything is written."""
    with pytest.raises(MoneyError):
        install(tmp_path / "new", "XXQ")
    assert not (tmp_path / "new").exists()


def test_decimals_that_a_currency_lacks_are_rounded() -> None:
    """A limit with pence becomes a literal that is valid in a currency without decimals."""
    assert in_currency("{over: 1_240.60 GBP}", "JPY") == "{over: 1_241 JPY}"
