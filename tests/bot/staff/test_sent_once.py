"""A form of the office that is sent several times at once, or again, is done once."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from backend.agent_handoff.models import TalkNote
from backend.app import Backend
from backend.tickets import service as tickets
from tests.bot.edge import Edge
from tests.bot.staff.test_inbox import sent_texts, text_talk
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import token_in
from tests.bot.staff.test_tickets import open_ticket


async def count_notes(backend: Backend) -> int:
    async with backend.db.read_session() as session:
        return await session.scalar(select(func.count(TalkNote.id))) or 0


async def test_what_is_sent_six_times_at_once_is_done_once(edge: Edge, backend: Backend) -> None:
    talk = await text_talk(edge)
    ticket = await open_ticket(edge, kind="tree")
    await become(edge, "ann")
    page = await edge.get(f"/staff/talks/{talk}")
    before = len(await sent_texts(edge))
    for path, words in (
        (f"/staff/talks/{talk}/answer", {"text": "A truck is on its way."}),
        (f"/staff/talks/{talk}/note", {"note": "called her"}),
        (f"/staff/tickets/{ticket.number}/note", {"note": "called her"}),
    ):
        form = {"token": token_in(page), **words}
        answers = await asyncio.gather(*(edge.post(path, data=form) for _ in range(6)))
        assert {answer.status for answer in answers} == {200}, "each browser gets the page that comes after it"
    assert len(await sent_texts(edge)) - before == 1
    assert await count_notes(backend) == 1
    async with backend.db.read_session() as session:
        found = await tickets.find(session, ticket.number)
    assert found is not None
    assert sum("called her" in str(note) for note in found.notes) == 1


async def test_other_words_of_the_same_page_are_another_form_and_a_refused_one_may_come_again(
    edge: Edge, backend: Backend
) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    path, token = f"/staff/talks/{talk}/note", token_in(await edge.get(f"/staff/talks/{talk}"))
    for words, status, notes in (("", 422, 0), ("", 422, 0), ("one", 200, 1), ("two", 200, 2), ("one", 200, 2)):
        assert (await edge.post(path, data={"token": token, "note": words})).status == status
        assert await count_notes(backend) == notes
    fresh = token_in(await edge.get(f"/staff/talks/{talk}"))
    assert fresh != token
    await edge.post(path, data={"token": fresh, "note": "one"})
    assert await count_notes(backend) == 3, "typed anew it is meant anew"
    assert (await edge.post(path, data={"token": "0" * 80, "note": "x"})).status == 403
