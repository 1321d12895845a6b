"""Quick Pay: a payment without signing in, by full member number and last four of the phone on the account.

The gate is that of the talk (backend/members/identity.py), with its one message, its locks and its limits. The page
shows what is due, and nothing else of the account.
"""

from __future__ import annotations

from datetime import timedelta

from sanic import HTTPResponse, Request
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.next_part import describe_plan_due, find_next_cents
from backend.conversations import statements
from backend.conversations.models import Conversation
from backend.conversations.service import IDLE
from backend.language import current_language, mark, tr, tr_count
from backend.members import identity, lock_notices
from backend.members.identity import Identity, IdentityResult
from backend.members.levels import NEEDS
from backend.payments import pay_links
from backend.payments.balances import get_balance
from backend.payments.errors import PaymentRefused
from backend.providers.billing.base import FiguresUnknown
from backend.providers.payments.base import PaymentProviderError
from bot.channels.senders import client_address
from bot.channels.webchat import sessions
from bot.portal import pay_texts
from bot.portal.account import SUFFIX_MISSING
from bot.portal.base_pages import PageHandler, PortalPages, parse_fields
from bot.portal.pay_browser import remember_entry
from bot.portal.pay_routes import find_entry_origins
from bot.portal.payments.base import format_input
from bot.portal.payments.pay_forms import AHEAD_FIELD, DAY_PROBLEMS, LATER, TODAY, parse_amount, parse_day
from bot.portal.summary import describe_time
from bot.portal.talk_words import talk_words
from bot.web import pages
from bot.web.cookies import read_cookie, set_cookie
from bot.web.rates import rate_limit

QUICK_URL = "/portal/quick-pay"
COOKIE = "ml_quick"
LIMIT = rate_limit("quick-pay", 30, 60)
NO_MATCH = mark(
    "Those two do not match our records. Please check the full member number, with the digits behind the dash, and "
    "the last four digits of the phone that we have on file."
)
WRONG_CODE = mark("That is not the newest code. If none came, please check the number and the last four digits.")


