"""Whether a partition that any tool may have written holds what a plan reads: types, and no empty cells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

TERMS: Final = ("supplier", "unit_cost_minor", "moq", "pack_size", "rank", "breaks")
"""What each offer tells."""
DAYS: Final = (b"as_of", b"starts_on")
"""What the metadata of a partition tells, as ISO dates."""


def faults_of_columns(
    table: pa.Table, texts: Sequence[str], figures: Sequence[str], lists: Sequence[str]
) -> Iterator[str]:
    """What is wrong with columns that are there, in words; `lists` have a value for each day.

    An empty cell would be read as the smallest number there is, which nobody would see.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    kinds: dict[str, tuple[Any, str]] = dict.fromkeys(texts, (_is_text, "texts"))
    kinds |= dict.fromkeys(figures, (pa.types.is_integer, "whole numbers"))
    kinds |= dict.fromkeys(lists, (_is_days, "lists of one length"))
    for name, (fits, words) in kinds.items():
        if name not in table.column_names:
            continue
        column = table[name]
        if not fits(column.type):
            yield f"{name} holds {column.type}, {words} are expected"
        elif column.null_count:
            yield f"{name} is empty in {column.null_count} rows"


def faults_of_days(told: dict[bytes, bytes]) -> Iterator[str]:
    """What is wrong with the days in the metadata."""
    for name in DAYS:
        try:
            date.fromisoformat(told.get(name, b"").decode())
        except ValueError:
            yield f"{name.decode()} in its metadata is no day such as 2026-11-20"


def faults_of_offers(column: pa.ChunkedArray) -> Iterator[str]:
    """What is wrong with the offers: each list must be of records with all terms."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    kind = column.type
    if not (pa.types.is_list(kind) and pa.types.is_struct(kind.value_type)):
        yield f"offers hold {kind}, lists of terms are expected"
        return
    known = {kind.value_type.field(place).name for place in range(kind.value_type.num_fields)}
    missing = [name for name in TERMS if name not in known]
    if missing:
        yield f"offers have no {', '.join(missing)}"
        return
    terms = column.combine_chunks().flatten()
    nameless = terms.field("supplier").null_count if not terms.null_count else terms.null_count
    if column.null_count or nameless:
        yield f"offers are empty in {column.null_count} rows, and {nameless} of them name no supplier"
    for name in TERMS[1:-1]:
        if not pa.types.is_integer(kind.value_type.field(name).type):
            yield f"{name} of offers holds {kind.value_type.field(name).type}, whole numbers are expected"


def _is_days(kind: pa.DataType) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    if not pa.types.is_fixed_size_list(kind):
        return False
    one = kind.value_type
    return bool(pa.types.is_integer(one) or pa.types.is_floating(one) or pa.types.is_boolean(one))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
