"""Tables of the doors: tokens, who is signed in, who tried in vain, and notices on their way out."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from shop.store.columns import UtcText
from shop.store.schema import metadata

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of a 160-bit random token; the token is not kept
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", UtcText, nullable=False),
    Column("expires_at", UtcText),
    Column("revoked_at", UtcText),
    Column("scope", String(8), nullable=False, server_default="full"),  # full | ask | read | link
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie; the cookie itself is not kept
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("how", String(16), nullable=False),  # token | link | oidc
    Column("created_at", UtcText, nullable=False),
    Column("seen_at", UtcText, nullable=False),
    Column("expires_at", UtcText, nullable=False),
    Column("ended_at", UtcText),
)

identities = Table(
    "identities",  # who signs in through an identity provider
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("created_at", UtcText, nullable=False),
    UniqueConstraint("person", name="identities_one_each"),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("visitor", String(64), nullable=False),  # SHA-256 of the address
    Column("at", UtcText, nullable=False),
)
Index("failed_by_visitor", failed_sign_ins.c.visitor, failed_sign_ins.c.at)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(100), nullable=False),  # what it is about: the same is told once on each channel
    Column("channel", String(16), nullable=False),  # mail | slack | webhook
    Column("body", Text, nullable=False),
    Column("created_at", UtcText, nullable=False),
    Column("next_at", UtcText),  # empty once it is sent or given up
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcText),
    Column("fault", Text, nullable=False),
    UniqueConstraint("key", "channel", name="notices_once"),
)
Index("notices_due", notices.c.next_at)
