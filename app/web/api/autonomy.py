"""Dials and the stop switch: one person tightens at once, two loosen."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from app.web.api.shapes import Id, In, Note, Out, Reason
from app.web.who import Caller, Decider, Opened
from policies.modes import Mode
from tools.desk import Loosening, Turned

router = APIRouter(tags=["autonomy"])


class LooseningOut(Out):
    """Somebody wants these switches on this value; it takes a second person."""

    id: str
    switches: list[str]
    value: str
    requester: str
    reason: str
    asked_at: datetime
    expires_at: datetime
    standing: str


class AutonomyOut(Out):
    """The dial of each kind of action, whether all is stopped, and what waits for a second person."""

    stopped: bool
    modes: dict[str, Mode]
    loosenings: list[LooseningOut]


class TurnedOut(Out):
    """What stands as asked, and the request that waits for another person."""

    done: list[str]
    request: LooseningOut | None


class ModeIn(In):
    """Where to turn a dial."""

    mode: Mode
    reason: Note = ""


class ReasonIn(In):
    """Why."""

    reason: Reason


@router.get("/autonomy", summary="Dials, stop switch, requests to loosen")
def shown(house: Opened, caller: Caller) -> AutonomyOut:
    """How far the assistant may go by itself."""
    del caller
    asked = [LooseningOut.model_validate(one) for one in house.desk.loosenings()]
    return AutonomyOut(stopped=house.desk.is_stopped(), modes=house.desk.modes(), loosenings=asked)


@router.put("/autonomy/modes/{kind}", summary="Turn one dial")
def turn(house: Opened, person: Decider, kind: Id, asked: ModeIn) -> TurnedOut:
    """Tighter at once; looser once another person confirms."""
    return _turned(house.desk.set_mode(kind, asked.mode, person, asked.reason))


@router.post("/autonomy/stop", summary="Stop all agents at once")
def stop(house: Opened, person: Decider, asked: ReasonIn) -> TurnedOut:
    """Nothing is carried out any more until two people resume."""
    return _turned(house.desk.stop_all(person, asked.reason))


@router.post("/autonomy/resume", summary="Ask to go on after a stop")
def resume(house: Opened, person: Decider, asked: ReasonIn) -> TurnedOut:
    """Takes a second person, as every loosening does."""
    return _turned(house.desk.resume(person, asked.reason))


@router.post("/autonomy/loosenings/{loosening_id}/confirm", summary="The second person's yes")
def confirm(house: Opened, person: Decider, loosening_id: Id) -> TurnedOut:
    """Let a request to loosen take effect."""
    return _turned(house.desk.confirm_loosening(loosening_id, person))


@router.post("/autonomy/loosenings/{loosening_id}/withdraw", summary="Give a loosening up")
def withdraw(house: Opened, person: Decider, loosening_id: Id) -> LooseningOut:
    """Whoever asked, or an admin."""
    gone: Loosening = house.desk.withdraw_loosening(loosening_id, person)
    return LooseningOut.model_validate(gone)


def _turned(turned: Turned) -> TurnedOut:
    asked = None if turned.request is None else LooseningOut.model_validate(turned.request)
    return TurnedOut(done=list(turned.done), request=asked)
