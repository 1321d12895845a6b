"""Reads what a message says of a payment beside its amount, day and method."""

from __future__ import annotations

import re

from backend.confirmation_numbers import ALPHABET, LETTERS
from backend.reading.dates.day_vocabulary import CARDINALS_TO_TWELVE
from backend.reading.detectors import detector
from backend.reading.normalize import fold_line

wants_another_day = detector(
    r"\b(another|different|other|later) (day|date|time)\b|\b(?:not today|today no)\b|\blater\b|"
    r"\b(schedule|post-?date) (it|this|that|a payment)\b"
)
has_letters = detector(r"[^\W\d_]{2}")
"""Whether it has anything but figures."""
is_unmarked_sum = detector(r"^\D{0,20}(?:\d,? ?){4,}\W*$(?<!\.\d\d)(?<!\.\d)")
"""Four figures or more with nothing that parts dollars from cents: how recognizers write `fifty twenty five`."""
is_question_about_payment = detector(
    r"^(yes,? |ok,? |and )?(what|how|when|which|where|why|who|tell me|can you tell|do i|is |are )|\?$"
)
"""`What is my balance` asks for it; only `my balance` pays it."""
asks_about_overpayment = detector(
    r"\b(?:what|where|how)\b.{0,40}\b(?:extra|the rest|overpay\w*|more than|too much|left ?over|difference|sobra|"
    r"resto)\b|\b(?:extra|the rest|overpay\w*|pay (?:too much|more)|left ?over|sobra|resto)\b.{0,40}\b(?:where|"
    r"go(?:es)?|happens?|va|pasa|lost|back|credit)\b"
)
"""`Where does the extra money go?`, of a payment over what is owed."""
asks_to_change_payment = detector(r"^(no,? )?(change|edit|fix|redo)\b( it| that| something| this)?")
says_already_paid = detector(
    r"^\W*(?:(?:no|but|hey|hi|hello|um|well|why|that|because|que|pero|oiga|hola|si)\W+)*(?:(?:i|we)(?:'?ve)? (?:have )?"
    r"(?:already|just) (?:paid|sent|payed)\b|(?:i|we) (?:paid|payed) (?:it|this|that|my bill|the bill|you)? ?(?:"
    r"already|yesterday|today|last week|this morning|at the (?:office|counter|store)|in person|by (?:check|mail))|"
    r"(?:(?:yo|nosotros) )?ya (?:(?:yo|nosotros) )?(?:(?:lo|la|los|las|se lo) )?(?:pag(?:ue|amos)|i paid)\b|"
    r"it'?s (?:already )?(?:been )?paid\b|already paid\b|"
    r"(?:lo|la) (?:pague|pagamos|i paid) (?:ayer|hoy|en|yesterday|today)\b)",
    unless=r"^\W*(?:if|when|can|could|where|si) |\b(?:too much|twice|double|dos veces|de mas|wrong|cut|shut|"
    r"desconect\w*|sin luz|no power|turn\w* .{0,12}on)\b",
    fold=fold_line,
)
"""`I already paid at the office`, `ya lo pagué ayer`: what is known of payments answers it."""
_PAYMENT = r"(?:payments?|charges?|transactions?|withdrawals?|draft|pagos?|cargos?|cobros?)"
denies_payment = detector(
    r"\b(?:(?:i|we|my (?:wife|husband)) (?:did ?n'?t|did not|never|have ?n'?t|have not)|nobody(?: here)?) "
    rf"(?:ma[dk]e|authori[sz]ed?|do|did|done|sen[dt]|approved?) (?:(?:the|this|that|these|those|any|such|"
    rf"no) )+{_PAYMENT}\b"
    rf"|\b{_PAYMENT}\b(?:[^.?!]|[.]\d){{0,60}}\b(?:i|we) (?:never|did ?n'?t|did not) (?:ma[dk]e|authori[sz]ed?|do|did|"
    rf"approve|"
    rf"want|set up)\b"
    rf"|\b{_PAYMENT}\b(?:[^.?!]|[.]\d){{0,40}}\b(?:that|which|it)? ?(?:is ?n'?t|is not|was ?n'?t|was not|not) (?:mine|"
    rf"ours|"
    rf"from me|me)\b"
    rf"|\byo no (?:hice|autorice|mande|di) (?:(?:ese|este|el|esos|estos|los|ningun) )*{_PAYMENT}\b"
    rf"|\b{_PAYMENT}\b(?:[^.?!]|[.]\d){{0,40}}\bque (?:yo )?no (?:hice|autorice|es mio|reconozco)\b|"
    rf"\bno reconozco (?:ese|este|"
    rf"el|un) {_PAYMENT}\b",
    unless=r"^(?:[^.?!]*\b(?:if|unless|si)\b)|\b(?:yet|on time|in time|todavia|a tiempo|last month|this month)\b",
    fold=fold_line,
)
"""`I did not make the payment of the 3rd`, `a charge that is not mine`: somebody else's doing, or a mistake."""
CHANGE_PATTERNS = {
    "amount": re.compile(r"\b(amount|how much|sum)\b", re.IGNORECASE),
    "day": re.compile(r"\b(day|date|when)\b", re.IGNORECASE),
    "method": re.compile(r"\b(method|way to pay|way|card|bank|account)\b", re.IGNORECASE),
}
COUNT_WORDS = re.compile(r"\b(?:last|past|latest|recent|previous)\s+(\d{1,2}|[a-z]+)\b", re.IGNORECASE)
ONLY_LATEST = 1
ASKS_LAST_PAYMENT = re.compile(
    r"\b(my|the|your|what was|when was|how much was) ?(very |most )?(last|latest|recent|previous) payment\b(?! method)|"
    r"\bwhen did (?:i|we) (last pay|pay last|make (?:my|our) last)\b|\bdid (?:i|we) pay (you )?last\b(?! \w)|"
    r"\bwhen (?:i|we) last paid\b",
    re.IGNORECASE,
)
wants_printed_copy = detector(r"\b(?:cop(?:y|ies)|pdf|duplicate|print(?:ed)?|reprint)\b")
"""Whether paper or a file is asked for, rather than to see the list."""
wants_copy = detector(r"\b(cop(y|ies)|print(ed|out)?|pdf|e-?mail|mail|send|resend|download)\b")
# K7M-4Q2, k7m4q2, or letter by letter as it is heard on the phone
CONFIRMATION_NUMBER = re.compile(rf"(?<![\w-])(?:[{ALPHABET}][\s.,-]{{0,2}}){{5}}[{ALPHABET}](?![\w-])", re.IGNORECASE)
# of letters alone, as some were given out before; never spelled letter by letter, which words could look like
LETTERS_NUMBER = re.compile(rf"(?<![\w-])[{LETTERS}]{{3}}[ -]?[{LETTERS}]{{3}}(?![\w-])", re.IGNORECASE)


