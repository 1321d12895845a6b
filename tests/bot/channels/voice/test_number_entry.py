"""Numbers that a caller gives in parts or corrects: what the dialogue hears, and what is read back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.conversations.models import InboundMessage
from backend.demo import seed
from tests.bot.channels.voice.phone_call import Line, spoken_text
from tests.bot.edge import Edge

BEFORE = "expect identity and my member number is 99999-002"
"""To the stand-in engine: a member number has been given, and the last four are asked for."""


@pytest.fixture
async def edge(edge: Edge) -> Edge:
    """With the demo's members, whose numbers have eight digits."""
    await seed(edge.services.backend)
    return edge


async def begin(edge: Edge, opening: str, *, language: str = "") -> Line:
    """A call at the question that `opening` makes the engine ask."""
    line = Line(edge)
    await line.go()
    if language:
        await line.speak(language)
    await line.speak(opening)
    return line


async def give(line: Line, part: str) -> str:
    """Say a part, or key it in if it stands in brackets; returns what the line says."""
    root = await (
        line.press(part.strip("<>")) if part.startswith("<") else line.speak(part) if part else line.silence()
    )
    return spoken_text(root)


def heard(edge: Edge, line: Line) -> list[str]:
    """What the engine heard after the opening."""
    texts = edge.engine.texts_of(line.conversation)
    return texts[next(at for at, text in enumerate(texts) if text.startswith("expect ")) + 1 :]


PARTS = [
    ("member_number", ("9 9 9", "9 9", "0 0 1"), "99999001"),
    ("member_number", ("<999>", "nine nine", "<001>"), "99999001"),
    ("member_number", ("012", "<34>", "zero zero one"), "01234001"),
    ("member_number", ("9 9 8", "no, 9 9 9", "9 9", "0 0 1"), "99999001"),
    ("member_number", ("9 9 9", "start over", "99999001"), "99999001"),
    ("member_number", ("<99>", "<*>", "<123*99999001>"), "99999001"),
    ("member_number", ("99 99 001", "99999001"), "99999001"),
    ("member_number", ("9 9 9", "", "9 9", "0 0 1"), "99999001"),
    ("last4", ("<01>", "42"), "0142"),
    ("last4", ("014", "0142"), "0142"),
    ("last4", ("9 9 9 9 9", "0 0 1"), "99999001"),
    ("code", ("1 2 3", "<456>"), "123456"),
]


async def test_parts_are_joined(edge: Edge) -> None:
    for expects, parts, whole in PARTS:
        line = await begin(edge, f"expect {expects}")
        for part in parts[:-1]:
            await give(line, part)
            assert heard(edge, line) == [], parts
        await give(line, parts[-1])
        assert heard(edge, line) == [whole], parts


async def test_each_part_is_said_back_and_the_whole_is_read_back(edge: Edge) -> None:
    line = await begin(edge, "expect member_number")
    assert "I have 9 9 9 so far" in await give(line, "9 9 9")
    assert "I have 9 9 9, 9 9 so far" in await give(line, "<99>")
    assert "I have 9 9 9, 9 9, 0 0 1." in await give(line, "0 0 1")


async def test_a_number_is_read_back_however_it_was_written(edge: Edge) -> None:
    for words in ("9-9-9-9-9-0-0-1.", "5.9 001", "(999) 990-01", "99999001"):
        line = await begin(edge, "expect member_number")
        assert "I have 9 9 9, 9 9, 0 0 1." in await give(line, words), words


async def test_the_digits_behind_the_dash_are_read_back_with_those_before(edge: Edge) -> None:
    line = await begin(edge, "expect member_number on account 99999")
    assert "I have 9 9 9, 9 9, 0 0 1." in await give(line, "0 0 1")
    assert heard(edge, line) == ["99999-001"]


async def test_the_rest_of_a_code_needs_so_many_keys(edge: Edge) -> None:
    line = await begin(edge, "expect code")
    gather = (await line.press("1234")).find("Gather")
    assert gather is not None
    assert gather.get("numDigits") == "2"


async def test_a_part_delivered_again_gets_the_same_answer(edge: Edge) -> None:
    line = await begin(edge, "expect member_number")
    path = line.action
    first = await line.post(path, SpeechResult="9 9 9")
    assert (await line.post(path, SpeechResult="9 9 9")).text == first.text
    await line.speak("9 9 9")
    await line.speak("9 9")
    await line.speak("0 0 1")
    assert heard(edge, line) == ["99999001"]


CORRECTIONS = [
    ("not two, one", "99999001"),
    ("no, that's wrong, not two, one", "99999001"),
    ("the last one is a one", "99999001"),
    ("no, 001", "99999001"),
    ("<99999001>", "99999001"),
    ("9-9-9-9-9-0-0-1.", "99999001."),
    ("no that's wrong, it's 99999-001", "no that's wrong, it's 99999-001"),
]


async def test_a_number_is_corrected_at_the_question_for_the_last_four(edge: Edge) -> None:
    for words, whole in CORRECTIONS:
        line = await begin(edge, BEFORE)
        assert "I have 9 9 9, 9 9, 0 0 1." in await give(line, words), words
        assert heard(edge, line) == [whole], words


async def test_a_digit_that_occurs_more_than_once_is_asked_for_anew(edge: Edge) -> None:
    line = await begin(edge, BEFORE)
    await give(line, "not nine, eight")
    assert heard(edge, line) == ["/deny"]


async def test_four_keys_that_begin_the_number_are_not_taken_for_the_last_four_at_once(edge: Edge) -> None:
    line = await begin(edge, BEFORE)
    assert "press pound" in await give(line, "<9999>")
    await give(line, "<9001>")
    assert heard(edge, line) == ["99999001"]
    line = await begin(edge, BEFORE)
    await give(line, "<9999>")
    await give(line, "")
    assert heard(edge, line) == ["9999"]


async def test_the_question_said_again_has_the_number_in_it(edge: Edge) -> None:
    line = await begin(edge, BEFORE)
    assert "I have 9 9 9, 9 9, 0 0 2." in await give(line, "<*>")


async def test_parts_in_spanish(edge: Edge) -> None:
    line = await begin(edge, "expect member_number", language="hablar en español por favor")
    assert "Tengo 9 9 9 hasta ahora." in await give(line, "nueve nueve nueve")
    await give(line, "nueve nueve")
    assert "Tengo 9 9 9, 9 9, 0 0 1." in await give(line, "cero cero uno")


async def test_nine_digits_of_no_member_are_neither_kept_nor_said_back(edge: Edge) -> None:
    line = await begin(edge, "expect member_number")
    assert "1 2 3" not in await give(line, "123-45-6789")
    async with edge.services.backend.db.read_session() as session:
        texts = list(await session.scalars(select(InboundMessage.text)))
    assert not any("6789" in text for text in texts)
