"""What an account is enrolled in: paperless bills, alerts, budget or levelized billing."""

from __future__ import annotations

from backend.account_question.question import AccountQuestion
from backend.alerts import service as alerts
from backend.alerts.kinds import KINDS
from backend.billing import bills
from backend.language import join_words, mark, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.programs.notices import NAMES
from backend.programs.rules import LEVELIZED, compute_levelized
from backend.programs.service import find_enrollment

CHANNEL_NAMES = {"text": mark("text"), "email": mark("email"), "call": mark("phone call")}


async def paperless_status(asked: AccountQuestion) -> str:
    if await alerts.is_paperless(asked.session, asked.account.id):
        return tr("Yes, this account is paperless: an email tells you when a bill is ready.")
    return tr("No, the bills of this account come on paper.")


async def alerts_status(asked: AccountQuestion) -> str:
    """The active alerts, grouped by their channels."""
    settings = await alerts.list_active_settings(asked.session, asked.account.id)
    if not settings:
        return tr("No alerts are on for this account.")
    by_ways: dict[tuple[str, ...], list[str]] = {}
    for setting in settings:
        by_ways.setdefault(tuple(setting.channels), []).append(KINDS[setting.kind].describe(setting.threshold))
    each = [
        tr("by {ways} when {when}", ways=join_words([tr(CHANNEL_NAMES[way]) for way in ways]), when=join_words(kinds))
        for ways, kinds in by_ways.items()
    ]
    answer = tr("You get an alert {alerts}.", alerts="; ".join(each))
    member = await asked.session.get_one(Member, asked.account.member_id)
    by_text = any("text" in ways for ways in by_ways)
    if by_text and await alerts.texts_are_stopped(asked.session, member):
        return f"{answer} {tr('Texts to your phone are stopped; send START to get them again.')}"
    return answer


async def budget_status(asked: AccountQuestion) -> str:
    """Whether the account is on budget or levelized billing, since when and at how much a month."""
    found = await find_enrollment(asked.session, asked.account.id)
    if found is None:
        return tr("No, this account is on neither budget nor levelized billing.")
    program, day = tr(NAMES[found.program]), asked.format_day(found.started_on)
    if found.program == LEVELIZED:
        issued = await bills.list_bills(asked.session, asked.account.id)
        return tr(
            "Yes, this account is on {program} since {day}; by your newest bills a month comes to {amount}.",
            program=program,
            day=day,
            amount=format_cents(compute_levelized(issued)),
        )
    monthly = tr(" at {amount} a month", amount=format_cents(found.amount_cents or 0))
    return tr("Yes, this account is on {program} since {day}{monthly}.", program=program, day=day, monthly=monthly)
