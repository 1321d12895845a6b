"""What in a written text is said in other words, and how: one rule for each kind of thing, in order. Pure."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from backend.language import ENGLISH, current_language, format_day_of_month, format_long_date, mark, tr
from bot.channels.voice.speaking import addresses
from bot.channels.voice.speaking.letters import AGAIN, spell_email, spell_reference, spell_reference_shortly
from bot.channels.voice.speaking.numbers import spell_amount, spell_digits, spell_number, spell_phone, spell_time

Words = str | list[tuple[str, str]] | None
"""The words for a match, or (words, language) of its parts; None leaves it to later rules."""

_URL_TEXT = r"(?:https?://|www\.)\S*[^\s.,;:!?)]"
_SENTENCE_OF_URL = re.compile(
    rf"(?:(?<=^)|(?<=[.!?] ))[^.!?]*\b(?:is(?: at)?|es|está en):? {_URL_TEXT}[.!]?(?: |$)", re.IGNORECASE
)
_SITE = re.compile(
    r"(?:\b(?P<place>at|on|under|en) )?(?:https?://|www\.)[\w.:-]*\w(?:/portal)?/?(?:\?lang=\w\w)?(?![\w/?#=&-]|\.\w)",
    re.IGNORECASE,
)
_URL = re.compile(_URL_TEXT, re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]*\w[+-]*)@([\w-]+(?:\.[\w-]+)+)")
_MONEY = re.compile(r"(?P<minus>-\s?)?\$\s?(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{2})(?!\d))?")
_RATE = re.compile(r"\$0?\.(\d\d)(\d{1,3})\b")  # fractions of a cent: $0.0450
# an amount without its sign, as in "such as 84.50"; a share or a measure has its unit behind it
_PLAIN_MONEY = re.compile(
    r"(?<![\w.,$/:-])(\d{1,3}(?:,\d{3})*|\d{1,5})\.(\d\d)\b(?![.,]?\d)"
    r"(?!\s?(?:%|percent|por ciento|kW|kilo|cents|centavos))"
)
_ISO_DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_US_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(20\d\d|\d\d)\b(?!/)")
_US_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})\b(?!/)")
_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?= \d)")
_WEEKDAYS = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_WEEKDAY_RANGE = re.compile(rf"\b{_WEEKDAYS}\.? ?- ?{_WEEKDAYS}\b\.?")
_WEEKDAY = re.compile(rf"\b{_WEEKDAYS}\b(?=,? )")
_HALF = r"([AaPp])(?:\.[Mm]\.|[Mm]\b)"
_TIME = re.compile(rf"(?<![\d:.$-])\b(\d{{1,2}})(?::(\d\d))? ?{_HALF}")
_TIME_RANGE = re.compile(
    rf"(?<![\d:.$-])\b(\d{{1,2}})(?::(\d\d))? ?(?:{_HALF})? ?(?:-|\bto\b|\ba\b) ?(\d{{1,2}})(?::(\d\d))? ?{_HALF}"
)
_DAY_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"  # on the clock of 24 hours
_DAY_TIME_RANGE = re.compile(rf"(?<![\d:.$-]){_DAY_TIME} ?(?:-|\bto\b|\ba\b) ?{_DAY_TIME}\b(?!:)")
_LATE_DAY_TIME = re.compile(r"(?<![\d:.$-])(1[3-9]|2[0-3]):([0-5]\d)\b(?!:)")
_PHONE = re.compile(
    r"(?<![\w.-])(?:(?P<plus>\+1)[ .-]?|(?P<one>1)[ .-])?(?:\((\d{3})\) ?|(\d{3})[ .-])(\d{3})[ .-](\d{4})\b(?![-\d])"
)
_PLUS_PHONE = re.compile(r"\+1(\d{10})\b")
_LOCAL_PHONE = re.compile(r"(?<![\w.-])(\d{3})-(\d{4})\b(?![-\d])")
_PLAIN_PHONE = re.compile(r"(?<![\w.,$-])(\d{10})\b(?![\d-]|[.,]\d)")
_RANGE = re.compile(r"(?<![\w.,$/-])(\d{1,2})-(\d{1,2})\b(?![\d/-])")
_DASHED = re.compile(r"(?<![\w-])\d{2,}(?:-\d{2,})+(?![\w-])")
_MASKED = re.compile(r"(?:\.{2,3}|\*+|x{2,})-?(\d{2,6})\b", re.IGNORECASE)
_LAST_DIGITS = re.compile(
    r"\b(ending(?: in)?|ends(?: in)?|last four|code(?: is)?|"
    r"terminad[oa]s? en|terminan? en|[uú]ltimos cuatro|c[oó]digo(?: es)?)"
    r"(:?) (\d{3,6})\b",
    re.IGNORECASE,
)
# a confirmation number: two groups of three, or letters, a dash and more; any other mix of five or more
_REFERENCE = re.compile(
    r"\b(?=[A-Z0-9-]*[A-Z])(?:[A-Z0-9]{3}-[A-Z0-9]{3}|(?=[A-Z0-9-]*\d)[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})*)\b(?!-)"
)
_SHORT_REFERENCE = 4
_GIVEN = re.compile(
    r"(?:number|reference|confirmation|n[uú]mero|referencia)(?: de \w+)?(?: for this| para esto)?"
    r"(?: is| stays| es| sigue siendo| queda)?:? $",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"\s*(?:[.;!?)]|$)")
_CALLED_NUMBER = re.compile(
    r"(?<![\w.,$/:-])([2-9]11|988)\b(?![\d:/-]|[.,]\d| ?(?:%|kW|dollars|dólares|degrees|feet|days|miles))"
)
_THOUSANDS = re.compile(r"(?<![\w.,$-])(\d{1,3}(?:,\d{3})+)\b(?!,\d|\.\d)")
_ZEROS_FIRST = re.compile(r"(?<![\w.,$:/-])0\d+\b(?![.,:/]\d)")
_LONG_NUMBER = re.compile(r"(?<![\d.,$])\d{5,}(?![\d,]*\d)")
# what to type is said: "send PERSON", "Reply NEVER MIND"
_TYPED = re.compile(
    r"\b(?P<first>[Ss]|[Rr]|[Tt]|[Ee]|[Mm]|[Cc])(?:end|eply|ype|nv[ií]e|ande|esponda|onteste|scriba)"
    r"(?: with| con)?:? (?P<words>[A-ZÁÉÍÓÚÑ]{2,}(?: [A-ZÁÉÍÓÚÑ]{2,})*)\b(?![-\d])"
)
_TO = mark(" to ")
_SAY = mark("say")
_WORD_RULES = (
    (r"(?<=\ba )kWh\b|(?<=\bper )kWh\b|(?<=\bpor )kWh\b|(?<=\bel )kWh\b", mark("kilowatt hour")),
    (r"\bkWh\b", mark("kilowatt hours")),
    (r"\s*&\s*", mark(" and ")),
    (r"(?<=\d)\s?%", mark(" percent")),
)


def _name_site(match: re.Match[str]) -> str:
    """`at https://coop.example/portal` as `on our web site`; what leads to one page is `the link`."""
    return tr("on our web site") if match["place"] else tr("our web site")


def _spell_money(match: re.Match[str]) -> str:
    cents = int(match["dollars"].replace(",", "")) * 100 + int(match["cents"] or 0)
    return spell_amount(-cents if match["minus"] else cents)


def _spell_plain_money(match: re.Match[str]) -> str:
    return spell_amount(int(match[1].replace(",", "")) * 100 + int(match[2]))


def _spell_rate(match: re.Match[str]) -> str:
    """`$0.1135` as `11.35 cents`."""
    return tr("{number} cents", number=f"{int(match[1])}.{match[2]}".rstrip("0").rstrip("."))


def _spell_date(year: str, month: str, day: str) -> str | None:
    try:
        return format_long_date(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
    except ValueError:
        return None


def _spell_day(match: re.Match[str]) -> str | None:
    """`12/1` as `December 1`."""
    try:
        return format_day_of_month(date(2024, int(match[1]), int(match[2])))  # a leap year
    except ValueError:
        return None


def _find_name(names: Sequence[str], beginning: str) -> str:
    return next(name for name in names if name.startswith(beginning[:3]))


def _spell_out(names: Sequence[str], match: re.Match[str]) -> str | None:
    """`Nov` or `Sept` as the one of `names` that begins so; Spanish texts abbreviate no names."""
    return _find_name(names, match[1]) if current_language() == ENGLISH else None


def _spell_weekdays(match: re.Match[str]) -> str | None:
    if current_language() != ENGLISH:
        return None
    return f"{_find_name(tuple(day_name), match[1])} to {_find_name(tuple(day_name), match[2])}"


def _spell_half_day(hour: str, minute: str | None, half: str) -> str:
    """A time of the clock of 12 hours; `half` is A or P."""
    return spell_time(int(hour) % 12 + (12 if half.upper() == "P" else 0), int(minute or 0))


def _format_time(match: re.Match[str]) -> str | None:
    if not 1 <= int(match[1]) <= 12:
        return None
    return _spell_half_day(match[1], match[2], match[3]) + _end_of_sentence(match)


def _end_of_sentence(match: re.Match[str]) -> str:
    """The period that an abbreviation took from the end of a sentence."""
    return "." if match[0].endswith(".") and addresses.is_end_of_sentence(match) else ""


def _format_times(match: re.Match[str]) -> str | None:
    """`8:00 AM-4:30 PM` as `8 AM to 4:30 PM`; `4 to 8 p.m.` as `4 PM to 8 PM`."""
    if not (1 <= int(match[1]) <= 12 and 1 <= int(match[4]) <= 12):
        return None
    first = _spell_half_day(match[1], match[2], match[3] or match[6])
    return first + tr(_TO) + _spell_half_day(match[4], match[5], match[6]) + _end_of_sentence(match)


def _spell_parts(match: re.Match[str]) -> str:
    """The parts between the dashes, each digit by itself."""
    return ", ".join(spell_digits(part) for part in match[0].split("-"))


def _spell_phone(match: re.Match[str]) -> str:
    return spell_phone(("1" if match["one"] else "") + (match[3] or match[4]) + match[5] + match[6])


def _spell_reference(match: re.Match[str]) -> str:
    """With the words of its letters, and once more where it is given; in the rest of the text short."""
    plain = match[0].replace("-", "")
    if len(plain) <= _SHORT_REFERENCE:
        return " ".join(plain)
    text = match.string
    short = spell_reference_shortly(match[0])
    if re.search(rf"\b{re.escape(match[0])}\b", text[: match.start()]):
        return short
    is_given = _GIVEN.search(text[: match.start()]) and _CLAUSE_END.match(text[match.end() :])
    long = spell_reference(match[0])
    comes_again = re.search(rf"\b{re.escape(match[0])}\b", text[match.end() :])
    return f"{long}; {tr(AGAIN)}: {short}" if is_given and not comes_again else long


def _spell_typed(match: re.Match[str]) -> str:
    """`Send PERSON` as `Say person`."""
    verb = tr(_SAY)
    return f"{verb.capitalize() if match['first'].isupper() else verb} {match['words'].lower()}"


def _word_rule(word: str) -> Callable[[re.Match[str]], Words]:
    return lambda match: tr(word)  # at each match: the language is not known at import


def _each(spell: Callable[[str], str]) -> Callable[[re.Match[str]], Words]:
    return lambda match: spell(match[1])


RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Words]], ...] = (
    (_TYPED, _spell_typed),
    (_SENTENCE_OF_URL, lambda match: " "),
    (_SITE, _name_site),
    (_URL, lambda match: tr("the link")),
    (_EMAIL, lambda match: spell_email(match[1], match[2])),
    (_RATE, _spell_rate),
    (_MONEY, _spell_money),
    (_ISO_DATE, lambda match: _spell_date(match[1], match[2], match[3])),
    (_US_DATE, lambda match: _spell_date(match[3], match[1], match[2])),
    (_US_DAY, _spell_day),
    (_MONTH, partial(_spell_out, month_name[1:])),
    (_WEEKDAY_RANGE, _spell_weekdays),
    (_WEEKDAY, partial(_spell_out, tuple(day_name))),
    (_TIME_RANGE, _format_times),
    (_TIME, _format_time),
    (_DAY_TIME_RANGE, lambda m: spell_time(int(m[1]), int(m[2])) + tr(_TO) + spell_time(int(m[3]), int(m[4]))),
    (_LATE_DAY_TIME, lambda match: spell_time(int(match[1]), int(match[2]))),
    (_PLUS_PHONE, _each(spell_phone)),
    (_PHONE, _spell_phone),
    (_LOCAL_PHONE, lambda match: spell_phone(match[1] + match[2])),
    (_PLAIN_PHONE, _each(spell_phone)),
    (addresses.PO_BOX, addresses.spell_box),
    (addresses.ZIP, addresses.spell_zip),
    (addresses.ROUTE, addresses.spell_street),
    (addresses.STREET, addresses.spell_street),
    (addresses.UNIT, addresses.spell_unit),
    (addresses.STATE, addresses.spell_state),
    (addresses.SAINT, lambda match: "Saint "),
    (_RANGE, lambda match: f"{match[1]}{tr(_TO)}{match[2]}"),
    (_DASHED, _spell_parts),
    (_MASKED, lambda match: tr("ending {digits}", digits=" ".join(match[1]))),
    (_LAST_DIGITS, lambda match: f"{match[1]}{match[2]} {spell_digits(match[3])}"),
    (_REFERENCE, _spell_reference),
    (_CALLED_NUMBER, lambda match: " ".join(match[0])),
    (_PLAIN_MONEY, _spell_plain_money),
    (_THOUSANDS, lambda match: spell_number(int(match[1].replace(",", "")))),
    (_ZEROS_FIRST, lambda match: spell_digits(match[0])),
    (_LONG_NUMBER, lambda match: spell_digits(match[0])),
    *((re.compile(pattern), _word_rule(word)) for pattern, word in _WORD_RULES),
)
