"""Rule files in, PolicySet out, or one PolicyLoadError that says where and what was expected.

A set that loads never raises when the judge uses it: every fact, type, currency, role and placeholder is
checked here, and every rule is shown to fire by at least one rule test of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.fact_types import plain_value
from policies.model import KindRules, Policy, PolicySet, Rule, RuleTest
from policies.rule_files import parse_policy
from policies.scope import ELSEWHERE, are_apart, is_inside
from policies.strict_yaml import MAX_BYTES
from policies.vocabulary import FACTS, FactValue, Vocabulary
from shop.errors import PolicyLoadError

__all__ = [
    "SHIPPED",
    "PolicySet",
    "Rule",
    "draft_texts",
    "load_policies",
    "parse_policies",
    "read_draft",
    "read_policies",
    "rule_texts",
]

SHIPPED: Final = Path(__file__).parent
"""Where the rule files that come with Shophand lie."""


def load_policies(directory: Path) -> PolicySet:
    """The rules of every ``*.yaml`` file in a directory, checked; PolicyLoadError if anything is wrong.

    Also refused: a rule that no rule test of the files makes fire. A rule that cannot be shown to fire is a
    limit that nobody has.
    """
    policies = read_policies(directory)
    _refuse_incomplete_tests(policies)
    untested = unhit_rules(policies)
    if untested:
        names = ", ".join(rule.id for rule in untested)
        raise PolicyLoadError(
            f"no rule test makes these rules fire: {names}. Add a case under 'tests:' in their file "
            "(facts that each rule is about), or correct the rule"
        )
    return policies


def read_policies(directory: Path, vocabulary: Vocabulary = FACTS) -> PolicySet:
    """As load_policies, but without asking for rule tests: for checking a draft."""
    return parse_policies({path.name: _bytes(path) for path in _rule_files(directory)}, vocabulary)


def read_draft(present: Mapping[str, str], draft: Path) -> PolicySet:
    """The rules of `draft_texts`. As read_policies, asks for no rule tests."""
    return parse_policies(draft_texts(present, draft))


def rule_texts(directory: Path) -> dict[str, str]:
    """The rule files of a directory, name -> text, as they are; raises PolicyLoadError."""
    return {path.name: _text(path) for path in _rule_files(directory)}


def draft_texts(present: Mapping[str, str], draft: Path) -> dict[str, str]:
    """Rule files with one of them replaced, or joined, by a draft of that name.

    A draft that is a directory stands for all rules by itself. Raises PolicyLoadError.
    """
    if draft.is_dir():
        return rule_texts(draft)
    if draft.suffix != ".yaml":
        raise PolicyLoadError(f"rule files end in .yaml; rename {draft.name}")
    return {**present, draft.name: _text(draft)}


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyLoadError(f"{path.name} is not written in UTF-8") from error


def _rule_files(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise PolicyLoadError(f"there is no policy directory {directory}")
    wrong = sorted(path.name for path in directory.glob("*.yml"))
    if wrong:
        raise PolicyLoadError(f"rule files end in .yaml; rename {', '.join(wrong)}")
    paths = sorted(path for path in directory.glob("*.yaml") if not path.name.startswith("."))
    if not paths:
        raise PolicyLoadError(f"there is no rule file in {directory}: without rules every write is denied")
    return paths


def parse_policies(files: Mapping[str, bytes | str], vocabulary: Vocabulary = FACTS) -> PolicySet:
    """The rules of files given as name -> content; PolicyLoadError names the file.

    >>> parse_policies({}).rules_for("refund_order")
    ()
    """
    policies = []
    for name, source in sorted(files.items()):
        try:
            policies.append(parse_policy(_encoded(source), vocabulary))
        except PolicyLoadError as error:
            raise PolicyLoadError(f"{name}: {error}") from error
    return build(policies, vocabulary)


def build(policies: Iterable[Policy], vocabulary: Vocabulary = FACTS) -> PolicySet:
    """The set of several policies, after the checks across files; PolicyLoadError otherwise."""
    ordered = tuple(sorted(policies, key=lambda policy: policy.name))
    _refuse_repeated("policy", [policy.name for policy in ordered])
    _refuse_repeated("rule", [rule.id for policy in ordered for rule in policy.rules])
    _refuse_split_kinds(ordered)
    rules = [rule for policy in ordered for rule in policy.rules]
    kinds = {kind: _kind_rules(kind, rules, vocabulary) for kind in vocabulary}
    return PolicySet(tuple(_with_tests(policy, kinds) for policy in ordered), MappingProxyType(kinds))


def _with_tests(policy: Policy, kinds: Mapping[str, KindRules]) -> Policy:
    """The file with its tests held to the facts in force.

    Windows that no rule speaks of are left out, for they are not worked out; other facts that no rule speaks
    of need not be written, for no value of theirs could change an answer.
    """
    tests = (
        replace(
            test,
            facts=_test_facts(test.facts, kinds[test.kind]),
            places={**dict.fromkeys(kinds[test.kind].scope_keys, ELSEWHERE), **test.places},
        )
        for test in policy.tests
    )
    return replace(policy, tests=tuple(tests))


def _test_facts(written: Mapping[str, FactValue], governed: KindRules) -> dict[str, FactValue]:
    idle = {name: plain_value(governed.facts[name]) for name in governed.facts.keys() - governed.used}
    return {**idle, **{name: value for name, value in written.items() if name in governed.facts}}


def _refuse_incomplete_tests(policies: PolicySet) -> None:
    for test in policies.tests:
        lacking = sorted(policies.kinds[test.kind].facts.keys() - test.facts.keys())
        if lacking:
            raise PolicyLoadError(
                f"the test {test.name!r} of {test.kind} lacks {', '.join(lacking)}: "
                "write each fact once under 'usual' of its action"
            )


def unhit_rules(policies: PolicySet) -> list[Rule]:
    """The rules that fire in no rule test."""
    tests = [test for test in policies.tests if set(test.facts) == set(policies.kinds[test.kind].facts)]
    return [rule for rule in policies.rules if not any(_fires_in(rule, test) for test in tests)]


def _fires_in(rule: Rule, test: RuleTest) -> bool:
    inside = test.kind == rule.kind and is_inside(rule.scope, rule.effect, test.places)
    return inside and rule.fires(test.facts)


def _kind_rules(kind: str, rules: list[Rule], vocabulary: Vocabulary) -> KindRules:
    own = [rule for rule in rules if rule.kind == kind]
    own.sort(key=lambda rule: (-rule.effect.strictness, rule.id))
    declared = vocabulary[kind]
    windows = {c.fact: c.type for rule in own for c in rule.when if c.fact not in declared}
    facts = MappingProxyType({**declared, **dict(sorted(windows.items()))})
    _refuse_two_currencies(kind, own)
    return KindRules(kind, facts, tuple(own))


def _refuse_two_currencies(kind: str, rules: list[Rule]) -> None:
    """One currency for each money fact, unless the rules hold in different places."""
    compared = [(c.fact, c.currency, rule) for rule in rules for c in rule.when if c.currency is not None]
    for (fact, currency, rule), (other_fact, other, elder) in combinations(compared, 2):
        if fact == other_fact and currency != other and not are_apart(rule.scope, elder.scope):
            raise PolicyLoadError(
                f"{elder.id}: {kind} compares {fact} in {currency} and in {other}; "
                "use one currency, or scopes that have nothing in common"
            )


def _refuse_repeated(what: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise PolicyLoadError(f"{what} ids must be unique, these stand twice: {', '.join(repeated)}")


def _refuse_split_kinds(policies: tuple[Policy, ...]) -> None:
    homes: dict[str, str] = {}
    for policy in policies:
        for rule in policy.rules:
            home = homes.setdefault(rule.kind, policy.name)
            if home != policy.name:
                raise PolicyLoadError(
                    f"{rule.id}: the rules for {rule.kind} stand in {home} already; keep them in one file"
                )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyLoadError(f"{path.name} cannot be read: {error.strerror}") from error


def _encoded(source: bytes | str) -> bytes:
    return source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
