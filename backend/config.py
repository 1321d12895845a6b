"""Settings from the environment. With none set everything runs on embedded defaults; docs/settings.md tells each."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
REQUIRED_IN_PRODUCTION = (
    "SECRET_KEY",
    "PUBLIC_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_NUMBER",
)

SERVED_NETWORK = "sandbox-network.url"


@dataclass(frozen=True)
class Settings:
    """Everything that is decided outside the code. URLs are without a trailing slash."""

    environment: str
    host: str
    port: int
    public_url: str
    secret_key: str
    database_url: str
    redis_url: str | None
    coop_file: Path
    runtime_dir: Path
    twilio_account_sid: str | None
    twilio_auth_token: str | None
    twilio_number: str | None
    twilio_api_url: str | None
    smtp_url: str | None
    billing_provider: str
    payment_provider: str
    messages_provider: str
    outages_provider: str
    engine_url: str
    engine_token: str
    sandbox_network_url: str
    sandbox_network_key: str
    chat_origins: tuple[str, ...] = ()  # web sites, beside our own, that may show the chat; "*" for any
    metrics_token: str | None = None
    staff_accounts: Mapping[str, str] = field(default_factory=dict)  # name -> argon2 hash; none: no office pages
    staff_emails: Mapping[str, str] = field(default_factory=dict)  # name -> address for codes to sign in
    clock_shift: int = 0  # seconds; never in production
    proxies_count: int = 0  # how many proxies of ours stand in front and write X-Forwarded-For

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def twilio_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_number)

    def derived_key(self, purpose: str) -> str:
        """A key for one purpose, derived from SECRET_KEY, so that no two purposes share one."""
        return hmac.new(self.secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises SettingsError naming the first one that is missing or wrong."""
        env = os.environ if environ is None else environ
        environment = env.get("MEMBERLINE_ENV", "development")
        if environment not in ("development", "test", "production"):
            raise SettingsError("MEMBERLINE_ENV must be development, test or production")
        if environment == "production":
            _refuse_missing(env)
        port = _port(env.get("PORT") or "8080", "PORT")
        runtime = Path(env.get("MEMBERLINE_RUNTIME_DIR") or ROOT / "var")
        secret = env.get("SECRET_KEY") or _development_secret(runtime)
        token = hmac.new(secret.encode(), b"engine", hashlib.sha256).hexdigest()
        network = hmac.new(secret.encode(), b"sandbox-network", hashlib.sha256).hexdigest()
        return cls(
            environment=environment,
            host=env.get("HOST") or "127.0.0.1",
            port=port,
            public_url=(env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            secret_key=secret,
            database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{runtime / 'memberline.db'}"),
            redis_url=env.get("REDIS_URL") or None,
            coop_file=Path(env.get("COOP_FILE") or ROOT / "coop.toml"),
            runtime_dir=runtime,
            twilio_account_sid=env.get("TWILIO_ACCOUNT_SID") or None,
            twilio_auth_token=env.get("TWILIO_AUTH_TOKEN") or None,
            twilio_number=env.get("TWILIO_NUMBER") or None,
            twilio_api_url=env.get("TWILIO_API_URL") or None,
            smtp_url=env.get("SMTP_URL") or None,
            billing_provider=env.get("BILLING_PROVIDER") or "builtin",
            payment_provider=env.get("PAYMENT_PROVIDER") or "sandbox",
            messages_provider=env.get("MESSAGES_PROVIDER") or "auto",
            outages_provider=env.get("OUTAGES_PROVIDER") or "builtin",
            engine_url=(env.get("ENGINE_URL") or "http://127.0.0.1:5005").rstrip("/"),
            engine_token=env.get("ENGINE_TOKEN") or token,
            sandbox_network_url=(env.get("SANDBOX_NETWORK_URL") or _served_network(runtime)).rstrip("/"),
            sandbox_network_key=env.get("SANDBOX_NETWORK_KEY") or network,
            chat_origins=_origins(env.get("CHAT_ORIGINS") or "", environment),
            metrics_token=env.get("METRICS_TOKEN") or None,
            staff_accounts=_accounts(env.get("STAFF_ACCOUNTS") or ""),
            staff_emails=_emails(env.get("STAFF_EMAILS") or ""),
            clock_shift=_shift(env.get("CLOCK_SHIFT") or "0", environment),
            proxies_count=_count(env.get("PROXIES_COUNT") or "0", "PROXIES_COUNT"),
        )


def _refuse_missing(env: Mapping[str, str]) -> None:
    for name in REQUIRED_IN_PRODUCTION:
        if not env.get(name):
            raise SettingsError(f"{name} is not set, and MEMBERLINE_ENV=production needs it")
    if not env["PUBLIC_URL"].startswith("https://"):
        raise SettingsError(
            "PUBLIC_URL must start with https:// in production: request signatures and links depend on it"
        )
    if (env.get("PAYMENT_PROVIDER") or "sandbox") == "sandbox":
        raise SettingsError("PAYMENT_PROVIDER is the sandbox, which moves no money: production needs a real one")


def _port(text: str, name: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name} must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def _count(text: str, name: str) -> int:
    if not text.isdigit() or int(text) > 9:
        raise SettingsError(f"{name} must be a number from 0 to 9, not {text!r}")
    return int(text)


def _shift(text: str, environment: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,10}", text):
        raise SettingsError(f"CLOCK_SHIFT must be a number of seconds, not {text!r}")
    if int(text) and environment == "production":
        raise SettingsError("CLOCK_SHIFT is for tests: in production the time is the machine's")
    return int(text)


def _accounts(text: str) -> dict[str, str]:
    """`name=hash` pairs, parted by blanks or lines: a hash has commas in it."""
    found: dict[str, str] = {}
    for part in text.split():
        name, _, hashed = part.partition("=")
        if not name or not hashed.startswith("$argon2id$"):
            raise SettingsError("STAFF_ACCOUNTS must list name=hash, the hash made by `memberline staff-password`")
        found[name] = hashed
    return found


def _emails(text: str) -> dict[str, str]:
    """`name=address` pairs, parted by blanks or lines."""
    found: dict[str, str] = {}
    for part in text.split():
        name, _, address = part.partition("=")
        if not name or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise SettingsError("STAFF_EMAILS must list name=address, such as ann=ann@coop.example")
        found[name] = address
    return found


def _served_network(runtime: Path) -> str:
    """Where `memberline serve` last started the sandbox network: jobs run beside it have to find it."""
    noted = runtime / SERVED_NETWORK
    return noted.read_text().strip() if noted.is_file() else "http://127.0.0.1:8082"


def _origins(text: str, environment: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in origins:
        if origin == "*" and environment == "production":
            raise SettingsError("CHAT_ORIGINS may be * in development only: name the co-op's web sites")
        if origin != "*" and not origin.startswith(("https://", "http://")):
            raise SettingsError(f"CHAT_ORIGINS must list web origins such as https://www.coop.example, not {origin!r}")
    return origins


def _database_url(url: str) -> str:
    """Name the asynchronous driver, whatever plain form the co-op's host gave."""
    for plain, driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if url.startswith(plain):
            return driver + url.removeprefix(plain)
    if url.startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
        return url
    raise SettingsError("DATABASE_URL must be a sqlite:/// or postgresql:// address")


def _development_secret(runtime: Path) -> str:
    """A secret of this checkout's own, kept so that links and sessions outlive a restart. Never used in production."""
    path = runtime / "secret_key"
    if not path.exists():
        runtime.mkdir(parents=True, exist_ok=True)
        # opened exclusively: of two processes starting at once only one may decide the key
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