def detect_parts_to_change(text: str) -> list[str]:
    """`amount`, `day` or `method`: what a member wants to be different, without saying yet what it should be."""
    return [part for part, pattern in CHANGE_PATTERNS.items() if pattern.search(text)]


def extract_count(words: str) -> int | None:
    """`my last three payments` → 3."""
    if ASKS_LAST_PAYMENT.search(words):
        return ONLY_LATEST
    found = COUNT_WORDS.search(words)
    if not found:
        return None
    said = found[1].lower()
    return (int(said) if said.isdigit() else CARDINALS_TO_TWELVE.get(said)) or None


def extract_confirmation(words: str) -> str | None:
    """The confirmation number that the words hold, as it was said. One of letters alone may be no number after all."""
    found = CONFIRMATION_NUMBER.search(words)
    if found is None or not has_digit(found[0]):
        found = LETTERS_NUMBER.search(words)
    return found[0] if found else None


def has_digit(number: str) -> bool:
    """Whether a confirmation number is surely one: those that are given out now have a digit."""
    return any(character.isdigit() for character in number)


asks_how_guests_pay = detector(
    r"\b(without (logging|signing|a log ?in|an account|a user)|guest|what do i need|how does (it|this|quick ?pay)|"
    r"someone else|somebody else|my (mom|mother|dad|father|parent|grand|neighbor|friend|son|daughter)\w*('s)?)\b"
)
"""Asks how to pay without signing in, or for somebody else."""
asks_where_history_is = detector(r"\bwhere\b|\b(on|in) (the|your) (web ?)?(site|portal)\b|\bonline\b")
"""Asks where past bills and payments are: `can i see them online`."""
