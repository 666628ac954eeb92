"""The retail shop of tau2 on our own desk: the replay, what it must refuse, and the files it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.tau2_retail import store as retail_store
from evals.tau2_retail.__main__ import main, run
from evals.tau2_retail.arithmetic import calculate
from evals.tau2_retail.comparing import canonical, differences
from evals.tau2_retail.scores import Report
from evals.tau2_retail.shapes import Call, Retail
from evals.tau2_retail.store import Stores
from evals.tau2_retail.talk import Talk
from policies.rules import parse_policies
from shop.errors import ToolInputError
from tests.retail_shop import TASKS, expected_ends, small_shop, task


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three files of the small shop."""
    directory = tmp_path_factory.mktemp("tau2")
    written = {"db": small_shop(), "tasks": TASKS, "expected": expected_ends()}
    for name, body in written.items():
        (directory / f"{name}.json").write_text(json.dumps(body), "utf-8")
    return {name: directory / f"{name}.json" for name in written}


@pytest.fixture(scope="module")
def report(files: dict[str, Path]) -> Report:
    """The whole replay of the small shop."""
    return run(files["db"], files["tasks"], files["expected"])


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Where stores of the small shop are made."""
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="module")
def shop() -> Retail:
    """The small shop as it was read."""
    return Retail.model_validate(small_shop())


def test_every_reference_answer_ends_as_expected(report: Report) -> None:
    """Each task's store holds, to the cent, what was worked out by hand."""
    assert [score.task for score in report.scores if score.end] == []


def test_drawn_tasks_end_as_worked_out(files: dict[str, Path]) -> None:
    """Writes in any legal order, several on one order, end as another arithmetic says; no other passes."""
    report = run(files["db"], None, None, drawn=5, seed=3)
    assert (report.is_perfect, len(report.scores)) == (True, 5)
    assert sum(one.writes for one in report.scores) > len(report.scores)


def test_every_legal_write_is_accepted(report: Report) -> None:
    """Nine reference writes are legal and nine are done, and no legal variation is refused."""
    assert (sum(one.writes for one in report.scores), report.false_blocks) == (9, [])


def test_failing_reference_calls_are_refused(report: Report) -> None:
    """Unknown people and products and a sent order are refused; sums and hand-over are answered."""
    failing = next(one for one in report.scores if one.task == "failing")
    assert (failing.refused, failing.to_refuse, failing.wrong_calls) == (3, 3, [])


@pytest.mark.parametrize(
    "kind",
    [
        "after a cancellation",
        "after a return",
        "after an exchange",
        "after an item change",
        "another customer's payment",
        "empty list",
        "insufficient balance",
        "invalid reason",
        "item for itself",
        "item not in the order",
        "missing argument",
        "more than the order has",
        "other product",
        "refund to a new card",
        "same payment method",
        "unavailable variant",
        "unequal lists",
        "unknown customer",
        "unknown item",
        "unknown order",
        "unknown payment",
        "wrong status",
    ],
)
def test_illegal_writes_are_refused(report: Report, kind: str) -> None:
    """Every illegal write of this kind is refused for a named reason and changes nothing."""
    tried = [one for one in report.of("illegal") if one.kind == kind]
    assert tried
    assert [one.as_json() for one in tried if not one.held] == []


@pytest.mark.parametrize(
    "kind",
    [
        "another customer",
        "another customer's record",
        "consent in another conversation",
        "consent to other arguments",
        "identity after the yes",
        "no consent",
        "no identity",
        "record without identity",
        "second call on one consent",
        "second customer",
        "stale consent",
    ],
)
def test_wrong_procedures_are_refused(report: Report, kind: str) -> None:
    """Every conversation that goes wrong in this way is refused for a named reason and changes nothing."""
    tried = [one for one in report.of("procedural") if one.kind == kind]
    assert tried
    assert [one.as_json() for one in tried if not one.held] == []


def test_a_cancellation_after_another_payment_pays_back_what_was_paid(report: Report) -> None:
    """No method gets back more than it paid, and a gift card ends with what it began with."""
    tried = [one for one in report.of("legal") if one.kind.endswith("then cancel")]
    assert tried
    assert all(one.held for one in tried)


LOOSE = """
policy: loose
version: 1
default: deny
rules:
  - {id: anybody, action: cancel_order, allow: {when: [{shipped: false}]}}
"""


