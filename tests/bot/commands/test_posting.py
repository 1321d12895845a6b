"""The office's commands for payments on their way to the billing system."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from bot.commands.cli import main
from tests.backend.household import NOW, make_household
from tests.backend.network import DirectNetwork
from tests.backend.posting.movements import add, pay
from tests.bot.serving import settings_for
from tests.support.ports import free_port


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder whose database has one payment, and a return of another one, of November 18."""
    (tmp_path / "memberline.db").write_bytes(migrated_database.read_bytes())
    asyncio.run(_fill(tmp_path))
    for name, value in {
        "MEMBERLINE_RUNTIME_DIR": str(tmp_path),
        "SECRET_KEY": "a key for tests alone",
        "POSTING_DIR": str(tmp_path / "postings"),
        "SANDBOX_NETWORK_URL": f"http://127.0.0.1:{free_port()}",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


async def _fill(folder: Path) -> None:
    backend = Backend.create(settings_for(folder), ManualClock(NOW))
    backend.payments = DirectNetwork()
    home = await make_household(backend)
    await pay(backend, home)
    await add(backend, home, "r", kind="return", fee_cents=250)
    await backend.close()


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def listed() -> list[dict[str, object]]:
    return list(json.loads(run("posting", "list", "--json").stdout)["postings"])


def test_alone_it_says_how_many_wait_and_where_they_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run("posting").stdout.splitlines()
    assert lines[0].split() == ["2", "waiting", "to", "be", "sent"]
    assert lines[-2] == "The oldest that is not sent was made on 2026-11-18 at 10:00."
    assert "POSTING_DIR each morning" in lines[-1]
    monkeypatch.delenv("POSTING_DIR")
    assert run("posting").stdout.splitlines()[-1].startswith("They go nowhere yet")


def test_a_file_is_made_now_and_made_again_when_it_was_lost(folder: Path) -> None:
    (made,) = json.loads(run("posting", "run").stdout)["files"]
    assert (made["batch"], made["count"], made["amount_cents"]) == (1, 2, 10740)
    first = Path(made["path"])
    assert [row["amount"] for row in csv.DictReader(io.StringIO(first.read_text()))] == ["112.40", "-5.00"]
    again = Path(run("posting", "export", "--batch", "1", str(folder)).stdout.strip())
    assert again.parent == folder
    assert again.read_bytes() == first.read_bytes()
    assert [(row["status"], row["reference"]) for row in listed()] == [("sent", first.name)] * 2
    assert run("posting", "export", "--batch", "2", str(folder), code=1).stderr.startswith(
        "memberline: there is no batch"
    )


def test_a_person_marks_a_movement_with_a_reason(folder: Path) -> None:
    words = ("posting", "mark", "return:r", "sent", "--by", "ann", "--reason", "booked by hand", "--reference", "B-88")
    assert run(*words).stdout == "return:r is sent now\n"
    (row,) = (row for row in listed() if row["key"] == "return:r")
    assert (row["status"], row["reference"], row["problem"]) == ("sent", "B-88", "ann: booked by hand")
    acts = asyncio.run(_acts(folder))
    assert [(act.actor, (act.after or {})["reason"]) for act in acts] == [("office:ann", "booked by hand")]
    assert run(*words, code=1).stderr == "memberline: return:r is sent already\n"
    assert "return:r" in run("posting", "list", "--status", "sent").stdout


async def _acts(folder: Path) -> list[AuditRow]:
    from sqlalchemy import select

    backend = Backend.create(settings_for(folder))
    async with backend.db.read_session() as session:
        found = list(await session.scalars(select(AuditRow).where(AuditRow.act == "posting_resolved")))
    await backend.close()
    return found


def test_show_lists_the_movements_of_an_account(folder: Path) -> None:
    shown = json.loads(run("show", "99999-001", "--json").stdout)["postings"]
    assert [(each["kind"], each["amount_cents"], each["status"]) for each in shown] == [
        ("return", 500, "waiting"), ("payment", 11240, "waiting"),
    ]  # fmt: skip


def test_a_day_is_compared_and_the_exit_code_says_whether_it_agrees(folder: Path) -> None:
    run("posting", "run")
    theirs = folder / "theirs.csv"
    lines = [f"{row['key']},{row['amount_cents']}" for row in listed()]
    theirs.write_text("key,amount\n" + "\n".join(line[:-2] + "." + line[-2:] for line in lines))
    reconcile = ("reconcile", "--on", "2026-11-18", "--theirs", str(theirs))
    data = json.loads(run(*reconcile, "--json", code=1).stdout)
    # their return is booked as a payment
    assert [each["name"] for each in data["differences"]] == ["amount_differs"]
    theirs.write_text(theirs.read_text().replace(",5.00", ",-5.00"))
    assert "No difference." in run(*reconcile).stdout
    table = list(csv.DictReader(io.StringIO(run(*reconcile, "--csv").stdout)))
    assert [(row["ours"], row["theirs"]) for row in table] == [("112.40", "112.40"), ("-5.00", "-5.00")]


def test_a_list_that_cannot_be_read_is_named_by_line_without_a_traceback(folder: Path) -> None:
    theirs = folder / "theirs.csv"
    theirs.write_text("key,amount\npayment:a,1.2E+3\n")
    result = run("reconcile", "--theirs", str(theirs), code=1)
    assert result.stderr == 'memberline: theirs.csv:2: amount "1.2E+3" is not an amount such as 112.40\n'
