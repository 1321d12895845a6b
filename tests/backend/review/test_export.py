"""Marks, and what is exported of them: no name and no number leaves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.config import ROOT
from backend.conversations.engine_store import EngineStore
from backend.members.models import Member
from backend.privacy.retention import apply_periods
from backend.reading.acts.model import ACT_KINDS
from backend.review import marks
from backend.review.anonymize import anonymize, list_personal_words
from backend.review.export import export_sentences, export_transcripts
from backend.review.meanings import ACT_TITLES, INTENT_TITLES
from backend.review.models import ReviewMark, TurnReading
from bot.dialogue.action_webhook import list_intents, load_domain
from lab.player import list_transcripts, load_script
from tests.backend.household import NOW, Household
from tests.support.talks import Said, add_talk


def test_the_closed_set_is_that_of_the_domain() -> None:
    assert set(INTENT_TITLES) == set(list_intents(load_domain(ROOT / "domain.yml")))
    assert tuple(ACT_TITLES) == ACT_KINDS


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("my number is 48213-002, last four 0646", "my number is 99999-001, last four 1234"),
        ("call me at (815) 555-0199 after 5", "call me at 555-555-0142 after 5"),
        ("I paid $87.15 on the 4th, not 8715", "I paid $50.00 on the 4th, not 1234"),
        ("mail it to dora.g@farm.example please", "mail it to name@example.com please"),
        ("hi, my name is Dora Graham, I want to pay", "hi, my name is Pat Smith, I want to pay"),
        ("me llamo Lucía Ortega y no hay luz", "me llamo Pat Smith y no hay luz"),
        ("this is ruth alvarez at 14 Elm Grove Road", "this is Pat Smith at 14 Pat Smith Road"),
        ("this is the third time I ask", "this is the third time I ask"),
        ("see https://x.example/portal/reset/abc", "see [link]"),
    ],
)
def test_names_and_numbers_are_replaced(said: str, kept: str) -> None:
    personal = list_personal_words("Ruth Alvarez", "14 Elm Grove Road, Elizabeth, IL")
    assert anonymize(said, personal) == kept


async def mark(backend: Backend, inbound_id: int, kind: str = "missed_wish", meant: str = "", note: str = "") -> None:
    async with backend.db.transaction() as session:
        assert await marks.set_mark(session, backend, inbound_id, kind=kind, meant=meant, note=note, by="ann")


async def test_a_message_has_one_mark_and_each_change_is_in_the_audit_trail(backend: Backend) -> None:
    [message] = await add_talk(backend, "a", NOW, [Said("hello")])
    await mark(backend, message)
    await mark(backend, message, "tone", note="too short")
    async with backend.db.read_session() as session:
        [found] = await marks.list_marks(session)
        assert (found.mark.kind, found.mark.note, found.words) == ("tone", "too short", "hello")
    async with backend.db.transaction() as session:
        await marks.remove_mark(session, backend, message, "bob")
        await marks.remove_mark(session, backend, message, "bob")
    async with backend.db.read_session() as session:
        assert await marks.list_marks(session) == []
        acts = [(row.actor, row.act) for row in await session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert acts == [("office:ann", "review_marked")] * 2 + [("office:bob", "review_unmarked")]


@pytest.mark.parametrize(("field", "values"), [("kind", {"kind": "bad"}), ("meant", {"meant": "no_such_intent"})])
async def test_only_what_is_offered_can_be_marked(backend: Backend, field: str, values: dict[str, str]) -> None:
    [message] = await add_talk(backend, "a", NOW, [Said("hello")])
    with pytest.raises(marks.BadMark) as refused:
        await mark(backend, message, **values)
    assert refused.value.field == field


async def test_sentences_have_the_intent_that_was_meant(backend: Backend, home: Household) -> None:
    ids = await add_talk(
        backend, "a", NOW, [Said("Ruth Alvarez here, what do I owe on 99999-001"), Said("", payload="/affirm"),
                            Said("hm")], member_id=home.member_id, language="es",
    )  # fmt: skip
    await mark(backend, ids[0], meant="check_balance")
    await mark(backend, ids[1], meant="check_balance")
    await mark(backend, ids[2], meant="act:unclear")
    async with backend.db.read_session() as session:
        assert await export_sentences(session) == [
            {"text": "Pat Smith here, what do I owe on 99999-001", "intent": "check_balance", "language": "es"}
        ]


async def test_a_marked_talk_is_a_script_that_the_lab_reads(backend: Backend, home: Household, tmp_path: Path) -> None:
    buttons = (("Yes, pay it", "/affirm"), ("No", "/deny"))
    said = [Said("48213-002 and 0646"), Said("pay it", buttons=buttons), Said("", payload="/affirm"), Said("553210")]
    ids = await add_talk(backend, "a", NOW, said, channel="web", member_id=home.member_id)
    await mark(backend, ids[1], "wrong_act", "check_balance", "Ruth only asked")
    async with backend.db.read_session() as session:
        assert await session.get(Member, home.member_id)
        [(name, text)] = (await export_transcripts(session, backend.db)).items()
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [(path.name, channel) for path, channel in list_transcripts(tmp_path)] == [(name, "web")]
    script = load_script(tmp_path / name)
    assert [turn["say"] for turn in script["turns"]] == ["{number} and {last4}", "pay it", "Yes, pay it", "CODE"]
    assert script["about"] == "turn 2 is marked wrong_act, meant check_balance (Pat Smith only asked)"
    assert "Ruth" not in text
    assert yaml.safe_load(text) == script


async def test_marks_and_readings_go_with_their_message(backend: Backend) -> None:
    old = NOW - timedelta(days=backend.coop.retention.conversations + 1)
    ids = [*(await add_talk(backend, "old", old, [Said("hi")])), *(await add_talk(backend, "new", NOW, [Said("hi")]))]
    for message in ids:
        await mark(backend, message)
    await apply_periods(backend, EngineStore(None))
    async with backend.db.read_session() as session:
        for model in (ReviewMark, TurnReading):
            assert list(await session.scalars(select(model.inbound_id))) == ids[1:]
