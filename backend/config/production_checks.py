"""Checks of the settings for production: each error by the name of its setting, with what is expected instead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from backend.config import stripe_checks
from backend.config.hosts import is_internal_host, is_origin, is_this_machine, is_valid_host
from backend.config.weak_secrets import find_weakness
from backend.errors import SettingsError
from backend.providers import loader
from backend.reading.contact import phone_numbers

REQUIRED = ("SECRET_KEY", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
MIN_KEY_LENGTH, MIN_TOKEN_LENGTH = 32, 20
SECRETS = {
    "SECRET_KEY": MIN_KEY_LENGTH,
    "SECRET_KEY_PREVIOUS": MIN_KEY_LENGTH,
    "ENGINE_TOKEN": MIN_KEY_LENGTH,
    "TWILIO_AUTH_TOKEN": 32,
    "METRICS_TOKEN": MIN_TOKEN_LENGTH,
    "CHAT_IDENTITY_SECRET": MIN_TOKEN_LENGTH,
}
HOW_TO_MAKE = "make one with `python3 -c 'import secrets; print(secrets.token_hex(32))'`"
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
AUTH_TOKEN = re.compile(r"[0-9a-fA-F]{32}")
E164 = re.compile(r"\+(?:1[2-9][0-9]{9}|(?!1)[1-9][0-9]{7,14})")
SHORT_CODE = re.compile(r"[1-9][0-9]{4,5}")
# the minimum that OWASP recommends for argon2id (Password Storage Cheat Sheet): KiB of memory, and passes
MIN_HASH_MEMORY, MIN_HASH_PASSES = 19 * 1024, 2
WRONG_STAFF_ACCOUNTS = (
    "must list name=hash, the hash made by `memberline staff-password`; in an env file between single quotes, since "
    "a $ outside them may be taken for a variable"
)
TRUE_WORDS = ("1", "true", "yes", "on", "y", "t")

Environ = Mapping[str, str]
SettingCheck = Callable[[str, Environ], str | None]


def find_setting_errors(env: Environ) -> dict[str, str]:
    """Error text by setting; empty when production may start. `env` has no empty values."""
    found = {name: "is not set, and MEMBERLINE_ENV=production needs it" for name in REQUIRED if name not in env}
    for name, check in CHECKS.items():
        fault = check(env[name], env) if name in env else None
        if fault:
            found.setdefault(name, fault)
    found |= {name: fault for name, fault in _check_secrets(env).items() if name not in found}
    found |= {name: fault for name, fault in _check_combinations(env).items() if name not in found}
    return found


def _check_secrets(env: Environ) -> dict[str, str]:
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, shortest in SECRETS.items():
        value = env.get(name)
        if not value:
            continue
        problem = find_weakness(value, shortest)
        if problem:
            remedy = "take it from Twilio's console" if name.startswith("TWILIO") else HOW_TO_MAKE
            found[name] = f"is no secret: {problem}; {remedy}"
        elif value in owners:
            found[name] = f"is the same as {owners[value]}: each needs a secret of its own; {HOW_TO_MAKE}"
        owners.setdefault(value, name)
    return found


def _check_combinations(env: Environ) -> dict[str, str]:
    """Errors of settings that do not fit together, or that need another one."""
    found: dict[str, str] = stripe_checks.find_missing(env)
    for name, builtin in loader.BUILTIN.items():
        if fault := _check_provider(name, env.get(name) or next(iter(builtin))):
            found[name] = fault
    if "REDIS_URL" in env and env.get("DATABASE_URL", "sqlite").startswith("sqlite"):
        found["DATABASE_URL"] = (
            "is a SQLite file, but REDIS_URL says that several processes run: they need postgresql://…, "
            "or leave REDIS_URL out"
        )
    if env.get("POSTING") == "csv" and "POSTING_DIR" not in env:
        found["POSTING_DIR"] = "is not set, and POSTING=csv needs the folder that its files go to"
    oidc = [name for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if name not in env]
    if 0 < len(oidc) < 3:
        found |= dict.fromkeys(oidc, "is not set, and single sign-on needs OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET")
    if oidc and env.get("STAFF_PASSWORDS", "yes").lower() not in TRUE_WORDS:
        found["STAFF_PASSWORDS"] = "is no, but without OIDC_ISSUER nobody of the office could sign in"
    if bool(env.get("OIDC_ROLE_CLAIM")) != bool(env.get("OIDC_ROLES")):
        found["OIDC_ROLES"] = "and OIDC_ROLE_CLAIM belong together: the claim, and which of its values is which role"
    behind_none = env.get("PROXIES_COUNT", "0") == "0" and env.get("ALLOW_NO_PROXY", "").lower() not in TRUE_WORDS
    if behind_none and env.get("PUBLIC_URL", "").startswith("https://"):
        found["PROXIES_COUNT"] = (
            "is 0, but PUBLIC_URL is https, which a proxy must speak for the app: without its number all members "
            "seem to come from one address; set how many proxies of yours stand in front, or ALLOW_NO_PROXY=yes "
            "if connections really come from the members' own addresses"
        )
    return found


def _check_public_url(text: str, env: Environ) -> str | None:
    parts = _split_url(text)
    if parts is None or not parts.hostname or parts.scheme != "https":
        return "must start with https:// in production and name a host: request signatures and links depend on it"
    if "@" in parts.netloc:
        return (
            "must have no user name or password in it: it is sent to members; expected https://assistant.coop.example"
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in text or "#" in text:
        return "must have no path, query or fragment: expected https://assistant.coop.example"
    if not is_valid_host(parts.hostname) or parts.port == 0:
        return "names no host that there can be: expected https://assistant.coop.example"
    if _is_example(parts.hostname):
        return "is an example, not the co-op's own: put its name there"
    if is_this_machine(parts.hostname):
        return "is this machine, which members cannot reach: expected https://assistant.coop.example"
    if is_internal_host(parts.hostname):
        return "names a host inside, which members cannot reach: expected https://assistant.coop.example"
    return None


def _is_example(host: str) -> bool:
    """Placeholder hosts from documentation. A `.example` name is allowed for rehearsals: it resolves nowhere."""
    labels = host.rstrip(".").split(".")
    return labels[-2:-1] in (["example"], ["yourdomain"], ["your-domain"], ["mydomain"]) and labels[-1] != "example"


def _check_chat_origins(text: str, env: Environ) -> str | None:
    origins = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
    if "*" in origins:
        return "may be * in development only: name the co-op's web sites"
    if origins and all(_is_web_origin(origin) for origin in origins):
        return None
    return "must list https:// origins without a path, such as https://www.coop.example"


def _is_web_origin(origin: str) -> bool:
    parts = _split_url(origin)
    host = parts.hostname if parts else None
    if parts is None or not host or parts.scheme != "https" or not is_origin(origin):
        return False
    return is_valid_host(host) and not is_this_machine(host) and not is_internal_host(host)


def _check_twilio_number(text: str, env: Environ) -> str | None:
    withheld = phone_numbers.is_withheld(text) or phone_numbers.is_placeholder(text.removeprefix("+1"))
    if not withheld and (E164.fullmatch(text) or SHORT_CODE.fullmatch(text)):
        return None
    return "must be a phone number in E.164, such as +15735551234, or a short code of five or six digits"


def _check_account_sid(text: str, env: Environ) -> str | None:
    if not ACCOUNT_SID.fullmatch(text):
        return "must be AC and 32 hexadecimal digits, as Twilio's console shows it"
    # real SIDs are random: fewer than six different digits are zeros or an example from Twilio's documentation
    return "is an example: write the one that Twilio's console shows" if len(set(text[2:].lower())) < 6 else None


def _check_auth_token(text: str, env: Environ) -> str | None:
    if AUTH_TOKEN.fullmatch(text):
        return None
    return "must be the 32 hexadecimal digits that Twilio's console shows"


def _check_database_url(text: str, env: Environ) -> str | None:
    if text.startswith("sqlite"):
        return _check_sqlite_url(text, env)
    parts = _split_url(text)
    if parts is None or (not parts.hostname and "host=" not in parts.query) or not parts.path.strip("/"):
        return "must be sqlite:////path/to/file or postgresql://user:password@host/name"
    password = unquote(parts.password or "")
    # no password: the server may trust a local socket
    if password and (password == unquote(parts.username or "") or find_weakness(password, 8)):
        return "has a password that is tried first by everybody: give the database's user another"
    return None


def _check_redis_url(text: str, env: Environ) -> str | None:
    parts = _split_url(text)
    if parts is None or not (parts.path if parts.scheme == "unix" else parts.hostname):
        return "must be redis://host:6379/0, or rediss://… or unix:///path of its socket"
    if parts.scheme != "unix" and parts.path.strip("/") and not re.fullmatch(r"/[0-9]{1,3}", parts.path):
        return "must end with the number of a database, such as /0, or with none"
    password = unquote(parts.password or "")
    return "has a password that is tried first by everybody" if password and find_weakness(password, 8) else None


def _check_smtp_url(text: str, env: Environ) -> str | None:
    parts = _split_url(text)
    if parts is None or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        return "must look like smtp://user:password@mail.coop.example:587 or smtps://…"
    if parts.scheme == "smtp" and not is_this_machine(parts.hostname) and parts.port not in (None, 587):
        return "would send mail without TLS: use smtps://…, or port 587, where STARTTLS is insisted on"
    if parts.password and find_weakness(unquote(parts.password), 6):
        return "has a password that is tried first by everybody"
    return None


def _check_staff_accounts(text: str, env: Environ) -> str | None:
    for part in text.split():
        _, _, hashed = part.partition("=")
        try:
            found = extract_parameters(hashed)
        except InvalidHashError:
            return WRONG_STAFF_ACCOUNTS
        if found.memory_cost < MIN_HASH_MEMORY or found.time_cost < MIN_HASH_PASSES:
            return "has a hash that is quick to guess: make it with `memberline staff-password`"
    return None


def _check_clock_shift(text: str, env: Environ) -> str | None:
    return None if text.strip("-0") == "" else "is for tests: in production the time is the machine's"


def _check_messaging_service(text: str, env: Environ) -> str | None:
    good = re.fullmatch(r"MG[0-9a-f]{32}", text)
    return None if good else "must be MG and 32 hexadecimal digits, as Twilio's console shows it"


def _check_https_url(text: str, env: Environ) -> str | None:
    parts = _split_url(text)
    good = parts is not None and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    return None if good else "must be an https:// address without credentials: what it is sent is secret"


def _check_engine_url(text: str, env: Environ) -> str | None:
    parts = _split_url(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return "must be an http:// or https:// address without credentials: ENGINE_TOKEN is the secret"
    if parts.scheme == "http" and not is_this_machine(parts.hostname):
        return "must be https:// to another machine: members' words and ENGINE_TOKEN go there"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "must have no path or query: expected http://127.0.0.1:5005"
    return None


def _check_coop_file(text: str, env: Environ) -> str | None:
    return None if Path(text).is_file() else "names a file that is not there"


def _check_time_zone(text: str, env: Environ) -> str | None:
    try:
        ZoneInfo(text.removeprefix(":"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "names no time zone, such as America/Chicago; leave it out: the co-op's is in coop.toml"
    return None


def _split_url(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        return None
    return None if any(letter.isspace() for letter in text) else parts


def _check_provider(name: str, spec: str) -> str | None:
    """Why the setting names no usable provider, with the names there are."""
    if name == "PAYMENT_PROVIDER" and spec.strip().startswith("sandbox"):
        return "is the sandbox, which moves no money: production needs a real one, stripe or package.module:factory"
    try:
        loader.load(spec, loader.BUILTIN[name])
    except SettingsError as error:
        return f"names none that can be used: {error}"
    return None


def _check_folder(text: str, env: Environ) -> str | None:
    """Of a folder that is created if missing."""
    folder = Path(text)
    if not folder.is_absolute():
        return "must be an absolute path, such as /var/lib/memberline: where the app is started from may change"
    existing = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not existing.is_dir():
        return f"cannot be a folder: {existing} is none"
    if not os.access(existing, os.W_OK | os.X_OK) or _is_kernel_folder(existing):
        return (
            f"cannot be written to: {existing} is closed to the account that this runs as, or to its systemd unit "
            "(ReadWritePaths, docs/server.md)"
        )
    return None


def _check_inbox(text: str, env: Environ, *, example: str = "/srv/memberline/returns") -> str | None:
    """Of a folder of files that others put there and this program reads."""
    folder = Path(text)
    if not folder.is_absolute():
        return f"must be an absolute path, such as {example}: where the app is started from may change"
    try:
        if not folder.is_dir():
            return f"is no folder: make {folder}, and let the account that this runs as into it (docs/server.md)"
    except OSError:
        pass  # a folder above it is closed
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"cannot be read: {folder} is closed to the account that this runs as (docs/server.md)"
    return None


def _check_outgoing_inbox(text: str, env: Environ) -> str | None:
    """Of such a folder from which the files that were taken are moved away."""
    fault = _check_inbox(text, env, example="/srv/memberline/feeds")
    if fault is None and (not os.access(text, os.W_OK) or _is_kernel_folder(Path(text))):
        fault = (
            f"cannot be written to: what was taken is moved to {text}/done. It is closed to the account that this runs "
            "as, or to its systemd unit (ReadWritePaths, docs/server.md)"
        )
    return fault


def _check_sqlite_url(text: str, env: Environ) -> str | None:
    """Of a `sqlite:///...` address."""
    path = text.partition(":///")[2].partition("?")[0]
    if not path or "memory" in text:
        return "is kept in memory and would forget everything"
    if not path.startswith("/"):
        return "must be sqlite:// and an absolute path, such as sqlite:////var/lib/memberline/memberline.db"
    file = Path(path)
    if file.is_dir():
        return "is a folder: name a file in it"
    if not file.parent.is_dir():
        if file.is_relative_to(env.get("MEMBERLINE_RUNTIME_DIR", "/-")):
            return None  # created at start-up
        return "is in a folder that is not there: make it first"
    if not os.access(file if file.exists() else file.parent, os.W_OK) or _is_kernel_folder(file.parent):
        return "cannot be written to by the account that this runs as"
    return None


def _check_listen_host(text: str, env: Environ) -> str | None:
    try:
        ip_address(text)
    except ValueError:
        return None if text == "localhost" else "must be an address to listen at, such as 127.0.0.1 or 0.0.0.0"
    return None


def _is_kernel_folder(folder: Path) -> bool:
    """Pseudo file systems, where os.access tells root that it may write, and it may not."""
    where = folder.resolve()
    return any(where.is_relative_to(each) for each in ("/proc", "/sys", "/dev")) and where.parts[:3] != (
        "/",
        "dev",
        "shm",
    )


CHECKS: dict[str, SettingCheck] = {
    "PUBLIC_URL": _check_public_url,
    "TWILIO_ACCOUNT_SID": _check_account_sid,
    "TWILIO_AUTH_TOKEN": _check_auth_token,
    "TWILIO_NUMBER": _check_twilio_number,
    "TWILIO_MESSAGING_SERVICE_SID": _check_messaging_service,
    "TWILIO_API_URL": _check_https_url,
    "STRIPE_SECRET_KEY": stripe_checks.check_secret_key,
    "STRIPE_WEBHOOK_SECRET": stripe_checks.check_webhook_secret,
    "STRIPE_API_URL": _check_https_url,
    "DATABASE_URL": _check_database_url,
    "REDIS_URL": _check_redis_url,
    "SMTP_URL": _check_smtp_url,
    "CHAT_ORIGINS": _check_chat_origins,
    "STAFF_ACCOUNTS": _check_staff_accounts,
    "OIDC_ISSUER": _check_https_url,
    "CLOCK_SHIFT": _check_clock_shift,
    "ENGINE_URL": _check_engine_url,
    "COOP_FILE": _check_coop_file,
    "MEMBERLINE_RUNTIME_DIR": _check_folder,
    "POSTING_DIR": _check_folder,
    "SYNC_DIR": _check_outgoing_inbox,
    "RETURNS_DIR": _check_inbox,
    "HOST": _check_listen_host,
    "TZ": _check_time_zone,
}
