"""Bugs planted in the product's source while a test runs: a name, what it breaks, the edits that make it."""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edit:
    """In ``module:function`` or ``module:Class.method``, the text `old` becomes `new`."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Plant:
    """A named bug: what it breaks, and the edits that make it."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]

    @property
    def shows_at_the_end(self) -> bool:
        """Whether only the audit of a whole run shows it."""
        return self.name in {"no_audit", "payload_in_audit"}

    def __str__(self) -> str:
        return self.name


def plant(name: str, breaks: str, *edits: tuple[str, str, str]) -> Plant:
    """A plant from plain triples."""
    return Plant(name, breaks, tuple(Edit(*edit) for edit in edits))


@contextmanager
def planted(bug: Plant) -> Iterator[None]:
    """The product with this bug in it."""
    with ExitStack() as stack:
        for edit in bug.edits:
            stack.enter_context(_edited(edit))
        yield


@contextmanager
def _edited(edit: Edit) -> Iterator[None]:
    module_name, _, path = edit.where.partition(":")
    module = importlib.import_module(module_name)
    owner: Any = module
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original = inspect.getattr_static(owner, name)
    function = inspect.unwrap(getattr(owner, name))
    source = textwrap.dedent(inspect.getsource(function))
    assert edit.old in source, f"{edit.where} no longer holds {edit.old!r}"
    code = source.replace(edit.old, edit.new)
    code = code[code.index("def ") :] if not source.startswith("def ") else code
    space: dict[str, Any] = {}
    exec(compile("from __future__ import annotations\n" + code, edit.where, "exec"), module.__dict__, space)
    replacement = space[name]
    setattr(owner, name, replacement)
    users = _importers(name, function, replacement) if owner is module else []
    try:
        yield
    finally:
        setattr(owner, name, original)
        for user in users:
            setattr(user, name, function)


def _importers(name: str, function: Any, replacement: Any) -> list[Any]:
    """Modules that imported the function by name get the replacement too."""
    users = [
        module
        for key, module in list(sys.modules.items())
        if key.split(".")[0] in {"tools", "policies", "shop", "evals"}
        and getattr(module, name, None) is function
    ]
    for user in users:
        setattr(user, name, replacement)
    return users
