"""Whether the people who said yes are enough: people are counted, never grants."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from policies.decision import Grant, Requirement, Verdict
from policies.model import Approvers, Rule


def satisfied(rule: Rule, grants: Sequence[Grant]) -> bool:
    """Whether these valid grants fulfil what an approve rule asks; a rule that asks nobody is fulfilled."""
    return rule.approvers is None or enough(rule.approvers, grants)


def enough(asked: Approvers | Requirement, grants: Sequence[Grant]) -> bool:
    """Whether these valid grants are the people that are asked for.

    ``by`` needs `quorum` different people who each hold one of the roles. ``by_each`` needs one person for
    every role, all different, even when somebody holds several of the roles. Whoever was asked in addition
    because the question had stood long enough may stand in for any of the roles, still as one person.
    """
    if not grants:
        return False
    people: dict[str, frozenset[str]] = {}
    for grant in grants:
        people[grant.person] = people.get(grant.person, frozenset()) | _counted_as(asked, grant)
    if asked.by_each:
        return _one_for_each(asked.by_each, people)
    return sum(not roles.isdisjoint(asked.by) for roles in people.values()) >= asked.quorum


def _counted_as(asked: Approvers | Requirement, grant: Grant) -> frozenset[str]:
    """The roles with which a yes counts here: all that are asked if its giver was asked in addition."""
    stands_in = not grant.roles.isdisjoint(asked.also_asked(grant.waited))
    return grant.roles | asked.roles if stands_in else grant.roles


def combine(fired: Sequence[Rule], grants: Sequence[Grant]) -> Verdict:
    """The verdict of the rules that fired: a deny wins, an allow is needed, an unfulfilled approve asks."""
    return combined({rule.effect for rule in fired if not (rule.approvers and satisfied(rule, grants))})


def combined(effects: AbstractSet[Verdict]) -> Verdict:
    """The verdict of the effects of the rules that fired, fulfilled approve rules left out."""
    if Verdict.DENY in effects or Verdict.ALLOW not in effects:
        return Verdict.DENY
    return Verdict.NEEDS_APPROVAL if Verdict.NEEDS_APPROVAL in effects else Verdict.ALLOW


def _one_for_each(roles: Sequence[str], people: dict[str, frozenset[str]]) -> bool:
    """Whether different people can take all roles: augmenting paths (Kuhn, 1955, for the assignment)."""
    takes: dict[str, str] = {}

    def seat(role: str, tried: set[str]) -> bool:
        for person in sorted(people):
            if role in people[person] and person not in tried:
                tried.add(person)
                if person not in takes or seat(takes[person], tried):
                    takes[person] = role
                    return True
        return False

    return all(seat(role, set()) for role in roles)
