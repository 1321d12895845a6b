"""What is probably not meant is named: a setting that is off, one that is misspelled, the database in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.config import ROOT, Settings
from backend.config.remarks import READ_ELSEWHERE, describe_database, find_misspelled, find_what_is_off
from tests.backend.test_config import GOOD, WHOLE


def misspelled(*names: str) -> list[str]:
    return find_misspelled(dict.fromkeys(names, "a value"), Settings.names())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CHAT_ORIGIN", "is it CHAT_ORIGINS?"),
        ("STAFF_ACCOUNT", "is it STAFF_ACCOUNTS?"),
        ("DATABASE_URI", "is it DATABASE_URL?"),
        ("SMPT_URL", "is it SMTP_URL?"),
        ("TWILIO_API_KEY", "docs/settings.md lists them"),
    ],
)
def test_misspelled_setting_is_named(name: str, meant: str) -> None:
    [line] = misspelled(name)
    assert line.startswith(f"{name} is not a setting, and ignored: ")
    assert line.endswith(meant)
    assert "a value" not in line


def test_what_every_machine_has_set_is_no_misspelling() -> None:
    others = (
        "HOME",
        "HOSTNAME",
        "LANG",
        "PATH",
        "PORTAGE",
        "TZ",
        "NO_PROXY",
        "https_proxy",
        "LOGNAME",
        "INVOCATION_ID",
    )
    assert misspelled(*others, *Settings.names(), *READ_ELSEWHERE) == []


def test_every_variable_of_the_deploy_files_is_known() -> None:
    example = (ROOT / "deploy" / "memberline.env.example").read_text(encoding="utf-8")
    names = [line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line]
    assert misspelled(*(name for name in names if name.isupper())) == []


def test_production_says_what_is_off(tmp_path: Path) -> None:
    given = GOOD | {"MEMBERLINE_RUNTIME_DIR": str(tmp_path)}
    lines = find_what_is_off(Settings.from_env(given), given)
    assert [line.split()[0] for line in lines] == ["DATABASE_URL", "SMTP_URL"]
    assert str(tmp_path / "memberline.db") in lines[0]
    older_way = find_what_is_off(Settings.from_env(WHOLE), WHOLE)
    assert [line.split()[0] for line in older_way] == ["STAFF_ACCOUNTS"]
    invited = {name: value for name, value in WHOLE.items() if name != "STAFF_ACCOUNTS"}
    assert find_what_is_off(Settings.from_env(invited), invited) == []
    assert find_what_is_off(Settings.from_env({"SECRET_KEY": "x"}), {}) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://coop:opensesame@db:5433/members?ssl=require", "postgresql://coop:***@db:5433/members"),
        ("postgresql:///members?host=/run/pg&password=opensesame", "postgresql:///members?host=/run/pg"),
        ("sqlite:////var/lib/memberline/memberline.db", "sqlite:////var/lib/memberline/memberline.db"),
    ],
)
def test_database_is_shown_without_its_password(url: str, shown: str) -> None:
    assert describe_database(Settings.from_env({"SECRET_KEY": "x", "DATABASE_URL": url})).replace("%2F", "/") == shown
