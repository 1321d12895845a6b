"""Notices to a member of requests in their name, and remarks for the office on how far the requester is proven.

Others know a member's number and last four too: family, a former landlord, a finder of a letter. Texts and calls can
be forged. So each request on an account sends a notice to the phone and email on file, with its number and how to
object (`objections.py`), and the ticket says what was proven.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.coop import format_phone
from backend.language import LANGUAGE_SEPARATORS, current_language, in_each, mark, tr
from backend.logins.portal_conversations import PORTAL
from backend.members import identity
from backend.members.levels import Level
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.tickets.history import append_note
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

NOTICE_TEXTS = {
    "meter": mark("a check of the meter"),
    "electrician": mark("a day without power for an electrician"),
    "medical": mark("a medical note"),
    "name_change": mark("a change of the name"),
    "dispute": mark("a look at a charge"),
    "high_bill": mark("a look at a high bill"),
    "damage": mark("a claim for damage"),
    "complaint": mark("a complaint"),
    "arrangement": mark("a payment arrangement"),
    "service": mark("a change of service"),
    "other": mark("a request to the office"),
}
"""Kinds that send a notice, and their name in it. Anybody may report danger, outages, lights and trees."""
SERVICE_TEXTS = {
    "start service": mark("a start of service"),
    "stop service": mark("a stop of service"),
    "move service": mark("a move of service"),
}
HOLD_ONLY_TEXTS = {
    "callback": mark("a call back"),
    "tree": mark("a look at a tree"),
    "light": mark("a repair of a light"),
}
"""Kinds without a notice of the request, since anybody may make it; but with one of a hold."""
NEEDS_PROOF = frozenset({"name_change", "service", "electrician"})
"""Without an account, the ticket tells the office that nobody has proven who they are."""
WAITS_FOR_OBJECTION = frozenset({"name_change", "stop service", "move service"})
OBJECTION_PERIOD = timedelta(days=1)  # for which these wait
REQUESTER_LABEL, NOT_BEFORE_LABEL = "who asked", "not before"
"""Labels in the details, for the office."""
DEDUPE_PREFIX = "in-name"
MAX_PER_DAY = 10
"""Notices to one phone or email in 24 hours, so that nobody can flood a member whose number they know."""


@dataclass(frozen=True)
class MemberNotice:
    """A notice's texts, marked for translation; `key` distinguishes notices of the same request."""

    key: str
    by_text: str
    by_email: str


REQUESTED_NOTICE = MemberNotice(
    key="",
    by_text=mark(
        "{coop}: {what} was asked for on acct {account}, number {number}. Not you? Reply NOT ME {number} or call "
        "{phone}"
    ),
    by_email=mark(
        "Hello,\n\nSomebody asked for {what} on your account {account}. Its number is {number}.\n\n"
        "Was it not you? Call {phone}, or text NOT ME {number} from the phone on file. In the chat on our page, say "
        "first who you are. The office then looks at it before anything more is done.\n\n{coop}"
    ),
)
GRANTED_NOTICE = MemberNotice(
    key="granted-",
    by_text=mark("{coop}: payment arrangement {number} on acct {account}: {what}. Questions? {phone}"),
    by_email=mark(
        "Hello,\n\nYour payment arrangement {number} on account {account} is set up with our office:\n\n{what}.\n\n"
        "You pay each part yourself, by its day. Questions, or was it not agreed with you? Call {phone}.\n\n{coop}"
    ),
)
"""What the office agreed with the member: the plan itself, and no question whether it was them."""
ON_HOLD_NOTICE = MemberNotice(
    key="held-",
    by_text=mark(
        "{coop}: somebody told us you never asked for {what} on acct {account}, number {number}. It waits until the "
        "office has called you. Questions? Call {phone}"
    ),
    by_email=mark(
        "Hello,\n\nSomebody told us that you never asked for {what} on your account {account}. Its number is {number}, "
        "and it waits until the office has called the phone on file.\n\n"
        "Did you ask for it, and nobody has called? Call {phone}.\n\n{coop}"
    ),
)


def request_kind(ticket: Ticket) -> str:
    """The kind; for `service` the more specific wish, such as `stop service`."""
    return str(ticket.details.get("wish") or ticket.kind) if ticket.kind == "service" else ticket.kind


async def notify_requested(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, *, new: bool = True
) -> None:
    """Notify the account's member once per conversation, and remark on the ticket what the requester has proven.

    `new` is False where the request was added to an open ticket.
    """
    if ticket.kind not in NOTICE_TEXTS and ticket.kind != CALLBACK:
        return
    account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    if account is None:
        if ticket.kind in NEEDS_PROOF and new:
            unknown = "nobody has shown who they are: no code, no member number"
            _add_remark(backend, ticket, conversation, unknown, new=new)
        return
    member = await session.get_one(Member, account.member_id)
    proven = await _describe_identity(session, backend, conversation, member, ticket)
    if ticket.kind == CALLBACK:  # a remark only: a call changes nothing on the account
        _add_remark(backend, ticket, conversation, proven, new=new)
        return
    what = SERVICE_TEXTS.get(request_kind(ticket), NOTICE_TEXTS[ticket.kind])
    sent = await send_notice(session, backend, conversation, member, account, REQUESTED_NOTICE, what, ticket.number)
    now = backend.clock.now()
    if sent:
        notified = f"the member was told {' and '.join(sent)} at {_format_time(backend, now)}"
    else:
        notified = "the member could NOT be told: nothing on file takes a notice now. Call the phone on file first"
    _add_remark(backend, ticket, conversation, f"{proven}; {notified}{_doubt_phone(ticket, member)}", new=new)
    if sent and new and request_kind(ticket) in WAITS_FOR_OBJECTION:
        until = f"{_format_time(backend, now + OBJECTION_PERIOD)}: until then the member may object"
        ticket.details = {**ticket.details, NOT_BEFORE_LABEL: until}


