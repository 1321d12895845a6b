"""What simulated members want: how they open, which demo members they copy, and which response ends it."""

from __future__ import annotations

import re
from dataclasses import dataclass

USUAL_MEMBER, NOTHING_DUE, CREDIT, PAST_DUE, FARM = "99999-001", "20417-001", "20888-001", "31005-001", "40120-001"
BAKERY, DRAFT, AUTOPAY, NO_EMAIL, EXPIRED = "50310-001", "60022-001", "60023-001", "70001-001", "70002-001"
DECLINED, RETURNED, NEW, ALERTS, CLOSED = "70003-001", "70004-001", "70007-001", "70008-001", "80001-001"
COMMON_MEMBERS = (USUAL_MEMBER, USUAL_MEMBER, USUAL_MEMBER, PAST_DUE, FARM, BAKERY, NO_EMAIL, RETURNED, ALERTS)


@dataclass(frozen=True)
class Goal:
    """`end_responses` is a pattern of the responses that end it; REFUSAL_RESPONSES end any goal.

    `needs_number`: the last answer must hold a number to quote, such as a confirmation or a ticket.
    """

    name: str
    openings: tuple[str, ...]
    end_responses: str
    demo_members: tuple[str, ...] = COMMON_MEMBERS
    channels: tuple[str, ...] = ("sms", "web", "voice")
    needs_number: bool = False
    needs_identity: bool = True

    def is_ended_by(self, response: str) -> bool:
        return bool(re.fullmatch(self.end_responses, response))


REFUSAL_RESPONSES = re.compile(
    r"utter_(identity_locked|code_locked|code_refused|task_canceled|pay_(canceled|nothing_due|account_closed|left_to_autopay|link)"
    r"|auto_(no_method|new_method)|autopay_(closed|draft_kept|left|off|off_draft|no_pause)|draft_(left|none|none_autopay)"
    r"|alerts_(none_to_end|no_email|left)|bills_(same|no_email|unchanged)|program_(refused|left|none)\w*|mail_too_often"
    r"|contact_(same|unchanged)|arrangement_(nothing_due|left|offer_today)|service_left"
    r"|sched_(none|left|too_late)|person_after_misses|outage_danger|case_left"
    r"|callback_canceled|usage_none|high_bill_alone|\w+_history_none|status_none)"
)
"""Responses that say clearly that the task is not done: they end any goal."""
PAID_RESPONSES = "utter_pay_(done|scheduled|pending|already)"

