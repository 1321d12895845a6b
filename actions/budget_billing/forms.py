"""Budget and levelized billing: what each would cost, who may have it, enrolling and leaving."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from actions import side_questions
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.budget_billing import formatting
from actions.formatting import format_day
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.programs import service as programs
from backend.programs.models import ProgramEnrollment
from backend.programs.rules import BUDGET, LEVELIZED
from backend.programs.service import NotEligible, ProgramConsent, ProgramOffer
from backend.reading.money.amount import Amount

PROGRAM, ACT, CONFIRM, COMPARED = "program", "program_act", "program_confirm", "program_told"

JOIN, LEAVE, VIEW = "join", "leave", "look"
LEAVING = re.compile(
    r"\b(cancel|stop|leave|quit|end|remove|unenrol|get off|get out|take me off|off|don'?t want|no longer)\b",
    re.IGNORECASE,
)
JOINING = re.compile(
    r"\b(sign (me )?up|enrol|enroll|put me on|get (me )?on|go on|be on|join|start|set up|i want|i'd like|i need)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\b(what|how|why|which|when|who|would|should|tell me about|difference|versus|am i|is my)\b", re.I
)
ASKS_FOR_EXPLANATION = re.compile(
    r"\b(what (is|are|billing)|what's (budget|lev|the (budget|diff))|how (do|does|is)|tell me|explain|difference)\b",
    re.IGNORECASE,
)
PROGRAM_NAMES = {BUDGET: re.compile(r"\bbud?[gj]|\bbugd", re.I), LEVELIZED: re.compile(r"\blev|\baverag", re.I)}
AGREE_WORDS = re.compile(
    r"(yes[, ]*)?(please )?(enrol|enroll|leave|ok|okay|do it)( me| it)?( please)?[.! ]*", re.IGNORECASE
)


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

    # hearing

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
            turn.set(PROGRAM, _extract_program(turn.text))
            turn.set(ACT, _extract_act(turn.text))
            return True
        return False

    def _extract_answer(self, turn: Turn, asked: str) -> bool:
        named = _extract_program(turn.text)
        if is_no(turn):
            turn.notes["declined"] = True
        elif asked == CONFIRM and turn.get(CONFIRM) and (AGREE_WORDS.fullmatch(turn.text.strip()) or is_yes(turn)):
            turn.notes["agreed"] = turn.get(CONFIRM)
        elif named:
            turn.set(PROGRAM, named)
            turn.set(ACT, LEAVE if LEAVING.search(turn.text) else JOIN)
        elif not turn.has_act("ask") and isinstance(turn.extract_values("pay_amount").amount, Amount):
            turn.utter("utter_program_own_amount")
        else:
            return False
        return True

    async def _answer_questions(self, turn: Turn) -> bool:
        if turn.was_just_opened() and ASKS_FOR_EXPLANATION.search(
            turn.text
        ):  # what the programs are is told below, once
            return await side_questions.answer_others(turn, self.form)
        return await super()._answer_questions(turn)

    # asking

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        if turn.was_just_opened() and ASKS_FOR_EXPLANATION.search(turn.text):
            # what the programs are is no secret: said before it is asked who wants to know
            turn.utter("utter_programs_explained")
        return await super().next_question(turn)

    async def next_task_question(self, turn: Turn, standing: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.notes.get("declined"):
            turn.utter("utter_program_left_alone")
            return None
        assert standing.account is not None  # level 1 is a level on an account
        enrolment = await programs.find_enrollment(turn.session, standing.account.id)
        if turn.get(ACT) == LEAVE:
            return await self._ask_leave(turn, standing, enrolment)
        if enrolment is not None:
            turn.utter(
                "utter_program_enrolled",
                **self._enrollment_values(turn, standing, enrolment),
                buttons=build_leave_buttons(),
            )
            return None
        return await self._ask_join(turn, standing)

    async def _ask_leave(
        self, turn: Turn, standing: Identity, enrolment: ProgramEnrollment | None
    ) -> SlotQuestion | None:
        if enrolment is None:
            turn.utter("utter_program_not_enrolled")
            return None
        values = self._enrollment_values(turn, standing, enrolment)
        if turn.notes.get("agreed") == f"leave:{enrolment.id}":
            assert standing.account is not None
            await programs.end_enrollment(
                turn.session, turn.backend, standing.account.id, self._build_agreement(turn, standing, LEAVE)
            )
            turn.utter("utter_program_left", **values)
            return None
        turn.set(CONFIRM, f"leave:{enrolment.id}")
        return SlotQuestion(CONFIRM, "utter_question_program_leave", values)

    async def _ask_join(self, turn: Turn, standing: Identity) -> SlotQuestion | None:
        assert standing.account is not None
        offers = await programs.list_offers(turn.session, turn.backend, standing.account.id)
        chosen = next((offer for offer in offers if offer.program == turn.get(PROGRAM)), None)
        if chosen is not None and turn.get(ACT) == JOIN:
            if chosen.is_eligible:
                return await self._ask_confirm(turn, standing, chosen)
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
        return SlotQuestion(
            PROGRAM, "utter_question_program", {"offered": formatting.join_programs(open_offers)}, buttons
        )

    def _send_comparison(self, turn: Turn, offers: list[ProgramOffer]) -> None:
        turn.set(COMPARED, True)
        if offers[0].cost.actual_cents:
            turn.utter("utter_program_compare", **formatting.comparison_values(offers))
        for offer in offers:
            if not offer.is_eligible:
                turn.utter("utter_program_refused", **formatting.refusal_values(offer))

    async def _ask_confirm(self, turn: Turn, standing: Identity, offer: ProgramOffer) -> SlotQuestion | None:
        assert standing.account is not None
        # what is agreed to is this program at this amount, for this account
        agreed = f"{offer.program}:{standing.account.id}:{offer.amount_cents}"
        if turn.notes.get("agreed") == agreed:
            await self._enroll(turn, standing, offer)
            return None
        turn.set(CONFIRM, agreed)
        values = {"account": standing.account.number, "amount": format_cents(offer.amount_cents)}
        return SlotQuestion(CONFIRM, f"utter_question_program_{offer.program}", values)

    async def _enroll(self, turn: Turn, standing: Identity, offer: ProgramOffer) -> None:
        assert standing.account is not None
        yes = self._build_agreement(turn, standing, offer.program)
        try:
            made = await programs.enroll(turn.session, turn.backend, standing.account.id, offer.program, yes)
        except NotEligible:
            turn.utter("utter_program_changed")
            return
        turn.utter(f"utter_program_joined_{offer.program}", **self._enrollment_values(turn, standing, made))

    def _build_agreement(self, turn: Turn, standing: Identity, asked: str) -> ProgramConsent:
        return ProgramConsent(
            conversation_id=turn.conversation_id,
            channel=turn.channel,
            level=int(standing.level),
            wording=turn.last_text_of(f"utter_question_program_{asked}"),
            reply=turn.exact_reply,
        )

    def _enrollment_values(self, turn: Turn, standing: Identity, made: ProgramEnrollment) -> dict[str, Any]:
        assert standing.account is not None
        monthly = ""
        if made.amount_cents is not None:
            monthly = tr(", {amount} a month", amount=format_cents(made.amount_cents))
        return {
            "program_name": formatting.format_program(made.program),
            "account": standing.account.number,
            "monthly": monthly,
            "since": format_day(made.started_on, turn.backend.today()),
            "confirmation": made.confirmation,
        }


def _button_payload(act: str, program: str | None = None) -> str:
    values = {ACT: act} | ({PROGRAM: program} if program else {})
    return "/budget_billing" + json.dumps(values)


def build_leave_buttons() -> list[dict[str, str]]:
    return [{"title": tr("Leave it"), "payload": _button_payload(LEAVE)}, {"title": tr("Keep it"), "payload": "/thank"}]


def _extract_program(words: str) -> str | None:
    """The one program that the words name; none where they name both."""
    found = [program for program, pattern in PROGRAM_NAMES.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def _extract_act(words: str) -> str:
    if QUESTION.search(words):
        return VIEW
    if LEAVING.search(words):
        return LEAVE
    return JOIN if JOINING.search(words) else VIEW
