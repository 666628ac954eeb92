"""JSON Schemas as short as they can be: every model call pays for each word of them."""

from collections.abc import Mapping
from typing import Any, Final

_NOISE: Final = frozenset(
    {"title", "$defs", "default", "additionalProperties", "minLength", "maxLength", "maxItems"}
)
"""Left out: what no model needs in order to call a tool well. The arguments are checked all the same."""


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without titles, lengths, references and "or null": leaving an argument out says the same.

    >>> compact({"title": "X", "properties": {"n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}})
    {'properties': {'n': {'type': 'integer'}}}
    """
    return _compacted(schema, schema.get("$defs", {}))


def _compacted(part: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        named = known[part["$ref"].rpartition("/")[2]]
        part = {**named, **{key: value for key, value in part.items() if key != "$ref"}}
    if "anyOf" in part:
        real = [one for one in part["anyOf"] if one.get("type") != "null"]
        rest = {key: value for key, value in part.items() if key != "anyOf"}
        part = {**real[0], **rest} if len(real) == 1 else {**rest, "anyOf": real}
        if "$ref" in part:
            return _compacted(part, known)
    return {key: _value(key, value, known) for key, value in part.items() if key not in _NOISE}


def _value(key: str, value: Any, known: Mapping[str, Any]) -> Any:
    if key == "properties":  # here the keys are argument names: one may be called "title"
        return {name: _compacted(one, known) for name, one in value.items()}
    if isinstance(value, Mapping):
        return _compacted(value, known)
    if isinstance(value, list):
        return [_compacted(one, known) if isinstance(one, Mapping) else one for one in value]
    return value
