"""The text line over real HTTP."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from twilio.request_validator import RequestValidator

from backend.conversations.models import Conversation, InboundMessage
from backend.outbox import service as outbox
from backend.payments.quotes import make_quote, open_quote
from bot.channels.sms import routes as sms_routes
from bot.dialogue.redaction.redact import redact
from bot.web import twilio_guard
from tests.backend.household import make_household
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, MEMBER, NUMBER, Answer, Edge, new_sid, sms_fields, twiml_texts, until


async def forged(edge: Edge, fields: dict[str, str], signature: str | None, path: str = "/twilio/sms") -> Answer:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    return await edge.post(path, data=fields, headers=headers)


async def test_a_text_is_answered_in_the_same_request(app_server: Edge) -> None:
    answer = await app_server.text("pay my bill")
    assert answer.headers["content-type"].startswith("text/xml")
    assert twiml_texts(answer) == ["You said: pay my bill"]


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
@pytest.mark.parametrize(
    "make",
    [
        lambda url, fields: None,
        lambda url, fields: "",
        lambda url, fields: "nonsense",
        lambda url, fields: RequestValidator("another token").compute_signature(url, fields),
        lambda url, fields: RequestValidator(AUTH_TOKEN).compute_signature(url, {**fields, "Body": "other"}),
        lambda url, fields: RequestValidator(AUTH_TOKEN).compute_signature(url + "/x", fields),
        lambda url, fields: RequestValidator(AUTH_TOKEN).compute_signature(
            "https://elsewhere.example/twilio/sms", fields
        ),
    ],
)
async def test_an_unsigned_or_forged_request_is_turned_away(app_server: Edge, path: str, make: object) -> None:
    fields = sms_fields("pay my bill")
    answer = await forged(app_server, fields, make(app_server.url + path, fields), path)  # type: ignore[operator]
    assert answer.status == 403
    assert app_server.engine.turns == []


async def test_a_refused_request_leaves_a_line_that_names_what_may_be_wrong(
    app_server: Edge, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name == "memberline.twilio"]

    fields = sms_fields("my meter is 88001")
    elsewhere = RequestValidator(AUTH_TOKEN).compute_signature("https://old.example/twilio/sms", fields)
    for _ in range(3):
        await forged(app_server, fields, elsewhere)
    assert lines() == [
        f"refused with 403 at /twilio/sms: The signature does not match. If it comes from Twilio, PUBLIC_URL "
        f"({app_server.services.backend.settings.public_url}) is not the address that stands in its console, or "
        "TWILIO_AUTH_TOKEN is not the account's"
    ]
    monkeypatch.setattr(twilio_guard, "time", SimpleNamespace(monotonic=lambda: float("inf")))
    await forged(app_server, fields, None)
    assert "is not signed" in lines()[1]
    assert lines()[1].endswith("(2 more since the last such line)")
    assert "88001" not in caplog.text
    assert MEMBER not in caplog.text


async def test_another_account_is_refused_by_name(app_server: Edge, caplog: pytest.LogCaptureFixture) -> None:
    fields = sms_fields("hello") | {"AccountSid": "AC" + "9" * 32}
    assert (await app_server.twilio_post("/twilio/sms", fields)).status == 403
    assert "AccountSid is not TWILIO_ACCOUNT_SID" in caplog.text


async def test_blank_fields_are_part_of_the_signature(app_server: Edge) -> None:
    assert (await app_server.text("", NumMedia="1", MediaUrl0="https://x.example/1")).status == 200


async def test_a_signature_holds_for_the_public_address_only(app_server: Edge) -> None:
    fields = sms_fields("hello")
    signature = RequestValidator(AUTH_TOKEN).compute_signature("https://evil.example/twilio/sms", fields)
    answer = await app_server.post(
        "/twilio/sms",
        data=fields,
        headers={"X-Twilio-Signature": signature, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert answer.status == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"From": ""}, "From"),
        ({"To": "x"}, "To"),
        ({"MessageSid": "1; DROP TABLE"}, "MessageSid"),
        ({"MessageSid": ""}, "MessageSid"),
    ],
)
async def test_a_signed_form_with_a_wrong_field_is_refused_by_name(
    app_server: Edge, changes: dict[str, str], field: str
) -> None:
    answer = await app_server.twilio_post("/twilio/sms", sms_fields("hi", sid=None) | changes)
    assert answer.status == 400
    assert answer.json["error"]["field"] == field


async def test_another_account_is_turned_away(app_server: Edge) -> None:
    assert (await app_server.text("hi", AccountSid="AC" + "1" * 32)).status == 403


async def test_body_that_is_not_a_form_is_refused(app_server: Edge) -> None:
    for body in (b"\xff\xfe\x00", b'{"Body": "x"}', b"=&=&&&"):
        answer = await app_server.post("/twilio/sms", data=body, headers={"X-Twilio-Signature": "x"})
        assert answer.status == 403


async def test_the_same_message_again_is_the_same_answer_and_one_turn(app_server: Edge) -> None:
    sid = new_sid()
    answers = [await app_server.text("hello", sid=sid) for _ in range(3)]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert len(app_server.engine.turns) == 1


async def test_the_same_message_many_times_at_once_is_one_turn(app_server: Edge) -> None:
    sid = new_sid()
    answers = await asyncio.gather(*(app_server.text("hello", sid=sid) for _ in range(6)))
    assert {tuple(twiml_texts(answer)) for answer in answers} == {("You said: hello",)}
    assert len(app_server.engine.turns) == 1


async def test_conversation_id_hides_the_phone(app_server: Edge) -> None:
    await app_server.text("one")
    await app_server.text("two")
    await app_server.text("three", phone="+15555550143")
    names = [turn["conversation"] for turn in app_server.engine.turns]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("sms-")
    assert "5550142" not in names[0]
    assert app_server.engine.turns[0]["channel"] == "sms"


async def test_picture_without_words_is_answered_politely_and_varied(app_server: Edge) -> None:
    first = twiml_texts(await app_server.text("", NumMedia="1"))
    second = twiml_texts(await app_server.text("", NumMedia="1"))
    assert "no words" in first[0]
    assert first != second
    assert app_server.engine.turns == []


async def test_ten_thousand_characters_get_a_clear_answer(app_server: Edge) -> None:
    answer = twiml_texts(await app_server.text("pay " * 2500))
    assert "too long" in answer[0]
    assert app_server.engine.turns == []


@pytest.mark.parametrize(
    "body", ["' OR 1=1; --", "<script>alert(1)</script>", "\U0001f44d", "$1e9", "-5", "{{7*7}}", "%s%n", "\x00\x07pay"]
)
async def test_odd_texts_are_answered(app_server: Edge, body: str) -> None:
    answer = await app_server.text(body)
    assert answer.status == 200
    assert twiml_texts(answer)


async def test_words_outside_the_plain_alphabet_cost_no_second_part(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("curly")) == ['It\'s due - "soon"...']


async def test_choices_can_be_typed(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("buttons")) == ["How much?\n1 Full amount, 2 Other amount"]
    await app_server.text("2")
    await app_server.text("2")
    texts = [turn["text"] for turn in app_server.engine.turns]
    assert texts == ["buttons", '/choose{"amount":"other"}', "2"]
    assert app_server.engine.turns[1]["metadata"]["said"] == "2"


async def test_a_slow_answer_is_acknowledged_in_time_and_follows_once(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.2)
    sid = new_sid()
    assert twiml_texts(await app_server.text("slow one", sid=sid)) == []  # while the engine still waits at its gate
    app_server.engine.gate.set()
    await until(lambda: app_server.twilio.to(MEMBER))
    assert app_server.twilio.to(MEMBER) == ["You said: slow one"]
    # delivered again, it is not answered a second time
    assert twiml_texts(await app_server.text("slow one", sid=sid)) == []
    assert len(app_server.engine.turns) == 1


async def test_two_texts_of_one_phone_are_answered_in_order_one_at_a_time(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.2)
    assert twiml_texts(await app_server.text("slow first")) == []
    rest = [asyncio.create_task(app_server.text(f"message {number}")) for number in range(5)]
    await asyncio.gather(*rest)
    app_server.engine.gate.set()
    await until(lambda: len(app_server.twilio.to(MEMBER)) == 6)
    conversation = app_server.engine.turns[0]["conversation"]
    assert app_server.engine.texts_of(conversation)[0] == "slow first"
    assert app_server.engine.most_at_once[conversation] == 1


async def test_card_numbers_reach_neither_engine_nor_database(app_server: Edge) -> None:
    answer = twiml_texts(await app_server.text("pay with 4111 1111 1111 1111 please"))
    assert "Please don't send card numbers here" in answer[0]
    assert "You said: pay with please" in answer[0]
    assert "4111" not in str([turn["text"] for turn in app_server.engine.turns])
    async with app_server.services.backend.db.read_session() as session:
        row = await session.get_one(InboundMessage, 1)
        assert "4111" not in row.text + str(row.reply)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("yes, my card is 4000056655665556", "yes, my card is"),
        ("4000056655665556 yes", "yes"),
        ("pay 4000 0000 0000 0002", "pay"),
        ("ok cvv 123", "ok cvv"),
        ("1 4000056655665556", "1"),
    ],
)
async def test_engine_is_informed_of_a_removal(app_server: Edge, body: str, words: str) -> None:
    await app_server.text("buttons")
    answer = twiml_texts(await app_server.text(body))
    turn = app_server.engine.turns[1]
    assert turn["text"] == words
    assert turn["metadata"]["removed"] == ["code" if "cvv" in body else "card"]
    assert turn["metadata"]["said"] == redact(body).text
    assert "kept no copy" in answer[0]
    assert f"You said: {words}" in answer[0]
    await app_server.text("yes")
    assert "removed" not in app_server.engine.turns[2]["metadata"]


async def test_open_question_is_repeated_after_a_notice(app_server: Edge) -> None:
    await app_server.text("expect confirm")
    answer = twiml_texts(await app_server.text("4111111111111111"))
    assert "kept no copy" in answer[0]
    assert answer[0].endswith("please send a yes or a no.")


async def test_card_number_alone_needs_no_engine(app_server: Edge) -> None:
    first = twiml_texts(await app_server.text("4111111111111111"))
    second = twiml_texts(await app_server.text("5555555555554444"))
    assert first != second
    assert app_server.engine.turns == []


# ------------------------------------------------------------------------------------------- stopping and starting


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "stop texting me",
        "Stop please",
        "please stop texting me",
        "Stop sending me messages",
        "no more texts",
    ],
)
async def test_stop_words_stop_at_once(app_server: Edge, word: str) -> None:
    answer = twiml_texts(await app_server.text(word))
    assert len(answer) == 1
    assert "no more texts" in answer[0]
    assert app_server.engine.turns == []
    async with app_server.services.backend.db.read_session() as session:
        assert await outbox.is_opted_out(session, MEMBER)


@pytest.mark.parametrize("text", ["stop the payment", "stop autopay", "please stop calling me", "don't send it"])
async def test_other_requests_with_the_same_first_word_go_to_the_dialogue(app_server: Edge, text: str) -> None:
    assert twiml_texts(await app_server.text(text)) == [f"You said: {text}"]


async def test_stop_ends_the_open_task_even_without_the_engine(app_server: Edge) -> None:
    await app_server.text("buttons")
    backend = app_server.services.backend
    mine = app_server.engine.turns[0]["conversation"]
    home = await make_household(backend)
    async with backend.db.transaction() as session:
        conversation = await session.get_one(Conversation, mine)
        conversation.level, conversation.verified_at = 2, backend.clock.now()
        conversation.account_id, conversation.member_id = home.account_id, home.member_id
    quote = await make_quote(
        backend,
        mine,
        account_id=home.account_id,
        amount_cents=5000,
        method_id=home.card_id,
        pay_on=backend.today(),
        level=2,
    )
    async with backend.db.read_session() as session:
        assert await open_quote(session, backend, mine, quote.key)
    await app_server.engine.stop()
    await app_server.text("STOP")
    await app_server.text("START")
    async with backend.db.read_session() as session:
        conversation = await session.get_one(Conversation, mine)
        assert (conversation.level, conversation.offered, conversation.expects) == (0, [], "")
        assert await open_quote(session, backend, mine, quote.key) is None


async def test_stopped_phone_gets_nothing_until_start(app_server: Edge) -> None:
    await app_server.text("STOP")
    assert twiml_texts(await app_server.text("pay my bill")) == []
    assert "on again" in twiml_texts(await app_server.text("START"))[0]
    assert twiml_texts(await app_server.text("pay my bill")) == ["You said: pay my bill"]


async def test_yes_restarts_only_a_stopped_phone(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("YES")) == ["You said: YES"]
    await app_server.text("STOP")
    assert "on again" in twiml_texts(await app_server.text("YES"))[0]


async def test_an_old_stop_delivered_again_does_not_stop_again(app_server: Edge) -> None:
    sid = new_sid()
    first = await app_server.text("STOP", sid=sid)
    await app_server.text("START")
    assert (await app_server.text("STOP", sid=sid)).text == first.text
    assert twiml_texts(await app_server.text("hello")) == ["You said: hello"]


@pytest.mark.parametrize("word", ["HELP", "info", "Help!"])
async def test_help_names_the_co_op(app_server: Edge, word: str) -> None:
    answer = twiml_texts(await app_server.text(word))[0]
    assert app_server.services.coop.short_name in answer
    assert app_server.services.coop.office_phone_display in answer
    assert "STOP" in answer
    assert len(answer) <= 160


async def test_where_the_carrier_has_answered_we_only_take_note(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("arret", OptOutType="STOP")) == []
    async with app_server.services.backend.db.read_session() as session:
        assert await outbox.is_opted_out(session, MEMBER)


async def test_help_in_a_sentence_is_a_sentence(app_server: Edge) -> None:
    assert twiml_texts(await app_server.text("help me pay")) == ["You said: help me pay"]


# ------------------------------------------------------------------------------------------------- messages out


async def _enqueue(edge: Edge, key: str = "a receipt", phone: str = MEMBER) -> None:
    backend = edge.services.backend
    async with backend.db.transaction() as session:
        await outbox.enqueue(
            session, backend, kind="sms", recipient=phone, body="Paid.", purpose="receipt", dedupe_key=key
        )


async def _status(edge: Edge) -> str:
    async with edge.services.backend.db.read_session() as session:
        return str((await outbox.list_newest(session))[0].status)


async def test_news_of_a_message_only_go_forward(app_server: Edge) -> None:
    await _enqueue(app_server)
    sent = (await until(lambda: app_server.twilio.messages))[0]
    for status in ("delivered", "sent", "sending", "queued", "undelivered"):
        assert await app_server.twilio.tell(sent, status, app_server.url) == 204
    assert await _status(app_server) == "delivered"


async def test_news_that_overtake_the_carriers_own_answer_are_not_lost(app_server: Edge) -> None:
    await _enqueue(app_server, key="reply:x?&=/:0")
    sent = (await until(lambda: app_server.twilio.messages))[0]
    sent.sid = new_sid()  # an id that we have not been told
    assert await app_server.twilio.tell(sent, "delivered", app_server.url) == 204
    assert await _status(app_server) == "delivered"


async def test_status_of_an_unknown_message_changes_nothing(app_server: Edge) -> None:
    fields = {
        "AccountSid": ACCOUNT,
        "MessageSid": new_sid(),
        "MessageStatus": "delivered",
        "From": NUMBER,
        "To": MEMBER,
    }
    assert (await app_server.twilio_post("/twilio/status", fields)).status == 204
    assert (await app_server.twilio_post("/twilio/status", fields | {"MessageStatus": "new kind"})).status == 204


async def test_a_phone_that_the_carrier_knows_as_stopped_is_not_tried_again(app_server: Edge) -> None:
    app_server.twilio.opted_out.add(MEMBER)
    await _enqueue(app_server)
    await until(lambda: _is(app_server, "refused"))
    await _enqueue(app_server, key="another")
    assert await _status(app_server) == "refused"
    assert app_server.twilio.requests == 1


async def test_later_refusal_counts_too(app_server: Edge) -> None:
    await _enqueue(app_server)
    sent = (await until(lambda: app_server.twilio.messages))[0]
    await until(lambda: _is(app_server, "sent"))
    await app_server.twilio.tell(sent, "failed", app_server.url, error_code="21610")
    async with app_server.services.backend.db.read_session() as session:
        assert await outbox.is_opted_out(session, MEMBER)


async def _is(edge: Edge, status: str) -> bool:
    return await _status(edge) == status
