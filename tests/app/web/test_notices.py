"""Notices: what is told, once, by mail, chat and webhook; what fails is tried again."""

import hashlib
import hmac
import json
import socket
import threading
from asyncio import AbstractServer
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Mailbox
from aiosmtpd.smtp import AuthResult

from app.bootstrap import House
from app.notices import channels
from app.notices.channels import SIGNATURE, channels_of
from app.notices.sending import PAUSES, Notifier
from app.settings import Settings
from shop.errors import SetupError
from shop.store import notices
from shop.store.database import Database
from tests.app.conftest import Shophand
from tests.app.web.conftest import SignIn
from tools.desk import State

LATER = timedelta(hours=65)
"""An approval lives 72 hours: so much later it expires in seven."""
LONDON = ZoneInfo("Europe/London")
LAST_HOUR = 23


@dataclass
class Heard:
    """What a receiver was sent; `status` is what it answers."""

    url: str = ""
    status: int = 204
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Heard]:
    """An HTTP server that keeps what it is sent."""
    heard = Heard()

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            heard.signatures.append(self.headers.get(SIGNATURE, ""))
            self.send_response(heard.status)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        heard.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


class Kept(Mailbox):
    """A mailbox."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        """Keep a mail."""
        self.mails.append(message)


class Bound(Controller):
    """A mail server at a socket that is bound already: nobody else can take its port."""

    listener: socket.socket

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        served = self.loop.create_server(self._factory_invoker, sock=self.listener, ssl=self.ssl_context)
        return cast("Coroutine[Any, Any, AbstractServer]", served)


@contextmanager
def mailbox(**options: Any) -> Iterator[tuple[Kept, int]]:
    """A mail server and its port."""
    kept = Kept()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    controller = Bound(kept, ready_timeout=60, hostname=host, port=port, **options)
    controller.listener = listener
    controller.start()
    yield kept, port
    controller.stop()


@pytest.fixture
def postbox() -> Iterator[tuple[Kept, str]]:
    """A mail server and its address."""
    with mailbox() as (kept, port):
        yield kept, f"smtp://127.0.0.1:{port}"


Tell = Callable[..., tuple[int, int]]


@pytest.fixture
def tell(house: House) -> Tell:
    """Look once for what is due and send it, with these settings and so much later.

    The digest is due at any hour, and no look is in the hour before midnight, where the next one could find
    a second digest due: so the time of day at which a test runs changes nothing.
    """
    began = house.clock()
    if (began + LATER).astimezone(LONDON).hour == LAST_HOUR:
        began += timedelta(hours=1)

    def once(later: timedelta = LATER, **settings: str) -> tuple[int, int]:
        common = {"home": house.home, "public_url": "https://desk.example", "notify_digest_hour": "0"}
        chosen = Settings.load({**common, **settings})
        again = House(chosen, Database(house.settings.store_url), lambda: began + later)
        try:
            return Notifier(again, channels_of(chosen, again.clock), sleep=lambda _: None).once()
        finally:
            again.db.close()

    return once


def test_an_approval_that_expires_soon_is_told_by_mail(
    tell: Tell, waiting: str, postbox: tuple[Kept, str]
) -> None:
    """The mail names the request, its reason and its worth, and leads to its page."""
    kept, url = postbox
    assert tell(smtp_url=url, notify_from="desk@shop.example", notify_to="ann@shop.example") == (2, 0)
    urgent = next(one for one in kept.mails if str(one["subject"]).strip().startswith(waiting))
    text = str(urgent.get_payload())
    assert "1080.00" in text.replace(",", "")
    assert f"https://desk.example/approvals/{waiting}" in text


def test_a_password_is_not_sent_in_the_clear(
    tell: Tell, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server elsewhere that takes names and passwords without encryption gets none of them."""
    assert waiting
    monkeypatch.setattr(channels, "LOCAL", frozenset())
    to = {"notify_from": "desk@shop.example", "notify_to": "ann@shop.example"}
    with mailbox(auth_require_tls=False, authenticator=lambda *_: AuthResult(success=True)) as (kept, port):
        assert tell(smtp_url=f"smtp://desk:secret@127.0.0.1:{port}", **to) == (0, 2)
        assert kept.mails == []


def test_what_was_told_is_not_told_again(tell: Tell, waiting: str, receiver: Heard) -> None:
    """Looking a second time tells nothing."""
    tell(slack_webhook=receiver.url)
    told = len(receiver.bodies)
    assert waiting
    assert told > 0
    assert tell(slack_webhook=receiver.url) == (0, 0)
    assert len(receiver.bodies) == told


