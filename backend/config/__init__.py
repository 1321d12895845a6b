"""Settings from the environment. Without any, embedded defaults apply. docs/settings.md describes each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources.utils import parse_env_vars

from backend.config.hosts import is_origin
from backend.config.production_checks import WRONG_STAFF_ACCOUNTS, find_setting_errors
from backend.config.stripe_checks import find_impossible_keys
from backend.errors import SettingsError
from backend.private_files import make_private_folder, read_or_create_text

ROOT = Path(__file__).resolve().parents[2]
ED25519_KEY_BYTES = 32
NETWORK_URL_FILE = "sandbox-network.url"
STAFF_ROLES = ("read", "agent", "supervisor", "admin")

EXPECTED = {
    "MEMBERLINE_ENV": "must be development, test or production",
    "PORT": "must be a port number from 1 to 65535",
    "PROXIES_COUNT": "must be a number from 0 to 9",
    "CLOCK_SHIFT": "must be a number of seconds",
    "TWILIO_PAY_CONNECTOR": "must be the unique name of a Pay Connector: letters, digits and . _ -",
    "BILLING_TIMEOUT": "must be a number of seconds from 1 to 5",
    "CHAT_PER_ADDRESS": "must be a number of messages, 1 or more",
    "ALLOW_NO_PROXY": "must be yes or no",
    "VOICE_TRANSPORT": "must be gather or relay",
    "POSTING": "must be auto, provider, csv or none",
    "MULTISPEAK_SECONDS": "must be a number of seconds from 1 to 60",
    "MULTISPEAK_ACCOUNT_NUMBERS": "must be dash or digits",
    "MULTISPEAK_CURRENT_AMOUNT": "must be apart or with_past_due",
    "MULTISPEAK_POSTING": "must be commit, process_and_commit or off",
    "MULTISPEAK_LISTS_PAYMENTS": "must be yes or no",
    "MULTISPEAK_TAKES_REPORTS": "must be yes or no",
    "MULTISPEAK_ALLOW_HTTP": "must be yes or no",
    **dict.fromkeys(
        ("TEXTS_PER_SECOND", "CALLS_PER_SECOND", "EMAILS_PER_SECOND"), "must be a number above 0, such as 1.25"
    ),
    "STAFF_TWO_STEP": "must be optional or required",
    "STAFF_PASSWORDS": "must be yes or no",
    "STAFF_IDLE_MINUTES": "must be a number of minutes from 5 to 480",
    "OIDC_TRUST_EMAIL": "must be yes or no",
    "RUN_CONCURRENCY": "must be a whole number from 1 to 500",
}
"""Messages for settings whose pydantic message would say less."""


def _parse_whole_number(value: Any) -> Any:
    """Digits only: pydantic would also accept `1_000` and ` 1 `, which are typos here."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise ValueError("must be a whole number")
    return value


def _strip_slash(value: Any) -> Any:
    return value.rstrip("/") if isinstance(value, str) else value


def _parse_http_url(value: Any) -> Any:
    """An http(s) URL without a trailing slash."""
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        raise ValueError("must be an http:// or https:// address")
    return _strip_slash(value)


def _parse_accounts(value: Any) -> Any:
    """`name=hash` pairs separated by whitespace, since argon2 hashes contain commas."""
    if isinstance(value, Mapping):
        return value
    found: dict[str, str] = {}
    for part in str(value).split():
        name, _, hashed = part.partition("=")
        if not name or not hashed.startswith("$argon2id$"):
            raise ValueError(WRONG_STAFF_ACCOUNTS)
        if name in found:
            raise ValueError("names somebody twice")
        found[name] = hashed
    return found


def _parse_emails(value: Any) -> Any:
    """`name=address` pairs separated by whitespace."""
    if isinstance(value, Mapping):
        return value
    found: dict[str, str] = {}
    for part in str(value).split():
        name, _, address = part.partition("=")
        if not name or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise ValueError("must list name=address, such as ann=ann@coop.example")
        found[name] = address
    return found


def _parse_oidc_roles(value: Any) -> Any:
    """`claim value=role` pairs separated by whitespace; the highest role of a person's values holds."""
    if isinstance(value, Mapping):
        return value
    found: dict[str, str] = {}
    for part in str(value).split():
        given, _, role = part.rpartition("=")
        if not given or role not in STAFF_ROLES:
            raise ValueError("must list value=role with the roles read, agent, supervisor and admin")
        found[given] = role
    return found


def _parse_origins(value: Any) -> Any:
    """Web origins separated by commas; `*` for any."""
    if not isinstance(value, str):
        return value
    found = tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    if not all(origin == "*" or is_origin(origin) for origin in found):
        raise ValueError("must list web origins such as https://www.coop.example, parted by commas")
    return found


