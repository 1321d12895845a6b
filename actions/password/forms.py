"""Sends a password reset link or the user ID to the email on file."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from actions import agenda
from actions.base import ExternalCall, SlotQuestion
from actions.identity.forms import CODE, IDENTITY_SLOTS, LAST4, NUMBER, PHONE_TYPED, IdentifiedForm
from actions.turn import Turn
from backend.conversations.models import Conversation
from backend.language import mark, tr
from backend.logins import recovery_mail
from backend.logins.service import USER_ID
from backend.members.identity import Identity
from backend.members.service import lacks_account_suffix
from backend.reading.contact.contact_change import (
    extract_user_id,
    forgets,
    has_user_id_characters,
)

LOGIN_NAME = "login_name"
OTHER_FORM = {"reset_password_form": "recover_user_id_form", "recover_user_id_form": "reset_password_form"}
RESEND_WINDOW = timedelta(minutes=10)
UNCLEAR_INTENTS = frozenset({"", "inform", "out_of_scope", "nlu_fallback", "choose"})


class LoginMailForm(IdentifiedForm):
    """Asks for a user ID or number and the last four. The reply is always the same: nobody learns who is a member."""

    backend_package = "backend.logins"
    kind: ClassVar[str]
    intro: ClassVar[str]
    outcome: ClassVar[str]
    slots: ClassVar[tuple[str, ...]] = (*IDENTITY_SLOTS, LOGIN_NAME, "identity_failed")

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        name = None if turn.channel == "voice" else _extract_user_id(turn, asked)
        if name is None:
            return False
        turn.set(LOGIN_NAME, name)
        turn.clear(NUMBER)
        return True

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.was_just_opened() and forgets("password", turn.text) and forgets("user_id", turn.text):
            agenda.add_item(turn, OTHER_FORM[self.form], "", {})
        if not any(map(turn.was_set, (NUMBER, LOGIN_NAME, LAST4))) and await self._is_mail_pending(turn):
            return None
        who, last4 = turn.get(LOGIN_NAME) or turn.get(NUMBER), turn.get(LAST4)
        known = identity.member is not None
        if turn.was_just_opened() and not known and not (who and last4):
            turn.utter(self.intro)
        if not known and not who and turn.notes.get(PHONE_TYPED):
            return SlotQuestion(NUMBER, "utter_question_number_not_phone", is_new=True)
        if not known and not who:
            return SlotQuestion(NUMBER, "utter_question_login_name")
        if not known and not turn.get(LOGIN_NAME) and lacks_account_suffix(who):
            return SlotQuestion(NUMBER, "utter_question_separator", {"given": who})
        if not known and not last4:
            return SlotQuestion(LAST4, "utter_question_phone_last4")
        turn.clear(CODE, LOGIN_NAME)  # number and last four stay: password and user ID are often forgotten together
        try:
            reference = await self._request_mail(turn, identity, who, last4)
        except recovery_mail.TooManyRequests:
            turn.utter("utter_mail_too_often")
            return None
        turn.utter(self.outcome, reference=reference)
        return None

    async def _is_mail_pending(self, turn: Turn) -> bool:
        """If this conversation asked for the mail within RESEND_WINDOW, say so: it is not sent twice."""
        since = turn.backend.clock.now() - RESEND_WINDOW
        requests = await recovery_mail.list_requests(turn.session, turn.conversation_id, since)
        sent = next((request for request in requests if request.kind == self.kind), None)
        if sent is None:
            return False
        words = tr(
            "That mail is asked for already, reference {reference}. It can take a few minutes; look among the junk "
            "mail too. If none comes, the office helps: {phone}.",
            reference=sent.reference,
            phone=turn.backend.coop.office_phone_display,
        )
        turn.utter("utter_told", told=words)
        return True

    async def _request_mail(self, turn: Turn, identity: Identity, who: str, last4: str) -> str:
        """Ask the worker for the mail. Returns the reference; raises TooManyRequests."""
        by = {"asked_by": turn.conversation_id, "channel": turn.channel}
        if identity.member is not None:
            return await recovery_mail.request_mail_for_member(
                turn.session, turn.backend, self.kind, identity.member, **by
            )
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        source = conversation.source or conversation.id
        return await recovery_mail.request_mail(
            turn.session, turn.backend, self.kind, who=who, last4=last4, source=source, **by
        )


class ResetPasswordForm(LoginMailForm):
    form = "reset_password_form"
    task = "password"
    title = mark("resetting the password")
    skill = "reset_password"
    kind = recovery_mail.RESET
    intro = "utter_reset_intro"
    outcome = "utter_reset_asked"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"reset_password"})


class RecoverUserIdForm(LoginMailForm):
    form = "recover_user_id_form"
    task = "user_id"
    title = mark("recovering the user ID")
    skill = "recover_user_id"
    kind = recovery_mail.USER_ID
    intro = "utter_user_id_intro"
    outcome = "utter_user_id_asked"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"recover_user_id"})


def _extract_user_id(turn: Turn, asked: str | None) -> str | None:
    name = extract_user_id(turn.text, bare=asked == NUMBER)
    if not USER_ID.fullmatch(name):
        return None
    plain_word = not has_user_id_characters(name) and not (asked == NUMBER and turn.intent in UNCLEAR_INTENTS)
    return None if plain_word else name
