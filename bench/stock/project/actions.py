"""The stock side's actions: form validation as in Rasa's documentation, on values in memory."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

MEMBERS = {"99999-001": "0142"}


class ValidatePayForm(FormValidationAction):
    def name(self) -> str:
        return "validate_pay_form"

    def validate_member_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        return {"member_number": value if value in MEMBERS else None}

    def validate_phone_last4(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        right = value == MEMBERS.get(tracker.get_slot("member_number") or "")
        return {"phone_last4": value, "amount_due": "$112.40"} if right else {"phone_last4": None}

    def validate_pay_amount(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        return {"pay_amount": value if value.lower() == "all" or value.replace(".", "").isdigit() else None}


class Pay(Action):
    def name(self) -> str:
        return "action_pay"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(text=f"{tracker.get_slot('pay_amount')} is paid. Thank you.")
        return [SlotSet("pay_amount", None), SlotSet("pay_day", None)]
