"""Reads the way to pay (a card, a bank account, a saved one, a link), and whether a whole bill is to be paid."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.numbers.digit_groups import CARD_BRANDS

MAX_METHOD_ANSWER_WORDS = 4
WANTS_PAY_LINK = re.compile(r"\b(link|new (card|bank)|(not|isn't) (saved|on file)|online)\b", re.IGNORECASE)
WANTS_TEXTED_LINK = re.compile(r"\b(link|text(ed)?|text message|message|online|web ?(site|page))\b", re.IGNORECASE)
WANTS_KEYPAD = re.compile(
    r"\b(key ?pad|dial ?pad|buttons|(key|type|punch|enter|put|dial|give) (it|them|that|one|the \w+|my \w+|a \w+)?"
    r" ?(in|here|now|by phone|on the phone|over the phone)|teclado|teclas)\b",
    re.IGNORECASE,
)
"""At the question how to pay: it is to be keyed in on the phone."""
WANTS_OTHER_METHOD = re.compile(
    r"\b((an)?other|different) (card|bank|account|one|way|method)\b|\b(not|no) (that|the) (card|visa|one)\b",
    re.IGNORECASE,
)
NOT_ON_FILE = re.compile(
    r"\b((an)?other|different) (\w+ )?(card|bank)\b|"
    r"^\W*(an)?other (bank )?account( (of|de) (bank|banco|bank account))?\W*$",
    re.IGNORECASE,
)
OPENS_WITH_OTHER = re.compile(
    r"\b(?:an)?other (?:bank )?account (?:of|de|at|from|in|en) (?:\w+ )?(?:bank|banco)\b|\b(?:an)?other bank account\b|"
    r"\b(?:someone|somebody)(?: else)?'?s (?:\w+ )?(?:card|account)\b|"
    r"\b(?:husband|wife|mother|mom|father|dad|son|daughter|sister|brother|friend|neighbor|boss|partner|roommate)'?s "
    r"(?:\w+ )?(?:card|visa|mastercard|bank account)\b|"
    r"\bcard de (?:mi|su|un|una|otra) \w+|\bcard of (?:my|an?) \w+",
    re.IGNORECASE,
)
"""In the words that open a payment, beside NOT_ON_FILE: a way to pay of somebody else, or of another bank."""
SAVED_WORDS = re.compile(
    r"\b(saved|on file|on (my|the) account|same (card|one|way)|usual|my card|(card|account|one|bank|tarjeta|cuenta|"
    r"la) (that |que )?(i|you|ya'?ll|we|they)? ?(guys )?(already )?(have|got|tienen?|tienes|used|use)|"
    r"what(ever)? (card|account|you have|is (saved|there))|misma (tarjeta|cuenta)|la misma)\b",
    re.IGNORECASE,
)
BRAND_WORDS = re.compile(
    rf"\b({CARD_BRANDS}|american express|checking|savings|(the|my) bank(?! draft)( account)?)\b", re.IGNORECASE
)
CARD_WORDS = re.compile(r"\b(card|credit|debit)\b", re.IGNORECASE)
BANK_WORDS = re.compile(r"\b(bank(?! draft)|checking|savings?|e-?check)\b", re.IGNORECASE)
_METHOD_NOUN = rf"(?:card|credit|debit|{CARD_BRANDS}|bank(?! draft)|checking|savings)"
_WITH_METHOD = re.compile(
    r"\b(?:with|w/|using|use|from|by|through|thru|via|out of|charge|charged to|con|de|pay it|pay it a|"
    r"the other)\s*(?:(?:my|the|a|that|this|your|our|mi|la|el|su|same|saved|usual|any|whatever|old|"
    rf"other) ){{0,3}}{_METHOD_NOUN}\b|\b(?:on|off|to) (?:my|the|that|this|your|our|a) (?:(?:same|saved|usual|old|"
    rf"other|credit|debit) )?{_METHOD_NOUN}\b|{_METHOD_NOUN}(?: (?:account|card))?(?: please)?[.! ]*$",
    re.IGNORECASE,
)
"""`with the card`, `on my visa`, `40 friday, card`: what the money comes from, and not what is talked about."""
_MY_ACCOUNT = re.compile(r"\b(?:con|with|from|using) (?:my|the|mi|la) (?:account|cuenta)\b(?! (?:number|num|de))")
_METHOD_TROUBLE = re.compile(
    r"\b(?:expired?|expires|stolen|lost|declined|check in the mail|new card|sent me|number on)\b", re.IGNORECASE
)
_CHANGES_METHOD = re.compile(
    r"\b(?:change|switch|update|edit|replace|remove|delete|different) (?:(?:the|my|a|"
    rf"that) )?(?:\w+ )?(?:{_METHOD_NOUN}|account)\b(?! to\b)",
    re.IGNORECASE,
)
"""`Change the bank`: what is to be another one, and not what to pay with."""
INSTEAD_WORDS = re.compile(r"\b(?:instead|rather|switch|change|come (?:out|from)|use|from now on)\b", re.IGNORECASE)
_ENDING = re.compile(r"\bend(?:s|ing|ed)?(?: in| with)? ([0-9]{4})\b", re.IGNORECASE)
_PAYS_BILL = re.compile(
    r"\bpay(?:ing)?(?: (?:off|for))?(?: (?:the|my|this|our|your|that|mi|el|la))?(?: (?:whole|light|electric\w*|"
    r"power|utility|current|latest|new|de)){0,2} (?:bill|electricity|balance)\b|\bpay(?:ing)? (?:it|that|this)\b|"
    r"\btake care of (?:it|that|this|(?:the|my|this) (?:\w+ )?bill)\b",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\b(?:some|part(?:ial(?:ly)?)?|half|towards?|(?:a )?(?:bit|little)|first|rest|split|extra|more|less|"
    r"two|twice|minimum|on (?:my|the|it)|can'?t|cannot|don'?t|not|never|already|was|past due|both|all my)\b(?! till)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:but )?not (?:til|till|until|before|today|now|yet|right now)\b|"
    r"\b(?:can'?t|cannot|don'?t want to|not going to) (?:pay (?:it )?)?(?:til|till|until|before)\b",
    re.IGNORECASE,
)

asks_amount_owed = detector(
    r"\bhow much (?:is (?:it|that|this|(?:my|the) (?:bill|total))|do i owe|am i (?:paying|owing)|"
    r"would (?:it|that) be)\b|\bwhat(?:'s| is) (?:the|my) (?:total|amount|balance|bill)\b|^\W*how much\W*$",
    unless=r"\b(?:fees?|charges?|costs?|extra)\b",
)
"""`How much is it?`, of a bill: what is owed, and not what paying costs."""


_PART_BREAK = re.compile(r"\s*(?:[,;.!?]|\b(?:and|then|also|plus|y)\b)\s*", re.IGNORECASE)
_AUTOMATIC = re.compile(r"\b(?:auto\w*|each|every|monthly|by itself|always)\b", re.IGNORECASE)


def extract_payment_part(words: str) -> str:
    """The part of a request for Auto Pay that pays this bill now: `pay bill` of `pay bill and put me on Auto Pay`."""
    parts = [part for part in _PART_BREAK.split(words) if part.strip()]
    paying = [part for part in parts if not _AUTOMATIC.search(part) and pays_whole_bill(part)]
    return paying[0] if paying and any(_AUTOMATIC.search(part) for part in parts) else ""


def detect_method_kind(words: str) -> str | None:
    """`card` or `bank`, when the words name one of the two kinds."""
    if BANK_WORDS.search(words) or _MY_ACCOUNT.search(words):
        return "bank"
    return "card" if CARD_WORDS.search(words) else None


def names_method_to_pay(words: str, *, answers: bool) -> bool:
    """Whether the words say what to pay with: `with the card`; `card` alone where they answer something (`answers`)."""
    if _METHOD_TROUBLE.search(words) or _CHANGES_METHOD.search(words):
        return False
    if BRAND_WORDS.search(words) or _WITH_METHOD.search(words) or _MY_ACCOUNT.search(words):
        return True
    return answers and len(words.split()) <= MAX_METHOD_ANSWER_WORDS and detect_method_kind(words) is not None


def extract_method_last4(words: str) -> str | None:
    """The four digits in `the one ending 6789`."""
    found = _ENDING.search(words)
    return found[1] if found else None


def mentions_method(words: str) -> bool:
    """`With my card`: a way to pay."""
    return any(pattern.search(words) for pattern in (BRAND_WORDS, CARD_WORDS, BANK_WORDS, SAVED_WORDS))


def pays_whole_bill(words: str) -> bool:
    """`Pay my bill on Friday`, `pay it tomorrow`: the whole of it, and no part."""
    plain = _NOT_YET.sub(" ", words)
    return bool(_PAYS_BILL.search(plain)) and not _PARTIAL.search(plain) and not plain.rstrip().endswith("?")


_NEW_EXPIRY = re.compile(
    r"\b(?:new|updated?|changed?|correct)\b.{0,20}\b(?:exp\b|expir\w*|date is \d{1,2}/\d{2})|"
    r"\bexp(?:\.|ires?|iration|iry)?(?: (?:date|is|now))*[ :]*\(?\d{1,2} ?[/-] ?\d{2,4}\b",
    re.IGNORECASE,
)
_NEW_CARD = re.compile(
    r"\b(?:update|change|fix|edit|correct)\b.{0,24}\bexpir\w*|\b(?:update|renew|replace|change|fix|edit|add|save|"
    r"put in)\b.{0,24}\b(?:card|expir\w*|visa|debit)\b(?=.{0,40}(?:\bon file\b|\byou have\b|\bexpir|$))|"
    r"\b(?:card|visa)\b.{0,30}\b(?:expired?|expires|ran out)\b.{0,40}\b(?:new|got|update|change|otra|nueva|"
    r"cambi\w*)\b|\bgot a new (?:\w+ )?card\b",
    re.IGNORECASE,
)


_AUTOPAY = re.compile(
    r"\bauto ?-?pay\b|\bautomatic|\bdraft\b|\b(?:instead|pay (?:it|with)|with the new)\b", re.IGNORECASE
)
"""With one of these words the payments are to be changed, and not the saved card."""


def asks_to_update_card(text: str) -> bool:
    """`0069 new exp 8/30`, `my card expired, I got a new one`: what is saved is to be changed, and nothing is paid."""
    return not _AUTOPAY.search(text) and bool(_NEW_EXPIRY.search(text) or _NEW_CARD.search(text))


wants_card_kept = detector(
    r"\b(?:save|keep|store|remember)\b.{0,30}\b(?:it|that|card|visa|mastercard|account|one|file)\b|\bfor next time\b",
    unless=r"\bsaved\b|\bkeep (?:it|that) (?:as|like)\b|\b(?:don'?t|not) (?:save|keep|store|remember)\b",
)
"""`I want to use a new card and save it`: it is to be kept on file."""
