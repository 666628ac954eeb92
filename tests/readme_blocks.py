"""The outputs shown in the README: ``python -m tests.readme_blocks`` writes them anew from the real demo."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parents[1] / "README.md"
_BLOCK: Final = re.compile(r"```text\n(.*?)```", re.DOTALL)


def shown() -> list[str]:
    """The output blocks of the README, in order: the demo, then one card."""
    return _BLOCK.findall(README.read_text(encoding="utf-8"))


def trimmed(output: str) -> str:
    """Output as the README shows it: without spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in output.strip().splitlines()) + "\n"


def _real(directory: str, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(README.parent)}
    command = [sys.executable, "-m", "app.cli", *words]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=True)
    return trimmed(done.stdout)


def _rewrite() -> None:
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as directory:
        demo = _real(directory, "demo")
        found = re.search(r"approvals show (A-\d+)", demo)
        if found is None:
            raise SystemExit("the demo proposes no approval to look at")
        card = _real(directory, "approvals", "show", found[1])
    blocks = iter((demo, card))
    text = _BLOCK.sub(lambda _: f"```text\n{next(blocks)}```", text)
    text = re.sub(r"approvals show (A-\d+|@@ID@@)`\)", f"approvals show {found[1]}`)", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _rewrite()
