"""Sign in with a token or a one-time link, see where one is signed in, sign out here or everywhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from app.web.rendering import page
from app.web.who import (
    Posted,
    SignedIn,
    check_origin,
    cookie_settings,
    form_fields,
    sessions_of,
    visit_of,
    visitor_of,
)
from shop.errors import AccessDeniedError

router = APIRouter()


@router.get("/sign-in")
def show(request: Request, next: str = "/", key: str = "") -> Response:  # noqa: A002 - the query's name
    """The form; a one-time link fills it in, and only sending it uses the link up."""
    if visit_of(request) is not None and not key:
        return RedirectResponse(own_path(next), 303)
    return page(request, "sign_in.html", None, back=own_path(next), key=key[:100], fault="")


@router.post("/sign-in")
async def enter(request: Request) -> Response:
    """Exchange the token for a cookie."""
    check_origin(request)
    fields = await form_fields(request)
    token = (fields.get("token") or ("",))[-1]
    back = own_path((fields.get("next") or ("/",))[-1])
    try:
        cookie = await run_in_threadpool(sessions_of(request).sign_in, token, visitor_of(request))
    except AccessDeniedError as error:
        return await run_in_threadpool(_again, request, back, str(error))
    answer = RedirectResponse(back, 303)
    answer.set_cookie(value=cookie, **cookie_settings(request))
    return answer


@router.get("/account")
def account(request: Request, visit: SignedIn) -> Response:
    """Who one is here, what one may do, and where one is signed in."""
    sessions = sessions_of(request).open_with(visit)
    return page(request, "account.html", visit, person=visit.principal, sessions=sessions)


@router.post("/sign-out")
def leave(request: Request, form: Posted) -> Response:
    """End this session, or with ``everywhere`` all of this person."""
    sessions = sessions_of(request)
    if form.text("everywhere"):
        sessions.sign_out_everywhere(form.visit)
    else:
        sessions.sign_out(form.visit)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(**cookie_settings(request))
    return answer


def own_path(target: str) -> str:
    r"""A path of ours, whatever was asked for: nobody is sent to another site.

    >>> own_path("/approvals?kind=refund_order"), own_path("//evil.example"), own_path("https://evil.example")
    ('/approvals?kind=refund_order', '/', '/')
    >>> own_path("/\\evil.example"), own_path("/\tx")
    ('/', '/')
    """
    safe = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if safe and "\\" not in target else "/"


def _again(request: Request, back: str, fault: str) -> Response:
    return page(request, "sign_in.html", None, status=403, back=back, key="", fault=fault)
