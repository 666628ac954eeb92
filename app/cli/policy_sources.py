"""What a command means by rules: the working copy, a file or directory, or a version of the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.bootstrap import House
from app.rule_versions import active_version
from policies.model import PolicySet
from policies.rules import draft_texts, parse_policies, rule_texts
from shop.errors import NotFoundError
from tools.ledger.policy_versions import Status

ACTIVE = Status.ACTIVE.value


@dataclass(frozen=True, slots=True)
class Source:
    """Rule files, name -> text, and what they are called."""

    name: str
    files: dict[str, str]

    def rules(self) -> PolicySet:
        """The rules, strictly read; raises PolicyLoadError."""
        return parse_policies(self.files)


def source_of(opened: House, what: str | None) -> Source:
    """The files that somebody means; without a word the working copy, or the rules in force without one.

    A file stands in the place of the file of its name among the rules in force. Raises NotFoundError and
    PolicyLoadError.
    """
    if what is None:
        directory = opened.policies_directory
        return Source(str(directory), rule_texts(directory)) if directory.is_dir() else in_force(opened)
    if what == ACTIVE:
        return in_force(opened)
    path = Path(what)
    if path.is_dir():
        return Source(what, rule_texts(path))
    if path.exists():
        return Source(what, draft_texts(in_force(opened).files, path))
    if path.suffix == ".yaml" or "/" in what:
        raise NotFoundError(f"there is no file {what}")
    version = opened.policymaking.version(what)
    return Source(version.name, opened.policymaking.files(version))


def in_force(opened: House) -> Source:
    """The rules in force."""
    version = active_version(opened)
    return Source(version.name, opened.policymaking.files(version))


def differs_from_active(opened: House) -> bool:
    """Whether the working copy holds other rules than those in force, or cannot be read."""
    if not opened.policies_directory.is_dir():
        return False
    return rule_texts(opened.policies_directory) != in_force(opened).files
