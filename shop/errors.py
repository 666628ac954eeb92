"""Every error Shophand raises on purpose.

ShopError
├── NotFoundError            an id or name matches nothing in this store
├── AmbiguousError           a name matches several records; the candidates are listed
├── ConflictError            the record changed since it was read, or the key was used for something else
├── InvalidActionError       the action can never be valid, whoever asks
├── MoneyError               an amount is not exact money
│   └── CurrencyMismatchError    two currencies meet without a dated rate
├── ToolInputError           the model may correct the arguments and try again
├── ImportFileError          a file cannot be imported at all (single bad rows are counted, not raised)
├── PolicyLoadError          a rule file is wrong; says where and what was expected
├── AuditBrokenError         the audit chain does not verify; says at which entry
├── AccessDeniedError        this person may not do this
├── SetupError               the installation lacks something; says how to get it
├── ModelError               the language model gave no usable answer
│   ├── ModelUnavailableError    it could not be reached, after all retries
│   └── CapReachedError          a cap on steps, tokens, money or time was reached
└── StoreError               the database refused or could not be reached

What a policy decides (allow, needs approval, deny) is a value, never an error.
"""

from collections.abc import Sequence


class ShopError(Exception):
    """Anything Shophand refuses on purpose; the message says what, where and what to do."""


class NotFoundError(ShopError):
    """An id or name matches nothing in this store."""


class AmbiguousError(ShopError):
    """A name matches several records of this store."""

    def __init__(self, message: str, candidates: Sequence[str]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class ConflictError(ShopError):
    """The record changed since it was read, or an idempotency key was used for something else."""


class InvalidActionError(ShopError):
    """The action can never be valid, whoever asks."""


class MoneyError(ShopError):
    """An amount is not exact money: wrong type, too many decimals, unknown currency, out of bounds."""


class CurrencyMismatchError(MoneyError):
    """Two currencies meet where no dated rate was given."""


class ToolInputError(ShopError):
    """A tool was called with arguments that the model may correct and try again."""


class ImportFileError(ShopError):
    """A file cannot be imported at all; single bad rows are counted instead."""


class PolicyLoadError(ShopError):
    """A rule file is wrong; the message says where and what was expected."""


class AuditBrokenError(ShopError):
    """The audit chain does not verify."""

    def __init__(self, message: str, at_entry: int) -> None:
        super().__init__(message)
        self.at_entry = at_entry


class AccessDeniedError(ShopError):
    """This person, or this credential, may not do this."""


class SetupError(ShopError):
    """The installation lacks something; the message names the remedy."""


class ModelError(ShopError):
    """The language model gave no usable answer."""


class ModelUnavailableError(ModelError):
    """The language model could not be reached, after all retries."""


class CapReachedError(ModelError):
    """A cap on steps, tokens, money or time was reached."""


class StoreError(ShopError):
    """The database refused, or could not be reached."""
