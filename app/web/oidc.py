"""Sign-in through an identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

authlib speaks the protocol, joserfc (by the same authors) checks the signature and the claims of the ID token
against the provider's published keys. Only what the ID token says counts; no user-info call is made. A group
opens the roles that the setting names for it and nothing else.

Sources: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636 (PKCE); RFC 9207 (the answer's issuer).
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app.settings import Settings
from app.sign_in_groups import roles_by_group
from shop.errors import AccessDeniedError, SetupError
from shop.money import Money
from shop.people import Role

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client
    from joserfc.jwk import KeySet

BACK: Final = "/sign-in/oidc/back"
SCOPE: Final = "openid profile email"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key pair only: with a shared secret or none anybody could be the provider."""

TIMEOUT_SECONDS: Final = 10.0
KEPT_SECONDS: Final = 3_600.0
LOOK_AGAIN_SECONDS: Final = 60.0
"""A key that is not known is asked for at most so often, whatever strangers send."""

LEEWAY_SECONDS: Final = 60
_RANDOM_BYTES: Final = 32
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Started:
    """What a browser keeps while its person is at the provider."""

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as a checked ID token says.

    `roles` are those that the setting gives their groups, `limit` is the most that they may approve.
    """

    issuer: str
    subject: str
    name: str
    called: str
    roles: frozenset[Role]
    limit: Money | None


@dataclass
class _Published:
    """What the provider publishes, and when it was read."""

    document: Mapping[str, Any]
    keys: KeySet
    at: float


@dataclass
class Provider:
    """One identity provider, as the settings describe it."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect: str
    claim: str
    roles: Mapping[str, frozenset[Role]]
    limit: Money | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)
    _published: _Published | None = field(default=None, repr=False)

    def start(self, back: str) -> tuple[str, Started]:
        """The provider's address to send a browser to, and what the browser must bring back.

        Raises AccessDeniedError while the provider cannot be reached.
        """
        started = Started(_random(), _random(), _random(), back)
        address = self._address("authorization_endpoint")
        with self._client() as client:
            url, _ = client.create_authorization_url(
                address, state=started.state, nonce=started.nonce, code_verifier=started.verifier
            )
        return str(url), started

    def finish(self, started: Started, answer: Mapping[str, str]) -> Identity:
        """Who came back, from the provider's answer in the address; raises AccessDeniedError in words."""
        if not hmac.compare_digest(answer.get("state", "").encode(), started.state.encode()):
            raise AccessDeniedError("this sign-in was not begun in this browser; begin again")
        if answer.get("iss", self.issuer) != self.issuer:
            raise AccessDeniedError("the answer is of another provider; begin again")
        if "error" in answer:
            raise AccessDeniedError(_refused(answer["error"]))
        if not answer.get("code"):
            raise AccessDeniedError("the provider's answer holds no code; begin again")
        return self._identity(self._claims(self._token(answer["code"], started), started.nonce))

    def _token(self, code: str, started: Started) -> str:
        import httpx  # noqa: PLC0415 - an extra, needed by this way of signing in only
        from authlib.integrations.base_client.errors import OAuthError  # noqa: PLC0415 - part of that extra

        address = self._address("token_endpoint")
        try:
            with self._client() as client:
                found = client.fetch_token(address, code=code, code_verifier=started.verifier)
        except OAuthError as error:
            raise AccessDeniedError(
                f"the provider did not take the code ({error.error}); begin again"
            ) from error
        except (httpx.HTTPError, ValueError) as error:
            raise AccessDeniedError(_unreachable(self.issuer)) from error
        token = found.get("id_token")
        if not isinstance(token, str):
            raise AccessDeniedError("the provider gave no ID token; is the scope openid allowed there?")
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token whose signature and content hold; section 3.1.3.7 of the standard."""
        from joserfc import jwt  # noqa: PLC0415 - an extra, needed by this way of signing in only
        from joserfc.errors import JoseError  # noqa: PLC0415 - part of that extra

        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims: dict[str, Any] = self._decoded(token).claims
            wanted.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise AccessDeniedError(f"the provider's ID token does not hold: {_fault(error)}") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.client_id:
            raise AccessDeniedError("the provider's ID token does not hold: it was made for another program")
        return claims

    def _decoded(self, token: str) -> Any:
        """The token by the provider's keys; they are read again once if none of them fits."""
        from joserfc import jwt  # noqa: PLC0415 - an extra, needed by this way of signing in only
        from joserfc.errors import JoseError  # noqa: PLC0415 - part of that extra

        known = self._known()
        try:
            return jwt.decode(token, known.keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            if time.monotonic() - known.at < LOOK_AGAIN_SECONDS:
                raise
            return jwt.decode(token, self._known(older_than=0.0).keys, algorithms=list(ALGORITHMS))

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        named = claims.get(self.claim, [])
        groups = [named] if isinstance(named, str) else list(named) if isinstance(named, list) else []
        roles = frozenset(
            role for group in groups if isinstance(group, str) for role in self.roles.get(group, frozenset())
        )
        if not roles:
            raise AccessDeniedError(
                "your account belongs to no group that may use this desk; ask whoever looks after it"
            )
        called = claims.get("preferred_username") or str(claims.get("email") or "").partition("@")[0]
        return Identity(
            self.issuer,
            str(claims["sub"]),
            str(claims.get("name") or called or "somebody")[:200],
            str(called),
            roles,
            self.limit,
        )

    def _address(self, name: str) -> str:
        address = self._known().document.get(name)
        if not isinstance(address, str) or not _is_safe(address):
            raise AccessDeniedError(f"the provider {self.issuer} publishes no usable {name}")
        return address

    def _known(self, older_than: float = KEPT_SECONDS) -> _Published:
        with self._lock:
            if self._published is None or time.monotonic() - self._published.at >= older_than:
                self._published = self._read()
            return self._published

    def _read(self) -> _Published:
        import httpx  # noqa: PLC0415 - an extra, needed by this way of signing in only
        from joserfc.errors import JoseError  # noqa: PLC0415 - part of that extra
        from joserfc.jwk import KeySet  # noqa: PLC0415 - part of that extra

        try:
            with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
                document = client.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                published = document.raise_for_status().json()
                if published.get("issuer") != self.issuer or not _is_safe(str(published.get("jwks_uri"))):
                    raise AccessDeniedError(f"what {self.issuer} publishes is not about {self.issuer}")
                keys = client.get(published["jwks_uri"]).raise_for_status().json()
            return _Published(published, KeySet.import_key_set(keys), time.monotonic())
        except (httpx.HTTPError, JoseError, ValueError, AttributeError, KeyError) as error:
            raise AccessDeniedError(_unreachable(self.issuer)) from error

    def _client(self) -> OAuth2Client:
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - an extra, not always there

        return OAuth2Client(
            self.client_id,
            self.client_secret,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope=SCOPE,
            redirect_uri=self.redirect,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
        )


def provider_of(settings: Settings) -> Provider | None:
    """The identity provider of the settings, None without one; raises SetupError for half a setting.

    Raises MoneyError for a limit that is no amount.
    """
    if settings.oidc_issuer is None:
        return None
    try:
        import authlib  # noqa: F401, PLC0415 - an extra; here only whether it is there
    except ModuleNotFoundError as error:
        raise SetupError("an identity provider needs the extra: pip install 'shophand[oidc]'") from error
    if settings.oidc_client_id is None or settings.oidc_roles is None or settings.public_url is None:
        raise SetupError(
            "SHOPHAND_OIDC_ISSUER needs SHOPHAND_OIDC_CLIENT_ID, SHOPHAND_OIDC_ROLES and SHOPHAND_PUBLIC_URL"
        )
    for address in (settings.oidc_issuer, settings.public_url):
        if not _is_safe(address):
            raise SetupError(
                f"{address!r}: an identity provider takes https:// (http:// on this machine only)"
            )
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        redirect=f"{settings.public_url.rstrip('/')}{BACK}",
        claim=settings.oidc_claim,
        roles=roles_by_group(settings.oidc_roles),
        limit=None if settings.oidc_limit is None else Money.parse(settings.oidc_limit),
    )


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)


def _random() -> str:
    return secrets.token_urlsafe(_RANDOM_BYTES)


def _unreachable(issuer: str) -> str:
    return f"the identity provider {issuer} does not answer as it should; try again, or sign in with a token"


def _refused(error: str) -> str:
    """An error code of the standard in words; anything else is a stranger's text and is not repeated."""
    if error == "access_denied":
        return "the provider did not let you in, or you cancelled there"
    return "the provider could not sign you in; begin again, or sign in with a token"


def _fault(error: Exception) -> str:
    """What is wrong with a token: the kind of fault and the claim it is about, never the token's words."""
    claim = getattr(error, "claim", "")
    kind = type(error).__name__.removesuffix("Error")
    return f"{kind} {claim}".strip()
