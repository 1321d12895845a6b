"""The current language, and translation of the texts that code composes.

Whole responses of the dialogue are in data/**/responses.yml and responses.es.yml. Texts in code (a day, a reason, a
button's title) go through `tr`; their Spanish is in the gettext `es.po` of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache

from babel.dates import format_date
from babel.messages.pofile import read_po

from backend.config import ROOT

ENGLISH, SPANISH = "en", "es"
LANGUAGES = (ENGLISH, SPANISH)
PACKAGES = ("actions", "backend", "bot", "sandbox")

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current_language() -> str:
    """The language of the answer being made: `en` or `es`."""
    return _current.get()


def other_language(language: str) -> str:
    return ENGLISH if language == SPANISH else SPANISH


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Within it `tr` and the date formats use `language`; any other than `en` and `es` means English."""
    before = _current.set(language if language in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _current.reset(before)


def tr(text: str, /, **values: object) -> str:
    """The English template `text` in the current language, formatted with `values`.

    Falls back to English without a translation; a test checks that every text has one.
    """
    template = load_catalog().get(text, text) if current_language() == SPANISH else text
    return template.format(**values) if values else template


def tr_count(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` where `count` is 1, else `many`; both are templates as in `tr`, and have `count` as `{count}`."""
    return tr(one if count == 1 else many, count=count, **values)


LANGUAGE_SEPARATORS = {"sms": " ", "email": "\n\n"}
"""Between the languages of a message, by its kind in the outbox."""


def in_each(languages: Iterable[str], words: Callable[[], str], between: str) -> str:
    """The results of `words()` in each of the languages, once each, joined by `between`.

    For security notices, which go out in the language of the conversation and in the one on file.
    """
    texts = []
    for language in dict.fromkeys(languages):
        with use_language(language):
            texts.append(words())
    return between.join(texts)


def with_language(url: str) -> str:
    """The URL of one of our pages, with `?lang=es` where the current language is Spanish."""
    return f"{url}?lang={SPANISH}" if current_language() == SPANISH else url


def mark(text: str) -> str:
    """Returns `text`; marks a constant for the message catalog, to be translated with `tr` later."""
    return text


@cache
def load_catalog() -> dict[str, str]:
    """English -> Spanish, from every `es.po`."""
    words: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("es.po")):
            with path.open("rb") as file:
                entries = read_po(file, locale=SPANISH)
            words |= {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
    return words


def format_day(day: date, today: date) -> str:
    """`Friday, December 4`, `viernes 4 de diciembre`; with the year if it differs from today's."""
    if current_language() == SPANISH:
        return format_date(day, "EEEE d 'de' MMMM" + (" 'de' y" if day.year != today.year else ""), locale=SPANISH)
    return f"{day:%A}, {day:%B} {day.day}" + (f", {day.year}" if day.year != today.year else "")


def format_long_date(day: date) -> str:
    """`December 4, 2026`, `4 de diciembre de 2026`, for consent texts."""
    if current_language() == SPANISH:
        return format_date(day, "d 'de' MMMM 'de' y", locale=SPANISH)
    return f"{day:%B} {day.day}, {day.year}"


def format_weekday(weekday: int) -> str:
    """`Monday`, `lunes`; 0 is Monday."""
    day = date(2024, 1, 1) + timedelta(days=weekday)  # a Monday
    return format_date(day, "EEEE", locale=SPANISH) if current_language() == SPANISH else f"{day:%A}"


def format_month(day: date) -> str:
    """`November 2026`, `noviembre de 2026`."""
    if current_language() == SPANISH:
        return format_date(day, "MMMM 'de' y", locale=SPANISH)
    return f"{day:%B %Y}"


def format_short_month(day: date) -> str:
    """`Nov 2026`, `nov 2026`, for tables."""
    if current_language() == SPANISH:
        return format_date(day, "LLL y", locale=SPANISH).replace(".", "")
    return f"{day:%b %Y}"


def join_words(parts: Sequence[str]) -> str:
    """`a, b and c` in the current language."""
    if len(parts) < 2:
        return "".join(parts)
    return tr("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


def format_month_name(day: date, *, short: bool = False) -> str:
    """`November`, `noviembre`; short, `Nov`, `nov`, for charts."""
    if current_language() == SPANISH:
        return format_date(day, "LLL" if short else "LLLL", locale=SPANISH).replace(".", "")
    return f"{day:%b}" if short else f"{day:%B}"


def format_short_date(day: date, *, year: bool = False) -> str:
    """`Nov 4`, `4 nov`, for lists; optionally with the year."""
    if current_language() == SPANISH:
        return format_date(day, "d MMM" + (" y" if year else ""), locale=SPANISH).replace(".", "")
    return f"{day:%b} {day.day}" + (f", {day.year}" if year else "")


def format_day_of_month(day: date) -> str:
    """`November 4`, `4 de noviembre`."""
    if current_language() == SPANISH:
        return format_date(day, "d 'de' MMMM", locale=SPANISH)
    return f"{day:%B} {day.day}"
