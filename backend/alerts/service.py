"""Turns alerts and paperless billing on and off. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.kinds import CHANNELS, KINDS, PAPERLESS, check_threshold, join_words
from backend.alerts.models import AlertSetting
from backend.audit import service as audit
from backend.autopay.models import Consent
from backend.billing.models import Account
from backend.billing.service import lock_account
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.levels import require
from backend.members.models import Member
from backend.outbox.service import enqueue, is_opted_out
from backend.payments import confirmation_numbers

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class ChangeAuthor:
    """Who requests a change, and where. `wording` and `reply` are the read-back and the member's answer, verbatim."""

    conversation_id: str
    channel: str
    level: int
    wording: str = ""
    reply: str = ""


async def list_active_settings(session: AsyncSession, account_id: int) -> list[AlertSetting]:
    """The active alerts in the order of KINDS, without paperless billing."""
    on = select(AlertSetting).where(AlertSetting.account_id == account_id, AlertSetting.active)
    order = list(KINDS)
    found = [setting for setting in await session.scalars(on) if setting.kind in KINDS]
    return sorted(found, key=lambda setting: order.index(setting.kind))


async def previous_thresholds(session: AsyncSession, account_id: int) -> dict[str, int | None]:
    """The threshold of each alert that was ever on, to reuse it where none is said."""
    query = select(AlertSetting.kind, AlertSetting.threshold).where(AlertSetting.account_id == account_id)
    return {kind: threshold for kind, threshold in (await session.execute(query)).all()}


async def is_paperless(session: AsyncSession, account_id: int) -> bool:
    """Whether the account gets email notices in place of paper bills."""
    setting = await _find_setting(session, account_id, PAPERLESS)
    return setting is not None and setting.active


async def turn_on(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    wanted: Mapping[str, int | None],
    ways: Iterable[str],
    author: ChangeAuthor,
) -> str:
    """Turn on these alerts (kind -> threshold) by these channels, and store the consent; returns the confirmation
    number.

    A text confirms the enrollment and names STOP, as carriers require of text programs. Raises InvalidThreshold,
    StepUpNeeded.
    """
    require("manage_alerts", author.level)
    await lock_account(session, account.id)
    number, chosen = await confirmation_numbers.new_number(session), set(ways)
    before = {setting.kind: _format_for_audit(setting) for setting in await list_active_settings(session, account.id)}
    for name, threshold in wanted.items():
        await _save_setting(
            session, backend, account.id, name, chosen, check_threshold(name, threshold), author.channel
        )
    session.add(_consent(backend, account.id, "alerts", number, author))
    member = await session.get_one(Member, account.member_id)
    if "text" in chosen and not await _is_own_text(session, author, member):
        await _confirm_by_text(session, backend, member, wanted, number)
    after = {name: _format_for_audit(await _get_setting(session, account.id, name)) for name in wanted}
    await _record_change(session, backend, account.id, "alerts_on", author, before, {**after, "confirmation": number})
    return number


async def turn_off(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    names: Iterable[str],
    author: ChangeAuthor,
    ways: Iterable[str] = CHANNELS,
) -> tuple[list[AlertSetting], str]:
    """Turn these alerts off for these channels; returns the changed settings and the confirmation number.

    Raises StepUpNeeded.
    """
    require("manage_alerts", author.level)
    await lock_account(session, account.id)
    wanted, unwanted = set(names), set(ways)
    going = await list_active_settings(session, account.id)
    ended = [setting for setting in going if setting.kind in wanted and unwanted & set(setting.channels)]
    if not ended:
        return [], ""
    number = await confirmation_numbers.new_number(session)
    before = {setting.kind: _format_for_audit(setting) for setting in ended}
    for setting in ended:
        left = set(setting.channels) - unwanted
        setting.active = bool(left)
        if left:
            _set_channels(setting, left)
    await session.flush()
    if not await list_active_settings(session, account.id):
        await _revoke(session, backend, account.id, "alerts")
    await _record_change(session, backend, account.id, "alerts_off", author, before, {"confirmation": number})
    return ended, number


async def enroll_paperless(session: AsyncSession, backend: Backend, account: Account, author: ChangeAuthor) -> str:
    """Email notices in place of paper from the next bill on; needs an email on file. Returns the confirmation
    number. Raises StepUpNeeded."""
    require("bill_notifications", author.level)
    await lock_account(session, account.id)
    number = await confirmation_numbers.new_number(session)
    await _save_setting(session, backend, account.id, PAPERLESS, {"email"}, None, author.channel)
    session.add(_consent(backend, account.id, PAPERLESS, number, author))
    words = tr("your bills come without paper now. From your next bill on, an email tells you when it is ready.")
    await _paper_notice(session, backend, account, tr("Paperless billing is on"), words, number)
    await _record_change(
        session, backend, account.id, "paperless_on", author, {"paperless": False}, {"confirmation": number}
    )
    return number


