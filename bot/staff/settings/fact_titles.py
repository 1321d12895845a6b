"""Names of the facts in answers, in the reader's language; a co-op's own fact goes by its key."""

from __future__ import annotations

from backend.language import mark, tr

FACT_TITLES = {
    "due_days": mark("Days until a bill is due"),
    "grace_days": mark("Days of grace"),
    "late_fee": mark("Late fee"),
    "returned_payment_fee": mark("Fee for a returned payment"),
    "base_charge": mark("Base charge"),
    "energy_rate": mark("Price of a kWh"),
    "peak_hours": mark("Peak hours"),
    "peak_rate": mark("Price in peak hours"),
    "off_peak_rate": mark("Price outside peak hours"),
    "net_metering_rate": mark("Credit for a kWh of solar power"),
    "yard_light_fee": mark("Yard light, a month"),
    "deposit": mark("Deposit"),
    "deposit_refund_months": mark("Months until the deposit comes back"),
    "membership_fee": mark("Membership fee"),
    "connect_fee": mark("Fee to connect"),
    "meter_test_fee": mark("Fee for a meter test"),
    "estimated_reads_max": mark("Most estimated readings in a row"),
    "disconnect_notice_days": mark("Days of notice before a shutoff"),
    "shutoff_days": mark("Days until a shutoff"),
    "disconnect_days": mark("When power is shut off"),
    "prepaid_shutoff": mark("When prepaid power is shut off"),
    "prepaid_reconnect": mark("How fast prepaid power is back"),
    "reconnect_fee": mark("Fee to reconnect"),
    "after_hours_reconnect_fee": mark("Fee to reconnect after hours"),
    "moratorium_winter": mark("Protection in winter"),
    "moratorium_heat": mark("Protection in heat"),
    "assistance_agencies": mark("Agencies that help"),
    "liheap_phone": mark("Phone of LIHEAP"),
    "medical_form": mark("Medical form"),
    "cards_accepted": mark("Cards accepted"),
    "payment_places": mark("Places to pay"),
    "dropbox_location": mark("Where the drop box is"),
    "annual_meeting": mark("Annual meeting"),
    "capital_credits_when": mark("When capital credits are paid"),
    "planned_outage_notice_days": mark("Days of notice before a planned outage"),
}


def name_fact(key: str) -> str:
    """`late_fee` → `Late fee`."""
    return tr(FACT_TITLES[key]) if key in FACT_TITLES else key.replace("_", " ").capitalize()
