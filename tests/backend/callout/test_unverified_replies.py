"""Whatever somebody on call writes while a ticket is open is answered as theirs; only the code does anything."""

from __future__ import annotations

import pytest

from backend.agent_handoff import service as handover
from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.tickets import office
from backend.tickets.models import Ticket
from tests.backend.callout.crew import ALMA, NIGHT, SAM, code, file_ticket, get_callout, reply, sent_messages
from tests.backend.household import Household, add_conversation

WORDS = [
    "done fixed the wire", "TAKE", "cant find the place, wheres it", "whats the address",
    "who called this in", "im 20 min out", "need a second truck", "wrong address", "nobody home", "LISTO",
    "got it", "doen", "fixd it", "listoo", "its fixed", "not fixed yet", "almost done", "on it boss",
    "wher is it", "send the adress again", "what is it", "no lo encuentro", "donde es", "direccion por favor",
    "necesito otro camion", "no hay nadie en casa", "llego en 20 minutos", "ya quedo", "quien llamo",
    "im there", "gate is locked", "the wire is still hot", "can't get in", "cant make it", "roger that",
    "false alarm nothing here", "which one", "what's the callback number",
    "fixed the wire but need a second truck", "I don't have it", "it was the transformer, replaced it",
    "estoy en camino", "no puedo", "arreglado", "se me olvido el codigo", "what code", "HAVE IT", "yes",
    "ill be there in a bit", "im off hwy 12 where is it", "Somebody should check on the lady, she is 90",
]  # fmt: skip
MEMBERS = ["pay my bill", "whats my balance", "50", "815-555-0142", "my power is out", "hi", "stop my autopay"]


async def fresh(backend: Backend, ticket: Ticket) -> Ticket:
    async with backend.db.read_session() as session:
        return await session.get_one(Ticket, ticket.id)


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("words", WORDS)
async def test_without_the_code_nothing_changes_and_the_reply_explains(
    backend: Backend, home: Household, words: str, taken: bool
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    if taken:
        await reply(backend, SAM, right)
    before = (await get_callout(backend, ticket)).status
    answer = await reply(backend, SAM, words)
    assert answer, "never the member's skill"
    assert right in answer
    assert "815-555-0123" not in answer
    assert "a wire is down" not in answer
    assert (await get_callout(backend, ticket)).status == before
    assert ((await fresh(backend, ticket)).status, (await fresh(backend, ticket)).notes) == ("open", [])


@pytest.mark.parametrize("words", MEMBERS)
async def test_text_about_their_own_house_is_a_member_text(backend: Backend, home: Household, words: str) -> None:
    await file_ticket(backend, home)
    assert await reply(backend, SAM, words) is None


@pytest.mark.parametrize(
    "words", ["im 20 min out", "need a second truck", "nobody home", "wrong address", "not fixed", "gate is locked",
              "necesito otro camion", "done but the tree is still on the line", "cant get in, dog in yard"],
)  # fmt: skip
async def test_with_the_code_it_goes_on_the_ticket_and_to_the_office(
    backend: Backend, home: Household, words: str
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, right)
    answer = await reply(backend, SAM, f"{words} {right}") or ""
    stored = await fresh(backend, ticket)
    assert stored.status == "open"
    assert stored.notes[-1]["crew"] == "Sam"
    assert words.split()[-1] in stored.notes[-1]["words"]
    assert right not in str(stored.notes)
    assert ticket.number in answer
    if words != "im 20 min out":
        mail = [one for one in await sent_messages(backend, "email") if one.recipient == backend.coop.email][-1]
        assert words.split()[-1] in mail.body
    async with backend.db.transaction() as session:
        await office.close(session, backend, ticket.number, "ann", done="seen to")
    assert len(await sent_messages(backend, purpose="ticket")) == 1, "the crew has told of nothing"


@pytest.mark.parametrize(
    "words",
    ["where is it {}", "{} whats the address", "cant find it {}", "{} who called this in", "donde es {}", "{}?"],
)
async def test_correct_code_resends_everything(backend: Backend, home: Household, words: str) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    for _ in range(2):
        answer = await reply(backend, SAM, words.format(right)) or ""
        assert "12 Oak Road" in answer
        assert "815-555-0123" in answer
        await reply(backend, SAM, right)
    assert (await get_callout(backend, ticket)).taken_by == "Sam"


@pytest.mark.parametrize("words", ["done fixed the wire {}", "LISTO {}", "{} doen", "fixd it {}", "{} power back on"])
async def test_the_code_that_took_it_closes_it(
    backend: Backend, home: Household, clock: ManualClock, words: str
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, f"TAKE {right}")
    clock.advance(hours=9)
    assert "is closed. Thank you" in (await reply(backend, SAM, words.format(right)) or "")
    assert (await fresh(backend, ticket)).status == "closed"
    clock.advance(hours=9)
    assert "was closed" in (await reply(backend, SAM, words.format(right)) or ""), "what the matter is, is said"


@pytest.mark.parametrize(
    "words",
    ["almost done {}", "{} not done", "done in 20 {}", "{} cant get it done", "is it fixed? {}", "{} done soon"],
)
async def test_unfinished_work_closes_nothing(backend: Backend, home: Household, words: str) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, right)
    assert await reply(backend, SAM, words.format(right))
    assert (await fresh(backend, ticket)).status == "open"


