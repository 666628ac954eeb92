"""Every command of the README and of the tutorial is executed here, as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme_blocks import shown, trimmed

REPOSITORY = Path(__file__).parents[1]
OK = (0, 7)
"""Done, or done what was allowed: both are success."""

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]


def _commands(section: str, page: str = "README.md") -> list[str]:
    """The shophand commands in the shell blocks under a heading."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    part = text.split(f"## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("shophand ")]


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the command ``shophand``, also where the package is not installed."""
    directory = tmp_path_factory.mktemp("bin")
    script = directory / "shophand"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={REPOSITORY} exec {sys.executable} -m app.cli "$@"\n')
    script.chmod(0o755)
    return directory


def _play(line: str, directory: Path, binaries: Path, *, ok: tuple[int, ...] = OK) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPHAND_")}
    environment["PATH"] = f"{binaries}:{environment['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in ok, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, binaries: Path) -> Path:
    """A directory in which the demo was made, with what it printed in ``said``."""
    directory = tmp_path_factory.mktemp("demo")
    (directory / "said").write_text(_play("shophand demo", directory, binaries))
    return directory


def test_the_output_in_the_readme_is_true(demo: Path) -> None:
    """The README shows what the demo prints; after a change: python -m tests.readme_blocks."""
    assert shown()[0] == trimmed((demo / "said").read_text())


def test_the_demo_can_be_repeated_and_its_next_commands_work(demo: Path, binaries: Path) -> None:
    """A second demo places nothing again, and each command that it proposes succeeds."""
    said = _play("shophand demo", demo, binaries)
    proposed = [line.strip() for line in said.splitlines() if line.startswith("  shophand ")]
    assert len(proposed) == 5
    before = _play("shophand audit verify", demo, binaries)
    assert _play("shophand demo", demo, binaries) == said
    assert _play("shophand audit verify", demo, binaries) == before
    for line in proposed:
        _play(line, demo, binaries)


def test_the_daily_commands_of_the_readme_work(demo: Path, binaries: Path) -> None:
    """Each command under "Day to day" succeeds in the demo store."""
    commands = _commands("Day to day")
    assert commands
    for line in commands:
        _play(line, demo, binaries)


def test_the_tutorial_works_word_for_word(demo: Path, binaries: Path, tmp_path: Path) -> None:
    """Each command of the first ten minutes does what the page says, exit codes included."""
    _play("shophand demo", tmp_path, binaries)
    page = (REPOSITORY / "docs/tutorial/first-ten-minutes.md").read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("shophand ")
    ]
    for line in lines:
        promised = re.search(r"# exit code (\d)", line)
        _play(line, tmp_path, binaries, ok=(int(promised[1]),) if promised else OK)


@pytest.mark.real_data
def test_the_real_sales_log_works_word_for_word(real_sales: Path, tmp_path: Path, binaries: Path) -> None:
    """The path of the README with the real data: import, run, approve one, reject one, verify."""
    directory = tmp_path / "clone" / "real"
    directory.mkdir(parents=True)
    (tmp_path / "shared").symlink_to(real_sales.parents[2])
    commands = _commands("With real data")
    assert [line.split()[1] for line in commands] == ["import", "run", *["approvals"] * 3, "audit"]
    said = [_play(line, directory, binaries) for line in commands]
    assert "259,921 rows read and imported" in said[0]
    assert "1,879" in said[1]
    assert "done: PO-" in said[3]
    assert "rejected by Owner: we clear this range." in said[4]
    assert said[5].startswith("verified: ")
