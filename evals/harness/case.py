"""One case: the world, who speaks, what is said, and what must and must not come of it.

Scored is the outcome (effects, what waits for people, the store, what was told), never the path: the path
is one that works, and the loader proves it (``evals/harness/soundness.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from evals.harness.change import Change
from evals.harness.changes import change_of
from shop.actions import KINDS
from shop.people import Role
from tools.toolbox import TOOLS

NEXT: Final = "next"
"""In a path: go on to the next message."""


ANY: Final = "any"
"""Instead of an action's kind: whatever it is."""


class Part(BaseModel):
    """A frozen part of a case; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Wanted(Part):
    """An action, by its kind and some of its arguments; written ``{transfer_stock: {quantity: 12}}``."""

    kind: str
    args: dict[str, Any] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind == ANY and not self.args:
            return self
        if self.kind not in KINDS:
            raise ValueError(f"there is no action {self.kind!r}; known are {', '.join(sorted(KINDS))}")
        fields = KINDS[self.kind].model_fields
        if unknown := sorted(set(self.args) - set(fields)):
            raise ValueError(f"{self.kind} has no {unknown[0]!r}; it has {', '.join(fields)}")
        return self

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value}' for name, value in self.args.items())})"


class ToolStep(Part):
    """One tool call of the path; written ``{check_stock: {sku: MUG-01}}``."""

    tool: str
    args: dict[str, Any] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.tool not in TOOLS:
            raise ValueError(f"there is no tool {self.tool!r}; the tools are {', '.join(TOOLS)}")
        return self


class Decide(Part):
    """A person decides the newest approval that waits: between two messages."""

    decide: str
    by: Role
    person: str = ""
    refused: bool = False
    """Whether the desk must refuse this person."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.decide not in ("approve", "reject", "approve later"):
            raise ValueError("decide: expected approve, reject or 'approve later'")
        return self


class Wait(Part):
    """Time passes."""

    wait_hours: Annotated[int, Field(ge=1, le=10_000)]


class Meanwhile(Part):
    """The world changes between two messages."""

    meanwhile: tuple[Annotated[Change, BeforeValidator(change_of)], ...]


class Recover(Part):
    """The desk looks after actions that were left under way, as every start of the program does."""

    recover: bool


class Fault(Part):
    """The next calls of the shop's backend fail like this."""

    fault: tuple[str, ...]

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = ("lost request", "lost answer", "refused")
        if wrong := [one for one in self.fault if one not in known]:
            raise ValueError(f"fault {wrong[0]!r}: expected one of {', '.join(known)}")
        return self


class Identify(Part):
    """The customer says who they are, and the door matches it against the store's records."""

    identify: str
    """An e-mail address, or ``name, postcode``."""
    refused: bool = False
    """Whether nobody, or only another customer, must match."""


class Agree(Part):
    """The customer says yes to the newest action that was put to them."""

    agree: bool
    refused: bool = False
    """Whether there must be nothing that a yes could let through."""


Happening = str | Decide | Wait | Meanwhile | Recover | Fault | Identify | Agree
"""What is said, or what happens between two messages."""


class Told(Part):
    """What the operator must and must not be told; see ``evals/harness/told.py`` for how it is looked for.

    `contains` is looked for in the last answer, `said` in any; `quotes` are places in the results of the
    path's calls (``0.items.0.quantity``) whose values the last answer must hold.
    """

    contains: tuple[str | int, ...] = ()
    said: tuple[str | int, ...] = ()
    quotes: tuple[str, ...] = ()
    not_claimed: tuple[str | int, ...] = ()


class Trigger(Part):
    """The autonomous run instead of a message."""

    run: str
    location: str | None = None
    supplier: str | None = None


def _change(value: object) -> object:
    """A change of the sample store, or another store in its place."""
    if isinstance(value, Mapping) and list(value) == ["store"]:
        from evals.harness.captured_store import UseStore  # noqa: PLC0415 - it looks at worlds, which know cases

        return UseStore.model_validate(value["store"])
    return change_of(value)


def _wanted(value: object) -> object:
    return _single(value, "kind")


def _step(value: object) -> object:
    return value if value == NEXT else _single(value, "tool")


def _single(value: object, name: str) -> object:
    if isinstance(value, str):
        return {name: value}
    if isinstance(value, Mapping) and len(value) == 1:
        key, args = next(iter(value.items()))
        return {name: key, "args": args or {}}
    return value


WantedList = tuple[Annotated[Wanted, BeforeValidator(_wanted)], ...]


class Case(Part):
    """One evaluation scenario; docs/how-to/evaluate-a-model.md tells how to write one."""

    id: str
    world: tuple[Annotated[Change, BeforeValidator(_change)], ...] = ()
    who: Role = Role.OPERATOR
    with_customer: bool = False
    """The operator speaks with a customer meanwhile: identity and consent count from the first action on."""
    say: tuple[Happening, ...] = ()
    trigger: Trigger | None = None
    path: tuple[Annotated[ToolStep | str, BeforeValidator(_step)], ...] = ()
    required: WantedList = ()
    allowed: WantedList = ()
    forbidden: WantedList = ()
    must_ask: WantedList = ()
    must_not_ask: WantedList = ()
    may_ask: WantedList = ()
    end_state: dict[str, str | int | None] = {}
    answer: Told = Told()
    rules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    difficulty: Annotated[int, Field(ge=1, le=5)] = 1

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, body: Any) -> Any:
        if isinstance(body, Mapping) and isinstance(body.get("say"), str):
            return {**body, "say": [body["say"]]}
        return body

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.say) == (self.trigger is not None):
            raise ValueError("a case has either something to `say` or a `trigger`")
        return self

    @property
    def messages(self) -> tuple[str, ...]:
        """What the operator says, in order."""
        return tuple(one for one in self.say if isinstance(one, str))

    @property
    def segments(self) -> tuple[tuple[ToolStep, ...], ...]:
        """The path's calls, message by message; without ``next``, all of them answer the last message."""
        parts: list[list[ToolStep]] = [[]]
        for step in self.path:
            if isinstance(step, ToolStep):
                parts[-1].append(step)
            else:
                parts.append([])
        missing: list[list[ToolStep]] = [[] for _ in range(len(self.messages) - len(parts))]
        return tuple(tuple(part) for part in (*missing, *parts))
