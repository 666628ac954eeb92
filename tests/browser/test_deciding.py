"""Deciding in the browser: one request, several, two people at once, and the keyboard alone."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browser.conftest import Enter, Served
from tools.desk import State

WAITING = re.compile(r"/approvals/A-\d+$")


def terms_changed(served: Served) -> None:
    """Northwind changes its terms for mugs: what was asked for before is stale."""
    with served.house.db.writing() as tx:
        tx.execute(text("UPDATE offers SET version = version + 1 WHERE supplier = 'northwind'"))


def told(page: Page) -> str:
    """What the page says came of the last form."""
    return page.locator(".banner[role=status]").inner_text()


def test_an_order_over_the_limit_goes_its_whole_way(served: Served, enter: Enter) -> None:
    """Asked for in words, edited by one manager, approved by another, carried out, told under Activity."""
    operator = enter("operator", "/ask")
    operator.get_by_label("Your question").fill("order 480 MUG-01 from Northwind for Leeds")
    operator.keyboard.press("Enter")
    operator.get_by_role("link", name="Purchase order of £2,160.00").click()
    expect(operator).to_have_url(WAITING)

    maya = enter("maya", "/approvals/A-1")
    maya.keyboard.press("e")
    maya.get_by_label("Pieces of MUG-01").fill("24")
    expect(maya.locator(".trial")).to_contain_text("£120.00")
    maya.get_by_label("Pieces of MUG-01").fill("456")
    expect(maya.locator(".trial")).to_contain_text("£2,052.00")
    maya.get_by_role("button", name="Ask with these changes").click()
    expect(maya).to_have_url(re.compile("/approvals/A-2"))
    expect(maya.get_by_text("You cannot decide this one")).to_be_visible()

    noor = enter("noor", "/approvals/A-2")
    noor.get_by_role("button", name="Approve £2,052.00").click()
    assert "Done: " in told(noor)
    noor.get_by_role("link", name="Activity").click()
    expect(noor.get_by_role("row").filter(has_text="A-2").first).to_contain_text("done")
    states = [served.house.desk.approval(one).state for one in ("A-1", "A-2")]
    assert states == [State.SUPERSEDED, State.EXECUTED]


def test_one_stale_request_of_several_stops_no_other(served: Served, enter: Enter) -> None:
    """Of two ticked requests the one that is stale comes back as a new one, the other is carried out."""
    stale = served.ask(480)
    terms_changed(served)
    fresh = served.ask(456)
    page = enter("noor", "/approvals")
    for approval in (stale, fresh):
        page.get_by_label(f"Select {approval}").check()
    page.get_by_role("button", name="Approve ticked").click()
    expect(page.locator(".banner")).to_contain_text("Together £4,212.00")
    page.get_by_role("button", name="Approve all 2").click()
    expect(page.get_by_role("row").filter(has_text=fresh)).to_contain_text("done: ")
    expect(page.get_by_role("row").filter(has_text=stale)).to_contain_text("awaiting approval A-3")
    assert served.house.desk.approval(stale).state is State.STALE


def test_two_browsers_decide_once(served: Served, enter: Enter) -> None:
    """Two people look at the same request: the second yes changes nothing and says what happened."""
    approval = served.ask(480)
    maya, noor = (enter(name, f"/approvals/{approval}") for name in ("maya", "noor"))
    maya.get_by_role("button", name="Approve £").click()
    assert "Done: " in told(maya)
    noor.get_by_role("button", name="Approve £").click()
    expect(noor.get_by_role("main")).to_contain_text("is executed already")
    done = [one for one in served.house.desk.actions() if one.state is State.EXECUTED]
    assert len(done) == 1


def test_the_inbox_needs_no_mouse(served: Served, enter: Enter) -> None:
    """Move with j and k under a filter, tick with x, reject with r, approve with a: no mouse, no tab."""
    first, second = served.ask(480), served.ask(456)
    page = enter("noor", "/approvals?order=age")
    page.keyboard.press("j")
    page.wait_for_url(re.compile(rf"/approvals/{second}\?order=age$"))
    page.keyboard.press("k")
    page.wait_for_url(re.compile(rf"/approvals/{first}\?order=age$"))
    page.keyboard.press("x")
    expect(page.get_by_label(f"Select {first}")).to_be_checked()
    page.keyboard.press("r")
    page.keyboard.type("too many")
    page.keyboard.press("Enter")
    expect(page.locator(".banner[role=status]")).to_contain_text("too many")
    page.goto(f"/approvals/{second}")
    page.keyboard.press("a")
    expect(page.locator(".banner[role=status]")).to_contain_text("Done: ")
    assert served.house.desk.approval(first).state is State.REJECTED


def test_keys_are_explained_and_undo_what_was_done(served: Served, enter: Enter) -> None:
    """A question mark shows the keys; u takes back an order that was carried out, by the rules."""
    approval = served.ask(480)
    served.house.desk.approve(
        approval, served.house.people.principal_for(served.house.credentials.tokens()["noor"])
    )
    page = enter("maya", f"/approvals/{approval}")
    page.keyboard.press("?")
    expect(page.get_by_text("undo what was carried out")).to_be_visible()
    page.keyboard.press("u")
    page.wait_for_url("**/activity/**")
    assert served.house.desk.undone_by(served.house.desk.approval(approval).action.id)


def test_letters_in_a_field_are_letters_and_keys_can_be_switched_off(served: Served, enter: Enter) -> None:
    """While somebody types into a field, or has switched the keys off, a and r decide nothing."""
    approval = served.ask(480)
    page = enter("noor", f"/approvals/{approval}")
    page.get_by_label("Reason", exact=True).press_sequentially("are")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("are")
    page.get_by_text("Keys (?)").click()
    page.get_by_label("Single letters are keys").uncheck()
    page.reload()
    page.keyboard.press("r")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") != "reason"
    page.get_by_text("Keys (?)").click()
    expect(page.get_by_label("Single letters are keys")).not_to_be_checked()
    assert served.house.desk.approval(approval).state is State.PENDING


def test_everything_but_streaming_works_without_scripts(served: Served, enter: Enter) -> None:
    """With JavaScript off a question is answered and a request is decided, by plain forms."""
    approval = served.ask(480)
    page = enter("maya", "/ask", java_script_enabled=False)
    page.get_by_label("Your question").fill("how many MUG-01 do we have?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".answer")).to_contain_text("MUG-01")
    page.goto(f"/approvals/{approval}")
    page.get_by_label("Reason", exact=True).fill("not now")
    page.get_by_role("button", name="Reject", exact=True).click()
    assert "not now" in told(page)
    assert served.house.desk.approval(approval).state is State.REJECTED
