"""Which rules are asked: those in force, and beside them the ones on trial.

A store keeps its rules in its own database, every version of them: what is in force is a row that two
people put there, so that no file on a disk changes what is allowed. A version that is not what its digest
says is refused, and with it every write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, runtime_checkable

from policies.model import PolicySet
from policies.rules import parse_policies
from policies.windows import Window
from shop.errors import PolicyLoadError
from shop.store.database import Snapshot
from tools.ledger import policy_versions
from tools.ledger.policy_versions import Standing

_log = logging.getLogger(__name__)
_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that count and, if there are any on trial, those: by digest even if they cannot be read."""

    active: PolicySet
    shadow: PolicySet | None = None
    shadow_sha: str = ""

    def shadow_windows(self, kind: str) -> tuple[Window, ...]:
        """The windows of a kind that only the rules on trial ask for."""
        if self.shadow is None:
            return ()
        known = {window.name for window in self.active.window_facts(kind)}
        return tuple(window for window in self.shadow.window_facts(kind) if window.name not in known)


@runtime_checkable
class Rulebook(Protocol):
    """Where the rules of a moment are found."""

    def at(self, snapshot: Snapshot) -> InForce:
        """The rules at the moment of a snapshot; raises PolicyLoadError."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """Rules that somebody hands in, with none on trial."""

    policies: Callable[[], PolicySet]

    def at(self, snapshot: Snapshot) -> InForce:  # noqa: ARG002 - these rules stand in no database
        """The rules at this moment."""
        return InForce(self.policies())


@dataclass(slots=True)
class StoredRules:
    """The rules as the store's database holds them, read again whenever another version counts."""

    tenant: str
    _seen: Standing | None = None
    _rules: InForce | None = field(default=None, repr=False)

    def at(self, snapshot: Snapshot) -> InForce:
        """The rules at the moment of a snapshot.

        Raises PolicyLoadError if there are none, or if they are not what their digest says.
        """
        standing = policy_versions.standing(snapshot, self.tenant)
        if self._rules is None or standing != self._seen:
            self._rules, self._seen = self._read(snapshot, standing), standing
        return self._rules

    def _read(self, snapshot: Snapshot, standing: Standing) -> InForce:
        if standing.active is None:
            raise PolicyLoadError(
                "this store has no rules in force, so every write is refused: shophand init"
            )
        active = self._version(snapshot, *standing.active)
        if standing.shadow is None:
            return InForce(active)
        try:
            return InForce(active, self._version(snapshot, *standing.shadow), standing.shadow[1])
        except PolicyLoadError as error:
            _log.warning("the rules on trial, v%s, cannot be read: %s", standing.shadow[0], error)
            return InForce(active, None, standing.shadow[1])

    def _version(self, snapshot: Snapshot, number: int, sha: str) -> PolicySet:
        files = policy_versions.files(snapshot, self.tenant, number)
        return read(files, f"v{number}", sha)


@lru_cache(maxsize=_KEPT)
def compiled(files: tuple[tuple[str, str], ...]) -> PolicySet:
    """The rules of files, (name, text) by name; read once however many versions have them."""
    return parse_policies(dict(files))


def read(files: Mapping[str, str], name: str, sha: str) -> PolicySet:
    """The rules of stored files; raises PolicyLoadError if they are not what their digest says."""
    policies = compiled(tuple(sorted(files.items())))
    if policies.sha != sha:
        raise PolicyLoadError(
            f"the stored rules {name} are not what was drafted: their digest is another one"
        )
    return policies