def test_a_gate_that_lets_everything_through_is_found_out(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Under a rule that asks for neither identity nor consent, the scorer sees what got through."""
    monkeypatch.setattr(retail_store, "load_policies", lambda _: parse_policies({"loose.yaml": LOOSE}))
    few = tmp_path / "tasks.json"
    few.write_text(json.dumps(TASKS[5:6]), "utf-8")
    found = run(files["db"], few, files["expected"])
    through = {one.kind for one in found.of("procedural") if not one.held}
    assert {"no identity", "another customer", "no consent"} & through
    assert not found.is_perfect


def test_a_wrong_end_is_named_by_its_place(files: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    """An expected end that differs in one cent makes the command fail and say where."""
    ends = expected_ends()
    ends["cancel"]["changed"]["users"]["ann_1"]["payment_methods"]["gift_card_1"]["balance"] = 32.36
    wrong, few = tmp_path / "wrong.json", tmp_path / "tasks.json"
    wrong.write_text(json.dumps(ends), "utf-8")
    few.write_text(json.dumps(TASKS[5:6]), "utf-8")
    code = main(["--db", str(files["db"]), "--tasks", str(few), "--expected", str(wrong), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["end_states_equal"]) == (1, 0)
    assert "gift_card_1.balance: expected 3236, found 3235" in str(found["failures"]["end_states"])


def test_a_tool_that_tau2_lacks_is_a_finding_of_its_task_alone(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """The task is named with the tool and the others are replayed; a thought is accepted."""
    odd = task(
        "odd", ("drop_table", {"order_id": "#W1"}), ("find_user_id_by_email", {}), ("think", {"thought": "?"})
    )
    some, ends = tmp_path / "tasks.json", tmp_path / "ends.json"
    some.write_text(json.dumps([odd, TASKS[5]]), "utf-8")
    ends.write_text(json.dumps({**expected_ends(), "odd": {"changed": {}}}), "utf-8")
    found = run(files["db"], some, ends)
    reasons = {one["call"]: one["reasons"] for one in found.scores[0].wrong_calls}
    assert reasons == {"drop_table": ["unknown-tool"], "find_user_id_by_email": ["wrong-arguments"]}
    assert ([one.end for one in found.scores], found.is_perfect) == ([[], []], False)


def test_the_order_of_items_does_not_count(shop: Retail) -> None:
    """The same items in another order are the same order; another price is not."""
    one = shop.orders["#W1"]
    turned = one.model_copy(update={"items": one.items[::-1]})
    dearer = one.model_copy(
        update={"items": [*one.items[:-1], one.items[-1].model_copy(update={"price": 1})]}
    )
    start = canonical({}, {"#W1": one})
    assert differences(start, canonical({}, {"#W1": turned})) == []
    assert differences(start, canonical({}, {"#W1": dearer})) != []


def test_a_record_is_told_to_its_customer_in_tau2s_form(shop: Retail, stores: Stores) -> None:
    """What get_order_details tells is the order of the file."""
    store = stores.holding(shop)
    talk = Talk(store)
    talk.call(Call(name="find_user_id_by_name_zip", arguments={**_name("Ann"), "zip": "02101"}))
    told = talk.call(Call(name="get_order_details", arguments={"order_id": "#W2"}))
    store.close()
    assert told.value == small_shop()["orders"]["#W2"]


def _name(first: str) -> dict[str, str]:
    return {"first_name": first, "last_name": "Lee"}


@pytest.mark.parametrize("text", ["", "1 +", "2 ** 9", "9 // 2", "1 / 0", "__import__('os')", "(" * 400])
def test_what_is_no_sum_has_no_value(text: str) -> None:
    """Only plain arithmetic is worked out."""
    with pytest.raises(ToolInputError):
        calculate(text)


def _broken(name: str) -> Any:
    shop = small_shop()
    if name == "db":
        shop["orders"]["#W1"]["payment_history"][0]["amount"] = 1.0
        return shop
    return {"items": {"changed": {"orders": {"#W1": {}}}}}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("db", None, "cannot be read"),
        ("db", "{", "is not a retail database"),
        ("db", _broken("db"), "the first payment is not the sum of the prices"),
        ("tasks", {"id": 1}, "is not a list of tasks"),
        ("tasks", [], "there is no task in it"),
        ("tasks", [TASKS[0], TASKS[0]], "stands in it twice"),
        ("expected", {}, "no expected end of task items"),
        ("expected", _broken("expected"), "items.changed.orders.#W1"),
    ],
)
def test_a_wrong_file_is_one_clear_error(
    files: dict[str, Path], tmp_path: Path, capsys: Any, name: str, content: Any, said: str
) -> None:
    """The command ends with code 2 and one line that names the file and the fault."""
    wrong = tmp_path / f"{name}.json"
    if content is not None:
        wrong.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    chosen = {**files, name: wrong}
    code = main([part for key, path in chosen.items() for part in (f"--{key}", str(path))])
    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1)
    assert str(wrong) in error
    assert said in error


def test_the_shared_data_replays_whole(tmp_path: Path, capsys: Any) -> None:
    """Where tau2's own data lies beside the checkout, one of its tasks replays without a fault."""
    data = Path(__file__).parents[3] / "shared/data/tau2_retail"
    if not data.exists():
        pytest.skip("tau2's data is not beside this checkout; nothing else depends on it")
    tasks = json.loads((data / "tasks_dev.json").read_text("utf-8"))
    few = tmp_path / "tasks.json"
    few.write_text(json.dumps([one for one in tasks if one["id"] in {"36", "64"}]), "utf-8")
    options = ["--db", str(data / "db.json"), "--tasks", str(few)]
    assert main([*options, "--expected", str(data / "expected_dev.json")]) == 0
    assert "end states equal" in capsys.readouterr().out
