"""Turning alerts on and off, listing them, and paperless billing. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.alerts.kinds import CHANNELS, KINDS, PAPERLESS, check_threshold
from backend.alerts.models import AlertSetting
from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.conversations.models import Conversation
from backend.language import join_words, tr
from backend.members.levels import require
from backend.members.models import Member
from backend.outbox import consent_history
from backend.outbox.service import enqueue, is_opted_out

if TYPE_CHECKING:
    from backend.app import Backend


async def list_active_settings(session: AsyncSession, account_id: int) -> list[AlertSetting]:
    """The active alerts in the order of KINDS, without paperless billing."""
    on = select(AlertSetting).where(AlertSetting.account_id == account_id, AlertSetting.active)
    order = list(KINDS)
    found = [setting for setting in await session.scalars(on) if setting.kind in KINDS]
    return sorted(found, key=lambda setting: order.index(setting.kind))


async def previous_thresholds(session: AsyncSession, account_id: int) -> dict[str, int | None]:
    """The threshold of each alert that was ever on: the default when it is turned on again without one."""
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
    channels: Iterable[str],
    agreement: Agreement,
) -> str:
    """Turn these alerts (kind → threshold) on, by these channels; returns the confirmation number.

    A text to the phone confirms it and says how to stop: carriers (CTIA) require that of a sign-up. Raises
    InvalidThreshold, StepUpNeeded.
    """
    require("manage_alerts", agreement.level)
    await lock_account(session, account.id)
    number, chosen = await confirmation_numbers.new_number(session), set(channels)
    before = {setting.kind: _format_for_audit(setting) for setting in await list_active_settings(session, account.id)}
    after = {}
    for name, threshold in wanted.items():
        limit = check_threshold(name, threshold)
        going = await _find_setting(session, account.id, name)
        channels_before = going.channels if going is not None and going.active else []
        setting = await _save_setting(session, backend, account.id, name, chosen, limit, agreement.channel)
        await _record_channels(session, backend, account, name, channels_before, setting.channels, agreement)
        after[name] = _format_for_audit(setting)
    member = await session.get_one(Member, account.member_id)
    conversation = await session.get(Conversation, agreement.actor)
    # where the answer itself is a text to the phone on file, a second one to confirm is not needed
    own_text = agreement.channel == "sms" and conversation is not None and conversation.address == member.phone
    if "text" in chosen and not own_text:
        await _confirm_by_text(session, backend, member, wanted, number)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account.id,
        kind="alerts",
        act="alerts_on",
        reference=number,
        before=before,
        after={**after, "confirmation": number},
    )
    return number


async def turn_off(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    names: Iterable[str],
    agreement: Agreement,
    channels: Iterable[str] = CHANNELS,
) -> tuple[list[AlertSetting], str]:
    """Turn these alerts off for these channels; returns those that changed and the confirmation number.

    Raises StepUpNeeded.
    """
    require("manage_alerts", agreement.level)
    return await _end_channels(session, backend, account, names, agreement, channels)


async def stop_texts(
    session: AsyncSession, backend: Backend, account: Account, names: Iterable[str], agreement: Agreement
) -> tuple[list[AlertSetting], str]:
    """Turn these alerts off for texts, as the phone that gets them asked; returns as turn_off() does.

    Needs no level: whoever holds the phone may refuse what comes to it (47 CFR 64.1200(a)(10): a revocation by any
    reasonable means counts).
    """
    return await _end_channels(session, backend, account, names, agreement, ("text",))


async def _end_channels(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    names: Iterable[str],
    agreement: Agreement,
    channels: Iterable[str],
) -> tuple[list[AlertSetting], str]:
    await lock_account(session, account.id)
    wanted, unwanted = set(names), set(channels)
    going = await list_active_settings(session, account.id)
    ended = [setting for setting in going if setting.kind in wanted and unwanted & set(setting.channels)]
    if not ended:
        return [], ""
    number = await confirmation_numbers.new_number(session)
    before = {setting.kind: _format_for_audit(setting) for setting in ended}
    for setting in ended:
        going_by, left = setting.channels, set(setting.channels) - unwanted
        setting.active = bool(left)
        if left:
            _set_channels(setting, left)
        await _record_channels(session, backend, account, setting.kind, going_by, left, agreement)
    await session.flush()
    if not await list_active_settings(session, account.id):
        await consents.revoke(session, backend, account.id, kinds=["alerts"])
    await consents.record_act(
        session,
        backend,
        agreement,
        account_id=account.id,
        act="alerts_off",
        before=before,
        after={"confirmation": number},
    )
    return ended, number


async def enroll_paperless(session: AsyncSession, backend: Backend, account: Account, agreement: Agreement) -> str:
    """Notices by email in place of paper, from the next bill on; returns the confirmation number.

    The caller checks that the member has an email on file. Raises StepUpNeeded.
    """
    require("bill_notifications", agreement.level)
    await lock_account(session, account.id)
    number = await confirmation_numbers.new_number(session)
    await _save_setting(session, backend, account.id, PAPERLESS, {"email"}, None, agreement.channel)
    words = tr("your bills come without paper now. From your next bill on, an email tells you when it is ready.")
    await _email_paper_notice(session, backend, account, tr("Paperless billing is on"), words, number)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account.id,
        kind=PAPERLESS,
        act="paperless_on",
        reference=number,
        before={"paperless": False},
        after={"confirmation": number},
    )
    return number


async def cancel_paperless(session: AsyncSession, backend: Backend, account: Account, agreement: Agreement) -> str:
    """Paper again from the next bill on; returns the confirmation number. Raises StepUpNeeded."""
    require("bill_notifications", agreement.level)
    await lock_account(session, account.id)
    number = await confirmation_numbers.new_number(session)
    setting = await _find_setting(session, account.id, PAPERLESS)
    assert setting is not None  # the caller asks only an account that is paperless
    setting.active = False
    await consents.revoke(session, backend, account.id, kinds=[PAPERLESS])
    words = tr("your bills come on paper again, from your next bill on.")
    await _email_paper_notice(session, backend, account, tr("Paperless billing is off"), words, number)
    await consents.record_act(
        session,
        backend,
        agreement,
        account_id=account.id,
        act="paperless_off",
        before={"paperless": True},
        after={"confirmation": number},
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
    channels: set[str],
    threshold: int | None,
    origin: str,
) -> AlertSetting:
    setting = await _find_setting(session, account_id, name)
    if setting is None:
        setting = AlertSetting(account_id=account_id, kind=name, active=False)
        session.add(setting)
    if not setting.active:
        setting.since = backend.clock.now()
    _set_channels(setting, channels)
    setting.threshold, setting.active, setting.origin = threshold, True, origin
    await session.flush()
    return setting


def _set_channels(setting: AlertSetting, channels: set[str]) -> None:
    setting.by_text, setting.by_email, setting.by_call = (channel in channels for channel in CHANNELS)


async def _find_setting(session: AsyncSession, account_id: int, name: str) -> AlertSetting | None:
    query = select(AlertSetting).where(AlertSetting.account_id == account_id, AlertSetting.kind == name)
    return await session.scalar(query)


async def _record_channels(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    name: str,
    before: Collection[str],
    after: Collection[str],
    agreement: Agreement,
) -> None:
    await consent_history.record_channels(
        session,
        backend,
        account,
        name,
        before=before,
        after=after,
        via=agreement.channel,
        wording=agreement.wording,
        reply=agreement.reply,
    )


def _format_for_audit(setting: AlertSetting) -> str:
    """`text, email; 3`."""
    return ", ".join(setting.channels) + (f"; {setting.threshold}" if setting.threshold is not None else "")


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
        about=member,
        dedupe_key=f"alerts-on:{number}",
    )


async def _email_paper_notice(
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
        about=member,
        dedupe_key=f"paper:{number}",
    )


async def texts_are_stopped(session: AsyncSession, member: Member) -> bool:
    """Whether texts to the phone on file are stopped: alerts by text then wait until START comes from it."""
    return await is_opted_out(session, member.phone)
