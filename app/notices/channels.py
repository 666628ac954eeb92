"""The ways out: mail by SMTP, a Slack-compatible webhook, and a signed webhook for programs."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from app.settings import Settings
from shop.errors import SetupError
from shop.store.notices import Notice

TIMEOUT_SECONDS: Final = 10.0
SIGNATURE: Final = "x-shophand-signature"
LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})

Channel = Callable[[Notice], None]
"""Sends one notice; raises OSError (its children are those of smtplib and urllib) if it did not arrive."""


def channels_of(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """The channels that are set up; raises SetupError for a half one. `clock` dates signatures."""
    found: dict[str, Channel] = {}
    if settings.smtp_url is not None:
        found["mail"] = _mail(settings)
    if settings.slack_webhook is not None:
        found["slack"] = _slack(_address(settings.slack_webhook))
    if settings.webhook_url is not None:
        if settings.webhook_secret is None:
            raise SetupError("SHOPHAND_WEBHOOK_URL needs SHOPHAND_WEBHOOK_SECRET: notices are signed with it")
        found["webhook"] = _webhook(_address(settings.webhook_url), settings.webhook_secret, clock)
    return found


def signature(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA-256 (hex) of ``at.body``, as a receiver computes it: ``t=1700000000,v1=...``."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def _mail(settings: Settings) -> Channel:
    if not (settings.notify_from and settings.notify_to and settings.smtp_url):
        raise SetupError("SHOPHAND_SMTP_URL needs SHOPHAND_NOTIFY_FROM and SHOPHAND_NOTIFY_TO")
    server = urlsplit(settings.smtp_url.get_secret_value())
    if server.scheme not in {"smtp", "smtps"} or not server.hostname:
        raise SetupError("SHOPHAND_SMTP_URL looks like smtp://user:password@mail.example:587, or smtps://...")
    sender, receivers = settings.notify_from, settings.notify_to

    def send(notice: Notice) -> None:
        message = EmailMessage()
        message["Subject"] = " ".join(str(notice.body["subject"]).split())
        message["From"], message["To"] = sender, receivers
        message["Message-ID"] = f"<shophand-{notice.key.replace(':', '-')}@{server.hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_plain(notice.body))
        with _connected(server.scheme, str(server.hostname), server.port) as connection:
            if server.username:
                _refuse_in_the_clear(connection, str(server.hostname))
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)

    return send


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """A connection to a mail server, encrypted wherever the server can."""
    trust = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=trust)
    connection = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_SECONDS)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=trust)
        connection.ehlo()
    return connection


def _refuse_in_the_clear(connection: smtplib.SMTP, host: str) -> None:
    """A name and password need encryption: whoever sits in between could have taken the offer of it out.

    Raises URLError, after which the notice waits like any other that did not arrive.
    """
    if not isinstance(connection.sock, ssl.SSLSocket) and host not in LOCAL:
        raise urllib.error.URLError(f"{host} offers no encryption, so the password is not sent")


def _slack(address: str) -> Channel:
    def send(notice: Notice) -> None:
        words = _plain(notice.body).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        _post(address, json.dumps({"text": f"*{notice.body['subject']}*\n{words}"}).encode(), {})

    return send


def _webhook(address: str, secret: SecretStr, clock: Callable[[], datetime]) -> Channel:
    """Each attempt is signed at its own moment: receivers refuse what was signed long ago."""

    def send(notice: Notice) -> None:
        at = int(clock().timestamp())
        body = json.dumps({"id": notice.key, "at": notice.created_at.isoformat(), **notice.body}).encode()
        _post(address, body, {SIGNATURE: signature(secret.get_secret_value(), at, body)})

    return send


def _address(secret: SecretStr) -> str:
    address = secret.get_secret_value()
    if urlsplit(address).scheme not in {"http", "https"}:
        raise SetupError("a webhook's address begins with https:// (or http://)")
    return address


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A receiver that sends us elsewhere has not received anything."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        """Follow nothing: the redirect is then an error."""


def _post(address: str, body: bytes, headers: Mapping[str, str]) -> None:
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        address, body, {"content-type": "application/json", "user-agent": "shophand", **headers}
    )
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1000)
    except urllib.error.HTTPError as error:
        error.close()
        raise urllib.error.URLError(f"status {error.code}") from None


def _plain(body: Mapping[str, Any]) -> str:
    """The text with its link. The link opens a page with the request; deciding is a button there."""
    return f"{body['text']}\n{body['link']}" if body.get("link") else str(body["text"])
