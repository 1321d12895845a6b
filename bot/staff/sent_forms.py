"""What a clerk has typed into a form: shown again when it was refused, or when the session ended meanwhile."""

from __future__ import annotations

import re
from typing import Any

from sanic import Request

from backend.language import mark, tr
from backend.payments.check_numbers import find_number_problem
from bot.dialogue.normalize import redact_office_words
from bot.web.pages import form_field

FIELDS = ("amount", "reason", "reference", "key", "kind", "received_on", "text", "area", "cause", "estimate", "note")
CONFIRMED = ("alike", "more")
"""Boxes under a warning: kept while the clerk answers one warning after the other, and asked again after a sign-in."""
WORDS = ("reason", "text", "area", "cause", "note")
LONGEST = 600
KEPT = mark(
    "You were signed out. Nothing was booked or sent. Sign in again, and you get the form back as you filled it in."
)
LOST = mark("You were signed out. Nothing was booked or sent. Sign in again, and fill in the form once more.")
GIVEN_BACK = mark(
    "Nothing was booked or sent: you were signed out. The form is as you filled it in. Please look, and send it."
)
FORM_PATH = re.compile(
    r"(/staff/(?:money/(?:accounts|payments|refunds|counter)|talks|members)/[^/]+)/\w+|(/staff/outages)/preview"
)
TICKET = re.compile(r"[A-Z0-9-]{4,16}")


def read_sent(request: Request) -> dict[str, str]:
    """The fields of the form that was posted, or that was kept for this page; empty ones for a new page.

    A number that is not kept is not shown again either.
    """
    kept: dict[str, str] = getattr(request.ctx, "kept", {})
    sent = {field: (form_field(request, field) or kept.get(field, ""))[:LONGEST] for field in (*FIELDS, *CONFIRMED)}
    if find_number_problem(sent["reference"]):
        sent["reference"] = ""
    return sent


def given_back(request: Request) -> str:
    """What a page says above a form that was kept; empty for none."""
    return tr(GIVEN_BACK) if getattr(request.ctx, "kept", {}) else ""


def page_values(request: Request) -> dict[str, Any]:
    """What every page with a form is rendered with."""
    return {"sent": read_sent(request), "trouble": given_back(request)}


def form_to_keep(request: Request) -> tuple[str, dict[str, str]] | None:
    """The page of the posted form and what was typed; None for a form that is a button alone."""
    found = FORM_PATH.fullmatch(request.path)
    sent = read_sent(request)
    fields = {name: redact_office_words(sent[name]) if name in WORDS else sent[name] for name in FIELDS if sent[name]}
    # a list of accounts is too long to be kept, and without it the outage would be another one
    if found is None or not fields or form_field(request, "accounts"):
        return None
    ticket = form_field(request, "ticket")
    page = f"/staff/tickets/{ticket}" if TICKET.fullmatch(ticket) else found[1] or f"{found[2]}/new"
    return page, fields
