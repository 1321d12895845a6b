"""A transfer: the office hears who calls, takes the caller by a key, and may give them back."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from backend.agent_handoff.service import request_handoff
from backend.conversations.models import Conversation
from backend.demo import seed
from backend.language import SPANISH
from backend.members.service import find_account
from tests.bot.channels.voice.phone_call import TRANSFER, Line, spoken_text
from tests.bot.channels.voice.transfer.waiting_call import OfficePhone, number_of
from tests.bot.edge import ACCOUNT, NUMBER, Edge


async def transferred(edge: Edge) -> tuple[Line, ET.Element]:
    """A call that is being transferred from the question for the member number, and its <Number>."""
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    return line, number_of(await line.press("0"))


async def identify(edge: Edge, line: Line, level: int, language: str = "en") -> None:
    backend = edge.services.backend
    await seed(backend)
    async with backend.db.transaction() as session:
        account = await find_account(session, "99999-001")
        assert account is not None
        conversation = await session.get_one(Conversation, line.conversation)
        conversation.account_id, conversation.member_id, conversation.level = account.id, account.member_id, level
        conversation.verified_at, conversation.language = backend.clock.now(), language
        await request_handoff(
            session, backend, line.conversation, tried="pay a bill, asked for the amount", put_through=True
        )


async def test_office_hears_who_calls_and_takes_the_caller_by_a_key(edge: Edge) -> None:
    line, number = await transferred(edge)
    assert (number.text, number.get("method")) == (TRANSFER, "POST")
    await identify(edge, line, 2)
    office = OfficePhone(line)
    whisper = spoken_text(await office.answer(number.get("url", "")))
    assert "Ruth Alvarez, 14 Mill Road" in whisper
    assert "Verified by the phone or the email on file." in whisper
    assert "Was busy with: pay a bill, asked for the amount." in whisper
    assert "press 1" in whisper
    assert list(await office.press("1")) == []  # an empty document connects the two


async def test_whisper_has_no_number_of_the_member(edge: Edge) -> None:
    line, number = await transferred(edge)
    await identify(edge, line, 1, SPANISH)
    whisper = spoken_text(await OfficePhone(line).answer(number.get("url", "")))
    assert "is not proven further" in whisper
    assert "Speaks Spanish." in whisper
    for secret in ("9 9 9", "99999", "0142", "0 1 4 2"):
        assert secret not in whisper


async def test_somebody_unknown_is_told_of_by_the_end_of_their_phone(edge: Edge) -> None:
    line, number = await transferred(edge)
    whisper = spoken_text(await OfficePhone(line).answer(number.get("url", "")))
    assert "phone ending 0 1 4 2" in whisper
    assert "Not verified." in whisper


async def test_a_withheld_number_is_told_as_such(edge: Edge) -> None:
    line = Line(edge, phone="anonymous")
    await line.go()
    number = number_of(await line.press("0"))
    assert "withholds their number" in spoken_text(await OfficePhone(line).answer(number.get("url", "")))


@pytest.mark.parametrize("key", ["2", "*", "0"])
async def test_another_key_takes_nobody(edge: Edge, key: str) -> None:
    line, number = await transferred(edge)
    office = OfficePhone(line)
    await office.answer(number.get("url", ""))
    assert [verb.tag for verb in await office.press(key)] == ["Hangup"]


async def test_a_voicemail_that_answers_does_not_get_the_caller(edge: Edge) -> None:
    """It presses no key: the whisper ends by hanging up, and the caller has the assistant again."""
    line, number = await transferred(edge)
    office = OfficePhone(line)
    root = await office.answer(number.get("url", ""))
    assert [verb.tag for verb in root] == ["Gather", "Hangup"]
    assert [verb.tag for verb in await office.press("")] == ["Hangup"]
    back = spoken_text(await line.go(DialCallStatus="completed", DialBridged="false"))
    assert "nobody could take your call" in back
    assert "call me back" in back
    assert "Well?" in back


async def test_when_the_office_hangs_up_the_assistant_is_there_again(edge: Edge) -> None:
    line, _number = await transferred(edge)
    root = await line.go(DialCallStatus="completed", DialBridged="true")
    assert "automated assistant again" in spoken_text(root)
    assert "hang up" in spoken_text(root)
    assert "You said: pay my bill" in spoken_text(await line.speak("pay my bill"))


async def test_whisper_is_for_the_carrier_alone(edge: Edge) -> None:
    _line, number = await transferred(edge)
    answer = await edge.post(number.get("url", ""), data={"CallSid": "CA1", "From": NUMBER})
    assert answer.status == 403


async def test_whisper_of_a_call_that_is_none_is_refused(edge: Edge) -> None:
    form = {"CallSid": "CA1", "AccountSid": ACCOUNT}
    answer = await edge.twilio_post("/twilio/voice/transfer/whisper?call=../x", form)
    assert answer.status == 404
