"""How bills are delivered: by email or on paper."""

from __future__ import annotations

from tests.support.harness.talk import Talk


async def test_a_text_wished_beside_paperless_comes_after_it(talk: Talk) -> None:
    words = "go paperless and text me when the bill is ready"
    await talk.user_input(words, intent="bill_notifications", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_agenda_next", "utter_question_alert_confirm")
