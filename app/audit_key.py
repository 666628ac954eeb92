"""The key that signs heads of the audit chain: in the store's home, and never in its database or a log."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shop.errors import SetupError
from tools.ledger.head import KEY_BYTES

FILE: Final = "audit.key"


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The private file with the key, 64 hexadecimal digits in one line."""

    path: Path

    def make(self) -> None:
        """Make the key unless it is there; a key that is there is never replaced."""
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(secrets.token_hex(KEY_BYTES) + "\n")

    def read(self) -> bytes:
        """The key; raises SetupError without one, for a damaged one, and for one that others can read."""
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
            text = self.path.read_text(encoding="ascii")
            key = bytes.fromhex(text)
        except FileNotFoundError:
            raise SetupError(f"there is no key in {self.path}; make one with: shophand init") from None
        except ValueError:
            key = b""  # what stands in the file must not stand in the message
        if mode & 0o077:
            raise SetupError(f"others can read {self.path} (mode {mode:o}); run: chmod 600 {self.path}")
        if len(key) != KEY_BYTES:
            raise SetupError(f"{self.path} is damaged; restore it from a backup, for no other key will do")
        return key
