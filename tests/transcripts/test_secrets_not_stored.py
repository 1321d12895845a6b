"""Secrets are not in the dialogue's own store either, and the conversation continues."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from backend.logs import conversation_reference
from lab.channel_clients import SmsClient, VoiceClient, WebChatClient
from lab.members import unused_phone
from tests.support.secret_messages import squeezed
from tests.support.served import ServedSystem
from tests.support.stored_text import without_measures

pytestmark = pytest.mark.engine

NEEDLES = (
    "41111111", "11111111", "5555555555", "55554444", "900451234", "hunter2", "correcthorse", "battery", "4821",
    "fouroneoneoneone", "oneoneoneoneone", "cuatrounounouno",
)  # fmt: skip

STORES = (
    ("memberline.db", "conversation_id", ("inbound_messages", "push_events", "tickets", "handovers")),
    ("tracker.db", "sender_id", ("tracker_events", "tracker_snapshots")),
)
MESSAGES = ("text", "reply", "data", "details", "summary", "state")


def stored_of(served: ServedSystem, conversation: str) -> str:
    """All of a conversation in both stores, squeezed, without the names and times of its rows."""
    found = []
    for file, whose, tables in STORES:
        with closing(sqlite3.connect(Path(served.folder) / file)) as database:
            for table in tables:
                rows = database.execute(f'SELECT * FROM "{table}" WHERE {whose} = ?', [conversation])
                names = [column[0] for column in rows.description]
                wanted = [place for place, name in enumerate(names) if name in MESSAGES]
                found += [without_measures(str(row[place])) for row in rows for place in wanted]
    return squeezed("\n".join(found))


def left(served: ServedSystem, conversation: str) -> list[str]:
    stored = stored_of(served, conversation)
    assert stored
    return [needle for needle in NEEDLES if needle in stored]


def test_a_card_half_by_keypad_and_half_by_voice_is_forgotten(served: ServedSystem) -> None:
    call = VoiceClient(served, unused_phone())
    call.say("pay my bill")
    call.say("<41111111>")
    answer = call.say("one one one one one one one one")
    assert "card" in answer
    assert left(served, call.conversation) == []


def test_a_card_in_two_texts_is_forgotten(served: ServedSystem) -> None:
    for first, second in (
        ("5555555555", "554444"), ("four one one one one one one one", "one one one one one one one one"),
        ("cuatro uno uno uno uno uno uno uno", "1111 1111"),
    ):  # fmt: skip
        talk = SmsClient(served, unused_phone())
        talk.say("pay my bill")
        talk.say(first)
        assert "kept no copy" in talk.say(second) or "no guard" in talk.say("hola")
        assert left(served, talk.conversation) == []
        assert talk.say("never mind")


def test_personal_secrets_are_not_stored(served: ServedSystem) -> None:
    talk = WebChatClient(served)
    for line in (
        "report a broken yard light at 10 Mill Road, my password is correct horse battery",
        "yes, and my social is 900451234",
        "my pin is 4821",
        "my password is",
        "hunter2",
        "talk to a person",
    ):
        talk.say(line)
    assert left(served, talk.conversation) == []


def test_log_lines_of_both_processes_name_the_conversation_and_nothing_personal(served: ServedSystem) -> None:
    phone, folder = unused_phone(), Path(served.folder)
    logs = [served.log, folder / "logs" / "engine.log"]
    before = [path.stat().st_size for path in logs]
    talk = SmsClient(served, phone)
    for line in (
        "my name is Wilhelmina Quackenbush, 12 Xylophone Lane, mail quack@xylophone.example",
        "charge 4111 1111 1111 1111 to my account 99999-001",
        "there is a tree on the line at 12 Xylophone Lane",
        "call me at 815-555-0177",
        "never mind",
    ):
        talk.say(line)
    written = [path.read_bytes()[start:].decode() for path, start in zip(logs, before, strict=True)]
    reference = conversation_reference(served.settings, talk.conversation)
    for text in written:
        assert f"conversation {reference}" in text, "each process names it"
        planted = (
            "quack",
            "xylophone",
            "wilhelmina",
            "4111",
            "99999",
            "0177",
            phone[2:],
            phone[-4:],
            talk.conversation,
        )
        assert [each for each in planted if each in squeezed(text) or each in text.casefold()] == []
    requests = [set(re.findall(r"request ([0-9a-f]{12})", text)) for text in written]
    assert requests[0] & requests[1], "one id from the request to the engine"
