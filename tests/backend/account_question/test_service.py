"""The registry: every topic has its level and its subject, and data of other accounts is never mentioned."""

from __future__ import annotations

import pytest

from backend.account_question.service import TOPIC_HANDLERS, UnknownTopic, required_level
from backend.app import Backend
from backend.config import ROOT
from backend.knowledge.service import load
from backend.members.levels import NEEDS, QUESTION_LEVELS, Level
from tests.backend.account_question.asking import add_payment, ask
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import DUE_CENTS, Household, make_household

OF_A_SKILL = {
    "due_when": "check_due_date",
    "what_is_left": "check_balance",
    "last_payment": "payment_confirmation",
    "charged_twice": "payment_history",
    "autopay_status": "setup_autopay",
    "next_automatic": "bank_draft",
    "short_month": "change_or_cancel_autopay",
    "alerts_status": "manage_alerts",
    "paperless_status": "bill_notifications",
    "budget_status": "budget_billing",
    "higher_than_last_year": "usage_history",
    "estimated": "usage_history",
}


def test_exactly_the_topics_have_a_level() -> None:
    assert set(TOPIC_HANDLERS) == set(QUESTION_LEVELS)
    assert all(level >= Level.KNOWN for level in QUESTION_LEVELS.values())


@pytest.mark.parametrize(("topic", "skill"), OF_A_SKILL.items())
def test_a_question_opens_no_earlier_than_the_skill_about_the_same(topic: str, skill: str) -> None:
    assert required_level(topic) == NEEDS[skill]


def test_every_topic_has_a_subject_and_one_alone() -> None:
    asked = [subject.account for subject in load(ROOT / "knowledge").subjects.values() if subject.account]
    assert sorted(asked) == sorted(TOPIC_HANDLERS)


async def test_a_topic_that_there_is_not(backend: Backend, home: Household) -> None:
    with pytest.raises(UnknownTopic):
        required_level("horoscope")
    with pytest.raises(UnknownTopic):
        await ask(backend, home, "horoscope")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_other_account_is_never_mentioned(backend: Backend, home: Household, language: str) -> None:
    """A neighbor pays twice, is late and on Auto Pay: none of that is in this household's answers."""
    neighbor = await make_household(backend, number="20417", due_cents=99_999)
    await add_payment(backend, neighbor, "QQQ-222", 77_700, days_ago=1)
    await add_payment(backend, neighbor, "QQQ-333", 77_700)
    await add_autopay(backend, neighbor)
    for topic in TOPIC_HANDLERS:
        answer = await ask(backend, home, topic, language=language) or ""
        assert "QQQ" not in answer
        assert "777" not in answer
        assert "999.99" not in answer
    assert f"${DUE_CENTS / 100:.2f}" in (await ask(backend, home, "due_when", language=language) or "")


@pytest.mark.parametrize("topic", [name for name, level in QUESTION_LEVELS.items() if level == Level.KNOWN])
async def test_no_method_is_named_before_a_step_up(backend: Backend, home: Household, topic: str) -> None:
    await add_autopay(backend, home, day=15)
    await add_payment(backend, home, "KKK-222", 1_000)
    assert "4242" not in (await ask(backend, home, topic) or "")
