"""`memberline check` names what is to be mended, a line each, changes nothing and prints no secret."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from backend.config import ROOT, Settings
from bot.commands import serve, training
from bot.commands.check import _check_people
from bot.commands.check_outside import check_servers
from bot.commands.cli import main
from tests.backend.test_config import GOOD as PRODUCTION
from tests.backend.test_config import WHOLE
from tests.standins.smtp import StandInMail
from tests.support.ports import free_port
from tests.support.redis_server import redis_server


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder with an empty database."""
    (tmp_path / "memberline.db").write_bytes(migrated_database.read_bytes())
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "opensesame, a key for tests alone")
    monkeypatch.setenv("ENGINE_URL", "http://127.0.0.1:5005")  # else the model, which is not always trained
    return tmp_path


def found(*options: str, code: int = 0) -> dict[str, tuple[str, str]]:
    """Level and text by what was looked at."""
    done = CliRunner().invoke(main, ["check", "--json", *options], catch_exceptions=False)
    assert done.exit_code == code, done.output
    assert "opensesame" not in done.output
    return {each["what"]: (each["level"], each["text"]) for each in json.loads(done.stdout)}


def test_all_is_well(folder: Path) -> None:
    levels = {what: level for what, (level, _) in found().items()}
    assert set(levels.values()) == {"ok"}
    assert {"settings", "COOP_FILE", "knowledge", "providers", "DATABASE_URL"} <= set(levels)
    lines = CliRunner().invoke(main, ["check"], catch_exceptions=False).stdout.splitlines()
    assert lines[0] == "ok      settings: read; this is development"


async def test_production_without_people_is_remarked(folder: Path) -> None:
    settings = Settings.from_env(os.environ).with_values(environment="production")
    assert [each.what for each in await _check_people(settings)] == ["office"]
    invited = await asyncio.to_thread(
        CliRunner().invoke, main, ["staff", "invite", "Ann", "--email", "a@coop.example", "--role", "admin"]
    )
    assert invited.exit_code == 0
    assert await _check_people(settings) == []


def test_each_wrong_setting_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (WHOLE | {"PORT": "eighty", "TWILIO_NUMBER": "5551234", "SECRET_KEY": "opensesame"}).items():
        monkeypatch.setenv(name, value)
    seen = found(code=1)
    assert set(seen) == {"PORT", "TWILIO_NUMBER", "SECRET_KEY"}
    assert seen["PORT"] == ("fault", "must be a port number from 1 to 65535")
    monkeypatch.setenv("CHAT_ORIGIN", "https://www.coop.example")
    assert found(code=1)["CHAT_ORIGIN"] == ("remark", "is not a setting, and ignored: is it CHAT_ORIGINS?")


def test_wrong_fact_and_wrong_folders_are_faults(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "coop.toml").write_text("[coop]\nname = 5\n")
    monkeypatch.setenv("COOP_FILE", str(folder / "coop.toml"))
    monkeypatch.setenv("SYNC_DIR", str(folder / "feed"))
    seen = found(code=1)
    assert seen["COOP_FILE"][0] == "fault"
    assert "[phones] is missing" in seen["COOP_FILE"][1]
    assert seen["SYNC_DIR"][0] == "fault"
    assert not (folder / "feed").exists()


def test_model_of_other_data_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENGINE_URL")
    monkeypatch.setattr(serve, "MODEL", model := folder / "current.tar.gz")
    model.touch()
    (folder / "current.json").write_text(json.dumps({"inputs": "of the version before"}))
    level, text = found(code=1)["model"]
    assert (level, "trained from other data" in text, "train --if-stale" in text) == ("fault", True, True)
    fresh = {"inputs": training._load_model_stamp().project_digest(ROOT)}
    (folder / "current.json").write_text(json.dumps(fresh))
    assert found()["model"] == ("ok", str(model))


def test_the_shipped_facts_are_faults_in_production(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["check", "--offline"], catch_exceptions=False)
    assert done.exit_code == 1
    lines = [line for line in done.stdout.splitlines() if line.startswith("fault   COOP_FILE")]
    assert "phones.outage is a number in the area 555, which no carrier serves: it is for trying alone" in lines[2]


