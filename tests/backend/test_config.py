"""Settings: read from the environment, frozen, and refused in production with every fault in one message."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from pydantic import ValidationError

from backend.config import Settings
from backend.config.weak_secrets import find_weakness
from backend.errors import SettingsError

KEY = "9f2c61d07be4a835f01d9c7746e8b25a3c90d1fe8ab76452e1907cd35b4f8a60"
HASH = PasswordHasher().hash("a password of the office")
GOOD = {
    "MEMBERLINE_ENV": "production",
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://assistant.coop.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0f1b2c3d" * 4,
    "TWILIO_AUTH_TOKEN": "4be1c09d73fa52868d10e7b3965cfa24",
    "TWILIO_NUMBER": "+15555550199",
    "PAYMENT_PROVIDER": "tests.backend.network:DirectNetwork",
    "PROXIES_COUNT": "1",
}
STRIPE = {
    **GOOD,
    "PAYMENT_PROVIDER": "stripe",
    "STRIPE_SECRET_KEY": "rk_live_" + "Zq8vT2mXw4Lp7Kd9",
    "STRIPE_WEBHOOK_SECRET": "whsec_" + "Hn3bR6yUc1Wf5Js0",
}
WHOLE = {
    **GOOD,
    "DATABASE_URL": "postgresql://memberline:Vg7-hK2wQz@db.coop.example/memberline",
    "REDIS_URL": "redis://redis.internal:6379/0",
    "ENGINE_TOKEN": "b7d1" + KEY[:40],
    "METRICS_TOKEN": "kT4vYw-29sLqPz7RxBn0",
    "CHAT_ORIGINS": "https://www.coop.example, https://coop.example:8443/",
    "STAFF_ACCOUNTS": f"ann={HASH}\nbob={HASH}",
    "SMTP_URL": "smtp://mailer:pW9-kLm2@mail.coop.example:587",
}


def refusal(**environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(environment)
    return str(refused.value)


def named(message: str) -> list[str]:
    """The settings that the message names, a line each."""
    return [line.split()[0] for line in message.splitlines()]


@pytest.mark.parametrize(
    "environment",
    [
        GOOD,
        WHOLE,
        STRIPE,
        {**STRIPE, "STRIPE_SECRET_KEY": "sk_live_Zq8vT2mXw4Lp7Kd9"},
        {**GOOD, "PROXIES_COUNT": "0", "ALLOW_NO_PROXY": "yes"},
        {**GOOD, "HOST": "::", "TZ": "America/Chicago"},
    ],
)
def test_valid_settings_start(environment: dict[str, str]) -> None:
    assert Settings.from_env(environment).production


def test_every_setting_has_a_default(tmp_path: Path) -> None:
    settings = Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(tmp_path), "PORT": "8099", "REDIS_URL": ""})
    assert (settings.environment, settings.public_url) == ("development", "http://127.0.0.1:8099")
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/memberline.db"
    assert settings.redis_url is None
    assert len({settings.secret_key, settings.engine_token, settings.sandbox_network_key}) == 3
    assert Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(tmp_path)}).secret_key == settings.secret_key


def test_it_is_frozen_typed_and_made_without_an_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_NUMBER", "+15555550100")
    settings = Settings(secret_key="a key for tests alone", port=99)
    assert (settings.port, settings.twilio_number) == (99, None)
    with pytest.raises(ValidationError):
        settings.port = 100  # type: ignore[misc]
    other = settings.with_values(redis_url="redis://x")
    assert (other.redis_url, settings.redis_url) == ("redis://x", None)


def test_no_secret_is_shown() -> None:
    shown = repr(Settings.from_env(WHOLE))
    assert not [name for name in ("SECRET_KEY", "TWILIO_AUTH_TOKEN", "ENGINE_TOKEN") if WHOLE[name] in shown]
    assert "pW9-kLm2" not in shown
    assert "Vg7-hK2wQz" not in shown
    message = refusal(**WHOLE | {"SECRET_KEY": "Tr0ub4dor", "DATABASE_URL": "mysql://root:hunter2hunter2@x"})
    assert "Tr0ub4dor" not in message
    assert "hunter2" not in message


def test_all_errors_are_reported_at_once() -> None:
    message = refusal(
        MEMBERLINE_ENV="production",
        SECRET_KEY="changeme",
        PUBLIC_URL="http://user:pw@coop.example/bot?x=1",
        TWILIO_ACCOUNT_SID="x",
        TWILIO_NUMBER="call us",
        REDIS_URL="redis://localhost",
        CHAT_ORIGINS="http://www.coop.example",
        PORT="eighty",
        CLOCK_SHIFT="60",
        METRICS_TOKEN="metrics",
    )
    assert sorted(named(message)) == sorted(
        [
            *("SECRET_KEY", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER", "DATABASE_URL"),
            *("CHAT_ORIGINS", "PORT", "CLOCK_SHIFT", "METRICS_TOKEN", "PAYMENT_PROVIDER"),
        ]
    )


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER"]
)
def test_missing_setting_is_named(name: str) -> None:
    assert named(refusal(**{key: value for key, value in GOOD.items() if key != name})) == [name]


FAULTS = [
    *(("SECRET_KEY", bad) for bad in ("changeme", "x", "secret", "a" * 64, "ab" * 40, KEY[:31], "change-me-" * 5)),
    *(
        ("SECRET_KEY", bad)
        for bad in ("0123456789abcdefghijklmnopqrstuv", "my-secret-key-for-production-2026", f" {KEY}")
    ),
    *(("ENGINE_TOKEN", bad) for bad in ("short", "0" * 64, "engine-token", KEY)),
    *(("METRICS_TOKEN", bad) for bad in ("x", "metrics", "prometheus", "12345678901234567890")),
    *(("TWILIO_AUTH_TOKEN", bad) for bad in ("x", "0" * 32, "changeme", "a token for tests alone", KEY)),
    *(("TWILIO_AUTH_TOKEN", bad) for bad in ("0123456789abcdef0123456789abcdef", "your_auth_token")),
    *(
        ("TWILIO_ACCOUNT_SID", bad)
        for bad in ("x", "AC123", "SK" + "0" * 32, "AC" + "g" * 32, "AC" + "0" * 33, "AC" + "0" * 32, "AC" + "0f" * 16)
    ),
    *(("TWILIO_NUMBER", bad) for bad in ("5735551234", "+1", "+1 573 555 1234", "+15735551", "1234", "+0555555019")),
    *(("TWILIO_NUMBER", bad) for bad in ("COOP", "1234567", "+1573555123456", "MG" + "0" * 32, "+١٥٧٣٥٥٥١٢٣٤")),
    *(("PUBLIC_URL", "https://" + bad) for bad in ("u:p@coop.example", "u@coop.example", "coop.example/bot", "")),
    *(
        ("PUBLIC_URL", "https://" + bad)
        for bad in ("coop.example?x=1", "coop.example/#a", "localhost", "127.0.0.1:8080")
    ),
    *(("PUBLIC_URL", "https://" + bad) for bad in ("coop.example:99999", "coop example", "0.0.0.0")),
    *(("PUBLIC_URL", bad) for bad in ("http://coop.example", "coop.example", "ftp://coop.example")),
    *(
        ("CHAT_ORIGINS", bad)
        for bad in ("http://coop.example", "https://a.example,http://b.example", "*", "coop.example")
    ),
    *(("CHAT_ORIGINS", bad) for bad in ("https://coop.example/chat", "https://u:p@coop.example")),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql://postgres:postgres@db/memberline"),
    ("DATABASE_URL", "postgresql://memberline:changeme@db/memberline"),
    ("PROXIES_COUNT", "0"),
    ("PROXIES_COUNT", "many"),
    ("CLOCK_SHIFT", "1"),
    ("PAYMENT_PROVIDER", "sandbox"),
    ("POSTING", "file"),
    ("VOICE_TRANSPORT", "sip"),
    *(("TELNYX_PUBLIC_KEY", bad) for bad in ("key", "AAAA", "A" * 43)),
    *(("POSTING_DIR", bad) for bad in ("postings", "/proc/postings", "/etc/hostname")),
    *(("SYNC_DIR", bad) for bad in ("feeds", "/nowhere/feeds", "/etc/hostname", "/proc/self")),
    *(("RETURNS_DIR", bad) for bad in ("returns", "/nowhere/returns", "/etc/hostname")),
    *(("SMTP_URL", bad) for bad in ("smtp://mail.coop.example:25", "http://mail.coop.example", "mail.coop.example")),
    ("SMTP_URL", "smtps://mailer:password@mail.coop.example"),
    ("TWILIO_API_URL", "http://api.coop.example"),
    ("ENGINE_URL", "http://engine:secret@engine:5005"),
    ("COOP_FILE", "/nowhere.toml"),
    *(
        (name, bad)
        for name in ("BILLING_PROVIDER", "PAYMENT_PROVIDER", "MESSAGES_PROVIDER", "OUTAGES_PROVIDER")
        for bad in (
            "paypal",
            "Builtin",
            "none",
            "coop.cards",
            "no.such.module:create",
            "json:nothing",
            "math:pi",
            ":x",
            "x:",
        )
    ),
    ("PAYMENT_PROVIDER", "sandbox.provider:create"),
    *(("STRIPE_WEBHOOK_SECRET", bad) for bad in ("secret", "whsec_", "sk_live_Zq8vT2mXw4Lp7Kd9")),
    ("STRIPE_API_URL", "http://stripe.coop.example"),
    *(
        ("SECRET_KEY", bad)
        for bad in (f'"{KEY}"', f"'{KEY}'", "<generate-me-with-openssl-rand-32>", "$(openssl rand -hex 32)")
    ),
    *(
        ("SECRET_KEY", bad)
        for bad in (
            "correct horse battery staple correct horse",
            "1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y",
            "ilovemydogilovemycat" * 2,
        )
    ),
    *(
        ("SECRET_KEY", bad)
        for bad in ("fixme-fixme2-todo-todo-later-ok!!", "this-is-the-production-key-of-coop", "P@ssw0rd" * 5)
    ),
    ("ENGINE_TOKEN", "internal-shared-token-between-services"),
    *(("METRICS_TOKEN", bad) for bad in ("grafana-prometheus-2026", "monitoringmonitoring1")),
    *(("TWILIO_AUTH_TOKEN", bad) for bad in ("00112233445566778899aabbccddeeff", "deadbeef" * 4)),
    *(
        ("TWILIO_NUMBER", bad)
        for bad in ("+15735551234 ", "+1-573-555-1234", "+266696687", "99999", "whatsapp:+15735551234")
    ),
    *(
        ("PUBLIC_URL", "https://" + bad)
        for bad in (
            "coop",
            "coop.local",
            "bot.internal",
            "192.168.1.5",
            "example.com",
            "yourdomain.com",
            "*.coop.org",
            "-a.coop.org",
        )
    ),
    *(
        ("PUBLIC_URL", "https://" + bad)
        for bad in ("a..coop.org", "a_b.coop.org", "coop.org;", "coop,org", "coop.org:0")
    ),
    *(
        ("CHAT_ORIGINS", "https://" + bad)
        for bad in (
            "*.coop.org",
            "*",
            "localhost",
            "coop",
            "10.0.0.1",
            "coop.org:99999",
            "a.org;https://b.org",
            "a.org https://b.org",
        )
    ),
    ("CHAT_ORIGINS", ","),
    *(("DATABASE_URL", "postgresql://" + bad) for bad in ("", "db", "u:Vg7-hK2wQz@db", "u:Vg7-hK2wQz@db:port/m")),
    *(
        ("DATABASE_URL", "sqlite:///" + bad)
        for bad in ("", "here.db", "/nowhere/at/all/x.db", "/proc/x.db", "/etc", "/srv/x?mode=memory")
    ),
    *(
        ("MEMBERLINE_RUNTIME_DIR", bad)
        for bad in ("/proc/x", "/etc/passwd", "/dev/null", "~/.memberline", "var", "/sys/x")
    ),
    *(("HOST", bad) for bad in ("coop.example", "256.1.1.1", "http://0.0.0.0", "*", ":8080", "127.0.0.1:8080")),
    *(("TZ", bad) for bad in ("America/Nowhere", "Central", "../etc/passwd")),
    *(("ENGINE_URL", "http://127.0.0.1:5005" + bad) for bad in ("/webhooks", "?x=1")),
    *(("STAFF_ACCOUNTS", bad) for bad in ("ann=secret", f"={HASH}", f"ann={HASH} ann={HASH}", "ann=$argon2id$x")),
    ("STAFF_ACCOUNTS", "ann=" + PasswordHasher(memory_cost=64, time_cost=1).hash("a password of the office")),
]


# named by their place: a hash differs in each process, and workers must agree on the tests there are
@pytest.mark.parametrize(("name", "value"), FAULTS, ids=[f"{name}-{place}" for place, (name, _) in enumerate(FAULTS)])
def test_error_names_its_setting(name: str, value: str) -> None:
    message = refusal(**GOOD | {name: value})
    assert named(message) == [name]
    assert re.search("must|may|is |has |names|would", message)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sk_test_Zq8vT2mXw4Lp7Kd9", "test mode, where no money moves"),
        ("rk_test_Zq8vT2mXw4Lp7Kd9", "test mode, where no money moves"),
        ("pk_live_Zq8vT2mXw4Lp7Kd9", "is the publishable key"),
        ("whsec_Hn3bR6yUc1Wf5Js0", "STRIPE_WEBHOOK_SECRET"),
        ("Zq8vT2mXw4Lp7Kd9", "must be sk_live_"),
    ],
)
def test_stripe_key_that_takes_no_money_is_refused(key: str, said: str) -> None:
    message = refusal(**STRIPE | {"STRIPE_SECRET_KEY": key})
    assert named(message) == ["STRIPE_SECRET_KEY"]
    assert said in message
    assert "Zq8v" not in message


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STRIPE_SECRET_KEY", "hello", "must be sk_test_… or rk_test_…"),
        ("STRIPE_SECRET_KEY", "sk_test_", "must be sk_test_… or rk_test_…"),
        ("STRIPE_SECRET_KEY", "pk_test_Zq8vT2mXw4Lp7Kd9", "is the publishable key: write the secret one, sk_test_…"),
        ("STRIPE_SECRET_KEY", "whsec_Hn3bR6yUc1Wf5Js0", "STRIPE_WEBHOOK_SECRET; here must be sk_test_… or rk_test_…"),
        ("STRIPE_WEBHOOK_SECRET", "sk_test_Zq8vT2mXw4Lp7Kd9", "must be whsec_…"),
    ],
)
def test_stripe_key_that_cannot_be_one_is_refused_in_development_too(name: str, value: str, said: str) -> None:
    message = refusal(**{name: value})
    assert named(message) == [name]
    assert said in message
    assert "Zq8v" not in message


@pytest.mark.parametrize("key", ["sk_test_Zq8vT2mXw4Lp7Kd9", "rk_test_Zq8vT2mXw4Lp7Kd9", "sk_live_Zq8vT2mXw4Lp7Kd9"])
def test_stripe_key_of_either_mode_is_taken_in_development(key: str) -> None:
    assert Settings.from_env({"STRIPE_SECRET_KEY": key, "STRIPE_WEBHOOK_SECRET": "whsec_Hn3bR6yU"}).stripe_secret_key


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"])
def test_stripe_needs_both_of_its_secrets(name: str) -> None:
    assert named(refusal(**{key: value for key, value in STRIPE.items() if key != name})) == [name]


OIDC = {"OIDC_ISSUER": "https://login.coop.example", "OIDC_CLIENT_ID": "memberline", "OIDC_CLIENT_SECRET": "x7-Rt2"}


def test_single_sign_on_needs_its_three_settings_and_passwords_need_it() -> None:
    assert Settings.from_env(GOOD | OIDC | {"STAFF_PASSWORDS": "no"}).single_sign_on
    assert named(refusal(**GOOD, OIDC_CLIENT_ID="memberline")) == ["OIDC_ISSUER", "OIDC_CLIENT_SECRET"]
    assert named(refusal(**GOOD, STAFF_PASSWORDS="no")) == ["STAFF_PASSWORDS"]
    assert named(refusal(**GOOD | OIDC | {"OIDC_ISSUER": "http://login.coop.example"})) == ["OIDC_ISSUER"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ROLES", "it=king"),
        ("OIDC_ROLES", "it=admin"),  # without the claim
        ("STAFF_TWO_STEP", "always"),
        ("STAFF_IDLE_MINUTES", "1"),
        ("STAFF_PASSWORDS", "maybe"),
        ("OIDC_TRUST_EMAIL", "maybe"),
    ],
)
def test_wrong_setting_of_the_office_is_named(name: str, value: str) -> None:
    assert named(refusal(**GOOD | OIDC | {name: value})) == [name]


def test_a_value_of_the_role_claim_may_have_an_equals_sign() -> None:
    roles = "cn=it,dc=coop=admin desk=agent"
    given = GOOD | OIDC | {"OIDC_ROLE_CLAIM": "groups", "OIDC_ROLES": roles}
    assert Settings.from_env(given).oidc_roles == {"cn=it,dc=coop": "admin", "desk": "agent"}


def test_unknown_provider_is_reported_with_the_known_ones() -> None:
    message = refusal(
        **GOOD | {"BILLING_PROVIDER": "nisc", "MESSAGES_PROVIDER": "twilio", "PAYMENT_PROVIDER": "paypal"}
    )
    assert sorted(named(message)) == ["BILLING_PROVIDER", "MESSAGES_PROVIDER", "PAYMENT_PROVIDER"]
    assert "Use one of: builtin, multispeak; or package.module:ClassOrFactory" in message
    assert "Use one of: auto; or" in message


def test_a_sqlite_file_for_several_processes_is_refused(tmp_path: Path) -> None:
    for database in ({}, {"DATABASE_URL": f"sqlite:///{tmp_path}/memberline.db"}):
        message = refusal(**GOOD, REDIS_URL="redis://localhost", **database)
        assert named(message) == ["DATABASE_URL"]
        assert "REDIS_URL" in message


@pytest.mark.parametrize(
    "address",
    [
        "http://redis",
        "redis",
        "redis://:changeme@redis",
        "redis://",
        "redis://h:99999",
        "redis:///0",
        "redis://h/db",
        "unix://",
    ],
)
def test_missing_or_open_redis_is_refused(address: str) -> None:
    assert named(refusal(**WHOLE | {"REDIS_URL": address})) == ["REDIS_URL"]


@pytest.mark.parametrize(
    ("name", "denied", "said"),
    [
        ("SYNC_DIR", os.W_OK, "cannot be written to"),
        ("SYNC_DIR", os.R_OK, "cannot be read"),
        ("RETURNS_DIR", os.R_OK, "cannot be read"),
        ("RETURNS_DIR", os.X_OK, "cannot be read"),
    ],
)
def test_a_folder_that_is_closed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, denied: int, said: str
) -> None:
    def access(path: str | Path, mode: int) -> bool:  # root may open everything
        return Path(path) != tmp_path or not mode & denied

    assert Settings.from_env({**GOOD, name: str(tmp_path)}).production
    monkeypatch.setattr(os, "access", access)
    message = refusal(**GOOD, **{name: str(tmp_path)})
    assert named(message) == [name]
    assert said in message


def test_a_folder_of_returns_need_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path or not mode & os.W_OK)
    assert Settings.from_env({**GOOD, "RETURNS_DIR": str(tmp_path)}).production


def test_files_for_a_clerk_need_a_folder() -> None:
    assert named(refusal(**GOOD, POSTING="csv")) == ["POSTING_DIR"]


def test_one_secret_for_two_purposes_is_refused() -> None:
    assert named(refusal(**GOOD, ENGINE_TOKEN=KEY)) == ["ENGINE_TOKEN"]


@pytest.mark.parametrize("environment", ["Production", "prod", "staging"])
def test_an_environment_that_there_is_not_is_refused(environment: str) -> None:
    assert named(refusal(**GOOD | {"MEMBERLINE_ENV": environment})) == ["MEMBERLINE_ENV"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "1_000"), ("PROXIES_COUNT", "10"), ("CLOCK_SHIFT", "1.5"), ("DATABASE_URL", "mysql://x")],
)
def test_a_wrong_value_is_refused_everywhere(name: str, value: str) -> None:
    assert named(refusal(**{name: value})) == [name]


def test_generated_secrets_are_accepted() -> None:
    made = ("c2ff0e9d4ab17f6358e0a1b2d96c7e45", "Zk3n-8VbQeR1tYx_0pLwMfGh2dSaU7cJ", "Vg7-hK2wQz")
    assert [find_weakness(secret, len(secret)) for secret in made] == [None] * 3
