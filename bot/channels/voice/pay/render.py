"""Renders the step at which a card or bank account is keyed in, as TwiML. Pure.

https://www.twilio.com/docs/voice/twiml/pay and https://www.twilio.com/docs/voice/twiml/pay/prompt
"""

from __future__ import annotations

from urllib.parse import urlencode

from twilio.twiml.voice_response import Pay, VoiceResponse

from backend.language import SPANISH, tr, use_language
from backend.providers.payments.base import MethodKind
from bot.channels.voice.gather.render import add_says
from bot.channels.voice.pay import words
from bot.channels.voice.pay.words import FieldWords
from bot.channels.voice.steps import PayStep

RESULT_PATH = "/twilio/voice/pay/result"
STATUS_PATH = "/twilio/voice/pay/status"
KEY_SECONDS = 10
"""How long <Pay> waits for another key: people look a number up digit by digit."""
TRIES = 3
METHODS = {"card": "credit-card", "bank": "ach-debit"}
LANGUAGES: dict[tuple[MethodKind, str], str] = {("card", SPANISH): "es-MX"}
"""<Pay> knows Spanish for cards alone; with words of ours for everything it says, its own language is never heard."""


def render_pay(step: PayStep, public_path: str, *, over_relay: bool = False) -> str:
    """TwiML by which a method is keyed in and made a token; nothing is charged.

    `public_path` is the path of PUBLIC_URL; `over_relay`: the call goes back to a relay afterward.
    """
    place = {"kind": step.kind, **({"relay": 1} if over_relay else {})}
    action = step.position.build_url(public_path + RESULT_PATH) + "&" + urlencode(place)
    response = VoiceResponse()
    with use_language(step.language):
        add_says(response, step.texts)
        pay = Pay(
            input="dtmf",
            action=action,
            status_callback=public_path + STATUS_PATH,
            status_callback_method="POST",
            payment_connector=step.connector,
            payment_method=METHODS[step.kind],
            token_type=step.token_type,
            charge_amount="0",
            timeout=KEY_SECONDS,
            max_attempts=TRIES,
            language=LANGUAGES.get((step.kind, step.language), "en-US"),
            **_card_attributes() if step.kind == "card" else {"bank_account_type": "consumer-checking"},
        )
        for field in words.FIELDS[step.kind]:
            _add_prompts(pay, field)
        add_says(pay.prompt(for_="payment-processing"), (tr(words.PROCESSING),))
    response.append(pay)
    # after the last try Twilio goes on behind <Pay>
    response.redirect(action, method="POST")
    return str(response)


def _card_attributes() -> dict[str, object]:
    return {
        "security_code": True,
        "postal_code": True,
        "min_postal_code_length": 5,
        "valid_card_types": words.CARD_TYPES,
    }


def _add_prompts(pay: Pay, field: FieldWords) -> None:
    """A prompt for each try and each mistake, so that exactly one fits whatever happens."""
    only = {"card_type": field.cards} if field.cards else {}
    add_says(pay.prompt(for_=field.name, attempt="1", **only), (tr(field.ask),))
    add_says(pay.prompt(for_=field.name, attempt="2 3", **only), (tr(field.help),))
    for errors, mistake in field.mistakes.items():
        lines = (tr(mistake), tr(field.help))
        add_says(pay.prompt(for_=field.name, error_type=errors, attempt="1 2", **only), lines)
        last = (tr(mistake), tr(field.help), tr(words.LAST_TRY))
        add_says(pay.prompt(for_=field.name, error_type=errors, attempt="3", **only), last)
    if field.again:
        add_says(pay.prompt(for_=field.name, require_matching_inputs=True), (tr(field.again),))
