"""The kinds of cases that a member can report or ask for, and what each needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backend.language import ENGLISH, current, mark, tr
from backend.reading.damage import damage_claimed
from backend.reading.electrician import off_for_an_electrician
from backend.reading.life_support import at_risk_now, depends_on_power, power_is_out
from backend.reading.outage_told import went_out
from backend.tickets.models import Ticket

DEATH = re.compile(
    r"\b(?:died|dead|death|deceased|passed(?: away| on)?|passing|lost (?:my|our) (?:husband|wife|mom|"
    r"mother|dad|father|son|"
    r"daughter|brother|sister|grand\w+)|late (?:husband|wife|mother|father)|widow(?:ed|er)?|funeral|estate|obituary)\b",
    re.IGNORECASE,
)
LIGHT = re.compile(
    r"\b(?:street|yard|security|pole|barn|night|area|lot|alley|dusk to dawn|outdoor|"
    r"outside)[ -]?(?:lights?|lamps?|lites?)\b|"
    r"\bstreet ?lights?\b|\blight on (?:the|my|our) pole\b|\blamp ?posts?\b",
    re.IGNORECASE,
)
UNSTEADY = re.compile(
    r"\b(?:flicker\w*|dim|dims|dimming|dimmer|brown ?-?outs?|blink(?:s|ing)|surg(?:e|es|ing)|low voltage|"
    r"half (?:my|the|of|our) "
    r"\w+|part(?:ial)? (?:power|of)|pulsing|too bright)\b",
    re.IGNORECASE,
)

MOST_OF_WORDS = 70
# a charge that is questioned because so much was used is looked at with the use beside it
TOO_MUCH_USE = re.compile(r"\b(?:kwh|kilowatt\w*|usage|used|too high|so high|doubled|tripled)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """One kind. `title` goes on behind "Report"; the words of the office's answer are in data/cases/responses.yml.

    `intents` open it. `asks_what`: words that only name the kind do not tell what happened, so that is asked.
    `asks_when`: somebody comes to look, so what suits is asked. `now`: something is said at once, before any question.
    `placeless`: it happened nowhere in particular. `urgent`: it always is, or when the words say so.
    """

    kind: str
    title: str
    intents: tuple[str, ...] = ()
    asks_what: bool = False
    asks_when: bool = False
    now: bool = False
    placeless: bool = False
    urgent: bool | Callable[[str], bool] = False

    def is_urgent(self, words: str) -> bool:
        return self.urgent(words) if callable(self.urgent) else self.urgent


CASES: dict[str, Case] = {
    case.kind: case
    for case in (
        Case("light", mark("a street or yard light out"), ("report_light",)),
        Case("tree", mark("a tree near the lines"), ("report_tree",), now=True),
        Case("meter", mark("a problem with the meter"), ("meter_problem",), asks_when=True),
        Case("electrician", mark("power off and back on for an electrician"), asks_when=True),
        Case("voltage", mark("flickering or weak power"), ("voltage_problem",), now=True, urgent=True),
        Case("medical", mark("a medical need for power"), ("medical_need",), now=True, urgent=at_risk_now),
        Case("name_change", mark("a change of the name on the account"), ("name_change",), now=True),
        Case("dispute", mark("a charge you question"), ("dispute_charge",), asks_what=True),
        Case("high_bill", mark("a bill that seems too high"), asks_what=True),
        Case("damage", mark("a claim for damage")),
        Case("complaint", mark("a complaint"), ("complaint",), asks_what=True, placeless=True),
        Case("other", mark("a request for the office"), asks_what=True, placeless=True),
    )
}
POWER = {
    "outage": Case("outage", mark("the power out"), urgent=depends_on_power),
    "danger": Case("danger", mark("danger"), urgent=True),
}
MAY_BE_A_CLAIM = frozenset({"voltage", "dispute", "high_bill", "complaint", "other"})
"""Who tells what a surge burned out is taken for one of these; the thing that broke says what it is."""
BY_INTENT = {intent: case.kind for case in CASES.values() for intent in case.intents}
TITLES = {case.kind: case.title for case in (*CASES.values(), *POWER.values())} | {
    "arrangement": mark("a payment arrangement"),
    "service": mark("a change of service"),
    "callback": mark("a call back"),
}


def case_told(intent: str, words: str) -> str:
    """The kind of a case by the intent that opened it and its words.

    A medical need while the power is out is an outage, and an urgent one: a form to fill in helps nobody then.
    """
    if off_for_an_electrician(words):
        return "electrician"
    kind = BY_INTENT.get(intent, "other")
    if kind in MAY_BE_A_CLAIM and damage_claimed(words):
        return "damage"
    if (kind == "medical" and power_is_out(words)) or (kind == "voltage" and went_out(words)):
        return "outage"
    return "high_bill" if kind == "dispute" and TOO_MUCH_USE.search(words) else kind


def title(kind: str, details: Mapping[str, str] | None = None) -> str:
    """What is reported, in the language of the talk, to go on behind "Report" or "your report of".

    A request is named by what it is about: the subject that was told before, else the member's own words.
    """
    told = tr(TITLES.get(kind, TITLES["other"]))
    if kind != "other" or not details:
        return told
    about, words = details.get("about"), str(details.get("words") or "").split(" / ")[0]
    if about and current() == ENGLISH:
        return tr("{what} about {subject}", what=told, subject=about)
    return f"{told}: {_shortened(words)}" if words else told


def title_of(ticket: Ticket) -> str:
    """The same for what was filed."""
    return title(ticket.kind, ticket.details)


def _shortened(words: str) -> str:
    return words if len(words) <= MOST_OF_WORDS else words[:MOST_OF_WORDS].rsplit(" ", 1)[0] + " …"


def kind_of_outage(words: str) -> str:
    """An outage that is none: a light on a pole is `light`, power that is there but unsteady `voltage`."""
    if damage_claimed(words):
        return "damage"
    if LIGHT.search(words):
        return "light"
    return "voltage" if UNSTEADY.search(words) and not went_out(words) else "outage"
