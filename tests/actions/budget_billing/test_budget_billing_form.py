"""Budget and levelized billing: explained, refused with the reason, joined and left on a yes."""

from __future__ import annotations

from backend.app import Backend
from backend.members.levels import Level
from backend.programs.models import ProgramEnrollment
from tests.actions.conftest import Begin
from tests.backend.household import Household
from tests.backend.programs.enrollments import with_history
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def ask(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="budget_billing", acts={"start"})


async def test_too_few_bills_are_the_reason_of_a_refusal(talk: Talk, backend: Backend) -> None:
    await ask(talk, "put me on budget billing")
    assert talk.responses == ["utter_program_refused"]
    talk.assert_message("12 months of bills")
    assert await list_rows(backend, ProgramEnrollment) == []


async def test_nobody_leaves_a_program_they_are_not_in(talk: Talk) -> None:
    await ask(talk, "take me off budget billing")
    assert talk.responses == ["utter_program_not_enrolled"]
    assert talk.open_task is None


async def test_the_difference_is_explained_with_the_members_own_bills(talk: Talk) -> None:
    await ask(talk, "what is the difference between budget and levelized")
    talk.assert_response("utter_programs_explained", "utter_program_compare")
    talk.assert_message(r"\$112\.40")


async def test_stranger_cannot_join(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.ANONYMOUS)
    await ask(talk, "put me on budget billing")
    assert talk.responses == ["utter_question_member_number"]
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    assert talk.open_task is None
    assert await list_rows(backend, ProgramEnrollment) == []


async def test_program_is_joined_and_left_on_a_yes(talk: Talk, backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await ask(talk, "put me on budget billing")
    talk.assert_response("utter_question_program_budget")
    assert await list_rows(backend, ProgramEnrollment) == []
    await talk.user_input("yes, enroll me", acts={"affirm"})
    [made] = await list_rows(backend, ProgramEnrollment)
    assert (made.program, made.ended_on) == ("budget", None)
    await ask(talk, "take me off budget billing")
    talk.assert_response("utter_question_program_leave")
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_program_left")
    [left] = await list_rows(backend, ProgramEnrollment)
    assert (left.ended_on, left.end_reason) == (backend.today(), "asked")


async def test_no_joins_nothing(talk: Talk, backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await ask(talk, "put me on budget billing")
    await talk.user_input("no", acts={"deny"})
    assert talk.open_task is None
    assert await list_rows(backend, ProgramEnrollment) == []
