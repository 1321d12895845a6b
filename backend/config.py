"""Settings from the environment. Without any, embedded defaults apply. docs/settings.md describes each."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources.utils import parse_env_vars

from backend import config_values as values
from backend.errors import SettingsError
from backend.private_files import make_private_folder, read_or_create_text
from backend.production_checks import find_setting_errors

ROOT = Path(__file__).resolve().parent.parent
NETWORK_URL_FILE = "sandbox-network.url"

Url = Annotated[str, BeforeValidator(values.strip_slash)]
HttpUrl = Annotated[str, BeforeValidator(values.parse_http_url)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.parse_origins)]
Accounts = Annotated[Mapping[str, str], NoDecode, BeforeValidator(values.parse_accounts)]
Emails = Annotated[Mapping[str, str], NoDecode, BeforeValidator(values.parse_emails)]
DatabaseUrl = Annotated[str, BeforeValidator(values.parse_database_url)]
RedisUrl = Annotated[str, BeforeValidator(values.parse_redis_url)]
WholeNumber = Annotated[int, BeforeValidator(values.parse_whole_number)]


def _secret(given: dict[str, Any]) -> str:
    """A random secret kept in the runtime folder, so that links and sessions survive a restart. Not for production."""
    if given["environment"] == "production":
        return ""
    return _development_secret(given["runtime_dir"])


def _derived(purpose: str) -> Any:
    return Field(
        default_factory=lambda given: _keyed(given["secret_key"], purpose),
        repr=False,
    )


def _keyed(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


class Settings(BaseSettings):
    """All settings. URLs have no trailing slash. Secrets are left out of the repr.

    `Settings.from_env()` reads the environment; `Settings(secret_key=...)` reads nothing and uses defaults for the
    rest.
    """

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["development", "test", "production"] = Field(
        default="development", validation_alias="MEMBERLINE_ENV"
    )
    host: str = "127.0.0.1"
    port: WholeNumber = Field(default=8080, ge=1, le=65535)
    public_url: Url = Field(default_factory=lambda given: f"http://127.0.0.1:{given['port']}")
    runtime_dir: Path = Field(default=ROOT / "var", validation_alias="MEMBERLINE_RUNTIME_DIR")
    secret_key: str = Field(default_factory=_secret, repr=False)
    database_url: DatabaseUrl = Field(
        default_factory=lambda given: values.parse_database_url(f"sqlite:///{given['runtime_dir'] / 'memberline.db'}"),
        repr=False,
    )
    redis_url: RedisUrl | None = Field(default=None, repr=False)
    coop_file: Path = ROOT / "coop.toml"
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = Field(default=None, repr=False)
    twilio_number: str | None = None
    twilio_api_url: str | None = None
    smtp_url: str | None = Field(default=None, repr=False)
    billing_provider: str = "builtin"
    payment_provider: str = "sandbox"
    messages_provider: str = "auto"
    outages_provider: str = "builtin"
    engine_url: HttpUrl = "http://127.0.0.1:5005"
    engine_token: str = _derived("engine")
    sandbox_network_url: HttpUrl = Field(default_factory=lambda given: _default_network_url(given["runtime_dir"]))
    sandbox_network_key: str = _derived("sandbox-network")
    chat_origins: Origins = ()  # other web sites that may embed the chat; "*" for any
    chat_per_address: WholeNumber = Field(default=200, ge=1, le=1_000_000)  # messages per ten seconds
    metrics_token: str | None = Field(default=None, repr=False)
    staff_accounts: Accounts = Field(default_factory=dict, repr=False)  # name -> argon2 hash; none: no office pages
    staff_emails: Emails = Field(default_factory=dict)  # name -> address for sign-in codes
    clock_shift: WholeNumber = Field(default=0, ge=-9_999_999_999, le=9_999_999_999)  # seconds; never in production
    proxies_count: WholeNumber = Field(default=0, ge=0, le=9)  # our own proxies that append to X-Forwarded-For
    sync_dir: Path | None = None  # a folder into which the co-op's system puts its files
    sync_max_changed_percent: WholeNumber = Field(default=5, ge=0, le=100)
    allow_no_proxy: bool = False  # confirms that https without a proxy is intended

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def twilio_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_number)

    def derived_key(self, purpose: str) -> str:
        """A key for one purpose, derived from SECRET_KEY."""
        return _keyed(self.secret_key, purpose)

    def keyed_hash(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 of `text` as hexadecimal digits, to store or recognize it without keeping it."""
        return _keyed(self.derived_key(purpose), text)

    def with_values(self, **fields: Any) -> Self:
        """A copy with other values for some fields, which are not validated."""
        return self.model_copy(update=fields)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings. Raises SettingsError listing every missing or wrong one, with what is expected."""
        given = {name: value for name, value in (os.environ if environ is None else environ).items() if value}
        production = given.get("MEMBERLINE_ENV") == "production"
        faults = find_setting_errors(given) if production else {}
        settings = None
        try:
            settings = cls(**_MappingSource(cls, given)())
        except ValidationError as error:
            # an invalid value is reported rather than what production would add
            faults |= {name: text for name, text in _describe_errors(error)}
        if faults:
            raise SettingsError("\n".join(f"{name} {text}" for name, text in faults.items()))
        assert settings is not None
        return settings

    @classmethod
    def names(cls) -> frozenset[str]:
        return frozenset(_name(field) for field in cls.model_fields)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only explicit arguments: `from_env` passes the environment, and no .env file is read."""
        return (init_settings,)


class _MappingSource(EnvSettingsSource):
    """pydantic-settings' environment source, reading from a mapping."""

    def __init__(self, settings: type[BaseSettings], given: Mapping[str, str]) -> None:
        self._given = given
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(self._given, self.case_sensitive, self.env_ignore_empty, self.env_parse_none_str)


def _name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else field.upper()


def _describe_errors(error: ValidationError) -> list[tuple[str, str]]:
    """(setting, error) pairs. A default that depends on another wrong setting is not reported."""
    found = []
    for one in error.errors(include_input=False, include_url=False):
        if one["type"] == "default_factory_not_called" or not one["loc"]:
            continue
        field = str(one["loc"][0])
        name = _name(field) if field in Settings.model_fields else field.upper()
        found.append((name, values.EXPECTED.get(name) or one["msg"].removeprefix("Value error, ")))
    return found


def _default_network_url(runtime: Path) -> str:
    """Where `memberline serve` last started the sandbox network, so that jobs run beside it find it."""
    noted = runtime / NETWORK_URL_FILE
    return noted.read_text().strip() if noted.is_file() else "http://127.0.0.1:8082"


def _development_secret(runtime: Path) -> str:
    path = runtime / "secret_key"
    if not path.exists():
        make_private_folder(runtime)
    return read_or_create_text(path, lambda: secrets.token_hex(32))
