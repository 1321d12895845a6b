"""Reads the amount a member wants to pay, in cents: `eighty four fifty` is 8450.

What is not plainly one amount is an `AmountProblem`, so that it is asked about and never guessed.
"""

from __future__ import annotations

import re

from backend.money import share_of
from backend.reading.dates.day_parsing import blank_days
from backend.reading.money.amount_choice import (
    PAY_BEFORE_AMOUNT,
    Amount,
    AmountCandidate,
    AmountProblem,
    Percent,
    Share,
    choose_amount,
)
from backend.reading.money.spoken_money import DOLLAR_WORDS, SpokenSum, find_spoken_sums
from backend.reading.normalize import blank_matches, blank_span, blank_times, clean_text, is_value_denied
from backend.reading.numbers.digit_groups import (
    CARD_BRANDS,
    METHOD_LABEL,
    DigitGroup,
    blank_last4_labels,
    find_digit_groups,
    spoken_to_digits,
)
from backend.reading.numbers.number_tokens import tokenize

__all__ = [
    "Amount",
    "AmountProblem",
    "detect_share",
    "detect_share_alone",
    "find_sums",
    "names_past_due",
    "parse_amount",
    "parse_cleaned_amount",
]


MAX_ALL_ANSWER_WORDS = 5
# "1 580": a thousand with a space, or two numbers?
_SPACED_THOUSANDS = re.compile(r"(?<![\w.,*$-])\$? ?[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9]|[.,-][0-9])")
_TYPED = re.compile(
    r"(?<![\w.,*$])(?P<sign>-|minus |negative )?(?P<dollar>\$ ?)?(?P<inner>-)?"
    r"(?P<figures>[*.]?[0-9][0-9,.*]*(?:e[+-]?[0-9]+)?)(?P<k>k\b)? ?(?P<unit>dollars?\b|bucks?\b|bux\b|dollas\b|"
    r"dol+[ae]rs?\b|usd\b|cents?\b|c\b|¢|%|percent\b)?"
)
_WORDED_SIGN = re.compile(r"\b(?:minus|negative) \$?$")
# _ALL counts where the amount was asked for, _ALL_PLAINLY where it was not, the bare word of _ALL_ALONE in both cases
_ALL = re.compile(
    r"\b(?:all(?: of)? (?:it|that)|pay (?:it )?all|everything|entire(?:ty)?|in full|full|whole|"
    r"(?:the|my|total|full) balance|(?:total )?amount (?:due|i owe|owed)|what(?:ever)?(?: it is)? (?:i|we) owe|"
    r"(?:the )?total|pay(?:ing)? (?:it |this )?off|the lot|(?:the|my) (?:whole |entire |full )?(?:bill|amount)|"
    r"100 ?(?:%|percent)|what(?:'s| is) (?:due|owed))\b|^(?:um |uh |yes |just |pay )*all(?: please)?[.!]?$"
)
# "all, today, visa" with the day blanked
_ALL_ALONE = re.compile(
    r"(?:^|~ ?|[.,;:!] |\b(?:pay|paying|just|yes|yeah|ok|okay|um|uh|it) )all(?=[ ,.!;]*(?:$|~|"
    rf"(?:on|by|for) (?:the )?~|(?:please|thanks|now|asap|with|using|{CARD_BRANDS}|checking|savings|card|bank|credit|"
    r"debit)\b|from (?:my|the) ))"
)
_PAST_DUE = re.compile(
    r"(?<!is )(?<!am )(?<!i'm )(?<!it's )(?<!not )(?<!including )(?<!including the )(?:\b(?:what|that)(?:'s|"
    r" is) )?\b(?:(?:past[ -]?due|over ?due|minimum)\b(?: (?:amount|part|balance|payment|bill|one|portion))?"
    r"|late (?:part|amount|balance|bill|one|portion)\b|(?:(?:what(?:ever)?|that|which|part)(?:'s| is)|what i'?m) "
    r"(?:late|behind)\b)(?: due| owed)?"
)
_PAYS_BEFORE_NAME = re.compile(r"\bpay(?:ing)? (?:just |only |off )*(?:the |my )?$")
# "from my balance", "on my bill": with figures beside them these name no second amount
_ANY_BILL_CENTS = 10**9
_ONLY_BILL_NAME = re.compile(r"(?:(?:the|my) )?(?:whole |entire |full )?(?:balance|bill|amount|total)|full")
_ALL_PLAINLY = re.compile(
    r"\b(?:all of it|in full|(?:the )?(?:full|whole|entire) (?:amount|balance|thing|bill|lot)|everything i owe|"
    r"pay(?:ing)? (?:it |this |my bill )?(?:all|off|everything|whatever i owe|what i owe)|the whole thing)\b"
)
_HALF = re.compile(
    r"(?<!and )(?<!and a )\b(?:one |a )?half\b(?! (?:past|hour|a)\b)(?: of (?:it|that|the (?:bill|balance|amount)))?"
)
_VAGUE = re.compile(
    r"\b(?:minimum|least|some(?: of it)?|part(?:ial)?|a bit|a little|third|quarter|rest|remain(?:ing|der)|more|less|"
    r"past due|(?:an)?other amount|different amount|couple|few|double|twice|same(?: as)?|(?:the|my) usual|"
    r"(?:as )?last (?:time|month))\b"
)
_CARD_WITH_NUMBER = re.compile(
    rf"\b(?:{CARD_BRANDS}|card)(?: (?:card|number|ending|in|with|#))* #?[0-9]{{4}}"
    r"(?![0-9]|[.,][0-9]| (?:dollar|buck))"
)
_NOT_ALL = re.compile(r"\b(?:not|isn't|don't|can't|cannot|never|rather than|instead of)\b[^.,;]*$")
_NOT_AMOUNT_PHRASES = re.compile(
    r"\b(?:first of all|after all|at all|that's all|all (?:set|right|done|good)|account balance)\b"
)
# "waiting for 20 minutes", "my 2 accounts": counted things, not money
_COUNTED_UNIT = re.compile(
    r"[ -](?:more )?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times?|people|kids|yards|"
    r"accounts?\b(?! ?(?:~|number|no\b|#|[0-9]))|bills?|"
    r"payments?|members?|meters?|houses?|installments?|charges|kwh|kilowatts?|degrees?|miles?|feet|am|pm)\b"
)
_NUMBER_WORD = (
    r"(?:[0-9]|oh\b|zero\b|(?:one|two|three|four|five|six|seven|eight|nine)(?:ty|teen)?\b|ten\b|eleven\b|twelve\b|"
    r"(?:thir|fif|eigh)(?:ty|teen)\b|twenty\b|forty\b|hundred\b|thousand\b)"
)
_NOT_NUMBER_WORDS = re.compile(
    r"\b(?:no ?one|any ?one|one (?:more|of|thing|time|second)|number one)\b|"
    # "the one", "the past due one"; "the one twelve forty" and "the one dollar" are sums
    rf"\b(?:this|that|the|my|which)(?: (?!(?:full|whole|is|was|a)\b|{_NUMBER_WORD})[a-z'-]+){{0,3}}? one\b"
    rf"(?! (?:{_NUMBER_WORD}|dollars?\b|bucks?\b|cents?\b|percent\b|point\b))"
)
_NOT_NUMERIC = re.compile(r"\$ ?[a-z]+|\b(?:nan|inf|infinity|infinite)\b")
_ZERO = re.compile(r"\b(?:nothing|zero|nil)\b")
_LONG_DIGITS = re.compile(r"[0-9]{4,}")
_NEW_AMOUNT_AFTER = re.compile(
    r"[ ,.!]*(?:$|~|(?:instead|please|not|on|by|from|with|using|today|then|thanks|no|and)\b)"
)
_BLANKED_BEFORE = re.compile(r"~[ ,;]*$")
# "$84 and 50 cents" is a sum in words
_CENTS_AFTER = re.compile(r" (?:and )?(?:[0-9]{1,2}|[a-z]+(?: [a-z]+)?) cents?\b")
_PLAIN_NUMBER = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:[.*](?P<cents>[0-9]{1,2}))?")


