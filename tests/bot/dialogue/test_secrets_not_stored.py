"""Secrets that people send are stored nowhere, and what they need to say stays."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat import sessions
from bot.dialogue.normalize import clean_text
from bot.dialogue.recording import MessageRecorder
from bot.dialogue.redaction.across_messages import MAX_EARLIER, redact_in_context
from bot.dialogue.redaction.expected_numbers import RedactionContext
from bot.dialogue.redaction.message_ends import EarlierMessage
from bot.dialogue.redaction.redact import list_account_candidates, redact
from tests.bot.conftest import running_edge
from tests.bot.edge import ACCOUNT, NUMBER, Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support import harmless_mentions, secret_mentions, secret_messages, unlabeled_secrets
from tests.support.costs import cost_of
from tests.support.harmless_messages import ACCOUNTS, everything_harmless
from tests.support.secret_messages import SecretMessages, squeezed

SINGLE = [*secret_messages.card_messages(), *secret_messages.identity_messages(), *secret_messages.password_messages()]
SINGLE += [*unlabeled_secrets.unnamed(), *unlabeled_secrets.disguised(), *secret_mentions.in_passing()]
SPLIT = [*secret_messages.split_over_messages(), *unlabeled_secrets.over_chat(), *secret_mentions.in_halves()]
CHANNELS = ("sms", "web", "voice")
EVERY, EVERY_SPLIT = 8, 5
"""Over the edge of a channel goes every eighth of the single messages and every fifth of those in pieces, others on
each channel. All are tried without the edge."""
NAMES = frozenset(
    ("id", "conversation_id", "provider_id", "source", "actor", "recipient", "address", "dedupe_key", "sender_id")
)
"""Columns that name somebody or a row: nothing that was said is in them."""
SURELY = 9
"""A needle as long as this cannot be in a time or an amount by chance."""
MILLISECONDS = 2.0


@dataclass
class Talk:
    """A conversation on one channel. `secret` is what must be found nowhere."""

    edge: Edge
    channel: str
    number: int
    secret: SecretMessages
    conversation: str = ""
    turn: int = 0
    token: str = ""
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phone = f"+1555333{self.number:04d}"
        self.call = f"CA{self.number:032x}"
        if self.channel == "web":
            self.token = sessions.create_session_token(self.edge.services.settings)
            self.conversation = sessions.session_conversation_id(self.edge.services.settings, self.token) or ""
        elif self.channel == "voice":
            self.conversation = f"call-{self.call}"
        else:
            self.conversation = sms_conversation_id(self.edge.services.settings, self.phone)

    async def play(self) -> None:
        if self.secret.asked:
            await self.say(f"expect {self.secret.asked}")
        for place, message in enumerate(self.secret.messages):
            await self.say(message, press=place in self.secret.keys and bool(self.secret.asked))

    async def say(self, message: str, *, press: bool = False) -> None:
        self.turn += 1
        if self.channel == "sms":
            answer = await self.edge.text(message, phone=self.phone)
        elif self.channel == "web":
            # each from an address of its own: the brake on floods is not what is tried here
            await self._chat(message)
            return
        else:
            form = {"Digits": message} if press else {"SpeechResult": message, "Confidence": "0.9"}
            fields = {"CallSid": self.call, "AccountSid": ACCOUNT, "From": self.phone, "To": NUMBER, **form}
            path = f"/twilio/voice/turn?turn={self.turn}&asked={self.turn - 1}"
            answer = await self.edge.twilio_post(path, fields)
        assert answer.status == 200, answer.text

    async def _chat(self, message: str) -> None:
        body = {"session": self.token, "id": f"m{self.turn}", "text": message}
        headers = {"X-Forwarded-For": f"10.{self.number >> 8}.{self.number & 255}.7"}
        answer = await self.edge.post("/chat/messages", json=body, headers=headers)
        assert answer.status == 200, answer.text


@pytest.fixture
async def edge(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(folder, engine, twilio, PROXIES_COUNT="1") as running:
        yield running


def stored_rows(database: Path) -> dict[str, list[tuple[str, str]]]:
    """Every text of every table, squeezed, by its column, with the conversation of its row."""
    found: dict[str, list[tuple[str, str]]] = {}
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                whose = next((str(row[name]) for name in ("conversation_id", "sender_id") if name in row.keys()), "")  # noqa: SIM118
                for name in row.keys():  # noqa: SIM118
                    value = row[name]
                    if name in NAMES or value is None or isinstance(value, int | float):
                        continue
                    found.setdefault(f"{table}.{name}", []).append((whose, _plain(value)))
    return found


def _plain(value: Any) -> str:
    try:
        value = json.loads(value)
    except (TypeError, ValueError):
        return squeezed(str(value))
    return squeezed(json.dumps(value, ensure_ascii=False))


def leaks(texts: Iterable[str], needles: Iterable[str]) -> list[str]:
    whole = "\n".join(texts)
    return [needle for needle in set(needles) if needle in whole]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_no_secret_is_stored_anywhere(
    edge: Edge, folder: Path, caplog: pytest.LogCaptureFixture, channel: str
) -> None:
    """More than 200 ways of saying it on each channel, through the app as it is, into database, logs and metrics."""
    caplog.set_level(logging.INFO)
    place = CHANNELS.index(channel)
    sayings = [*SINGLE[place::EVERY], *SPLIT[place::EVERY_SPLIT]]
    assert len(sayings) >= 200
    talks = [Talk(edge, channel, number, secret) for number, secret in enumerate(sayings)]
    for talk in talks:
        await talk.play()
    stored = stored_rows(folder / "memberline.db")
    assert sum(len(rows) for rows in stored.values()) > len(sayings)
    needles = {needle for talk in talks for needle in talk.secret.needles}
    sure = [needle for needle in needles if len(needle) >= SURELY]
    texts = [text for rows in stored.values() for _, text in rows]
    logs = [squeezed(record.getMessage()) for record in caplog.records]
    metrics = squeezed((await edge.get("/metrics")).text)
    assert leaks([*texts, *logs, metrics], sure) == []
    assert _of_their_own(talks, stored) == []
    assert _left_in_the_engine(edge, talks) == []


def _of_their_own(talks: Sequence[Talk], stored: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Short needles, in what was said and answered in the talk itself."""
    by_talk: dict[str, list[str]] = {}
    for name in ("inbound_messages.text", "inbound_messages.reply", "push_events.data"):
        for whose, text in stored.get(name, []):
            by_talk.setdefault(whose, []).append(text)
    return [
        f"{talk.channel} {talk.secret.messages} {hit}"
        for talk in talks
        for hit in leaks(by_talk[talk.conversation], talk.secret.needles)
    ]


