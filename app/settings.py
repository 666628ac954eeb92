"""Settings: flags before environment before ``.env`` before ``shophand.toml`` before defaults.

`Settings.load` gives the values; `origins` names where each one came from, for ``shophand config show``.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from agent.models import Caps, ModelSettings, Price
from shop.actions import in_words
from shop.errors import SetupError

FILE: Final = "shophand.toml"
SECRETS: Final = frozenset(
    {
        "token",
        "openai_api_key",
        "metrics_token",
        "oidc_client_secret",
        "smtp_url",
        "slack_webhook",
        "webhook_url",
        "webhook_secret",
    }
)
_PLAIN_ENV: Final = {"openai_api_key": "OPENAI_API_KEY", "openai_base_url": "OPENAI_BASE_URL"}


class Settings(BaseSettings):
    """Everything that can be configured; each field's description is its line in the reference."""

    model_config = SettingsConfigDict(
        env_prefix="SHOPHAND_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    home: Path = Field(Path(".shophand"), description="directory of the store, its policies and credentials")
    database_url: SecretStr | None = Field(
        None, description="postgresql://... or sqlite:///...; without it an SQLite file in the home"
    )
    tenant: str = Field("main", description="name of the store inside a PostgreSQL database")
    token: SecretStr | None = Field(None, description="token of the person or agent that acts")
    model: str = Field("offline", description="offline, or openai:NAME for any OpenAI-compatible model")
    embeddings: str = Field(
        "offline",
        description="vectors for search in the guides: offline, words (none), openai:NAME on that server",
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="key of the model's server"
    )
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="address of another OpenAI-compatible server"
    )
    fallback_model: str | None = Field(None, description="openai:NAME, asked when the first one is down")
    model_timeout_seconds: float = Field(60.0, gt=0, description="seconds to wait for one model answer")
    model_attempts: int = Field(4, ge=1, le=10, description="tries per model call, the first one included")
    model_temperature: float | None = Field(None, ge=0, le=2, description="left to the server if not set")
    price_input_per_1k: Decimal | None = Field(None, ge=0, description="price of 1,000 tokens sent")
    price_output_per_1k: Decimal | None = Field(None, ge=0, description="price of 1,000 tokens received")
    price_currency: str = Field("USD", description="currency of both prices and of the cost caps")
    turn_steps: int = Field(24, ge=1, description="model calls in one turn, at most")
    turn_tokens: int = Field(300_000, ge=1_000, description="tokens in one turn, at most")
    turn_cost: Decimal = Field(Decimal(1), ge=0, description="cost of one turn, at most; needs the prices")
    turn_seconds: float = Field(300.0, gt=0, description="seconds that one turn may take")
    day_tokens: int = Field(10_000_000, ge=1_000, description="tokens in one UTC day, at most")
    locale: str = Field("en_GB", description="how the pages write money, numbers and dates")
    public_url: str | None = Field(None, description="address of the pages, for sign-in links")
    otlp_endpoint: str | None = Field(
        None, description="address of an OpenTelemetry collector that gets spans; extra telemetry"
    )
    oidc_issuer: str | None = Field(
        None, description="identity provider for sign-in, as its discovery document names it; extra oidc"
    )
    oidc_client_id: str | None = Field(None, description="this desk's name at the identity provider")
    oidc_client_secret: SecretStr | None = Field(
        None, description="its secret there; a public client has none"
    )
    oidc_roles: str | None = Field(
        None, description="roles by group: buyers=operator+purchasing_manager, heads=admin"
    )
    oidc_limit: str | None = Field(
        None, description="largest amount that people of the identity provider approve, such as 5000 GBP"
    )
    oidc_claim: str = Field("groups", description="claim of the ID token that names the groups")
    metrics_token: SecretStr | None = Field(
        None, description="what a Prometheus server sends to read /metrics, besides tokens of people"
    )
    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587 or smtps://...; notices go out by mail"
    )
    notify_from: str | None = Field(None, description="sender of notices by mail")
    notify_to: str | None = Field(None, description="who gets notices by mail, separated by commas")
    slack_webhook: SecretStr | None = Field(None, description="address of a Slack-compatible webhook")
    webhook_url: SecretStr | None = Field(None, description="address that gets notices as signed JSON")
    webhook_secret: SecretStr | None = Field(None, description="key of that signature")
    notify_urgent_hours: int = Field(
        12, ge=1, le=720, description="tell of an approval so many hours before it expires"
    )
    notify_digest_hour: int = Field(
        8, ge=0, le=23, description="hour of the store's day from which the digest is sent"
    )
    day_cost: Decimal = Field(Decimal(20), ge=0, description="cost of one UTC day, at most; needs the prices")

    @field_validator("model")
    @classmethod
    def _known_family(cls, value: str) -> str:
        if value != "offline" and not re.fullmatch(r"openai:\S+", value):
            raise ValueError(f"{value!r} is neither 'offline' nor 'openai:NAME'")
        return value

    @classmethod
    def load(cls, flags: Mapping[str, Any] | None = None, directory: Path | None = None) -> Self:
        """The settings for this process; `directory` holds ``.env`` and ``shophand.toml``.

        Raises SetupError for a value that does not fit or an unknown key in the file.
        """
        merged: dict[str, Any] = {}
        for _, values in reversed(_layers(flags or {}, directory or Path())):
            merged |= values
        try:
            return cls(**_by_alias(merged))
        except ValidationError as error:
            raise SetupError(f"configuration: {in_words(error)}") from error

    @field_validator("embeddings")
    @classmethod
    def _known_embedder(cls, value: str) -> str:
        if value not in ("offline", "words") and not re.fullmatch(r"openai:\S+", value):
            raise ValueError(f"{value!r} is neither 'offline', 'words' nor 'openai:NAME'")
        return value

    @property
    def store_url(self) -> str:
        """The database's URL, the SQLite file of the home without a setting."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'shop.db'}"

    @property
    def store_file(self) -> Path | None:
        """The SQLite file of the store; None on PostgreSQL."""
        url = self.store_url
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None

    def for_model(self) -> ModelSettings:
        """What the model layer is told; raises SetupError where the settings do not go together."""
        return ModelSettings(
            model=self.model,
            api_key=None if self.openai_api_key is None else self.openai_api_key.get_secret_value(),
            base_url=self.openai_base_url,
            fallback=self.fallback_model,
            timeout_seconds=self.model_timeout_seconds,
            attempts=self.model_attempts,
            temperature=self.model_temperature,
            price=self._price(),
            turn=Caps(self.turn_steps, self.turn_tokens, self.turn_cost, self.turn_seconds),
            day=Caps(tokens=self.day_tokens, cost=self.day_cost),
        )

    def _price(self) -> Price | None:
        if self.price_input_per_1k is None or self.price_output_per_1k is None:
            return None
        return Price(self.price_input_per_1k, self.price_output_per_1k, self.price_currency)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` merged: it reads the other sources one by one, so that each can be named."""
        del settings_cls
        return (init_settings,)