def test_what_is_not_urgent_waits_for_the_digest(tell: Tell, waiting: str, receiver: Heard) -> None:
    """An approval with days to go is in the digest only."""
    tell(timedelta(), slack_webhook=receiver.url)
    (body,) = receiver.bodies
    assert "1 request waits for a decision" in json.loads(body)["text"]
    assert waiting in json.loads(body)["text"]


def test_a_webhook_is_signed(tell: Tell, waiting: str, receiver: Heard) -> None:
    """The receiver can compute the signature over time and body with the secret."""
    tell(webhook_url=receiver.url, webhook_secret="between-us")
    at, _, signed = receiver.signatures[0].removeprefix("t=").partition(",v1=")
    expected = hmac.new(b"between-us", f"{at}.".encode() + receiver.bodies[0], hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signed, expected)
    assert any(json.loads(body)["id"] == f"approval:{waiting}" for body in receiver.bodies)


def test_every_attempt_is_signed_at_its_own_moment(tell: Tell, waiting: str, receiver: Heard) -> None:
    """A notice that is sent again an hour later says so, or a receiver would take it for a replay."""
    assert waiting
    receiver.status = 503
    hook = {"webhook_url": receiver.url, "webhook_secret": "between-us"}
    tell(**hook)
    first = receiver.signatures[0].partition(",")[0]
    receiver.signatures.clear()
    tell(LATER + PAUSES[0] + timedelta(seconds=5), **hook)
    assert receiver.signatures[0].partition(",")[0] > first


def urgent(receiver: Heard) -> int:
    """How many times it was told of the one request; digests, a new one each day, do not count."""
    return sum("waits for a decision" not in json.loads(body)["text"] for body in receiver.bodies)


@pytest.mark.parametrize("status", [500, 302])
def test_a_failure_is_tried_again_until_it_is_given_up(
    tell: Tell, waiting: str, receiver: Heard, house: House, status: int
) -> None:
    """A receiver that refuses, or sends elsewhere, is asked again later; after the last pause no more."""
    assert waiting
    receiver.status = status
    later = LATER
    assert tell(later, slack_webhook=receiver.url)[1] > 0
    for pause in PAUSES:
        later += pause
        heard = urgent(receiver)
        tell(later - timedelta(seconds=5), slack_webhook=receiver.url)
        assert urgent(receiver) == heard
        tell(later + timedelta(seconds=5), slack_webhook=receiver.url)
        later += timedelta(seconds=5)
    with house.db.reading() as snapshot:
        assert notices.given_up(snapshot) > 0


def test_a_receiver_that_recovers_gets_its_notice(tell: Tell, waiting: str, receiver: Heard) -> None:
    """What failed once arrives with the next look after the pause."""
    assert waiting
    receiver.status = 503
    _, failed = tell(slack_webhook=receiver.url)
    receiver.status = 200
    assert failed > 0
    assert tell(LATER + PAUSES[0] + timedelta(seconds=5), slack_webhook=receiver.url) == (failed, 0)


def test_a_link_of_a_notice_decides_nothing(sign_in: SignIn, waiting: str, house: House) -> None:
    """Opening it shows the request with its buttons; it still waits."""
    assert "Approve" in sign_in("maya").get(f"/approvals/{waiting}").text
    assert house.desk.approval(waiting).state is State.PENDING


def test_words_of_a_request_are_text_in_a_chat(tell: Tell, waiting: str, receiver: Heard) -> None:
    """Angle brackets and ampersands are escaped as Slack asks, so nothing becomes a link or a mention."""
    assert waiting
    tell(slack_webhook=receiver.url)
    assert all("<" not in json.loads(body)["text"] for body in receiver.bodies)


def test_half_a_channel_is_refused(house: House) -> None:
    """Mail without receivers and a webhook without its secret say what is missing."""
    for half in ({"smtp_url": "smtp://127.0.0.1:1"}, {"webhook_url": "https://e.example"}):
        with pytest.raises(SetupError, match="needs SHOPHAND"):
            channels_of(Settings.load({"home": house.home, **half}), house.clock)


@pytest.mark.usefixtures("house")
def test_without_a_channel_the_command_says_so(shophand: Shophand) -> None:
    """`shophand notify` without any setting names the settings."""
    said = shophand("notify")
    assert said.code == 4
    assert "SHOPHAND_SLACK_WEBHOOK" in said.err
