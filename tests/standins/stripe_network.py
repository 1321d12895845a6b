"""A stateful stand-in of Stripe for what no double of others has: bank debits, Checkout, disputes, limits of refunds.

It is built from the documented shapes of the API: the same objects, statuses and errors.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

DAY = 86_400
BANK_DAYS = 4
"""After which the outcome of a bank debit or a bank's refund is known."""
CARDS: dict[str, str | None] = {
    "pm_card_visa": None,
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
    "pm_card_authenticationRequired": "authentication_required",
    "pm_card_refundFail": None,
}
BANKS: dict[str, str | None] = {
    "pm_usBankAccount_success": None,
    "pm_usBankAccount_insufficientFunds": "insufficient_funds",
    "pm_usBankAccount_debitNotAuthorized": "debit_not_authorized",
    "pm_usBankAccount_accountClosed": "account_closed",
    "pm_usBankAccount_unverified": "unverified",
    "pm_usBankAccount_blocked": "blocked",
}
"""Stripe's test methods, and why they fail. The last two stand for accounts that wait for deposits, or are blocked."""


class Refused(Exception):
    """An error as Stripe answers it."""

    def __init__(self, status: int, code: str | None, message: str, **more: Any) -> None:
        kind = more.pop("type", "card_error" if status == 402 else "invalid_request_error")
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **({"code": code} if code else {}), **more}}


