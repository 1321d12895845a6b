"""Draft Payments: the older bank drafts, which are seen, changed and removed. No new ones are made."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from backend.autopay import service
from backend.autopay.schedule import find_active_draft
from backend.autopay.service import AutoPayRefused
from backend.language import tr
from bot.portal.payments.automatic_base import AutomaticBase, read_done
from bot.portal.payments.base import find_account, is_confirmed_form, with_account
from bot.portal.signed_in import Visit, is_account_chosen
from bot.portal.talk_words import talk_words
from bot.web import pages

DRAFTS_URL = "/portal/drafts"


class DraftPages(AutomaticBase):
    KEEPS_WORDS = ("choose_draft",)
    PAGES = (
        ("drafts", "GET", "/drafts"),
        ("choose_draft", "POST", "/drafts"),
        ("check_draft", "GET", "/drafts/check"),
        ("agree_draft", "POST", "/drafts/check"),
        ("remove", "GET", "/drafts/remove"),
        ("remove_draft", "POST", "/drafts/remove"),
    )

    async def drafts(self, request: Request, visit: Visit) -> HTTPResponse:
        return await self._render_drafts(request, visit, {})

    async def _render_drafts(self, request: Request, visit: Visit, errors: dict[str, str]) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            _, draft, methods = await self.load_views(session, visit)
            told = await self.word_newest_copies(session, visit.member, "agreed:") if read_done(request) else ""
        others = [one for one in methods if one.usable and one.id != draft.method_id]
        return self.render_form(
            "payments/drafts.html", errors, draft=draft, methods=others, fees=self.format_fees(),
            given=pages.form_field(request, "method"), explained=talk_words("bank_draft", "utter_draft_explained"),
            done=read_done(request), told=told, account=account,
        )  # fmt: skip

    async def choose_draft(self, request: Request, visit: Visit) -> HTTPResponse:
        if is_account_chosen(request):
            return await self._render_drafts(request, visit, {})
        async with self.backend.db.read_session() as session:
            methods = await self.list_methods(session, visit.member.id, self.first_run_day())
        chosen = pages.form_field(request, "method")
        if not any(one.usable and str(one.id) == chosen for one in methods):
            return await self._render_drafts(request, visit, {"method": tr("Please choose what to pay with.")})
        return pages.redirect(with_account(f"{DRAFTS_URL}/check?method={chosen}", visit))

    async def check_draft(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            method = await self.find_method(session, visit, str(request.args.get("method") or ""))
            draft = await find_active_draft(session, account.id)
            if method is None or draft is None or not draft.is_wanted:
                return pages.redirect(with_account(DRAFTS_URL, visit))
            words = await self.authorize_draft(session, visit, draft, method)
        return self.render_check(request, visit, words,
                                  fields={"method": method.id}, back=DRAFTS_URL,
                                  heading=tr("Authorize the draft payment"))  # fmt: skip

    async def agree_draft(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            method = await self.find_method(session, visit, pages.form_field(request, "method"))
            draft = await find_active_draft(session, account.id)
            if method is None or draft is None or not draft.is_wanted:
                return pages.redirect(with_account(DRAFTS_URL, visit))
            if (draft.change_method_id or draft.method_id) == method.id:
                return pages.redirect(with_account(f"{DRAFTS_URL}?done=on", visit))  # the same form sent twice
            words = await self.authorize_draft(session, visit, draft, method)
            if not is_confirmed_form(request, words):
                return pages.redirect(with_account(f"{DRAFTS_URL}/check?method={method.id}&again=1", visit))
            agreement = await self.agree(session, request, account, words, tr("I agree"))
            try:
                await service.change_draft(
                    session, self.backend, account_id=account.id, method_id=method.id, agreement=agreement
                )
            except AutoPayRefused as refused:
                return self.render_refusal(refused, visit, DRAFTS_URL)
        return pages.redirect(with_account(f"{DRAFTS_URL}?done=on", visit))

    async def remove(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            draft = await find_active_draft(session, account.id)
            if draft is None or not draft.is_wanted:
                return pages.redirect(with_account(DRAFTS_URL, visit))
            words = await self.word_ending(session, account, draft, "bank_draft", "utter_question_draft_remove")
        return self.render_check(request, visit, words,
                                  back=DRAFTS_URL, heading=tr("Remove the draft payment"),
                                  button=tr("Yes, remove it"), danger=True)  # fmt: skip

    async def remove_draft(self, request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.transaction() as session:
            draft = await find_active_draft(session, account.id)
            if draft is not None and draft.is_wanted:
                words = await self.word_ending(session, account, draft, "bank_draft", "utter_question_draft_remove")
                if not is_confirmed_form(request, words):
                    return pages.redirect(with_account(f"{DRAFTS_URL}/remove?again=1", visit))
                agreement = await self.agree(session, request, account, words, tr("Yes, remove it"))
                await service.remove_draft(session, self.backend, account_id=account.id, agreement=agreement)
        return pages.redirect(with_account(f"{DRAFTS_URL}?done=off", visit))
