"""The shop's guides: complete, well-formed, and of one mind with the data and the shipped policies."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shop.errors import ConflictError
from shop.imports.sample import install_guides
from shop.imports.sample.guide_files import shipped_guides
from shop.imports.sample.promotions import PROMOTIONS
from shop.imports.sample.terms import SUPPLIERS, SupplierTerms
from shop.money import Money

Ask = Callable[[str], list[tuple[Any, ...]]]

GUIDES = shipped_guides()
POLICIES = Path(__file__).parents[3] / "policies"


def test_there_are_about_forty_guides() -> None:
    """Staff and customers find more than forty guides."""
    assert 40 <= len(GUIDES) <= 60


@pytest.mark.parametrize("name", GUIDES)
def test_every_guide_has_front_matter_and_headings(name: str) -> None:
    """A guide says its title, audience and dates, and has a main heading and parts."""
    _, front, body = GUIDES[name].split("---\n", 2)
    facts = yaml.safe_load(front)
    assert {"title", "audience", "version", "valid_from", "updated"} <= set(facts)
    assert set(facts) <= {
        "title",
        "audience",
        "version",
        "valid_from",
        "valid_until",
        "updated",
        "review_by",
        "states",
    }
    assert facts["audience"] in {"staff", "customer"}
    assert date(2026, 1, 1) <= facts["valid_from"] <= facts["updated"] <= date(2026, 11, 20)
    assert len(re.findall(r"^# ", body, re.MULTILINE)) == 1
    assert len(re.findall(r"^## ", body, re.MULTILINE)) >= 2


@pytest.mark.parametrize(
    "terms", [terms for terms in SUPPLIERS if f"supplier-{terms.id}.md" in GUIDES], ids=lambda terms: terms.id
)
def test_supplier_guides_agree_with_the_terms(terms: SupplierTerms) -> None:
    """A supplier's guide states the name, lead time and minimum order of the store."""
    text = re.sub(r"[|\s]+", " ", GUIDES[f"supplier-{terms.id}.md"])
    assert terms.name in text
    assert f"{terms.lead} days, give or take {terms.lead_sd}" in text
    assert str(Money(terms.minimum, terms.currency)) in text


def test_the_main_suppliers_have_a_guide() -> None:
    """Nine suppliers have a guide of their own."""
    assert sum(f"supplier-{terms.id}.md" in GUIDES for terms in SUPPLIERS) == 9


def limit(policy: str, rule: str, fact: str) -> str:
    """A limit of the shipped rules, as the guides write it."""
    rules = yaml.safe_load((POLICIES / policy).read_text(encoding="utf-8"))["rules"]
    body = next(entry for entry in rules if entry["id"] == rule)
    conditions = (body.get("approve") or body.get("deny"))["when"]
    found = next(condition[fact]["over"] for condition in conditions if fact in condition)
    return str(found).replace("_", ",")


@pytest.mark.parametrize(
    ("guide", "policy", "rule", "fact"),
    [
        ("refunds.md", "service.yaml", "refund-lead", "amount"),
        ("refunds.md", "service.yaml", "refund-finance", "amount"),
        ("refunds.md", "service.yaml", "refund-hard-cap", "amount"),
        ("refunds.md", "service.yaml", "refund-late", "days_since_delivery"),
        ("refunds.md", "service.yaml", "refund-customer-sum", "customer.refunds_90d"),
        ("damaged-goods.md", "service.yaml", "refund-lead", "amount"),
        ("cancellations.md", "service.yaml", "cancel-large", "total"),
        ("cancellations.md", "service.yaml", "cancel-finance", "total"),
        ("approvals.md", "reordering.yaml", "po-manager", "total"),
        ("approvals.md", "reordering.yaml", "po-finance", "total"),
        ("approvals.md", "reordering.yaml", "po-hard-cap", "total"),
        ("approvals.md", "reordering.yaml", "po-new-supplier", "total"),
        ("approvals.md", "reordering.yaml", "po-long-cover", "cover_after_days"),
        ("reordering.md", "reordering.yaml", "po-manager", "total"),
        ("supplier-approval.md", "reordering.yaml", "po-new-supplier", "total"),
    ],
)
def test_guides_agree_with_the_policies(guide: str, policy: str, rule: str, fact: str) -> None:
    """Each limit of a shipped rule stands in the guide about it."""
    assert limit(policy, rule, fact) in GUIDES[guide]


def test_the_promotions_calendar_is_the_stores() -> None:
    """Every promotion that is planned stands in the calendar with its dates."""
    calendar = GUIDES["promotions-calendar.md"]
    planned = [promotion for promotion in PROMOTIONS if promotion.starts_on >= date(2026, 11, 1)]
    assert len(planned) == 5
    for promotion in planned:
        row = f"| {promotion.name} | {promotion.sku or promotion.category} | {promotion.starts_on} | "
        assert row + f"{promotion.ends_on} | {promotion.percent} % |" in calendar


def test_skus_in_guides_exist(ask: Ask) -> None:
    """Every SKU that a guide names is in the catalogue."""
    known = {row[0] for row in ask("SELECT sku FROM products")}
    named = set(re.findall(r"\b(?:CAP|LTF|GAS|MAT|LMP|KET)-[A-Z0-9-]+", " ".join(GUIDES.values())))
    assert len(named) >= 9
    assert named <= known


def test_guides_are_copied_into_a_store(tmp_path: Path) -> None:
    """The first installation copies every guide; the second finds nothing to do."""
    home = tmp_path / "guides"
    assert install_guides(home) == len(GUIDES)
    assert {page.name: page.read_text(encoding="utf-8") for page in home.iterdir()} == GUIDES
    assert install_guides(home) == 0


def test_a_changed_guide_is_never_overwritten(tmp_path: Path) -> None:
    """When somebody changed a guide, nothing at all is written and the error names the file."""
    (tmp_path / "returns.md").write_text("# Our own returns\n", encoding="utf-8")
    with pytest.raises(ConflictError, match=r"returns\.md"):
        install_guides(tmp_path)
    assert [page.name for page in tmp_path.iterdir()] == ["returns.md"]
