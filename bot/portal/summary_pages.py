"""The first page of the account page, and Billing & Payments: what is owed, what comes next, and where to act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sanic import HTTPResponse, Request

from backend.language import format_month_name, tr
from backend.usage.service import MonthUsage, list_last_months
from bot.portal.pay_routes import find_entry_origins
from bot.portal.payments.base import MethodChoice, MoneyPages, find_account, format_input
from bot.portal.signed_in import Visit
from bot.portal.summary import AccountTile, load_account, load_tiles
from bot.web.charts import chart_picture
from bot.web.pages import format_day_with_year

CHART_MONTHS = 12


class SummaryPages(MoneyPages):
    PAGES = (
        ("summary", "GET", ""),
        ("billing", "GET", "/billing"),
    )

    async def summary(self, request: Request, visit: Visit) -> HTTPResponse:
        open_ones = [account for account in visit.accounts if account.status != "closed"]
        closed = [account for account in visit.accounts if account.status == "closed"]
        tiles = await load_tiles(self.backend, [*open_ones, *closed])
        shown = find_account(visit)
        async with self.backend.db.read_session() as session:
            methods = await self.list_methods(session, visit.member.id)
            usage = await list_last_months(session, shown.id, CHART_MONTHS)
        known = [tile for tile in tiles if tile.balance]
        return self.render_page(
            "summary.html",
            tiles=tiles,
            methods=methods,
            # a credit on one account does not reduce what another owes
            due_cents=sum(tile.due_cents for tile in known),
            past_due_cents=sum(tile.late_cents for tile in known),
            is_due_known=len(known) == len(tiles),
            notices=list_notices(tiles, methods, self.backend.coop.office_phone_display),
            amount=format_input,
            usage=usage,
            usage_chart=draw_usage(usage),
            form_targets=find_entry_origins(self.services),
        )

    async def billing(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        view = await load_account(self.backend, account)
        others = [each for each in visit.accounts if each.id != account.id]
        return self.render_page(
            "billing.html",
            view=view,
            tile=view.tile,
            others=await load_tiles(self.backend, others) if others else [],
            usage_chart=draw_usage(list(reversed(view.usage))),
        )


def list_notices(tiles: Sequence[AccountTile], methods: Sequence[MethodChoice], phone: str) -> list[dict[str, Any]]:
    """What the member should know first, as kind, text and the page that helps."""
    found: list[dict[str, Any]] = []
    for tile in tiles:
        number, balance = tile.account.number, tile.balance
        if tile.outage:
            text = tr("We know of an outage at {address}.", address=tile.account.service_address)
            found.append(
                {"kind": "bad", "text": text, "url": f"/portal/outage?account={number}", "link": tr("See the outage")}
            )
        if not balance:
            continue
        if balance.disconnect_on and balance.past_due_cents > 0:
            found.append({"kind": "bad", "text": _describe_shutoff(tile, phone), "url": _pay_url(number),
                          "link": tr("Pay now")})  # fmt: skip
        elif tile.late_cents:
            text = tr("A bill on account {number} is past due.", number=number)
            found.append(
                {
                    "kind": "warn",
                    "text": text,
                    "url": f"/portal/arrangement?account={number}",
                    "link": tr("Payment arrangement"),
                }
            )
    for method in methods:
        if method.soon or not method.usable:
            found.append({"kind": "warn", "text": f"{method.label}: {method.note}.", "url": "/portal/methods",
                          "link": tr("Payment methods")})  # fmt: skip
    return found


def _describe_shutoff(tile: AccountTile, phone: str) -> str:
    assert tile.balance is not None
    assert tile.balance.disconnect_on is not None
    return tr(
        "Account {number} is to be shut off on {day}. Please pay before then, or call {phone}.",
        number=tile.account.number,
        day=format_day_with_year(tile.balance.disconnect_on),
        phone=phone,
    )


def _pay_url(number: str) -> str:
    return f"/portal/pay-now?account={number}"


def draw_usage(usage: Sequence[MonthUsage]) -> Markup:
    """The kWh of each month beside the year before, the oldest first; empty without readings."""
    if not usage:
        return Markup("")
    labels = [format_month_name(month.month, short=True) for month in usage]
    now = [month.now.kwh if month.now else None for month in usage]
    before = [month.before.kwh if month.before else None for month in usage]
    series = [(tr("This year"), now), (tr("Year before"), before)]
    alt = tr("Electric use in kWh for each of {count} months, beside the year before.", count=len(usage))
    return chart_picture("bar", labels, series, alt)
