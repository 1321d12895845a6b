"""A member is told that nothing was done, or to try again, only if that is true and stays true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.service import record
from backend.clock import ManualClock
from backend.contact import service as contact
from backend.conversations import idempotency
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from backend.members import identity
from backend.outbox.models import OutboxMessage
from backend.outcomes import service as outcomes
from backend.payments import confirm
from backend.payments.models import Payment, PaymentMethod
from backend.payments.processing import recover
from backend.payments.quotes import make_quote
from backend.providers.payments.base import ProviderTimeout
from bot.channels.voice import call as calls
from bot.dialogue import engine_client, giving_up, turn
from bot.dialogue.messages import Inbound, Reply
from bot.workers import unanswered
from tests.backend.household import NOW, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.bot.channels.voice.phone_call import TRANSFER, Line, spoken_text
from tests.bot.channels.voice.relay.relay_socket import socket_after
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

CHANNELS = ("sms", "web", "voice")
CLAIMS = ("nothing", "send it again", "try again", "not been", "no se ", "nada")


class Till:
    """The edge with a member who has something read back, and an engine whose `yes` acts and then loses its answer."""

    def __init__(self, edge: Edge, home: Household, network: DirectNetwork) -> None:
        self.edge, self.home, self.network = edge, home, network
        self.backend: Backend = edge.services.backend
        self.quote = ""

    async def read_back(self, conversation: str, channel: str) -> None:
        async with self.backend.db.transaction() as session:
            if await session.get(Conversation, conversation) is None:
                now = self.backend.clock.now()
                known = {"account_id": self.home.account_id, "member_id": self.home.member_id, "verified_at": now}
                session.add(
                    Conversation(
                        id=conversation,
                        channel=channel,
                        last_seen_at=now,
                        started_at=now,
                        level=2,
                        address=MEMBER,
                        **known,
                    )
                )
        quote = await make_quote(
            self.backend,
            conversation,
            account_id=self.home.account_id,
            amount_cents=4000,
            method_id=self.home.card_id,
            pay_on=TODAY,
            level=2,
        )
        self.quote = quote.key

    async def pay(self, conversation: str) -> None:
        await confirm.confirm_quote(
            self.backend, self.quote, conversation_id=conversation, channel="web", wording="Pay $40?", reply="yes"
        )

    async def pay_with(self, token: str) -> None:
        async with self.backend.db.transaction() as session:
            (await session.get_one(PaymentMethod, self.home.card_id)).token = token

    async def change_email(self, conversation: str) -> None:
        async with self.backend.db.transaction() as session:
            member_identity = await identity.load_identity(session, self.backend, conversation)
            await contact.change(session, self.backend, conversation, member_identity, "email", "new@example.com")

    async def number(self) -> str:
        async with self.backend.db.read_session() as session:
            return str(await session.scalar(select(Payment.confirmation)))

    async def status(self) -> str:
        async with self.backend.db.read_session() as session:
            return str(await session.scalar(select(Payment.status)))

    async def settled(self, channel: str, conversation: str = "") -> str:
        """Say `yes` on a channel to an engine that does it and then fails; what the member is told in the end."""
        conversation = conversation or f"{channel}-1"
        await self.read_back(conversation, channel)
        inbound = Inbound(channel, conversation, f"{channel}:1", "yes", address=MEMBER)
        reply = await self.edge.services.turns.take_turn(inbound, within=60 if channel == "voice" else None)
        if reply.pending:
            reply = await until(lambda: self.answer(inbound), within=60)
        return " ".join(message.text for message in reply.messages)

    async def answer(self, inbound: Inbound) -> Reply | None:
        async with self.backend.db.read_session() as session:
            row = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
        # until then the row holds what was said meanwhile: that the answer comes later
        return None if row is None or row.status == "received" else await self.edge.services.turns.take_turn(inbound)

    async def written(self) -> list[str]:
        """The texts in the outbox."""
        async with self.backend.db.read_session() as session:
            return list(await session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "sms")))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that failed is tried again at once; how long the pauses are is not what is tried here."""
    monkeypatch.setattr(turn, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(unanswered, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(unanswered, "LEASE_GRACE_SECONDS", 0.1)


@pytest.fixture
async def till(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Till]:
    async with running_edge(folder, engine, twilio, ManualClock(NOW)) as edge:
        network = DirectNetwork()
        edge.services.backend.payments = network
        yield Till(edge, await make_household(edge.services.backend), network)


def losing(act: Callable[[str], Awaitable[None]], engine: StandInEngine) -> Callable[[str], Awaitable[None]]:
    """The act once, and an engine that dies of it every time."""
    done: list[str] = []

    async def act_and_die(conversation: str) -> None:
        if not done:
            done.append(conversation)
            await act(conversation)
        engine.failing = True

    return act_and_die


# ------------------------------------------------------------------------------- the engine is lost behind the act


@pytest.mark.parametrize("channel", CHANNELS)
async def test_payment_with_a_lost_answer_is_reported_with_its_number(till: Till, channel: str) -> None:
    till.edge.engine.acts["yes"] = losing(till.pay, till.edge.engine)
    answer = await till.settled(channel)
    number = await till.number()
    assert "$40.00 is made" in answer
    assert (", ".join(number.replace("-", "")) if channel == "voice" else number) in answer
    assert not any(claim in answer.lower() for claim in CLAIMS)
    assert await till.status() == "posted"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("token", ["tok_visa_4242", "tok_visa_declined"])
async def test_pending_payment_is_reported_and_its_outcome_follows(till: Till, channel: str, token: str) -> None:
    await till.pay_with(token)

    def out_of_reach(_name: str) -> None:
        raise ProviderTimeout("no answer")

    till.network.before = out_of_reach
    till.edge.engine.acts["yes"] = losing(till.pay, till.edge.engine)
    answer = await till.settled(channel)
    assert "on its way" in answer
    assert "message when it is settled" in answer
    assert not any(claim in answer.lower() for claim in CLAIMS)
    before = await till.written()
    till.network.before = lambda _name: None
    await recover(till.backend)
    news = [text for text in await till.written() if text not in before]
    number = await till.number()
    assert any(number in text for text in news)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_nothing_done_is_claimed_only_when_nothing_can_follow(till: Till, channel: str) -> None:
    till.edge.engine.failing = True
    answer = await till.settled(channel)
    assert "nothing" in answer.lower()
    late = await confirm.confirm_quote(
        till.backend, till.quote, conversation_id=f"{channel}-1", channel=channel, wording="Pay $40?", reply="yes"
    )
    assert late.kind == "expired"
    step = idempotency.ActionStep(channel, f"{channel}:1", "validate_quick_pay_form", 3)
    async with till.backend.db.transaction() as session:
        with pytest.raises(idempotency.MessageSettled):
            await idempotency.begin(session, step)
    assert till.network.taken_cents() == 0


@pytest.mark.parametrize("channel", CHANNELS)
async def test_change_with_a_lost_answer_is_reported(till: Till, channel: str) -> None:
    till.edge.engine.acts["yes"] = losing(till.change_email, till.edge.engine)
    answer = await till.settled(channel)
    assert "your email address, changed" in answer
    assert not any(claim in answer.lower() for claim in CLAIMS)


@pytest.mark.parametrize("channel", ["sms", "web"])
async def test_declined_payment_is_reported_as_declined(till: Till, channel: str) -> None:
    await till.pay_with("tok_visa_insufficient")
    till.edge.engine.acts["yes"] = losing(till.pay, till.edge.engine)
    answer = await till.settled(channel)
    assert await till.status() == "declined"
    assert "did not go through, and nothing was taken" in answer
    assert "could not finish" in answer


async def test_after_a_late_report_the_conversation_restarts(till: Till) -> None:
    """The task that was open is done: it must not ask for its yes again."""
    till.edge.engine.acts["yes"] = losing(till.pay, till.edge.engine)
    await till.settled("sms")
    till.edge.engine.failing = False
    turns = till.edge.services.turns
    for number, anew in ((2, True), (3, None)):
        await turns.take_turn(Inbound("sms", "sms-1", f"sms:{number}", "hello", address=MEMBER))
        assert till.edge.engine.turns[-1]["metadata"].get("anew") == anew


@pytest.mark.parametrize("spanish", [False, True])
async def test_outcome_of_an_expired_message_is_reported(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, spanish: bool
) -> None:
    clock = ManualClock(NOW)
    async with running_edge(folder, engine, twilio, clock) as edge:
        till = Till(edge, await make_household(edge.services.backend), DirectNetwork())
        edge.services.backend.payments = till.network
        await till.read_back("sms-1", "sms")
        await till.pay("sms-1")
        number = await till.number()
        async with till.backend.db.transaction() as session:
            await conversations.record_inbound(
                session,
                till.backend,
                channel="sms",
                provider_id="a",
                conversation_id="sms-1",
                text="yes",
                address=MEMBER,
                attested=True,
                owner="a process that dies",  # with its lease the workers of this edge leave the message alone
            )
            (await session.get_one(Conversation, "sms-1")).language = "es" if spanish else "en"
    clock.advance(minutes=11)
    async with running_edge(folder, engine, twilio, clock):
        ours = "Nuestra oficina" if spanish else "Our office"
        (notice,) = await until(lambda: [text for text in twilio.to(MEMBER) if ours in text])
    assert number in notice
    assert not any(claim in notice.lower() for claim in CLAIMS)
    assert engine.turns == []


# ----------------------------------------------------------------------------------------------------------- on a call


async def test_late_engine_answer_is_awaited_on_the_call(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "TURN_SECONDS", 0.3)
    monkeypatch.setattr(unanswered, "MAX_ATTEMPTS", 1000)
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.2)
    line = Line(till.edge)
    await line.go()
    root = await line.speak("slow yes")
    for _ in range(3):
        assert root.find("Redirect") is not None
        root = await line.go()
    till.edge.engine.gate.set()
    while root.find("Redirect") is not None and root.find("Gather") is None:
        root = await line.go()
    assert "You said: slow yes" in spoken_text(root)


async def test_call_that_waited_long_enough_ends_with_what_is_known(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach(_name: str) -> None:
        raise ProviderTimeout("no answer")

    monkeypatch.setattr(engine_client, "TURN_SECONDS", 300.0)
    line = Line(till.edge)
    await till.read_back(line.conversation, "voice")
    await line.go()
    await line.speak("expect confirm")
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.05)
    till.network.before = out_of_reach
    till.edge.engine.acts["slow yes"] = till.pay
    root = await line.speak("slow yes")
    for _ in range(calls.MAX_POLLS):
        assert root.find("Redirect") is not None
        root = await line.go()
    assert "on its way" in spoken_text(root)
    assert root.find("Hangup") is None
    # the call stays, and what is on its way is not offered again
    assert "Well?" not in spoken_text(await line.silence())
    till.edge.engine.gate.set()


async def test_a_read_back_that_was_acted_on_is_not_offered_again_after_a_transfer(till: Till) -> None:
    line = Line(till.edge)
    await line.go()
    await line.speak("expect confirm")
    await till.read_back(line.conversation, "voice")
    till.edge.engine.acts["yes"] = losing(till.pay, till.edge.engine)
    await line.speak("yes")
    root = await line.go(DialCallStatus="no-answer") if "dial" in line.action else await line.silence()
    assert "Well?" not in spoken_text(root)
    again = await line.post("/twilio/voice/turn?turn=3&asked=1&dial=1", DialCallStatus="no-answer")
    assert "Well?" not in again.text
    assert "How can I help" in again.text


async def test_a_relay_that_broke_off_in_a_turn_goes_on_with_its_answer(till: Till) -> None:
    line = Line(till.edge)
    inbound = Inbound("voice", line.conversation, f"{line.sid}:1", "slow yes", address=MEMBER)
    assert (await till.edge.services.turns.take_turn(inbound, within=0.1)).pending
    line.action = "/twilio/voice/relay/ended"
    root = await line.go()
    async with socket_after(till.edge, line.fields, root) as socket:
        assert "one moment" in (await socket.receive_text()).lower()
        till.edge.engine.gate.set()
        said = await socket.receive_text()
        while "still looking" in said:
            said = await socket.receive_text()
        assert "You said: slow yes" in said
    assert till.edge.engine.texts_of(line.conversation) == ["slow yes"]


async def test_failed_lookup_is_reported_as_unknown(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(till.edge)
    await line.go()

    async def fail(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(conversations, "open_now", fail)
    monkeypatch.setattr(conversations, "find_inbound", fail)
    root = await line.speak("yes")
    assert "cannot see right now" in spoken_text(root)
    assert root.findtext("Dial/Number") == TRANSFER
    assert "nothing" not in spoken_text(root).lower()


async def test_a_call_of_before_a_restart_goes_on_with_its_answer(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(datetime(2026, 11, 23, 18, tzinfo=UTC))
    async with running_edge(folder, engine, twilio, clock) as edge:
        line = Line(edge)
        async with edge.services.backend.db.transaction() as session:
            await conversations.record_inbound(
                session,
                edge.services.backend,
                channel="voice",
                provider_id=f"{line.sid}:1",
                conversation_id=line.conversation,
                text="pay my bill",
                address=MEMBER,
            )
    async with running_edge(folder, engine, twilio, clock) as edge:
        line.edge = edge
        line.action = "/twilio/voice/turn?turn=1&asked=0&poll=1"
        assert "You said: pay my bill" in spoken_text(await line.go())
    assert len(engine.turns) == 1


# ------------------------------------------------------------------------------------------------ the look itself


async def test_act_of_an_unnamed_kind_is_not_called_nothing(till: Till) -> None:
    now = till.backend.clock.now()
    async with till.backend.db.transaction() as session:
        await record(
            session,
            till.backend,
            actor="web-1",
            level=2,
            channel="web",
            act="solar_panel_sold",
            account_id=till.home.account_id,
        )
    async with till.backend.db.read_session() as session:
        became = await outcomes.outcome_since(session, "web-1", now)
        assert not became.is_empty
        assert (await outcomes.outcome_since(session, "web-2", now)).is_empty


async def test_message_answered_meanwhile_keeps_its_answer(till: Till) -> None:
    inbound = Inbound("voice", "call-1", "1", "hello", address=MEMBER)
    reply = await till.edge.services.turns.take_turn(inbound)
    assert await till.edge.services.turns.give_up(inbound) == reply
    async with till.backend.db.read_session() as session:
        assert await session.scalar(select(InboundMessage.status)) == "answered"
        assert await session.scalar(select(Conversation.expects)) != giving_up.SETTLED
