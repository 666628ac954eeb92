"""The setting that says which roles a group of the identity provider opens."""

from __future__ import annotations

from collections.abc import Mapping

from shop.errors import SetupError
from shop.people import Role


def roles_by_group(text: str) -> Mapping[str, frozenset[Role]]:
    """Groups with their roles, from ``buyers=operator+purchasing_manager, heads=admin``.

    Raises SetupError for a role that there is none of, a group named twice, or no group at all.

    >>> sorted(roles_by_group("buyers = operator + purchasing_manager")["buyers"])
    [<Role.OPERATOR: 'operator'>, <Role.PURCHASING_MANAGER: 'purchasing_manager'>]
    """
    found: dict[str, frozenset[Role]] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        group, mark, names = (each.strip() for each in part.rpartition("="))
        if not mark or not group or not names:
            raise SetupError(f"SHOPHAND_OIDC_ROLES: {part!r} does not look like GROUP=role+role")
        if group in found:
            raise SetupError(f"SHOPHAND_OIDC_ROLES: the group {group!r} stands there twice")
        found[group] = frozenset(_role(name.strip()) for name in names.split("+"))
    if not found:
        raise SetupError("SHOPHAND_OIDC_ROLES names no group, so nobody could sign in")
    return found


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise SetupError(f"SHOPHAND_OIDC_ROLES: {name!r} is no role; they are {', '.join(Role)}") from error