def parse_amount(text: str, due_cents: int, asked: bool = True) -> Amount | AmountProblem | None:
    """The amount in what was said; None when no amount was named.

    `due_cents` gives `all` and `half` their meaning. Unless an amount was `asked`, a bare number counts only after a
    verb of paying.
    """
    return parse_cleaned_amount(blank_days(clean_text(text)), due_cents, asked)


def find_sums(cleaned: str) -> list[AmountCandidate]:
    """Every sum in figures or words, in order.

    Left out are counts (`2 accounts`), refused sums (`not 50`), and phone, card and member numbers.
    """
    cleaned = _blank_non_amounts(cleaned)
    return [one for one in _find_uncounted(cleaned) if not is_value_denied(cleaned, one.start)]


def names_past_due(cleaned: str, asked: bool) -> bool:
    """Whether cleaned text names what is overdue as the amount: no question about it, no figures."""
    match = _PAST_DUE.search(cleaned)
    if match is None or "?" in cleaned or _find_candidates(_blank_non_amounts(cleaned)) or _ALL_ALONE.search(cleaned):
        return False
    is_amount = asked or _PAYS_BEFORE_NAME.search(cleaned, 0, match.start()) is not None
    return is_amount and not _ALL_PLAINLY.search(cleaned, match.end())


