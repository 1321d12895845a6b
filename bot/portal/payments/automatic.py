"""Auto Pay: what is on, what runs next, and the whole authorization before a yes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from backend.autopay import service
from backend.autopay.schedule import find_active_draft
from backend.autopay.service import AutoPayRefused
from backend.language import tr
from bot.portal.payments.automatic_base import AutomaticBase, read_done, wanted_terms
from bot.portal.payments.base import find_account, is_confirmed_form, with_account
from bot.portal.signed_in import Visit, is_account_chosen
from bot.web import pages
from bot.web.numbers import parse_id

AUTOPAY_URL = "/portal/autopay"
DUE_DATE, ON_DAY = "due", "day"


class AutopayPages(AutomaticBase):
    KEEPS_WORDS = ("choose",)
    PAGES = (
        ("autopay", "GET", "/autopay"),
        ("choose", "POST", "/autopay"),
        ("check", "GET", "/autopay/check"),
        ("agree_autopay", "POST", "/autopay/check"),
        ("stop", "GET", "/autopay/stop"),
        ("stop_autopay", "POST", "/autopay/stop"),
    )

    async def autopay(self, request: Request, visit: Visit) -> HTTPResponse:
        return await self._render_autopay(request, visit, {})

    async def _render_autopay(
        self, request: Request, visit: Visit, errors: dict[str, str], given: dict[str, str] | None = None
    ) -> HTTPResponse:
        account = find_account(visit)
        async with self.backend.db.read_session() as session:
            view, draft, methods = await self.load_views(session, visit)
            told = await self.word_newest_copies(session, visit.member, "agreed:") if read_done(request) else ""
        chosen = str(view.method_id) if view.method_id else next((str(one.id) for one in methods if one.usable), "")
        given = given or {"method": chosen, "run": ON_DAY if view.day else DUE_DATE, "day": str(view.day or "")}
        return self.render_form(
            "payments/autopay.html", errors, view=view, draft=draft, methods=methods, given=given,
            fees=self.format_fees(), done=read_done(request), told=told, account=account,
        )  # fmt: skip

    async def choose(self, request: Request, visit: Visit) -> HTTPResponse:
        """Look at what was chosen, and go on to the authorization."""
        given = {name: pages.form_field(request, name)[:12].strip() for name in ("method", "run", "day")}
        if is_account_chosen(request):
            return await self._render_autopay(request, visit, {}, given)
        async with self.backend.db.read_session() as session:
            methods = await self.list_methods(session, visit.member.id, self.first_run_day())
        errors: dict[str, str] = {}
        if not any(one.usable and str(one.id) == given["method"] for one in methods):
            errors["method"] = tr("Please choose what to pay with.")
        day = parse_id(given["day"])
        if given["run"] == ON_DAY and (day is None or not 1 <= day <= 31):
            errors["day"] = tr("A day from 1 to 31, please.")
        if errors:
            return await self._render_autopay(request, visit, errors, given)
        asked = {"method": given["method"]} | ({"day": str(day)} if given["run"] == ON_DAY else {})
        return pages.redirect(with_account(f"{AUTOPAY_URL}/check?{urlencode(asked)}", visit))

    async def check(self, request: Request, visit: Visit) -> HTTPResponse:
        account, day = find_account(visit), parse_id(str(request.args.get("day") or ""))
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            method = await self.find_method(session, visit, str(request.args.get("method") or ""))
            if method is None:
                return pages.redirect(with_account(AUTOPAY_URL, visit))
            words = await self.authorize_autopay(session, visit, method, day)
            draft = await find_active_draft(session, account.id)
            notes = await self.list_notes(session, account, method, day)
        if draft is not None:
            notes.insert(0, tr("It takes the place of the bank draft, which ends."))
        return self.render_check(request, visit, words, notes=notes,
                                  fields={"method": method.id, "day": day or ""}, back=AUTOPAY_URL,
                                  heading=tr("Authorize Auto Pay"))  # fmt: skip

    async def agree_autopay(self, request: Request, visit: Visit) -> HTTPResponse:
        account, day = find_account(visit), parse_id(pages.form_field(request, "day"))
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            method = await self.find_method(session, visit, pages.form_field(request, "method"))
            row = await service.find_autopay(session, account.id)
            if method is None:
                return pages.redirect(with_account(AUTOPAY_URL, visit))
            if row is not None and row.is_wanted and wanted_terms(row) == (method.id, day):
                return pages.redirect(with_account(f"{AUTOPAY_URL}?done=on", visit))  # the same form sent twice
            words = await self.authorize_autopay(session, visit, method, day)
            asked = {"method": str(method.id)} | ({"day": str(day)} if day else {})
            if not is_confirmed_form(request, words):
                return pages.redirect(with_account(f"{AUTOPAY_URL}/check?{urlencode(asked)}&again=1", visit))
            agreement = await self.agree(session, request, account, words, tr("I agree"))
            terms: dict[str, Any] = {"account_id": account.id, "method_id": method.id, "day_of_month": day}
            try:
                if row is not None and row.is_wanted:
                    await service.change(session, self.backend, **terms, agreement=agreement)
                else:
                    await service.enroll(session, self.backend, **terms, replace_draft=True, agreement=agreement)
            except AutoPayRefused as refused:
                return self.render_refusal(refused, visit, AUTOPAY_URL)
        return pages.redirect(with_account(f"{AUTOPAY_URL}?done=on", visit))

    async def stop(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            row = await service.find_autopay(session, account.id)
            if row is None or not row.is_wanted:
                return pages.redirect(with_account(AUTOPAY_URL, visit))
            words = await self.word_ending(session, account, row, "autopay", "utter_question_autopay_cancel")
        return self.render_check(request, visit, words,
                                  back=AUTOPAY_URL, heading=tr("Turn Auto Pay off"), button=tr("Yes, turn it off"),
                                  danger=True)  # fmt: skip

    async def stop_autopay(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            row = await service.find_autopay(session, account.id)
            if row is not None and row.is_wanted:
                words = await self.word_ending(session, account, row, "autopay", "utter_question_autopay_cancel")
                if not is_confirmed_form(request, words):
                    return pages.redirect(with_account(f"{AUTOPAY_URL}/stop?again=1", visit))
                agreement = await self.agree(session, request, account, words, tr("Yes, turn it off"))
                await service.cancel(session, self.backend, account_id=account.id, agreement=agreement)
        return pages.redirect(with_account(f"{AUTOPAY_URL}?done=off", visit))
