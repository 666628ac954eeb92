"""Time and ids, injected so that tests and replays choose them."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""

IdSource = Callable[[str], str]
"""Makes a new id from a prefix: ``new_id("act")`` gives ``act_01jd...``."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """The real present moment."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """A random id of 80 bits behind a prefix, unguessable and without look-alike letters."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))
