"""Paperless bills, on and off: an email when a bill is ready in place of paper, with the member's consent."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions import agenda
from actions.accounts.forms import OfSeveralForm
from actions.alerts.questions import number
from actions.base import Ask, Outside
from actions.identity.forms import IDENTITY_SLOTS
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.alerts import service as alerts
from backend.alerts.service import Author
from backend.alerts.wishes import hear
from backend.language import mark, tr
from backend.members.identity import Standing

WISH, AGREED = "paper_wish", "paper_agreed"
NO_PAPER = re.compile(
    r"\b(don'?t|do not|no|not|stop|without|instead of|less|save|quit|end|cancel|off|rid of)\b[\w ]{0,24}"
    r"\b(paper|mail(ed|ing)?|printed)\b(?!less)|\bfrom paper\b",
    re.IGNORECASE,
)
PAPER = re.compile(
    r"\b(stop|end|cancel|quit|leave|off|undo|out of|no(t)?|remove)\b[\w ]{0,24}\b(paper ?less|e-?bills?|electronic)"
    r"|\bpaper\b(?! ?less)|\b(by|in the) (us )?mail\b|\bmail(ed)? (me|it|them|my)\b|\bprinted\b",
    re.IGNORECASE,
)
ELECTRONIC = re.compile(r"\bpaper ?less\b|\be-?(bill|statement|mail)|\belectronic|\bgreen\b|\bonline\b", re.IGNORECASE)
INSTEAD = re.compile(
    r"(?<!instead of )(?<!not )(?<!rather than )\b(?:by|via|through|to|over|as an?) (?:my )?e-?mails?\b"
    r"|\be-?mail(?:ed)?\b.{0,16}\binstead\b(?! of)",
    re.IGNORECASE,
)
"""How they are to come, whatever else is named: "it comes on paper, can it come by email instead"."""
OWN_EMAIL = re.compile(r"\bmy e-?mail\b|@", re.IGNORECASE)
BACK_TO_PAPER = re.compile(r"\bpaper\b.{0,12}\b(?:instead|again|back)\b|\bback (?:to|on) paper\b", re.IGNORECASE)
STATUS = re.compile(r"^(am i|is my|are my|do i|how (do|am|are|is)|check if)\b", re.IGNORECASE)


def wished(text: str) -> str | None:
    """`email` or `paper`: how the member wants bills to come. None when it is not said."""
    if STATUS.search(text.strip()):
        return None
    if NO_PAPER.search(text) or (INSTEAD.search(text) and not BACK_TO_PAPER.search(text)):
        return "email"
    if PAPER.search(text):
        return "paper"
    return "email" if ELECTRONIC.search(text) else None


NOTE = mark("A note of this is on its way to your email.")
NO_NOTE = mark("There is no email on file, so no note of it is sent.")


class BillNotificationsForm(OfSeveralForm):
    form = "bill_notifications_form"
    task = "paperless"
    title = mark("how bills come")
    skill = "bill_notifications"
    slots: ClassVar[tuple[str, ...]] = (WISH, AGREED)
    asks: ClassVar[dict[str, str]] = {WISH: "choice", AGREED: "yes_no"}
    opens_with: ClassVar[frozenset[str]] = frozenset({"bill_notifications"})

    async def cancelled(self, turn: Turn) -> None:
        turn.say("utter_bills_unchanged")

    def _keep_the_alert(self, turn: Turn) -> None:
        """`Go paperless and text me when the bill is ready`: the text is an alert, which comes after this."""
        alert = hear(turn.text)
        by_text = alert.verb == "on" and alert.kinds and "text" in alert.ways
        if by_text and agenda.add(turn, "alerts_form", turn.own_words, {}):
            turn.say("utter_agenda_added", tasks=tr("alerts"))

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if turn.intent == "update_contact_info" and OWN_EMAIL.search(turn.text):
            return False  # a new address is no wish for bills by email
        wish = turn.chosen(WISH)
        if asked is None:
            self._keep_the_alert(turn)
        if asked == AGREED:
            if said_yes(turn):
                turn.notes["agreed"] = True
                return True
            if said_no(turn):
                turn.notes["ended"] = True
                return True
        if wish is None and asked not in IDENTITY_SLOTS and (asked is not None or turn.intent in self.opens_with):
            wish = wished(turn.text)
        if wish is None and asked == WISH and (said_yes(turn) or said_no(turn)):
            wish = "switch" if said_yes(turn) else "stay"
        if wish is None:
            return False
        turn.set(WISH, wish)
        return True

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        assert standing.member is not None
        paperless = await alerts.is_paperless(turn.session, standing.account.id)
        now, other = ("email", "paper") if paperless else ("paper", "email")
        wish = {"switch": other, "stay": now}.get(str(turn.get(WISH)), turn.get(WISH))
        if turn.notes.get("ended"):
            turn.say("utter_bills_unchanged")
            return None
        if wish is None:
            buttons = [choose(tr("Yes, switch"), paper_wish="switch"), choose(tr("No"), paper_wish="stay")]
            return Ask(WISH, "utter_question_bills", {"state": now}, buttons)
        if wish == now:
            turn.say("utter_bills_same", state=now)
            return None
        if wish == "email" and not standing.member.email:
            turn.say("utter_bills_no_email")
            return None
        values: dict[str, Any] = {"account": standing.account.number, "email": standing.member.email or ""}
        if not turn.notes.get("agreed"):
            buttons = [{"title": tr("Yes, do it"), "payload": "/affirm"}, {"title": tr("No"), "payload": "/deny"}]
            return Ask(AGREED, f"utter_question_bills_{wish}", values, buttons)
        await self._switch(turn, standing, wish)
        return None

    async def _switch(self, turn: Turn, standing: Standing, wish: str) -> None:
        assert standing.account is not None
        author = Author(
            turn.conversation_id,
            turn.channel,
            int(standing.level),
            wording=turn.words_of(f"utter_question_bills_{wish}"),
            reply=turn.said,
        )
        switch = alerts.go_paperless if wish == "email" else alerts.back_to_paper
        quoted = await switch(turn.session, turn.backend, standing.account, author)
        emailed = standing.member is not None and bool(standing.member.email)
        turn.say(f"utter_bills_now_{wish}", note=tr(NOTE if emailed else NO_NOTE), **number(quoted))
