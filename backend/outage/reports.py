"""Reports that belong to a known outage: linked and counted, ended with it, and what is still out after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSetting
from backend.billing.models import Account
from backend.conversations import service as conversations
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation
from backend.language import tr, use_language
from backend.members.models import Member
from backend.members.service import list_accounts_at_phone
from backend.outage import messages
from backend.outage.areas import format_area, parse_area, select_in_area
from backend.outage.models import KnownOutage, OutageAnnouncement, OutageNotice
from backend.outage.only_here import ONLY_HERE_LABEL
from backend.outage.still_out import STILL_OUT_LABEL, describe_end, is_marked, list_still_out
from backend.outage.texts import OUT, RESTORED, format_notice
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import Priority
from backend.outbox.service import can_receive_texts, enqueue
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES, SAME_EVENT_WINDOW
from backend.tickets.history import record_staff_act
from backend.tickets.kinds import OUTAGE
from backend.tickets.models import PLACE_SOURCE_LABEL, Ticket
from backend.tickets.place_matching import pick_places
from backend.tickets.reporter_notices import reporting_conversations

if TYPE_CHECKING:
    from backend.app import Backend

BATCH = 20
"""Tickets in one transaction."""
REPLY_PERIOD = timedelta(hours=36)
"""For so long after `Still out? Reply OUT` a reply is about that outage."""
ONE_OF_LABEL = "one of"
"""In the details of a ticket: the places of which one is out, until the member says which."""


async def count_reports(session: AsyncSession, outage_ids: Sequence[int]) -> dict[int, int]:
    """How many reports each outage has, also those that are closed."""
    counts = select(Ticket.outage_id, func.count()).where(Ticket.outage_id.in_(outage_ids)).group_by(Ticket.outage_id)
    return {outage_id: count for outage_id, count in await session.execute(counts) if outage_id is not None}


async def link_open_reports(session: AsyncSession, outage: KnownOutage) -> None:
    """Link the reports that came before the outage was opened; it began with the first of them."""
    found = await find_open_inside(session, outage)
    for ticket in found:
        ticket.outage_id = outage.id
    outage.reported_at = find_first_time(outage, found)
    await session.flush()


def find_first_time(outage: KnownOutage, found: Collection[Ticket]) -> datetime | None:
    """When the first of these reports came (UTC); one that is many hours older is of another outage."""
    times = [ticket.created_at for ticket in found if outage.started_at - ticket.created_at < SAME_EVENT_WINDOW]
    return min(times, default=None)


async def _select_inside(session: AsyncSession, outage: KnownOutage, found: Sequence[Ticket]) -> list[Ticket]:
    """The tickets whose account or place is in the outage as it is now."""
    ids = {ticket.account_id for ticket in found if ticket.account_id is not None}
    accounts = select(Account.id, Account.service_address).where(Account.id.in_(ids))
    inside = await select_in_area(session, outage, [(one, place) for one, place in await session.execute(accounts)])
    area = parse_area(outage.area)
    return [
        ticket
        for ticket in found
        if ticket.account_id in inside or (ticket.account_id is None and area.contains([ticket.place or ""]))
    ]


async def tell_reporters(
    session: AsyncSession, backend: Backend, outage: KnownOutage, announcement: OutageAnnouncement
) -> int:
    """Tell the next reporters that the power is back, and close their reports; returns how many reports were looked at,
    0 when there are no more. One that somebody depends on stays open, and so does one that was told of after the end.

    At night the reports are closed all the same, and the texts wait for the morning, but for phones that wish them.

    The caller has locked the outage; the tickets are locked here, so that nothing is added to one while it is closed.
    """
    query = select(Ticket).where(
        Ticket.outage_id == outage.id,
        Ticket.id > announcement.after_ticket,
        Ticket.status.in_(OPEN_STATUSES),
        Ticket.created_at <= announcement.created_at,
        ~is_marked(),
    )
    query = query.order_by(Ticket.id).limit(BATCH).with_for_update()
    found = list(await session.scalars(query.execution_options(populate_existing=True)))
    if not found:
        return 0
    announcement.after_ticket = found[-1].id
    morning = messages.night_ends(backend, outage)
    awake = await list_awake_phones(session, found) if morning else set()
    goes_on = [] if outage.cleared_at else await _select_inside(session, outage, found)
    silent = {phone for _, phone in await find_still_out(session, outage.id)}
    for ticket in found:
        if ticket in goes_on:
            continue
        closes = not tickets.has_callout(ticket)
        await _tell_reporters_of(
            session, backend, outage, announcement, ticket, silent, on_page=closes, morning=morning, awake=awake
        )
        if closes:
            before = ticket.status
            ticket.status, ticket.outcome, ticket.closed_at = (
                tickets.CLOSED, tickets.RESTORED_OUTCOME, backend.clock.now(),
            )  # fmt: skip
            await record_staff_act(session, backend, ticket, "outages", "ticket_restored", before)
    return len(found)


async def tell_of_outage(
    session: AsyncSession, backend: Backend, outage: KnownOutage, announcement: OutageAnnouncement
) -> int:
    """Tell the next ones who reported it what is known now; returns how many reports were looked at, 0 when there are
    no more. That it is out is news only for who reported it before it was opened: the others were told in the
    conversation.

    The caller has locked the outage.
    """
    upto = outage.started_at if announcement.stage == OUT else announcement.created_at
    query = select(Ticket).where(
        Ticket.outage_id == outage.id,
        Ticket.id > announcement.after_ticket,
        Ticket.status.in_(OPEN_STATUSES),
        Ticket.created_at <= upto,
        ~is_marked(),
    )
    found = list(await session.scalars(query.order_by(Ticket.id).limit(BATCH)))
    if not found:
        return 0
    announcement.after_ticket = found[-1].id
    morning = messages.night_ends(backend, outage)
    if morning:
        announcement.held_until = morning
        return len(found)
    for ticket in found:
        await _tell_reporters_of(session, backend, outage, announcement, ticket, (), on_page=True)
    return len(found)


async def find_open_inside(
    session: AsyncSession, outage: KnownOutage, account_ids: Collection[int] = ()
) -> list[Ticket]:
    """Open reports that belong to no outage yet and lie in this one, which may not be written down so far. Its accounts
    are `account_ids`, where it goes by a list."""
    waiting = select(Ticket).where(
        Ticket.kind == OUTAGE, Ticket.status.in_(OPEN_STATUSES), Ticket.outage_id.is_(None),
        Ticket.details[ONLY_HERE_LABEL].as_string().is_(None),
    )  # fmt: skip
    found = list(await session.scalars(waiting.order_by(Ticket.id)))
    if account_ids:
        return [ticket for ticket in found if ticket.account_id in account_ids]
    return await _select_inside(session, outage, found)


async def list_reporter_phones(session: AsyncSession, found: Sequence[Ticket]) -> set[str]:
    """The phones (E.164) of who reported these tickets, as far as they take texts."""
    phones = {ticket.phone for ticket in found}
    talks = {each for ticket in found for each in reporting_conversations(ticket)}
    phones |= set(await session.scalars(select(Conversation.address).where(Conversation.id.in_(talks))))
    return {phone for phone in phones if phone and await can_receive_texts(session, phone)}


async def list_awake_phones(session: AsyncSession, found: Sequence[Ticket]) -> set[str]:
    """The phones on file (E.164) of the accounts of these tickets whose members wish texts at night too."""
    accounts = {ticket.account_id for ticket in found if ticket.account_id is not None}
    query = (
        select(Member.phone, AlertSetting)
        .join(Account, Account.member_id == Member.id)
        .join(AlertSetting, AlertSetting.account_id == Account.id)
        .where(Account.id.in_(accounts), AlertSetting.kind == messages.AT_NIGHT, AlertSetting.active.is_(True))
    )
    return {phone for phone, setting in await session.execute(query) if "text" in setting.channels}


async def find_still_out(session: AsyncSession, outage_id: int) -> set[tuple[int | None, str]]:
    """(account, phone) of all who have said after the end that it is still out; `` for a phone that is not known."""
    found: set[tuple[int | None, str]] = set()
    for ticket in await list_still_out(session, [outage_id]):
        found.add((ticket.account_id, ticket.phone or ""))
        reporters = select(Conversation.address).where(Conversation.id.in_(reporting_conversations(ticket)))
        found |= {(ticket.account_id, phone or "") for phone in await session.scalars(reporters)}
    return found


async def _tell_reporters_of(
    session: AsyncSession,
    backend: Backend,
    outage: KnownOutage,
    announcement: OutageAnnouncement,
    ticket: Ticket,
    silent: Collection[str],
    *,
    on_page: bool,
    morning: datetime | None = None,
    awake: Collection[str] = (),
) -> None:
    """The stage of the announcement. Not to the `silent` phones, who have said meanwhile that it is still out. Texts
    wait until the `morning`, but to phones that are `awake`."""
    stage = announcement.stage
    for number, conversation_id in enumerate(reporting_conversations(ticket)):
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            continue
        phone = conversation.address or (ticket.phone if number == 0 else None) or ""
        with use_language(conversation.language):
            if conversation.channel == "web" and on_page:
                area = announcement.area if await _knows_place(session, ticket, None) else ""
                words = format_notice(backend, outage, stage, area, "call")
                message: dict[str, Any] = {"text": words, "buttons": [], "image": None, "alt": None, "link": None}
                message["lang"] = conversation.language
                await conversations.push(session, backend, conversation.id, {"reply_to": None, "messages": [message]})
            if phone not in silent and await can_receive_texts(session, phone):
                area = announcement.area if await _knows_place(session, ticket, phone) else ""
                await enqueue(
                    session,
                    backend,
                    kind="sms",
                    recipient=phone,
                    body=format_notice(backend, outage, stage, area, "text"),
                    purpose=messages.PURPOSES[stage],
                    dedupe_key=messages.message_key(announcement, "text", phone),
                    not_before=None if phone in awake else morning,
                    not_after=None if stage == RESTORED else backend.clock.now() + messages.OUT_LIFETIME,
                    priority=Priority.RECEIPT if outage.is_dangerous and stage != RESTORED else None,
                )


async def _knows_place(session: AsyncSession, ticket: Ticket, phone: str | None) -> bool:
    """Whether a reporter may be told where it is: who said it, and the phone (E.164) on file there. An address that we
    looked up is for nobody else."""
    if ticket.account_id is None or PLACE_SOURCE_LABEL not in ticket.details:
        return True
    return phone is not None and ticket.account_id in {
        account.id for account in await list_accounts_at_phone(session, phone)
    }


async def find_restored_notice(session: AsyncSession, backend: Backend, phone: str) -> OutboxMessage | None:
    """The newest text to this phone (E.164) that asked whether the power is still out, if it is not too long ago."""
    query = select(OutboxMessage).where(
        OutboxMessage.recipient == phone,
        OutboxMessage.kind == "sms",
        OutboxMessage.purpose == messages.PURPOSES[RESTORED],
        OutboxMessage.created_at > backend.clock.now() - REPLY_PERIOD,
        OutboxMessage.status.not_in(messages.NOT_TOLD),
    )
    return await session.scalar(query.order_by(OutboxMessage.id.desc()).limit(1))


async def report_still_out(
    session: AsyncSession, backend: Backend, conversation_id: str, phone: str, text: str
) -> str | None:
    """File that the power is still out where the text to `phone` said that it is back; returns the answer, in the
    current language. None when no such text was sent lately.
    """
    asked = await find_restored_notice(session, backend, phone)
    if asked is None:
        return None
    announcement = await session.get_one(OutageAnnouncement, int(asked.dedupe_key.split(":")[1]))
    details = {
        "words": mask_line(text),
        STILL_OUT_LABEL: describe_end(announcement.area),
    }
    accounts = await _accounts_of(session, asked)
    report = tickets.Report(
        OUTAGE, details, phone=phone, notify_member=False, outage_id=announcement.outage_id,
        **await _find_place(session, announcement, phone, accounts, details),
    )  # fmt: skip
    filed = await tickets.file_report(session, backend, conversation_id, report)
    values = {"number": filed.ticket.number, "phone": backend.coop.outage_phone_display}
    if not filed.is_own:
        return tr("Thank you. It is reported already that power is still out there, and I added your words. "
                  "For news call {phone}, day or night. In danger call 911.", **values)  # fmt: skip
    words = tr("Thank you. I reported that your power is still out, number {number}. It is on the list for the crew. "
               "For news call {phone}, day or night. In danger call 911.", **values)  # fmt: skip
    if len(accounts) > 1:
        words += " " + tr("You have several places there: please text us the street of the one that is out.")
    return words


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """A report without a place, the accounts of which one is out, and those that an answer names, by position."""

    ticket: Ticket
    accounts: Sequence[Account]
    picked: Collection[int]


async def find_place_answer(
    session: AsyncSession, backend: Backend, conversation_id: str, phone: str, text: str
) -> PlaceAnswer | None:
    """What the text answers to `which of your places is out`. None when it was not asked, or it names none of them."""
    query = select(Ticket).where(
        Ticket.conversation_id == conversation_id,
        Ticket.kind == OUTAGE,
        Ticket.account_id.is_(None),
        Ticket.outage_id.is_not(None),
        Ticket.status.in_(OPEN_STATUSES),
        Ticket.created_at > backend.clock.now() - REPLY_PERIOD,
    )
    ticket = await session.scalar(query.order_by(Ticket.id.desc()).limit(1))
    if ticket is None or ONE_OF_LABEL not in ticket.details:
        return None
    asked = await find_restored_notice(session, backend, phone)
    accounts = await _accounts_of(session, asked) if asked is not None else []
    picked = pick_places(text, [f"{each.service_address} {each.separator}" for each in accounts])
    return PlaceAnswer(ticket, accounts, picked) if picked else None


async def choose_still_out(
    session: AsyncSession, backend: Backend, conversation_id: str, answer: PlaceAnswer, words: str
) -> str:
    """Give the report the place that was named, or ask again; returns what to say, in the current language."""
    if len(answer.picked) > 1:
        streets = "; ".join(each.service_address.split(",")[0] for each in answer.accounts)
        return tr("Which of these is out: {places}? Please text its number or name.", places=streets)
    ticket = await session.get_one(Ticket, answer.ticket.id)
    account = answer.accounts[next(iter(answer.picked))]
    ticket.account_id = account.id
    ticket.details = {key: value for key, value in ticket.details.items() if key != ONE_OF_LABEL}
    await tickets.correct_place(
        session, backend, ticket, conversation_id, place=account.service_address, words=mask_line(words)
    )
    return tr(
        "Thank you. Report {number} is for {place}. For news call {phone}, day or night.",
        number=ticket.number,
        place=account.service_address.split(",")[0],
        phone=backend.coop.outage_phone_display,
    )


async def _accounts_of(session: AsyncSession, message: OutboxMessage) -> list[Account]:
    told = select(OutageNotice.account_id).where(OutageNotice.message_id == message.id)
    return list(await session.scalars(select(Account).where(Account.id.in_(told)).order_by(Account.number)))


async def _find_place(
    session: AsyncSession,
    announcement: OutageAnnouncement,
    phone: str,
    accounts: Sequence[Account],
    details: dict[str, str],
) -> dict[str, Any]:
    """The account or place that is meant. Which of several is not known, so all are in the details."""
    if len(accounts) == 1:
        return {"account_id": accounts[0].id}
    if accounts:
        details[ONE_OF_LABEL] = "; ".join(each.service_address for each in accounts)
        return {}
    reported = select(Ticket).where(Ticket.outage_id == announcement.outage_id, Ticket.phone == phone)
    ticket = await session.scalar(reported.order_by(Ticket.id.desc()).limit(1))
    if ticket is None:
        details["area"] = format_area(announcement.area)
        return {}
    return {"account_id": ticket.account_id, "place": ticket.place}
