"""A call follows TwiML as Twilio documents it."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from sandbox.carrier.call import WITHHELD, PhoneCall
from sandbox.carrier.signing import CarrierAccount, CarrierRequest
from sandbox.carrier.spoken import SpokenPart

ACCOUNT = CarrierAccount("AC" + "0" * 32, "a token", "+15555550199", "https://line.example")
GATHER = '<Gather action="/turn?n=1" input="dtmf speech" actionOnEmptyResult="true" {more}><Say>Well?</Say></Gather>'


def begin(document: str, phone: str = "+15555550142") -> PhoneCall:
    """A call whose first document has these verbs."""
    call = PhoneCall(ACCOUNT, phone, attested=True)
    assert call.start("/voice").url == "/voice"
    call.read(f"<Response>{document}</Response>")
    return call


def told(request: CarrierRequest | None) -> dict[str, str]:
    """What a request says beside who calls."""
    assert request is not None
    return {name: request.fields[name] for name in request.fields if name not in PhoneCall(ACCOUNT, "").fields}


def notes(call: PhoneCall) -> str:
    return " ".join(entry.text for entry in call.entries if entry.by == "carrier")


@pytest.mark.parametrize(
    ("more", "keys", "sent"),
    [
        ("", "0142#", {"Digits": "0142", "FinishedOnKey": "#"}),
        ('numDigits="4"', "0142", {"Digits": "0142"}),
        ('numDigits="1"', "*", {"Digits": "*"}),
        ('finishOnKey="*"', "12*", {"Digits": "12", "FinishedOnKey": "*"}),
        ('numDigits="2" finishOnKey=""', "#1", {"Digits": "#1"}),
        ("", "#", {"Digits": "", "FinishedOnKey": "#"}),
    ],
)
def test_keys_are_sent_when_the_gather_has_enough(more: str, keys: str, sent: dict[str, str]) -> None:
    call = begin(GATHER.format(more=more))
    for key in keys[:-1]:
        assert call.press(key) is None
    request = call.press(keys[-1])
    assert request is not None
    assert request.url == "/turn?n=1"
    assert told(request) == sent


def test_keys_after_the_last_are_not_heard() -> None:
    call = begin(GATHER.format(more='numDigits="1"'))
    assert told(call.press("142")) == {"Digits": "1"}
    assert "4 2" in notes(call)


def test_silence_ends_a_number_that_was_begun() -> None:
    call = begin(GATHER.format(more=""))
    assert call.press("99") is None
    assert told(call.keep_silent()) == {"Digits": "99"}


def test_words_are_not_heard_after_a_key() -> None:
    call = begin(GATHER.format(more=""))
    call.press("9")
    assert call.say("nine nine") is None
    assert call.listening is not None
    assert call.listening.keyed == "9"


def test_silence_is_told_only_where_the_document_asks_for_it() -> None:
    assert told(begin(GATHER.format(more="")).keep_silent()) == {}
    quiet = begin('<Gather action="/turn"/><Say>Nothing came.</Say><Redirect>/again</Redirect>')
    request = quiet.keep_silent()
    assert request is not None
    assert request.url == "/again"
    assert quiet.entries[-1].text == "Nothing came."


def test_a_gather_takes_keys_alone_unless_it_says_otherwise() -> None:
    call = begin('<Gather action="/turn"/>')
    assert call.say("hello") is None
    assert "does not listen to words" in notes(call)
    assert told(call.press("1#"))["Digits"] == "1"


def test_an_unknown_verb_is_shown_and_passed_over() -> None:
    call = begin("<Juggle/><Say>Still here.</Say>" + GATHER.format(more=""))
    assert "<Juggle>" in notes(call)
    assert call.mode == "listening"
    assert [entry.text for entry in call.entries if entry.by == "line"] == ["Still here.", "Well?"]


def test_each_language_is_a_part_of_its_own() -> None:
    call = begin('<Say language="en-US">Hello. <lang xml:lang="es-US">Oprima el <break/>dos.</lang> Or wait.</Say>')
    assert call.entries[0].parts == (
        SpokenPart("Hello.", "en-US"),
        SpokenPart("Oprima el dos.", "es-US"),
        SpokenPart("Or wait.", "en-US"),
    )


@pytest.mark.parametrize(("answer", "status"), [("", 200), ("<Response><Say>", 200), ("<Response/>", 500), ("{}", 500)])
def test_no_twiml_ends_the_call_with_twilios_apology(answer: str, status: int) -> None:
    call = PhoneCall(ACCOUNT, "")
    call.start("/voice")
    assert call.read(answer, status) is None
    assert call.mode == "ended"
    assert "application error" in call.entries[-1].text


def test_a_document_that_ends_hangs_up() -> None:
    call = begin("<Say>Goodbye.</Say>")
    assert call.mode == "ended"
    assert call.press("1") is None


@pytest.mark.parametrize(
    ("act", "status"), [("no_answer", "no-answer"), ("busy", "busy"), ("person_leaves", "completed")]
)
def test_how_a_dial_ended_is_told_to_its_action(act: str, status: str) -> None:
    call = begin('<Dial action="/dialed"><Number>+15555550101</Number></Dial>')
    assert call.mode == "ringing"
    if act == "person_leaves":
        call.act("answer")
        assert call.mode == "talking"
    request = call.act(act)
    assert request is not None
    assert request.url == "/dialed"
    assert told(request)["DialCallStatus"] == status


@pytest.mark.parametrize(("key", "mode", "bridged"), [("person_1", "talking", "true"), ("person_2", "asking", "false")])
def test_the_person_hears_the_whisper_first_and_may_refuse(key: str, mode: str, bridged: str) -> None:
    call = begin('<Dial action="/dialed"><Number url="/whisper">+15555550101</Number></Dial>')
    whisper = call.act("answer")
    assert whisper is not None
    assert (whisper.url, whisper.fields["ParentCallSid"]) == ("/whisper", call.sid)
    assert whisper.fields["CallSid"] != call.sid
    assert call.read('<Response><Gather action="/key" numDigits="1"><Say>Take it?</Say></Gather></Response>') is None
    assert [entry.text for entry in call.entries if entry.by == "whisper"] == ["Take it?"]
    asked = call.act(key)
    assert asked is not None
    assert (asked.url, asked.fields["Digits"]) == ("/key", key[-1])
    ended = call.read("<Response/>" if mode == "talking" else "<Response><Hangup/></Response>")
    assert call.mode == mode
    if ended is None:
        ended = call.act("person_leaves")
    assert told(ended)["DialBridged"] == bridged


def test_a_caller_waits_in_the_queue_leaves_it_or_is_taken() -> None:
    queue = '<Enqueue waitUrl="/wait" action="/after">office</Enqueue>'
    call = PhoneCall(ACCOUNT, "+15555550142")
    call.start("/voice")
    asked = call.read(f"<Response>{queue}</Response>")
    assert asked is not None
    assert (asked.url, told(asked)["QueuePosition"]) == ("/wait", "2")
    wait = '<Response><Gather action="/key" numDigits="1"><Say>You are second.</Say></Gather></Response>'
    assert call.read(wait) is None
    assert call.mode == "queued"
    pressed = call.press("1")
    assert pressed is not None
    assert pressed.url == "/key"
    left = call.read("<Response><Leave/></Response>")
    assert left is not None
    assert (left.url, told(left)["QueueResult"]) == ("/after", "leave")

    call.read(f"<Response>{queue}</Response>")
    assert call.read("<Response><Play>music.wav</Play></Response>") is None
    again = call.act("wait_on")
    assert again is not None or call.mode == "queued"
    if again is None:
        again = call.act("wait_on")
    assert told(again)["QueuePosition"] == "1"
    call.read("<Response><Play>music.wav</Play></Response>")
    assert call.act("take") is None
    assert told(call.act("person_leaves"))["QueueResult"] == "bridged"


def test_a_waiting_document_that_asks_for_itself_does_not_go_round_for_ever() -> None:
    call = begin('<Enqueue waitUrl="/wait" action="/after">office</Enqueue>')
    assert call.read("<Response><Say>Soon.</Say><Redirect>/wait</Redirect></Response>") is None
    assert call.mode == "queued"
    hung_up = call.hang_up()
    assert hung_up is not None
    assert (told(hung_up)["QueueResult"], hung_up.fields["CallStatus"]) == ("hangup", "completed")


def test_nobody_can_do_what_is_not_possible_now() -> None:
    call = begin(GATHER.format(more=""))
    with pytest.raises(ValueError, match="answer"):
        call.act("answer")
    with pytest.raises(ValueError, match="key"):
        call.press("x")


def test_a_withheld_number_is_written_as_twilio_writes_it_and_never_attested() -> None:
    call = PhoneCall(ACCOUNT, "", attested=True)
    assert call.fields["From"] == WITHHELD
    assert not call.fields["StirVerstat"].endswith("Passed-A")


def test_requests_are_signed_for_the_public_url_and_go_nowhere_else() -> None:
    path, body, headers = CarrierRequest("/turn?n=1", {"Digits": "1 2", "Empty": ""}).sign(ACCOUNT)
    assert (path, body) == ("/turn?n=1", b"Digits=1+2&Empty=")
    validator = RequestValidator("a token")
    fields = {"Digits": "1 2", "Empty": ""}
    assert validator.validate("https://line.example/turn?n=1", fields, headers["X-Twilio-Signature"])
    for elsewhere in ("https://evil.example/x", "//evil.example/x", "https://line.example.evil.example/"):
        with pytest.raises(ValueError, match="app alone"):
            CarrierRequest(elsewhere).sign(ACCOUNT)


PAY = (
    '<Pay action="/paid" statusCallback="/status" paymentMethod="ach-debit" tokenType="one-time">'
    '<Prompt for="bank-routing-number"><Say>Routing?</Say></Prompt>'
    '<Prompt for="bank-account-number"><Say>Account?</Say></Prompt>'
    '<Prompt for="payment-processing"><Say>One moment.</Say></Prompt></Pay>'
)


def test_a_bank_account_is_keyed_in_unseen_and_becomes_a_token() -> None:
    call = begin(PAY)
    assert call.mode == "paying"
    assert call.entries[-1].text == "Routing?"
    assert call.press("110000000") is None
    assert call.keyed == "•" * 9
    assert call.press("#") is None
    assert call.entries[-1].text == "Account?"
    asked = call.press("000123456789#")
    assert asked is not None
    assert asked.to_connector
    assert asked.fields["bank_account_number"] == "000123456789"
    done = call.read('{"token_id": "tok_1"}')
    assert done is not None
    assert (done.url, done.fields["Result"], done.fields["PaymentToken"]) == ("/paid", "success", "tok_1")
    assert "110000000" not in " ".join(entry.text for entry in call.entries)
    first = call.notices[0]
    assert (first.url, first.fields["For"]) == ("/status", "bank-routing-number")


@pytest.mark.parametrize(
    ("keys", "result"), [("*", "caller-interrupted-with-star"), ("12#", "too-many-failed-attempts")]
)
def test_how_a_keypad_payment_ended_is_told_to_its_action(keys: str, result: str) -> None:
    done = begin(PAY).press(keys)
    assert done is not None
    assert (done.url, done.fields["Result"]) == ("/paid", result)


def test_a_relay_is_as_good_as_broken() -> None:
    call = PhoneCall(ACCOUNT, "")
    call.start("/voice")
    asked = call.read('<Response><Connect action="/ended"><ConversationRelay url="wss://x/"/></Connect></Response>')
    assert asked is not None
    assert (asked.url, asked.fields["SessionStatus"]) == ("/ended", "failed")
