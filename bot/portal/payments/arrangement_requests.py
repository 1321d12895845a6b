"""Asking the office to change or end a payment arrangement: it stands until a person decides."""

from __future__ import annotations

from dataclasses import dataclass

from sanic import HTTPResponse, Request

from backend.arrangement.models import Arrangement
from backend.arrangement.service import active_arrangement
from backend.billing.models import Account
from backend.language import mark, tr
from backend.tickets import service as tickets
from bot.dialogue.normalize import clean_and_redact
from bot.portal.payments.arrangement import ARRANGEMENT_URL
from bot.portal.payments.base import (
    CHANGED,
    MoneyPages,
    find_account,
    fingerprint,
    is_confirmed_form,
    with_account,
)
from bot.portal.signed_in import Visit
from bot.web.pages import form_field, redirect

CHANGE_URL = f"{ARRANGEMENT_URL}/change"
WISHES = {
    "change": (mark("Change it: other days or amounts"), "wants it changed"),
    "end": (mark("End it: I pay in another way"), "wants it ended"),
}
"""What may be asked for: the member's words, and those of the ticket."""
LONGEST = 600


@dataclass(frozen=True)
class Wish:
    """What is asked of the office. `words` are the member's own, without card and social security numbers."""

    what: str
    words: str


class ArrangementRequestPages(MoneyPages):
    PAGES = (
        ("ask", "GET", "/arrangement/change"),
        ("review", "POST", "/arrangement/change"),
        ("reread", "GET", "/arrangement/change/send"),
        ("send", "POST", "/arrangement/change/send"),
    )

    async def ask(self, request: Request, visit: Visit) -> HTTPResponse:
        return await self._render(visit, {}, Wish("change", ""))

    async def reread(self, request: Request, visit: Visit) -> HTTPResponse:
        """The language link of the read-back asks for it by GET, without what was typed."""
        return redirect(with_account(CHANGE_URL, visit))

    async def _render(self, visit: Visit, errors: dict[str, str], wish: Wish) -> HTTPResponse:
        account = find_account(visit)
        active = await self._find(account)
        if active is None:
            return redirect(with_account(ARRANGEMENT_URL, visit))
        return self.render_form(
            "payments/arrangement_change.html",
            errors,
            account=account,
            number=active.number,
            wish=wish,
            wishes={name: tr(words) for name, (words, _) in WISHES.items()},
            longest=LONGEST,
        )

    async def _find(self, account: Account) -> Arrangement | None:
        async with self.backend.db.read_session() as session:
            return await active_arrangement(session, account.id)

    async def review(self, request: Request, visit: Visit) -> HTTPResponse:
        wish = _read_wish(request)
        errors: dict[str, str] = {}
        if wish.what not in WISHES:
            errors["what"] = tr("Please choose one.")
        if wish.what == "change" and not wish.words:
            errors["words"] = tr("Please say which days or amounts would work for you.")
        if errors:
            return await self._render(visit, errors, wish)
        return await self._read_back(visit, wish)

    async def _read_back(self, visit: Visit, wish: Wish, changed: str = "") -> HTTPResponse:
        account = find_account(visit)
        active = await self._find(account)
        if active is None:
            return redirect(with_account(ARRANGEMENT_URL, visit))
        words = self._word_request(active, account, wish)
        fields = {"what": wish.what, "words_typed": wish.words, "words": fingerprint(words), "account": account.number}
        return self.render_page(
            "payments/agree.html", words=words, notes=[], heading=tr("Is everything right?"),
            here=f"{CHANGE_URL}/send", fields=fields, button=tr("Send it to the office"),
            back=with_account(CHANGE_URL, visit), danger=False, changed=changed,
        )  # fmt: skip

    def _word_request(self, active: Arrangement, account: Account, wish: Wish) -> str:
        asked = {
            "change": mark("The office is asked to change arrangement {number} of account {account}."),
            "end": mark("The office is asked to end arrangement {number} of account {account}."),
        }[wish.what]
        parts = [tr(asked, number=active.number, account=account.number)]
        if wish.words:
            parts.append(tr("Your words: “{words}”.", words=wish.words.rstrip(".")))
        parts.append(
            tr(
                "A person decides and tells you, by {working_day}. Until then the arrangement stands: please pay each "
                "part by its day.",
                working_day=self.backend.coop.working_day_text,
            )
        )
        return " ".join(parts)

    async def send(self, request: Request, visit: Visit) -> HTTPResponse:
        """Open the request. Sent again, the open one is found."""
        wish, account = _read_wish(request, "words_typed"), find_account(visit)
        if wish.what not in WISHES:
            return redirect(with_account(CHANGE_URL, visit))
        active = await self._find(account)
        if active is None:
            return redirect(with_account(ARRANGEMENT_URL, visit))
        if not is_confirmed_form(request, self._word_request(active, account, wish)):
            return await self._read_back(visit, wish, tr(CHANGED))
        async with self.backend.db.transaction() as session:
            conversation = await self.open_conversation(session, request, account)
            details = {"arrangement": active.number, "the member": WISHES[wish.what][1]}
            ticket = await tickets.open_ticket(
                session, self.backend, conversation, kind="arrangement", account_id=account.id,
                details=details | ({"words": wish.words} if wish.words else {}),
            )  # fmt: skip
            number = ticket.number
        return redirect(with_account(f"{ARRANGEMENT_URL}?done=asked&number={number}", visit))


def _read_wish(request: Request, field: str = "words") -> Wish:
    typed = clean_and_redact(form_field(request, field)[:LONGEST])
    return Wish(form_field(request, "what")[:10], " ".join(typed.split()))
