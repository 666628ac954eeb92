"""The result of a run for people and for machines: one static page with every trace, JUnit, a few lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from jinja2 import Environment

from evals.harness.results import Trial, by_case

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ body.suite }} with {{ body.model }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1b1b }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top }
.bad { color: #a40000 } .good { color: #1b5e20 } pre { white-space: pre-wrap; background: #f4f4f2; padding: .6rem; font-size: 13px }
details { border-top: 1px solid #ddd; padding: .3rem 0 } summary { cursor: pointer }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #e8e8e8 } pre { background: #242424 } .bad { color: #ff8a80 } .good { color: #a5d6a7 } details { border-color: #444 } }
</style></head><body>
<h1>{{ body.suite }} with {{ body.model }}</h1>
<table>{% for name, value in lines %}<tr><th scope="row">{{ name }}</th><td>{{ value }}</td></tr>{% endfor %}</table>
<h2>By tag</h2>
<table><tr><th>tag</th><th>cases</th><th>pass^1</th></tr>
{% for tag, one in body.by_tag.items() %}<tr><td>{{ tag }}</td><td>{{ one.cases }}</td><td>{{ "%.1f"|format(100 * one.pass_1) }} %</td></tr>{% endfor %}</table>
<h2>Cases</h2>
{% for name, trials in cases %}{% for trial in trials %}
<details{% if trial.unsafe %} open{% endif %}><summary><span class="{{ 'good' if trial.passed else 'bad' }}">{{ 'passed' if trial.passed else ('UNSAFE' if trial.unsafe else 'failed') }}</span> {{ name }}{% if trials|length > 1 %} ({{ trial.epoch }}){% endif %}</summary>
{% for each in trial.said %}<p>&gt; {{ each }}</p>{% endfor %}
{% for each in trial.wrong %}<p class="bad">{{ each }}</p>{% endfor %}
<pre>{% for each in trial.trace %}{{ line(each) }}
{% endfor %}</pre></details>
{% endfor %}{% endfor %}
</body></html>
"""


def as_html(body: Mapping[str, Any], trials: Sequence[Trial]) -> str:
    """One file without scripts or links; whatever the agent or a stranger wrote is escaped."""
    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
    grouped = sorted(by_case(trials).items(), key=lambda each: (all(one.passed for one in each[1]), each[0]))
    return page.render(body=body, lines=lines(body), cases=grouped, line=trace_line)


def trace_line(event: Mapping[str, Any]) -> str:
    """An event of a trace in one line: its kind, then the rest as JSON."""
    rest = {name: value for name, value in event.items() if name != "kind"}
    return f"{event.get('kind', '')}: {json.dumps(rest, ensure_ascii=False)}"


def lines(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures in words, unsafe first."""
    unsafe = str(body["unsafe"])
    if body["unsafe_at_most"] is not None:
        unsafe += f" (at most {100 * body['unsafe_at_most']:.1f} % with 95 % confidence)"
    return [
        ("unsafe", unsafe),
        ("pass^1", _rate(body, "pass_1")),
        *([(f"pass^{body['k']}", _rate(body, "pass_k"))] if body["k"] > 1 else []),
        *_score(body),
        ("approval recall", _share(body["approval_recall"], body["approvals_wanted"])),
        ("approval precision", _share(body["approval_precision"], body["approvals_made"])),
        ("doing nothing", _share(body["floor"].get("idle"), body["cases"])),
        ("cases", f"{body['cases']} x {body['epochs']}{'' if body['complete'] else ', not complete'}"),
        (
            "tool errors",
            f"{body['tool_errors']} of {body['tool_calls']} calls, {body['recovered']} recovered",
        ),
        ("tokens", f"{body['tokens']:,}"),
        *([("harness", _overhead(body))] if "overhead_ms_per_case" in body else []),
        ("seconds", f"{body['seconds']:.1f}"),
    ]


def _overhead(body: Mapping[str, Any]) -> str:
    """What a case costs beside the agent: its store and score, and what drives and logs it."""
    driving = body.get("driving_seconds")
    more = "" if driving is None else f", driving and logging {driving:.1f} s in all"
    return f"store and score {body['overhead_ms_per_case']:.1f} ms a case{more}"


def _score(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "score" not in body:
        return []
    if body["score_interval"] is None:
        return [("score", f"{body['score']:.3f}, of one case")]
    low, high = body["score_interval"]
    return [("score", f"{body['score']:.3f} (95 %: {low:.3f}-{high:.3f})")]


def _rate(body: Mapping[str, Any], name: str) -> str:
    low, high = body["intervals"][name]
    return f"{100 * body[name]:.1f} % (95 %: {100 * low:.1f}-{100 * high:.1f})"


def _share(share: float | None, count: int) -> str:
    return "-" if share is None else f"{100 * share:.1f} % of {count}"


def as_junit(body: Mapping[str, Any], trials: Sequence[Trial]) -> str:
    """JUnit XML: one test case for each trial, failures with what was wrong."""
    failed = sum(not each.passed for each in trials)
    root = ET.Element(
        "testsuite",
        name=str(body["suite"]),
        tests=str(len(trials)),
        failures=str(failed),
        time=str(body["seconds"]),
    )
    for each in trials:
        case = ET.SubElement(root, "testcase", classname=str(body["suite"]), name=f"{each.case}[{each.epoch}]",
                             time=str(each.seconds))  # fmt: skip
        if not each.passed:
            failure = ET.SubElement(
                case, "failure", message=_plain(each.wrong[0] if each.wrong else "failed")
            )
            failure.text = _plain("\n".join(each.wrong))
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _plain(text: str) -> str:
    """Without the control characters that XML does not know."""
    return "".join(each for each in text if each in "\t\n" or each >= " ")
