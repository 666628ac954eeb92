"""Reads suites: YAML with one entry per case, and rows of `each` where cases differ in values only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from evals.harness.case import Case
from shop.actions import in_words
from shop.errors import NotFoundError, ToolInputError

HERE: Final = Path(__file__).parents[1] / "suites"
_WHOLE: Final = re.compile(r"-?\d{1,9}")
_BLANK: Final = re.compile(r"\{([a-z_]+)\}")
_KEYS: Final = frozenset(("suite", "describes", "cases"))


@dataclass(frozen=True, slots=True)
class Suite:
    """A named set of cases."""

    name: str
    describes: str
    cases: tuple[Case, ...]


class _Loader(yaml.BaseLoader):
    """Texts, whole numbers, true, false and null; dates, amounts and ``NO`` stay what stands there."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {name!r} stands here twice", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            plain = {"true": True, "false": False, "null": None}
            if node.value in plain:
                return plain[node.value]
            if _WHOLE.fullmatch(node.value):
                return int(node.value)
        return super().construct_object(node, deep=deep)


def suites() -> dict[str, Path]:
    """The suites that come with Shophand, by name."""
    return {path.stem: path for path in sorted(HERE.glob("*.yaml"))}


def find_suite(name: str) -> Suite:
    """A suite by its name or by its file; raises NotFoundError, ToolInputError for a wrong case."""
    known = suites()
    path = known.get(name) or Path(name)
    if not path.is_file():
        raise NotFoundError(f"there is no suite {name!r}; there are {', '.join(known)}, or name a YAML file")
    return read_suite(path)


def read_suite(path: Path) -> Suite:
    """The suite of a file; raises ToolInputError with the file, the case and what is wrong in it."""
    try:
        body = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - it makes plain values only
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ToolInputError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(body, dict) or set(body) - _KEYS or not isinstance(body.get("cases"), list):
        raise ToolInputError(f"{path.name}: expected the keys suite, describes and cases (a list)")
    cases = tuple(
        _case(_beside(entry, path), path.name)
        for given in body["cases"]
        for entry in _expanded(given, path.name)
    )
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ToolInputError(f"{path.name}: the id {case.id!r} stands twice")
        seen.add(case.id)
    if not cases:
        raise ToolInputError(f"{path.name} holds no case")
    return Suite(str(body.get("suite", path.stem)), str(body.get("describes", "")), cases)


def _expanded(entry: Any, place: str) -> Iterator[Any]:
    """The entry itself, or one for each row of `each`: ``{name}`` filled, the row's `as` in the id."""
    if not isinstance(entry, dict) or "each" not in entry:
        yield entry
        return
    rest = {key: value for key, value in entry.items() if key != "each"}
    for number, row in enumerate(entry["each"], 1):
        if not isinstance(row, dict):
            raise ToolInputError(f"{place}, case {entry.get('id')}: each row of `each` is a mapping")
        filled = _filled(rest, row, f"{place}, case {entry.get('id')}")
        yield {**filled, "id": f"{rest.get('id')}-{row.get('as', number)}"}


def _filled(value: Any, row: Mapping[str, Any], place: str) -> Any:
    if isinstance(value, dict):
        return {_filled(key, row, place): _filled(one, row, place) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, row, place) for one in value]
    if not isinstance(value, str):
        return value
    for name in _BLANK.findall(value):
        if name not in row:
            raise ToolInputError(f"{place}: {{{name}}} has no value in a row of `each`")
    whole = _BLANK.fullmatch(value)
    return row[whole[1]] if whole else _BLANK.sub(lambda found: str(row[found[1]]), value)


def _beside(entry: Any, path: Path) -> Any:
    """The entry with the store that it names looked for beside its file.

    Raises ToolInputError without one.
    """
    world = entry.get("world") if isinstance(entry, dict) else None
    first = world[0] if isinstance(world, list) and world else None
    named = first.get("store") if isinstance(first, dict) else None
    if not isinstance(world, list) or not isinstance(named, dict) or "file" not in named:
        return entry
    file = path.parent / str(named["file"])
    if not file.is_file():
        raise ToolInputError(f"{path.name}, case {entry.get('id')}: there is no store {file}")
    return {**entry, "world": [{"store": {**named, "file": str(file)}}, *world[1:]]}


def _case(entry: Any, place: str) -> Case:
    name = entry.get("id", "?") if isinstance(entry, dict) else "?"
    try:
        return Case.model_validate(entry)
    except ValidationError as error:
        raise ToolInputError(f"{place}, case {name}: {in_words(error)}") from error