async def cancel_paperless(session: AsyncSession, backend: Backend, account: Account, author: ChangeAuthor) -> str:
    """Paper again from the next bill on; returns the confirmation number. Raises StepUpNeeded."""
    require("bill_notifications", author.level)
    await lock_account(session, account.id)
    number = await confirmation_numbers.new_number(session)
    setting = await _get_setting(session, account.id, PAPERLESS)
    setting.active = False
    await _revoke(session, backend, account.id, PAPERLESS)
    words = tr("your bills come on paper again, from your next bill on.")
    await _paper_notice(session, backend, account, tr("Paperless billing is off"), words, number)
    await _record_change(
        session, backend, account.id, "paperless_off", author, {"paperless": True}, {"confirmation": number}
    )
    return number


def setting_to_dict(setting: AlertSetting) -> dict[str, Any]:
    """A setting as `memberline show` prints it."""
    return {
        "alert": setting.kind,
        "group": KINDS[setting.kind].group if setting.kind in KINDS else "bill notifications",
        "ways": setting.channels,
        "threshold": setting.threshold,
        "unit": KINDS[setting.kind].unit if setting.kind in KINDS else "",
        "active": setting.active,
        "origin": setting.origin,
        "since": setting.since,
    }


async def _save_setting(
    session: AsyncSession,
    backend: Backend,
    account_id: int,
    name: str,
    ways: set[str],
    threshold: int | None,
    origin: str,
) -> None:
    setting = await _find_setting(session, account_id, name)
    if setting is None:
        setting = AlertSetting(account_id=account_id, kind=name, active=False)
        session.add(setting)
    if not setting.active:
        setting.since = backend.clock.now()
    _set_channels(setting, ways)
    setting.threshold, setting.active, setting.origin = threshold, True, origin
    await session.flush()


def _set_channels(setting: AlertSetting, ways: set[str]) -> None:
    setting.by_text, setting.by_email, setting.by_call = "text" in ways, "email" in ways, "call" in ways


async def _find_setting(session: AsyncSession, account_id: int, name: str) -> AlertSetting | None:
    query = select(AlertSetting).where(AlertSetting.account_id == account_id, AlertSetting.kind == name)
    return await session.scalar(query)


async def _get_setting(session: AsyncSession, account_id: int, name: str) -> AlertSetting:
    found = await _find_setting(session, account_id, name)
    assert found is not None
    return found


def _format_for_audit(setting: AlertSetting) -> str:
    """For the audit trail: `text, email; 3`."""
    return ", ".join(setting.channels) + (f"; {setting.threshold}" if setting.threshold is not None else "")


def _consent(backend: Backend, account_id: int, kind: str, number: str, author: ChangeAuthor) -> Consent:
    return Consent(
        account_id=account_id,
        kind=kind,
        wording=author.wording,
        reply=author.reply,
        channel=author.channel,
        reference=number,
        at=backend.clock.now(),
        ends_on=None,
    )


async def _revoke(session: AsyncSession, backend: Backend, account_id: int, kind: str) -> None:
    standing = (Consent.account_id == account_id, Consent.kind == kind, Consent.revoked_at.is_(None))
    await session.execute(update(Consent).where(*standing).values(revoked_at=backend.clock.now()))


async def _is_own_text(session: AsyncSession, author: ChangeAuthor, member: Member) -> bool:
    """Whether the conversation is by text from the phone on file: its answer then serves as the confirmation."""
    conversation = await session.get(Conversation, author.conversation_id)
    return author.channel == "sms" and conversation is not None and conversation.address == member.phone


async def _confirm_by_text(
    session: AsyncSession, backend: Backend, member: Member, wanted: Mapping[str, int | None], number: str
) -> None:
    coop = backend.coop
    when = join_words([KINDS[name].describe(check_threshold(name, threshold)) for name, threshold in wanted.items()])
    await enqueue(
        session,
        backend,
        kind="sms",
        recipient=member.phone,
        body=tr(
            "{coop}: you signed up for texts when {when}. Msg frequency varies. Msg & data rates may apply. "
            "Reply HELP for help, STOP to end. Ref {number}.",
            coop=coop.short_name,
            when=when,
            number=number,
        ),
        purpose="notice",
        dedupe_key=f"alerts-on:{number}",
    )


async def _paper_notice(
    session: AsyncSession, backend: Backend, account: Account, subject: str, words: str, number: str
) -> None:
    coop, member = backend.coop, await session.get_one(Member, account.member_id)
    if not member.email:
        return
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=member.email,
        subject=f"{subject} - {coop.name}",
        body=tr(
            "Hello,\n\nFor the account ending {account}, {words}\nYour number for this is {number}.\n\n"
            "If you did not ask for this, call us at {phone} ({hours}).\n\n{coop}\n",
            account=account.number[-5:],
            words=words,
            number=number,
            phone=coop.office_phone_display,
            hours=coop.hours_text,
            coop=coop.name,
        ),
        purpose="notice",
        dedupe_key=f"paper:{number}",
    )


async def _record_change(
    session: AsyncSession,
    backend: Backend,
    account_id: int,
    act: str,
    author: ChangeAuthor,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    await audit.record(
        session,
        backend,
        actor=author.conversation_id,
        level=author.level,
        channel=author.channel,
        act=act,
        account_id=account_id,
        before=before,
        after=after,
    )


async def texts_are_stopped(session: AsyncSession, member: Member) -> bool:
    """Whether the phone on file has opted out: text alerts then need a START from it."""
    return await is_opted_out(session, member.phone)
