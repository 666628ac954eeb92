"""An OpenID provider on 127.0.0.1 for the tests: discovery, keys, codes bound to PKCE, signed ID tokens."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

CLIENT, SECRET = "shophand-desk", "a-secret-of-the-desk"


@dataclass
class FakeProvider:
    """What the provider knows; a test changes `claims`, `key` or `header` to make it lie."""

    now: Callable[[], float]
    issuer: str = ""
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}, auto_kid=False))
    published: list[Any] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "ES256", "kid": "one"})
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key_reads: int = 0

    def sign_in(self, address: str, code: str = "c1") -> dict[str, str]:
        """Somebody signs in at the address that the desk sent them to; gives what comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def answer_discovery(self) -> dict[str, Any]:
        """The published document."""
        places = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **places, **self.document}

    def answer_keys(self) -> dict[str, Any]:
        """The public keys."""
        self.key_reads += 1
        return KeySet(self.published or [self.key]).as_dict(private=False)  # type: ignore[return-value]

    def answer_token(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """An ID token for a code, if the client is known and brings the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or basic != f"Basic {known}" or asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        at = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u-1",
            "exp": at + 300,
            "iat": at,
            "nonce": asked["nonce"],
            "preferred_username": "dana",
            "name": "Dana Bell",
            "groups": ["buyers"],
            **self.claims,
        }
        held = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(held)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (self.header, claims))
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        key = OctKey.import_key(SECRET * 2) if self.header["alg"] == "HS256" else self.key
        return jwt.encode(self.header, claims, key)


@contextmanager
def running(now: Callable[[], float]) -> Iterator[FakeProvider]:
    """A provider that answers until the end of the block."""
    provider = FakeProvider(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Discovery and keys."""
            found = provider.answer_keys() if self.path == "/keys" else provider.answer_discovery()
            self._say(200, found)

        def do_POST(self) -> None:
            """The token endpoint."""
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self._say(*provider.answer_token(form, self.headers.get("authorization", "")))

        def _say(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
