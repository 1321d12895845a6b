"""Legacy drafts: show, change or remove one. No new ones are made; Auto Pay is offered instead."""

from __future__ import annotations

from typing import ClassVar

from actions.accounts.account_choice import format_account_in_question
from actions.accounts.forms import AccountForm
from actions.agenda import pending_items
from actions.autopay import questions
from actions.autopay.extract import extract_method, find_method
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import is_no, note_agreement
from backend.autopay import service
from backend.autopay.formatting import format_fee, format_next_run, format_run_day, format_start
from backend.autopay.models import LegacyDraft
from backend.autopay.schedule import effective_date, find_active_draft, first_run_day
from backend.language import format_day, format_long_date, mark, tr
from backend.members.identity import Identity
from backend.payments import prechecks
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.acts.task_control import begins_as_view_request
from backend.reading.money.autopay_words import (
    asks_about_drafts,
    asks_to_change_autopay,
    asks_to_stop_autopay,
)

ACT, METHOD, CONFIRM = "draft_act", "draft_method", "draft_confirm"


class BankDraftForm(AccountForm):
    form = "draft_form"
    backend_package = "backend.autopay"
    task = "bank_draft"
    title = mark("the bank draft")
    skill = "bank_draft"
    explanation_response = "utter_draft_where"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"bank_draft"})
    slots: ClassVar[tuple[str, ...]] = (ACT, METHOD, CONFIRM)
    asks: ClassVar[dict[str, str]] = {ACT: "choice", METHOD: "method", CONFIRM: "yes_no"}
    shows_status_first = True

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        understood = turn.set_button_values(ACT, METHOD)
        if turn.intent in self.opening_intents and asked not in IDENTITY_SLOTS:
            understood = self._extract_act(turn) or understood
            explained = "explained" in turn.notes
            if turn.text and not explained and asks_about_drafts(turn.text) and turn.get(ACT) in (None, "show"):
                turn.utter("utter_draft_explained")
        if asked == ACT and not understood:
            understood = self._extract_act(turn)
        if (method := await extract_method(turn, asked, METHOD)) or turn.notes.get("new_method"):
            turn.set(METHOD, method)
            turn.set(ACT, "edit")
            understood = True
        if asked == CONFIRM and not understood:
            understood = note_agreement(turn)
        return understood

    def on_account_changed(self, turn: Turn) -> None:
        turn.clear(CONFIRM)

    def _extract_act(self, turn: Turn) -> bool:
        words = turn.text.strip()
        if is_no(turn):
            turn.set(ACT, "leave")
        elif begins_as_view_request(words) or asks_about_drafts(words):
            turn.set(ACT, "show")
        elif asks_to_stop_autopay(words):
            turn.set(ACT, "remove")
        elif asks_to_change_autopay(words):
            turn.set(ACT, "edit")
        else:
            return False
        return True

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        draft = await find_active_draft(turn.session, identity.known_account.id)
        if draft is None or not draft.is_wanted:
            await self._send_no_draft(turn, identity.known_account.id)
            return None
        act = turn.get(ACT)
        if act == "leave" or turn.notes.get("yes") is False:
            turn.utter("utter_draft_left")
            return None
        if act == "edit":
            return await self._edit(turn, identity, draft)
        if act == "remove":
            return await self._remove(turn, identity, draft)
        method = await turn.session.get_one(PaymentMethod, draft.method_id)
        next_run = await service.find_next_run(turn.session, turn.backend, draft)
        turn.utter("utter_draft_shown", method=method.label, next=format_next_run(next_run, turn.backend.today()))
        buttons = [
            build_button(tr("Another card or account"), draft_act="edit"),
            build_button(tr("Remove it"), draft_act="remove"),
            build_button(tr("Leave it as it is"), draft_act="leave"),
        ]
        return SlotQuestion(ACT, "utter_question_draft_act", {}, buttons)

    async def _send_no_draft(self, turn: Turn, account_id: int) -> None:
        """Say that there is no draft, and show Auto Pay or offer it."""
        row = await service.find_autopay(turn.session, account_id)
        if row is None:
            turn.utter("utter_draft_none")
            if not turn.get("paused_task") and not pending_items(turn):
                turn.utter("utter_draft_offer")
                turn.set("offer", {"opener": "autopay_form"})
            return
        method = await turn.session.get_one(PaymentMethod, row.change_method_id or row.method_id)
        next_run = await service.find_next_run(turn.session, turn.backend, row)
        turn.utter(
            "utter_draft_none_autopay",
            method=method.label,
            when=format_run_day(row.day_of_month if row.active else row.change_day_of_month),
            next=format_next_run(next_run, turn.backend.today()),
        )

    async def _edit(self, turn: Turn, identity: Identity, draft: LegacyDraft) -> SlotQuestion | None:
        if turn.notes.get("new_method"):
            turn.utter("utter_auto_new_method")
        day = first_run_day(turn.backend.today(), turn.backend.coop)
        saved = await payments.list_saved_methods(turn.session, identity.known_member.id)
        usable = [
            method
            for method in saved
            if method.id != draft.method_id and (prechecks.card_expiry_date(method) or day) >= day
        ]
        if not usable:
            turn.utter("utter_auto_no_method")
            return None
        method = find_method(usable, turn.get(METHOD))
        if method is None:
            return questions.build_method_question(METHOD, usable)
        if not turn.notes.get("yes"):
            next_run = await service.find_next_run(turn.session, turn.backend, draft)
            values = {
                "name": identity.known_member.name,
                "account": identity.known_account.number,
                "method": method.label,
                "fee_words": format_fee(turn.backend.coop, method),
                "starting": format_start(turn.backend.coop, turn.backend.today(), next_run),
                "today": format_long_date(turn.backend.today()),
            }
            return SlotQuestion(CONFIRM, "utter_question_draft_confirm", values)
        agreement = turn.agreement_to("utter_question_draft_confirm", identity)
        done = await service.change_draft(
            turn.session, turn.backend, account_id=identity.known_account.id, method_id=method.id, agreement=agreement
        )
        turn.utter("utter_draft_changed", **questions.result_values(turn, done, method.label, None))
        return None

    async def _remove(self, turn: Turn, identity: Identity, draft: LegacyDraft) -> SlotQuestion | None:
        if not turn.notes.get("yes"):
            today = turn.backend.today()
            next_run = await service.find_next_run(turn.session, turn.backend, draft)
            values = {
                "account": format_account_in_question(turn, identity.known_account, identity),
                "late": effective_date(today, next_run.on if next_run else None, turn.backend.coop) > today,
                "next_day": format_day(next_run.on, today) if next_run else "",
            }
            return SlotQuestion(CONFIRM, "utter_question_draft_remove", values)
        agreement = turn.agreement_to("utter_question_draft_remove", identity)
        done = await service.remove_draft(
            turn.session, turn.backend, account_id=identity.known_account.id, agreement=agreement
        )
        turn.utter("utter_draft_removed", **questions.result_values(turn, done, "", None))
        return None
