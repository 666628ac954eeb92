"""Shipped rules for kinds of action that a store's own rules say nothing of.

A store keeps its own rules. When a newer Shophand can do more, nothing allows the new kinds there, and the
start refuses: somebody has to decide. What comes with Shophand is where to begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from policies.install import in_currency
from policies.model import PolicySet
from policies.rules import SHIPPED
from policies.strict_yaml import read_strict
from policies.vocabulary import FACTS

ADDED: Final = "added"


class _Plain(yaml.SafeDumper):
    """Writes every text as it stands: the rule language reads no other types from YAML."""

    yaml_implicit_resolvers: Final[dict[str, Any]] = {}  # type: ignore[misc]  # of an untyped class


def unruled_kinds(policies: PolicySet) -> frozenset[str]:
    """The kinds of action of which these rules say nothing."""
    return frozenset(kind for kind in FACTS if not policies.rules_for(kind))


def adopted(policies: PolicySet, files: Mapping[str, str], currency: str) -> dict[str, str]:
    """Rule files, name -> text, with the shipped rules and rule tests of every kind without a rule.

    One file for each shipped one that has any, called after it: ``service-added.yaml``. Amounts keep their
    figures and get the currency. Empty when no kind lacks rules.
    """
    kinds = unruled_kinds(policies)
    found = {}
    for path in sorted(SHIPPED.glob("*.yaml")):
        document = read_strict(in_currency(path.read_text("utf-8"), currency).encode())
        rules = [rule for rule in document["rules"] if rule["action"] in kinds]
        if rules:
            name = _free_name(f"{path.stem}-{ADDED}", files)
            tests = [test for test in document.get("tests", []) if test["action"] in kinds]
            found[f"{name}.yaml"] = _written({**document, "policy": name, "rules": rules, "tests": tests})
    return found


def _free_name(stem: str, files: Mapping[str, str]) -> str:
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(files) + 3)))
    return next(name for name in names if f"{name}.yaml" not in files)


def _written(document: Mapping[str, Any]) -> str:
    return yaml.dump(dict(document), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
