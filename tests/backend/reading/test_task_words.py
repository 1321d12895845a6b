"""Words that steer a task, in one table: what each reader takes and what it leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.reading.acts import task_control
from backend.reading.contact import call_requests, call_subject, contact_change
from backend.reading.dates import usage_months
from backend.reading.money import arrangement_talk, autopay_words, payment_words, scheduled_payment
from backend.reading.numbers import account_separator
from backend.reading.service import bill_delivery, billing_program, outages, service_change
from backend.reading.tickets import report_details, withdrawal


@pytest.mark.parametrize(
    ("reader", "words", "expected"),
    [
        (task_control.did_not_understand, "what does that mean", True),
        (task_control.did_not_understand, "say it again", False),
        (task_control.is_no_with_number, "no, 60", True),
        (task_control.asks_to_go_back, "go back", True),
        (task_control.asks_to_go_back, "it came back on", False),
        (task_control.is_person_request_only, "can i talk two a person", True),
        (task_control.is_person_request_only, "a person hit the pole", False),
        (task_control.begins_as_view_request, "show me", True),
        (task_control.asks_what_is_left, "what is left", True),
        (task_control.wants_nothing_else, "that's all", True),
        (task_control.asks_if_done, "is it all set", True),
        (task_control.asks_if_done, "set it up", False),
        (task_control.names_price, "how much is the deposit", True),
        (arrangement_talk.says_rest_unknown, "not sure yet", True),
        (arrangement_talk.remove_frequency_lead, "once a week", "week"),
        (arrangement_talk.wants_autopay, "sign up for it", True),
        (autopay_words.extract_autopay_act, "skip this month", "pause"),
        (autopay_words.says_agree, "yes, i agree", True),
        (autopay_words.says_agree, "yes", False),
        (scheduled_payment.extract_existing_act, "cancel my payment", "cancel"),
        (scheduled_payment.asks_to_end_it, "call it off", True),
        (payment_words.wants_another_day, "not today", True),
        (payment_words.is_question_about_payment, "what is my balance", True),
        (payment_words.is_question_about_payment, "my balance", False),
        (payment_words.detect_parts_to_change, "the amount and the card", ["amount", "method"]),
        (payment_words.extract_count, "my last three payments", 3),
        (usage_months.names_each_month, "month by month for each month", True),
        (account_separator.is_partial_number, "41006", True),
        (account_separator.extract_separator_alone, "it is 002", "002"),
        (account_separator.names_other_account, "the other meter", True),
        (account_separator.means_all_accounts, "pay both", True),
        (bill_delivery.extract_choice, "it comes on paper, can it come by email instead", "email"),
        (bill_delivery.extract_choice, "i want paper bills", "paper"),
        (billing_program.extract_program, "budget or levelized", None),
        (billing_program.extract_program_act, "sign me up", billing_program.JOIN),
        (outages.detect_outage_kind, "the lights flicker", "voltage"),
        (outages.mentions_death, "my husband passed away", True),
        (outages.asks_if_outage, "is there an outage", True),
        (outages.asks_if_outage, "my lights went off", False),
        (outages.names_town, "is it out in Elizabeth", True),
        (service_change.extract_changed_kind, "make it a move", "move"),
        (service_change.is_bare_day, "December 4", True),
        (service_change.is_bare_name, "Tom Weaver", True),
        (service_change.is_bare_name, "Mill Road", False),
        (withdrawal.asks_to_withdraw, "take it back", True),
        (withdrawal.says_never_mind, "never mind", True),
        (report_details.is_yes_with_more, "yes and hurry, it hums", True),
        (report_details.is_yes_with_more, "yes but not there", False),
        (report_details.has_no_number, "i don't have it", True),
        (report_details.is_bare_report_request, "i want to file a complaint", True),
        (report_details.is_bare_report_request, "the meter reader broke my gate", False),
        (report_details.remove_language_request, "Español. La luz", "La luz"),
        (call_requests.cancels_call, "cancel the call back", True),
        (call_requests.wants_no_calls, "stop calling me", True),
        (call_subject.extract_named_subject, "call me about the estimate", "the estimate"),
        (call_subject.content_words, "please call me back", []),
        (contact_change.detect_contact_kind, "change my email address", "email"),
        (contact_change.rejects_number, "that is my old number", True),
    ],
)  # fmt: skip
def test_each_reader(reader: Callable[[str], object], words: str, expected: object) -> None:
    assert reader(words) == expected
