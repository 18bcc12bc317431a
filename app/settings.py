"""Environment and `.env` → one frozen value. Unsafe combinations are refused when it is made."""

from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import key_sources

_SHORTEST_TOKEN = 20


class Sms(StrEnum):
    DEMO = "demo"
    TWILIO = "twilio"


class Video(StrEnum):
    PEER = "peer"
    EXTERNAL = "external"


class Settings(BaseSettings):
    """What an operator may set, each as `AFTERGLOW_<NAME>`.

    README's table is checked against it.
    """

    model_config = SettingsConfigDict(
        env_prefix="AFTERGLOW_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: str = Field(default="", description="SQLAlchemy address of SQLite or PostgreSQL")
    base_url: str = Field(default="", description="public https address, without a path")
    # Before the keys themselves: those are read from here.
    secret_keys_file: str = Field(default="", description="a file with them instead, one a line")
    secret_keys_command: str = Field(default="", description="a program that prints them instead")
    encryption_keys_file: str = Field(
        default="", description="a file with them instead, one a line"
    )
    encryption_keys_command: str = Field(
        default="", description="a program that prints them instead"
    )
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        validate_default=True,
        description="keys of links and codes; first signs, all are read",
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        validate_default=True,
        description="keys that wrap each clinic's data keys; first wraps, all unwrap",
    )
    sms: Sms | None = Field(default=None, description="`demo` (texts go nowhere) or `twilio`")
    twilio_account_sid: str = Field(default="", description="Twilio account")
    twilio_auth_token: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="Twilio auth token; a second one is accepted on webhooks while rotating",
    )
    twilio_messaging_service_sid: str = Field(default="", description="Twilio Messaging Service")
    twilio_segments_per_second: float = Field(
        default=1, gt=0, description="how fast the service's numbers may send; 1 for a long code"
    )
    twilio_api_url: str = Field(
        default="", description="another address for Twilio's API: an egress proxy"
    )
    video: Video = Field(
        default=Video.PEER, description="`peer` (built in) or `external` (own room links)"
    )
    turn_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="TURN/STUN addresses"
    )
    turn_secret: SecretStr = Field(
        default=SecretStr(""), description="coturn's `static-auth-secret`"
    )
    push_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            "*.push.apple.com",
            "*.notify.windows.com",
        ),
        description="push services that notices may go to; empty: no notices",
    )
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="hosts in your own network that webhooks may go to although they are private",
    )
    proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("127.0.0.1", "::1"),
        description="addresses or networks of your proxies: whose `X-Forwarded-For` is believed",
    )
    leave_seconds: float = Field(
        default=3,
        ge=0,
        le=60,
        description="how long `/readyz` says no before a process leaves: until balancers saw it",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="what `/metrics` asks for as a bearer token; empty: it answers inside only",
    )
    backup_dir: str = Field(
        default="", description="folder of the copies that the worker makes by itself; empty: none"
    )
    backup_keys_dir: str = Field(
        default="", description="another folder for the copy of the keys; empty: the same"
    )
    backup_kept_days: int = Field(
        default=35, ge=1, description="copies made by itself are removed after so many days"
    )
    data_dir: Path = Field(
        default=Path("var"), description="folder of the embedded database and keys"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text` or `json` log lines"
    )
    demo: bool = Field(default=False, exclude=True, description="set by `afterglow demo` alone")

    @field_validator(
        "secret_keys",
        "encryption_keys",
        "twilio_auth_token",
        "turn_urls",
        "push_hosts",
        "webhook_hosts",
        "proxies",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(
                part.strip()
                for part in value.strip("[] ").replace('"', "").split(",")
                if part.strip()
            )
        return value

    @field_validator("secret_keys", "encryption_keys", mode="before")
    @classmethod
    def _from_elsewhere(cls, value: object, info: ValidationInfo) -> object:
        file = info.data.get(f"{info.field_name}_file", "")
        command = info.data.get(f"{info.field_name}_command", "")
        if sum(map(bool, (value, file, command))) > 1:
            raise ValueError("set in more than one place: here, _FILE or _COMMAND")
        if file:
            return key_sources.from_file(file)
        return key_sources.from_command(command) if command else value

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @cached_property
    def origin(self) -> str:
        """Scheme, host and port of `base_url`: what a browser sends as Origin."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @cached_property
    def host(self) -> str:
        """Host of `base_url` without a port: WebAuthn's relying party id."""
        return urlsplit(self.base_url).hostname or ""

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Every origin that is ours. The demo also answers on the loopback address."""
        if self.demo:
            return (self.origin, self.origin.replace("localhost", "127.0.0.1"))
        return (self.origin,)

    @cached_property
    def contact(self) -> str:
        """Where push services find whoever runs this; they take nothing that is not public."""
        return self.base_url if self._is_public() else "mailto:afterglow@example.com"

    def keys_now(self, name: str, *, command: bool) -> tuple[str, ...] | None:
        """The keys `name` as their file holds them now, or as their program prints them now.

        None where that is not asked: from the environment they never change, and the program is run
        only with `command`. Raises NotRead.
        """
        if file := getattr(self, f"{name}_file"):
            return key_sources.from_file(file)
        if command and (program := getattr(self, f"{name}_command")):
            return key_sources.from_command(program)
        return None

    def missing_for_production(self) -> list[str]:
        """Names of settings without which `afterglow serve` must not start, with what is wrong."""
        wrong = []
        if not self.database_url:
            wrong.append("AFTERGLOW_DATABASE_URL is not set")
        if not self._is_public():
            wrong.append("AFTERGLOW_BASE_URL is not an https address without a path")
        wrong += _weak("AFTERGLOW_SECRET_KEYS", self.secret_keys)
        wrong += _weak("AFTERGLOW_ENCRYPTION_KEYS", self.encryption_keys)
        if self.sms is None:
            wrong.append("AFTERGLOW_SMS is not set (twilio, or demo to send no texts at all)")
        if self.sms is Sms.TWILIO:
            for name in ("twilio_account_sid", "twilio_auth_token", "twilio_messaging_service_sid"):
                if not getattr(self, name):
                    wrong.append(f"AFTERGLOW_{name.upper()} is not set")
        if self.turn_urls and not self.turn_secret.get_secret_value():
            wrong.append("AFTERGLOW_TURN_SECRET is not set although AFTERGLOW_TURN_URLS is")
        if 0 < len(self.metrics_token.get_secret_value()) < _SHORTEST_TOKEN:
            wrong.append(f"AFTERGLOW_METRICS_TOKEN is shorter than {_SHORTEST_TOKEN} characters")
        return wrong

    def _is_public(self) -> bool:
        parts = urlsplit(self.base_url)
        # Routes begin at the root, and so do the addresses in texts.
        nothing_behind = not (parts.path or parts.query or parts.fragment)
        return parts.scheme == "https" and bool(parts.hostname) and nothing_behind


def _weak(name: str, keys: tuple[SecretStr, ...]) -> list[str]:
    if not keys:
        return [f"{name} is not set"]
    if any(len(key.get_secret_value()) < 32 for key in keys):
        return [f"{name} holds a key shorter than 32 characters"]
    return []