def detect_share(cleaned: str, asked: bool) -> Share | None:
    """`all` or `half`, where cleaned text names the amount by the bill and what the bill comes to is not known yet.

    Nothing when figures are named as well: `everything but 20` is no share.
    """
    cleaned = _blank_non_amounts(cleaned)
    named = _find_named_amounts(cleaned, 0, asked)
    return named[-1].share if named and not _find_candidates(cleaned) else None


def detect_share_alone(text: str) -> Share | None:
    """`all` or `half` in words that answer another question, where no number is beside it, typed or said."""
    cleaned = clean_text(text)
    if len(cleaned.split()) > MAX_ALL_ANSWER_WORDS:
        return None
    return None if any(character.isdigit() for character in spoken_to_digits(cleaned)) else detect_share(cleaned, True)


def parse_cleaned_amount(
    cleaned: str,
    due_cents: int | None,
    asked: bool,
    after_member_number: bool = False,
    replaces_amount: bool = False,
) -> Amount | AmountProblem | None:
    """As `parse_amount`, of cleaned text in which days have been blanked. `due_cents` None: not known yet.

    Where no amount was asked for, a bare number also counts in two cases. `after_member_number`: it directly follows a
    (blanked) member number. `replaces_amount`: the open question reads an amount back, and the number looks like
    another.
    """
    cleaned = _blank_non_amounts(cleaned)
    figures = _find_uncounted(cleaned)
    if not asked:
        figures = [
            one
            for one in figures
            if one.is_money
            or PAY_BEFORE_AMOUNT.search(cleaned, max(0, one.start - 40), one.start)
            or (after_member_number and _BLANKED_BEFORE.search(cleaned, 0, one.start))
            or (replaces_amount and _NEW_AMOUNT_AFTER.match(cleaned, one.end))
        ]
    if replaces_amount:
        # four figures at the question to confirm are a card's or a phone's, more are no amount at all
        figures = [one for one in figures if one.is_money or not _LONG_DIGITS.match(cleaned, one.start, one.end)]
    named = _find_named_amounts(cleaned, due_cents, asked) if due_cents is not None else []
    if figures:
        named = [one for one in named if not _ONLY_BILL_NAME.fullmatch(cleaned, one.start, one.end)]
    if figures and due_cents is None and _is_against_bill(cleaned, figures, asked):
        return AmountProblem("unclear", cleaned.strip())
    chosen = choose_amount(cleaned, [*figures, *named], due_cents or 0)
    if chosen is not None or not asked:
        return chosen
    is_past_due_question = "?" in cleaned and _PAST_DUE.search(cleaned)
    return None if is_past_due_question else _detect_amount_problem(cleaned)


def _is_against_bill(cleaned: str, figures: list[AmountCandidate], asked: bool) -> bool:
    """Whether the figures are not the amount, since all of a bill, which is not known yet, is named beside them."""
    named = [
        one
        for one in _find_named_amounts(cleaned, _ANY_BILL_CENTS, asked)
        if not _ONLY_BILL_NAME.fullmatch(cleaned, one.start, one.end)
    ]
    chosen = choose_amount(cleaned, [*figures, *named], _ANY_BILL_CENTS) if named else None
    return isinstance(chosen, AmountProblem) or (chosen is not None and chosen.cents == _ANY_BILL_CENTS)


def _find_uncounted(cleaned: str) -> list[AmountCandidate]:
    """The candidates but for numbers of things: `my 2 accounts`."""
    return [one for one in _find_candidates(cleaned) if one.is_money or not _COUNTED_UNIT.match(cleaned, one.end)]


def _blank_non_amounts(cleaned: str) -> str:
    """Blank what looks like an amount and is none: times, `number one`, member numbers, phones."""
    cleaned = blank_times(cleaned)
    for pattern in (_NOT_NUMBER_WORDS, _NOT_AMOUNT_PHRASES, _CARD_WITH_NUMBER):
        cleaned = blank_matches(pattern, cleaned)
    found = find_digit_groups(cleaned)
    cleaned = blank_last4_labels(cleaned)
    others = [group for group in found.groups if _names_no_amount(group)]
    for group in [*found.phones, *others]:
        if not group.is_money:
            cleaned = blank_span(cleaned, group.start, group.end)
    return cleaned


def _names_no_amount(group: DigitGroup) -> bool:
    """Whether the words around call it something else, or it has the shape of a member number."""
    if group.label in ("last4", METHOD_LABEL, "phone"):
        return True
    digits = group.digits
    if group.label in ("number", "a number") and len(digits) >= 4:
        return True
    return (bool(group.dash_positions) and len(digits) >= 6) or (digits[0] == "0" and len(digits) > 2)