def test_misspelled_setting_is_a_remark(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_ORIGIN", "https://www.coop.example")
    assert found()["CHAT_ORIGIN"] == ("remark", "is not a setting, and ignored: is it CHAT_ORIGINS?")


@pytest.mark.parametrize(
    ("revision", "level", "code", "said"),
    [("0001", "remark", 0, "the next start brings it to"), ("9335", "fault", 1, "which this version does not know")],
)
def test_schema_that_is_not_this_versions(folder: Path, revision: str, level: str, code: int, said: str) -> None:
    with closing(sqlite3.connect(folder / "memberline.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()
    seen = found(code=code)["DATABASE_URL"]
    assert (seen[0], said in seen[1]) == (level, True), seen
    with closing(sqlite3.connect(folder / "memberline.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


def test_databases_that_are_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder.parent}/nope/x.db")
    assert "is not there: make it first" in found(code=1)["DATABASE_URL"][1]
    assert not (folder.parent / "nope").exists()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://coop:opensesame@127.0.0.1:{free_port()}/memberline")
    level, text = found(code=1)["DATABASE_URL"]
    assert (level, "no PostgreSQL answers at 127.0.0.1" in text) == ("fault", True)


def test_database_before_the_first_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "memberline.db").unlink()
    said = "not created yet, the first start makes the tables"
    assert (found()["DATABASE_URL"][0], found()["DATABASE_URL"][1].endswith(said)) == ("ok", True)
    assert not (folder / "memberline.db").exists()
    (folder / "memberline.db").touch()
    assert found()["DATABASE_URL"][1].endswith(": empty, the first start makes the tables")


@asynccontextmanager
async def answering(status: int, asked: list[tuple[str, str]]) -> AsyncIterator[str]:
    """A server that answers every GET with this status, and notes the path and who asked."""

    async def answer(request: web.Request) -> web.Response:
        who = base64.b64decode(request.headers["Authorization"].split()[1]).decode()
        asked.append((f"{request.method} {request.path}", who))
        return web.json_response({}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port := free_port())
    await site.start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


ACCOUNT, TOKEN, KEY = WHOLE["TWILIO_ACCOUNT_SID"], WHOLE["TWILIO_AUTH_TOKEN"], "rk_test_Zq8vT2mXw4Lp7Kd9"


def settings_with(url: str, **more: str) -> Settings:
    given = {name: WHOLE[name] for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")}
    stripe = {"PAYMENT_PROVIDER": "stripe", "STRIPE_SECRET_KEY": KEY, "STRIPE_API_URL": url}
    return Settings.from_env({"SECRET_KEY": "x", "TWILIO_API_URL": url, **given, **stripe, **more})


@pytest.mark.parametrize(
    ("status", "twilio", "stripe"),
    [(200, "ok", "ok"), (401, "fault", "fault"), (403, "fault", "ok"), (503, "fault", "fault")],
)
async def test_twilio_and_stripe_are_only_read(status: int, twilio: str, stripe: str) -> None:
    asked: list[tuple[str, str]] = []
    async with answering(status, asked) as url:
        levels = [each.level for each in await check_servers(settings_with(url), offline=False)]
        assert levels == [twilio, stripe]
        assert sorted(asked) == [
            (f"GET /2010-04-01/Accounts/{ACCOUNT}.json", f"{ACCOUNT}:{TOKEN}"),
            ("GET /v1/balance", f"{KEY}:"),
        ]
        assert await check_servers(settings_with(url), offline=True) == []


async def test_mail_redis_and_billing_servers_are_tried() -> None:
    mail = StandInMail()
    await mail.start()
    billing = f"http://127.0.0.1:{mail.port}"
    with redis_server() as redis:
        there = Settings.from_env(
            {
                "SECRET_KEY": "x",
                "SMTP_URL": mail.url,
                "REDIS_URL": redis.url,
                "MULTISPEAK_CB_URL": billing,
            }
        )
        assert [each.level for each in await check_servers(there, offline=False)] == ["ok", "ok", "ok"]
    await mail.stop()
    assert mail.mails == []
    seen = await check_servers(there, offline=False)
    assert [(each.what, each.level) for each in seen] == [
        ("REDIS_URL", "fault"),
        ("SMTP_URL", "fault"),
        ("MULTISPEAK_CB_URL", "fault"),
    ]
