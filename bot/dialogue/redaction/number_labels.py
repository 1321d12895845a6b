"""The English and Spanish words that say what a number is, in front of it or behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DISTANCE = 40
SSN = (
    r"ss[#n]|s\.s\.n\.?|social\s+security(?:\s+(?:number|no|num|#))?|socials?|soc\s+sec|tax\s*id|taxpayer(?:\s+id)?|tin|f?ein|itin|federal\s+id|"
    r"(?:numero|num|no)\.?\s+de\s+seguro|cuatro\s+de\s+(?:mi|su|el)\s+seguro|seguro\s+social|nss|id\s+fiscal|identificacion\s+fiscal|"
    r"(?:numero|id)\s+de\s+(?:contribuyente|impuestos)|numero\s+patronal"
)
ROUTING_WORDS = (
    r"routing|rtn|aba|numero\s+de\s+(?:ruta|transito)|ruta\s+(?:bancaria|del\s+banco)|(?:la|mi)\s+ruta|ruta(?=\W*\d)"
)
BANKS = (
    r"chase|wells\s+fargo|bank\s+of\s+america|bofa|citi(?:bank)?|us\s+bank|pnc|capital\s+one|regions|truist|ally|"
    r"navy\s+federal|credit\s+union|banorte|bbva|santander|banamex"
)
BANK = (
    rf"{ROUTING_WORDS}|bank|banking|checking|savings|iban|clabe|swift|direct\s+deposit|withdrawal\s+account|banco|bancari[oa]s?|"
    rf"cuenta\s+(?:de\s+)?(?:cheques|corriente|ahorros?|banco)|cheques|ahorros?|{BANKS}"
)
CARD_WORDS = r"(?:card'?s?|visa|amex|american\s+express|master\s?card|debit|credit|atm|tarjetas?|debito|credito|cajero)"
CODE = (
    r"(?<!zip )(?<!postal )(?<!gate )(?:codes?|pins?|nip|clave|codigo|numeros?\s+secretos?|"
    r"(?:security|secret|verification)\s+number)\s+(?:(?:on|for|of|from|to|in|de|del|para|the|my|our|la|mi|el|"
    rf"front|back|face|side|debit|bank)\s+){{1,6}}{CARD_WORDS}|atm\s+(?:code|number|pin|no)|"
    r"(?:punch|key|type|enter|use|marco|tecle\w+|pongo|uso)\w*\s+(?:in\s+)?(?=\d{4,6}\s+(?:at|into|en)\s+(?:the|an|"
    r"any|el|un)\s+(?:atm|cajero|pin\s?pad|cash\s+machine))|(?:three|four|3|4|tres|cuatro|little|last|"
    r"small)\s+(?:\w+\s+){0,3}?on\s+(?:the\s+|my\s+)?(?:\w+\s+)?(?:back|front|strip|signature)|"
    r"(?:3|three)[\s-]digit\s+(?:security\s+)?code|cvv2?|cvc2?|cvn|csc|cid|ccv|cvs|cv2|cv\s+code|"
    r"sec(?:urity)?\.?\s+(?:code|number)|back\s+of\s+(?:the\s+|my\s+)?card|(?:voicemail|alarm|unlock|debit|"
    r"alarma)\s+(?:code|pin)|codigo\s+de\s+(?:la\s+)?alarma|card\s+code|verification\s+value|pin|pins|nip|"
    r"pass\s?code|(?:codigo|clave|numero|numeros)\s+(?:de\s+)?(?:seguridad|secret[oa])|access\s+code|atm\s+code|"
    r"(?:numbers?|digits?|code)\s+on\s+(?:the\s+)?back|(?:numeros?|digitos?|codigo)\s+(?:de\s+)?atras"
)
HALF_NUMBER = (
    r"(?:(?:first|last|second|other|next)\s+(?:eight|8|twelve|12|half|part)|(?:primer[oa]s?|ultim[oa]s|segund[oa]|otr[oa]s?)\s+"
    r"(?:ocho|doce|mitad|parte))(?:\s+(?:digits?|numbers?|ones|digitos|numeros))?(?=[^\d$]{0,12}\d{4}[ -]?\d{4})"
)
"""Only in front of at least eight digits: half a bill has fewer."""
CARD = (
    rf"{HALF_NUMBER}|card(?:\s+on\s+file)?|debit|credit|visa|master\s?card|amex|american\s+express|discover|"
    r"tarjetas?|cc|ccn|(?:card|tarjeta)\s+(?:number|no|num|de\s+(?:credito|debito))|pan"
)
OTHER_NUMBERS = (
    r"phone|ph|tel|cel|cell|mobile|telephone|call|text|telefono|celular|movil|llam\w+|fax|"
    r"member(?:ship)?|customer|socio|socia|miembro|cliente|meters?|medidor|contador|confirmation|confirmacion|"
    r"usage|consumo|invoice|bill\s+(?:number|no)|zip|postal|amount|monto|cantidad|tickets?|case|caso|boleto|order|orden|reference|"
    r"referencia|readings?|lectura|kwh|kw|pole|poste|transformer|transformador|check\s+(?:number|no|#)|serial|serie|"
    r"tracking|work\s+order|gate|padlock|candado|porton|report|reporte|box|apartado|apt|unit"
)
LABEL_PATTERN = re.compile(
    rf"(?P<placeholder>\[[a-z ,]+ removed(?:, in part)?\])|(?<![a-z])(?:(?P<code>{CODE})|(?P<ssn>{SSN})|"
    rf"(?P<bank>{BANK})|(?P<card>{CARD})|(?P<other>{OTHER_NUMBERS}))(?![a-z])|(?P<money>\$)"
)
ROUTING = re.compile(rf"(?<![a-z])(?:{ROUTING_WORDS})(?![a-z])")
BANK_DEBIT = re.compile(
    r"\b(?:debit(?!\s+card)|draft|withdraw(?:al)?|ach|e-?check|from\s+my\s+(?:account|acct)|debit(?:en?|ar)(?:lo)?|"
    r"de\s+mi\s+cuenta|retir(?:en?|ar))\b"
)
# a number beside the word account may be the member's own with the co-op; `for my account` says so
ACCOUNT_BEFORE = re.compile(
    r"(?P<owned>\b(?:for|para|de)\s+(?:my\s+|the\s+|mi\s+|la\s+)?)?(?<![a-z])(?:account|acct|a/c|cuenta)(?![a-z])[^\d]{0,24}$"
)
PAYMENT_FOR = re.compile(r"\b(?:for|para)\b")
LABEL_AFTER_GAP = re.compile(
    r"\s*(?:,|-|is|was|are|=|es|era|son)?\s*(?:is\s+|es\s+|son\s+)?(?:my|the|our|mi|el|la|los|nuestro|"
    r"nuestra)\s+(?:\w+\s+){0,4}?"
)
ON_THE_BACK = re.compile(
    r"\s*,?\s*(?:is\s+|are\s+|es\s+)?(?:on\s+(?:the\s+)?back|atras)(?:\s+of\s+(?:the\s+|my\s+)?card)?\s*(?:[.,;!?]|$)"
)
CARD_LABEL_GAP = re.compile(
    r"[\s:#.,;=>-]*(?:(?:number|numbers|no|num|is|it'?s|was|are|digits?|the|my|um|uh|on|file|numero|es|son|de|credito|"
    r"debito|el|la|mi|ends?|begins?|starts?|with|empieza|comienza|con|here|goes|aqui|esta|va|card|tarjeta)[\s:#.,;=>-]*){0,5}"
)
"""What may stand between the word for a card and its digits; an amount or a member number has more words before it."""


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """Such a word, at [start, end). `kind` is ssn, bank, code, card, other or money."""

    start: int
    end: int
    kind: str


def find_labels(lowered: str) -> list[NumberLabel]:
    """Find the labels in a folded text, without those inside our own placeholders."""
    found = (NumberLabel(one.start(), one.end(), str(one.lastgroup)) for one in LABEL_PATTERN.finditer(lowered))
    return [mark for mark in found if mark.kind != "placeholder"]


def find_label_before(start: int, marks: list[NumberLabel]) -> NumberLabel | None:
    """The nearest label in front of a number."""
    near = [mark for mark in marks if 0 <= start - mark.end <= MAX_DISTANCE]
    return near[-1] if near else None


def find_kind_after(end: int, lowered: str, marks: list[NumberLabel]) -> str:
    """The kind that the words right behind a number give it: `bank` for `is my routing number`; else empty."""
    if ON_THE_BACK.match(lowered, end):
        return "code"
    for mark in marks:
        if 0 <= mark.start - end <= MAX_DISTANCE and LABEL_AFTER_GAP.fullmatch(lowered, end, mark.start):
            return mark.kind
    return ""
