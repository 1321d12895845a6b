"""Putting a member in the queue for a person, from wherever they are."""

from __future__ import annotations

from actions.turn import Turn
from backend.handover import service as handover
from backend.language import ENGLISH, mark, speaking, tr

TASKS = {
    "alerts_form": mark("alerts"),
    "arrangement_form": mark("asking for a payment arrangement"),
    "autopay_form": mark("Auto Pay"),
    "balance_form": mark("hearing the balance"),
    "bill_notifications_form": mark("how bills come"),
    "budget_form": mark("budget or levelized billing"),
    "callback_form": mark("arranging a call back"),
    "contact_form": mark("changing contact details"),
    "draft_form": mark("the bank draft"),
    "history_form": mark("bills and payments of the past"),
    "outage_form": mark("reporting an outage"),
    "payment_status_form": mark("asking whether a payment went through"),
    "quick_pay_form": mark("paying a bill"),
    "recover_user_id_form": mark("recovering the user ID"),
    "reset_password_form": mark("resetting the password"),
    "scheduled_form": mark("scheduled payments"),
    "service_form": mark("starting, stopping or moving service"),
    "usage_form": mark("electric use"),
}


def task_name(form: str) -> str:
    """A task in words, to go on behind "asked for help while" or "back to"."""
    return tr(TASKS.get(form, form.removesuffix("_form").replace("_", " ")))


def what_was_tried(turn: Turn) -> str:
    """The task that was open, and the question that stood, in English: it is the office that reads it."""
    with speaking(ENGLISH):
        name = task_name(str(turn.get("open_task") or ""))
    question = str(turn.get("requested_slot") or "").replace("_", " ")
    if not name:
        return "nothing; asked for a person"
    return f"{name}, asked for the {question}" if question else name


async def hand_over(turn: Turn, response: str) -> None:
    """Say `response`; in open hours the conversation is in the queue by then, and the assistant is quiet after it."""
    is_open = turn.backend.coop.is_open(turn.backend.clock.now())
    if is_open:
        voice = turn.channel == "voice"
        await handover.ask(
            turn.session, turn.backend, turn.conversation_id, tried=what_was_tried(turn), put_through=voice
        )
    turn.say(response, office_open=is_open)
