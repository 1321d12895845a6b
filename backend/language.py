"""The language in which somebody is spoken to, and the words of ours that code puts together, in that language.

Whole sentences of the dialogue are in data/**/responses.yml and responses.es.yml. What code says itself (a day, a
reason, the title of a button) goes through `tr`; its Spanish is in the `es.po` beside the code, which translators'
tools read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.pofile import read_po

from backend.config import ROOT

ENGLISH, SPANISH = "en", "es"
LANGUAGES = (ENGLISH, SPANISH)
PACKAGES = ("actions", "backend", "bot")

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current_language() -> str:
    """The language of whoever is being answered now: `en` or `es`."""
    return _current.get()


def other_language(language: str) -> str:
    """The one of the two that `language` is not."""
    return ENGLISH if language == SPANISH else SPANISH


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Within it `tr` and the days are in `language`; one that we do not speak is English."""
    before = _current.set(language if language in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _current.reset(before)


def tr(text: str, /, **values: object) -> str:
    """`text`, a template in English, in the current language, with its values put in.

    A text without a translation stays English: better understood in part than silent. A test holds that there is none.
    """
    words = load_catalog().get(text, text) if current_language() == SPANISH else text
    return words.format(**values) if values else words


def in_each(languages: Iterable[str], words: Callable[[], str], between: str) -> str:
    """What `words` makes in each of the languages, once each, with `between` put between them.

    For a notice that whoever reads it must understand: in the language of the talk, and in the one on file.
    """
    said = []
    for language in dict.fromkeys(languages):
        with use_language(language):
            said.append(words())
    return between.join(said)


def with_language(url: str) -> str:
    """The address of a page of ours so that it opens in the current language; English needs nothing said."""
    return f"{url}?lang={SPANISH}" if current_language() == SPANISH else url


def mark(text: str) -> str:
    """`text` itself: marks a constant whose translation `tr` looks up later, when the language is known."""
    return text


@cache
def load_catalog() -> dict[str, str]:
    """English to Spanish, of every `es.po`."""
    words: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("es.po")):
            words |= _read(path)
    return words


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        entries = read_po(file, locale=SPANISH)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


def format_day(day: date, today: date) -> str:
    """`Friday, December 4`, `viernes 4 de diciembre`; with the year when it is another than today's."""
    if current_language() == SPANISH:
        return format_date(day, "EEEE d 'de' MMMM" + (" 'de' y" if day.year != today.year else ""), locale=SPANISH)
    return f"{day:%A}, {day:%B} {day.day}" + (f", {day.year}" if day.year != today.year else "")


def format_long_date(day: date) -> str:
    """`December 4, 2026`, `4 de diciembre de 2026`, as it stands in what is agreed to."""
    if current_language() == SPANISH:
        return format_date(day, "d 'de' MMMM 'de' y", locale=SPANISH)
    return f"{day:%B} {day.day}, {day.year}"


def format_weekday(weekday: int) -> str:
    """`Monday`, `lunes`; 0 is Monday."""
    day = date(2024, 1, 1) + timedelta(days=weekday)  # that was a Monday
    return format_date(day, "EEEE", locale=SPANISH) if current_language() == SPANISH else f"{day:%A}"


def format_month(day: date) -> str:
    """`November 2026`, `noviembre de 2026`."""
    if current_language() == SPANISH:
        return format_date(day, "MMMM 'de' y", locale=SPANISH)
    return f"{day:%B %Y}"


def format_short_month(day: date) -> str:
    """`Nov 2026`, `nov 2026`, as it stands in a table."""
    if current_language() == SPANISH:
        return format_date(day, "LLL y", locale=SPANISH).replace(".", "")
    return f"{day:%b %Y}"


def format_month_name(day: date, *, short: bool = False) -> str:
    """`November`, `noviembre`; short, `Nov`, `nov`, as it stands under a bar of a chart."""
    if current_language() == SPANISH:
        return format_date(day, "LLL" if short else "LLLL", locale=SPANISH).replace(".", "")
    return f"{day:%b}" if short else f"{day:%B}"


def format_short_date(day: date, *, year: bool = False) -> str:
    """`Nov 4`, `4 nov`, as it stands in a list; with the year where asked."""
    if current_language() == SPANISH:
        return format_date(day, "d MMM" + (" y" if year else ""), locale=SPANISH).replace(".", "")
    return f"{day:%b} {day.day}" + (f", {day.year}" if year else "")


def format_day_of_month(day: date) -> str:
    """`November 4`, `4 de noviembre`."""
    if current_language() == SPANISH:
        return format_date(day, "d 'de' MMMM", locale=SPANISH)
    return f"{day:%B} {day.day}"
