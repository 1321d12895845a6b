"""The sentences around a transfer: while a caller waits, when they are back, and what the office hears."""

from __future__ import annotations

from backend.language import mark

# to the caller
ALL_BUSY = mark("Everybody at the office is talking to somebody. I will keep your place in the line.")
FIRST_IN_LINE = mark("You are next in line.")
PLACE_IN_LINE = mark("You are number {place} in line.")
STILL_FIRST = mark("Thank you for waiting. You are next in line.")
STILL_IN_LINE = mark("Thank you for waiting. You are number {place} in line.")
WAITING_KEYS = mark("To be called back instead, press 1. To go back to the assistant, press star. Or just wait.")
BEING_CONNECTED = mark("A person from our office is with you now.")
CALL_ME_BACK = mark("Please call me back.")
"""Said for a caller who pressed the key for it."""
CALL_BACK_OFFER = mark("To be called back by a person, say: call me back.")
NOBODY_FREE = mark("I am sorry, nobody has become free. We can go on here.")
BACK_FROM_LINE = mark("You are with the automated assistant again.")
BACK_FROM_PERSON = mark(
    "This is the automated assistant again. If you are done, you can just hang up. Otherwise say what you need, or "
    "press star for the choices."
)
WAITING_HINTS = mark("call me back, assistant, back to the assistant")

# to the office
WHISPER_MEMBER = mark("A call from the automated assistant. {name}, {place}.")
WHISPER_MEMBER_ONLY = mark("A call from the automated assistant. {name}.")
WHISPER_PHONE = mark("A call from the automated assistant. A caller from the phone ending {last4}.")
WHISPER_CALLER = mark("A call from the automated assistant. A caller who withholds their number.")
WHISPER_LEVELS = (
    mark("Not verified."),
    mark("Gave the member number and last four, and is not proven further."),
    mark("Verified by the phone or the email on file."),
)
"""By identity level."""
WHISPER_SPANISH = mark("Speaks Spanish.")
WHISPER_TRIED = mark("Was busy with: {tried}.")
WHISPER_KEY = mark("To take the call, press 1.")
CALLER_IS_GONE = mark("This caller is no longer waiting. Thank you. Goodbye.")
