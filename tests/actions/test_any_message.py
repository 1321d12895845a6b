"""Any message in any task gets an answer, and the task reported as open is open."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness import project

# each with its acts and the intent that it may be taken for; where None, one is guessed
MESSAGES = (
    ("is there a fee?", "ask", None),
    ("let me get my glasses", "hold", None),
    ("what's left?", "ask", None),
    ("asdf", "unclear", None),
    ("this is ridiculous", "feeling", None),
    ("pay my bill", "start", "quick_pay"),
    ("yes", "affirm", None),
    ("no", "deny", None),
    ("the 1st", "answer", None),
    ("undo that", "cancel", None),
    ("report a light out", "start", "report_light"),
    ("99999-001", "answer", None),
    ("0142", "answer", None),
    ("a person", "person", None),
    ("never mind", "cancel", "cancel"),
)
OPENERS = sorted(set(project.rules().opens.values()))


@pytest.mark.parametrize("level", [Level.ANONYMOUS, Level.STEPPED_UP], ids=["unknown", "known"])
@pytest.mark.parametrize("form", OPENERS)
async def test_there_is_an_answer(begin: Begin, form: str, level: Level) -> None:
    talk = await begin(level)
    intent = next(intent for intent, opened in project.rules().opens.items() if opened == form)
    await talk.user_input("I want that please", intent=intent, acts={"start"})
    for words, act, taken_for in MESSAGES:
        knowledge = [("card_fees", 0.8)] if act == "ask" else []
        await talk.user_input(words, intent=taken_for, acts={act}, knowledge=knowledge)
        assert talk.text, f"no answer to {words!r}\n\n{talk}"
