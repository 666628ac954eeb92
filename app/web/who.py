"""Who is at the door, for every route: a session's cookie or a token, and what a form must bring along.

A page asks for `SignedIn`, a form's route for `Posted`; the JSON API asks for `Caller`, for `Asker` where
something is asked for and for `Decider` where something is decided. A change that comes with a cookie needs
the session's own form value and must come from one of our pages; one that comes with a token carries no
cookie and needs neither.
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
from shop.store.people import Scope

COOKIE: Final = "shophand"
BOUND: Final = "__Host-"
"""Before a cookie's name: browsers then take it over TLS from this very host only (RFC 6265bis, 4.1.3.2).

Without it another host of the same domain could put its own session into somebody's browser.
"""

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


def visit_of(request: Request) -> Visit | None:
    """Who comes with this request's cookie; None for anybody who is not signed in."""
    return sessions_of(request).visit(request.cookies.get(cookie_settings(request)["key"]))


def signed_in(request: Request) -> Visit:
    """Who looks at this page; raises SignInNeededError."""
    visit = visit_of(request)
    if visit is None:
        raise SignInNeededError("sign in first")
    request.state.person = visit.principal.id  # for the log
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


@dataclass(frozen=True, slots=True)
class Called:
    """Who calls the API; `visit` is None for a token, whose `scope` may be narrower than its person."""

    principal: Principal
    scope: Scope
    visit: Visit | None = None


def caller(request: Request) -> Principal:
    """Who calls the API, by token or by cookie; raises SignInNeededError for a credential that is none."""
    return called(request).principal


def asker(request: Request) -> Principal:
    """Who asks for something; raises AccessDeniedError for a token that may only read."""
    found = _changing(request)
    if found.scope is Scope.READ:
        raise AccessDeniedError("this token may only read; it takes the scope ask or full")
    return found.principal


def decider(request: Request) -> Principal:
    """Who decides or turns something; the desk asks for roles, this for a token of full scope."""
    found = _changing(request)
    if found.scope is not Scope.FULL:
        raise AccessDeniedError(f"this token may only {found.scope.value}; it takes the scope full")
    return found.principal


SignedIn = Annotated[Visit, Depends(signed_in)]
Posted = Annotated[Form, Depends(posted)]
Caller = Annotated[Principal, Depends(caller)]
Asker = Annotated[Principal, Depends(asker)]
Decider = Annotated[Principal, Depends(decider)]
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


def called(request: Request) -> Called:
    """The credential of a call; raises SignInNeededError."""
    found = _by_token(request) or _by_cookie(request)
    request.state.person = found.principal.id  # for the log
    return found


def _by_token(request: Request) -> Called | None:
    header = request.headers.get("authorization", "")
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInNeededError("the header looks like this: Authorization: Bearer shp_...")
    try:
        return Called(*house_of(request).people.credential(token))
    except AccessDeniedError as error:
        raise SignInNeededError(str(error)) from error


def _by_cookie(request: Request) -> Called:
    visit = visit_of(request)
    if visit is None:
        raise SignInNeededError("send a token: Authorization: Bearer shp_...")
    return Called(visit.principal, Scope.FULL, visit)


def _changing(request: Request) -> Called:
    """The credential of a change: one that comes with a cookie needs the session's form value too."""
    found = called(request)
    if found.visit is not None:
        check_origin(request)
        check_form_value(found.visit, request.headers.get(FORM_HEADER, ""))
    return found


def cookie_settings(request: Request, name: str = COOKIE) -> dict[str, Any]:
    """How a cookie is set: for our pages only, out of reach of scripts, over TLS bound to this host."""
    secure = request.url.scheme == "https"
    return {
        "key": f"{BOUND}{name}" if secure else name,
        "httponly": True,
        "samesite": "lax",
        "secure": secure,
        "path": "/",
    }
