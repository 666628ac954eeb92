"""One rule file, from strict text to a checked Policy: unknown keys, facts, tests or roles are errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from reprlib import repr as repr_short
from typing import Any, Final

from policies.conditions import Condition, did_you_mean, known_type, parse_condition
from policies.decision import Grant, Verdict
from policies.model import EFFECT_KEYS, Approvers, Escalation, Policy, Rule, RuleTest, split_placeholders
from policies.scope import NOWHERE, Places, scope_keys
from policies.strict_yaml import is_plain, read_strict
from policies.vocabulary import CHANNELS, FactType, FactValue, Vocabulary
from shop.errors import PolicyLoadError
from shop.people import Role

APPROVING_ROLES: Final = frozenset(role.value for role in Role if role is not Role.VIEWER)
MAX_QUORUM: Final = 10
MAX_WAIT: Final = timedelta(days=90)
DEFAULT_WAIT: Final = timedelta(hours=24)
MAX_SENTENCE: Final = 500

_FILE_KEYS: Final = frozenset({"policy", "version", "default", "rules", "tests"})
_RULE_KEYS: Final = frozenset({"id", "action", "scope", *EFFECT_KEYS})
_BODY_KEYS: Final = frozenset({"when", "because"})
_APPROVE_KEYS: Final = _BODY_KEYS | {"by", "by_each", "quorum", "distinct", "expires", "escalate"}
_GROUP_KEYS: Final = frozenset({"action", "usual", "scope", "cases"})
_CASE_KEYS: Final = frozenset({"name", "facts", "scope", "granted", "expect", "rule"})

_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_DURATION: Final = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_policy(source: bytes, vocabulary: Vocabulary) -> Policy:
    """The policy of one file; PolicyLoadError says in which rule what was expected."""
    return policy_of(read_strict(source), vocabulary)


def policy_of(body: Any, vocabulary: Vocabulary) -> Policy:
    """The policy of a file that is read already, every scalar still as text; errors as parse_policy."""
    body = _mapping(body, "the file", _FILE_KEYS)
    if body.get("default") != "deny":
        raise PolicyLoadError("default must be deny")
    name = _identifier(_required(body, "policy", "the file"), "policy")
    version = _count(_required(body, "version", "the file"), "version")
    rules = tuple(
        _rule(one, number, vocabulary)
        for number, one in enumerate(_list(_required(body, "rules", "the file"), "rules"), start=1)
    )
    tests = tuple(
        test for group in _list(body.get("tests", []), "tests") for test in _test_group(group, vocabulary)
    )
    return Policy(name, version, rules, tests)


def _rule(body: Any, number: int, vocabulary: Vocabulary) -> Rule:
    body = _mapping(body, f"rule {number}", _RULE_KEYS)
    name = _identifier(_required(body, "id", f"rule {number}"), f"rule {number}: id")
    try:
        return _checked_rule(name, body, vocabulary)
    except PolicyLoadError as error:
        raise PolicyLoadError(f"{name}: {error}") from error


def _checked_rule(name: str, body: dict[str, Any], vocabulary: Vocabulary) -> Rule:
    kind = _kind(_required(body, "action", "the rule"), vocabulary)
    words = [word for word in EFFECT_KEYS if word in body]
    if len(words) != 1:
        raise PolicyLoadError(f"a rule has exactly one of {', '.join(EFFECT_KEYS)}, got {len(words)}")
    word = words[0]
    inner = _mapping(body[word], word, _APPROVE_KEYS if word == "approve" else _BODY_KEYS)
    return Rule(
        id=name,
        kind=kind,
        effect=EFFECT_KEYS[word],
        when=_when(_required(inner, "when", word), kind, vocabulary[kind]),
        because=_sentence(inner.get("because", "")),
        approvers=_approvers(inner) if word == "approve" else None,
        scope=_scope(body["scope"], kind) if "scope" in body else NOWHERE,
    )


def _scope(body: Any, kind: str) -> Places:
    known = scope_keys(kind)
    body = _mapping(body, f"the scope of {kind}", frozenset(known))
    if not body:
        raise PolicyLoadError(f"scope needs at least one of {', '.join(known)}")
    return {key: _scope_values(key, value) for key, value in body.items()}


def _scope_values(key: str, body: Any) -> frozenset[str]:
    values = [_plain(one, f"scope {key}") for one in (body if isinstance(body, list) else [body])]
    if not all(values) or not values or len(set(values)) < len(values):
        raise PolicyLoadError(
            f"scope {key} needs a name or a list of different names, got {repr_short(body)}"
        )
    for value in values:
        if key == "channel" and value not in CHANNELS:
            raise PolicyLoadError(f"scope: no channel {value!r}{did_you_mean(value, frozenset(CHANNELS))}")
    return frozenset(values)


def _when(body: Any, kind: str, types: Mapping[str, FactType]) -> tuple[Condition, ...]:
    items = _list(body, "when")
    if not items:
        raise PolicyLoadError("when must have at least one condition")
    return tuple(parse_condition(kind, item, types) for item in items)


def _sentence(text: Any) -> str:
    sentence = " ".join(_plain(text, "because").split())
    if len(sentence) > MAX_SENTENCE:
        raise PolicyLoadError(f"because has {len(sentence)} characters; at most {MAX_SENTENCE} are read")
    rest = [part for part in split_placeholders(sentence) if part not in {"{value}", "{limit}"}]
    if any("{" in part or "}" in part for part in rest):
        raise PolicyLoadError("because may hold only the placeholders {value} and {limit}")
    return sentence


def _approvers(body: dict[str, Any]) -> Approvers:
    if ("by" in body) == ("by_each" in body):
        raise PolicyLoadError(
            "approve needs exactly one of by (any of these roles) and by_each (one of every role)"
        )
    if "distinct" in body and body["distinct"] != "true":
        raise PolicyLoadError("distinct can only be true: each person counts once")
    by, each = (_roles(body[key], key) if key in body else () for key in ("by", "by_each"))
    if each and "quorum" in body:
        raise PolicyLoadError("quorum goes with by; by_each already asks one person of every role")
    expires = _duration(body["expires"], "expires") if "expires" in body else DEFAULT_WAIT
    return Approvers(
        by=by,
        quorum=len(each) or _quorum(body.get("quorum", "1")),
        by_each=each,
        expires=expires,
        escalation=_escalation(body["escalate"], expires) if "escalate" in body else None,
    )


def _quorum(text: Any) -> int:
    quorum = _count(text, "quorum")
    if not 1 <= quorum <= MAX_QUORUM:
        raise PolicyLoadError(f"quorum must be 1 to {MAX_QUORUM}, got {quorum}")
    return quorum


def _escalation(body: Any, expires: timedelta) -> Escalation:
    body = _mapping(body, "escalate", frozenset({"after", "to"}))
    after = _duration(_required(body, "after", "escalate"), "escalate after")
    if after >= expires:
        raise PolicyLoadError("escalate after must come before the approval expires")
    return Escalation(after, _roles(_required(body, "to", "escalate"), "escalate to"))


def _roles(body: Any, key: str) -> tuple[str, ...]:
    roles = [_plain(role, key) for role in _list(body, key)]
    if not roles or len(set(roles)) < len(roles):
        raise PolicyLoadError(f"{key} needs a list of different roles, got {repr_short(roles)}")
    for role in roles:
        if role not in APPROVING_ROLES:
            raise PolicyLoadError(f"{key}: no role {role!r} may approve{did_you_mean(role, APPROVING_ROLES)}")
    return tuple(sorted(roles))


def _duration(text: Any, key: str) -> timedelta:
    match = _DURATION.fullmatch(_plain(text, key))
    span = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    if not timedelta(0) < span <= MAX_WAIT:
        raise PolicyLoadError(
            f"{key}: expected a duration like 24h or 30m, up to {MAX_WAIT.days}d, got {text!r}"
        )
    return span


def _test_group(body: Any, vocabulary: Vocabulary) -> list[RuleTest]:
    body = _mapping(body, "an item of tests", _GROUP_KEYS)
    kind = _kind(_required(body, "action", "an item of tests"), vocabulary)
    try:
        usual = _facts(_required(body, "usual", "the item"), kind, vocabulary[kind])
        places = _scope(body["scope"], kind) if "scope" in body else NOWHERE
        cases = _list(_required(body, "cases", "the item"), "cases")
        return [_test(case, kind, usual, places, vocabulary[kind]) for case in cases]
    except PolicyLoadError as error:
        raise PolicyLoadError(f"tests of {kind}: {error}") from error


def _test(
    body: Any, kind: str, usual: Mapping[str, FactValue], places: Places, types: Mapping[str, FactType]
) -> RuleTest:
    body = _mapping(body, "a case", _CASE_KEYS)
    name = " ".join(_plain(_required(body, "name", "a case"), "name").split())
    expect = _plain(_required(body, "expect", "a case"), "expect")
    if expect not in list(Verdict):
        raise PolicyLoadError(f"{name}: expect must be one of {', '.join(Verdict)}, got {expect!r}")
    granted = [_roles(one, "granted") for one in _list(body.get("granted", []), "granted")]
    return RuleTest(
        name=name,
        kind=kind,
        facts={**usual, **_facts(body.get("facts", {}), kind, types)},
        grants=tuple(Grant(f"person {n}", frozenset(roles)) for n, roles in enumerate(granted, start=1)),
        expect=Verdict(expect),
        rule=_identifier(body["rule"], "rule") if "rule" in body else None,
        places={**places, **(_scope(body["scope"], kind) if "scope" in body else NOWHERE)},
    )


def _facts(body: Any, kind: str, types: Mapping[str, FactType]) -> dict[str, FactValue]:
    facts = {}
    for fact, literal in _mapping(body, "facts", None).items():
        fact_type = known_type(kind, fact, types)
        try:
            facts[fact] = fact_type.parse(_plain(literal, fact))
        except PolicyLoadError as error:
            raise PolicyLoadError(f"{fact}: {error}") from error
    return facts


def _kind(body: Any, vocabulary: Vocabulary) -> str:
    kind = _plain(body, "action")
    if kind not in vocabulary:
        raise PolicyLoadError(f"unknown action {kind!r}{did_you_mean(kind, vocabulary)}")
    return kind


def _mapping(body: Any, what: str, known: frozenset[str] | None) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise PolicyLoadError(f"{what} must be a block of keys, got {repr_short(body)}")
    for key in body:
        if known is not None and key not in known:
            raise PolicyLoadError(f"{what}: unknown key {key!r}{did_you_mean(key, known)}")
    return body


def _required(body: dict[str, Any], key: str, what: str) -> Any:
    if key not in body:
        raise PolicyLoadError(f"{what} needs the key {key!r}")
    return body[key]


def _list(body: Any, what: str) -> list[Any]:
    if not isinstance(body, list):
        raise PolicyLoadError(f"{what} must be a list, got {repr_short(body)}")
    return body


def _plain(body: Any, what: str) -> str:
    if not isinstance(body, str) or not is_plain(" ".join(body.split())):
        raise PolicyLoadError(f"{what}: expected plain text, got {repr_short(body)}")
    return body


def _identifier(body: Any, what: str) -> str:
    name = _plain(body, what)
    if not _ID.fullmatch(name) or len(name) > 64:  # noqa: PLR2004 - long enough for any name
        raise PolicyLoadError(f"{what} must be lower-case words joined by '-', got {repr_short(name)}")
    return name


def _count(body: Any, what: str) -> int:
    text = _plain(body, what)
    if not _COUNT.fullmatch(text):
        raise PolicyLoadError(f"{what} must be a whole number, got {text!r}")
    return int(text)
