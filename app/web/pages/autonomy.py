"""How far the assistant may go by itself: a dial for each kind of action, and the stop switch.

One person tightens at once, from any page. What loosens is asked for, and another person confirms it.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.web.notes import back_to, note_of
from app.web.pages.sign_in import own_path
from app.web.rendering import page
from app.web.who import Opened, Posted, SignedIn
from policies.modes import Mode
from shop.errors import InvalidActionError
from tools.desk import Turned

router = APIRouter()


@router.get("/autonomy")
def shown(request: Request, house: Opened, visit: SignedIn) -> Response:
    """All dials, and what waits for a second person."""
    return page(
        request,
        "autonomy.html",
        visit,
        modes=house.desk.modes(),
        choices=[mode.value for mode in Mode],
        asked=house.desk.loosenings(),
        note=note_of(request, visit),
    )


@router.post("/autonomy")
def turn(house: Opened, form: Posted) -> Response:
    """Turn one dial."""
    mode = form.required("mode", "the mode")
    if mode not in {each.value for each in Mode}:
        raise InvalidActionError(f"{mode!r} is no mode; they are {', '.join(Mode)}")
    kind = form.required("kind", "the kind of action")
    turned = house.desk.set_mode(kind, Mode(mode), form.person, form.text("reason"))
    return back_to("/autonomy", _in_words(turned), form.visit)


@router.post("/autonomy/{request_id}/confirm")
def confirm(house: Opened, form: Posted, request_id: str) -> Response:
    """The second person's yes to a loosening."""
    return back_to("/autonomy", _in_words(house.desk.confirm_loosening(request_id, form.person)), form.visit)


@router.post("/autonomy/{request_id}/withdraw")
def withdraw(house: Opened, form: Posted, request_id: str) -> Response:
    """Give a loosening up."""
    gone = house.desk.withdraw_loosening(request_id, form.person)
    return back_to("/autonomy", f"{gone.id} is withdrawn", form.visit)


@router.post("/stop")
def stop(house: Opened, form: Posted) -> Response:
    """Stop all agents at once."""
    reason = form.text("reason") or f"stopped from the pages by {form.person.name}"
    house.desk.stop_all(form.person, reason)
    return RedirectResponse(own_path(form.text("back", "/")), 303)


@router.post("/resume")
def resume(house: Opened, form: Posted) -> Response:
    """Ask to go on after a stop; takes two people, as every loosening does."""
    turned = house.desk.resume(form.person, form.required("reason", "the reason"))
    return back_to("/autonomy", _in_words(turned), form.visit)


def _in_words(turned: Turned) -> str:
    if turned.request is not None:
        return f"{turned.request.id} waits for a second person to confirm it"
    return f"done: {', '.join(name.replace('_', ' ') for name in turned.done) or 'it stood so already'}"
