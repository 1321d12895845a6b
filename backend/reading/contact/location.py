"""Extracts a place, as somebody describes it to a crew: an address, a numbered road, a crossing or a landmark.

Only the part of a message that is a place is taken: who is frightened or annoyed says more than where it is.
"""

from __future__ import annotations

import re

from backend.reading.contact.mailing_address import number_words_to_digits
from backend.reading.numbers.digit_groups import spoken_to_digits
from backend.reading.spanish import to_english
from backend.reading.spanish.number_translation import NUMBER_WORD

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|circle|cir|boulevard|blvd|trail|trl|way|loop|place|pl|"
    r"terrace|parkway|pkwy|highway|hwy|route|rt|rte|calle|avenida|camino|carretera)"
)
# what may stand behind a comma and is no town: "56 Mill Road, sorry"
_NOT_TOWN_WORD = (
    r"(?!(?:me|ya|se|lo|la|el|del|de|otro|otra|al|call|phone|no|not|sorry|perd[oó]n|please|por|thanks?|thank|gracias|i|i'?m|my|our|we|the|that|this|"
    r"it'?s?|its|and|but|or|y|pero|hurry|ok|okay|yes|s[ií]|right|across|near|by|past|behind|next|out|corner|since|"
    r"everything|lo|como|que|what|where|when|is|are|was|te|les|dije|told|said|"
    r"donde|cerca|junto|pasando|atr[aá]s|detr[aá]s|enfrente|frente|antes|despu[eé]s|al|en|con|hay|esta|est[aá])\b)"
)
# the words behind the comma of "12 Center St, light is out" are no town
_NOT_AFTER_TOWN = (
    r"(?!\s+(?:is|are|was|were|has|have|had|went|fell|came|keeps?|won'?t|just|still|out|off|down|gone|sparking|"
    r"flickering|all|esta|est[aá]|est[aá]n|se|no|sin|apagad[ao])\b)"
)
_UNIT = r"(?:\s*,?\s*(?:apt|apartment|apartamento|depto|unit|lot|suite|trailer|#)\.?\s*#?\w{1,5}\b)?"
# "12 Cherry Lane, Warren", and "12 Cherry Lane in Warren"
_TOWN = (
    rf"{_UNIT}(?:(?:\s*,\s*(?:(?:in|en)\s+)?|\s+(?:in|en)\s+(?-i:(?=[A-Z]))){_NOT_TOWN_WORD}(?:(?:St|Mt|Ft|Sta|"
    rf"Sto)\.\s+)?[^\W\d_][\w'-]*\b{_NOT_AFTER_TOWN}(?-i:\s+[A-Z][\w'-]*)*(?:\s+\d{{5}})?)?"
)
# "3 houses on Elm Street" and "4 hours on Cedar Lane" have no house number
_NOT_A_QUANTITY = (
    r"(?!\s+(?:of|off|past|behind|from|by|near|on|in|at|am|pm|a\.?m|p\.?m|o'clock|or|and|to|more|other|hours?|hrs?|"
    r"days?|weeks?|minutes?|mins?|times?|"
    r"houses?|homes?|people|kids?|miles?|poles?|trees?|lights?|years?|months?|horas?|d[ií]as?|casas?|personas?)\b)"
)
_HOUSE_NUMBER = rf"(?!911\b)\d{{1,6}}[a-z]?(?:\s*[-/]\s*\d{{1,4}})?\b{_NOT_A_QUANTITY}"
_NUMBERED_ROAD = (
    r"(?:county (?:road|rd|highway|hwy)|cr|state (?:road|route|highway)|highway|hwy|route|rt|rte|us)\s*#?\s*\d+\w?"
)
_NOT_STREET_WORDS = r"(?:by|near|at|in|of|off|my|our|a|an|the|from|to|beside|along|side|and|or)"
ADDRESS_PATTERNS = (
    # "220 de la calle Oak", "el 78 de Mill Road": the number before a street that is named behind its kind
    re.compile(
        rf"\b\d{{1,6}}\s+(?:de )?(?:la |el )?(?:calle|avenida|camino|"
        rf"carretera)\s+(?-i:[A-Z])[\w'-]*(?:\s+{_STREET}\b)?{_TOWN}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{_HOUSE_NUMBER}\s+(?:[nsew]\.?\s+)?{_NUMBERED_ROAD}\b{_TOWN}", re.IGNORECASE),
    re.compile(rf"\b{_HOUSE_NUMBER}\s+(?:[\w'.-]+\s+){{1,4}}?{_STREET}\b\.?(?:\s+\d{{1,4}}\b)?{_TOWN}", re.IGNORECASE),
    re.compile(
        r"\b(?:\d{1,6}\s+)?(?:calle|avenida|camino|carretera|"
        r"callej[oó]n)\s+(?:[\w'.-]+\s+){0,4}?(?:n[uú]mero\s+)?#?\d{1,6}\b" + _TOWN,
        re.IGNORECASE,
    ),
    # "Mill Road 78", as it is said in Spanish
    re.compile(
        rf"(?:(?-i:\b[A-Z])[\w'.-]*\s+){{1,3}}{_STREET}\b,?\s+(?:number\s+|n[uú]mero\s+|"
        rf"#)?\d{{1,6}}\b{_NOT_A_QUANTITY}{_TOWN}",
        re.IGNORECASE,
    ),
    # "Mill Road near number 14"
    re.compile(
        rf"(?:(?-i:\b[A-Z])[\w'.-]*\s+){{1,3}}{_STREET},?\s+(?:(?:near|by|around|close to|outside|at|cerca del?|"
        rf"frente al?)\s+)(?:the\s+|el\s+)?(?:house\s+|casa\s+)?(?:number|no\.|n[uú]mero|#)\s*\d{{1,6}}\b{_TOWN}",
        re.IGNORECASE,
    ),
    # "Maple 318, con Tercera"
    re.compile(
        r"(?-i:\b[A-Z])[\w'-]+\s+#?\d{1,5}\b,?\s+(?:esquina\s+)?(?:con|entre)\s+(?:(?:la|calle)\s+)?(?-i:[A-Z])[\w']+",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:the )?(?:corner|intersection|crossing) of\s+[\w'. ]+?\s+(?:and|&)\s+[\w'.]+(?:\s+[\w'.]+)?",
        re.IGNORECASE,
    ),
    # "calle Oak y la tercera", "Oak Street and 3rd"
    re.compile(
        r"\bcalle\s+(?-i:[A-Z0-9])[\w'.]*\s+(?:y|con|esquina con)\s+(?:(?:la|el)\s+)?(?:calle\s+)?(?!nadie|no\b|"
        r"hay|esta|se\b)[\w'.]+",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?-i:\b[A-Z0-9])[\w'.]*\s+{_STREET}\s+(?:and|&)\s+(?!(?:I|the|my|we|it|there|he|she|they|no|"
        rf"is)\b)(?-i:[A-Z0-9])[\w'.]*(?:\s+{_STREET}\b)?",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:la )?esquina de\s+[\w'. ]+?\s+(?:y|con)\s+[\w'.]+(?:\s+[\w'.]+)?", re.IGNORECASE),
    re.compile(rf"\b{_NUMBERED_ROAD}\b(?:\s+(?:and|at|near|"
        rf"by)\s+(?!(?:the|a|an|my|our)\b)[\w'.]+(?:\s+{_STREET}\b)?)?", re.IGNORECASE),
    re.compile(rf"(?:(?<=\bon )|(?<=\bacross )|(?<=\balong ))(?:the )?"
               rf"(?:(?!{_NOT_STREET_WORDS}\b)[\w'.-]+\s+){{1,3}}?{_STREET}\b", re.IGNORECASE),
)  # fmt: skip
"""From the most exact to the least; each is found inside a longer message too."""
NOT_ROAD = re.compile(
    r"^(?:the|my|our|a|this|that|your)\s+(?:\w+\s+)?(?:street|st|road|rd|way|place|lane|drive)$", re.IGNORECASE
)
SPOKEN_STREET = re.compile(rf"\b{_STREET}\b", re.IGNORECASE)
LANDMARK = re.compile(
    r"\b(?:corner|crossing|intersection|farm|church|school|bridge|park|mile|miles|past|behind|across|next to|near|"
    r"between|trailer|lot|apartment|apt|unit|barn|shop|store|station|gate|pole number|north of|south of|east of|"
    r"west of|(?:water )?tower|ball ?field|elevator|pond|creek|river|cemetery|hospital|library|post office|"
    r"fairgrounds?|campgrounds?|playground|bus stop|gas station|dollar general|casey'?s|courthouse|nursing home|"
    r"substation|silos?|panteon|parque|hospital|tienda|gasolinera|tanque|silo|canal|arroyo|rio|cancha|granja|"
    r"iglesia|escuela|puente|rancho|esquina|cerca|detr[aá]s|enfrente|junto|milla)\b",
    re.IGNORECASE,
)
# an answer to something else, or none: nobody is sent to "no nobody's hurt"
NOT_LOCATION = re.compile(
    r"^\W*(?:no|nope|nah|not|yes|yeah|yep|ok|okay|sure|nobody|no one|none|everyone|everybody|we'?re|we are|"
    r"i'?m (?:ok|fine|safe)|i (?:don'?t|do not|can'?t|cannot)|don'?t|idk|wait|hold|hang|"
    r"one (?:sec|second|moment|minute)|just a|let me|please|hurry|help|thank|thanks|what|which|where|donde|cual|"
    r"why|how|when|who|is|are|do|does|did|can|could|will|would|should|sorry|never ?mind|911|"
    r"(?:the |a |el |un )?(?:wires?|lines?|cables?) (?:is|are|esta|estan)|but|pero|one of|he'?s?|she'?s?|they'?re|"
    r"they|[eé]l (?:est[aá]|se)|ella|ya (?:llam|marqu|habl|les?|lo|se)\w*|(?:i |we )?(?:already )?called)\b",
    re.IGNORECASE,
)
LEAD_IN = re.compile(
    r"^\W*(?:(?:um+|uh+|oh|ah|ay|hey|dear|well|so|ok|okay|yes|yeah|no|sure|it'?s|it is|that'?s|that is|this is|"
    r"i'?m|i am|we'?re|we are|i live|we live|my address is|the address is|address is|address|the place is|at|on|in|"
    r"over|out|located|es|est[aá]|estoy|estamos|en|mi direcci[oó]n es|la direcci[oó]n es|vivo|vivimos)\b[\s,:]*)+",
    re.IGNORECASE,
)
MAX_LOCATION_LENGTH = 200
MIN_LETTERS = 3
# a town behind the street, with no comma in between
TOWN = re.compile(r"[\s,.]*[^\W\d_][\w'-]*(?:[\s,.]+[\w'-]+){0,3}\.?")
NOT_TOWN = re.compile(
    r"\b(?:and|but|or|the|my|is|are|was|it|it's|i|we|please|hurry|now|quick|thanks?|out|for|since|on|in|at|by|"
    r"near|power|light|y|pero|la|el|le|les|es|por|favor|gracias|luz)\b",
    re.IGNORECASE,
)


_FILLER = re.compile(
    r",?\s+(?:well|actually|wait|let me|i mean|oh|um+|uh+|hold on|sorry|pues|bueno|digo|espere|please|"
    r"por favor|hurry|ap[uú]r\w+|hello|it'?s)\b.*$",
    re.IGNORECASE,
)
"""Where the words behind an address turn to something else."""
_ONLY_A_ROAD = re.compile(_NUMBERED_ROAD, re.IGNORECASE)
"""A road of many miles: the words behind it say where on it."""
_SPOT_ON_ROAD = re.compile(
    r",? (?:(?:right|just|over|down|out) )?(?:by|near|past|behind|across from|next to|between|before|after|around|"
    r"\w+ (?:miles?|mi|blocks?|houses?) (?:north|south|east|west|past|from|before|down)(?: of)?|at the|cerca de|"
    r"junto a) (?!(?:my|our) (?:phone|bill)|[0-9])[^.?!;|]{3,80}",
    re.IGNORECASE,
)
# what people say beside a place, in a piece of its own between commas
FILLER_PIECE = re.compile(
    r"(?:oh|ay|dear me|well|um+|uh+|no|yes|sure|ok(?:ay)?|please|por favor|sorry|perd[oó]n|disculpe|hurry|"
    r"thanks?|thank you|gracias|you see|you know|young man|sir|ma'?am|honey)|"
    r".*\b(?:i (?:already )?(?:told|said|just)|i'?m afraid|i am afraid|i think|me equivoqu[eé]|mi error|my mistake|"
    r"i (?:made a mistake|was wrong|mixed)|like i said|as i said|(?:se|les?|te) (?:lo )?dije|ya (?:lo )?dije|"
    r"(?:don'?t|do not|can'?t|cannot) (?:recall|remember|know|have)|no (?:me acuerdo|recuerdo|s[eé])|"
    r"lo dem[aá]s|the rest is|everything else|how many times|cu[aá]ntas veces)\b.*",
    re.IGNORECASE,
)
_ABOUT_PERSON = re.compile(
    r"\b(?:(?:member|account|socio|cuenta|phone) (?:number|numero|n[uú]mero)|last (?:four|4)|"
    r"[uú]ltim[oa]s (?:cuatro|4)|n[uú]mero de (?:socio|cuenta|tel[eé]fono)|"
    r"i (?:already )?(?:gave|told|sent|said|wrote)|(?:ya )?(?:le|se lo|les) (?:di|dije|mand[eé]))\b",
    re.IGNORECASE,
)
"""Words about who somebody is, and not about where."""
_SENTENCE_END = re.compile(r"(?<=[!?;\n])\s*|(?<=\.)\s+")
_STREET_ABBREVIATION = re.compile(
    r"\b(?:st|rd|dr|ave|av|ln|ct|cir|blvd|hwy|rt|rte|mr|mrs|ms|mt|ft|co|apt|no|[nsew])\.$", re.IGNORECASE
)
_NUMBER_AFTER_STREET = re.compile(
    rf"(?P<street>\b(?:calle|avenida|camino|carretera)(?: (?!(?:{NUMBER_WORD})\b)[\w'.-]+){{1,3}}?|\b\w+ {_STREET}),? "
    rf"(?:(?:el )?n[uú]mero )?(?P<number>(?:{NUMBER_WORD})(?: (?:y )?(?:{NUMBER_WORD}))*)\b",
    re.IGNORECASE,
)
"""A house number said behind its street, as it is in Spanish: `calle Roble número treinta y cuatro`."""
_NUMBER_WORD = re.compile(r"(?:number|n[uú]mero|#)$", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"[\s,.;-]+(?:\b(?:no|oh|wait|sorry|actually|rather|i mean|i meant|scratch that|make that|excuse me|digo|"
    r"perd[oó]n|espere|mejor dicho|quise decir|disculpe)\b[\s,.]*)+"
    r"(?:(?:it'?s|that'?s|it is|es|at|number|en)\s+(?:(?:el|la)\s+)?)?(?=\d|calle|avenida|camino|carretera)",
    re.IGNORECASE,
)
"""`210 Mill Road, no wait, 212 Mill Road`: a place that is corrected in one breath."""
_BARE_HOUSE_NUMBER = re.compile(r"(\d{1,6})\W*$")
MAX_NUMBER_WORDS = 4


def extract_address_or_road(words: str) -> str | None:
    """An address or a numbered road anywhere in the words, as it was spelled; None when there is none.

    A house number that is said in words is told in figures: `five oh nine Franklin Street` is `509 Franklin Street`.
    """
    found = _find_corrected_address(_number_words_to_digits(words)) or _find_address(words)
    if found and _has_digit(found):
        return found
    spoken = _find_address(_number_words_to_digits(words))
    return spoken if spoken and _has_digit(spoken) else found


def _find_corrected_address(words: str) -> str | None:
    """The place, or the house number, behind the last words that take one back."""
    for taken_back in reversed(list(_TAKEN_BACK.finditer(words))):
        before, after = words[: taken_back.start()], words[taken_back.end() :]
        first = _find_address(before)
        if first is None:
            continue
        if later := _find_address(after):
            return later
        if (number := _BARE_HOUSE_NUMBER.fullmatch(after)) and re.match(r"\d", first):
            return re.sub(r"^\d+", number[1], first)
    return None


def _number_words_to_digits(words: str) -> str:
    return _NUMBER_AFTER_STREET.sub(_convert_number_after_street, number_words_to_digits(words))


def _convert_number_after_street(match: re.Match[str]) -> str:
    number = _words_to_digits(match["number"].split())
    return f"{match['street']} {number}" if number else match[0]


def _find_address(words: str) -> str | None:
    for pattern in ADDRESS_PATTERNS:
        for match in pattern.finditer(words):
            found = " ".join(match[0].split()).strip(" .,")
            if not NOT_ROAD.fullmatch(found):
                found = _FILLER.sub("", re.sub(r"(?:,\s*|\s+)(?:in|en)\s+(?=[^\W\d_])", ", ", found))
                return _append_spot(words, found)[:MAX_LOCATION_LENGTH]
    return None


def _append_spot(words: str, found: str) -> str:
    """A road without a number with the words behind it that say where: `Hickory Lane by the bend, near the barn`."""
    if _has_digit(found) and not _ONLY_A_ROAD.fullmatch(found):
        return found
    tail = _SPOT_ON_ROAD.match(" ".join(words.split()).partition(found)[2])
    return found + tail[0].rstrip(" ,") if tail else found


def extract_location(words: str) -> str | None:
    """The place that the answer to "where is it?" tells: an address, else words that name a spot."""
    if found := _find_corrected_address(_number_words_to_digits(words)):
        return found
    plain = _remove_filler_pieces(words)
    if found := extract_address_or_road(plain) or extract_address_or_road(words):
        return _append_town(plain if found in " ".join(plain.split()) else _number_words_to_digits(plain), found)
    spots = []
    for sentence in _split_sentences(plain):
        if "?" in sentence or _ABOUT_PERSON.search(sentence):
            continue
        if NOT_LOCATION.search(to_english(sentence)) or NOT_LOCATION.search(sentence):
            continue
        spot = LEAD_IN.sub("", sentence).strip(" .,!;")
        names_spot = _has_digit(spot) or SPOKEN_STREET.search(spot) or LANDMARK.search(spot)
        if names_spot and len(spot.split()) > 1 and sum(map(str.isalpha, spot)) >= MIN_LETTERS:
            spots.append(spot)
    return ", ".join(spots)[:MAX_LOCATION_LENGTH] or None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _split_sentences(words: str) -> list[str]:
    sentences: list[str] = []
    for piece in filter(None, map(str.strip, _SENTENCE_END.split(words))):
        if sentences and _STREET_ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences


def _remove_filler_pieces(words: str) -> str:
    """The words without the pieces between commas that tell no place."""
    kept = []
    for sentence in _split_sentences(words):
        pieces = [piece.strip() for piece in sentence.split(",")]
        pieces = [piece for piece in pieces if piece and not FILLER_PIECE.fullmatch(piece.strip(" .!?;"))]
        if pieces:
            kept.append(_convert_house_number(", ".join(pieces)))
    return " ".join(kept)


def _convert_house_number(sentence: str) -> str:
    """A house number that is said behind its street, in figures: "Mill Road, setenta y ocho"."""
    pieces = [piece.strip() for piece in sentence.split(",")]
    converted: list[str] = []
    for piece in pieces:
        words = piece.rstrip(".!?").split()
        if SPOKEN_STREET.search(piece):
            converted.append(_convert_trailing_words(words))
        elif converted and SPOKEN_STREET.search(converted[-1]) and (number := _words_to_digits(words)):
            converted[-1] += f" {number}"
        else:
            converted.append(piece)
    return ", ".join(converted)


def _convert_trailing_words(words: list[str]) -> str:
    """The words with a number at their end in figures: `calle Roble número treinta` is `calle Roble 30`."""
    for length in range(min(MAX_NUMBER_WORDS, len(words) - 1), 0, -1):
        if number := _words_to_digits(words[-length:]):
            street = words[:-length]
            return " ".join([*(street[:-1] if _NUMBER_WORD.fullmatch(street[-1]) else street), number])
    return " ".join(words)


def _words_to_digits(words: list[str]) -> str | None:
    """The number that words are, in figures: `["setenta", "y", "ocho"]` is `78`; None where they are none."""
    text = " ".join(words)
    number = spoken_to_digits(to_english(text)) if text and not _has_digit(text) else ""
    return number if number.isdigit() else None


def _append_town(words: str, found: str) -> str:
    """The address with the town that was named behind it, where the answer is nothing but that."""
    plain = _FILLER.sub("", " ".join(words.split()))
    tail = plain.partition(found)[2]
    if TOWN.fullmatch(tail) and not NOT_TOWN.search(tail):
        return f"{found}{tail}".strip(" .")[:MAX_LOCATION_LENGTH]
    return found
