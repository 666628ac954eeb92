"""The shop's own tools, as a turn uses them: errors in words, answers as compact JSON, strangers fenced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from agent.brain import ToolDescription, ToolOutcome
from agent.fence import fenced
from shop.errors import (
    AccessDeniedError,
    AmbiguousError,
    ConflictError,
    InvalidActionError,
    MoneyError,
    NotFoundError,
    ShopError,
    ToolInputError,
)
from tools.answers import Answer, WriteAnswer, holds_untrusted
from tools.toolbox import TOOLS, Shop, call

CORRECTABLE: Final[tuple[type[ShopError], ...]] = (
    ToolInputError,
    NotFoundError,
    AmbiguousError,
    InvalidActionError,
    MoneyError,
    ConflictError,
    AccessDeniedError,
)
"""What a brain is told of, in words; every other error ends the turn and is told to the operator."""


class ShopTools:
    """Implements `agent.turn_tools.Toolbox` with the tools of ``tools/toolbox.py``."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._secret = hashlib.sha256(f"{shop.session.conversation}".encode()).hexdigest()
        self.offered = tuple(
            ToolDescription(tool.name, tool.description, tool.parameters) for tool in TOOLS.values()
        )

    def run(self, name: str, args: Mapping[str, Any], *, key: str, tainted: bool) -> ToolOutcome:
        """Run one tool with this turn's session; see `agent.turn_tools.Toolbox.run`."""
        session = replace(self._shop.session, tainted=tainted)
        try:
            answer = call(replace(self._shop, session=session, key=key), name, args)
        except CORRECTABLE as error:
            return ToolOutcome(name, f"{type(error).__name__}: {error}", failed=True)
        return self._outcome(name, answer, key)

    def _outcome(self, name: str, answer: Answer, key: str) -> ToolOutcome:
        text = compact_json(answer)
        tainted = holds_untrusted(answer)
        if tainted:
            text = fenced(text, name, f"{self._secret}:{key}")
        if not isinstance(answer, WriteAnswer):
            return ToolOutcome(name, text, tainted=tainted, value=answer)
        return ToolOutcome(
            name,
            text,
            tainted=tainted,
            value=answer,
            action=answer.action_id,
            approval=answer.approval_id,
            state=answer.state,
        )


def compact_json(answer: Answer) -> str:
    """An answer as JSON without blanks and without what is empty."""
    body = answer.model_dump(mode="json", exclude_none=True)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
