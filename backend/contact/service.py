"""Reads and changes a member's phone, email or mailing address, with notices to old and new. Functions flush."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast

import phonenumbers
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.audit.service import record
from backend.billing.models import Account
from backend.contact.own_contacts import is_own
from backend.conversations.models import Conversation
from backend.coop import format_phone
from backend.language import LANGUAGE_SEPARATORS, current_language, in_each, mark, tr
from backend.members.identity import Identity
from backend.members.levels import StepUpNeeded, require
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.reading.contact import phone_numbers
from backend.reading.contact.lost_phone import is_called_old_phone
from backend.reading.contact.mailing_address import extract_full_address, is_deliverable
from backend.reading.normalize import strip_accents
from backend.reading.numbers.digit_groups import spoken_to_digits

if TYPE_CHECKING:
    from backend.app import Backend

NATIONAL_DIGITS = 10
ContactField = Literal["phone", "email", "address"]
CHANGE_TEXTS = {
    "phone": (
        mark("Your {coop} phone number was changed"),
        mark(
            "{coop}: the phone number on your account was changed just now. If that was not you, call {phone} at once."
        ),
    ),
    "email": (
        mark("Your {coop} email address was changed"),
        mark(
            "{coop}: the email address on your account was changed just now. If that was not you, call {phone} at once."
        ),
    ),
    "address": (
        mark("Your {coop} mailing address was changed"),
        mark(
            "{coop}: the mailing address on your account was changed just now. "
            "If that was not you, call {phone} at once."
        ),
    ),
}
"""Subject and text of the notice."""
EMAIL_LOCAL_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?"
DOMAIN_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
E164 = re.compile(r"\+[0-9]{8,15}")
EMAIL = re.compile(rf"{EMAIL_LOCAL_PART}@(?:{DOMAIN_LABEL}\.)+[A-Za-z]{{2,24}}")
# in both languages: addresses are not translated before parsing, since their words are names
SPOKEN_DOT = re.compile(r"\s+(?:dot|punto)\s+", re.IGNORECASE)
SPOKEN_AT = re.compile(r"\s+(?:at\s+(?=\S+(?:\.|\s+dot\s+))|arroba\s+)", re.IGNORECASE)
ADDRESS = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{2})(?:[^\W_]|[ .,#/'-]){8,200}")
ADDRESS_LEAD_IN = re.compile(
    r"^.*?\b(?:mailing address|new address|address|mail(?: it| my bill)?|bill)\b(?: is| to|:)?\s*(?:to\s+)?",
    re.IGNORECASE,
)


def extract_phone(text: str, *, strict: bool = True) -> str | None:
    """The single phone number in the text, in E.164; None without one or with several.

    `strict` requires a number that the numbering plan assigns; otherwise a dialable one is enough. Placeholders such as
    000-000-0000 are rejected. Numbers in words (`five five five, seven ...`) are read as well.
    """
    found = {number for _, number in _phones(text, strict=strict, exists=strict)}
    if not found:
        found = {number for _, number in _phones(spoken_to_digits(text), strict=strict, exists=strict)}
    return found.pop() if len(found) == 1 else None


def extract_phones(text: str) -> list[str]:
    """All phone numbers in the text, in E.164, in order; a dialable one is enough, since they are for call backs."""
    found = [number for _, number in _phones(text, strict=False, exists=False)]
    return list(dict.fromkeys(found)) or [one for one in [extract_phone(text, strict=False)] if one]


def extract_new_phone(text: str, *, strict: bool = True) -> tuple[str | None, str | None]:
    """(new, old) phone, told apart by the words before each; the last of several is the new one.

    Without `strict` the demo's fictional numbers are accepted.
    """
    new = old = None
    for start, number in _phones(text, strict=strict, exists=True):
        if is_called_old_phone(text[:start]):
            old = number
        else:
            new = number
    return new, old


def _phones(text: str, *, strict: bool, exists: bool) -> Iterator[tuple[int, str]]:
    """(start, E.164) of each phone number."""
    for match in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        ten = len(str(match.number.national_number)) == NATIONAL_DIGITS and not (
            strict and phone_numbers.is_fictional(number)
        )
        if ten and phone_numbers.find_problem(match.number, exists=exists) is None:
            yield match.start, number


def extract_email(text: str) -> str | None:
    """The email address in the text, also as spoken (`ruth at example dot com`); None without a valid one."""
    plain = SPOKEN_DOT.sub(".", SPOKEN_AT.sub("@", strip_accents(text.strip())))
    found = [match for match in EMAIL.finditer(plain) if ".." not in match[0]]
    whole = [word.strip('.,;:!?<>()"') for word in plain.split() if "@" in word]
    good = {match[0].lower() for match in found if match[0] in whole}
    return good.pop() if len(good) == 1 and len(whole) == 1 else None


def extract_address(text: str, asked: bool) -> str | None:
    """A mailing address with number and street or box, without the words before it."""
    if (address := extract_full_address(text)) and (asked or is_deliverable(address)):
        return address
    plain = re.sub(r"\s+", " ", text).strip(" .")
    rest = ADDRESS_LEAD_IN.sub("", plain, count=1) if ADDRESS_LEAD_IN.search(plain) else (plain if asked else "")
    return rest if ADDRESS.fullmatch(rest) else None


def current_value(member: Member, what: ContactField) -> str:
    return {"phone": member.phone, "email": member.email or "", "address": member.mailing_address or ""}[what]


def is_usable(backend: Backend, what: ContactField, value: str) -> bool:
    """Whether a value is whole, and not the co-op's own. A number that was taken for a card's is removed from the
    conversation, and from a value that waits in it: `+[removed]` is no phone."""
    whole = {"phone": E164, "email": EMAIL}.get(what)
    return (whole is None or whole.fullmatch(value) is not None) and not is_own(backend, value)


def format_value(what: ContactField, value: str) -> str:
    """The value as read back to a stepped-up member."""
    return format_phone(value) if what == "phone" else value


async def change(
    session: AsyncSession, backend: Backend, conversation_id: str, requester: Identity, what: ContactField, value: str
) -> bool:
    """Make a confirmed change. False when the value is the same already.

    Raises StepUpNeeded, also where an open page alone says who it is, and ValueError for a value that is not
    `is_usable`: nothing is changed then.

    For 24 hours a new phone or email gets no step-up codes (`Member.is_established`): somebody with brief access to an
    account must not take it over with a phone of their own, and the notices give the member time to object.
    """
    member, account = requester.member, requester.account
    require("update_contact_info", requester.level)
    if member is None or account is None or requester.is_signed_in:
        raise StepUpNeeded()
    if not is_usable(backend, what, value):
        raise ValueError(f"no {what} to put on file")
    if current_value(member, what) == value:
        return False
    conversation = await session.get_one(Conversation, conversation_id)
    channel, level = conversation.channel, int(requester.level)
    languages = (current_language(), member.language)
    await _put_on_file(
        session, backend, account, member, what, value, languages, actor=conversation_id, level=level, channel=channel
    )
    return True


async def change_by_office(
    session: AsyncSession, backend: Backend, account: Account, what: ContactField, value: str, *, proof: str, by: str
) -> bool:
    """As `change`, by the clerk `by` (a staff sign-in name), who says how they know that it is the member (`proof`).

    The same notices go to the old and the new contact, in the member's language, and the same day of probation begins.
    """
    member = await session.get_one(Member, account.member_id)
    if not is_usable(backend, what, value):
        raise ValueError(f"no {what} to put on file")
    if current_value(member, what) == value:
        return False
    await _put_on_file(
        session, backend, account, member, what, value, (member.language,), actor=f"office:{by}"[:80], level=0,
        channel="office", proof={"proof": proof},
    )  # fmt: skip
    return True


async def _put_on_file(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    member: Member,
    what: ContactField,
    value: str,
    languages: tuple[str, ...],
    *,
    actor: str,
    level: int,
    channel: str,
    proof: dict[str, str] | None = None,
) -> None:
    """Write the value, the audit row, and the notices in these languages."""
    before, recipients = current_value(member, what), _list_recipients(backend, member, what, value)
    if what == "address":
        member.mailing_address = value
    else:
        member.change_contact(what, value, backend.clock.now())
    await session.flush()
    row = await record(
        session,
        backend,
        actor=actor,
        level=level,
        channel=channel,
        act=f"contact_{what}",
        account_id=account.id,
        before=refer_to(backend, what, before),
        after={**refer_to(backend, what, value), **(proof or {})},
    )
    for recipient in recipients:
        await _notice(session, backend, recipient, what, row.id, languages)


def _list_recipients(backend: Backend, member: Member, what: ContactField, value: str) -> list[str]:
    """The old contact first, then the other one on file, the new one, and those that a change of the last 24 hours
    replaced."""
    on_file = [member.email, member.phone] if what == "email" else [member.phone, member.email]
    former = [member.former_contact(way, backend.clock.now()) for way in ("phone", "email")]
    ways = (*on_file, None if what == "address" else value, *former)
    return list(dict.fromkeys(way for way in ways if way))


def refer_to(backend: Backend, what: ContactField, value: str) -> dict[str, str | None]:
    """A keyed hash in place of the value: audit rows are never changed, and contact details must be erasable."""
    return {f"{what}_ref": backend.settings.keyed_hash("contact-reference", value)[:32] if value else None}


async def list_notified(
    session: AsyncSession, backend: Backend, conversation_id: str, what: ContactField
) -> list[tuple[str, str]]:
    """(recipient, old|new|other) of the notices of the newest change, without refused ones."""
    newest = select(AuditRow).where(AuditRow.actor == conversation_id, AuditRow.act == f"contact_{what}")
    row = await session.scalar(newest.order_by(AuditRow.id.desc()).limit(1))
    if row is None:
        return []
    query = select(OutboxMessage.recipient).where(
        OutboxMessage.dedupe_key.startswith(f"contact:{row.id}:", autoescape=True), OutboxMessage.status != "refused"
    )
    notified = await session.scalars(query.order_by(OutboxMessage.id))
    return [(way, which_side(backend, row, way) or "other") for way in notified]


def which_side(backend: Backend, row: AuditRow, value: str) -> Literal["old", "new"] | None:
    """Whether `value` is the contact detail before (`old`) or after (`new`) the change that this audit row records."""
    what = cast(ContactField, row.act.removeprefix("contact_"))
    meant = refer_to(backend, what, value)[f"{what}_ref"]
    for side, said in (("old", row.before or {}), ("new", row.after or {})):
        # rows from before references were kept have the value itself
        if said.get(f"{what}_ref") == meant or said.get(what) == value:
            return cast(Literal["old", "new"], side)
    return None


async def notify_changed_by_office(
    session: AsyncSession, backend: Backend, member: Member, what: ContactField, value: str, reference: str
) -> None:
    """The notices of a change that came from the co-op's own system. `member` still has the old contacts.

    `reference` tells one change from another: a notice is sent once for each.
    """
    for recipient in _list_recipients(backend, member, what, value):
        await _notice(session, backend, recipient, what, f"{member.id}:{reference}", (member.language,))


async def _notice(
    session: AsyncSession,
    backend: Backend,
    recipient: str,
    what: ContactField,
    reference: int | str,
    languages: tuple[str, ...],
) -> None:
    coop = backend.coop
    subject, text = CHANGE_TEXTS[what]
    kind = "email" if "@" in recipient else "sms"
    await enqueue(
        session,
        backend,
        kind=kind,
        recipient=recipient,
        subject=tr(subject, coop=coop.short_name) if kind == "email" else "",
        body=in_each(
            languages,
            lambda: tr(text, coop=coop.short_name, phone=coop.office_phone_display),
            LANGUAGE_SEPARATORS[kind],
        ),
        purpose="notice",
        dedupe_key=f"contact:{reference}:{recipient}"[:120],
    )
