"""Agreements: what the member said yes to, word for word, since when and until when, and where to end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sanic import HTTPResponse, Request
from sqlalchemy import select

from backend.consents.models import Consent
from backend.language import mark, tr
from bot.portal.acting import ActingPages, find_account, with_account
from bot.portal.signed_in import Visit

MAX_SHOWN = 200
KINDS = {
    "payment": mark("One payment"),
    "scheduled_payment": mark("One payment on a later day"),
    "autopay": mark("Auto Pay"),
    "bank_draft": mark("Draft payments"),
    "alerts": mark("Alerts"),
    "paperless": mark("Bills without paper"),
    "budget_billing": mark("Budget billing"),
    "levelized_billing": mark("Levelized billing"),
    "budget_billing_leave": mark("Leaving budget billing"),
    "levelized_billing_leave": mark("Leaving levelized billing"),
    "text_pay": mark("Paying by text"),
}
ENDS_AT: Mapping[str, str] = {
    "scheduled_payment": "/portal/payments",
    "autopay": "/portal/autopay",
    "bank_draft": "/portal/drafts",
    "alerts": "/portal/alerts",
    "paperless": "/portal/enrollments",
    "budget_billing": "/portal/enrollments",
    "levelized_billing": "/portal/enrollments",
}
"""Where a standing agreement is ended. What is not here is over once it was done."""
ONCE = frozenset({"payment", "budget_billing_leave", "levelized_billing_leave"})
CHANNELS = {
    "sms": mark("by text"),
    "web": mark("in the chat"),
    "voice": mark("on the phone"),
    "portal": mark("on this page"),
    "office": mark("at the office"),
}


@dataclass(frozen=True)
class AgreementView:
    """One agreement; days are the co-op's local dates. `ends_at`: the page where it can be ended, if any."""

    title: str
    consent: Consent
    given_on: date
    over_on: date | None
    how: str
    ends_at: str


class AgreementPages(ActingPages):
    PAGES = (("agreements", "GET", "/agreements"),)

    async def agreements(self, _request: Request, visit: Visit) -> HTTPResponse:
        query = select(Consent).where(Consent.account_id == find_account(visit).id).order_by(Consent.id.desc())
        async with self.backend.db.read_session() as session:
            found = list(await session.scalars(query.limit(MAX_SHOWN)))
        views = [self._view(visit, consent) for consent in found]
        standing = [view for view in views if view.over_on is None and view.consent.kind not in ONCE]
        return self.render_page(
            "profile/agreements.html", standing=standing, past=[view for view in views if view not in standing]
        )

    def _view(self, visit: Visit, consent: Consent) -> AgreementView:
        zone, today = self.backend.coop.zone, self.backend.today()
        ended = consent.revoked_at.astimezone(zone).date() if consent.revoked_at else None
        if ended is None and consent.ends_on is not None and consent.ends_on < today:
            ended = consent.ends_on
        ends_at = ENDS_AT.get(consent.kind, "") if ended is None else ""
        return AgreementView(
            title=tr(KINDS.get(consent.kind, consent.kind.replace("_", " ").capitalize())),
            consent=consent,
            given_on=consent.at.astimezone(zone).date(),
            over_on=ended,
            how=tr(CHANNELS.get(consent.channel, consent.channel)),
            ends_at=with_account(ends_at, visit) if ends_at else "",
        )
