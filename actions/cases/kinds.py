"""The kinds of cases that a member can report or ask for, and what each needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backend.language import ENGLISH, current_language, mark, tr
from backend.reading.hazards.life_support import depends_on_power, is_at_risk_now, says_power_is_out_now
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.electrician_work import is_off_for_electrician
from backend.reading.service.outages import mentions_usage, says_power_went_out
from backend.tickets.models import Ticket

MAX_TITLE_LENGTH = 70


@dataclass(frozen=True)
class CaseKind:
    """One kind of case. `title` continues "Report …"; the responses are in data/cases/responses.yml.

    `intents` open it. `requires_description`: words that only name the kind are not enough. `requires_time`: somebody
    comes to look, so the member is asked when. `now`: `utter_case_now` is said before any question. `is_placeless`: it
    has no place. `urgent`: always, or when the words say so.
    """

    kind: str
    title: str
    intents: tuple[str, ...] = ()
    requires_description: bool = False
    requires_time: bool = False
    now: bool = False
    is_placeless: bool = False
    urgent: bool | Callable[[str], bool] = False

    def is_urgent(self, words: str) -> bool:
        return self.urgent(words) if callable(self.urgent) else self.urgent


CASE_KINDS: dict[str, CaseKind] = {
    case.kind: case
    for case in (
        CaseKind("light", mark("a street or yard light out"), ("report_light",)),
        CaseKind("tree", mark("a tree near the lines"), ("report_tree",), now=True),
        CaseKind("meter", mark("a problem with the meter"), ("meter_problem",), requires_time=True),
        CaseKind("electrician", mark("power off and back on for an electrician"), requires_time=True),
        CaseKind("voltage", mark("flickering or weak power"), ("voltage_problem",), now=True, urgent=True),
        CaseKind("medical", mark("a medical need for power"), ("medical_need",), now=True, urgent=is_at_risk_now),
        CaseKind("name_change", mark("a change of the name on the account"), ("name_change",), now=True),
        CaseKind("dispute", mark("a charge you question"), ("dispute_charge",), requires_description=True),
        CaseKind("high_bill", mark("a bill that seems too high"), requires_description=True),
        CaseKind("damage", mark("a claim for damage")),
        CaseKind("complaint", mark("a complaint"), ("complaint",), requires_description=True, is_placeless=True),
        CaseKind("other", mark("a request for the office"), requires_description=True, is_placeless=True),
    )
}
POWER_CASES = {
    "outage": CaseKind("outage", mark("the power out"), urgent=depends_on_power),
    "danger": CaseKind("danger", mark("danger"), urgent=True),
}
POSSIBLE_CLAIM_KINDS = frozenset({"voltage", "dispute", "high_bill", "complaint", "other"})
"""The intents of a claim for damage are often classified as one of these; what broke shows that it is a claim."""
KIND_BY_INTENT = {intent: case.kind for case in CASE_KINDS.values() for intent in case.intents}
KIND_TITLES = {case.kind: case.title for case in (*CASE_KINDS.values(), *POWER_CASES.values())} | {
    "arrangement": mark("a payment arrangement"),
    "service": mark("a change of service"),
    "callback": mark("a call back"),
}


def detect_case_kind(intent: str, words: str) -> str:
    """The kind of a case by the intent that opened it and its words.

    A medical need while the power is out is an urgent outage: a medical form would help nobody then.
    """
    if is_off_for_electrician(words):
        return "electrician"
    kind = KIND_BY_INTENT.get(intent, "other")
    if kind in POSSIBLE_CLAIM_KINDS and is_damage_claim(words):
        return "damage"
    if (kind == "medical" and says_power_is_out_now(words)) or (kind == "voltage" and says_power_went_out(words)):
        return "outage"
    return "high_bill" if kind == "dispute" and mentions_usage(words) else kind


def format_case_title(kind: str, details: Mapping[str, str] | None = None) -> str:
    """The title in the current language, to continue "Report" or "your report of".

    Other requests get their subject (`about`) in it, else the member's own words, both from a ticket's `details`.
    """
    title = tr(KIND_TITLES.get(kind, KIND_TITLES["other"]))
    if kind != "other" or not details:
        return title
    about, words = details.get("about"), str(details.get("words") or "").split(" / ")[0]
    if about and current_language() == ENGLISH:
        return tr("{what} about {subject}", what=title, subject=about)
    if len(words) > MAX_TITLE_LENGTH:
        words = words[:MAX_TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
    return f"{title}: {words}" if words else title


def format_ticket_title(ticket: Ticket) -> str:
    return format_case_title(ticket.kind, ticket.details)
