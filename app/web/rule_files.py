"""A rule file taken apart as its page shows it: each rule's own lines, to stand beside its sentence."""

from __future__ import annotations

import re
from typing import Final

_ITEM: Final = re.compile(r"^(?P<indent> *)- id: *[\"']?(?P<id>[\w-]+)[\"']?\s*(?:#.*)?$")


def written_rules(text: str) -> dict[str, str]:
    r"""The lines of each rule by its id, without the indentation that all of them share.

    Lines of comment directly above a rule belong to it.

    >>> written_rules("rules:\n  # why\n  - id: a\n    deny: {}\n  - id: b\n    allow: {}\ntests: []\n")
    {'a': '# why\n- id: a\n  deny: {}', 'b': '- id: b\n  allow: {}'}
    """
    lines = text.splitlines()
    starts = [(at, found) for at, line in enumerate(lines) if (found := _ITEM.match(line))]
    return {found["id"]: _own_lines(lines, at, found["indent"]) for at, found in starts}


def _own_lines(lines: list[str], at: int, indent: str) -> str:
    first, last = at, at + 1
    while first > 0 and lines[first - 1].startswith(f"{indent}#"):
        first -= 1
    while last < len(lines) and (not lines[last].strip() or lines[last].startswith(f"{indent} ")):
        last += 1
    return "\n".join(line.removeprefix(indent) for line in lines[first:last]).rstrip()