def _doubt_phone(ticket: Ticket, member: Member) -> str:
    """For the office, which would call whoever asked and hear them say yes."""
    if request_kind(ticket) not in WAITS_FOR_OBJECTION or ticket.phone in (None, member.phone):
        return ""
    return f". The phone to call is NOT on file: call {format_phone(member.phone)} too, before anything is done"


def _add_remark(backend: Backend, ticket: Ticket, conversation: Conversation, words: str, *, new: bool) -> None:
    """Into the details of a new ticket; as a note where another conversation added to it."""
    if new:
        ticket.details = {**ticket.details, REQUESTER_LABEL: words}
    elif conversation.id != ticket.conversation_id:
        append_note(backend, ticket, conversation.id, f"who said so: {words}")


async def notify_on_hold(session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket) -> None:
    """Tell the member that a request was put on hold, unless the text doing so came from the phone on file.

    The number is enough to hold a request, so a thief could hold the office's call back, for example.
    """
    account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    if account is None:
        return
    member = await session.get_one(Member, account.member_id)
    if conversation.channel == "sms" and conversation.address == member.phone:
        return
    what = SERVICE_TEXTS.get(request_kind(ticket)) or NOTICE_TEXTS.get(ticket.kind) or HOLD_ONLY_TEXTS[ticket.kind]
    await send_notice(session, backend, conversation, member, account, ON_HOLD_NOTICE, what, ticket.number)


async def send_notice(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    member: Member,
    account: Account,
    notice: MemberNotice,
    what: str | Callable[[], str],
    number: str,
) -> list[str]:
    """Send the notice to phone and email on file, once per conversation and number; returns for the office which.

    `what` is one of the marked texts in NOTICE_TEXTS, HOLD_ONLY_TEXTS or SERVICE_TEXTS, or makes the words in the
    language in use.
    """
    sent = []
    who = hashlib.sha256(conversation.id.encode()).hexdigest()[:12]
    for kind, recipient in (("sms", member.phone), ("email", member.email or "")):
        key = f"{DEDUPE_PREFIX}:{number}:{notice.key}{who}:{kind}"
        if not recipient or await _is_over_limit(session, backend, recipient, key):
            continue
        text = notice.by_text if kind == "sms" else notice.by_email
        words = _format_notice(backend, (current_language(), member.language), kind, text, what, number, account)
        message = await enqueue(
            session,
            backend,
            kind=kind,
            recipient=recipient,
            subject=tr("Request {number} at {coop}", number=number, coop=backend.coop.short_name)
            if kind == "email"
            else "",
            body=words,
            purpose="notice",
            about=member,
            dedupe_key=key,
        )
        if message.status != "refused":
            sent.append(f"by text to the phone ending {recipient[-4:]}" if kind == "sms" else "by email")
    return sent


def _format_notice(
    backend: Backend,
    languages: Sequence[str],
    kind: str,
    text: str,
    what: str | Callable[[], str],
    number: str,
    account: Account,
) -> str:
    """The text contains no carrier keyword (STOP, END, ...): a member who repeats one opts out of all texts."""
    coop = backend.coop
    return in_each(
        languages,
        lambda: tr(
            text,
            coop=coop.short_name if kind == "sms" else coop.name,
            what=tr(what) if isinstance(what, str) else what(),
            account=f"..{account.number[-5:]}",  # the full number and the phone together would identify the member
            number=number,
            phone=coop.office_phone_display,
        ),
        LANGUAGE_SEPARATORS[kind],
    )


async def _is_over_limit(session: AsyncSession, backend: Backend, recipient: str, key: str) -> bool:
    recent = select(func.count()).where(
        OutboxMessage.recipient == recipient,
        OutboxMessage.dedupe_key.startswith(f"{DEDUPE_PREFIX}:", autoescape=True),
        OutboxMessage.dedupe_key != key,
        OutboxMessage.created_at > backend.clock.now() - timedelta(days=1),
    )
    return (await session.scalar(recent) or 0) >= MAX_PER_DAY


async def _describe_identity(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member, ticket: Ticket
) -> str:
    """What the conversation has proven about the requester, for the office."""
    if conversation.channel == "office":
        return "told to the office, which knows who it spoke with"
    requester = await identity.load_identity(session, backend, conversation.id)
    if requester.member is not None and requester.member.id == member.id:
        if conversation.channel == PORTAL:
            if request_kind(ticket) in WAITS_FOR_OBJECTION:  # the page asks for it under the read-back
                return "proven by the password, typed again for this on the account page"
            return "signed in on the account page; the password was not asked again"
        if requester.is_signed_in:
            return "UNPROVEN by a code: written beside an account page that was open"
        if requester.level >= Level.STEPPED_UP:
            return "proven by a code, or by a call that the carrier vouches for"
        return "UNPROVEN, by number and last four alone"
    return "UNPROVEN, by the sender's number alone, which can be forged"


def _format_time(backend: Backend, at: datetime) -> str:
    local = at.astimezone(backend.coop.zone)
    return f"{local:%a %b} {local.day}, {local:%I:%M %p}"
