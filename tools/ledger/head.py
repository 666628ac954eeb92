"""The signed head: the last hash of the chain, signed with a key that the database does not hold.

Kept outside the machine it proves two things that the chain alone cannot: that its end was not cut off,
and that nobody who can write the whole table, triggers and hashes included, wrote it anew.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from shop.actions import canonical
from shop.errors import AuditBrokenError
from shop.store.columns import UtcText
from shop.store.database import Snapshot
from tools.ledger import chain
from tools.ledger.chain import AuditReport

KEY_BYTES: Final = 32
SCHEMA: Final = "shophand.audit_head/1"


@dataclass(frozen=True, slots=True)
class Head:
    """The hash of entry number `entries` of a tenant's chain; `at` is the UTC moment of signing as text."""

    tenant: str
    entries: int
    head: str
    at: str


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with the HMAC-SHA256 (RFC 2104) of its canonical JSON (RFC 8785), in hex."""

    head: Head
    signature: str

    def as_json(self) -> str:
        """One JSON document to keep outside."""
        return json.dumps({"schema": SCHEMA, **asdict(self.head), "signature": self.signature}, indent=2)


def sign(head: Head, key: bytes) -> SignedHead:
    """Sign a head; raises ValueError for a key that is not of 32 bytes."""
    return SignedHead(head, _signature(head, key))


def sign_present(snapshot: Snapshot, tenant: str, now: datetime, key: bytes) -> SignedHead:
    """Verify the whole chain and sign its head; raises AuditBrokenError for a chain that does not hold."""
    report = chain.verify(snapshot, tenant)
    at = UtcText().process_bind_param(now, snapshot.dialect) or ""
    return sign(Head(tenant, report.entries, report.head, at), key)


def parse(text: str) -> SignedHead:
    """The inverse of `SignedHead.as_json`; raises AuditBrokenError in words for anything else."""
    try:
        body = json.loads(text)
        return _parsed(body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditBrokenError("this is no signed head as `audit head` writes it", 0) from error


def verify(snapshot: Snapshot, tenant: str, signed: SignedHead, key: bytes) -> AuditReport:
    """Check the signature, the whole chain, and that the chain still holds the head at its entry.

    Raises AuditBrokenError; entries that were cut off are named.
    """
    if not hmac.compare_digest(_signature(signed.head, key), signed.signature):
        raise AuditBrokenError("the signed head was changed, or signed with another key", 0)
    if signed.head.tenant != tenant:
        raise AuditBrokenError(f"the signed head is of {signed.head.tenant!r}, not of {tenant!r}", 0)
    # An empty chain has no entry to look for; its head is the beginning of every chain.
    known = signed.head.head if signed.head.entries else None
    return chain.verify(snapshot, tenant, known_head=known, known_entries=signed.head.entries)


def _parsed(body: dict[str, Any]) -> SignedHead:
    if body.pop("schema") != SCHEMA:
        raise ValueError("another schema")
    signature = body.pop("signature")
    head = Head(**body)
    texts = (head.tenant, head.head, head.at, signature)
    if not all(isinstance(one, str) for one in texts) or type(head.entries) is not int or head.entries < 0:
        raise ValueError("another type")
    if not signature.isascii():
        raise ValueError("not in hex")
    return SignedHead(head, signature)


def _signature(head: Head, key: bytes) -> str:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return hmac.new(key, canonical(asdict(head)).encode(), sha256).hexdigest()
