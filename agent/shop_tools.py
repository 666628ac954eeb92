"""The shop's own tools, as a turn uses them: errors in words, answers as compact JSON, strangers fenced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from agent.brain import ToolDescription, ToolOutcome
from agent.fence import fenced
from shop.errors import AccessDeniedError, MoneyError
from tools.answers import Answer, WriteAnswer
from tools.toolbox import TOOLS, Effect, Shop, ToolAnswer, call

TOLD: Final = (AccessDeniedError, MoneyError)
"""Errors that `call` raises and that a brain is told of all the same; every other one ends the turn."""


class ShopTools:
    """Implements `agent.turn_tools.Toolbox` with the tools of ``tools/toolbox.py``."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._secret = hashlib.sha256(f"{shop.session.conversation}".encode()).hexdigest()
        self.offered = tuple(
            ToolDescription(tool.name, tool.description, tool.parameters, writes=tool.effect is Effect.WRITE)
            for tool in TOOLS.values()
        )

    def run(self, name: str, args: Mapping[str, Any], *, key: str, tainted: bool) -> ToolOutcome:
        """Run one tool with this turn's session; see `agent.turn_tools.Toolbox.run`."""
        session = replace(self._shop.session, tainted=tainted)
        try:
            answer = call(replace(self._shop, session=session, key=key), name, args)
        except TOLD as error:
            return ToolOutcome(name, f"{type(error).__name__}: {error}", failed=True)
        if answer.result is None:
            return ToolOutcome(name, f"{answer.error_kind}: {answer.error}", failed=True)
        return self._outcome(answer, answer.result, key)

    def _outcome(self, answer: ToolAnswer, result: Answer, key: str) -> ToolOutcome:
        text = compact_json(result)
        if answer.tainted:
            text = fenced(text, answer.name, f"{self._secret}:{key}")
        outcome = ToolOutcome(answer.name, text, tainted=answer.tainted, value=result)
        if not isinstance(result, WriteAnswer):
            return outcome
        return replace(outcome, action=result.action_id, approval=result.approval_id, state=result.state)


def compact_json(answer: Answer) -> str:
    """An answer as JSON without blanks and without what is empty, amounts as people write them."""
    body = _short(answer.model_dump(mode="json", exclude_none=True))
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _short(value: Any) -> Any:
    """``{"text": "12.50 GBP", "minor": 1250, "cur": "GBP"}`` as ``12.50 GBP``: half the words, one number."""
    if isinstance(value, dict):
        if value.keys() == {"text", "minor", "cur"}:
            return value["text"]
        return {name: _short(one) for name, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list) else value
