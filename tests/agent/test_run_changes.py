"""What a report says of the run before: which lines ended otherwise, and which figures moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.reorder_draft import draft_of
from agent.reorder_report import as_csv, as_html, as_markdown
from agent.report_assembly import assemble
from agent.run_changes import compared
from agent.run_report import Comparison, Draft, Outcome, RunReport
from shop.planning import plan
from shop.signalled import with_signals
from shop.signals import Signal
from tests.shop.planning_worlds import AS_OF, Due, Item, Offer, World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MUG = World([Item("MUG", on_hand=500), Item("POT")], [Offer("MUG"), Offer("POT")])
PROMOTION = Signal(
    id="S-7",
    effect="promotion",
    sku="POT",
    percent=40,
    starts_on=AS_OF,
    ends_on=AS_OF + timedelta(days=9),
    reason="a fair <b>",
    author="priya",
    added_at=NOW,
)


def drafted(world: World) -> Draft:
    """The stored plan of a dry run."""
    inputs = with_signals(world.inputs())
    return draft_of(plan(inputs), inputs, key="k", tenant="main", started_at=NOW, location=None, dry_run=True)


def since(before: World, after: World) -> Comparison:
    """What the later run says of the earlier one."""
    return compared(drafted(after).lines, drafted(before), "run_1")


def reported(world: World, previous: Comparison | None = None) -> RunReport:
    """The report of a dry run."""
    return assemble("", drafted(world).model_copy(update={"previous": previous}), (), NOW)


def test_the_same_store_has_no_changes() -> None:
    """Nothing moved, nothing is listed."""
    found = since(MUG, MUG)
    assert (found.total, found.changes, found.as_of) == (0, (), date(2026, 11, 20))


def test_stock_that_went_is_told_with_both_positions() -> None:
    """A line that was not ordered and now is names the stock before and now."""
    found = since(MUG, replace(MUG, items=[Item("MUG", on_hand=9), Item("POT")]))
    (change,) = found.changes
    assert (change.sku, change.before) == ("MUG", "not ordered")
    assert change.after.startswith("ordered ")
    assert change.pieces > 0
    assert any("500 -> 9" in why for why in change.why)


def test_a_signal_is_the_reason_of_a_change() -> None:
    """The signal stands among the reasons, with its id."""
    (change,) = since(MUG, replace(MUG, signals=(PROMOTION,))).changes
    assert any("S-7" in why for why in change.why)


def test_new_and_vanished_lines_are_changes() -> None:
    """A SKU that came and one that went are both listed."""
    other = World([Item("MUG", on_hand=500), Item("CUP")], [Offer("MUG"), Offer("CUP")])
    found = {change.sku: (change.before, change.pieces > 0) for change in since(MUG, other).changes}
    assert found == {"CUP": ("not there", True), "POT": (found["POT"][0], False)}


def test_every_format_tells_signals_changes_and_alternatives() -> None:
    """Markdown and HTML show them, escaped; the CSV has a column for each."""
    world = replace(MUG, items=[Item("MUG", on_hand=9), Item("POT")], signals=(PROMOTION,))
    report = reported(world, since(MUG, world))
    html, markdown, table = as_html(report), as_markdown(report), as_csv(report)
    for text in (html, markdown):
        assert "S-7" in text
        assert "Since the previous run" in text
        assert "Doing nothing is expected to lose" in text
        assert "a fair <b>" not in text
    head = table.splitlines()[0].split(",")
    assert {"signals", "alternatives", "constraint", "stock_then_without"} <= set(head)


def test_the_outlook_tells_when_a_line_runs_out() -> None:
    """Four a day from forty on hand: empty on day 10; a delivery on day 14 fills it again."""
    world = World([Item("MUG", on_hand=40)], [Offer("MUG")])
    (line,) = drafted(world).lines
    assert line.outlook is not None
    assert (line.outlook.empty_without, line.outlook.arrives_in, line.outlook.days) == (10, 14, 21)
    assert line.outlook.level_without == 0
    assert line.outlook.level_with > 0


def test_supply_on_its_way_keeps_a_line_alive() -> None:
    """A delivery before the shelf is empty moves the day."""
    world = World([Item("MUG", on_hand=40)], [Offer("MUG")], due=[Due("MUG", 20, 5)])
    (line,) = drafted(world).lines
    assert line.outlook is not None
    assert line.outlook.empty_without == 15


def test_a_report_stored_before_comparisons_were_made_still_opens() -> None:
    """Old drafts lack the new fields; they load and are shown."""
    body = drafted(MUG).model_dump(mode="json")
    for name in ("signals", "previous"):
        body.pop(name)
    for line in body["lines"]:
        for name in ("signals", "alternatives", "outlook"):
            line.pop(name)
        for name in ("signal_demand", "constraint", "lost_margin_without", "holding_cost"):
            line["arithmetic"].pop(name)
    old = assemble("", Draft.model_validate(body), (), NOW)
    assert old.kpis.checked == 2
    assert Outcome.PLANNED in {old.outcome_of(line) for line in old.draft.lines}
    assert as_html(old)
