"""Three misses in a row bring an agent; a message that is understood in between starts the count again."""

from __future__ import annotations

import pytest

from tests.support.harness.talk import Talk


async def miss(talk: Talk) -> None:
    await talk.user_input("the wind is bad", intent="out_of_scope", acts={"unclear"})


@pytest.mark.parametrize(
    ("words", "response"),
    [
        ("is somebody coming?", "utter_filed_none"),
        ("i want to end my life", "utter_crisis"),
    ],
)
@pytest.mark.parametrize("intent", ["out_of_scope", "faq_hours_contact", "speak_to_human"])
async def test_an_answer_about_a_report_or_a_danger_ends_a_row_of_misses(
    talk: Talk, words: str, response: str, intent: str
) -> None:
    await miss(talk)
    await miss(talk)
    await talk.user_input(words, intent=intent, acts={"ask"})
    talk.assert_response(response)
    await miss(talk)
    talk.assert_response("utter_unclear")


async def test_three_misses_in_a_row_bring_an_agent(talk: Talk) -> None:
    for _ in range(3):
        await miss(talk)
    talk.assert_response("utter_person_after_misses")
