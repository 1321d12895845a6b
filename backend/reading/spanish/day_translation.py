"""Spanish days and times as English ones. Text without accents, lower case."""

from __future__ import annotations

import re

ENGLISH_MONTHS = {
    "enero": "january", "febrero": "february", "marzo": "march", "abril": "april", "mayo": "may", "junio": "june",
    "julio": "july", "agosto": "august", "septiembre": "september", "setiembre": "september", "octubre": "october",
    "noviembre": "november", "diciembre": "december",
    "ene": "january", "feb": "february", "abr": "april", "ago": "august", "sept": "september", "dic": "december",
}  # fmt: skip
ENGLISH_WEEKDAYS = {
    "lunes": "monday", "martes": "tuesday", "miercoles": "wednesday", "jueves": "thursday", "viernes": "friday",
    "sabado": "saturday", "domingo": "sunday",
}  # fmt: skip
_DAY_NAMES = """primero/primer/uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis
veintisiete veintiocho veintinueve treinta"""
DAY_NUMBERS = {name: number for number, names in enumerate(_DAY_NAMES.split(), 1) for name in names.split("/")}
_DAY = rf"(?:\d{{1,2}}(?:ro|o|er)?|treinta y uno|{'|'.join(sorted(DAY_NUMBERS, key=len, reverse=True))})"
_MONTH = "|".join(sorted(ENGLISH_MONTHS, key=len, reverse=True))
SPANISH_WEEKDAY_PATTERN = "|".join(ENGLISH_WEEKDAYS)
_WORD_START, _WORD_END = r"(?<![\w@.-])", r"(?![\w@]|\.\w)"

_OF_MONTH = re.compile(
    rf"{_WORD_START}(?:(?:el|the) )?(?:(?:dia|day) )?(?P<day>{_DAY}) de(?:l mes de)? "
    rf"(?P<month>{_MONTH})(?:(?: de| del)? (?P<year>20\d\d))?{_WORD_END}"
)
_MONTH_ALONE = re.compile(rf"{_WORD_START}(?:{_MONTH}){_WORD_END}")
# "el dia" may be "the day" by then, because alone it is one of the phrases
_DAY_OF_MONTH = re.compile(
    rf"{_WORD_START}(?:(?:el )?dia|(?:the )?day|el) (?P<day>{_DAY}){_WORD_END}(?! ?(?:dolares|centavos|%|por ciento))"
    rf"(?!,? (?:cero|{'|'.join(list(DAY_NUMBERS)[:11])}){_WORD_END})"  # "el cuatro uno cero": a number, digit by digit
)
_ENGLISH_NTH = r"the \d{1,2}(?:st|nd|rd|th)"
_DAY_OF_NAMED_MONTH = re.compile(
    rf"(?P<day>{_ENGLISH_NTH}) de (?:este|el) mes\b|(?P<next>{_ENGLISH_NTH}) del (?:proximo mes|mes que viene)\b"
)
_WEEK_AFTER = re.compile(
    rf"{_WORD_START}(?:el )?(?P<day>{SPANISH_WEEKDAY_PATTERN}) (?:de la (?:proxima|otra) semana|"
    rf"de la semana que (?:viene|entra)){_WORD_END}"
)
_NEXT_DAY = re.compile(
    rf"{_WORD_START}(?:(?:el|este|para el|hasta el) )*(?:proximo )?(?P<day>{SPANISH_WEEKDAY_PATTERN})"
    rf"(?: (?:que viene|que entra|proximo))?{_WORD_END}"
)
_IN_DURATION = re.compile(
    rf"{_WORD_START}(?:en|dentro de) (?P<many>\d{{1,2}}|un|una|{'|'.join(DAY_NUMBERS)}) (?P<unit>dias?|semanas?|"
    rf"mes(?:es)?){_WORD_END}"
)
_CLOCK_TIME = re.compile(
    rf"{_WORD_START}(?P<side>a las?|las|como a las|despues de las?|antes de las?) (?P<hour>\d{{1,2}}|"
    rf"{'|'.join(list(DAY_NUMBERS)[:15])})(?::(?P<minutes>\d\d)| y (?P<half>media|"
    rf"cuarto))?(?: de la (?P<part>manana|tarde|noche)| ?(?P<half_day>[ap]\.? ?m\.?))?{_WORD_END}(?! (?:cuentas|"
    r"facturas|tarjetas|casas|veces|semanas)\b)"  # things that are counted: "las dos cuentas"
)
_DAY_FIRST = re.compile(r"(?<![\d/])(1[3-9]|2\d|3[01])/(0?[1-9]|1[0-2])(?=(?:/\d{2,4})?(?![\d/]))")
_UNITS = {"dia": "day", "dias": "days", "semana": "week", "semanas": "weeks", "mes": "month", "meses": "months"}


def translate_days(text: str) -> str:
    """`el 15 de diciembre` as `december 15`, `el viernes que viene` as `friday`, `en dos semanas` as `in two weeks`."""
    text = _DAY_FIRST.sub(r"\2/\1", text)  # 25/12 can be nothing else
    text = _OF_MONTH.sub(_translate_date, text)
    text = _WEEK_AFTER.sub(lambda match: f"{ENGLISH_WEEKDAYS[match['day']]} next week", text)
    text = _NEXT_DAY.sub(lambda match: ENGLISH_WEEKDAYS[match["day"]], text)
    text = _IN_DURATION.sub(_translate_duration, text)
    text = _DAY_OF_MONTH.sub(lambda match: f"the {_format_ordinal(_parse_number(match['day']))}", text)
    text = _DAY_OF_NAMED_MONTH.sub(lambda match: match["day"] or f"{match['next']} of next month", text)
    return _MONTH_ALONE.sub(lambda match: ENGLISH_MONTHS[match[0]].replace("may", "May"), text)  # `may` is a verb too


def translate_times(text: str) -> str:
    """`a las 10 de la manana` as `at 10 am`. Before all else: its `manana` is no tomorrow."""
    return _CLOCK_TIME.sub(_translate_clock, text)


def _parse_number(word: str) -> int:
    if word == "treinta y uno":
        return 31
    return DAY_NUMBERS.get(word) or int(re.sub(r"\D", "", word))


def _format_ordinal(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day, "th")
    return f"{day}{ending}"


def _translate_date(match: re.Match[str]) -> str:
    year = f", {match['year']}" if match["year"] else ""
    return f"{ENGLISH_MONTHS[match['month']]} {_parse_number(match['day'])}{year}"


def _translate_duration(match: re.Match[str]) -> str:
    many = match["many"]
    number = 1 if many in ("un", "una") else _parse_number(many)
    return f"in {number} {_UNITS[match['unit']]}"


def _translate_clock(match: re.Match[str]) -> str:
    hour = match["hour"] if match["hour"].isdigit() else str(DAY_NUMBERS[match["hour"]])
    minutes = match["minutes"] or {"media": "30", "cuarto": "15"}.get(match["half"] or "", "")
    half = {"manana": " am", "tarde": " pm", "noche": " pm"}.get(match["part"] or "", "")
    if match["half_day"]:
        half = f" {match['half_day'][0]}m"
    side = {"desp": "after", "ante": "before"}.get(match["side"][:4], "at")
    return f"{side} {hour}{':' + minutes if minutes else ''}{half}"
