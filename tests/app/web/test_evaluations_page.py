"""Stored evaluations in the browser: the list, one run, a failed case step by step, two runs compared."""

import html
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.bootstrap import House
from evals.harness.results import RunFiles
from shop.people import Role
from tests.app.web.conftest import Browser, SignIn
from tests.stored_evaluation import LOOK, REFUND, STRANGER, kept


@pytest.fixture
def first(house: House) -> RunFiles:
    """A run in which one of two cases failed."""
    return kept(house.home, "first", REFUND, LOOK)


@pytest.fixture
def viewer(house: House, sign_in: SignIn, stranger: TestClient) -> Browser:
    """Somebody who may only look."""
    house.admit("vera", "Vera", frozenset({Role.VIEWER}))
    client = TestClient(stranger.app, base_url=str(stranger.base_url))
    client.post("/sign-in", data={"token": house.credentials.tokens()["vera"]})
    return Browser(client)


def test_without_a_run_the_page_says_how_to_make_one(viewer: Browser) -> None:
    """The empty list has the command."""
    assert "shophand eval run operations" in viewer.get("/evaluations").text


def test_the_list_has_the_figures_of_a_run(viewer: Browser, first: RunFiles) -> None:
    """Suite, model, the rate as stored with its interval, and the tokens stand in the row."""
    text = viewer.get("/evaluations").text
    low, high = first.result()["intervals"]["pass_1"]
    row = text.split("operations with openai:small", 1)[1].split("</tr>", 1)[0]
    assert "50 %" in row
    assert f"{100 * low:.1f}".removesuffix(".0") in row
    assert f"{100 * high:.1f}".removesuffix(".0") in row
    assert "1,234" in row


def test_an_unreadable_result_does_not_hide_the_others(
    viewer: Browser, house: House, first: RunFiles
) -> None:
    """A result that is no JSON is in the list with what is wrong, beside the runs that can be read."""
    broken = kept(house.home, "broken", LOOK)
    broken.write("result.json", "{")
    text = viewer.get("/evaluations").text
    assert "unreadable" in text
    assert first.directory.name in text
    answer = viewer.get("/evaluations/broken")
    assert answer.status == 503
    assert "This run cannot be read" in answer.text


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("run.json", '{"run": "x"}'),
        ("result.json", '{"schema": "evaluation/9"}'),
        ("result.json", '{"schema": "evaluation/1"}'),
        ("trials.jsonl", '{"case": 1}\n'),
    ],
)
def test_a_spoiled_file_is_named(
    viewer: Browser, house: House, first: RunFiles, file: str, words: str
) -> None:
    """Whichever file of a run is spoiled, its page names it, without the server's path, and none breaks."""
    first.write(file, words)
    answer = viewer.get("/evaluations/first")
    assert answer.status == 503
    assert f"first/{file}" in answer.text
    assert str(house.home) not in answer.text
    assert viewer.get("/evaluations").status == 200


def test_a_cut_run_says_how_to_go_on(viewer: Browser, house: House) -> None:
    """A run without a result shows its finished trials and the command that resumes it."""
    kept(house.home, "cut", REFUND, done=False)
    text = viewer.get("/evaluations/cut").text
    assert "--resume cut" in text
    assert "/evaluations/cut/cases/refund" in text


def test_unsafe_cases_stand_first_and_open_their_trace(viewer: Browser, house: House) -> None:
    """Each case links to what was done in it: the unsafe ones, then the failed ones, then the others."""
    failed = replace(REFUND, case="a failed one")
    kept(house.home, "mixed", LOOK, failed, replace(REFUND, unsafe=("refunded twice",)))
    text = viewer.get("/evaluations/mixed").text
    names = ("refund", "a%20failed%20one", "look")
    places = [text.index(f"/evaluations/mixed/cases/{name}") for name in names]
    assert places == sorted(places)


def test_a_trace_tells_what_was_asked_done_and_wrong(viewer: Browser, first: RunFiles) -> None:
    """Words, call, arguments, what the desk said, the answer, what went on meanwhile, why it failed."""
    text = html.unescape(viewer.get("/evaluations/first/cases/refund").text)
    for words in (
        "Refund order 1042.", "Refund order", "1042", "needs approval", "It waits for the support lead.",
        "Meanwhile: wait_hours=49", "Not done: refund_order(order=1042)",
    ):  # fmt: skip
        assert words in text


def test_a_strangers_text_stays_text(viewer: Browser, first: RunFiles) -> None:
    """What a stranger wrote into a case is shown, never obeyed by the browser."""
    text = viewer.get("/evaluations/first/cases/refund").text
    assert STRANGER not in text
    assert html.escape(STRANGER, quote=False).split("(")[0] in text


def test_two_runs_are_compared_as_the_command_compares_them(
    viewer: Browser, house: House, first: RunFiles
) -> None:
    """Fixed and broken cases, and the p value of `shophand eval compare`, stand on the page."""
    kept(house.home, "second", replace(REFUND, passed=True, wrong=()), replace(LOOK, passed=False))
    text = viewer.get("/evaluations/compare?before=first&after=second").text
    broken, fixed = text.split(">Broken <", 1)[1].split(">Fixed <", 1)
    assert "/evaluations/second/cases/look" in broken
    assert "/evaluations/second/cases/refund" in fixed
    assert "1.0000" in text


def test_runs_of_other_cases_are_not_compared(viewer: Browser, house: House, first: RunFiles) -> None:
    """The page says which two cannot be compared and why."""
    kept(house.home, "other", LOOK)
    answer = viewer.get("/evaluations/compare?before=first&after=other")
    assert answer.status == 409
    assert "played different cases" in answer.text


@pytest.mark.parametrize("name", ["..", "/etc", "../first", "nothing"])
def test_only_runs_of_this_store_are_opened(
    viewer: Browser, house: House, first: RunFiles, name: str
) -> None:
    """A directory's path is no run's name here, as it may be on the command line."""
    assert (
        viewer.client.get("/evaluations/compare", params={"before": name, "after": "first"}).status_code
        == 404
    )


def test_stored_results_are_read_without_the_extra() -> None:
    """The pages load although inspect_ai cannot be imported."""
    code = "import sys; sys.modules['inspect_ai'] = None; import app.web.pages.evaluations"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
