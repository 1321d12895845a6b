"""The closed sets of the review in words: kinds of marks, the intents and acts that a message can mean, outcomes."""

from __future__ import annotations

from backend.language import mark, tr
from backend.reading.acts.model import ACT_KINDS

MARK_KINDS = {
    "wrong_answer": mark("Wrong answer"),
    "wrong_act": mark("Did the wrong thing"),
    "missed_wish": mark("Missed a wish"),
    "tone": mark("Tone"),
    "other": mark("Other"),
}
OUTCOMES = {
    "person": mark("Handed over"),
    "call_back": mark("Call back"),
    "payment": mark("Payment"),
    "change": mark("Change on the account"),
    "ticket": mark("Ticket"),
    "answered": mark("Answered only"),
}
"""What a talk can end with. A talk may have several; `answered` stands for none of the others."""
CHANNELS = {"web": mark("Web chat"), "sms": mark("Text"), "voice": mark("Phone")}
ACT_PREFIX = "act:"
INTENT_TITLES = {
    "affirm": mark("Yes"),
    "bank_draft": mark("Bank drafts"),
    "bill_notifications": mark("Bill notifications, paperless"),
    "billing_history": mark("Past bills"),
    "budget_billing": mark("Budget or levelized billing"),
    "cancel": mark("Stop this"),
    "change_or_cancel_autopay": mark("Change or end Auto Pay"),
    "check_balance": mark("What is owed"),
    "check_due_date": mark("When it is due"),
    "choose": mark("A choice that was offered"),
    "complaint": mark("A complaint"),
    "create_account": mark("Make an online account"),
    "deny": mark("No"),
    "dispute_charge": mark("Dispute a charge"),
    "faq_drafts": mark("How draft payments work"),
    "faq_fees": mark("What paying costs"),
    "faq_hours_contact": mark("Hours and how to reach the office"),
    "faq_member_number": mark("Where the member number is"),
    "faq_portal": mark("How the account page works"),
    "faq_same_day": mark("When a payment counts"),
    "faq_still_works": mark("Whether something still works"),
    "goodbye": mark("Goodbye"),
    "greet": mark("Hello"),
    "help_capabilities": mark("What the assistant can do"),
    "high_bill": mark("Why the bill is high"),
    "inform": mark("Only a number, an amount, a day or a method"),
    "manage_alerts": mark("Alerts"),
    "medical_need": mark("Medical need of power"),
    "meter_problem": mark("Meter problem"),
    "name_change": mark("Change of name"),
    "out_of_scope": mark("None of these"),
    "outage_restored": mark("The power is back"),
    "outage_status": mark("State of an outage"),
    "payment_arrangement": mark("Payment arrangement"),
    "payment_confirmation": mark("Whether a payment arrived"),
    "payment_history": mark("Past payments"),
    "quick_pay": mark("Pay a bill"),
    "recover_user_id": mark("Forgotten user ID"),
    "repeat": mark("Say it again"),
    "report_light": mark("Report a street light"),
    "report_outage": mark("Report an outage"),
    "report_tree": mark("Report a tree"),
    "reset_password": mark("Forgotten password"),
    "schedule_payment": mark("Schedule a payment"),
    "setup_autopay": mark("Set up Auto Pay"),
    "speak_english": mark("Go on in English"),
    "speak_spanish": mark("Go on in Spanish"),
    "speak_to_human": mark("A person"),
    "start_stop_service": mark("Start, stop or move service"),
    "thank": mark("Thanks"),
    "update_contact_info": mark("Change of contact details"),
    "usage_history": mark("Use of power"),
    "voltage_problem": mark("Flickering or weak power"),
}
INTENT_GROUPS = {
    mark("Paying"): (
        "quick_pay schedule_payment payment_arrangement payment_confirmation payment_history setup_autopay "
        "change_or_cancel_autopay bank_draft faq_drafts faq_fees faq_same_day"
    ),
    mark("Bills and use of power"): (
        "check_balance check_due_date billing_history high_bill usage_history dispute_charge budget_billing "
        "bill_notifications"
    ),
    mark("Outages and reports"): (
        "report_outage outage_status outage_restored report_tree report_light meter_problem voltage_problem "
        "medical_need"
    ),
    mark("The account page"): (
        "create_account reset_password recover_user_id manage_alerts faq_portal faq_member_number faq_still_works"
    ),
    mark("Member and service"): "update_contact_info name_change start_stop_service complaint speak_to_human "
    "faq_hours_contact",
    mark("In the talk"): (
        "affirm deny choose inform cancel repeat greet goodbye thank help_capabilities speak_english speak_spanish "
        "out_of_scope"
    ),
}
"""All intents by what they are about, the most frequent ones first."""
USUAL_INTENTS = ("quick_pay", "check_balance", "report_outage", "payment_arrangement", "speak_to_human")
SURE, FAIRLY_SURE = 0.8, 0.5
TASK_TITLES = {
    "account_question_form": mark("a question about the account"),
    "action_answer": mark("a question about the co-op"),
    "action_create_account": mark("making an online account"),
    "action_outage_restored": mark("the power is back"),
    "action_person": mark("a request for a person"),
    "action_stray_answer": mark("an answer without a question"),
    "action_unclear": mark("an unclear wish"),
    "alerts_form": mark("alerts"),
    "arrangement_form": mark("asking for a payment arrangement"),
    "autopay_form": mark("Auto Pay"),
    "balance_form": mark("the balance"),
    "bill_notifications_form": mark("how bills come"),
    "budget_form": mark("budget or levelized billing"),
    "callback_form": mark("arranging a call back"),
    "case_form": mark("a report to the office"),
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
ACT_TITLES = {
    "start": mark("asks for something new"),
    "affirm": mark("says yes"),
    "deny": mark("says no"),
    "answer": mark("answers the question"),
    "correct": mark("corrects something"),
    "ask": mark("asks a question"),
    "volunteer": mark("adds a fact"),
    "cancel": mark("stops the task"),
    "skip": mark("skips the question"),
    "hold": mark("asks to wait"),
    "repeat": mark("wants it again"),
    "person": mark("wants a person"),
    "language": mark("changes the language"),
    "social": mark("is polite"),
    "feeling": mark("shows a feeling"),
    "unclear": mark("is unclear"),
}


ACTS_NAMED_AS_INTENTS = ("affirm", "deny", "cancel", "repeat", "person")
"""Acts that say what an intent says (`Yes`, `No` …): a mark names the intent. Older marks may have the act."""


def list_meanings() -> list[str]:
    """What `meant` of a mark may be: intents by name, then acts behind ACT_PREFIX."""
    return [*INTENT_TITLES, *(ACT_PREFIX + act for act in ACT_KINDS)]


def format_meaning(name: str) -> str:
    """An intent or act in the current language; an unknown one, of an older version, by its name."""
    if name.startswith(ACT_PREFIX):
        act = name.removeprefix(ACT_PREFIX)
        return tr("The member {act}", act=tr(ACT_TITLES[act])) if act in ACT_TITLES else act
    return tr(INTENT_TITLES[name]) if name in INTENT_TITLES else name.replace("_", " ")


def format_sureness(probability: float) -> str:
    """How sure the assistant was, 0 to 1, in words."""
    if probability >= SURE:
        return tr("sure")
    return tr("fairly sure") if probability >= FAIRLY_SURE else tr("only guessed")


def format_task(name: str) -> str:
    """A task in the current language, by the name of its form or action."""
    if name in TASK_TITLES:
        return tr(TASK_TITLES[name])
    return name.removesuffix("_form").removeprefix("action_").removeprefix("utter_").replace("_", " ")
