"""Payment methods: what is saved, a new one by the provider's page, which comes first, and taking one off."""

from __future__ import annotations

import hmac

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.autopay.method_uses import MethodUse, find_method_uses
from backend.language import tr
from backend.payments.group_quotes import lock_accounts
from backend.payments.saved_methods import keep_entered_method, prefer_method, remove_method
from bot.portal.pay_routes import find_entry_origins
from bot.portal.payments.base import MethodChoice, MoneyPages, find_account
from bot.portal.signed_in import Visit
from bot.web import pages
from bot.web.cookies import read_cookie, set_cookie
from bot.web.numbers import parse_id

METHODS_URL = "/portal/methods"
ENTRY_COOKIE = "ml_entry"
ENTRY_SECONDS = 3600
"""How long the way to the provider's page and back may take."""


class MethodPages(MoneyPages):
    PAGES = (
        ("methods", "GET", "/methods"),
        ("add", "POST", "/methods"),
        ("added", "GET", "/methods/added"),
        ("prefer", "POST", "/methods/<number>/prefer"),
        ("ask_remove", "GET", "/methods/<number>/remove"),
        ("remove", "POST", "/methods/<number>/remove"),
    )

    async def methods(self, request: Request, visit: Visit) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            found = await self.list_methods(session, visit.member.id)
            uses = {one.id: await find_method_uses(session, visit.member.id, one.id) for one in found}
        return self.render_page(
            "payments/methods.html",
            methods=found,
            uses={key: [describe_use(use) for use in each] for key, each in uses.items()},
            done=str(request.args.get("done") or ""),
            consent=self._word_consent(),
            form_targets=find_entry_origins(self.services),
        )

    def _word_consent(self) -> str:
        return tr(
            "I allow {coop} to keep the card or bank account that I enter next, and to charge it when I agree to a "
            "payment or to Auto Pay. I can take it off here at any time.",
            coop=self.backend.coop.name,
        )

    async def add(self, request: Request, visit: Visit) -> HTTPResponse:
        """On to the provider's page: the number is typed there and never comes here."""
        entry = await self.backend.payments.open_entry(
            reference=find_account(visit).masked_number,
            amount_cents=0,
            description=tr("{coop}: a way to pay, to be saved", coop=self.backend.coop.name),
            return_url=f"{self.backend.settings.public_url}{METHODS_URL}/added",
        )
        response = pages.redirect(entry.url)
        value = f"{entry.entry_id}.{self._sign(visit, entry.entry_id)}"
        set_cookie(response, self.settings, ENTRY_COOKIE, value, ENTRY_SECONDS, "Lax")
        return response

    def _sign(self, visit: Visit, entry_id: str) -> str:
        """Binds what is entered to the member who went to enter it: nobody can be given another's card."""
        return self.settings.keyed_hash("method-entry", f"{visit.login.id}:{entry_id}")[:32]

    async def added(self, request: Request, visit: Visit) -> HTTPResponse:
        """The member comes back. Coming back twice keeps it once."""
        entry_id, _, proof = read_cookie(request, self.settings, ENTRY_COOKIE).rpartition(".")
        if not entry_id or not hmac.compare_digest(proof.encode(), self._sign(visit, entry_id).encode()):
            return pages.redirect(f"{METHODS_URL}?done=left")
        result = await self.backend.payments.entry_result(entry_id)
        if result.status != "complete":
            return pages.redirect(f"{METHODS_URL}?done=left")
        account = find_account(visit)
        async with self.backend.db.transaction() as session:
            reply = tr("Add a card or bank account")
            agreement = await self.agree(session, request, account, self._word_consent(), reply)
            await keep_entered_method(session, self.backend, account, result, agreement)
        return pages.redirect(f"{METHODS_URL}?done=kept")

    async def prefer(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        account = find_account(visit)
        async with self.backend.db.transaction() as session:
            agreement = await self.agree(session, request, account)
            if not await prefer_method(session, self.backend, account, parse_id(number) or 0, agreement):
                raise NotFound()
        return pages.redirect(f"{METHODS_URL}?done=first")

    async def ask_remove(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            found = await self.list_methods(session, visit.member.id)
            method = next((one for one in found if one.id == parse_id(number)), None)
            if method is None:
                return pages.redirect(METHODS_URL)
            uses = await find_method_uses(session, visit.member.id, method.id)
        return self._render_remove(method, uses)

    def _render_remove(self, method: MethodChoice, uses: list[MethodUse], status: int = 200) -> HTTPResponse:
        described = [describe_use(use) for use in uses]
        return self.render_page("payments/method_remove.html", status, method=method, uses=described)

    async def remove(self, request: Request, visit: Visit, number: str) -> HTTPResponse:
        """Take it off, unless something is still paid with it. Sent twice, it is done once."""
        account, method_id = find_account(visit), parse_id(number) or 0
        async with self.backend.db.transaction() as session:
            # nothing that uses it can be set up meanwhile
            await lock_accounts(session, [each.id for each in visit.accounts])
            uses = await find_method_uses(session, visit.member.id, method_id)
            if uses:
                found = await self.list_methods(session, visit.member.id)
                method = next((one for one in found if one.id == method_id), None)
                if method is None:
                    raise NotFound()
                return self._render_remove(method, uses, 409)
            agreement = await self.agree(session, request, account)
            await remove_method(session, self.backend, account, method_id, agreement)
        return pages.redirect(f"{METHODS_URL}?done=removed")


def describe_use(use: MethodUse) -> dict[str, str]:
    """What is paid with a method, in words, and the page that changes it."""
    number = use.account_number
    if use.scheduled is not None:
        return {
            "text": tr("The scheduled payment {number}", number=use.scheduled.confirmation),
            "url": f"/portal/payments/{use.scheduled.confirmation}",
        }
    if use.kind == "autopay":
        return {"text": tr("Auto Pay of account {number}", number=number), "url": f"/portal/autopay?account={number}"}
    return {"text": tr("The draft payment of account {number}", number=number),
            "url": f"/portal/drafts?account={number}"}  # fmt: skip
