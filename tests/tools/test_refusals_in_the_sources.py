"""Every refusal that the code of service, prices and tickets can give, read from the sources: none is bare.

Rules are walked by ``tests/policies/test_refusal_words.py``; this walks what the code itself says.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import shop

ROOT: Final = Path(shop.__file__).parents[1]
SOURCES: Final = (
    *(f"tools/{name}.py" for name in ("service", "refunds", "returns", "order_changes", "order_pieces")),
    *(f"tools/{name}.py" for name in ("tickets", "identity", "with_customer", "privacy")),
    *(f"tools/{name}.py" for name in ("pricing", "campaigns", "markdowns", "price_outlook", "price_limits")),
    *(f"tools/facts/{name}.py" for name in ("service", "returns", "orders", "pricing", "speaking", "fraud")),
    *(f"shop/{name}.py" for name in ("service", "pricing", "price_bounds", "swaps", "refund_parts")),
    *(f"shop/store/{name}.py" for name in ("service_effects", "return_effects", "exchange_books")),
    *(f"shop/store/{name}.py" for name in ("order_books", "price_effects")),
    *(f"shop/store/reads/{name}.py" for name in ("refund_faults", "credits", "swap_quotes", "availability")),
)
TOLD_TO_THE_JUDGE: Final = frozenset({"into.missing.append"})
"""Each entry of that list refuses; `advice` only goes before a rule's own words."""

WORDS_OF_ANOTHER: Final = frozenset(
    {"str(error)", "fault", "quote.fault", "refunded", "left", "results[0]['detail']"}
    | {"NOT_THEIRS", "UNKNOWN"}
)
"""What is raised again, handed on or put at the end: its words are made, and mostly walked, elsewhere."""

NEVER_SAID: Final = frozenset({"LookupError"})
"""Faults of the program, which no person is answered with."""

NEXT_STEP: Final = re.compile(
    r"(?:(?:^|[:;,] |\bor |\band |\bso )(?:ask|cancel|choose|count|exchange|give|identify|import|inspect|look"
    r"|name|on it are|open|pay|receive|refund|sell|set|transfer|use|a person)|\bmust)\b"
)
_PLACE: Final = "9"


def said(node: ast.expr) -> str | None:
    """The words of a text with a figure at each place; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [said(one) if isinstance(one, ast.Constant) else _PLACE for one in node.values]
        return "".join(part or "" for part in parts)
    return None


def refusals(source: str) -> Iterator[tuple[str, ast.expr]]:
    """Where a source raises, or tells the judge that something is missing, and with what."""
    for node in ast.walk(ast.parse((ROOT / source).read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            if ast.unparse(node.exc.func) not in NEVER_SAID:
                yield f"{source}:{node.lineno}", node.exc.args[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in TOLD_TO_THE_JUDGE:
            yield f"{source}:{node.lineno}", node.args[0]


def is_of_another(words: ast.expr) -> bool:
    """Whether words, or what a text ends with, are made elsewhere: by a value or a function beside it."""
    if isinstance(words, ast.JoinedStr):
        last = words.values[-1]
        return isinstance(last, ast.FormattedValue) and is_of_another(last.value)
    if isinstance(words, ast.Call) and isinstance(words.func, ast.Name) and words.func.id.startswith("_"):
        return True
    return ast.unparse(words) in WORDS_OF_ANOTHER


WALKED: Final = [(where, words) for source in SOURCES for where, words in refusals(source)]


@pytest.mark.parametrize(("where", "words"), WALKED, ids=[where for where, _ in WALKED])
def test_a_refusal_of_the_code_says_what_to_do_next(where: str, words: ast.expr) -> None:
    """Each text names a step that a person can take; words that are made elsewhere are walked there."""
    assert is_of_another(words) or NEXT_STEP.search(said(words) or ""), f"{where}: {said(words)}"


def test_the_walk_meets_refusals_in_every_room() -> None:
    """Tools, facts and books are all walked: a source that moved away would be missed here."""
    rooms = {where.rpartition("/")[0] for where, _ in WALKED}
    assert rooms == {"tools", "tools/facts", "shop", "shop/store"}
    assert len(WALKED) > 60


def test_a_bare_refusal_is_found() -> None:
    """The check itself can fail: a refusal that only says what was wrong is found."""
    assert NEXT_STEP.search("ticket 'T-9' is not open any more") is None
