"""Budget and levelized billing: what each would cost, who may have it, enrolling and leaving."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from actions import side_questions
from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.budget_billing import program_words
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.words import day_words
from actions.yes_no import said_no, said_yes
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.programs import service as programs
from backend.programs.models import Enrolment
from backend.programs.rules import BUDGET, LEVELIZED
from backend.programs.service import Agreed, NotEligible, Offer
from backend.reading.amount import Amount

PROGRAM, ACT, CONFIRM, TOLD = "program", "program_act", "program_confirm", "program_told"

JOIN, LEAVE, LOOK = "join", "leave", "look"
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
EXPLAIN = re.compile(
    r"\b(what (is|are|billing)|what's (budget|lev|the (budget|diff))|how (do|does|is)|tell me|explain|difference)\b",
    re.IGNORECASE,
)
NAMED = {BUDGET: re.compile(r"\bbud?[gj]|\bbugd", re.I), LEVELIZED: re.compile(r"\blev|\baverag", re.I)}
AGREE = re.compile(r"(yes[, ]*)?(please )?(enrol|enroll|leave|ok|okay|do it)( me| it)?( please)?[.! ]*", re.IGNORECASE)


class BudgetForm(OfSeveralForm):
    form = "budget_form"
    task = "budget_billing"
    title = mark("budget or levelized billing")
    skill = "budget_billing"
    opens_with: ClassVar[frozenset[str]] = frozenset({"budget_billing"})
    slots: ClassVar[tuple[str, ...]] = (PROGRAM, ACT, CONFIRM, TOLD)
    asks: ClassVar[dict[str, str]] = {PROGRAM: "choice", CONFIRM: "yes_no"}
    shows_first = True

    # hearing

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if turn.chosen(PROGRAM) or turn.chosen(ACT):
            turn.set(PROGRAM, turn.chosen(PROGRAM))
            turn.set(ACT, turn.chosen(ACT) or JOIN)
            return True
        if asked in IDENTITY_SLOTS:
            return False
        if asked in (PROGRAM, CONFIRM):
            return self._hear_answer(turn, asked)
        if turn.intent in self.opens_with:
            turn.set(PROGRAM, _named(turn.text))
            turn.set(ACT, _act(turn.text))
            return True
        return False

    def _hear_answer(self, turn: Turn, asked: str) -> bool:
        named = _named(turn.text)
        if said_no(turn):
            turn.notes["declined"] = True
        elif asked == CONFIRM and turn.get(CONFIRM) and (AGREE.fullmatch(turn.text.strip()) or said_yes(turn)):
            turn.notes["agreed"] = turn.get(CONFIRM)
        elif named:
            turn.set(PROGRAM, named)
            turn.set(ACT, LEAVE if LEAVING.search(turn.text) else JOIN)
        elif not turn.does("ask") and isinstance(turn.read("pay_amount").amount, Amount):
            turn.say("utter_program_own_amount")
        else:
            return False
        return True

    async def _answer_questions(self, turn: Turn) -> bool:
        if turn.just_opened() and EXPLAIN.search(turn.text):  # what the programs are is told below, once
            return await side_questions.answer_others(turn, self.form)
        return await super()._answer_questions(turn)

    # asking

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        if turn.just_opened() and EXPLAIN.search(turn.text):
            # what the programs are is no secret: said before it is asked who wants to know
            turn.say("utter_programs_explained")
        return await super().next_ask(turn)

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        if turn.notes.get("declined"):
            turn.say("utter_program_left_alone")
            return None
        assert standing.account is not None  # level 1 is a level on an account
        enrolment = await programs.enrolment(turn.session, standing.account.id)
        if turn.get(ACT) == LEAVE:
            return await self._ask_leave(turn, standing, enrolment)
        if enrolment is not None:
            turn.say("utter_program_enrolled", **self._enrolled(turn, standing, enrolment), buttons=leave_buttons())
            return None
        return await self._ask_join(turn, standing)

    async def _ask_leave(self, turn: Turn, standing: Standing, enrolment: Enrolment | None) -> Ask | None:
        if enrolment is None:
            turn.say("utter_program_not_enrolled")
            return None
        values = self._enrolled(turn, standing, enrolment)
        if turn.notes.get("agreed") == f"leave:{enrolment.id}":
            assert standing.account is not None
            await programs.leave(turn.session, turn.backend, standing.account.id, self._agreed(turn, standing, LEAVE))
            turn.say("utter_program_left", **values)
            return None
        turn.set(CONFIRM, f"leave:{enrolment.id}")
        return Ask(CONFIRM, "utter_question_program_leave", values)

    async def _ask_join(self, turn: Turn, standing: Standing) -> Ask | None:
        assert standing.account is not None
        offers = await programs.offers(turn.session, turn.backend, standing.account.id)
        chosen = next((offer for offer in offers if offer.program == turn.get(PROGRAM)), None)
        if chosen is not None and turn.get(ACT) == JOIN:
            if chosen.eligible:
                return await self._ask_yes(turn, standing, chosen)
            turn.clear(PROGRAM)
            turn.say("utter_program_refused", **program_words.refused(chosen))
            offers = [offer for offer in offers if offer.eligible]
        elif not turn.get(TOLD):
            self._compare(turn, offers)
        open_offers = [offer for offer in offers if offer.eligible]
        if not open_offers:
            return None
        buttons = [
            {
                "title": tr("Join {program}", program=program_words.name(offer.program)),
                "payload": _payload(JOIN, offer.program),
            }
            for offer in open_offers
        ]
        buttons.append({"title": tr("No, thank you"), "payload": "/deny"})
        return Ask(PROGRAM, "utter_question_program", {"offered": program_words.either(open_offers)}, buttons)

    def _compare(self, turn: Turn, offers: list[Offer]) -> None:
        turn.set(TOLD, True)
        if offers[0].cost.actual_cents:
            turn.say("utter_program_compare", **program_words.compared(offers))
        for offer in offers:
            if not offer.eligible:
                turn.say("utter_program_refused", **program_words.refused(offer))

    async def _ask_yes(self, turn: Turn, standing: Standing, offer: Offer) -> Ask | None:
        assert standing.account is not None
        # what is agreed to is this program at this amount, for this account
        agreed = f"{offer.program}:{standing.account.id}:{offer.amount_cents}"
        if turn.notes.get("agreed") == agreed:
            await self._enrol(turn, standing, offer)
            return None
        turn.set(CONFIRM, agreed)
        values = {"account": standing.account.number, "amount": format_cents(offer.amount_cents)}
        return Ask(CONFIRM, f"utter_question_program_{offer.program}", values)

    async def _enrol(self, turn: Turn, standing: Standing, offer: Offer) -> None:
        assert standing.account is not None
        yes = self._agreed(turn, standing, offer.program)
        try:
            made = await programs.enrol(turn.session, turn.backend, standing.account.id, offer.program, yes)
        except NotEligible:
            turn.say("utter_program_changed")
            return
        turn.say(f"utter_program_joined_{offer.program}", **self._enrolled(turn, standing, made))

    def _agreed(self, turn: Turn, standing: Standing, asked: str) -> Agreed:
        return Agreed(
            conversation_id=turn.conversation_id,
            channel=turn.channel,
            level=int(standing.level),
            wording=turn.words_of(f"utter_question_program_{asked}"),
            reply=turn.said,
        )

    def _enrolled(self, turn: Turn, standing: Standing, made: Enrolment) -> dict[str, Any]:
        assert standing.account is not None
        monthly = ""
        if made.amount_cents is not None:
            monthly = tr(", {amount} a month", amount=format_cents(made.amount_cents))
        return {
            "program_name": program_words.name(made.program),
            "account": standing.account.number,
            "monthly": monthly,
            "since": day_words(made.started_on, turn.backend.today()),
            "confirmation": made.confirmation,
        }


def _payload(act: str, program: str | None = None) -> str:
    values = {ACT: act} | ({PROGRAM: program} if program else {})
    return "/budget_billing" + json.dumps(values)


def leave_buttons() -> list[dict[str, str]]:
    return [{"title": tr("Leave it"), "payload": _payload(LEAVE)}, {"title": tr("Keep it"), "payload": "/thank"}]


def _named(words: str) -> str | None:
    """The one program that the words name; none where they name both."""
    found = [program for program, pattern in NAMED.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def _act(words: str) -> str:
    if QUESTION.search(words):
        return LOOK
    if LEAVING.search(words):
        return LEAVE
    return JOIN if JOINING.search(words) else LOOK