GOALS = (
    Goal(
        "pay_all",
        (
            "I want to pay my bill", "pay my light bill", "i'd like to pay what i owe", "can i pay my electric bill",
            "take care of my bill", "need to make a payment", "pay the whole balance please", "pay my bill in full",
        ),
        PAID_RESPONSES,
        demo_members=(
            *COMMON_MEMBERS, USUAL_MEMBER, USUAL_MEMBER, EXPIRED, DECLINED, DRAFT, AUTOPAY, NOTHING_DUE, CREDIT, CLOSED,
        ),
        needs_number=True,
    ),
    Goal(
        "pay_part",
        (
            "i can pay some of my bill", "pay part of my bill", "i want to pay {amount} on my bill",
            "put {amount} on my account",
            "can i just pay {amount}", "let me pay {amount} today", "make a payment of {amount}",
        ),
        PAID_RESPONSES,
        needs_number=True,
    ),
    Goal(
        "pay_more",
        (
            "i want to pay {amount} on my account", "pay {amount}",
            "i'd like to pay extra, {amount}", "make a {amount} payment",
        ),
        PAID_RESPONSES,
        demo_members=(USUAL_MEMBER, NO_EMAIL, ALERTS),
        needs_number=True,
    ),
    Goal(
        "schedule",
        (
            "schedule a payment", "i want to schedule a payment for {day}", "can i pay {day} when i get my check",
            "set up a payment for later", "pay my bill {day}", "pay {amount} {day}",
        ),
        PAID_RESPONSES,
        needs_number=True,
    ),
    Goal(
        "balance",
        (
            "what do i owe", "how much is my bill", "what's my balance", "balance please", "how much do i owe you",
            "can you tell me my current balance", "what is my amount due",
        ),
        "utter_balance|utter_balance_(offer|others|all|account)",
        demo_members=(*COMMON_MEMBERS, NOTHING_DUE, CREDIT, CLOSED, NEW),
    ),
    Goal(
        "due_date",
        ("when is my bill due", "what's my due date", "due date?", "when do i have to pay by", "is my bill due yet"),
        "utter_balance|utter_balance_(offer|others|all|account)",
        demo_members=(*COMMON_MEMBERS, NOTHING_DUE, CREDIT),
    ),
    Goal(
        "autopay_on",
        (
            "set up auto pay", "sign me up for autopay", "i want my bill paid automatically every month",
            "enroll in auto pay", "can you take my payment automatically",
        ),
        "utter_autopay_(done|changed|status)",
        demo_members=(USUAL_MEMBER, USUAL_MEMBER, PAST_DUE, BAKERY, DRAFT, AUTOPAY, EXPIRED, CREDIT, NOTHING_DUE),
        needs_number=True,
    ),
    Goal(
        "autopay_off",
        ("cancel my autopay", "turn off auto pay", "stop auto pay", "i don't want automatic payments anymore"),
        "utter_autopay_canceled",
        demo_members=(AUTOPAY, AUTOPAY, AUTOPAY, USUAL_MEMBER, DRAFT),
        needs_number=True,
    ),
    Goal(
        "draft",
        ("remove my bank draft", "show my bank draft", "i want to stop my draft", "am i enrolled in auto draft"),
        "utter_draft_(changed|removed)",
        demo_members=(DRAFT, DRAFT, DRAFT, USUAL_MEMBER),
        needs_number=True,
    ),
    Goal(
        "alerts_on",
        (
            "text me when my bill is due soon", "i want an alert for high usage", "set up alerts",
            "notify me when my bill is ready",
            "tell me when a payment is received", "let me know when i use more than 1200 kwh",
        ),
        "utter_alerts_on",
        needs_number=True,
    ),
    Goal(
        "alerts_off",
        ("turn off all my alerts", "stop alerting me", "cancel my alerts", "turn off my usage alert"),
        "utter_alerts_off",
        demo_members=(ALERTS, ALERTS, USUAL_MEMBER),
        needs_number=True,
    ),
    Goal(
        "paperless",
        ("go paperless", "stop mailing me paper bills", "i want my bill by email", "sign up for paperless billing"),
        "utter_bills_now_email",
        demo_members=(USUAL_MEMBER, BAKERY, NO_EMAIL, ALERTS),
        needs_number=True,
    ),
    Goal(
        "reset_password",
        ("i forgot my password", "reset my password", "can't log in to my account", "i need a new password"),
        "utter_reset_asked",
        demo_members=(USUAL_MEMBER, FARM, NO_EMAIL, BAKERY),
        needs_number=True,
    ),
    Goal(
        "user_id",
        ("i forgot my user id", "what is my user name", "i can't remember my user id"),
        "utter_user_id_asked",
        demo_members=(USUAL_MEMBER, FARM),
        needs_number=True,
    ),
    Goal(
        "payments",
        ("show me my payments", "payment history", "what payments did i make", "my last payments please"),
        "utter_payment_history",
    ),
    Goal("bills", ("show my old bills", "billing history", "list my past bills"), "utter_billing_history"),
    Goal(
        "went_through",
        ("did my payment go through", "did you get my payment", "has my last payment posted"),
        "utter_status_(payment|scheduled|schedule_over|unknown|owed)",
    ),
    Goal(
        "usage",
        (
            "how much electricity did i use", "show my usage", "how many kwh did i use last month",
            "my energy use please",
        ),
        "utter_usage|utter_usage_month",
    ),
    Goal(
        "high_bill",
        ("why is my bill so high", "my bill went up", "this bill is way too much, why", "explain my bill to me"),
        "utter_high_bill\\w*",
    ),
    Goal(
        "budget",
        (
            "sign me up for budget billing", "what is budget billing", "i want levelized billing",
            "can i pay the same every month",
        ),
        "utter_program_(joined|left)\\w*",
        demo_members=(USUAL_MEMBER, NOTHING_DUE, BAKERY, NEW, CREDIT),
    ),
    Goal(
        "arrangement",
        (
            "i need a payment arrangement", "i can't pay it all, can we work something out", "can i get an extension",
            "i need more time to pay my bill", "can i pay half today and half friday, i can't pay it all",
        ),
        "utter_arrangement_(ticket|granted)",
        demo_members=(USUAL_MEMBER, PAST_DUE, PAST_DUE, FARM, CREDIT),
        needs_number=True,
    ),
    Goal(
        "outage",
        ("my power is out", "i have no electricity", "the lights went out", "report an outage", "we lost power"),
        "utter_outage_(ticket|noted)",
        needs_number=True,
        needs_identity=False,
    ),
    Goal(
        "case",
        (
            "the street light by my house is out", "tree limbs are growing into the line", "my meter screen is blank",
            "my lights keep flickering", "my son is on a ventilator, put it on our account",
            "my mother passed away and the account is in her name", "take this late fee off, i paid on time",
            "i want to make a complaint",
        ),
        "utter_case_(filed|added)",
        needs_number=True,
        needs_identity=False,
    ),
    Goal(
        "outage_status",
        ("when will my power be back on", "any update on the outage", "what is the status of the outage"),
        "utter_outage_(stands|known|ticket|noted)",
        needs_identity=False,
    ),
    Goal(
        "contact",
        ("change my phone number", "change my email", "i have a new mailing address", "update my contact information"),
        "utter_contact_changed",
        channels=("sms", "web"),
    ),
    Goal(
        "service",
        ("stop my service", "i am moving and want to stop my electric service", "start service at a new address"),
        "utter_service_ticket",
        needs_number=True,
        needs_identity=False,
    ),
    Goal(
        "person",
        ("let me talk to a person", "i want to speak to a human", "representative", "can i talk to somebody"),
        "utter_person\\w*",
        needs_identity=False,
    ),
    Goal(
        "callback",
        ("have someone call me back", "can somebody call me tomorrow", "i want a call back"),
        "utter_callback_set",
        channels=("sms", "web"),
        needs_number=True,
        needs_identity=False,
    ),
    Goal(
        "create_account",
        ("i want to create an online account", "sign up for the portal", "register online"),
        "utter_create_account",
        needs_identity=False,
    ),
    Goal(
        "faq",
        (
            "what are your hours", "where do i find my member number", "is there a fee to pay by card",
            "what's your phone number",
            "does my old user id still work", "do i need to change my bookmark", "when are you open",
            "where do i log in", "is a payment posted the same day", "what day do drafts come out",
        ),
        "utter_answer_\\w+",
        needs_identity=False,
    ),
)  # fmt: skip
GOALS_BY_NAME = {goal.name: goal for goal in GOALS}
FREQUENT_GOALS = "pay_all pay_part pay_more schedule pay_all pay_part schedule balance autopay_on".split()
"""Payments are drawn more often than the rest."""