async def test_unable_to_find_it_is_not_a_refusal(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, right)
    await reply(backend, SAM, f"cant find the place {right}")
    await reply(backend, SAM, f"i can't get in {right}")
    assert (await get_callout(backend, ticket)).taken_by == "Sam"


async def test_what_they_write_to_a_person_as_a_member_goes_to_that_person(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    assert await reply(backend, SAM, "thanks, what about the second letter", "sms-crew")
    async with backend.db.read_session() as session:
        is_there = await session.get(Conversation, "sms-crew") is not None
    if not is_there:
        await add_conversation(backend, "sms-crew", "sms")
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, "sms-crew", tried="asked")
    assert await reply(backend, SAM, "thanks, what about the second letter", "sms-crew") is None
    assert await reply(backend, SAM, "yes", "sms-crew") is None
    assert await reply(backend, SAM, f"{right}", "sms-crew"), "the code is about the callout all the same"


@pytest.mark.parametrize("words", ["1", "yes"])
async def test_after_the_callout_an_open_question_of_the_assistant_goes_first(
    backend: Backend, home: Household, words: str
) -> None:
    """Crew are members too: `Report the power out?`, asked in a talk of theirs."""
    ticket = await file_ticket(backend, home)
    await code(backend, ticket, SAM)
    await add_conversation(backend, "sms-crew", "sms")
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, "sms-crew")).expects = "yes_no"
    assert await reply(backend, SAM, words), "while the callout waits it is about that"
    async with backend.db.transaction() as session:
        await office.close(session, backend, ticket.number, "ann", done="seen to")
    assert await reply(backend, SAM, words) is None


@pytest.mark.parametrize("words", ["got it", "whats the address", "need a second truck", "done"])
async def test_unasked_person_gets_an_own_text(backend: Backend, home: Household, words: str) -> None:
    ticket = await file_ticket(backend, home)
    answer = await reply(backend, NIGHT, words) or ""
    assert "I am texting you" in answer
    assert "12 Oak Road" not in answer
    text = [one for one in await sent_messages(backend, "sms") if one.recipient == NIGHT.phone][-1].body
    assert await code(backend, ticket, NIGHT) in text
    assert (await get_callout(backend, ticket)).status == "calling"


async def test_question_about_a_taken_ticket_names_who_has_it(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    await reply(backend, ALMA, await code(backend, ticket, ALMA))
    for words in ("got it", "whats the address", "need a second truck", "done fixed it"):
        assert "Alma has" in (await reply(backend, SAM, words) or "")


@pytest.mark.parametrize("words", ["a wire is down and sparking at 99 Elm Road", "power is out at 99 Elm Road"])
async def test_new_danger_elsewhere_is_reported_as_by_any_member(backend: Backend, home: Household, words: str) -> None:
    await file_ticket(backend, home)
    assert await reply(backend, SAM, words) is None
    assert await reply(backend, SAM, words.replace("99 Elm", "12 Oak"))
    assert await reply(backend, SAM, "im at 99 Elm Road and its the wrong address")


async def test_two_held_tickets_are_both_named(backend: Backend, home: Household) -> None:
    first = await file_ticket(backend, home)
    talk = await add_conversation(backend, "web-other", "web")
    second = await file_ticket(backend, Household(0, 0, 0, 0, talk), place="900 Pine Road")
    held = [await code(backend, one, SAM) for one in (first, second)]
    for one in held:
        await reply(backend, SAM, one)
    answer = await reply(backend, SAM, "done") or ""
    assert all(one in answer for one in held)
    await reply(backend, SAM, f"done {held[0]}")
    assert ((await fresh(backend, first)).status, (await fresh(backend, second)).status) == ("closed", "open")