def _parse_database_url(value: Any) -> Any:
    """A SQLAlchemy URL with the asynchronous driver, from the plain form that hosting services give."""
    for plain, driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if str(value).startswith(plain):
            return driver + str(value).removeprefix(plain)
    if str(value).startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
        return value
    raise ValueError("must be a sqlite:/// or postgresql:// address")


def _parse_public_key(value: Any) -> Any:
    """32 bytes in base64, as Telnyx shows its Ed25519 key."""
    try:
        if len(base64.b64decode(str(value), validate=True)) == ED25519_KEY_BYTES:
            return value
    except ValueError:
        pass
    raise ValueError("must be a public key of 32 bytes in base64")


def _parse_redis_url(value: Any) -> Any:
    if not str(value).startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    return value


Url = Annotated[str, BeforeValidator(_strip_slash)]
HttpUrl = Annotated[str, BeforeValidator(_parse_http_url)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parse_origins)]
Accounts = Annotated[Mapping[str, str], NoDecode, BeforeValidator(_parse_accounts)]
OidcRoles = Annotated[Mapping[str, str], NoDecode, BeforeValidator(_parse_oidc_roles)]
Emails = Annotated[Mapping[str, str], NoDecode, BeforeValidator(_parse_emails)]
DatabaseUrl = Annotated[str, BeforeValidator(_parse_database_url)]
PublicKey = Annotated[str, BeforeValidator(_parse_public_key)]
RedisUrl = Annotated[str, BeforeValidator(_parse_redis_url)]
WholeNumber = Annotated[int, BeforeValidator(_parse_whole_number)]
Rate = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]


def _secret(given: dict[str, Any]) -> str:
    """A random secret kept in the runtime folder, so that links and sessions survive a restart. Not for production."""
    if given["environment"] == "production":
        return ""
    path = given["runtime_dir"] / "secret_key"
    try:
        if not path.exists():
            make_private_folder(path.parent)
        return read_or_create_text(path, lambda: secrets.token_hex(32))
    except OSError as error:
        raise SettingsError(
            f"SECRET_KEY is not set, and {path} cannot be used in its place ({error.strerror}): run this with the "
            "settings of the service, or set MEMBERLINE_RUNTIME_DIR to a folder of your own"
        ) from None


def _default_network_url(given: dict[str, Any]) -> str:
    """Where `memberline serve` last started the sandbox network, so that jobs run beside it find it."""
    noted = given["runtime_dir"] / NETWORK_URL_FILE
    return noted.read_text().strip() if noted.is_file() else "http://127.0.0.1:8082"


