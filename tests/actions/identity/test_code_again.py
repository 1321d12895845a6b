"""`Send the code again`, in any words: a new one is sent, or what happened is told as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.clock import ManualClock
from backend.members.levels import Level
from backend.members.models import OneTimeCode
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def count_codes(backend: Backend) -> int:
    async with backend.db.read_session() as session:
        return await session.scalar(select(func.count(OneTimeCode.id))) or 0


async def ask_for_code(begin: Begin, **settings: str) -> Talk:
    talk = await begin(Level.KNOWN, **settings)
    await talk.user_input("pay all of it with my visa", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_code")
    return talk


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("I didn't get a code, send it again", {"repeat"}),
        ("send it again", {"repeat"}),
        ("can you resend the code?", {"ask"}),
        ("nothing came yet", {"unclear"}),
        ("text me another code", {"answer"}),
    ],
)
async def test_a_new_one_is_sent(begin: Begin, backend: Backend, words: str, acts: set[str]) -> None:
    talk = await ask_for_code(begin, channel="voice")
    await talk.user_input(words, acts=acts)
    assert await count_codes(backend) == 2
    talk.assert_message("I sent a new code to the phone ending 0142|I sent a new code to the phone ending 0 1 4 2")
    talk.assert_response("utter_question_code_still")


async def test_it_is_sent_in_spanish(begin: Begin, backend: Backend) -> None:
    talk = await ask_for_code(begin, language="es")
    await talk.user_input("no me llegó el código, mándelo otra vez", acts={"repeat"})
    assert await count_codes(backend) == 2
    talk.assert_message("Envié otro código al teléfono")


async def test_over_the_limit_it_says_that_none_was_sent(begin: Begin, backend: Backend, clock: ManualClock) -> None:
    talk = await ask_for_code(begin)
    for _ in range(2):
        await talk.user_input("send it again", acts={"repeat"})
    clock.advance(minutes=4)
    await talk.user_input("send it again", acts={"repeat"})
    assert await count_codes(backend) == 3
    talk.assert_message("I sent none now. The one that went to the phone ending 0142 4 minutes ago still works")
    assert talk.open_task == "quick_pay_form"
    clock.advance(minutes=7)
    await talk.user_input("send it again", acts={"repeat"})
    talk.assert_response("utter_pay_no_code_link", "utter_pay_link")
    assert await count_codes(backend) == 3
