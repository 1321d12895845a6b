"""Budget and levelized billing: what each would cost, who is eligible, joining and leaving."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.budget_billing import formatting
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.language import format_day, mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.programs import service as programs
from backend.programs.models import ProgramEnrollment
from backend.programs.service import NotEligible, ProgramOffer
from backend.reading.money.amount import Amount
from backend.reading.service.billing_program import (
    JOIN,
    LEAVE,
    agrees_to_program,
    asks_about_programs,
    asks_to_leave_program,
    extract_program,
    extract_program_act,
)

PROGRAM, ACT, CONFIRM, COMPARED = "program", "program_act", "program_confirm", "program_told"


class BudgetBillingForm(AccountForm):
    form = "budget_form"
    backend_package = "backend.programs"
    task = "budget_billing"
    title = mark("budget or levelized billing")
    skill = "budget_billing"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"budget_billing"})
    slots: ClassVar[tuple[str, ...]] = (PROGRAM, ACT, CONFIRM, COMPARED)
    asks: ClassVar[dict[str, str]] = {PROGRAM: "choice", CONFIRM: "yes_no"}
    shows_status_first = True

    # reading the message

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if turn.button_value(PROGRAM) or turn.button_value(ACT):
            turn.set(PROGRAM, turn.button_value(PROGRAM))
            turn.set(ACT, turn.button_value(ACT) or JOIN)
            return True
        if asked in IDENTITY_SLOTS:
            return False
        if asked in (PROGRAM, CONFIRM):
            return self._extract_answer(turn, asked)
        if turn.intent in self.opening_intents:
            turn.set(PROGRAM, extract_program(turn.text))
            turn.set(ACT, extract_program_act(turn.text))
            return True
        return False

    def _extract_answer(self, turn: Turn, asked: str) -> bool:
        named = extract_program(turn.text)
        if is_no(turn):
            turn.notes["declined"] = True
        elif asked == CONFIRM and turn.get(CONFIRM) and (agrees_to_program(turn.text.strip()) or is_yes(turn)):
            turn.notes["agreed"] = turn.get(CONFIRM)
        elif named:
            turn.set(PROGRAM, named)
            turn.set(ACT, LEAVE if asks_to_leave_program(turn.text) else JOIN)
        elif not turn.has_act("ask") and isinstance(turn.extract_values("pay_amount").amount, Amount):
            turn.utter("utter_program_own_amount")
        else:
            return False
        return True

    def answers_opening_question(self, turn: Turn) -> bool:
        return asks_about_programs(turn.text)

    # asking the next question

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        if turn.was_just_opened() and asks_about_programs(turn.text):
            turn.utter("utter_programs_explained")  # general, so the member need not be identified first
        return await super().next_question(turn)

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.notes.get("declined"):
            turn.utter("utter_program_left_alone")
            return None
        enrollment = await programs.find_enrollment(turn.session, identity.known_account.id)
        if turn.get(ACT) == LEAVE:
            return await self._ask_leave(turn, identity, enrollment)
        if enrollment is not None:
            values = self._enrollment_values(turn, identity, enrollment)
            leave = {"title": tr("Leave it"), "payload": _button_payload(LEAVE)}
            keep = {"title": tr("Keep it"), "payload": "/thank"}
            turn.utter("utter_program_enrolled", **values, buttons=[leave, keep])
            return None
        return await self._ask_join(turn, identity)

    async def _ask_leave(
        self, turn: Turn, identity: Identity, enrollment: ProgramEnrollment | None
    ) -> SlotQuestion | None:
        if enrollment is None:
            turn.utter("utter_program_not_enrolled")
            return None
        values = self._enrollment_values(turn, identity, enrollment)
        if turn.notes.get("agreed") == f"leave:{enrollment.id}":
            agreement = turn.agreement_to(f"utter_question_program_{LEAVE}", identity)
            await programs.end_enrollment(turn.session, turn.backend, identity.known_account.id, agreement)
            turn.utter("utter_program_left", **values)
            return None
        turn.set(CONFIRM, f"leave:{enrollment.id}")
        return SlotQuestion(CONFIRM, "utter_question_program_leave", values)

    async def _ask_join(self, turn: Turn, identity: Identity) -> SlotQuestion | None:
        offers = await programs.list_offers(turn.session, turn.backend, identity.known_account.id)
        chosen = next((offer for offer in offers if offer.program == turn.get(PROGRAM)), None)
        if chosen is not None and turn.get(ACT) == JOIN:
            if chosen.is_eligible:
                return await self._ask_confirm(turn, identity, chosen)
            turn.clear(PROGRAM)
            turn.utter("utter_program_refused", **formatting.refusal_values(chosen))
            offers = [offer for offer in offers if offer.is_eligible]
        elif not turn.get(COMPARED):
            self._send_comparison(turn, offers)
        open_offers = [offer for offer in offers if offer.is_eligible]
        if not open_offers:
            return None
        buttons = [
            {
                "title": tr("Join {program}", program=formatting.format_program(offer.program)),
                "payload": _button_payload(JOIN, offer.program),
            }
            for offer in open_offers
        ]
        buttons.append({"title": tr("No, thank you"), "payload": "/deny"})
        offered = tr(" or ").join(formatting.format_program(offer.program) for offer in open_offers)
        return SlotQuestion(PROGRAM, "utter_question_program", {"offered": offered}, buttons)

    def _send_comparison(self, turn: Turn, offers: list[ProgramOffer]) -> None:
        turn.set(COMPARED, True)
        if offers[0].cost.actual_cents:
            turn.utter("utter_program_compare", **formatting.comparison_values(offers))
        for offer in offers:
            if not offer.is_eligible:
                turn.utter("utter_program_refused", **formatting.refusal_values(offer))

    async def _ask_confirm(self, turn: Turn, identity: Identity, offer: ProgramOffer) -> SlotQuestion | None:
        # a yes counts only for this program at this amount, for this account
        agreement_key = f"{offer.program}:{identity.known_account.id}:{offer.amount_cents}"
        if turn.notes.get("agreed") == agreement_key:
            await self._enroll(turn, identity, offer)
            return None
        turn.set(CONFIRM, agreement_key)
        values = {"account": identity.known_account.number, "amount": format_cents(offer.amount_cents)}
        return SlotQuestion(CONFIRM, f"utter_question_program_{offer.program}", values)

    async def _enroll(self, turn: Turn, identity: Identity, offer: ProgramOffer) -> None:
        agreement = turn.agreement_to(f"utter_question_program_{offer.program}", identity)
        try:
            made = await programs.enroll(
                turn.session, turn.backend, identity.known_account.id, offer.program, agreement
            )
        except NotEligible:
            turn.utter("utter_program_changed")
            return
        turn.utter(f"utter_program_joined_{offer.program}", **self._enrollment_values(turn, identity, made))

    def _enrollment_values(self, turn: Turn, identity: Identity, enrollment: ProgramEnrollment) -> dict[str, Any]:
        monthly = ""
        if enrollment.amount_cents is not None:
            monthly = tr(", {amount} a month", amount=format_cents(enrollment.amount_cents))
        return {
            "program_name": formatting.format_program(enrollment.program),
            "account": identity.known_account.number,
            "monthly": monthly,
            "since": format_day(enrollment.started_on, turn.backend.today()),
            "confirmation": enrollment.confirmation,
        }


def _button_payload(act: str, program: str | None = None) -> str:
    values = {ACT: act} | ({PROGRAM: program} if program else {})
    return "/budget_billing" + json.dumps(values)
