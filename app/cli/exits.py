"""Exit codes: the contract of docs/reference/exit-codes.md."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from shop.errors import (
    AccessDeniedError,
    AmbiguousError,
    ConflictError,
    InvalidActionError,
    MoneyError,
    NotFoundError,
    PolicyLoadError,
    SetupError,
    ShopError,
    ToolInputError,
)


class Code(IntEnum):
    """What a command tells the program that called it."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    ACCESS = 4
    CONFLICT = 5
    REFUSED = 6
    WAITING = 7
    EVALUATION = 8


_OF_ERROR: Final[tuple[tuple[type[ShopError], Code], ...]] = (
    (NotFoundError, Code.NOT_FOUND),
    (AmbiguousError, Code.USAGE),
    (ToolInputError, Code.USAGE),
    (InvalidActionError, Code.USAGE),
    (MoneyError, Code.USAGE),
    (ConflictError, Code.CONFLICT),
    (AccessDeniedError, Code.ACCESS),
    (SetupError, Code.ACCESS),
    (PolicyLoadError, Code.ACCESS),
)

_OF_STATE: Final = {
    "observed": Code.OK,
    "denied": Code.REFUSED,
    "pending": Code.WAITING,
    "approved": Code.WAITING,
    "rejected": Code.OK,
    "expired": Code.CONFLICT,
    "withdrawn": Code.OK,
    "superseded": Code.OK,
    "stale": Code.CONFLICT,
    "executing": Code.FAILED,
    "executed": Code.OK,
    "failed": Code.FAILED,
    "unknown": Code.FAILED,
}


def code_of_error(error: ShopError) -> Code:
    """The exit code of an error; whatever is not listed has failed."""
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), Code.FAILED)


def code_of_state(state: str) -> Code:
    """The exit code of an action that ended up in a state."""
    return _OF_STATE[state]


def code_of_all(codes: Iterable[Code]) -> Code:
    """One exit code for several results: ok if all are, else conflict if any is, else the one they share.

    A conflict means that somebody else was faster or the world moved on: it is what a script must look at
    again. Results that differ otherwise have failed.

    >>> code_of_all([Code.OK, Code.CONFLICT]), code_of_all([Code.REFUSED, Code.CONFLICT])
    (<Code.CONFLICT: 5>, <Code.CONFLICT: 5>)
    >>> code_of_all([Code.REFUSED, Code.ACCESS]), code_of_all([Code.OK, Code.ACCESS]), code_of_all([])
    (<Code.FAILED: 1>, <Code.ACCESS: 4>, <Code.OK: 0>)
    """
    bad = set(codes) - {Code.OK}
    if not bad:
        return Code.OK
    if Code.CONFLICT in bad:
        return Code.CONFLICT
    return bad.pop() if len(bad) == 1 else Code.FAILED
