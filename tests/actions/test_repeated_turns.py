"""A turn that is repeated acts once and says the same; a message that was given up on acts no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import deepcopy

import pytest
from sqlalchemy import func, select

from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.conversations import idempotency
from backend.conversations import service as conversations
from backend.conversations.models import ActionResult, InboundMessage
from backend.members import codes
from backend.members.levels import Level
from backend.payments import confirm
from backend.payments.models import Payment
from backend.providers.payments.base import ProviderTimeout
from tests.actions.conftest import Begin
from tests.actions.stored_messages import write_down
from tests.backend.network import DirectNetwork
from tests.support.harness.talk import Talk

Say = Callable[[Talk], Awaitable[None]]


async def twice(talk: Talk, message: str, say: Say) -> list[list[str]]:
    """Deliver a message, lose the engine before it has kept the turn, and deliver it again."""
    await write_down(talk, message)
    before = deepcopy(talk.log.__dict__)
    answers = []
    for _ in range(2):
        talk.log.__dict__.update(deepcopy(before))
        await say(talk)
        answers.append([str(event["text"]) for event in talk.answers])
    talk.message_id = None
    return answers


async def acts(talk: Talk) -> list[str]:
    async with talk.backend.db.read_session() as session:
        query = select(AuditRow.act).where(AuditRow.actor == talk.log.conversation_id).order_by(AuditRow.id)
        return list(await session.scalars(query))


async def test_report_is_filed_once_with_the_same_answer(talk: Talk) -> None:
    await talk.user_input("the yard light at 14 Mill Road is out", intent="report_light", acts={"start"})
    first, again = await twice(talk, "m1", lambda talk: talk.user_input("yes"))
    assert first == again
    assert "number" in first[0].lower()
    assert await acts(talk) == ["ticket_light"]


async def test_email_is_changed_once_with_the_same_answer(talk: Talk) -> None:
    """Changed again, it would be told that nothing was changed."""
    await talk.user_input("change my email to anna@example.com", intent="update_contact_info", acts={"start"})
    first, again = await twice(talk, "m1", lambda talk: talk.user_input("yes"))
    assert first == again
    assert (await acts(talk)).count("contact_email") == 1


async def test_payment_is_made_once_with_the_same_answer(talk: Talk, network: DirectNetwork) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    first, again = await twice(talk, "m1", lambda talk: talk.user_input("yes"))
    assert network.taken_cents() == 4000
    assert first == again


async def test_repeated_code_counts_once(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await begin(Level.KNOWN)
    sent: list[str] = []
    monkeypatch.setattr(codes, "_hash", lambda _backend, _talk, _member, code: sent.append(code) or code)
    await talk.user_input("pay 40 with what is saved", intent="quick_pay", acts={"start"})
    if not sent:
        await talk.user_input("what is saved", acts={"answer"})
    (code,) = sent
    first, again = await twice(talk, "m1", lambda talk: talk.user_input(code, acts={"answer"}))
    assert first == again
    assert (await acts(talk)).count("stepped_up") == 1


async def test_step_that_dies_after_its_outside_call_resumes_there(
    talk: Talk, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    real, dead = confirm.confirm_quote, [True]

    async def dies_behind_it(*args: object, **more: object) -> object:
        outcome = await real(*args, **more)  # type: ignore[arg-type]
        if dead.pop() if dead else False:
            raise ConnectionResetError
        return outcome

    monkeypatch.setattr(confirm, "confirm_quote", dies_behind_it)
    await write_down(talk, "m1")
    before = deepcopy(talk.log.__dict__)
    with pytest.raises(ConnectionResetError):
        await talk.user_input("yes")
    talk.log.__dict__.update(before)
    await talk.user_input("yes")
    assert network.taken_cents() == 4000
    talk.assert_response("utter_pay_already")


@pytest.mark.parametrize("status", idempotency.SETTLED_STATUSES)
async def test_a_settled_message_acts_no_more(talk: Talk, network: DirectNetwork, status: str) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    inbound = await write_down(talk, "m1")
    async with talk.backend.db.transaction() as session:
        await conversations.save_reply(session, talk.backend, inbound, talk.log.conversation_id, {}, status=status)
    with pytest.raises(idempotency.MessageSettled):
        await talk.user_input("yes")
    assert network.taken_cents() == 0
    async with talk.backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(Payment)) == 0


async def test_answer_deletes_what_was_stored_for_repeats(talk: Talk) -> None:
    await talk.user_input("the yard light at 14 Mill Road is out", intent="report_light", acts={"start"})
    inbound = await write_down(talk, "m1")
    await talk.user_input("yes")
    async with talk.backend.db.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(ActionResult)) == 1
        await conversations.save_reply(session, talk.backend, inbound, talk.log.conversation_id, {})
        assert await session.scalar(select(func.count()).select_from(ActionResult)) == 0


async def test_reading_step_stores_nothing(talk: Talk, clock: ManualClock) -> None:
    await write_down(talk, "m1")
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    async with talk.backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(ActionResult)) == 0
        assert await session.scalar(select(InboundMessage.status)) == "received"


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("never mind the day, what was that", {"repeat"}),
        ("stop, never mind", {"cancel"}),
        ("no", {"deny"}),
        ("make it 50", {"correct"}),
        ("change the amount", {"correct"}),
    ],
)
async def test_yes_of_a_lost_turn_is_reported_and_not_read_back_again(
    talk: Talk, network: DirectNetwork, words: str, acts: set[str]
) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    before = deepcopy(talk.log.__dict__)
    await talk.user_input("yes")
    talk.log.__dict__.update(before)
    await talk.user_input(words, intent="cancel" if "cancel" in acts else None, acts=acts)
    assert talk.responses[0] == "utter_pay_already"
    talk.assert_no_response("utter_question_pay_confirm")
    assert network.taken_cents() == 4000


async def test_pending_payment_is_not_called_unpaid(talk: Talk, network: DirectNetwork) -> None:
    def out_of_reach(_name: str) -> None:
        raise ProviderTimeout("no answer")

    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    before = deepcopy(talk.log.__dict__)
    network.before = out_of_reach
    await talk.user_input("yes")
    talk.assert_response("utter_pay_pending")
    talk.log.__dict__.update(before)
    await talk.user_input("stop, never mind", intent="cancel", acts={"cancel"})
    assert talk.responses == ["utter_pay_pending"]
