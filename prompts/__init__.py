"""What the model is told: Markdown files with a version, and the digest of what was said."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shop.errors import SetupError

_FENCE = "---\n"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt. `sha` is SHA-256 (hex) of the text as the model gets it."""

    name: str
    version: str
    text: str
    sha: str


@cache
def prompt(name: str) -> Prompt:
    """The prompt of a name; raises SetupError when it is missing or has no version in front."""
    try:
        content = (files("prompts") / f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SetupError(f"there is no prompt {name!r}: the installation is not complete") from error
    return parse_prompt(name, content)


def parse_prompt(name: str, content: str) -> Prompt:
    r"""A prompt from its file's content: a front matter with ``version: N``, then the text.

    >>> parse_prompt("hello", "---\nversion: 3\n---\nBe kind.\n").version
    '3'
    """
    head, separator, text = content.removeprefix(_FENCE).partition("\n" + _FENCE)
    version = head.removeprefix("version:").strip()
    if not content.startswith(_FENCE) or not separator or not version.isdigit():
        raise SetupError(f"the prompt {name!r} must begin with three dashes, 'version: N' and three dashes")
    text = text.strip() + "\n"
    return Prompt(name, version, text, hashlib.sha256(text.encode()).hexdigest())


def recorded() -> dict[str, dict[str, str]]:
    """The digests noted for each prompt and version; a text without its digest here is not released."""
    noted: dict[str, dict[str, str]] = json.loads(
        (files("prompts") / "digests.json").read_text(encoding="utf-8")
    )
    return noted
