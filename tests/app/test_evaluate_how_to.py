"""The five commands of docs/how-to/evaluate-a-model.md, word for word, against a server on this machine."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from evals.harness import running, suite_files
from evals.harness.world import worlds
from tests.app.conftest import Shophand
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    # inspect_ai leaves a stream of its own event loop to the collector.
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*MemoryObject.*:pytest.PytestUnraisableExceptionWarning"),
]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "evaluate-a-model.md"
SAY = json.dumps({"calls": [[{"name": "check_stock", "args": {"sku": "MUG-BLU-350"}}]]})
CASE = {
    "id": "look",
    "world": [{"set_stock": {"sku": "MUG-BLU-350", "location": "leeds", "on_hand": 137}}],
    "say": SAY,
    "path": [{"check_stock": {"sku": "MUG-BLU-350"}}],
    "answer": {"contains": [137]},
}


@pytest.fixture
def _one_case(watched_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite called operations holds one case, so that five commands take seconds."""
    monkeypatch.setattr(running, "worlds", lambda: worlds(watched_template))
    suites = tmp_path / "suites"
    suites.mkdir()
    (suites / "operations.yaml").write_text(json.dumps({"suite": "operations", "cases": [CASE]}))
    monkeypatch.setattr(suite_files, "HERE", suites)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_one_case")
def test_the_five_commands_lead_from_a_key_to_a_report(
    shophand: Shophand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each command of the page ends well; the model is asked, the report is there, the runs are compared."""
    block = re.search(r"```sh\nexport (.*?)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    commands = block[2].strip().splitlines()
    assert len(commands) == 4
    with OpenAIServer() as server:
        for setting in shlex.split(block[1]):
            name, _, value = setting.partition("=")
            monkeypatch.setenv(name, server.base_url if name == "OPENAI_BASE_URL" else value)
        done = [shophand(*shlex.split(command)[1:]) for command in commands]
        assert server.requests, [each.err for each in done]
    assert [each.code for each in done] == [0, 0, 0, 0], [each.err for each in done]
    assert "operations" in done[0].out
    assert "137" in (tmp_path / "report.html").read_text("utf-8")
    assert "1 won" in done[3].out
    assert "no regression" in done[3].out


@pytest.mark.usefixtures("_one_case")
def test_a_planted_regression_stops_a_pipeline(shophand: Shophand) -> None:
    """A run of an agent that forgot its work, after one that did it, ends `eval compare` with exit code 8."""
    runs = [shophand("eval", "run", "operations", "--model", model) for model in ("reference", "idle")]
    assert [each.code for each in runs] == [0, 0]
    worse = shophand("eval", "compare", "previous", "latest")
    assert worse.code == 8
    assert "lost: look" in worse.out
    assert "\nregression" in worse.out
    assert shophand("eval", "compare", "latest", "latest").code == 0


@pytest.mark.usefixtures("_one_case")
def test_an_unsound_case_is_refused_before_anything_is_played(shophand: Shophand, tmp_path: Path) -> None:
    """A case that doing nothing passes is named with what is wrong; no run is begun."""
    case = {"id": "empty", "say": "How many MUG-BLU-350?", "path": CASE["path"]}
    (tmp_path / "mine.yaml").write_text(json.dumps({"suite": "mine", "cases": [case]}))
    done = shophand("eval", "run", "mine.yaml")
    assert done.code == 2
    assert "case empty: doing nothing passes" in done.err
    assert shophand("eval", "compare", "previous", "latest").code != 0
