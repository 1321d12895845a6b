"""Goes on with a call when <Pay> has ended.

A token becomes a method of this call, and the dialogue reads the payment back as with any other. Whatever else
happened is told, and the question how to pay comes again, with a link by text as another way.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping

from backend.language import tr, use_language
from backend.payments.errors import MethodNotUsable
from backend.payments.keypad_entries import ENTERED_PAYLOAD, keep_entry
from backend.providers.payments.base import MethodKind, PaymentProviderError
from bot.channels.voice.call import Call
from bot.channels.voice.pay import words
from bot.channels.voice.steps import CallPosition, CallStep, EndStep

logger = logging.getLogger("memberline.voice")

NETWORK_SECONDS = 5.0
"""For asking the network what the token stands for; the turn has to fit into the rest of the step's time."""
RESULT_WORDS = {
    "caller-interrupted-with-star": words.STOPPED,
    "too-many-failed-attempts": words.TOO_MANY_TRIES,
    "": words.TOO_MANY_TRIES,  # Twilio went on behind <Pay>
    "payment-connector-error": words.NOT_TAKEN,
    "validation-error": words.CANNOT_NOW,
    "internal-error": words.CANNOT_NOW,
}
OUR_FAULTS = ("validation-error", "internal-error", "payment-connector-error")
_SAFE_WORD = re.compile(r"[a-z-]{1,40}")
_ERROR_CODE = re.compile(r"[0-9]{1,6}")


async def continue_call(call: Call, position: CallPosition, kind: MethodKind, form: Mapping[str, str]) -> CallStep:
    """The step after <Pay>. The same result again has no further effect and gets the same step."""
    result = form.get("Result", "")
    if result == "caller-hung-up":
        return EndStep()
    if result == "success" and form.get("PaymentToken"):
        if await _keep(call, kind, form["PaymentToken"]):
            return await call.press_button(position, ENTERED_PAYLOAD)
        result = "payment-connector-error"
    elif result == "success":
        result = "internal-error"  # <Pay> was to make a token
    _log(result, form.get("PayErrorCode", ""))
    with use_language(await call.records.load_language()):
        said = [tr(RESULT_WORDS.get(result, words.CANNOT_NOW))]
        if wrong := list_wrong_fields(form):
            said.append(tr(words.WHAT_WAS_WRONG, fields=", ".join(wrong)))
        return await call.repeat_question(position, *said)


async def _keep(call: Call, kind: MethodKind, token: str) -> bool:
    try:
        async with asyncio.timeout(NETWORK_SECONDS):
            await keep_entry(call.services.backend, call.caller.conversation, kind, token)
    except (MethodNotUsable, PaymentProviderError, TimeoutError) as problem:
        logger.warning("what was keyed in cannot be used: %s", type(problem).__name__)
        return False
    return True


def list_wrong_fields(form: Mapping[str, str]) -> list[str]:
    """The fields that are missing (`Required`) or were refused (`PaymentError`), in words."""
    error = form.get("PaymentError", "").removeprefix("invalid-")
    names = [*re.split(r"[\s,]+", form.get("Required", "")), error]
    return list(dict.fromkeys(tr(words.FIELD_NAMES[name]) for name in names if name in words.FIELD_NAMES))


def _log(result: str, code: str) -> None:
    """Nothing of a form is logged but words and codes of Twilio's own."""
    level = logging.WARNING if result in OUR_FAULTS else logging.INFO
    shown = result if _SAFE_WORD.fullmatch(result) else "no result"
    logger.log(level, "a keypad entry ended: %s %s", shown, code if _ERROR_CODE.fullmatch(code) else "")


def log_status(form: Mapping[str, str]) -> None:
    """Log the stage of an entry, and the mistake in it."""
    shown = [form.get(name, "") for name in ("For", "ErrorType", "Attempt")]
    safe = [text for text in shown if _SAFE_WORD.fullmatch(text) or _ERROR_CODE.fullmatch(text)]
    logger.info("a keypad entry is at: %s", " ".join(safe))
