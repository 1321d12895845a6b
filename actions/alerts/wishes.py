"""Wishes to be told of something, in the middle of anything: which alert there is for them."""

from __future__ import annotations

from actions.turn import Turn
from backend.alerts.parsing import OUTAGES, find_notice_wish, wants_outage_alert
from backend.providers.billing.system import find_system


def answer_notice_wish(turn: Turn) -> bool:
    """Say whether there is such an alert: `do you text before a shutoff?`. False if none of those is asked for."""
    if open_outage_alerts(turn):
        return True
    has_shutoff_dates = find_system(turn.backend.billing) is not None
    alert = find_notice_wish(turn.text, turn.focused_text, has_shutoff_dates=has_shutoff_dates)
    no_shutoff = turn.last_text_of("utter_alerts_no_shutoff")
    if alert is None and no_shutoff and no_shutoff in turn.last_bot_text() and OUTAGES.search(turn.text):
        alert = "outage"  # "what about for outages?"
    if alert is None:
        return False
    turn.utter("utter_alerts_outage" if alert == "outage" else "utter_alerts_no_shutoff")
    if not turn.get("open_task"):
        wanted = "past_due" if alert == "shutoff" else "outage"
        turn.set("offer", {"opener": "alerts_form", "slots": {"alert_what": {wanted: None}, "alert_verb": "on"}})
    return True


def open_outage_alerts(turn: Turn) -> bool:
    """Open the alerts for who asks to be told of outages and reports none. False where another task is open."""
    if turn.get("open_task") or not wants_outage_alert(turn.focused_text, turn.text):
        return False
    turn.set("alert_what", {"outage": None})
    turn.set("alert_verb", "on")
    turn.add_followup_action("alerts_form")
    return True
