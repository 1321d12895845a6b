"""The fallback route: hold and come back to the call, then the numbers; no engine, no database."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.bot.channels.voice.phone_call import TRANSFER, Line, spoken_text
from tests.bot.channels.voice.twiml_check import check
from tests.bot.edge import NUMBER, Edge

FALLBACK = "/twilio/voice/fallback"
OUTAGE = "+15555550102"


async def fall_back(line: Line, failed: str) -> ET.Element:
    answer = await line.post(FALLBACK, ErrorCode="11200", ErrorUrl=line.edge.url + failed)
    assert answer.status == 200, answer.text
    return check(answer.text)


async def test_a_failed_request_leads_back_into_the_call_and_what_was_said_is_answered(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    failed = line.action
    await line.press("99999001")  # it was taken, but its answer did not reach the carrier
    root = await fall_back(line, failed)
    assert "Please hold" in spoken_text(root)
    line.action = root.findtext("Redirect") or ""
    assert "You said: 9 9 9" in spoken_text(await line.go())
    assert edge.engine.texts_of(line.conversation) == ["expect member_number", "99999001"]


async def test_words_that_never_arrived_are_asked_for_again(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    line.action = (await fall_back(line, line.action)).findtext("Redirect") or ""
    assert "Well?" in spoken_text(await line.go())
    await line.press("99999001")
    assert edge.engine.texts_of(line.conversation) == ["expect member_number", "99999001"]


async def test_a_call_that_failed_at_its_start_is_greeted(edge: Edge) -> None:
    line = Line(edge)
    line.action = (await fall_back(line, "/twilio/voice")).findtext("Redirect") or ""
    assert "automated assistant" in spoken_text(await line.go())


async def test_what_failed_again_in_office_hours_is_a_person(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_away(*_arguments: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(edge.services.backend.db), "read_session", is_away)
    edge.engine.failing = True
    root = await fall_back(Line(edge), "/twilio/voice/turn?again=2")
    dial = root.find("Dial")
    assert dial is not None
    assert (dial.text, dial.get("callerId")) == (TRANSFER, NUMBER)


async def test_what_failed_again_while_closed_is_the_outage_line(closed: Edge) -> None:
    root = await fall_back(Line(closed), "/twilio/voice/turn?again=2")
    assert root.findtext("Dial") == OUTAGE
    assert "5 5 5, 5 5 5, 0 1 0 0" in spoken_text(root)


@pytest.mark.parametrize("odd", ["", "not a url", "/x?again=9999999999", "/x?again=-1"])
async def test_an_odd_address_is_the_first_time(edge: Edge, odd: str) -> None:
    assert (await fall_back(Line(edge), odd)).find("Redirect") is not None
