"""A sender can be forged: only the code of the text takes, refuses or closes a ticket."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.callout import codes
from backend.clock import ManualClock
from backend.tickets import office
from backend.tickets.models import Ticket
from tests.backend.callout.crew import (
    ALMA,
    NIGHT,
    SAM,
    code,
    file_ticket,
    get_callout,
    reply,
    sent_messages,
    wait_minutes,
)
from tests.backend.household import Household

GUESSES = [f"{number:06d}" for number in range(900000, 900020)]


@pytest.mark.parametrize(
    "forged", ["got it", "1", "ok", "ALL", "on my way", "lo tengo", "{number}", "got {number}", "done",
               "listo", "can't", "not me", "no puedo"],
)  # fmt: skip
async def test_words_without_the_code_change_nothing(
    backend: Backend, home: Household, clock: ManualClock, forged: str
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    answer = await reply(backend, SAM, forged.format(number=ticket.number))
    assert right in (answer or ""), "the phone itself is told what to send"
    assert (await get_callout(backend, ticket)).status == "calling"
    before = len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone])
    await wait_minutes(backend, clock, 5)
    assert len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone]) == before + 1


async def guessed(backend: Backend, ticket: Ticket, times: int) -> None:
    """A forger sends so many wrong codes in Sam's name, one a text."""
    for guess in range(times):
        right = await code(backend, ticket, SAM)
        wrong = f"{(int(right) + 1 + guess) % 10 ** len(right):0{len(right)}d}"
        await reply(backend, SAM, wrong)


@pytest.mark.parametrize("times", [5, 60])
async def test_invented_codes_do_not_block_the_right_one(
    backend: Backend, home: Household, clock: ManualClock, times: int
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await guessed(backend, ticket, times)
    assert (await get_callout(backend, ticket)).status == "calling"
    before = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 5)
    assert len(await sent_messages(backend, "sms")) > before, "the calling goes on"
    await guessed(backend, ticket, times // 2)
    assert "You have" in (await reply(backend, SAM, right) or "")
    await guessed(backend, ticket, 5)
    assert "is closed. Thank you" in (await reply(backend, SAM, f"LISTO {right}") or "")


async def test_flood_of_invented_codes_lengthens_codes_and_warns_the_phone(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await guessed(backend, ticket, 100)
    longer = await code(backend, ticket, SAM)
    assert (len(right), len(longer)) == (6, 8)
    assert longer in (await reply(backend, SAM, right) or ""), (
        "the code of the text before is answered with the new one"
    )
    assert (await get_callout(backend, ticket)).status == "calling"
    await wait_minutes(backend, clock, 5)
    assert longer in [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1].body
    await guessed(backend, ticket, 30)
    await reply(backend, SAM, longer)
    assert (await get_callout(backend, ticket)).taken_by == "Sam"


async def test_a_flood_of_made_up_codes_is_not_answered_each_time(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    answers = [await reply(backend, SAM, f"done {(int(right) + 1 + at) % 10**6:06d}") for at in range(60)]
    assert len([one for one in answers if one]) <= 16


def test_the_chance_to_guess_a_code() -> None:
    """As docs/security.md has it: 1 in 10,000 for each length that can be reached, whatever is sent."""
    for digits, (most, longer) in codes.LENGTH_BY_MISSES.items():
        assert most / 10**digits <= 1 / 10_000
        assert longer > digits
    assert codes.DIGITS in codes.LENGTH_BY_MISSES
    assert 60 * 60 * 24 * 365 / 10 ** max(longer for _, longer in codes.LENGTH_BY_MISSES.values()) < 1 / 10_000


async def test_many_guesses_in_one_text_are_many(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, " ".join([*(one for one in GUESSES if one != right), right]))
    assert (await get_callout(backend, ticket)).status == "calling", "a list of codes is none"
    await reply(backend, SAM, right)
    assert (await get_callout(backend, ticket)).taken_by == "Sam"


async def test_code_of_another_person_takes_nothing(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    await reply(backend, SAM, await code(backend, ticket, ALMA))
    assert (await get_callout(backend, ticket)).status == "calling"


async def test_done_with_the_code_closes_the_ticket_and_notifies_the_reporter(
    backend: Backend, home: Household
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, right)
    assert "is closed" in (await reply(backend, SAM, f"fixed {right}") or "")
    assert (await get_callout(backend, ticket)).status == "over"
    (notice,) = await sent_messages(backend, purpose="ticket")
    assert (notice.kind, notice.recipient) == ("sms", "+18155550123")
    assert f"Sam of our crew says your report {ticket.number} is done" in notice.body
    await reply(backend, SAM, f"done {right}")
    assert len(await sent_messages(backend, purpose="ticket")) == 1


async def test_closing_by_the_office_notifies_the_reporter(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    async with backend.db.transaction() as session:
        await office.close(session, backend, ticket.number, "ann", done="seen to")
    (notice,) = await sent_messages(backend, purpose="ticket")
    assert "our office has marked your report" in notice.body


async def test_refusal_skips_the_person_and_asks_the_others_at_once(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    right = await code(backend, ticket, SAM)
    await reply(backend, SAM, right)
    await reply(backend, SAM, f"can't {right}")
    assert (await get_callout(backend, ticket)).status == "calling", "what was taken is given back"
    assert NIGHT.phone in {one.recipient for one in await sent_messages(backend, "sms")}
    before = len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone])
    await wait_minutes(backend, clock, 6)
    assert len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone]) == before
    for person in (ALMA, NIGHT):
        await reply(backend, person, f"NO {await code(backend, ticket, person)}")
    assert backend.coop.email in {one.recipient for one in await sent_messages(backend, "email")}
    await wait_minutes(backend, clock, 6)
    assert len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone]) > before


async def test_failed_carrier_does_not_block_later_messages(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    down = frozenset({"sms", "call"})
    await wait_minutes(backend, clock, 2, down)
    assert NIGHT.email in {one.recipient for one in await sent_messages(backend, "email")}
    await wait_minutes(backend, clock, 18, down)
    await wait_minutes(backend, clock, 1)
    waiting = [
        one for one in await sent_messages(backend, "sms") if one.status == "sent" and one.recipient == SAM.phone
    ]
    assert len(waiting) <= 1, "the old ones are dropped"
    assert (await get_callout(backend, ticket)).status == "calling"