def _derived(purpose: str) -> Any:
    return Field(default_factory=lambda given: _keyed(given["secret_key"], purpose), repr=False)


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
    secret_key_previous: str | None = Field(default=None, repr=False)  # while the key is being changed
    database_url: DatabaseUrl = Field(
        default_factory=lambda given: _parse_database_url(f"sqlite:///{given['runtime_dir'] / 'memberline.db'}"),
        repr=False,
    )
    redis_url: RedisUrl | None = Field(default=None, repr=False)
    coop_file: Path = ROOT / "coop.toml"
    returns_dir: Path | None = None  # a folder with the bank's files of ACH returns
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = Field(default=None, repr=False)
    twilio_number: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str | None = None
    twilio_pay_connector: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")  # <Pay>; None: links only
    voice_transport: Literal["gather", "relay"] = "gather"  # what a call at /twilio/voice begins with
    telnyx_public_key: PublicKey | None = None  # base64 of the 32 bytes with which Telnyx's signatures are checked
    smtp_url: str | None = Field(default=None, repr=False)
    texts_per_second: Rate = 1.25  # parts of texts; AT&T's lowest class of 10DLC, 75 a minute
    calls_per_second: Rate = 1.0  # what Twilio gives a new account
    emails_per_second: Rate = 10.0
    run_concurrency: WholeNumber = Field(default=64, ge=1, le=500)  # what a run does at once
    billing_provider: str = "builtin"
    posting: Literal["auto", "provider", "csv", "none"] = "auto"  # where payments go to be booked
    posting_dir: Path | None = None  # the folder of the files for a clerk
    billing_timeout: WholeNumber = Field(default=3, ge=1, le=5)  # seconds; a caller waits meanwhile
    payment_provider: str = "sandbox"
    stripe_secret_key: str | None = Field(default=None, repr=False)
    stripe_webhook_secret: str | None = Field(default=None, repr=False)
    stripe_api_url: HttpUrl | None = None  # for tests
    messages_provider: str = "auto"
    outages_provider: str = "builtin"
    engine_url: HttpUrl = "http://127.0.0.1:5005"
    engine_token: str = _derived("engine")
    sandbox_network_url: HttpUrl = Field(default_factory=_default_network_url)
    sandbox_network_key: str = _derived("sandbox-network")
    chat_origins: Origins = ()  # other web sites that may embed the chat; "*" for any
    chat_identity_secret: str = Field(default="", repr=False)  # a co-op's portal signs with it who is signed in
    chat_per_address: WholeNumber = Field(default=200, ge=1, le=1_000_000)  # messages per ten seconds
    metrics_token: str | None = Field(default=None, repr=False)
    staff_accounts: Accounts = Field(default_factory=dict, repr=False)  # name -> argon2 hash; the older way
    staff_emails: Emails = Field(default_factory=dict)  # name -> address for sign-in codes
    staff_two_step: Literal["optional", "required"] = "optional"
    staff_passwords: bool = True  # no: single sign-on and passkeys alone
    staff_idle_minutes: WholeNumber = Field(default=240, ge=5, le=480)
    oidc_issuer: HttpUrl | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_role_claim: str | None = None  # None: only who was invited by email gets in
    oidc_roles: OidcRoles = Field(default_factory=dict)  # value of the claim -> role
    oidc_trust_email: bool = False  # the provider gives no email_verified, and lets nobody write an email of their own
    clock_shift: WholeNumber = Field(default=0, ge=-9_999_999_999, le=9_999_999_999)  # seconds; never in production
    proxies_count: WholeNumber = Field(default=0, ge=0, le=9)  # our own proxies that append to X-Forwarded-For
    sync_dir: Path | None = None  # a folder into which the co-op's system puts its files
    sync_max_changed_percent: WholeNumber = Field(default=5, ge=0, le=100)
    allow_no_proxy: bool = False  # confirms that https without a proxy is intended
    multispeak_cb_url: HttpUrl | None = None
    multispeak_cb_wsdl: str | None = None  # an address or a file
    multispeak_oa_url: HttpUrl | None = None
    multispeak_oa_wsdl: str | None = None
    multispeak_user: str | None = None
    multispeak_password: str | None = Field(default=None, repr=False)
    multispeak_company: str = ""
    multispeak_ca_file: Path | None = None
    multispeak_seconds: WholeNumber = Field(default=8, ge=1, le=60)
    multispeak_account_numbers: Literal["dash", "digits"] = "dash"
    multispeak_current_amount: Literal["apart", "with_past_due"] = "apart"
    multispeak_posting: Literal["commit", "process_and_commit", "off"] = "commit"
    multispeak_lists_payments: bool = False  # PPMPayments is known to list every payment that we post
    multispeak_takes_reports: bool = False  # members' outage reports go to the outage system
    multispeak_allow_http: bool = False
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = None  # None: INFO when serving, else WARNING

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def uses_https(self) -> bool:
        """Whether members reach us over https, through a proxy."""
        return self.public_url.startswith("https://")

    @property
    def twilio_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_number)

    @property
    def single_sign_on(self) -> bool:
        """Whether people of the office may sign in by OpenID Connect."""
        return bool(self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret)

    def messages_per_second(self, kind: str) -> float:
        """How many a sender of this kind (sms, call or email) may send: parts of texts, calls or emails."""
        rates = {"sms": self.texts_per_second, "call": self.calls_per_second, "email": self.emails_per_second}
        return rates[kind]

    def derived_key(self, purpose: str) -> str:
        """A key for one purpose, derived from SECRET_KEY."""
        return _keyed(self.secret_key, purpose)

    def keyed_hash(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 of `text` as hexadecimal digits, to store or recognize it without keeping it."""
        return _keyed(self.derived_key(purpose), text)

    def previous_keyed_hash(self, purpose: str, text: str) -> str | None:
        """As `keyed_hash`, under the key before the present one, where SECRET_KEY_PREVIOUS gives it."""
        key = self.previous_derived_key(purpose)
        return None if key is None else _keyed(key, text)

    def previous_derived_key(self, purpose: str) -> str | None:
        """As `derived_key`, from the key before the present one, where SECRET_KEY_PREVIOUS gives it."""
        return _keyed(self.secret_key_previous, purpose) if self.secret_key_previous else None

    def with_values(self, **fields: Any) -> Self:
        """A copy with other values for some fields, which are not validated."""
        return self.model_copy(update=fields)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings. Raises SettingsError listing every missing or wrong one, with what is expected."""
        given = {name: value for name, value in (os.environ if environ is None else environ).items() if value}
        production = given.get("MEMBERLINE_ENV") == "production"
        faults = find_setting_errors(given) if production else find_impossible_keys(given)
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
        found.append((name, EXPECTED.get(name) or one["msg"].removeprefix("Value error, ")))
    return found
