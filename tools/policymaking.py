"""How rules change: drafted by one person, tried in the shadow, put in force by another.

Nothing here judges an action. A draft must load, mean what it says and pass its own tests before it is
kept; it is checked again before it comes into force. While rules are in the shadow, every decision is also
taken under them and both answers are written down; only those of the active rules have an effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from policies.lint import Finding, Severity, lint
from policies.model import PolicySet
from policies.selftest import run_tests
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, PolicyLoadError
from shop.people import Kind, Principal, Role
from shop.store.database import Snapshot, Transaction
from shop.store.reads.info import store_info
from tools.filing import Bench, actor_of
from tools.four_eyes import check_first, check_second
from tools.ledger import chain, policy_versions
from tools.ledger.policy_versions import ACTIVATED, FOUNDED, PROPOSED, Compared, PolicyVersion, Status
from tools.rulebook import compiled, read

SETUP: Final = chain.Actor(Kind.SYSTEM.value, "setup")


class Policymaking:
    """Versions of the rules, each written, moved and audited in one transaction."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def found(self, files: Mapping[str, str]) -> PolicyVersion | None:
        """Put a new store's first rules in force; None if it has rules already.

        Raises PolicyLoadError for rules that do not hold, and ConflictError for a store whose record says
        that it had rules once: they were taken out of the database by hand.
        """
        with self._bench.db.writing() as tx:
            if policy_versions.standing(tx, self._bench.tenant).active is not None:
                return None
            if policy_versions.founding_entries(tx, self._bench.tenant):
                raise ConflictError(
                    "the rules of this store were taken out of its database: restore a backup"
                )
            sha = self._checked(tx, files).sha
            now = self._bench.clock()
            new = policy_versions.add(
                tx,
                self._bench.tenant,
                files,
                sha,
                Status.ACTIVE,
                base=0,
                author=SETUP.id,
                roles=(),
                reason="the founding of the store",
                now=now,
            )
            self._audit(tx, FOUNDED, new, SETUP, now)
            return new

    def draft(self, files: Mapping[str, str], person: Principal, reason: str) -> PolicyVersion:
        """Keep rules as a draft: all files of the set, name -> text.

        Raises AccessDeniedError for agents and for people without a deciding role, InvalidActionError
        without a reason, PolicyLoadError for rules that do not hold, and ConflictError for rules that are
        in force or drafted already.
        """
        self._bench.admit(person)
        check_first(person, "draft rules")
        if not reason.strip():
            raise InvalidActionError("say why the rules should change: whoever puts them in force reads it")
        with self._bench.db.writing() as tx:
            sha = self._checked(tx, files).sha
            self._refuse_known(tx, sha)
            now, present = self._bench.clock(), policy_versions.standing(tx, self._bench.tenant).active
            new = policy_versions.add(
                tx,
                self._bench.tenant,
                files,
                sha,
                Status.DRAFT,
                base=present[0] if present else 0,
                author=person.id,
                roles=[role.value for role in person.roles],
                reason=reason.strip(),
                now=now,
            )
            self._audit(tx, "policy.drafted", new, actor_of(person), now)
            return new

    def shadow(self, what: str, person: Principal) -> PolicyVersion:
        """Try a draft in the shadow; another one that was there is a draft again."""
        self._bench.admit(person)
        check_first(person, "try rules in the shadow")
        with self._bench.db.writing() as tx:
            version = self._proposed(tx, what)
            if version.status is Status.SHADOW:
                return version
            self._checked(tx, policy_versions.files(tx, self._bench.tenant, version.number))
            now = self._bench.clock()
            self._out_of_shadow(tx, person, now)
            moved = self._moved(tx, version, Status.SHADOW, shadow_since=now, shadow_by=person.id)
            self._audit(tx, "policy.shadowed", moved, actor_of(person), now)
            return moved

    def activate(
        self, what: str, person: Principal, replayed: Mapping[str, int] | None = None
    ) -> PolicyVersion:
        """Put a draft or the shadow in force: another person than its author, one of the two an admin.

        `replayed` are the counts of the replay that was looked at; they stand in the record. Raises
        AccessDeniedError as `check_second` does, ConflictError for rules that were drafted upon others than
        those in force, and PolicyLoadError for rules that do not hold any more.
        """
        self._bench.admit(person)
        with self._bench.db.writing() as tx:
            version, now = self._proposed(tx, what), self._bench.clock()
            alone = check_second(
                tx,
                self._bench.tenant,
                version.author,
                version.roles,
                person,
                now,
                f"put {version.name} in force",
            )
            present = self._active(tx)
            _refuse_overtaken(version, present)
            self._checked(tx, policy_versions.files(tx, self._bench.tenant, version.number))
            if present is not None:
                self._moved(tx, present, Status.RETIRED, ended_at=now)
            moved = self._moved(tx, version, Status.ACTIVE, activated_at=now, activated_by=person.id)
            more: dict[str, Any] = {
                "before": present.sha if present else None,
                "author": version.author,
                "replayed": dict(replayed or {}),
            }
            self._audit(
                tx, ACTIVATED, moved, actor_of(person), now, **more, **({"alone": True} if alone else {})
            )
            return moved

    def withdraw(self, what: str, person: Principal) -> PolicyVersion:
        """Give a draft or the shadow up: its author, or an admin."""
        self._bench.admit(person)
        with self._bench.db.writing() as tx:
            version, now = self._proposed(tx, what), self._bench.clock()
            if not person.is_human or (person.id != version.author and Role.ADMIN not in person.roles):
                raise AccessDeniedError(
                    f"{version.name} is by {version.author}; {person.name} may not take it back"
                )
            moved = self._moved(tx, version, Status.WITHDRAWN, ended_at=now)
            self._audit(tx, "policy.withdrawn", moved, actor_of(person), now)
            return moved

    def versions(self) -> list[PolicyVersion]:
        """Every version there ever was, by number."""
        with self._bench.db.reading() as snapshot:
            return policy_versions.listed(snapshot, self._bench.tenant)

    def version(self, what: str) -> PolicyVersion:
        """One version by its number or the beginning of its digest; raises NotFoundError."""
        with self._bench.db.reading() as snapshot:
            return policy_versions.named(snapshot, self._bench.tenant, what)

    def files(self, version: PolicyVersion) -> dict[str, str]:
        """The rule files of a version, name -> text."""
        with self._bench.db.reading() as snapshot:
            return policy_versions.files(snapshot, self._bench.tenant, version.number)

    def rules(self, version: PolicyVersion) -> PolicySet:
        """The rules of a version; raises PolicyLoadError if they are not what their digest says."""
        return read(self.files(version), version.name, version.sha)

    def compared(self, version: PolicyVersion) -> list[Compared]:
        """What the rules in force and these answered while these were in the shadow."""
        with self._bench.db.reading() as snapshot:
            return policy_versions.compared(snapshot, self._bench.tenant, version.sha)

    def _proposed(self, tx: Transaction, what: str) -> PolicyVersion:
        version = policy_versions.named(tx, self._bench.tenant, what)
        if version.status not in PROPOSED:
            raise ConflictError(f"{version.name} is {version.status.value}; draft it anew to change that")
        return version

    def _active(self, tx: Transaction) -> PolicyVersion | None:
        present = policy_versions.standing(tx, self._bench.tenant).active
        return policy_versions.get(tx, self._bench.tenant, present[0]) if present else None

    def _out_of_shadow(self, tx: Transaction, person: Principal, now: datetime) -> None:
        earlier = policy_versions.standing(tx, self._bench.tenant).shadow
        if earlier is not None:
            version = policy_versions.get(tx, self._bench.tenant, earlier[0])
            moved = self._moved(tx, version, Status.DRAFT, shadow_since=None, shadow_by=None)
            self._audit(tx, "policy.unshadowed", moved, actor_of(person), now)

    def _moved(
        self, tx: Transaction, version: PolicyVersion, status: Status, **changes: Any
    ) -> PolicyVersion:
        policy_versions.move(tx, self._bench.tenant, version, status, **changes)
        return policy_versions.get(tx, self._bench.tenant, version.number)

    def _refuse_known(self, tx: Transaction, sha: str) -> None:
        for one in policy_versions.standing_with(tx, self._bench.tenant, sha):
            raise ConflictError(
                f"these rules are {one.name} already, {one.status.value}; nothing was drafted"
            )

    def _checked(self, snapshot: Snapshot, files: Mapping[str, str]) -> PolicySet:
        """The rules of these files, if they hold; PolicyLoadError otherwise."""
        texts = tuple(sorted(files.items()))
        faults = kept_faults(texts, store_info(snapshot).home_currency)
        if faults:
            raise PolicyLoadError(f"these rules cannot be kept: {'; '.join(faults)}")
        return compiled(texts)

    def _audit(
        self,
        tx: Transaction,
        event: str,
        version: PolicyVersion,
        actor: chain.Actor,
        now: datetime,
        **more: Any,
    ) -> None:
        # The reason stands beside the version: the chain keeps no words that people type.
        body = {"version": version.number, "base": version.base, "status": version.status.value, **more}
        chain.append(tx, self._bench.tenant, now, actor, event, policy_sha=version.sha, body=body)


@lru_cache(maxsize=16)
def kept_faults(texts: tuple[tuple[str, str], ...], home: str) -> tuple[str, ...]:
    """`rule_faults` of rule files, worked out once: drafting, trying and activating all ask."""
    return tuple(rule_faults(compiled(texts), home))


def rule_faults(policies: PolicySet, home: str) -> list[str]:
    """Why rules must not come into force in a store with this home currency, in words; empty if nothing."""
    faults = [_spoken(one) for one in lint(policies) if one.severity is Severity.ERROR]
    failed = run_tests(policies).failed
    faults += [f"the test {one.name!r} of {one.kind} fails: {one.text}" for one in failed]
    codes = {code for kind in policies.kinds.values() for code in kind.currencies.values()}
    foreign = sorted(codes - {home})
    if foreign:
        faults.append(f"limits in {', '.join(foreign)}, but the store counts in {home}")
    return faults


def _spoken(finding: Finding) -> str:
    return f"{finding.rule} {finding.text}"


def _refuse_overtaken(version: PolicyVersion, present: PolicyVersion | None) -> None:
    if present is not None and version.base != present.number:
        raise ConflictError(
            f"{version.name} was drafted upon v{version.base}, and {present.name} has come into force since: "
            "draft it anew upon that"
        )
