"""Splits a message into its clauses: at sentence ends, and at words such as ", and", ", but" or "and also".

Both sides must be more than numbers and names, so that amounts, dates, numbers and addresses stay whole.
"""

import re

CONJUNCTIONS = r"and|also|oh|but|then|plus|btw|y|e|tambi[eé]n|ah|pero|luego|adem[aá]s|despu[eé]s|aparte"
# "pay my bill, change my phone number and stop the paper bills": such a verb begins a request
REQUEST_VERBS = (
    r"pay|change|stop|start|set ?up|turn|sign|update|report|check|cancel|move|switch|schedule|reset|enroll|quit|get|"
    r"see|find|tell|quiero|necesito|pagar|cambiar|parar|cancelar|reportar|programar|activar"
)
# "what the base charge is, and how much if I'm late": so does a question word after a comma
QUESTION_STARTS = (
    r"what|how|when|where|why|which|do i|does|is there|can i|cu[aá]nto|qu[eé]|c[oó]mo|cu[aá]ndo|d[oó]nde|hay"
)
# "how much do i owe and are you open saturday": behind a bare "and" only what plainly asks or wishes
WISH_STARTS = (
    r"(?:are|do|does|can|could|will|would) (?:you|u|i|we|they)|(?:is|are) there|is (?:my|the|it)|"
    r"when (?:is|are|do|does|will|can)|"
    r"what (?:is|are|do|does|time|about my)|what'?s|whats|where (?:is|are|do|can)|how (?:do|can|much|long|late|is)|"
    r"i (?:want|need|would like|'d like) to|i'd like to|"
    r"a qu[eé] hora|(?:abren|cierran|atienden|aceptan|cobran|tienen|puedo|quiero|necesito)\b|cu[aá]nto|cu[aá]l es|"
    r"c[oó]mo|cu[aá]ndo|d[oó]nde|hay"
)
CLAUSE_BOUNDARY = re.compile(
    # "hmm no, let's just pay it": what is wanted instead is a separate clause
    rf"(?<=\bno)(?:,\s*|\s+)(?=(?:let'?s|i (?:want|need|will|would|just)|just (?:pay|do|make|set)|mejor|quiero)\b)|"
    rf"(?<=[.!?])\s+|\s*;\s+|\s*\n\s*|,\s+(?=(?:{CONJUNCTIONS})\b)|"
    rf"\s+(?=(?:and|y|but|pero|oh|ah)\s+(?:also|tambi[eé]n|adem[aá]s|oh)\b)"
    rf"|,\s+(?=(?:{REQUEST_VERBS})\b)|,\s+(?=(?:{QUESTION_STARTS})\s+\S+\s+\S+\s+\S+)|(?<=\w\w)\s+(?=(?:and|y)\s+(?:to\s+)?(?:{REQUEST_VERBS})\b)"
    rf"|,\s+(?=(?:{WISH_STARTS})\s+\S)|(?<=\w\w)\s+(?=(?:and|y)\s+(?:{WISH_STARTS})\s+\S)",
    re.IGNORECASE,
)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[a-z]|mr|mrs|ms|dr|st|ave|av|rd|ln|hwy|blvd|ct|apt|no|nos|num|n[uú]m|tel|ext|jr|sr|sra|srta|col|vs|etc|approx"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic|a\.m|p\.m|am|pm|u\.s)\.$",
    re.IGNORECASE,
)
LEADING_CONJUNCTIONS = re.compile(rf"^(?:(?:{CONJUNCTIONS})\b[\s,]*)+", re.IGNORECASE)
LETTER_WORD = re.compile(r"[^\W\d_]{2,}")
NOT_A_CLAUSE = re.compile(
    r"^\W*(?:\w*\d[\w-]*|[^\W\d_]{1,3}|apt|unit|lot|road|street|avenue|lane|drive|county|am|pm|january|february|march|april|may|june"
    r"|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)?\W*$",
    re.IGNORECASE,
)
WHOLE_ANSWERS = frozenset(
    "yes no yep yup nope ok okay sure thanks stop hi hey hello bye nah yea yeah ya si sí claro hola gracias y n".split()
)
MAX_CLAUSES = 6


def _stands_alone(part: str) -> bool:
    """Whether a part has a meaning of its own."""
    bare = LEADING_CONJUNCTIONS.sub("", part).strip()
    if bare.strip(" .,!?").lower() in WHOLE_ANSWERS:
        return True
    return bool(LETTER_WORD.search(bare)) and not NOT_A_CLAUSE.match(bare)


def split_clauses(text: str) -> list[str]:
    """A message's clauses in their order; one when there is nothing to split."""
    parts: list[str] = []
    start = 0
    for boundary in CLAUSE_BOUNDARY.finditer(text):
        before = text[start : boundary.start()]
        if ABBREVIATION.search(before) or not _stands_alone(before):
            continue
        if not _stands_alone(text[boundary.end() :]):
            break
        parts.append(before)
        start = boundary.end()
    parts.append(text[start:])
    if len(parts) > MAX_CLAUSES:
        parts = [*parts[: MAX_CLAUSES - 1], " ".join(parts[MAX_CLAUSES - 1 :])]
    return [part.strip() for part in parts if part.strip()]