def _left_in_the_engine(edge: Edge, talks: Sequence[Talk]) -> list[str]:
    """What the engine was told and not told to forget."""
    gone = {(one["conversation"], name) for one in edge.engine.forgotten for name in one["messages"]}
    by_talk: dict[str, list[str]] = {}
    for turn in edge.engine.turns:
        if (turn["conversation"], turn["metadata"]["message"]) not in gone:
            text = f"{turn['text']} {turn['metadata']['said']}"
            by_talk.setdefault(turn["conversation"], []).append(squeezed(text))
    return [
        f"{talk.channel} {talk.secret.messages} {hit}"
        for talk in talks
        for hit in leaks(by_talk.get(talk.conversation, []), talk.secret.needles)
    ]


@pytest.mark.parametrize("asked", ["", "member_number", "last4", "amount", "date", "phone", "address", "confirm"])
def test_every_wording_of_a_secret_is_redacted(asked: str) -> None:
    """All of them, whatever is asked for."""
    assert len(SINGLE) > 1500
    left = []
    for secret in SINGLE:
        text = redact(clean_text(secret.messages[0]), RedactionContext(asked)).text
        left += [f"{secret.messages[0]!r}: {needle}" for needle in secret.needles if needle in squeezed(text)]
    assert left == []


def test_no_number_in_pieces_comes_through() -> None:
    for secret in SPLIT:
        stored: list[EarlierMessage] = []
        for place, message in enumerate(secret.messages):
            whole = redact_in_context(stored, clean_text(message), RedactionContext(secret.asked))
            stored = [EarlierMessage(one.id, "", whole.rewritten_texts.get(one.id, one.text)) for one in stored]
            stored.append(EarlierMessage(place, "", whole.text))
        assert leaks([squeezed(one.text) for one in stored], secret.needles) == [], secret.messages


def accounts_in(text: str) -> frozenset[str]:
    return frozenset(list_account_candidates(text)) & frozenset(ACCOUNTS)


def test_needed_messages_are_not_redacted() -> None:
    harmless = everything_harmless()
    assert len(harmless) >= 400
    taken = []
    for text, asked in harmless:
        whole = clean_text(text)
        left = redact(whole, RedactionContext(asked, accounts_in(whole))).text
        taken += [f"{asked}: {whole!r} -> {left!r}"] if left != whole else []
    assert taken == []


@pytest.mark.parametrize(
    ("text", "asked"), [*((text, "") for text in harmless_mentions.MESSAGES), *harmless_mentions.ASKED]
)
def test_harmless_text_near_a_secret_stays(text: str, asked: str) -> None:
    whole = clean_text(text)
    assert redact(whole, RedactionContext(asked, accounts_in(whole))).text == whole


def test_answers_one_after_the_other_stay() -> None:
    """No two answers are taken for the halves of one number."""
    answers = [one for one in everything_harmless() if one.asked]
    order = ["member_number", "last4", "amount", "date", "code", "phone"]
    by_asked = {asked: [one.text for one in answers if one.asked == asked] for asked in order}
    for turn in range(120):
        stored: list[EarlierMessage] = []
        for place, asked in enumerate(order):
            text = clean_text(by_asked[asked][turn % len(by_asked[asked])])
            accounts = accounts_in(text).union(*(accounts_in(one.text) for one in stored))
            whole = redact_in_context(stored[-MAX_EARLIER:], text, RedactionContext(asked, accounts))
            assert (whole.text, whole.rewritten_texts) == (text, {}), [one.text for one in stored]
            stored.append(EarlierMessage(place, "", text))


