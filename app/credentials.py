"""Tokens of the people who work at this machine, in one private file of the store's home."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.auth import People
from shop.errors import AccessDeniedError, SetupError
from shop.people import Principal
from shop.store.people import Scope

FILE: Final = "credentials.toml"
_HEAD: Final = (
    "# Tokens of the people at this machine: whoever can read this file can act as them.\n[tokens]\n"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The private file: readable by its owner only, replaced in one step."""

    path: Path

    def tokens(self) -> dict[str, str]:
        """The token of each person; raises SetupError for a damaged file or one that others can read."""
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        if mode & 0o077:
            raise SetupError(f"others can read {self.path} (mode {mode:o}); run: chmod 600 {self.path}")
        try:
            tokens = tomllib.loads(text)["tokens"]
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise SetupError(f"{self.path} is damaged ({error}); issue new tokens: people token") from error
        return {str(name): str(token) for name, token in tokens.items()}

    def keep(self, added: Mapping[str, str]) -> None:
        """Add or replace tokens."""
        self._write({**self.tokens(), **added})

    def forget(self, person: str) -> None:
        """Remove the token of somebody."""
        self._write({name: token for name, token in self.tokens().items() if name != person})

    def _write(self, tokens: Mapping[str, str]) -> None:
        """Ids and tokens are letters, digits, - and _ only, so each is a bare key and a plain string."""
        lines = "".join(f'{name} = "{token}"\n' for name, token in sorted(tokens.items()))
        draft = self.path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_HEAD + lines)
        draft.replace(self.path)


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Says who acts in a command: ``--as``, else ``SHOPHAND_TOKEN``, else the one person who may."""

    people: People
    credentials: Credentials
    token: str | None

    def somebody(self, name: str | None, may: Callable[[Principal], bool], task: str) -> Principal:
        """The principal of this command; `task` completes the sentence "... may not".

        Somebody who is named by ``--as`` or by a token is taken as they are: the desk refuses what they
        may not do. Without a name, one person must be the only one at this machine who may. Raises
        AccessDeniedError.
        """
        if name is not None:
            return self.people.principal_for(self._token_of(name))
        if self.token:
            return self.people.principal_for(self.token)
        able = [person for person in self._at_this_machine() if may(person)]
        if len(able) == 1:
            return able[0]
        if not able:
            raise AccessDeniedError(f"nobody whose token is on this machine may {task}; set SHOPHAND_TOKEN")
        names = " or ".join(f"--as {person.id}" for person in able)
        raise AccessDeniedError(f"several people at this machine may {task}; say who you are: {names}")

    def entrusted(self, name: str | None, may: Callable[[Principal], bool], task: str) -> Principal:
        """As `somebody`, for commands behind which no desk stands: who may not, or not in full, is refused.

        A token for reading or asking only is no key to more than that. Raises AccessDeniedError.
        """
        token = self.token if name is None else self._token_of(name)
        if not token:
            return self.somebody(name, may, task)
        person, scope = self.people.credential(token)
        if not may(person):
            raise AccessDeniedError(f"{person.name} may not {task}")
        if scope is not Scope.FULL:
            raise AccessDeniedError(
                f"this token of {person.name} may not {task}: it is for {scope.value} only"
            )
        return person

    def _token_of(self, name: str) -> str:
        tokens = self.credentials.tokens()
        if name not in tokens:
            known = ", ".join(sorted(tokens)) or "nobody"
            raise AccessDeniedError(f"this machine has no token of {name!r}, only of: {known}")
        return tokens[name]

    def _at_this_machine(self) -> list[Principal]:
        found = []
        for token in self.credentials.tokens().values():
            try:
                found.append(self.people.principal_for(token))
            except AccessDeniedError:
                continue  # revoked or expired: not somebody who may act, and `people list` shows it
        return found