def _find_candidates(cleaned: str) -> list[AmountCandidate]:
    """Everything in the text that may be an amount or is a failed one, typed or spoken, in order."""
    typed: list[AmountCandidate] = []
    for match in _SPACED_THOUSANDS.finditer(cleaned):
        typed.append(AmountCandidate("unclear", match.start(), match.end(), is_money=True))
    cleaned = rest = blank_matches(_SPACED_THOUSANDS, cleaned)
    for match in _TYPED.finditer(cleaned):
        candidate = _parse_typed(cleaned, match)
        if candidate is not None:
            typed.append(candidate)
            rest = blank_span(rest, match.start(), match.end())
    spoken = [_candidate_from_spoken(cleaned, phrase) for phrase in find_spoken_sums(tokenize(rest))]
    return sorted([*typed, *spoken], key=lambda one: one.start)


def _parse_typed(cleaned: str, match: re.Match[str]) -> AmountCandidate | None:
    """A typed amount or problem; None for a plain whole number, which may be part of a spoken sum."""
    figures, unit = match["figures"].rstrip(",."), match["unit"] or ""
    end = match.start("figures") + len(figures) if not (unit or match["k"]) else match.end()
    with_cents = match["dollar"] and not unit and _CENTS_AFTER.match(cleaned, end)
    plain = (
        figures.isdigit()
        and (not match["dollar"] or with_cents)
        and not match["k"]
        and (unit in ("", "cents", "cent", "c") or unit in DOLLAR_WORDS)
    )
    signed = match["sign"] or match["inner"]
    if plain and not signed and (len(figures) <= 7 or unit):
        return None
    marked = bool(match["dollar"] or unit or "." in figures or "*" in figures or signed)
    value = "negative" if signed else _parse_figures(figures, unit, match["k"])
    return AmountCandidate(value, match.start(), end, is_money=marked)


def _parse_figures(figures: str, unit: str, thousands: str | None) -> int | Percent | str:
    """Typed figures in cents or percent, or the code of what is wrong with them.

    A keypad's star is a decimal point only where two digits follow it and digits stand in front: `84*50`.
    """
    if "e" in figures:
        return "absurd" if int(figures.split("e")[1].lstrip("+-") or 0) > 3 else "unclear"
    if re.fullmatch(r"[0-9,]*\.[0-9]{3,}", figures):
        return "too_many_decimals"
    match = _PLAIN_NUMBER.fullmatch(figures)
    star_unclear = "*" in figures and not re.fullmatch(r"[0-9]+\*[0-9]{2}", figures)
    if match is None or star_unclear or not (match["whole"] or match["cents"]):
        return "unclear"
    whole = (match["whole"] or "0").replace(",", "")
    if len(whole) > 9:
        return "absurd"
    cents = int(whole) * 100 + int((match["cents"] or "0").ljust(2, "0"))
    if unit.startswith("c") or unit == "¢":
        return cents // 100 if not match["cents"] else "unclear"
    if unit in ("%", "percent"):
        return Percent(cents)
    return cents * 1000 if thousands else cents


def _candidate_from_spoken(cleaned: str, phrase: SpokenSum) -> AmountCandidate:
    sign = _WORDED_SIGN.search(cleaned, max(0, phrase.start - 12), phrase.start)
    value: int | Percent | str = "unclear"
    if sign:
        value = "negative"
    elif phrase.cents is not None:
        value = Percent(phrase.cents * 100) if phrase.is_percent else phrase.cents
    return AmountCandidate(value, phrase.start, phrase.end, phrase.is_money, phrase.alternative)


def _find_named_amounts(cleaned: str, due_cents: int, asked: bool) -> list[AmountCandidate]:
    """The amounts that are named by the bill, as `all of it` or `half`, with what they come to."""
    found: list[AmountCandidate] = []
    for match in [*(_ALL if asked else _ALL_PLAINLY).finditer(cleaned), *_ALL_ALONE.finditer(cleaned)]:
        if not _NOT_ALL.search(cleaned, 0, match.start()):
            whole: int | str = due_cents if due_cents > 0 else "zero"
            found.append(AmountCandidate(whole, match.start(), match.end(), is_money=True, share="all"))
    half = _HALF.search(cleaned) if asked or "pay" in cleaned else None
    if half and not _NOT_ALL.search(cleaned, 0, half.start()):
        # the whole that is halved is not an amount of its own
        found = [one for one in found if one.start < half.start() and one.end < half.start()]
        value: int | str = share_of(due_cents, 1, 2) if due_cents > 0 else "zero"
        found.append(AmountCandidate(value, half.start(), half.end(), is_money=True, share="half"))
    return found


def _detect_amount_problem(cleaned: str) -> AmountProblem | None:
    """What is wrong with an amount that was meant, where none was found: `nothing`, `some of it`."""
    for code, pattern in (("not_a_number", _NOT_NUMERIC), ("zero", _ZERO), ("unclear", _VAGUE)):
        if match := pattern.search(cleaned):
            return AmountProblem(code, match[0])
    return None
