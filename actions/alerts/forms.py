"""Alerts: which ones, by which channels and with which threshold, then a read-back and a yes."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions.accounts.forms import AccountForm
from actions.alerts import questions
from actions.alerts.wishes import answer_notice_wish
from actions.base import ExternalCall, SlotQuestion
from actions.follow_ups import LAST_SUBJECT
from actions.form import MISS_INTENTS
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.alerts import service as alerts
from backend.alerts.kinds import KINDS, InvalidThreshold, check_threshold
from backend.alerts.parsing import (
    AlertRequest,
    extract_threshold,
    find_notice_wish,
    is_stop_all_texts,
    parse_alert_request,
)
from backend.alerts.reminder_days import NEAREST_DAYS, find_reminder_days, wants_single_reminder
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.members.service import list_member_accounts
from backend.providers.billing.system import find_system
from backend.reading.acts.task_control import begins_as_question, wants_nothing_else
from backend.reading.normalize import to_plain_text
from backend.reading.numbers.account_separator import means_all_accounts, mentions_home
from backend.reading.texts.alert_replies import may_name_several, names_own_places, turns_those_off

WHAT, VERB, WAYS, THRESHOLD, AGREED = "alert_what", "alert_verb", "alert_ways", "alert_level", "alert_agreed"
DENIED = "alert_denied"
SCOPE = "alert_scope"
"""The words that may name several accounts: `both of them`, `for the house and the barn`."""
STOP_TEXTS_SUBJECT = "stop_texts"  # in knowledge/


class AlertsForm(AccountForm):
    form = "alerts_form"
    task = "alerts"
    title = mark("alerts")
    skill = "manage_alerts"
    explanation_response = "utter_alerts_explained"
    slots: ClassVar[tuple[str, ...]] = (WHAT, VERB, WAYS, DENIED, THRESHOLD, SCOPE, AGREED)
    asks: ClassVar[dict[str, str]] = {WHAT: "several", THRESHOLD: "amount", WAYS: "several", AGREED: "yes_no"}
    shows_status_first = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"manage_alerts"})

    async def send_canceled(self, turn: Turn) -> None:
        turn.utter("utter_alerts_left")

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """Say at once, before any identification, if there is no such alert, and offer the nearest one."""
        wish = find_notice_wish(turn.text, turn.focused_text, has_shutoff_dates=_has_shutoff_dates(turn))
        is_single = self._wants_single(turn)
        if turn.other_action_answered(self.form) or (wish != "shutoff" and not is_single):
            return await super()._start(turn)
        self._pause_open_task(turn)
        turn.set("open_task", None)
        if wish == "shutoff":
            answer_notice_wish(turn)
        else:
            questions.tell_no_single_reminder(turn)
        self._close_task(turn)
        return None

    # reading the message

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if self._extract_buttons(turn):
            return True
        is_due_alone = set(turn.get(WHAT) or ()) <= {"bill_due"}
        if asked in (AGREED, WAYS, WHAT) and is_due_alone and self._wants_single(turn, is_about_reminders=True):
            turn.clear(WHAT, WAYS, VERB)
            turn.notes["another"] = turn.notes["single"] = True
            return True
        if self._extract_scope(turn, asked):
            return True
        if asked == AGREED and self._extract_agreement(turn):
            return True
        if asked == WHAT and not self._names_alert(turn) and (is_no(turn) or wants_nothing_else(turn.text.strip())):
            turn.notes["ended"] = True
            return True
        if asked == THRESHOLD and self._extract_threshold(turn):
            return True
        if not turn.text:
            return False
        is_other_intent = asked is not None and turn.intent not in MISS_INTENTS | self.opening_intents
        if is_other_intent and (asked == THRESHOLD or begins_as_question(turn.text.strip())):
            return False
        if asked in IDENTITY_SLOTS and turn.intent not in self.opening_intents:
            return False  # a number is then a member number, and no threshold
        request = self._parse_request(turn, asked)
        questions.tell_reminder_days(turn, turn.notes.get("reminder_days") or ())
        self._send_unsupported_alerts(turn, request)
        return self._save_request(turn, request, asked)

    def _extract_scope(self, turn: Turn, asked: str | None) -> bool:
        """Keep the words that may name accounts. Returns whether they change the scope at the read-back."""
        if asked in IDENTITY_SLOTS or not turn.text:
            return False
        if asked is None or means_all_accounts(turn.text) or may_name_several(turn.text):
            before = turn.get(SCOPE)
            turn.set(SCOPE, turn.text)
            changes = asked == AGREED and before != turn.text and not is_yes(turn)
            return changes and not self._changes_request(turn)
        return False

    def _changes_request(self, turn: Turn) -> bool:
        """`Text only, and make it two days` is about more than the accounts."""
        request = self._parse_request(turn, AGREED)
        return bool(request.kinds or request.channels or request.unwanted_channels)

    def _wants_single(self, turn: Turn, *, is_about_reminders: bool = False) -> bool:
        """Whether a reminder at one moment is wanted, and no other alert."""
        if not turn.text or not wants_single_reminder(turn.text, is_about_reminders=is_about_reminders):
            return False
        request = parse_alert_request(turn.text)
        return request.verb == "on" and set(request.kinds) <= {"bill_due"}

    def _parse_request(self, turn: Turn, asked: str | None) -> AlertRequest:
        """What the message asks for. One alert has one count of days: of several the earliest, and that is told."""
        request = parse_alert_request(turn.text, has_shutoff_dates=_has_shutoff_dates(turn))
        is_about_due = asked in (AGREED, WAYS) and set(turn.get(WHAT) or ()) == {"bill_due"} and not request.kinds
        if request.verb != "on" or not (is_about_due or "bill_due" in request.kinds):
            return request
        if days := find_reminder_days(turn.text, may_be_bare=is_about_due and asked == AGREED):
            request.kinds["bill_due"] = max(days[0], NEAREST_DAYS)
            turn.notes["reminder_days"] = days
        return request

    async def _find_accounts(self, turn: Turn, identity: Identity) -> list[Account]:
        """The accounts that the alerts are for: several only where the member named them."""
        scope, own = str(turn.get(SCOPE) or ""), identity.known_account
        found = await list_member_accounts(turn.session, identity.known_member.id)
        accounts = [one for one in found if one.status == "open"]
        if means_all_accounts(scope) or names_own_places(scope):
            return accounts if len(accounts) > 1 else [own]
        named = [one for one in accounts if _is_named(one, scope)]
        return named if len(named) > 1 else [own]

    def _names_alert(self, turn: Turn) -> bool:
        """`No, not those: text me when the power is out` refuses none of it."""
        return bool(parse_alert_request(turn.text, has_shutoff_dates=_has_shutoff_dates(turn)).kinds)

    def _send_unsupported_alerts(self, turn: Turn, request: AlertRequest) -> None:
        """Say once what account alerts cannot do: stop all texts."""
        just_answered = turn.get(LAST_SUBJECT) == STOP_TEXTS_SUBJECT
        if is_stop_all_texts(turn.text) and request.verb == "off" and not request.kinds and not just_answered:
            answer = turn.backend.knowledge.answer_subject(STOP_TEXTS_SUBJECT, turn.backend.coop, turn.language)
            turn.utter("utter_told", told=answer.text)
            turn.set(LAST_SUBJECT, STOP_TEXTS_SUBJECT)

    def _extract_buttons(self, turn: Turn) -> bool:
        names, channels = turn.button_value(WHAT), turn.button_value(WAYS)
        if names:
            turn.set(WHAT, {name: None for name in names.split(",") if name in KINDS})
            turn.set(VERB, "on")
        if channels:
            turn.set(WAYS, channels.split(","))
        return bool(names or channels)

    def _extract_agreement(self, turn: Turn) -> bool:
        request = self._parse_request(turn, AGREED)
        if turns_those_off(turn.text) and not request.kinds:
            turn.set(VERB, "off")
            return True
        if request.kinds or (request.channels and sorted(request.channels) != turn.get(WAYS)):
            return False  # "yes, but by email" and "no, by text" change the request
        if is_yes(turn):
            turn.notes["agreed"] = True
        elif is_no(turn):
            turn.clear(WHAT, WAYS, VERB)
            turn.notes["another"] = True
        return "agreed" in turn.notes or "another" in turn.notes

    def _extract_threshold(self, turn: Turn) -> bool:
        wanted = dict(turn.get(WHAT) or {})
        name = next((name for name in wanted if questions.needs_threshold(name, wanted[name])), None)
        found = extract_threshold(KINDS[name].unit, turn.text) if name else None
        if name is None or found is None:
            return False
        turn.set(WHAT, {**wanted, name: found})
        return True

    def _save_request(self, turn: Turn, request: AlertRequest, asked: str | None) -> bool:
        """Add this message's request to the earlier ones of the task. Returns whether it asks for anything."""
        if request.kinds:
            adds = asked in (AGREED, WAYS, THRESHOLD) and request.verb == "on"
            turn.set(WHAT, (turn.get(WHAT) or {} if adds else {}) | request.kinds)
        if request.channels:
            turn.set(WAYS, sorted(request.channels))
        if request.unwanted_channels:
            turn.set(DENIED, sorted(request.unwanted_channels))
        if request.verb == "off" and request.kept_kinds and not request.kinds:
            turn.set(WHAT, {name: None for name in KINDS if name not in request.kept_kinds})
        is_request = bool(request.kinds or request.channels or request.unwanted_channels or request.verb != "on")
        if is_request or asked is None:
            turn.set(VERB, request.verb)
        return is_request

    # asking the next question

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.notes.get("ended"):
            turn.utter("utter_alerts_left")
            return None
        if turn.notes.get("single"):
            questions.tell_no_single_reminder(turn)
        if turn.notes.get("another"):
            return SlotQuestion(WHAT, "utter_question_alert_another", buttons=questions.common_alert_buttons())
        if turn.get(VERB) == "off":
            await self._turn_off(turn, identity)
            return None
        wanted = await self._wanted_alerts(turn, identity)
        if not wanted:
            active = await alerts.list_active_settings(turn.session, identity.known_account.id)
            turn.utter("utter_alerts_list", state="some" if active else "none", list=questions.list_alerts(active))
            return SlotQuestion(WHAT, "utter_question_alert_what", buttons=questions.common_alert_buttons())
        return self._ask_threshold(turn, wanted) or await self._ask_channel(turn, identity, wanted)

    async def _wanted_alerts(self, turn: Turn, identity: Identity) -> dict[str, int | None]:
        """The alerts to turn on, with thresholds. If only a channel was named, those that are on already."""
        wanted: dict[str, int | None] = dict(turn.get(WHAT) or {})
        if not wanted and turn.get(WAYS):
            active = await alerts.list_active_settings(turn.session, identity.known_account.id)
            denied = set(turn.get(DENIED) or ())
            wanted = {s.kind: s.threshold for s in active if not denied or denied & set(s.channels)}
        before = await alerts.previous_thresholds(turn.session, identity.known_account.id)
        wanted = {n: before.get(n) if questions.needs_threshold(n, limit) else limit for n, limit in wanted.items()}
        if wanted:
            turn.set(WHAT, wanted)
        return wanted

    def _ask_threshold(self, turn: Turn, wanted: dict[str, int | None]) -> SlotQuestion | None:
        for name, threshold in wanted.items():
            if questions.needs_threshold(name, threshold):
                return SlotQuestion(THRESHOLD, f"utter_question_alert_{name}")
            try:
                check_threshold(name, threshold)
            except InvalidThreshold:
                turn.set(WHAT, {**wanted, name: None})
                values = {"most": KINDS[name].maximum} if name == "bill_due" else {}
                return SlotQuestion(THRESHOLD, f"utter_question_alert_{name}_wrong", values)
        return None

    async def _ask_channel(self, turn: Turn, identity: Identity, wanted: dict[str, int | None]) -> SlotQuestion | None:
        channels = list(turn.get(WAYS) or [])
        if "email" in channels and not identity.known_member.email:
            turn.utter("utter_alerts_no_email")
            channels.remove("email")
            turn.set(WAYS, channels)
        if not channels:
            return SlotQuestion(
                WAYS, "utter_question_alert_ways", buttons=questions.channel_buttons(identity.known_member)
            )
        accounts = await self._find_accounts(turn, identity)
        values = questions.read_back_values(wanted, channels, accounts)
        if not turn.notes.get("agreed"):
            return SlotQuestion(AGREED, "utter_question_alert_confirm", values, questions.confirm_buttons())
        await self._turn_on(turn, identity, wanted, channels, values)
        return None

    async def _turn_on(
        self, turn: Turn, identity: Identity, wanted: dict[str, int | None], channels: list[str], values: dict[str, Any]
    ) -> None:
        agreement = turn.agreement_to("utter_question_alert_confirm", identity)
        numbers = [
            await alerts.turn_on(turn.session, turn.backend, account, wanted, channels, agreement)
            for account in await self._find_accounts(turn, identity)
        ]
        stopped = "text" in channels and await alerts.texts_are_stopped(turn.session, identity.known_member)
        if stopped:  # no text went out, so the answer must not mention one
            values = {**values, "by_text": False}
        turn.utter("utter_alerts_on", **values, confirmation=numbers[0])
        if stopped:
            turn.utter("utter_alerts_texts_stopped")

    async def _turn_off(self, turn: Turn, identity: Identity) -> None:
        names = dict(turn.get(WHAT) or {}) or KINDS
        denied = turn.get(DENIED) or tuple(questions.CHANNEL_LABELS)
        ended, number = await alerts.turn_off(
            turn.session,
            turn.backend,
            identity.known_account,
            names,
            turn.agreement_to("utter_question_alert_confirm", identity),
            denied,
        )
        if not ended:
            active = await alerts.list_active_settings(turn.session, identity.known_account.id)
            state = "some" if active else "none"
            turn.utter("utter_alerts_none_to_end", state=state, list=questions.list_alerts(active))
            return
        by_channels = tr(" by {ways}", ways=questions.join_channels(denied)) if turn.get(DENIED) else ""
        turn.utter(
            "utter_alerts_off",
            what=questions.describe_alerts(ended),
            ways=by_channels,
            confirmation=number,
        )


def _is_named(account: Account, words: str) -> bool:
    """Whether the words name the account's place; `the house` is the one without a name of its own."""
    place = to_plain_text(account.short_place).split()
    named = bool(place) and set(re.findall(r"[\w'-]+", to_plain_text(words))) >= set(place)
    return named or (not account.place_name and mentions_home(words))


def _has_shutoff_dates(turn: Turn) -> bool:
    """The built-in books have none: an alert that never comes must not be promised."""
    return find_system(turn.backend.billing) is not None