class QuickPayPages(PortalPages):
    URL_PREFIX = QUICK_URL
    PAGES = (
        ("start", "GET", ""),
        ("identify", "POST", ""),
        ("ask_code", "GET", "/code"),
        ("check_code", "POST", "/code"),
        ("amount", "GET", "/pay"),
        ("pay", "POST", "/pay"),
    )

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        if request.method == "POST" and (wait := await self.services.rates.hit((LIMIT, client_address(request)))):
            text = tr_count(
                "Too many tries from here. Please try again in 1 second.",
                "Too many tries from here. Please try again in {count} seconds.",
                wait,
            )
            return self.render_notice(tr("Please wait a while"), [text], status=429, again=QUICK_URL)
        try:
            return await super().respond(handler, request, **values)
        except (FiguresUnknown, PaymentProviderError):
            phone = self.backend.coop.office_phone_display
            texts = [tr("Nothing was taken. Please try again in a few minutes, or call us at {phone}.", phone=phone)]
            return self.render_notice(tr("One moment, please"), texts, status=503, again=f"{QUICK_URL}/pay")

    async def start(self, request: Request) -> HTTPResponse:
        return self.render_form("quick_pay.html", number="", last4="", ended=request.args.get("ended") == "1")

    async def identify(self, request: Request) -> HTTPResponse:
        given = parse_fields(request, "number", "last4")
        number, last4 = given["number"].strip(), given["last4"].strip()
        errors = {} if number else {"number": tr("Please give your full member number.")}
        if len(last4) != 4 or not last4.isascii() or not last4.isdigit():
            errors["last4"] = tr("Four digits, please: the end of the phone number on the account.")
        if errors:
            return self.render_form("quick_pay.html", errors, number=number, last4=last4[:8], ended=False)
        token = self._read_token(request) or sessions.create_session_token(self.settings)
        async with self.backend.db.transaction() as session:
            conversation = await self._open_conversation(session, request, token)
            result = await identity.identify(session, self.backend, conversation, number=number, last4=last4)
        response = self._answer(result, number, last4)
        set_cookie(response, self.settings, COOKIE, token, None, "Lax")
        return response

    def _answer(self, result: IdentityResult, number: str, last4: str) -> HTTPResponse:
        if result.status == "ok":
            return pages.redirect(f"{QUICK_URL}/pay")
        if result.status == "proof":
            return pages.redirect(f"{QUICK_URL}/code")
        if result.needs_separator:
            errors = {"number": tr(SUFFIX_MISSING)}
        elif result.status == "locked":
            return self._render_locked(result.locked_for)
        else:
            errors = {"last4": tr(NO_MATCH)}
        return self.render_form("quick_pay.html", errors, number=number, last4=last4, ended=False)

    def _render_locked(self, span: timedelta | None) -> HTTPResponse:
        """The words of the talk: they say how long it lasts, and never whether the number exists."""
        coop = self.backend.coop
        values = {"office_phone": coop.office_phone_display, "office_hours": coop.hours_text}
        if span is None:
            text = talk_words("", "utter_code_locked", **values)
        else:
            text = talk_words("", "utter_identity_locked", span=lock_notices.format_span(span), **values)
        return self.render_notice(tr("Please wait a while"), [text], status=429, again=QUICK_URL)

    async def ask_code(self, request: Request) -> HTTPResponse:
        if not self._read_token(request):
            return pages.redirect(QUICK_URL)
        return self.render_form("quick_pay_code.html", words=talk_words("", "utter_question_proof"))

    async def check_code(self, request: Request) -> HTTPResponse:
        token = self._read_token(request)
        if not token:
            return pages.redirect(QUICK_URL)
        async with self.backend.db.transaction() as session:
            conversation = await self._open_conversation(session, request, token)
            code = pages.form_field(request, "code")[:20]
            result = await identity.check_code(session, self.backend, conversation, code=code)
        if result.status == "ok":
            return pages.redirect(f"{QUICK_URL}/pay")
        if result.status == "locked":
            return self._render_locked(None)
        if result.status == "expired":
            return pages.redirect(f"{QUICK_URL}?ended=1")
        errors = {"code": tr(WRONG_CODE)} if result.status == "wrong" else {}
        words = talk_words("", "utter_question_proof")
        if result.status == "another":
            words = tr(
                "That was right. Because of many wrong tries we have sent one more code: please type that as well."
            )
        return self.render_form("quick_pay_code.html", errors, words=words)

    async def amount(self, request: Request) -> HTTPResponse:
        known = await self._find_identity(request)
        if known is None:
            return pages.redirect(f"{QUICK_URL}?ended=1")
        asked = str(request.args.get("amount") or "")[:20]
        amount = asked if parse_amount(asked) else None
        return await self._render_amount(known, {}, {"when": TODAY, "day": "", "amount": amount})

    async def pay(self, request: Request) -> HTTPResponse:
        """On to the provider's secure page; the read-back and the receipt are those of every pay link."""
        known = await self._find_identity(request)
        if known is None:
            return pages.redirect(f"{QUICK_URL}?ended=1")
        given = {name: text.strip()[:20] for name, text in parse_fields(request, "amount", "when", "day").items()}
        errors: dict[str, str] = {}
        cents = parse_amount(given["amount"])
        if not cents:
            errors["amount"] = tr("An amount in dollars, please, such as 112.40.")
        today = self.backend.today()
        day = parse_day(given["day"]) if given["when"] == LATER else today
        if day is None:
            errors["day"] = tr("Please choose a day.")
        if errors or not cents or day is None:
            return await self._render_amount(known, errors, {**given})
        account = known.known_account
        await self.backend.billing.refresh(self.backend.db, account.id)
        try:
            async with self.backend.db.transaction() as session:
                conversation = await self._open_conversation(session, request, self._read_token(request))
                url = await pay_links.create(
                    session,
                    self.backend,
                    conversation,
                    account_id=account.id,
                    amount_cents=cents,
                    pay_on=day,
                    ahead=pages.form_field(request, AHEAD_FIELD) == "1",
                )
        except PaymentRefused as refusal:
            for warning in refusal.warnings:
                name = "day" if warning.code in DAY_PROBLEMS else "amount"
                errors.setdefault(name, pay_texts.format_warning(self.backend.coop, warning))
            return await self._render_amount(known, errors, {**given})
        token = url.rpartition("/")[2]
        entry = await pay_links.begin_entry(self.backend, token)
        response = pages.redirect(entry.url)
        remember_entry(response, self.settings, token, entry.entry_id)
        return response

    async def _render_amount(
        self, known: Identity, errors: dict[str, str], given: dict[str, str | None]
    ) -> HTTPResponse:
        account, today = known.known_account, self.backend.today()
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            balance = await get_balance(session, self.backend, account.id)
            plan_due = await describe_plan_due(session, self.backend, account.id, balance)
            next_cents = await find_next_cents(session, self.backend, account.id, balance)
        if given["amount"] is None:
            first = min(next_cents or balance.uncovered_cents, balance.uncovered_cents)
            given["amount"] = format_input(first) if first > 0 else ""
        is_part = 0 < next_cents < balance.uncovered_cents
        return self.render_page(
            "quick_pay_amount.html",
            422 if errors else 200,
            errors=errors,
            given=given,
            balance=balance,
            plan_due=plan_due,
            all_typed=format_input(balance.uncovered_cents) if is_part else "",
            as_of=describe_time(self.backend, balance),
            account=pay_texts.mask_account_number(account.number),
            today=today,
            first_day=today + timedelta(days=1),
            last_day=today + timedelta(days=self.backend.coop.schedule_days),
            form_targets=find_entry_origins(self.services),
        )

    async def _find_identity(self, request: Request) -> Identity | None:
        """Who this browser has proven to be, until a quarter of an hour of silence."""
        token = self._read_token(request)
        if not token:
            return None
        async with self.backend.db.transaction() as session:
            name = _name_conversation(self, token)
            known = await identity.load_identity(session, self.backend, name)
            if known.level < NEEDS["quick_pay"]:
                return None
            await self._open_conversation(session, request, token)
        return known

    async def _open_conversation(self, session: AsyncSession, request: Request, token: str) -> str:
        name = _name_conversation(self, token)
        now = self.backend.clock.now()
        await statements.upsert_conversation(
            session, name, now, IDLE, channel="web", address=None, source=self.client_source(request), attested=False
        )
        query = update(Conversation).where(Conversation.id == name)
        await session.execute(query.values(language=current_language()))
        return name

    def _read_token(self, request: Request) -> str:
        """The token in this browser's cookie; empty for one that is not ours."""
        token = read_cookie(request, self.settings, COOKIE)
        return token if sessions.session_conversation_id(self.settings, token) else ""


def _name_conversation(quick_pay: QuickPayPages, token: str) -> str:
    return sessions.session_conversation_id(quick_pay.settings, token) or ""