def origins(flags: Mapping[str, Any] | None = None, directory: Path | None = None) -> dict[str, str]:
    """For each setting, where its value came from: flag, environment, .env, shophand.toml or default."""
    layers = _layers(flags or {}, directory or Path())
    return {
        field: next((name for name, values in layers if field in values), "default")
        for field in Settings.model_fields
    }


def env_name(field: str) -> str:
    """The environment variable of a setting."""
    return _PLAIN_ENV.get(field, f"SHOPHAND_{field.upper()}")


def unknown_variables() -> list[str]:
    """Variables of the environment that look like settings but are none, with what was probably meant."""
    known = {env_name(field) for field in Settings.model_fields}
    return [
        f"{name}{_meant(name, known)}"
        for name in sorted(os.environ)
        if name.startswith("SHOPHAND_") and name not in known
    ]


def _layers(flags: Mapping[str, Any], directory: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every source with the settings it gives, the strongest first."""
    return [
        ("flag", {field: value for field, value in flags.items() if value is not None}),
        ("environment", _by_field(EnvSettingsSource(Settings)())),
        (".env", _by_field(DotEnvSettingsSource(Settings, env_file=directory / ".env")())),
        (FILE, _from_file(directory / FILE)),
    ]


def _by_field(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {env_name(field): field for field in Settings.model_fields}
    return {
        names.get(key.upper(), key): value
        for key, value in values.items()
        if names.get(key.upper(), key) in Settings.model_fields
    }


def _by_alias(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_PLAIN_ENV.get(field, field): value for field, value in values.items()}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SetupError(f"{path}: {error}") from error
    for key in values:
        if key not in Settings.model_fields:
            raise SetupError(f"{path}: unknown setting {key!r}{_meant(key, Settings.model_fields)}")
        if key in SECRETS:
            raise SetupError(f"{path}: {key!r} is a secret; put it into the environment or .env instead")
    return values


def _meant(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(sorted(known))}"
