"""The renderings of a run: same figures everywhere, safe with strangers' text, drawn without style."""

from __future__ import annotations

import csv
import io
import re
import xml.dom.minidom
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from agent.reorder_draft import draft_of
from agent.reorder_report import as_csv, as_html, as_markdown, print_report
from agent.reorder_report.forecasts import quality_rows
from agent.reorder_report.tables import line_rows, tiles_of
from agent.report_assembly import assemble
from agent.run_report import Answer, Outcome, RunReport
from shop.money import Money
from shop.planning import PlanSettings, plan
from tests.shop.planning_worlds import Due, Item, Offer, Supplier, World

EVIL = '<script>alert("x")</script> & [a](http://b) | =1+1'
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORLD = World(
    [
        Item("MUG", on_hand=10),
        Item("MUG", "york", on_hand=900, sold=1),
        Item("CUP", "york"),
        Item("=SUM(1)", sold=2),
        Item("<b>LAMP</b>", sold=9),
        Item("ORPHAN"),
        Item("PLENTY", on_hand=5_000),
        Item("DEAD", sold=0),
    ],
    [
        Offer("MUG"),
        Offer("CUP"),
        Offer("=SUM(1)"),
        Offer("<b>LAMP</b>", "evil<i>"),
        Offer("PLENTY"),
        Offer("DEAD"),
    ],
    [Supplier(), Supplier("evil<i>")],
    [Due("CUP", 5, 4, "york")],
)


@pytest.fixture(scope="module")
def report() -> RunReport:
    """A run with a transfer, a placed, a waiting and a refused order, and text that wants to be code."""
    inputs = WORLD.inputs()
    inputs.items.title[0] = EVIL
    draft = draft_of(
        plan(inputs, PlanSettings(budget=Money.of("50000", "GBP"))),
        inputs,
        key="reorder-2026-11-20",
        tenant="main",
        started_at=NOW,
        location=None,
        dry_run=False,
    )
    states = ["executed", "pending", "denied", "executed"]
    answers = [
        Answer(action_id=f"act_{place}", state=states[place], words=EVIL, approval_id=f"A-{place}")
        for place in range(len(draft.requests))
    ]
    assert len(draft.requests) == len(states)
    return assemble("run_1", draft, answers, NOW)


class Strict(HTMLParser):
    """Collects tags and attributes, and checks that every element is closed in order."""

    VOID = frozenset({"meta", "br", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; remember it until it is closed."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, and no other."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data


@pytest.fixture(scope="module")
def page(report: RunReport) -> str:
    """The HTML file."""
    return as_html(report)


def parsed(page: str) -> Strict:
    """The page, read by a parser that insists on order."""
    parser = Strict()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_the_page_is_well_formed_and_has_no_script_or_style_attribute(page: str) -> None:
    """Every element is closed in order; no script, no handler, no style attribute, no foreign address."""
    found = parsed(page)
    assert "script" not in found.tags
    assert not {name for name in found.attributes if name == "style" or name.startswith("on")}
    assert not re.search(r'(?:href|src)="http', page)


def test_strangers_text_is_text_on_the_page(page: str) -> None:
    """A title, a SKU and a supplier that look like HTML are shown as they are written."""
    assert EVIL in parsed(page).text
    assert "<b>LAMP</b>" in parsed(page).text
    assert "<b>LAMP</b>" not in page
    assert "evil<i>" not in page


def test_each_chart_has_a_title_and_a_table_twin(page: str) -> None:
    """Charts are well-formed SVG with title and description and without style; a table follows each."""
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 3
    assert page.count("As a table") == len(drawings)
    for drawing in drawings:
        root = xml.dom.minidom.parseString(drawing).documentElement
        assert root is not None
        assert root.firstChild is not None
        assert root.firstChild.nodeName == "title"
        assert "<style" not in drawing
        assert "style=" not in drawing


def test_every_line_opens_its_arithmetic(report: RunReport, page: str) -> None:
    """Each SKU-location of the run is on the page, with the steps of its computation."""
    text = parsed(page).text
    for row in line_rows(report, list(Outcome)):
        assert row.line.sku in text
        assert all(step in text for step in row.steps)


def test_the_forecasts_are_judged_by_class(report: RunReport, page: str) -> None:
    """Page, Markdown and JSON show the same quality of the forecasts, by class and for all."""
    assert report.draft.quality[-1].demand_class == "all"
    row = quality_rows(report)[-1]
    assert all(f'<td class="number">{cell}</td>' in page for cell in row[1:])
    assert " | ".join(row) in as_markdown(report)
    assert f'"wape":{report.draft.quality[-1].wape}' in report.model_dump_json()


def test_the_csv_holds_every_line_and_no_formula(report: RunReport) -> None:
    """One row for each SKU-location, the same outcomes as the tiles, dangerous cells defused."""
    rows = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert len(rows) == report.kpis.checked
    for outcome in Outcome:
        assert sum(row["outcome"] == outcome.value for row in rows) == getattr(report.kpis, outcome.value)
    assert "'=SUM(1)" in {row["sku"] for row in rows}


def test_the_csv_values_add_up_to_the_tiles(report: RunReport) -> None:
    """Home values of the placed rows are the money of the tile."""
    rows = csv.DictReader(io.StringIO(as_csv(report)))
    placed = [row["home_value"] for row in rows if row["outcome"] == "placed" and row["home_value"]]
    assert Money.total((Money.of(value, "GBP") for value in placed), "GBP") == report.kpis.money_placed


def test_markdown_shows_the_same_tiles_and_no_live_markup(report: RunReport) -> None:
    """Every tile's figure is there; strangers' brackets, pipes and tags are escaped."""
    text = as_markdown(report)
    for tile in tiles_of(report):
        assert f"| {tile.label} | {tile.figure} |" in text
    assert "[a](http" not in text
    assert "<script>" not in text


def test_the_terminal_shows_tiles_requests_and_reasons(report: RunReport) -> None:
    """The same figures, lists cut with the number of what is missing, markup printed as text."""
    from rich.console import Console  # noqa: PLC0415 - used here only

    console = Console(width=200, record=True, file=io.StringIO())
    print_report(report, console, listed=2, arithmetic=True)
    text = console.export_text()
    for tile in tiles_of(report):
        assert tile.figure in text
    assert "and 2 more" in text
    assert "enough stock" in text
    assert "Position = " in text


def test_the_budget_is_shown_with_its_share(report: RunReport, page: str) -> None:
    """Used money, the budget and the share stand in one sentence."""
    assert f"{report.kpis.money_total} of 50,000.00 GBP used" in parsed(page).text
    assert "meter" in parsed(page).tags


def test_a_report_of_an_empty_store_says_so() -> None:
    """Nothing to do is a page too."""
    inputs = World([Item("PLENTY", on_hand=5_000)], [Offer("PLENTY")]).inputs()
    draft = draft_of(
        plan(inputs), inputs, key="k", tenant="main", started_at=NOW, location=None, dry_run=False
    )
    page = as_html(assemble("run_2", draft, [], NOW))
    assert "Nothing needed to be ordered or moved." in parsed(page).text


def test_projected_stock_falls_without_and_recovers_with_the_order(report: RunReport) -> None:
    """The projection starts with the stock of the day and rises by the order when it arrives."""
    first = report.draft.projections[0]
    assert first.starts_on == date(2026, 11, 20)
    assert first.arrives_on is not None
    day = (first.arrives_on - first.starts_on).days
    assert first.with_order[day - 1] == first.without_order[day - 1]
    assert first.with_order[day] > first.without_order[day]
