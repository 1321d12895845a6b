"""Legacy drafts: shown, changed, removed. New ones are not made; Auto Pay is offered in their place."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions.accounts.forms import OfSeveralForm
from actions.agenda import wishes
from actions.autopay import questions
from actions.autopay.details import agreement_of
from actions.autopay.hearing import CHANGE, STOP, find, hear_method
from actions.autopay.listening import AGREE
from actions.base import Ask, Outside
from actions.free_text import LOOK
from actions.identity.forms import IDENTITY_SLOTS
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import date_words, day_words
from actions.yes_no import said_no, said_yes
from backend.autopay import service
from backend.autopay.models import LegacyDraft
from backend.autopay.schedule import active_draft, first_day, takes_effect
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.payments import gate
from backend.payments import service as payments
from backend.payments.models import PaymentMethod

ACT, METHOD, CONFIRM = "draft_act", "draft_method", "draft_confirm"
EXPLAIN = re.compile(
    r"\b(what('s| is| are| does)|difference|same as|why can'?t|new drafts?|still work|set ?up a|sign up|should i|"
    r"can i (get|start|set)|start a|add a)\b",
    re.IGNORECASE,
)


class DraftForm(OfSeveralForm):
    form = "draft_form"
    task = "bank_draft"
    title = mark("the bank draft")
    skill = "bank_draft"
    explains = "utter_draft_where"
    opens_with: ClassVar[frozenset[str]] = frozenset({"bank_draft"})
    slots: ClassVar[tuple[str, ...]] = (ACT, METHOD, CONFIRM)
    asks: ClassVar[dict[str, str]] = {ACT: "choice", METHOD: "method", CONFIRM: "yes_no"}
    shows_first = True

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_choices(turn)
        if turn.intent in self.opens_with and asked not in IDENTITY_SLOTS:
            heard = self._hear_act(turn) or heard
            told = "explained" in turn.notes
            if turn.text and not told and EXPLAIN.search(turn.text) and turn.get(ACT) in (None, "show"):
                turn.say("utter_draft_explained")
        if asked == ACT and not heard:
            heard = self._hear_act(turn)
        if (method := await hear_method(turn, asked, METHOD)) or turn.notes.get("new_method"):
            turn.set(METHOD, method)
            turn.set(ACT, "edit")
            heard = True
        if asked == CONFIRM and not heard:
            yes = bool(AGREE.fullmatch(turn.text.strip())) or said_yes(turn)
            if yes or said_no(turn):
                turn.notes["yes"] = yes
                heard = True
        return heard

    def account_changed(self, turn: Turn) -> None:
        turn.clear(CONFIRM)

    def _hear_choices(self, turn: Turn) -> bool:
        chosen = {slot: turn.chosen(slot) for slot in (ACT, METHOD)}
        for slot, value in chosen.items():
            if value is not None:
                turn.set(slot, value)
        return any(value is not None for value in chosen.values())

    def _hear_act(self, turn: Turn) -> bool:
        words = turn.text.strip()
        if said_no(turn):
            turn.set(ACT, "leave")
        elif LOOK.search(words) or EXPLAIN.search(words):
            turn.set(ACT, "show")
        elif STOP.search(words):
            turn.set(ACT, "remove")
        elif CHANGE.search(words):
            turn.set(ACT, "edit")
        else:
            return False
        return True

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        draft = await active_draft(turn.session, standing.account.id)
        if draft is None or not draft.wanted:
            await self._none(turn, standing.account.id)
            return None
        act = turn.get(ACT)
        if act == "leave" or turn.notes.get("yes") is False:
            turn.say("utter_draft_left")
            return None
        if act == "edit":
            return await self._edit(turn, standing, draft)
        if act == "remove":
            return await self._remove(turn, standing, draft)
        method = await turn.session.get_one(PaymentMethod, draft.method_id)
        turn.say("utter_draft_shown", method=method.label, next=await self._next(turn, draft))
        buttons = [
            choose(tr("Another card or account"), draft_act="edit"),
            choose(tr("Remove it"), draft_act="remove"),
            choose(tr("Leave it as it is"), draft_act="leave"),
        ]
        return Ask(ACT, "utter_question_draft_act", {}, buttons)

    async def _next(self, turn: Turn, draft: LegacyDraft) -> str:
        return questions.next_words(await service.next_of(turn.session, turn.backend, draft), turn.backend.today())

    async def _none(self, turn: Turn, account_id: int) -> None:
        row = await service.autopay_of(turn.session, account_id)
        if row is None:
            turn.say("utter_draft_none")
            if not turn.get("paused_task") and not wishes(turn):
                turn.say("utter_draft_offer")
                turn.set("offer", "autopay_form")
            return
        method = await turn.session.get_one(PaymentMethod, row.change_method_id or row.method_id)
        coming = await service.next_of(turn.session, turn.backend, row)
        turn.say(
            "utter_draft_none_autopay",
            method=method.label,
            when=questions.when(row.day_of_month if row.active else row.change_day_of_month),
            next=questions.next_words(coming, turn.backend.today()),
        )

    async def _edit(self, turn: Turn, standing: Standing, draft: LegacyDraft) -> Ask | None:
        assert standing.account is not None
        assert standing.member is not None
        if turn.notes.get("new_method"):
            turn.say("utter_auto_new_method")
        day = first_day(turn.backend.today(), turn.backend.coop)
        saved = await payments.saved_methods(turn.session, standing.member.id)
        usable = [each for each in saved if (gate.method_ends(each) or day) >= day]
        method = find([each for each in usable if each.id != draft.method_id], turn.get(METHOD))
        if not [each for each in usable if each.id != draft.method_id]:
            turn.say("utter_auto_no_method")
            return None
        if method is None:
            return questions.ask_method(METHOD, turn, [each for each in usable if each.id != draft.method_id])
        if not turn.notes.get("yes"):
            return Ask(CONFIRM, "utter_question_draft_confirm", await self._words(turn, standing, draft, method))
        agreement = agreement_of(turn, standing, "utter_question_draft_confirm")
        done = await service.change_draft(
            turn.session, turn.backend, account_id=standing.account.id, method_id=method.id, agreement=agreement
        )
        turn.say("utter_draft_changed", **questions.done_words(turn, done, method.label, None))
        return None

    async def _words(self, turn: Turn, standing: Standing, draft: LegacyDraft, method: PaymentMethod) -> dict[str, Any]:
        assert standing.account is not None
        assert standing.member is not None
        today = turn.backend.today()
        return {
            "name": standing.member.name,
            "account": standing.account.number,
            "method": method.label,
            "fee_words": questions.fee_words(turn, method),
            "starting": questions.starting(turn, await service.next_of(turn.session, turn.backend, draft)),
            "today": date_words(today),
        }

    async def _remove(self, turn: Turn, standing: Standing, draft: LegacyDraft) -> Ask | None:
        assert standing.account is not None
        if not turn.notes.get("yes"):
            today = turn.backend.today()
            coming = await service.next_of(turn.session, turn.backend, draft)
            values = {
                "account": standing.account.number,
                "late": takes_effect(today, coming.on if coming else None, turn.backend.coop) > today,
                "next_day": day_words(coming.on, today) if coming else "",
            }
            return Ask(CONFIRM, "utter_question_draft_remove", values)
        agreement = agreement_of(turn, standing, "utter_question_draft_remove")
        done = await service.remove_draft(
            turn.session, turn.backend, account_id=standing.account.id, agreement=agreement
        )
        turn.say("utter_draft_removed", **questions.done_words(turn, done, "", None))
        return None
