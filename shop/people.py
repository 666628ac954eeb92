"""Who acts: a principal comes from a credential or the session, never from a tool's arguments."""

from dataclasses import dataclass
from enum import StrEnum

from shop.money import Money


class Kind(StrEnum):
    """What stands behind a credential."""

    HUMAN = "human"
    AGENT = "agent"
    SYSTEM = "system"


class Role(StrEnum):
    """What somebody may do. Only humans may hold approving roles."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    PURCHASING_MANAGER = "purchasing_manager"
    PRICING_MANAGER = "pricing_manager"
    INVENTORY_MANAGER = "inventory_manager"
    SUPPORT_LEAD = "support_lead"
    FINANCE = "finance"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody as the session knows them.

    `on_behalf_of` is the person for whom an agent acts: neither of the two may approve the request.
    `limit` is the largest amount this person may approve; None means no amount limit. `tenant` is the one
    whose credential was shown; None stands for somebody whom the desk's own process made, such as an agent.
    """

    id: str
    name: str
    kind: Kind
    roles: frozenset[Role]
    on_behalf_of: str | None = None
    limit: Money | None = None
    tenant: str | None = None

    @property
    def is_human(self) -> bool:
        """Only a human's decision counts as an approval."""
        return self.kind is Kind.HUMAN
