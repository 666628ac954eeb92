"""Who is at the door, for every route: a session's cookie or a token, and what a form must bring along.

A page asks for `SignedIn`, a form's route for `Posted`; the JSON API asks for `Caller`, and for `Writer`
where it changes something. A change that comes with a cookie needs the session's own form value and must
come from one of our pages; one that comes with a token carries no cookie and needs neither.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.bootstrap import House
from app.web.sessions import Sessions, Visit
from shop.errors import AccessDeniedError, InvalidActionError
from shop.people import Principal, Role

COOKIE: Final = "shophand"
FORM_FIELD: Final = "csrf"
FORM_HEADER: Final = "x-csrf-token"
LONGEST_FIELD: Final = 300_000
"""Letters; a rule file is the longest thing that people send."""

STALE_FORM: Final = "this form is of an earlier sign-in, or came from another site; open the page again"


class SignInNeededError(AccessDeniedError):
    """A page was asked for by somebody who is not signed in."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent by somebody signed in, from one of our own pages."""

    visit: Visit
    fields: Mapping[str, tuple[str, ...]]

    @property
    def person(self) -> Principal:
        """Who sent it."""
        return self.visit.principal

    def text(self, name: str, default: str = "") -> str:
        """The one value of a field, without the spaces around it."""
        found = self.fields.get(name, ())
        return found[-1].strip() if found else default

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field that may be there several times, such as a row of ticks."""
        return tuple(value.strip() for value in self.fields.get(name, ()))

    def required(self, name: str, what: str) -> str:
        """The value of a field; raises InvalidActionError naming `what` is missing."""
        value = self.text(name)
        if not value:
            raise InvalidActionError(f"{what} is missing")
        return value


def house_of(request: Request) -> House:
    """The store behind this server."""
    house: House = request.app.state.house
    return house


def sessions_of(request: Request) -> Sessions:
    """The sign-ins of that store."""
    house = house_of(request)
    return Sessions(house.db, house.clock)


def visitor_of(request: Request) -> str:
    """The address that asks, as the server sees it."""
    return request.client.host if request.client else "local"


def signed_in(request: Request) -> Visit:
    """Who looks at this page; raises SignInNeededError."""
    visit = sessions_of(request).visit(request.cookies.get(COOKIE))
    if visit is None:
        raise SignInNeededError("sign in first")
    return visit


async def posted(request: Request, visit: Annotated[Visit, Depends(signed_in)]) -> Form:
    """The fields of a form from one of our pages; raises AccessDeniedError for any other."""
    check_origin(request)
    fields = await form_fields(request)
    check_form_value(visit, (fields.get(FORM_FIELD) or ("",))[-1])
    return Form(visit, fields)


async def form_fields(request: Request) -> dict[str, tuple[str, ...]]:
    """The text fields of a form; raises InvalidActionError for files and overlong values."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str):
            raise InvalidActionError(f"the field {name!r} is a file; this form takes text")
        if len(value) > LONGEST_FIELD:
            raise InvalidActionError(f"the field {name!r} has over {LONGEST_FIELD:,} letters")
        found[name] = (*found.get(name, ()), value)
    return found


def caller(request: Request) -> Principal:
    """Who calls the API, by token or by cookie; raises AccessDeniedError."""
    return _called(request)[0]


def writer(request: Request) -> Principal:
    """Who changes something through the API; a cookie alone does not do."""
    principal, visit = _called(request)
    if visit is not None:
        check_origin(request)
        check_form_value(visit, request.headers.get(FORM_HEADER, ""))
    return principal


SignedIn = Annotated[Visit, Depends(signed_in)]
Posted = Annotated[Form, Depends(posted)]
Caller = Annotated[Principal, Depends(caller)]
Writer = Annotated[Principal, Depends(writer)]
Opened = Annotated[House, Depends(house_of)]


def check_origin(request: Request) -> None:
    """A change must come from our own pages; raises AccessDeniedError.

    Browsers say where a request comes from in ``Sec-Fetch-Site`` and ``Origin``; one that says neither is
    no browser that could be led astray, and still needs the form's value.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in {None, "same-origin"} or (
        origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    ):
        raise AccessDeniedError(STALE_FORM)


def check_form_value(visit: Visit, value: str) -> None:
    """The form must be one that this session was given; raises AccessDeniedError."""
    if not hmac.compare_digest(value.encode(), visit.csrf.encode()):
        raise AccessDeniedError(STALE_FORM)


def may_operate(principal: Principal) -> bool:
    """Whether somebody may do more than look."""
    return bool(principal.roles - {Role.VIEWER})


def require(principal: Principal, *roles: Role) -> None:
    """Raises AccessDeniedError unless somebody holds one of the roles."""
    if not principal.roles & set(roles):
        raise AccessDeniedError(f"this takes the role {' or '.join(roles)}; you are {_names(principal)}")


def _names(principal: Principal) -> str:
    return ", ".join(sorted(principal.roles))


def _called(request: Request) -> tuple[Principal, Visit | None]:
    header = request.headers.get("authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AccessDeniedError("the header looks like this: Authorization: Bearer shp_...")
        return house_of(request).people.principal_for(token), None
    visit = sessions_of(request).visit(request.cookies.get(COOKIE))
    if visit is None:
        raise SignInNeededError("send a token: Authorization: Bearer shp_...")
    return visit.principal, visit


def cookie_settings(request: Request) -> dict[str, Any]:
    """How the session's cookie is set: for our pages only, out of reach of scripts."""
    return {
        "key": COOKIE,
        "httponly": True,
        "samesite": "lax",
        "secure": request.url.scheme == "https",
        "path": "/",
    }