class StripeNetwork:
    """All objects in memory, by id."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[str, int, Any]] = {}
        self.working: set[str] = set()
        self.days = 0
        self.failures: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self._ids = itertools.count(1)
        for name in CARDS | BANKS:
            self.objects[name] = make_method(name)

    def now(self) -> int:
        return int(time.time()) + self.days * DAY

    def new(self, prefix: str, kind: str, **fields: Any) -> dict[str, Any]:
        made = {"id": f"{prefix}_test{next(self._ids):08d}", "object": kind, "created": self.now(), **fields}
        self.objects[made["id"]] = made
        return made

    def get(self, name: str, param: str = "id") -> dict[str, Any]:
        if name not in self.objects:
            raise Refused(404, "resource_missing", f"No such object: '{name}'", param=param)
        return self.objects[name]

    def tell(self, kind: str, thing: dict[str, Any]) -> dict[str, Any]:
        event = self.new("evt", "event", type=kind, data={"object": json.loads(json.dumps(thing))}, livemode=False)
        self.events.insert(0, event)
        return event

    # PaymentIntents

    def create_intent(self, form: dict[str, str]) -> dict[str, Any]:
        amount = form.get("amount", "")
        if not amount.lstrip("-").isdigit() or int(amount) < 1:
            raise Refused(400, "parameter_invalid_integer", "Invalid positive integer", param="amount")
        method = self.get(form["payment_method"], "payment_method")
        if form.get("customer", "") != (method.get("customer") or form.get("customer", "")):
            raise Refused(400, "payment_method_unexpected_state", "The method belongs to another customer.")
        if form["payment_method_types[0]"] != method["type"]:
            raise Refused(400, None, "The method's type is not among payment_method_types.", param="payment_method")
        if not 0 <= len(form.get("statement_descriptor", "ELECTRIC")) <= 22:
            raise Refused(400, None, "The statement descriptor must be at most 22 characters.")
        if "statement_descriptor" in form and method["type"] == "card":
            raise Refused(400, None, "statement_descriptor is not supported for card charges.")
        return self.new(
            "pi",
            "payment_intent",
            amount=int(amount),
            currency=form["currency"],
            status="requires_confirmation",
            capture_method=form["capture_method"],
            payment_method=method["id"],
            customer=form.get("customer"),
            description=form.get("description"),
            statement_descriptor=form.get("statement_descriptor"),
            metadata={name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
            last_payment_error=None,
            latest_charge=None,
            off_session=None,
        )

    def confirm(self, intent: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        expect_state(intent, "requires_confirmation", "requires_payment_method")
        intent["off_session"] = form.get("off_session") == "true"
        reason = (CARDS | BANKS).get(intent["payment_method"])
        if self.get(intent["payment_method"])["type"] == "us_bank_account":
            return self._confirm_debit(intent, reason)
        if reason == "authentication_required" and not intent["off_session"] and "error_on_requires_action" not in form:
            intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
            return intent
        if reason:
            raise self._decline(intent, reason)
        intent |= {"status": "requires_capture", "latest_charge": self.new("ch", "charge")["id"]}
        return intent

    def _confirm_debit(self, intent: dict[str, Any], reason: str | None) -> dict[str, Any]:
        if reason == "blocked":
            raise Refused(400, "payment_method_bank_account_blocked", "This bank account cannot be debited.")
        if reason == "unverified":
            intent |= {"status": "requires_action", "next_action": {"type": "verify_with_microdeposits"}}
            return intent
        intent |= {
            "status": "processing",
            "latest_charge": self.new("ch", "charge")["id"],
            "done": self.days + BANK_DAYS,
        }
        return intent

    def _decline(self, intent: dict[str, Any], reason: str) -> Refused:
        needs_holder = reason == "authentication_required"
        code = reason if needs_holder else "card_declined"
        error = {"code": code, "decline_code": reason, "type": "card_error", "message": "Your card was declined."}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        self.tell("payment_intent.payment_failed", intent)
        return Refused(402, code, "Your card was declined.", decline_code=reason, payment_intent=intent)

    def capture(self, intent: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        expect_state(intent, "requires_capture")
        intent["status"] = "succeeded"
        return intent

    def cancel(self, intent: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        expect_state(intent, "requires_capture", "requires_confirmation", "requires_payment_method", "requires_action")
        intent["status"] = "canceled"
        return intent

    # refunds

    def create_refund(self, form: dict[str, str]) -> dict[str, Any]:
        intent = self.get(form["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise Refused(400, "payment_intent_unexpected_state", "This PaymentIntent has no successful charge.")
        left = intent["amount"] - sum(
            made["amount"] for made in self.refunds_of(intent["id"]) if made["status"] not in ("failed", "canceled")
        )
        amount = int(form.get("amount", left))
        if left == 0:
            raise Refused(400, "charge_already_refunded", "The charge has already been refunded.")
        if amount > left:
            raise Refused(400, None, f"Refund amount is greater than unrefunded amount ({left})", param="amount")
        bank = self.get(intent["payment_method"])["type"] == "us_bank_account"
        made = self.new(
            "re",
            "refund",
            amount=amount,
            payment_intent=intent["id"],
            charge=intent["latest_charge"],
            reason=form.get("reason"),
            metadata={name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
            status="pending" if bank else "succeeded",
            done=self.days + BANK_DAYS,
        )
        self.tell("refund.created", made)
        return made

    def refunds_of(self, intent_id: str) -> list[dict[str, Any]]:
        found = [each for each in self.objects.values() if each["object"] == "refund"]
        return [each for each in reversed(found) if each["payment_intent"] == intent_id]

    # Checkout

    def create_session(self, form: dict[str, str]) -> dict[str, Any]:
        for name in ("success_url", "cancel_url"):
            if not form.get(name, "").startswith(("http://", "https://")):
                raise Refused(400, "url_invalid", "Not a valid URL", param=name)
        made = self.new("cs", "checkout.session", status="open", mode=form["mode"], setup_intent=None, customer=None)
        made |= {
            "url": f"https://checkout.stripe.com/c/pay/{made['id']}",
            "client_reference_id": form["client_reference_id"],
            "custom_text": form.get("custom_text[submit][message]"),
            "return_to": form["success_url"],
        }
        return made

    def show_session(self, session: dict[str, Any]) -> dict[str, Any]:
        """With setup_intent.payment_method written out."""
        if not session["setup_intent"]:
            return session
        setup = dict(self.get(session["setup_intent"]))
        setup["payment_method"] = self.get(setup["payment_method"])
        return {**session, "setup_intent": setup}

    def finish_session(self, session: dict[str, Any], like: str, verified: bool) -> None:
        """What a member does on the page: a new method of their own, kept with a new customer."""
        customer = self.new("cus", "customer")
        method = self.new(
            "pm", "payment_method", **{k: v for k, v in make_method(like).items() if k not in ("id", "object")}
        )
        method["customer"] = customer["id"]
        (BANKS if method["type"] == "us_bank_account" else CARDS)[method["id"]] = (CARDS | BANKS)[like]
        status = "succeeded" if verified else "requires_action"
        setup = self.new("seti", "setup_intent", status=status, payment_method=method["id"])
        session |= {"status": "complete", "setup_intent": setup["id"], "customer": customer["id"]}

    # days

    def pass_days(self, days: int) -> None:
        self.days += days
        for thing in [each for each in self.objects.values() if each.get("done", 10**9) <= self.days]:
            del thing["done"]
            if thing["object"] == "payment_intent" and thing["status"] == "processing":
                self._settle_debit(thing)
            elif thing["object"] == "refund":
                fails = self.get(thing["payment_intent"])["payment_method"] == "pm_card_refundFail"
                thing["status"] = "failed" if fails else "succeeded"

    def _settle_debit(self, intent: dict[str, Any]) -> None:
        reason = BANKS[intent["payment_method"]]
        if reason is None:
            intent["status"] = "succeeded"
            return
        error = {"code": reason, "type": "invalid_request_error", "message": "The debit failed."}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        self.tell("payment_intent.payment_failed", intent)

    def dispute(self, intent: dict[str, Any], reason: str, status: str, amount: int | None = None) -> dict[str, Any]:
        """Open a dispute (needs_response), or close it (won, lost, warning_closed)."""
        thing = {
            "id": f"dp_{intent['id']}", "object": "dispute", "payment_intent": intent["id"], "reason": reason,
            "charge": intent["latest_charge"], "amount": amount or intent["amount"], "status": status,
            "evidence_details": {"due_by": self.now() + 9 * DAY}, "is_charge_refundable": False,
        }  # fmt: skip
        return self.tell(
            "charge.dispute.closed" if status in ("won", "lost", "warning_closed") else "charge.dispute.created", thing
        )


def make_method(name: str) -> dict[str, Any]:
    if name in BANKS:
        details = {"account_type": "checking", "bank_name": "STRIPE TEST BANK", "last4": "6789"}
        return {"id": name, "object": "payment_method", "type": "us_bank_account", "us_bank_account": details}
    card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2035}
    return {"id": name, "object": "payment_method", "type": "card", "card": card}


def expect_state(intent: dict[str, Any], *allowed: str) -> None:
    if intent["status"] not in allowed:
        raise Refused(400, "payment_intent_unexpected_state", f"It is {intent['status']}.", payment_intent=dict(intent))
