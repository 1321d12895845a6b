"""What reached the people on call, in words for the office."""

from __future__ import annotations

from backend.callout.attempts import BY_PHONE, Attempts
from backend.language import mark, tr, tr_count

_ONE_AND_MORE = {
    ("sms", "sent"): (mark("1 text sent"), mark("{count} texts sent")),
    ("sms", "going"): (mark("1 text on its way"), mark("{count} texts on their way")),
    ("sms", "failed"): (mark("1 text failed"), mark("{count} texts failed")),
    ("call", "sent"): (mark("1 call made"), mark("{count} calls made")),
    ("call", "going"): (mark("1 call on its way"), mark("{count} calls on their way")),
    ("call", "failed"): (mark("1 call failed"), mark("{count} calls failed")),
    ("email", "sent"): (mark("1 email sent"), mark("{count} emails sent")),
    ("email", "going"): (mark("1 email on its way"), mark("{count} emails on their way")),
    ("email", "failed"): (mark("1 email failed"), mark("{count} emails failed")),
}


def format_attempts(attempts: Attempts) -> str:
    """`2 texts sent, 1 email sent`; `nobody reached by phone: 3 texts failed; 1 email sent`; `nobody was told`."""
    phone = ", ".join(_describe(attempts, BY_PHONE))
    email = ", ".join(_describe(attempts, ("email",)))
    if attempts.has_phone_failed:
        phone = tr("nobody reached by phone: {failed}", failed=phone)
        return "; ".join(part for part in (phone, email) if part)
    return ", ".join(part for part in (phone, email) if part) or tr("nobody was told")


def _describe(attempts: Attempts, ways: tuple[str, ...]) -> list[str]:
    found = []
    for (way, state), (one, more) in _ONE_AND_MORE.items():
        count = attempts.counts[way, state]
        if way in ways and count:
            found.append(tr_count(one, more, count))
    return found
