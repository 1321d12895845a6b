"""Checks free text (names, addresses, labels) for what software leaves in a cell: formulas, errors, markup."""

from __future__ import annotations

import re
import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@")
"""A spreadsheet that opens an exported list would run such a cell as a formula (OWASP: CSV injection)."""
SPREADSHEET_ERRORS = re.compile(
    r"(?<![\w#])#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE
)
"""Also within a text: a formula that joins cells takes the error of one of them along."""
HASH_RUN = re.compile(r"#{3,}")
PLACEHOLDERS = frozenset(
    "null none nil nan undefined n/a na #n/a tbd unknown test xxx xx x todo - -- . ? ?? (null) (none) <null>".split()
)
MARKUP = re.compile(r"<\s*[!/?a-z][^<>]*>?|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
TEMPLATE_MARKS = re.compile(r"\{\{|\}\}|\$\{|\{%|<%|%>")
REPLACEMENT_CHARACTER = "\ufffd"
MAX_COMBINING_MARKS = 2
"""Combining accents on one letter; no language that members write has more."""


def find_text_problem(value: str) -> str | None:
    """What is wrong, as a phrase that follows the column's name; None when nothing is."""
    if value.startswith(FORMULA_STARTS):
        return f"begins with {value[0]}, as a formula does: give the plain words"
    if SPREADSHEET_ERRORS.search(value) or HASH_RUN.search(value):
        return "is what a spreadsheet shows instead of a value, or has it in it: correct it there"
    if MARKUP.search(value) or TEMPLATE_MARKS.search(value):
        return "has marks of a web page or a template in it (such as <b> or &amp;): give the plain words"
    if REPLACEMENT_CHARACTER in value or _is_mojibake(value):
        return "has letters that were lost on the way, such as Ã© for é: save it as CSV UTF-8 from where it is right"
    marks = "".join("x" if unicodedata.combining(character) else " " for character in value)
    if "x" * (MAX_COMBINING_MARKS + 1) in marks:
        return "has more accents on one letter than any language"
    return None


def find_name_problem(value: str) -> str | None:
    """As `find_text_problem`, for the name of a person or business."""
    if value.casefold() in PLACEHOLDERS:
        return "stands for no name: give the member's"
    if not any(letter.isalpha() for letter in value):
        return "has no letter in it: give the member's name"
    if re.search(r"\w\?\w", value):
        return "has a question mark for a lost letter: save it as CSV UTF-8 from where it is right"
    if re.search(r"\S@\S+\.\w", value):
        return "has an email address in it, which belongs in its own column"
    return find_text_problem(value)


def _is_mojibake(value: str) -> bool:
    """Whether UTF-8 was once decoded as Latin-1 or Windows-1252 (`JosÃ©`): then encoding it back gives valid UTF-8."""
    if value.isascii():
        return False
    for wrong in ("cp1252", "latin-1"):
        try:
            back = value.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        if back != value:
            return True
    return False