def test_it_costs_little() -> None:
    """Processor time, so that a busy machine is no failure."""
    texts = [clean_text(secret.messages[0]) for secret in SINGLE[::7]] + [
        clean_text(one.text) for one in everything_harmless()
    ]
    before = [EarlierMessage(1, "", "pay my bill"), EarlierMessage(2, "", "99999001"), EarlierMessage(3, "", "0142")]
    cost = cost_of(lambda: [redact_in_context(before, text, RedactionContext("amount")) for text in texts])
    assert cost / len(texts) * 1000 < MILLISECONDS


@pytest.mark.parametrize(
    "text", ["<>" * 500, "1 " * 500, "one " * 250, "4111 " * 200, "my password is " * 60, "y " * 500, "is my pin " * 90]
)
def test_every_text_is_redacted_quickly(text: str) -> None:
    assert cost_of(lambda: redact_in_context([EarlierMessage(1, "", text)], clean_text(text), RedactionContext())) < 0.5


async def test_own_nine_digits_get_through_and_those_of_others_do_not(edge: Edge) -> None:
    await open_account(edge, "123456-001")
    for place, (message, expected) in enumerate(
        (
            ("123-45-6001", True),
            ("123456001", True),
            ("123 45 6001", True),
            ("123-45-6002", False),
            ("987654321", False),
        )
    ):
        phone = f"+1555777{place:04d}"
        await edge.text("expect member_number", phone=phone)
        answer = await edge.text(message, phone=phone)
        assert ("You said" in answer.text) == expected, message
        if not expected:
            assert "with its dash" in answer.text


async def test_redaction_reveals_few_accounts_to_a_sender(edge: Edge) -> None:
    """Nine digits that are an account stay: who tries one after the other must not find out which are."""
    await open_account(edge, "123456-001")
    phone = "+15557780001"
    await edge.text("expect member_number", phone=phone)
    for number in range(13):
        await edge.text(f"90045{number:04d}", phone=phone)
    assert "You said" not in (await edge.text("123456001", phone=phone)).text
    assert "You said" in (await edge.text("123456-001", phone=phone)).text


async def open_account(edge: Edge, number: str) -> None:
    from backend.billing.models import Account
    from backend.members.models import Member

    base, _, separator = number.partition("-")
    async with edge.services.backend.db.transaction() as session:
        member = Member(number=base, name="Iris Vale", phone="+15555550177", kind="residential")
        session.add(member)
        await session.flush()
        digits = number.replace("-", "")
        session.add(Account(member_id=member.id, separator=separator, number=number, number_digits=digits))


async def test_engine_redaction_waits_for_the_engine(edge: Edge) -> None:
    phone = "+15557790001"
    await edge.text("41111111", phone=phone)
    edge.engine.failing = True
    await edge.text("11111111", phone=phone)
    async with edge.services.backend.db.read_session() as session:
        from backend.conversations import history_redaction

        left = await history_redaction.list_pending_redactions(session)
    assert len(left) == 1
    assert "4111" not in json.dumps(left[0].messages)
    edge.engine.failing = False
    edge.engine.forgotten.clear()
    assert await edge.services.turns.engine_redactor._redact_all()
    async with edge.services.backend.db.read_session() as session:
        assert await history_redaction.list_pending_redactions(session) == []


async def test_one_sentence_names_everything_removed(edge: Edge) -> None:
    answer = await edge.text("card 4111 1111 1111 1111 cvv 123, ssn 900-45-1234, my password is hunter2")
    assert answer.text.count("kept no copy") == 1
    assert len(re.findall("secure pay page", answer.text)) == 1


async def test_own_payload_stays_and_a_foreign_one_does_not(edge: Edge) -> None:
    recorder = MessageRecorder(edge.services.backend, edge.services.rates)
    from bot.dialogue.messages import Inbound

    async with edge.services.backend.db.transaction() as session:
        inbound = Inbound("web", "web-x", "web-x:1", "", payload='/inform{"x":"4111 1111 1111 1111"}')
        redacted = await recorder.redact(session, inbound)
    assert redacted.inbound.payload is None
    assert "4111" not in redacted.inbound.text


@pytest.mark.parametrize(
    ("earlier", "text", "asked"),
    [
        (("by bank",), "803313", "code"),
        (("99999-001 9991", "9992", "9993", "9994"), "9995", "last4"),
        (("4821", "4822", "4823"), "4825", "identity"),
    ],
)
def test_expected_answer_is_not_the_rest_of_a_secret(earlier: tuple[str, ...], text: str, asked: str) -> None:
    stored = [EarlierMessage(place, f"m{place}", words) for place, words in enumerate(earlier)]
    whole = redact_in_context(stored, text, RedactionContext(asked))
    assert (whole.text, whole.rewritten_texts) == (text, {})


def test_a_card_in_four_answers_goes_all_the_same() -> None:
    stored = [EarlierMessage(place, f"m{place}", words) for place, words in enumerate(("4111", "1111", "1111"))]
    assert "1111" not in redact_in_context(stored, "1111", RedactionContext("last4")).text
