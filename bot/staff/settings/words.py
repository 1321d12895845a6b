"""The pages about what members read and hear: hours, banner, greetings, starters, facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from backend.coop import Coop
from backend.coop_presentation import (
    CHAT_GREETING,
    LONGEST_BANNER,
    LONGEST_GREETING,
    LONGEST_STARTER,
    MOST_STARTERS,
    SAYS_MACHINE,
    STARTERS,
)
from backend.language import LANGUAGES, format_weekday, mark, tr, tr_count, use_language
from backend.reading.dates.day_vocabulary import WEEKDAYS
from bot.channels.voice.speaking.menu import format_opening
from bot.staff.settings.fact_titles import name_fact
from bot.staff.settings.fields import (
    LANGUAGE_LABELS,
    LANGUAGE_TITLES,
    Area,
    Field,
    Group,
    Kind,
    Reading,
    Sample,
    Typed,
    both,
    read_fields,
    show_fields,
)

LONGEST_SHORT_FACT = 30  # characters that a field of one line shows on a phone
Tables = Mapping[str, Any]


def in_each_language(title: str, make: Any) -> list[Sample]:
    """The words in English and in Spanish, as members read them."""
    samples = []
    for language in LANGUAGES:
        heading = f"{tr(title)}, {tr(LANGUAGE_LABELS[language])}"
        with use_language(language):
            words = make()
        if words:
            samples.append(Sample(heading, words, language))
    return samples


# -- hours


def _hours_groups(_tables: Tables, _typed: Typed) -> list[Group]:
    return [
        Group(
            format_weekday(number).capitalize(),
            (
                Field(f"{day}_opens", mark("Opens"), "time", longest=5),
                Field(f"{day}_closes", mark("Closes"), "time", longest=5),
            ),
            is_row=True,
        )
        for number, day in enumerate(WEEKDAYS)
    ]


def _show_hours(tables: Tables) -> dict[str, str]:
    typed: dict[str, str] = {}
    for day in WEEKDAYS:
        opens, closes = tables.get("hours", {}).get(day) or ("", "")
        typed |= {f"{day}_opens": str(opens), f"{day}_closes": str(closes)}
    return typed


def _read_hours(typed: Typed, _tables: Tables) -> Reading:
    reading = Reading({"hours": {}})
    for day in WEEKDAYS:
        opens, closes = (typed.get(f"{day}_{end}", "").strip()[:5] for end in ("opens", "closes"))
        if not opens and not closes:
            continue
        faults = {
            f"{day}_{end}": tr("Please give a time, such as 08:00 AM, or leave both empty for a closed day.")
            for end, text in (("opens", opens), ("closes", closes))
            if not _is_time(text)
        }
        if not faults and opens >= closes:
            faults[f"{day}_closes"] = tr("This must be after the opening time.")
        reading.errors |= faults
        reading.tables["hours"][day] = [opens, closes]
    return reading


def _is_time(text: str) -> bool:
    try:
        return time.fromisoformat(text).strftime("%H:%M") == text
    except ValueError:
        return False


HOURS = Area(
    "hours", mark("Office hours"),
    mark("When the office is open. A day with both fields empty is closed."),
    _hours_groups, _show_hours, _read_hours,
    lambda coop: in_each_language(mark("Members read"), lambda: coop.hours_text),
    lambda coop: coop.hours_text,
)  # fmt: skip

# -- banner


def _banner_groups(_tables: Tables, _typed: Typed) -> list[Group]:
    hint = mark("One or two short sentences: what happened, where, and when it will be better.")
    return [
        Group(mark("What it says"), both("banner", mark("Words"), "banner", "", hint=hint, longest=LONGEST_BANNER)),
        Group(
            mark("How long"),
            (
                Field(
                    "banner_until", mark("Taken off by itself at"), "moment", ("banner", "until"), longest=25,
                    hint=mark("The office's local time. Leave it empty, and it stays until you take it off."),
                ),
            ),
        ),
    ]  # fmt: skip


def _read_banner(typed: Typed, tables: Tables) -> Reading:
    reading = read_fields(_banner_groups(tables, typed), typed)
    if not any(language in reading.tables.get("banner", {}) for language in LANGUAGES):
        reading.tables["banner"] = {}
    return reading


BANNER = Area(
    "banner", mark("Outage banner"),
    mark(
        "A notice above every page. The chat greets with it, and callers hear it first. Empty both to take it off."
    ),
    _banner_groups, lambda tables: show_fields(_banner_groups(tables, {}), tables), _read_banner,
    lambda coop: in_each_language(mark("The banner"), lambda: coop.banner_text)
    or [Sample(tr("The banner"), tr("There is no banner now."))],
    lambda coop: coop.banner_text or tr("There is no banner now."),
)  # fmt: skip

# -- greetings


def _greeting_groups(_tables: Tables, _typed: Typed) -> list[Group]:
    chat_hint = mark("It must say that an automated assistant answers.")
    phone_hint = mark(
        "Then follows: I am an automated assistant. Just say what you need. Leave it empty for our own words."
    )
    return [
        Group(
            mark("In the chat"),
            both("chat", mark("Greeting"), "greetings", "chat", hint=chat_hint, longest=LONGEST_GREETING),
        ),
        Group(
            mark("On the phone"), both("phone", mark("First words"), "greetings", "phone", hint=phone_hint, longest=160)
        ),
    ]


def _show_greetings(tables: Tables) -> dict[str, str]:
    shown = show_fields(_greeting_groups(tables, {}), tables)
    return shown | {f"chat_{one}": shown[f"chat_{one}"] or CHAT_GREETING[one] for one in LANGUAGES}


def _read_greetings(typed: Typed, tables: Tables) -> Reading:
    reading = read_fields(_greeting_groups(tables, typed), typed)
    chat = reading.tables.get("greetings", {}).get("chat", {})
    for language, needed in SAYS_MACHINE.items():
        if chat.get(language) and needed not in chat[language].casefold():
            word = "automated" if language == "en" else "automático"
            reading.errors[f"chat_{language}"] = tr(
                'It must say that a machine answers: use the word "{word}".', word=word
            )
    return reading


def _greeting_samples(coop: Coop) -> list[Sample]:
    chat = [
        Sample(f"{tr('In the chat')}, {tr(LANGUAGE_LABELS[one])}", coop.shown.chat_greeting[one], one)
        for one in LANGUAGES
    ]
    return chat + in_each_language(mark("On the phone"), lambda: format_opening(coop))


GREETINGS = Area(
    "greetings", mark("Greetings"), mark("The first words in the chat and on the phone."),
    _greeting_groups, _show_greetings, _read_greetings, _greeting_samples,
    lambda coop: coop.shown.chat_greeting[LANGUAGES[0]],
)  # fmt: skip

# -- starters


def _starter_groups(_tables: Tables, _typed: Typed) -> list[Group]:
    hint = mark("One a line. The words are sent as the member's own message, so write them as a member would say them.")
    longest = MOST_STARTERS * (LONGEST_STARTER + 2)
    return [
        Group(
            mark("Buttons under the greeting"),
            tuple(
                Field(f"starters_{one}", mark("Buttons"), "lines", hint=hint, longest=longest, language=one)
                for one in LANGUAGES
            ),
        )
    ]


def _show_starters(tables: Tables) -> dict[str, str]:
    table = tables.get("starters") or STARTERS
    return {f"starters_{one}": "\n".join(table[one]) for one in LANGUAGES}


def _read_starters(typed: Typed, _tables: Tables) -> Reading:
    reading = Reading({"starters": {}})
    for language in LANGUAGES:
        lines = [" ".join(line.split()) for line in typed.get(f"starters_{language}", "").splitlines() if line.strip()]
        too_long = any(len(line) > LONGEST_STARTER or set("|{}") & set(line) for line in lines)
        if not 1 <= len(lines) <= MOST_STARTERS or too_long or len(set(lines)) < len(lines):
            reading.errors[f"starters_{language}"] = tr(
                "Write 1 to {count} different lines of at most {length} characters, without braces or the sign |.",
                count=MOST_STARTERS, length=LONGEST_STARTER,
            )  # fmt: skip
        reading.tables["starters"][language] = lines
    return reading


def _starter_samples(coop: Coop) -> list[Sample]:
    return [Sample(tr(LANGUAGE_TITLES[one]), "  ·  ".join(coop.shown.starters[one]), one) for one in LANGUAGES]


STARTERS_AREA = Area(
    "starters", mark("Chat buttons"), mark("What the chat offers to a member who has not written yet."),
    _starter_groups, _show_starters, _read_starters, _starter_samples,
    lambda coop: ", ".join(coop.shown.starters[LANGUAGES[0]]),
)  # fmt: skip

# -- facts


def _fact_groups(tables: Tables, _typed: Typed) -> list[Group]:
    groups = []
    for name, words in _as_both(tables).items():
        kind: Kind = "lines" if max(map(len, words.values())) > LONGEST_SHORT_FACT else "text"
        fields = tuple(
            Field(f"fact_{name}_{one}", LANGUAGE_TITLES[one], kind, ("facts", name, one), language=one, required=True)
            for one in LANGUAGES
        )
        braced = f"{{{{{name}}}}}"  # doubled: a template formats it
        groups.append(Group(name_fact(name), fields, is_row=True, hint=braced))
    return groups


def _as_both(tables: Tables) -> dict[str, dict[str, str]]:
    return {
        name: dict(value) if isinstance(value, Mapping) else dict.fromkeys(LANGUAGES, str(value))
        for name, value in tables.get("facts", {}).items()
    }


def _read_facts(typed: Typed, tables: Tables) -> Reading:
    reading = read_fields(_fact_groups(tables, typed), typed)
    before = _as_both(tables)
    changed = {name: words for name, words in reading.tables.get("facts", {}).items() if words != before[name]}
    reading.tables = {"facts": changed} if changed else {}
    return reading


FACTS = Area(
    "facts", mark("Facts in answers"),
    mark("Fees, days and places that the answers name. Each stands in the answers wherever its name is in braces."),
    _fact_groups, lambda tables: show_fields(_fact_groups(tables, {}), {"facts": _as_both(tables)}), _read_facts,
    lambda _coop: [], lambda coop: tr_count("1 fact", "{count} facts", len(coop.facts)),
)  # fmt: skip
