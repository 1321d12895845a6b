"""A reset link, or the user ID, to the email on file. The same words whoever is asked about."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

from actions import agenda
from actions.base import Ask, Outside
from actions.identity.forms import CODE, IDENTITY_SLOTS, LAST4, NUMBER, PHONE_TYPED, IdentifiedForm
from actions.turn import Turn
from backend.conversations.models import Conversation
from backend.language import mark, tr
from backend.logins import mail
from backend.logins.service import USER_ID
from backend.members.identity import Standing
from backend.members.service import lacks_separator

NAME = "login_name"
ALONE = re.compile(
    r"(?:(?:it'?s|it is|my user ?(?:id|name)(?: is)?)[: ]+)?(?P<id>\S+?)(?:[ ,]+\d{4})?[.! ]*", re.IGNORECASE
)
NAMED = re.compile(r"user ?(?:id|name)(?: is)?[: ]+(?P<id>\S+)", re.IGNORECASE)
# a word of plain letters may be a user ID, when it was asked for, or just a word; with one of these it is no word
TELLING = re.compile(r"[\d._@+]")
CALLED = {
    "reset_password_form": re.compile(r"\bpass ?words?\b", re.IGNORECASE),
    "recover_user_id_form": re.compile(r"\b(?:user|login) ?(?:ids?|names?)\b", re.IGNORECASE),
}
SOON = timedelta(minutes=10)
UNCLEAR = frozenset({"", "inform", "out_of_scope", "nlu_fallback", "choose"})


class MailForm(IdentifiedForm):
    """Who is meant, and the last four; then the same words in any case."""

    kind: ClassVar[str]
    intro: ClassVar[str]
    outcome: ClassVar[str]
    slots: ClassVar[tuple[str, ...]] = (*IDENTITY_SLOTS, NAME, "identity_failed")

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        name = None if turn.channel == "voice" else _user_id(turn, asked)
        if name is None:
            return False
        turn.set(NAME, name)
        turn.clear(NUMBER)
        return True

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        if turn.just_opened():
            self._keep_the_other(turn)
        if not any(map(turn.has_set, (NUMBER, NAME, LAST4))) and await self._is_on_its_way(turn):
            return None
        who, last4 = turn.get(NAME) or turn.get(NUMBER), turn.get(LAST4)
        known = standing.member is not None
        if turn.just_opened() and not known and not (who and last4):
            turn.say(self.intro)
        if not known and not who and turn.notes.get(PHONE_TYPED):
            return Ask(NUMBER, "utter_question_number_not_phone", new=True)
        if not known and not who:
            return Ask(NUMBER, "utter_question_login_name")
        if not known and not turn.get(NAME) and lacks_separator(who):
            return Ask(NUMBER, "utter_question_separator", {"given": who})
        if not known and not last4:
            return Ask(LAST4, "utter_question_phone_last4")
        turn.clear(CODE, NAME)  # number and last four stay: a password and a user ID are often forgotten together
        try:
            reference = await self._ask_for_mail(turn, standing, who, last4)
        except mail.TooMany:
            turn.say("utter_mail_too_often")
            return None
        turn.say(self.outcome, reference=reference)
        return None

    def _keep_the_other(self, turn: Turn) -> None:
        """`My password and my user ID`: both are forgotten, and one follows the other."""
        others = [form for form, called in CALLED.items() if form != self.form and called.search(turn.text)]
        if others and CALLED[self.form].search(turn.text):
            agenda.add(turn, others[0], "", {})

    async def _is_on_its_way(self, turn: Turn) -> bool:
        """Each mail goes out once; who then gives another number is meant by that one."""
        since = turn.backend.clock.now() - SOON
        asked = await mail.asked_for(turn.session, turn.conversation_id, since)
        sent = next((request for request in asked if request.kind == self.kind), None)
        if sent is None:
            return False
        words = tr(
            "That mail is asked for already, reference {reference}. It can take a few minutes; look among the junk "
            "mail too. If none comes, the office helps: {phone}.",
            reference=sent.reference,
            phone=turn.backend.coop.office_phone_display,
        )
        turn.say("utter_told", told=words)
        return True

    async def _ask_for_mail(self, turn: Turn, standing: Standing, who: str, last4: str) -> str:
        by = {"asked_by": turn.conversation_id, "channel": turn.channel}
        if standing.member is not None:
            return await mail.ask_for(turn.session, turn.backend, self.kind, standing.member, **by)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        source = conversation.source or conversation.id
        return await mail.ask(turn.session, turn.backend, self.kind, who=who, last4=last4, source=source, **by)


class ResetPasswordForm(MailForm):
    form = "reset_password_form"
    task = "password"
    title = mark("resetting the password")
    skill = "reset_password"
    kind = mail.RESET
    intro = "utter_reset_intro"
    outcome = "utter_reset_asked"
    opens_with: ClassVar[frozenset[str]] = frozenset({"reset_password"})


class RecoverUserIdForm(MailForm):
    form = "recover_user_id_form"
    task = "user_id"
    title = mark("recovering the user ID")
    skill = "recover_user_id"
    kind = mail.USER_ID
    intro = "utter_user_id_intro"
    outcome = "utter_user_id_asked"
    opens_with: ClassVar[frozenset[str]] = frozenset({"recover_user_id"})


def _user_id(turn: Turn, asked: str | None) -> str | None:
    found = NAMED.search(turn.text) or (ALONE.fullmatch(turn.text.strip()) if asked == NUMBER else None)
    name = found["id"].strip(".,!?;") if found else ""
    if not USER_ID.fullmatch(name):
        return None
    plain_word = not TELLING.search(name) and not (asked == NUMBER and turn.intent in UNCLEAR)
    return None if plain_word else name
