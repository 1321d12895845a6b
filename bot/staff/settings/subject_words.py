"""What changed in a subject of knowledge/, part by part, in the words of its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from backend.coop import FILLED_IN_BY_THE_APP, KNOWN_FACTS, Coop
from backend.knowledge.parsing import PLACEHOLDER, KnowledgeError, parse_text
from backend.knowledge.service import CONVERSATION_PLACEHOLDERS, default_knowledge
from backend.knowledge.subjects import Subject
from backend.knowledge.writing import list_lines
from backend.language import LANGUAGES, mark, tr
from backend.office_settings.state import State
from backend.reading.acts.model import FOLLOW_UP_PREFIX
from bot.staff.settings.fields import LANGUAGE_LABELS

SUBJECT_PREFIX = "knowledge."
GROUP_TITLES = {
    "account": mark("The account"),
    "assistance": mark("Help with paying"),
    "billing": mark("Bills"),
    "charges": mark("Charges and rates"),
    "conversation": mark("The talk itself"),
    "disconnection": mark("Shutoff"),
    "membership": mark("Membership"),
    "meters": mark("Meters"),
    "office": mark("The office"),
    "online": mark("The account page"),
    "outage": mark("Outages"),
    "payments": mark("Paying"),
    "privacy": mark("Privacy"),
    "safety": mark("Safety"),
    "service": mark("Start, stop and move"),
    "solar_ev": mark("Solar and electric cars"),
}
SKILL_TITLES = {
    "account_creation": mark("Make an online account"),
    "alerts": mark("Alerts"),
    "arrangement": mark("Payment arrangement"),
    "autopay": mark("Set up Auto Pay"),
    "balance": mark("What is owed"),
    "budget_billing": mark("Budget or levelized billing"),
    "complaint": mark("A complaint"),
    "contact": mark("Change of contact details"),
    "dispute": mark("Dispute a charge"),
    "high_bill": mark("Why the bill is high"),
    "history": mark("Past bills"),
    "light": mark("Report a street light"),
    "medical": mark("Medical need of power"),
    "meter": mark("Meter problem"),
    "outage": mark("Report an outage"),
    "paperless": mark("Bill notifications, paperless"),
    "password": mark("Forgotten password"),
    "person": mark("A person"),
    "quick_pay": mark("Pay a bill"),
    "service": mark("Start, stop or move service"),
    "tree": mark("Report a tree"),
    "usage": mark("Use of power"),
}
PART_TITLES = {
    "answer": mark("Answer"),
    "contexts": mark("Answers by what was talked about"),
    "offer": mark("Offer behind the answer"),
}


@dataclass(frozen=True)
class ShownChange:
    """One line of a list of changes. `language` is that of the words in it."""

    label: str
    before: str
    after: str
    language: str = ""


def list_subject_changes(before: State, after: State, name: str) -> list[ShownChange]:
    """The parts of a subject that differ in two states, in both languages."""
    old, new = find_subject(before, name), find_subject(after, name)
    title = describe_subject(name, after)
    if old is None or new is None:
        whole = [ShownChange(title, _state_words(before, name), _state_words(after, name))]
        return whole + [_line(title, *each) for each in _parts(old, new)] if old is None else whole
    return [_line(title, *each) for each in _parts(old, new)]


def find_subject(state: State, name: str) -> Subject | None:
    """A subject as it is in a state; None where it is off, or there is none."""
    if name not in state.knowledge:
        return default_knowledge().find(name)
    text = state.knowledge[name]
    try:
        return parse_text(name, text) if text is not None else None
    except KnowledgeError:
        return None  # of a newer program


def describe_subject(name: str, state: State) -> str:
    """The title of a subject, also of one that is switched off."""
    found = find_subject(state, name) or default_knowledge().find(name)
    return found.title if found else name.replace("_", " ")


def _state_words(state: State, name: str) -> str:
    if find_subject(state, name) is not None:
        return tr("on")
    return tr("switched off") if name in state.knowledge else tr("not there")


def _line(title: str, part: str, language: str, before: str, after: str) -> ShownChange:
    where = f"{part}, {tr(LANGUAGE_LABELS[language])}" if language else part
    return ShownChange(f"{title}: {where}", before or "-", after or "-", language)


def _parts(old: Subject | None, new: Subject | None) -> Iterator[tuple[str, str, str, str]]:
    """(part, language, before, after) of each part that differs; of questions only those that came or went."""
    heads = (
        (tr("Title"), old.title if old else "", new.title if new else ""),
        (tr("Group"), _head(old, "group", GROUP_TITLES), _head(new, "group", GROUP_TITLES)),
        (tr("What the assistant can do next"), _head(old, "skill", SKILL_TITLES), _head(new, "skill", SKILL_TITLES)),
    )
    yield from ((part, "", was, now) for part, was, now in heads if was != now)
    for language in LANGUAGES:
        was, now = _lines(old, language), _lines(new, language)
        for part, title in PART_TITLES.items():
            before, after = "\n".join(was[part]), "\n".join(now[part])
            if before != after:
                yield tr(title), language, before, after
        gone = [each for each in was["questions"] if each not in now["questions"]]
        come = [each for each in now["questions"] if each not in was["questions"]]
        if gone or come:
            yield tr("Questions"), language, "\n".join(gone), "\n".join(come)
        elif was["questions"] != now["questions"]:
            yield tr("Questions"), language, "\n".join(was["questions"]), "\n".join(now["questions"])


def _head(subject: Subject | None, name: str, titles: dict[str, str]) -> str:
    value = (getattr(subject, name) or "") if subject else ""
    return tr(titles[value]) if value in titles else value


def _lines(subject: Subject | None, language: str) -> dict[str, list[str]]:
    empty: dict[str, list[str]] = {part: [] for part in (*PART_TITLES, "questions")}
    return list_lines(subject.contents[language]) if subject and language in subject.contents else empty


@cache
def _shipped_facts() -> frozenset[str]:
    texts = []
    for subject in default_knowledge().subjects.values():
        for words in subject.contents.values():
            texts += [words.answer, words.offer or "", *(" ".join(each) for each in words.contexts.values())]
    return frozenset(PLACEHOLDER.findall(" ".join(texts)))


def list_facts(coop: Coop, subject: str) -> list[str]:
    """The names that may stand in braces in the answers of a subject: those that have a value, and those that the
    shipped answers use, whose sentences are left out as long as coop.toml lacks them."""
    found = {*KNOWN_FACTS, *coop.facts, *_shipped_facts(), *FILLED_IN_BY_THE_APP}
    if not subject.startswith(FOLLOW_UP_PREFIX):
        found -= CONVERSATION_PLACEHOLDERS
    return sorted(found)
