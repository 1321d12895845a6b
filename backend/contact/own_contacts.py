"""The co-op's own phones and email address. Nobody is reached there by what we send, and it comes back to us.

So they are no member's: every place that takes a phone or an email asks here, and says it in these words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.coop import format_phone
from backend.language import tr

if TYPE_CHECKING:
    from backend.app import Backend


def list_own_phones(backend: Backend) -> frozenset[str]:
    """The office, the outage line, where calls are transferred, and the numbers that text and call. E.164.

    The people on call are not among them: they have phones of their own, and may be members.
    """
    coop = backend.coop
    phones = (coop.office_phone, coop.outage_phone, coop.transfer_phone, coop.text_line, backend.settings.twilio_number)
    return frozenset(filter(None, phones))


def is_own(backend: Backend, value: str | None) -> bool:
    """Whether it is a phone (E.164) or the email address of the co-op itself."""
    if not value:
        return False
    return value.casefold() == backend.coop.email.casefold() or value in list_own_phones(backend)


def first_to_call(backend: Backend, *phones: str | None) -> str | None:
    """The first of these phones (E.164) that is not the co-op's own, as a call that the office passed on has."""
    return next((phone for phone in phones if phone and not is_own(backend, phone)), None)


def describe_own(value: str) -> str:
    """Why it is not taken, and what is expected, to the member whose phone or email it should have been."""
    if "@" in value:
        return tr("{email} is our own address. Please give an email that reaches you.", email=value)
    return tr(
        "{phone} is our own number. Please give a phone that reaches you, all 10 digits.", phone=format_phone(value)
    )


def describe_own_to_office(value: str) -> str:
    """The same, to somebody of the office who writes it down for a person."""
    if "@" in value:
        return tr("{email} is the co-op's own address. Write the person's own email.", email=value)
    return tr(
        "{phone} is the co-op's own number. Write the person's own phone, with its area code.",
        phone=format_phone(value),
    )
