"""An outage that the office has entered, in answers to questions and to reports."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.outage import service as outages
from lab.channel_clients import SmsClient, WebChatClient
from lab.members import unused_phone
from tests.support.served import ServedSystem

pytestmark = pytest.mark.engine


def written_down(served: ServedSystem, area: str, cause: str) -> None:
    async def write(backend: Backend) -> None:
        async with backend.db.transaction() as session:
            back_at = backend.clock.now() + timedelta(hours=2)
            await outages.add(session, backend, "ann", area=area, cause=cause, estimate_at=back_at)

    served.run_with_backend(write)


def test_outage_question_gets_the_cause_and_time(served: ServedSystem) -> None:
    written_down(served, "Quarry Hill Road", "a tree on the line")
    talk = WebChatClient(served)
    assert "Where is it" in talk.say("when will my power be back on")
    answer = talk.say("12 Quarry Hill Road")
    assert "Cause: a tree on the line" in answer
    assert "expected back" in answer
    assert "Yes or no" not in answer


def test_outage_report_is_told_the_known_cause_and_counted_with_it(served: ServedSystem) -> None:
    written_down(served, "Cinder Road", "a car hit a pole")
    talk = SmsClient(served, unused_phone())
    answer = talk.say("my power is out at 30 Cinder Road")
    assert answer.index("a car hit a pole") < answer.index("counted with it, number")
    assert "a car hit a pole" in talk.say("any update on the outage"), "the place is not asked again"


def test_outage_of_one_place_is_not_reported_for_another(served: ServedSystem) -> None:
    written_down(served, "Marl Road", "planned work")
    talk = WebChatClient(served)
    talk.say("when will the lights be back on")
    answer = talk.say("8 Larch Street, Galena")
    assert "know of no outage" in answer or "phone number" in answer
    assert "planned work" not in answer
