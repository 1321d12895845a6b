"""Each way out, against a server that behaves like the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from twilio.twiml.voice_response import VoiceResponse

from backend.config import Settings
from backend.errors import SettingsError
from backend.language import use_language
from backend.providers.messages import smtp
from backend.providers.messages.base import MessageProvider, TransportError
from backend.providers.messages.choice import OutboxOnly, SplitMessageProvider, create
from backend.providers.messages.smtp import SmtpEmail
from backend.providers.messages.twilio import TwilioProvider
from tests.standins.smtp import StandInMail
from tests.standins.twilio import StandInTwilio, Trouble

ACCOUNT = "AC" + "0" * 32
MEMBER = "+15555550142"


@pytest.fixture
async def twilio() -> AsyncIterator[StandInTwilio]:
    made = StandInTwilio(ACCOUNT, "a token for tests alone")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def mail() -> AsyncIterator[StandInMail]:
    made = StandInMail()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env(
        {
            "MEMBERLINE_RUNTIME_DIR": str(tmp_path),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "a token for tests alone",
            "TWILIO_NUMBER": "+15555550199",
            "PUBLIC_URL": "https://bot.example",
        }
    )


@pytest.fixture
async def sms(settings: Settings, twilio: StandInTwilio) -> AsyncIterator[TwilioProvider]:
    made = TwilioProvider(settings.with_values(twilio_api_url=twilio.url))
    yield made
    await made.close()


async def test_a_text_goes_out_with_all_that_twilio_needs(sms: TwilioProvider, twilio: StandInTwilio) -> None:
    sid = await sms.send_sms(MEMBER, "Paid.", "https://bot.example/a.png", key="receipt:1")
    sent = twilio.messages[0]
    assert sent.sid == sid
    assert sent.token == "receipt:1"
    assert sent.fields == {
        "To": MEMBER,
        "From": "+15555550199",
        "Body": "Paid.",
        "MediaUrl": "https://bot.example/a.png",
        "StatusCallback": "https://bot.example/twilio/status?key=receipt:1",
    }


@pytest.mark.parametrize(("language", "spoken", "again"), [("en", "en-US", "Again: "), ("es", "es-US", "Repito: ")])
async def test_call_repeats_the_words(
    sms: TwilioProvider, twilio: StandInTwilio, language: str, spoken: str, again: str
) -> None:
    words = "About your bill <$5 & more>."
    with use_language(language):
        sid = await sms.send_call(MEMBER, words, key="alert:1:call")
        assert await sms.send_call(MEMBER, words, key="alert:1:call") == sid
    [call] = twilio.calls
    wanted = VoiceResponse()
    wanted.say(words, language=spoken)
    wanted.pause(length=1)
    wanted.say(f"{again}{words}", language=spoken)
    assert canonicalize(call.fields.pop("Twiml")) == canonicalize(wanted.to_xml())
    assert call.fields == {"To": MEMBER, "From": "+15555550199"}
    assert twilio.messages == []


async def test_repeated_key_sends_nothing_more(sms: TwilioProvider, twilio: StandInTwilio) -> None:
    first = await sms.send_sms(MEMBER, "Paid.", key="receipt:1")
    assert await sms.send_sms(MEMBER, "Paid.", key="receipt:1") == first
    assert len(twilio.messages) == 1


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21211, True),
        (400, 21610, True),
        (404, 20404, True),
        (429, 20429, False),
        (500, 20500, False),
        (503, 20503, False),
        (401, 20003, False),
    ],
)
async def test_refusal_says_whether_retrying_can_help(
    sms: TwilioProvider, twilio: StandInTwilio, status: int, code: int, permanent: bool
) -> None:
    twilio.trouble = Trouble(status, code, times=1)
    with pytest.raises(TransportError) as refusal:
        await sms.send_sms(MEMBER, "Paid.", key="1")
    assert (refusal.value.code, refusal.value.permanent) == (str(code), permanent)


async def test_a_wrong_token_waits_for_the_office(settings: Settings, twilio: StandInTwilio) -> None:
    wrong = TwilioProvider(settings.with_values(twilio_api_url=twilio.url, twilio_auth_token="wrong"))
    with pytest.raises(TransportError) as refusal:
        await wrong.send_sms(MEMBER, "Paid.", key="1")
    assert (refusal.value.code, refusal.value.permanent) == ("20003", False)
    await wrong.close()


async def test_a_carrier_that_is_away_is_tried_again(sms: TwilioProvider, twilio: StandInTwilio) -> None:
    await twilio.stop()
    with pytest.raises(TransportError) as failure:
        await sms.send_sms(MEMBER, "Paid.", key="1")
    assert not failure.value.permanent


async def test_an_email_goes_out_whole(settings: Settings, mail: StandInMail) -> None:
    email = SmtpEmail(settings.with_values(smtp_url=mail.url))
    first = await email.send_email("ruth@example.com", "Payment received", "Paid.\n.\nThank you.", key="1")
    recipient, message = mail.mails[0]
    assert recipient == "ruth@example.com"
    assert message["Subject"] == "Payment received"
    assert "Prairie Rivers" in str(message["From"])
    text, html = message.get_payload()
    assert str(text.get_payload()).strip().split("\n") == ["Paid.", ".", "Thank you."]
    assert html.get_content_type() == "text/html"
    assert "Prairie Rivers" in html.get_payload()
    # a mail server that gets it twice can tell by the id
    assert await email.send_email("ruth@example.com", "Payment received", "Paid.", key="1") == first


@pytest.mark.parametrize(("line", "permanent"), [("550 no such person", True), ("451 try later", False)])
async def test_refused_recipient_is_reported(settings: Settings, mail: StandInMail, line: str, permanent: bool) -> None:
    mail.answers["ruth@example.com"] = line
    email = SmtpEmail(settings.with_values(smtp_url=mail.url))
    with pytest.raises(TransportError) as refusal:
        await email.send_email("ruth@example.com", "Hello", "Hello", key="1")
    assert (refusal.value.code, refusal.value.permanent) == (line[:3], permanent)


async def test_a_mail_server_that_is_away_is_tried_again(settings: Settings, mail: StandInMail) -> None:
    await mail.stop()
    email = SmtpEmail(settings.with_values(smtp_url=mail.url))
    with pytest.raises(TransportError) as failure:
        await email.send_email("ruth@example.com", "Hello", "Hello", key="1")
    assert not failure.value.permanent


@pytest.mark.parametrize(
    ("to", "subject"),
    [("a@example.com\r\nBcc: b@example.com", "x"), ("a@example.com", "x\r\nBcc: b@example.com"), ("", "x")],
)
async def test_no_header_can_be_smuggled_in(settings: Settings, mail: StandInMail, to: str, subject: str) -> None:
    email = SmtpEmail(settings.with_values(smtp_url=mail.url))
    with pytest.raises(TransportError) as refusal:
        await email.send_email(to, subject, "Hello", key="1")
    assert refusal.value.permanent
    assert mail.mails == []


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_a_wrong_smtp_url_is_a_refusal_to_start(settings: Settings, url: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL"):
        create(settings.with_values(smtp_url=url))


async def test_without_credentials_everything_stays_in_the_outbox(tmp_path: Path) -> None:
    provider = create(Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(tmp_path)}))
    assert isinstance(provider, MessageProvider)
    assert isinstance(provider, SplitMessageProvider)
    assert isinstance(provider._sms, OutboxOnly)
    assert await provider.send_sms(MEMBER, "x", key="1") != await provider.send_sms(MEMBER, "x", key="2")
    assert (await provider.send_call(MEMBER, "x", key="1")).startswith("CA")
    await provider.close()


async def test_no_mail_goes_to_another_machine_without_tls(
    settings: Settings, mail: StandInMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "is_this_machine", lambda host: False)  # the stand-in, which has no STARTTLS, is here
    email = SmtpEmail(settings.with_values(smtp_url=mail.url))
    with pytest.raises(TransportError) as refusal:
        await email.send_email("ruth@example.com", "Hello", "Hello", key="1")
    assert not refusal.value.permanent
    assert mail.mails == []
