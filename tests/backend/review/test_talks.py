"""Talks and their filters, on each database."""

from __future__ import annotations

from datetime import timedelta

from backend.agent_handoff.models import AgentHandoff
from backend.app import Backend
from backend.review.talks import Talk, TalkFilter, find_talk, list_talks
from backend.tickets import service as tickets
from tests.backend.household import NOW, Household
from tests.support.talks import Said, add_talk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def listed(backend: Backend, **wanted: object) -> list[Talk]:
    values = {"since": NOW - 30 * DAY, "until": NOW + DAY, **wanted}
    async with backend.db.read_session() as session:
        return await list_talks(session, backend.db, TalkFilter(**values), limit=50)  # type: ignore[arg-type]


async def test_a_pause_of_twelve_hours_begins_a_new_talk(backend: Backend) -> None:
    first = await add_talk(backend, "a", NOW - 2 * DAY, [Said("hello"), Said("pay")], apart=11 * HOUR)
    second = await add_talk(backend, "a", NOW - 2 * DAY + 24 * HOUR, [Said("me again")])
    other = await add_talk(backend, "b", NOW - 2 * DAY + HOUR, [Said("hi")])
    assert [(talk.id, talk.messages, talk.first_words) for talk in await listed(backend)] == [
        (second[0], 1, "me again"), (other[0], 1, "hi"), (first[0], 2, "hello"),
    ]  # fmt: skip
    async with backend.db.read_session() as session:
        found = await find_talk(session, backend.db, first[1])
        assert found is not None
        assert (found.id, found.last_id, found.messages) == (first[0], first[1], 2)
        assert await find_talk(session, backend.db, 9999) is None


async def test_a_talk_belongs_to_the_days_in_which_it_began(backend: Backend) -> None:
    await add_talk(backend, "a", NOW - HOUR, [Said("before"), Said("after")], apart=2 * HOUR)
    assert len(await listed(backend, since=NOW - 2 * HOUR, until=NOW)) == 1
    assert await listed(backend, since=NOW) == []


FILTERS: tuple[tuple[dict[str, object], list[str]], ...] = (
    ({"channel": "sms"}, ["text"]),
    ({"language": "es"}, ["spanish"]),
    ({"missed": True}, ["spanish"]),
    ({"task": "outage_form"}, ["text"]),
    ({"words": "BLUE truck"}, ["web"]),
    ({"words": "100%"}, []),
    ({"outcome": "person"}, ["web"]),
    ({"outcome": "call_back"}, ["text"]),
    ({"outcome": "answered"}, ["spanish"]),
    ({"marked": True}, []),
)


async def test_filters(backend: Backend) -> None:
    at = NOW - DAY
    await add_talk(backend, "web", at, [Said("hello"), Said("a blue truck took a pole")])
    await add_talk(backend, "text", at + HOUR, [Said("no power", task="outage_form")], channel="sms")
    await add_talk(backend, "spanish", at + 2 * HOUR, [Said("hola", missed=True)], language="es")
    async with backend.db.transaction() as session:
        session.add(AgentHandoff(conversation_id="web", status="waiting", created_at=at + timedelta(minutes=5)))
        ticket = await tickets.open_ticket(session, backend, "text", kind="callback", details={"name": "R"})
        ticket.created_at = at + HOUR + timedelta(minutes=1)
    for wanted, names in FILTERS:
        assert [talk.conversation_id for talk in await listed(backend, **wanted)] == names, wanted


async def test_what_a_later_talk_did_is_not_the_earlier_ones(backend: Backend, home: Household) -> None:
    await add_talk(backend, "a", NOW - 3 * DAY, [Said("hello")])
    await add_talk(backend, "a", NOW - DAY, [Said("a person please", missed=True)])
    async with backend.db.transaction() as session:
        session.add(AgentHandoff(conversation_id="a", status="waiting", created_at=NOW - DAY + timedelta(minutes=1)))
    later, earlier = await listed(backend)
    assert (later.outcomes, later.missed) == (("person",), 1)
    assert (earlier.outcomes, earlier.missed) == (("answered",), 0)
