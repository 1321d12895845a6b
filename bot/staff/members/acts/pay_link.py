"""Sends the member a link to pay. A saved card is charged on the member's own word alone, so a clerk cannot do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import mark, tr, use_language
from backend.members.codes import mask_email
from backend.money import format_cents
from backend.office_acts import service
from backend.office_acts.service import MOST_PAY_LINKS, NotSent, Way
from backend.payments import prechecks
from backend.payments.errors import PaymentRefused
from bot.portal.pay_texts import format_warning
from bot.staff.members.acts.base import Act, ActRefused, FormErrors, ReadBack, Sent
from bot.staff.members.views import MemberView
from bot.staff.money.base import parse_amount, parse_day
from bot.web.pages import format_day_with_year

TOO_MANY = mark("This member got three pay links in the last hour. Please wait, or take the payment another way.")


class PayLinkAct(Act):
    name, title, template = "pay-link", mark("Send a pay link"), "members/acts/pay_link.html"
    fields = ("amount", "day", "way")

    async def load_form(self, session: AsyncSession, view: MemberView) -> dict[str, Any]:
        balance, today = view.balance, self.backend.today()
        due = max(balance.amount_due_cents, 0) if balance else 0
        ways = list_ways(view)
        refusal = ""
        if view.account.status != "open":
            refusal = tr("This account is closed, so a payment cannot be taken here.")
        elif balance is None:
            refusal = tr("What is owed cannot be looked up now. Please try again in a few minutes.")
        elif due == 0 and not balance.prepaid:
            refusal = tr("Nothing is due on this account.")
        elif await service.count_pay_links(session, self.backend, view.member.id) >= MOST_PAY_LINKS:
            refusal = tr(TOO_MANY)
        elif not ways:
            refusal = tr("There is no phone that takes texts and no email on file.")
        return {
            "ways": ways,
            "refusal": refusal,
            "first_day": today,
            "last_day": today + timedelta(days=self.backend.coop.schedule_days),
            "defaults": {
                "amount": f"{due // 100}.{due % 100:02d}" if due else "",
                "day": today.isoformat(),
                "way": ways[0][0] if ways else "",
            },
        }

    async def read_back(
        self, session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        cents, day, ways = parse_amount(sent["amount"]), parse_day(sent["day"]), dict(list_ways(view))
        errors = {
            "amount": "" if cents else tr("Write the amount like 112.40."),
            "day": "" if day else tr("Choose a day."),
            "way": "" if sent["way"] in ways else tr("Choose where the link goes."),
        }
        if any(errors.values()) or cents is None or day is None:
            return FormErrors({name: text for name, text in errors.items() if text})
        found = await prechecks.find_warnings(session, self.backend, view.account, cents, day)
        blocking = prechecks.blocking_warnings(found)
        if blocking:
            name = "day" if blocking[0].code in ("day_past", "day_too_far") else "amount"
            return FormErrors({name: format_warning(self.backend.coop, blocking[0])})
        way: Way = "email" if sent["way"] == "email" else "sms"

        async def perform(session: AsyncSession) -> None:
            if await service.count_pay_links(session, self.backend, view.member.id) > MOST_PAY_LINKS:
                raise ActRefused(tr(TOO_MANY))  # this one is counted too
            try:
                await service.send_pay_link(
                    session, self.backend, view.account, amount_cents=cents, pay_on=day, way=way, by=by, key=key
                )
            except PaymentRefused as refused:
                raise ActRefused(format_warning(self.backend.coop, refused.warnings[0])) from refused
            except NotSent as refused:
                raise ActRefused(tr("It takes no messages. Choose the other way.")) from refused

        with use_language(view.member.language):
            message = service.format_pay_link(self.backend, view.account, cents, day, "https://…")
        today = day == self.backend.today()
        when = tr("today") if today else format_day_with_year(day)
        values = {"amount": format_cents(cents), "to": ways[sent["way"]], "day": when}
        return ReadBack(
            rows=[(tr("Amount"), values["amount"]), (tr("To be paid"), when), (tr("Goes to"), values["to"])],
            button=tr("Send the link for {amount}", amount=values["amount"]),
            note=tr("Pay link for {amount}, to be paid {day}, sent: {to}", **values),
            message=message,
            warnings=[format_warning(self.backend.coop, one) for one in found],
            perform=perform,
        )


def list_ways(view: MemberView) -> list[tuple[str, str]]:
    """(sms | email, words) of where the member can get a message."""
    member, found = view.member, []
    if member.phone and not view.texts_stopped:
        found.append(("sms", tr("Text to the phone ending {last4}", last4=member.phone_last4)))
    if member.email:
        found.append(("email", tr("Email to {email}", email=mask_email(member.email))))
    return found
