"""The digest of an action that says something in somebody's own words.

A plain digest lets whoever knows the rest of an action confirm a guess of what was erased from it. So each
such text goes into the digest as a hash with a random salt of that action; the salt stands beside the
action and is erased together with the text, and what is left then confirms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shop.actions import KINDS, Action, canonical, digest_of


def says_anything(action: Action) -> bool:
    """Whether anybody's own words stand in an action."""
    return any(getattr(action, name) for name in action.free_text)


def digest_of_args(kind: str, args: Mapping[str, Any], tenant: str, salt: str | None) -> str:
    """SHA-256 (hex) under which an action is filed: its own if nobody said anything in it.

    With a salt, each text in own words is replaced by its salted hash.
    """
    if salt is None:
        return digest_of({"v": 1, "tenant": tenant, "kind": kind, "args": dict(args)})
    said = {name: _hashed(salt, name, str(args[name])) for name in KINDS[kind].free_text if args.get(name)}
    return digest_of({"v": 2, "tenant": tenant, "kind": kind, "args": {**args, **said}})


def _hashed(salt: str, field: str, text: str) -> str:
    return sha256(canonical([salt, field, text]).encode()).hexdigest()
