"""The words of tickets as the office reads them, in both languages."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from backend.callout.service import CHANNEL_NAMES, STATUS_NAMES
from backend.language import mark, tr
from backend.outage.only_here import ONLY_HERE, ONLY_HERE_LABEL
from backend.tickets.models import CLOSED_BY_LABEL, TAKEN_DOWN_LABEL, WAITING, WORKING, Ticket
from backend.tickets.service import ANSWERED, CLOSED, WITHDRAWN

MAP_URL = "https://www.openstreetmap.org/search?"
KIND_NAMES = {
    "danger": mark("Danger"), "outage": mark("Outage"), "light": mark("Light"), "tree": mark("Tree"),
    "meter": mark("Meter"), "voltage": mark("Voltage"), "medical": mark("Medical need"),
    "name_change": mark("Name change"), "dispute": mark("Dispute"), "high_bill": mark("High bill"),
    "damage": mark("Damage"), "arrangement": mark("Arrangement"), "service": mark("Service"),
    "complaint": mark("Complaint"), "callback": mark("Call back"), "electrician": mark("Electrician"),
    "other": mark("Other"),
}  # fmt: skip
STATE_NAMES = {
    "open": mark("Open"), "new": mark("New"), WORKING: mark("In progress"), WAITING: mark("Waiting for the member"),
    ANSWERED: mark("Answered"), CLOSED: mark("Done"), WITHDRAWN: mark("Withdrawn"), "all": mark("Any"),
}  # fmt: skip
PRIORITY_NAMES = {"high": mark("High"), "normal": mark("Normal"), "low": mark("Low")}
PROGRESS_NAMES = {"": mark("Not begun"), WORKING: mark("In progress"), WAITING: mark("Waiting for the member")}
IDENTITY_NAMES = {
    "anonymous": mark("not identified"),
    "known": mark("gave a member number and the last four digits"),
    "stepped up": mark("signed in with a code, or called from the phone on file"),
}
LABEL_NAMES = {
    "danger": mark("Danger"), "hazard": mark("Hazard"), "when": mark("When"), "about": mark("About"),
    "name": mark("Name"), "language": mark("Language"), "tried": mark("Tried before"), "level": mark("Identity shown"),
    "said before": mark("Said before"), "who asked": mark("Who asked"), "not before": mark("Not before"),
    "wish": mark("Wish"), "still out": mark("Still out"), "address": mark("Address"), "until": mark("Until"),
    ONLY_HERE_LABEL: mark("Only here"),
    "no danger, says who reported it": mark("No danger, says who reported it"),
    "danger asked about": mark("Danger asked about"), TAKEN_DOWN_LABEL: mark("Taken down by"),
}  # fmt: skip
HAZARD_NAMES = {
    "car": mark("a vehicle with a wire on it"), "burning_car": mark("a burning vehicle"), "hurt": mark("somebody hurt"),
    "gas": mark("smell of gas"), "fire": mark("fire or smoke"), "water": mark("water and power"),
    "life": mark("a life depends on power"), "wire": mark("a wire down"),
}  # fmt: skip
DETAIL_NAMES = {
    ONLY_HERE: mark("others there have power, says the member"),
    "not identified": mark("not identified"), "Spanish": mark("Spanish"), "English": mark("English"),
    "of the account, not told": mark("of the account, not told"),
    "no danger, says the office": mark("no danger, says the office"),
    "is not taken back by who writes in the member's name": mark(
        "is not taken back by who writes in the member's name"
    ),
}  # fmt: skip
"""Values of the details that the program writes, and not the member."""
STILL_OUT = re.compile(r"after the outage at (.+) was ended")
ASKED_FOR, GIVEN = ", asked for the ", re.compile(r"given to (\S+) by (\S+)")
TASK_NAMES = {
    "nothing; asked for a person": mark("asked for a person, nothing else"),
    "the office wrote first": mark("the office wrote first"),
}  # fmt: skip
CHANGE_NAMES = {
    "owner": mark("owner"), "priority": mark("priority"), "progress": mark("progress"), "due": mark("due"),
    "no answer": mark("nobody answered, try"), "next try": mark("next try"), "moved to": mark("moved to"),
    "before": mark("before"), "texted": mark("new time sent by text"),
}  # fmt: skip
VALUE_NAMES = {
    "none": mark("none"), "high": mark("high"), "normal": mark("normal"), "low": mark("low"), "yes": mark("yes"),
    "working": mark("in progress"), "waiting": mark("waiting for the member"),
}  # fmt: skip
SHOWN_APART = frozenset({CLOSED_BY_LABEL, "words"})
"""Labels that the page has a place for."""


def state_name(ticket: Ticket) -> str:
    """The state as the office sees it: an open one by how far the work is."""
    if ticket.status in (CLOSED, WITHDRAWN):
        return tr(STATE_NAMES[ticket.status])
    return tr(STATE_NAMES[ticket.progress or ticket.status])


def kind_name(kind: str) -> str:
    return tr(KIND_NAMES.get(kind, kind))


def name_code(code: str) -> str:
    """A ticket's kind in words; any other code of the program without its underscores."""
    return kind_name(code) if code in KIND_NAMES else code.replace("_", " ")


def label_name(label: str) -> str:
    """A label of the details; one that is not known here, as it was written."""
    return tr(LABEL_NAMES[label]) if label in LABEL_NAMES else label.capitalize()


def detail_value(value: object, label: str) -> str:
    """A value of the details in the reader's language; what a member said stays as it was."""
    text = str(value)
    if label == "level":
        return tr(IDENTITY_NAMES.get(text, text))
    if label == "tried":
        return task_words(text)
    if label == "until":
        return text.removesuffix(":00")
    if label in ("hazard", "danger") and text in HAZARD_NAMES:
        return tr(HAZARD_NAMES[text])
    if found := STILL_OUT.fullmatch(text):
        return tr("after the outage at {area} was ended", area=found[1])
    return tr(DETAIL_NAMES[text]) if text in DETAIL_NAMES else text


def task_words(text: str) -> str:
    """What the assistant was doing, `paying a bill, asked for the amount`, in the reader's language; any other text as
    it is. The question is left out: its name is the program's, and the talk has its words."""
    if found := GIVEN.fullmatch(text):
        return tr("given to {to} by {by}", to=found[1], by=found[2])
    task = text.partition(ASKED_FOR)[0]
    return tr(TASK_NAMES.get(task, task))


def describe_change(words: str) -> str:
    """A note of what was changed, `owner: bob; due: none`, in the reader's language."""
    parts = (part.partition(": ") for part in words.split("; "))
    return "; ".join(
        f"{tr(CHANGE_NAMES.get(label, label))}{mid}{tr(VALUE_NAMES[value]) if value in VALUE_NAMES else value}"
        for label, mid, value in parts
    )


def map_url(place: str) -> str:
    """A search on OpenStreetMap. Nothing goes there before somebody clicks."""
    return MAP_URL + urlencode({"query": place})


def way_name(way: str) -> str:
    return tr(CHANNEL_NAMES.get(way, way))


def status_name(status: str) -> str:
    return tr(STATUS_NAMES.get(status, status))


FILTERS = {
    "ticket_state": state_name, "kind_name": kind_name, "label_name": label_name, "change": describe_change,
    "capfirst": lambda text: text[:1].upper() + text[1:], "map_url": map_url,
    "way_name": way_name, "status_name": status_name,
    "detail_value": detail_value, "task_words": task_words,
    "identity_name": lambda level: tr(IDENTITY_NAMES.get(str(level), str(level))),
}  # fmt: skip
