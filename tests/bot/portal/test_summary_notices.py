"""What a member should know first, at the top of the account page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from backend.arrangement.progress import PartProgress, PlanProgress
from backend.arrangement.rules import PlanPart
from backend.billing.models import Account
from backend.payments.balances import Balance
from bot.portal.payments.base import MethodChoice
from bot.portal.summary import AccountTile
from bot.portal.summary_pages import list_notices

OWED = Balance(
    amount_due_cents=28615, due_on=date(2026, 11, 5), past_due_cents=14000, next_due_on=None, last_payment_cents=None,
    last_payment_on=None, pending_cents=0, scheduled=(),
)  # fmt: skip
HOME = Account(number="31005-001", service_address="9 Ridge Road, Stockton, IL", status="open")
TILE = AccountTile(HOME, OWED, "", "", "", False, None)


def told(tile: AccountTile, *methods: MethodChoice) -> list[tuple[str, str]]:
    return [(each["kind"], each["url"]) for each in list_notices([tile], methods, "555-555-0100")]


def test_a_past_due_bill_leads_to_an_arrangement() -> None:
    assert told(TILE) == [("warn", "/portal/arrangement?account=31005-001")]


def test_a_shutoff_day_is_the_worst_and_leads_to_paying() -> None:
    tile = replace(TILE, balance=replace(OWED, disconnect_on=date(2026, 12, 2)))
    [notice] = list_notices([tile], (), "555-555-0100")
    assert (notice["kind"], notice["url"]) == ("bad", "/portal/pay-now?account=31005-001")
    assert "Wednesday, December 2, 2026" in notice["text"]


def test_nothing_past_due_nothing_told() -> None:
    assert told(replace(TILE, balance=replace(OWED, past_due_cents=0, disconnect_on=date(2026, 12, 2)))) == []
    assert told(replace(TILE, balance=None)) == []


def test_an_outage_at_the_place_and_a_card_that_ends_are_told() -> None:
    quiet = replace(TILE, balance=replace(OWED, past_due_cents=0))
    assert told(replace(quiet, outage=True)) == [("bad", "/portal/outage?account=31005-001")]
    soon = MethodChoice(1, "Visa ending 4242", "card", False, True, soon=True, note="Expires soon: 12/2026")
    fine = replace(soon, soon=False, note="Expires 12/2029")
    assert told(quiet, soon) == [("warn", "/portal/methods")]
    assert told(quiet, fine) == []


def test_what_an_arrangement_gives_time_for_is_not_past_due() -> None:
    part = PartProgress(PlanPart(10000, date(2026, 12, 10)), 10000)
    plan = PlanProgress("A1", 10000, 0, 0, 10000, (part,), date(2026, 11, 28))
    tile = replace(TILE, arrangement=plan)
    assert (TILE.late_cents, tile.late_cents) == (14000, 4000)
    assert told(replace(tile, balance=replace(OWED, past_due_cents=10000))) == []
    assert replace(tile, arrangement=replace(plan, today=date(2026, 12, 11))).late_cents == 14000
