"""A member's export has all of theirs, no secret, and nothing of another member."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from backend.app import Backend
from backend.audit import service as audit
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.errors import MemberlineError
from backend.members.models import Member
from backend.privacy.belongings import NoSuchMember
from backend.privacy.export import export_member
from backend.privacy.export_files import build_files, write_export
from backend.tickets.models import Ticket
from tests.backend.privacy.records import plant

# its queries are the same on both databases, and sending and booking are tried on both elsewhere
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE, OTHER_PHONE = "+15555550161", "+15555550162"


async def exported(backend: Backend, number: str) -> dict[str, Any]:
    async with backend.db.read_session() as session:
        return await export_member(session, backend, number)


async def test_everything_of_the_member_and_nothing_else(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    await plant(backend, "70002", "THEIRS", OTHER_PHONE)
    files = build_files(await exported(backend, "70001"))
    everything = "\n".join(files.values())
    for word in ("hello", "welcome", "office", "note", "receipt", "Pay $50.00", "check"):
        assert f"{word} MINE" in everything, word
    for word in ("THEIRS", OTHER_PHONE, "70002", "SECRET"):
        assert word not in everything, word
    assert {
        "members.csv", "payments.csv", "booked_elsewhere.csv", "consents.csv", "tickets.csv", "outbox.csv", "audit.csv"
    } <= set(files)  # fmt: skip
    assert "member: hello MINE" in files["conversations.txt"]


async def test_a_conversation_about_two_members_is_left_out_and_said(backend: Backend) -> None:
    talk = await plant(backend, "70001", "MINE", PHONE)
    await plant(backend, "70002", "THEIRS", OTHER_PHONE)
    async with backend.db.transaction() as session:
        other = await session.get_one(Account, 2)
        await audit.record(session, backend, actor=talk, level=1, channel="sms", act="identified", account_id=other.id)
    for number in ("70001", "70002"):
        found = await exported(backend, number)
        lines = " ".join(line["text"] for line in found["sections"]["conversation_lines"])
        assert ("hello MINE" in lines, "hello THEIRS" in lines) == (False, number == "70002")
        assert any("1 conversation left out" in each for each in found["left_out"]), number


async def test_messages_to_a_shared_phone_are_left_out_and_said(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    await plant(backend, "70002", "THEIRS", PHONE)
    found = await exported(backend, "70001")
    assert found["sections"]["outbox"] == []
    assert any(PHONE in each for each in found["left_out"])


async def test_messages_from_before_the_phone_was_theirs_are_left_out(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    backend.clock.advance(hours=1)  # type: ignore[attr-defined]
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, 1)
        member.phone_changed_at = backend.clock.now()
    assert (await exported(backend, "70001"))["sections"]["outbox"] == []


async def test_what_a_neighbor_said_of_a_ticket_is_left_out(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        session.add(Conversation(id="sms-neighbor", channel="sms", started_at=now, last_seen_at=now))
        await session.flush()
        (await session.get_one(Ticket, 1)).conversation_id = "sms-neighbor"
    [ticket] = (await exported(backend, "70001"))["sections"]["tickets"]
    assert (ticket["number"], ticket["details"], ticket["notes"], ticket["place"]) == ("T70001", {}, [], None)


async def test_files_are_private_and_never_overwrite(backend: Backend, tmp_path: Path) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    found = await exported(backend, "70001")
    folder, archive = tmp_path / "out", tmp_path / "out.zip"
    names = write_export(found, folder)
    write_export(found, archive)
    assert {path.name for path in folder.iterdir()} == set(names) == set(zipfile.ZipFile(archive).namelist())
    assert [path.stat().st_mode & 0o077 for path in (archive, *folder.iterdir())] == [0] * (len(names) + 1)
    assert json.loads((folder / "export.json").read_text())["member"] == "70001"
    for taken in (folder, archive):
        with pytest.raises(MemberlineError, match="exists already"):
            write_export(found, taken)


async def test_a_spreadsheet_takes_nothing_for_a_formula(backend: Backend) -> None:
    await plant(backend, "70001", "=HYPERLINK(1)", PHONE)
    files = build_files(await exported(backend, "70001"))
    cells = [cell for name, text in files.items() if name.endswith(".csv") for row in csv.reader(io.StringIO(text))
             for cell in row]  # fmt: skip
    assert [cell for cell in cells if cell.startswith(("=", "@", "-"))] == []
    assert PHONE in cells


async def test_unknown_member_is_named(backend: Backend) -> None:
    with pytest.raises(NoSuchMember, match=r"no member has the number 99999-001 [(]the number before the dash"):
        await exported(backend, "99999-001")
