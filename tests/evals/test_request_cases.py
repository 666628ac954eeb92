"""Reading files of requests, and the command's exit codes."""

import json
from pathlib import Path

import pytest

from evals.request_cases import load_cases
from evals.requests import OWN, half_of, main
from shop.errors import ToolInputError


def written(path: Path, *lines: str) -> Path:
    """A file of lines."""
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


GOOD = '{"id": "r1", "say": ["stock of {sku}?"], "tool": "check_stock", "args": {"sku": "{sku}"}}'


def test_a_case_reads_as_it_was_written(tmp_path: Path) -> None:
    """Messages, tool and arguments come from the line."""
    (case,) = load_cases(written(tmp_path / "r.jsonl", GOOD, ""))
    assert (case.say, case.tools, case.args) == (("stock of {sku}?",), ("check_stock",), {"sku": "{sku}"})


def test_an_odd_line_separator_ends_no_line(tmp_path: Path) -> None:
    """JSON may hold U+2028 as it is."""
    (case,) = load_cases(written(tmp_path / "r.jsonl", GOOD.replace("stock of", "stock\u2028 of")))
    assert case.say == ("stock\u2028 of {sku}?",)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: expected a JSON object"),
        ('{"id": "x", "say": [], "tool": "none"}', "line 2: 'say' must be a list of messages"),
        ('{"id": "x", "say": ["a"], "tool": "fly"}', "line 2: there is no tool 'fly'"),
        ('{"id": "x", "say": ["a"], "tool": "none", "must": 1}', "line 2: unknown key 'must'"),
        ('{"id": "x", "say": ["a"], "tool": "none", "all": "yes"}', "line 2: 'all' must be true or false"),
        (GOOD, "the id 'r1' stands twice"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    """One clear message names the line and the fault."""
    with pytest.raises(ToolInputError, match=complaint.replace("{", r"\{")):
        load_cases(written(tmp_path / "r.jsonl", GOOD, line))


def test_a_wrong_file_ends_with_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file is a usage error with one line on stderr and nothing on stdout."""
    assert main(["--file", str(tmp_path / "none.jsonl")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_a_model_without_a_key_ends_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that cannot be reached for want of a key says what is missing."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert main(["--file", str(written(tmp_path / "r.jsonl", GOOD)), "--model", "openai:gpt"]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def test_the_halves_share_no_case() -> None:
    """The half to tune on and the half to be measured on are apart, and together they are all."""
    cases = load_cases(OWN)
    dev, test = half_of(cases, "dev"), half_of(cases, "test")
    assert not {one.id for one in dev} & {one.id for one in test}
    assert len(dev) + len(test) == len(cases) >= 150


def test_the_own_sets_cover_every_tool() -> None:
    """No tool goes unmeasured."""
    from tools.toolbox import TOOLS  # noqa: PLC0415 - only this test asks

    service = OWN.with_name("requests_service.jsonl")
    assert {tool for path in (OWN, service) for case in load_cases(path) for tool in case.tools} >= set(TOOLS)


def test_the_report_is_json_with_the_promised_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One talk played: total, right, forbidden_writes, failures."""
    assert main(["--file", str(written(tmp_path / "r.jsonl", GOOD)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "total": 1,
        "right": 1,
        "forbidden_writes": 0,
        "failures": [],
    }
