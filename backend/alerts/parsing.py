"""Reads a message about alerts: which ones, on or off, by which channels, with which thresholds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from backend.alerts.kinds import KINDS, PAYMENT, PROFILE, USAGE
from backend.reading.money.amount import Amount, parse_amount
from backend.reading.normalize import clean_text
from backend.reading.numbers.menu_number import is_menu_number
from backend.reading.numbers.number_tokens import parse_cardinal, tokenize
from backend.reading.service.outages import states_outage

Verb = Literal["on", "off", "list"]


@dataclass
class AlertRequest:
    """`kinds` are alerts with their threshold, if the message has one; `kept_kinds` stay on when all others end."""

    verb: Verb
    kinds: dict[str, int | None] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    unwanted_channels: set[str] = field(default_factory=set)
    kept_kinds: set[str] = field(default_factory=set)


_OUTAGE_WORDS = (
    r"(?:\boutages?\b|\b(?:power|lights?)(?: ?'?s)? (?:is |are |goes |go |comes |come )?(?:out|back|off)\b|"
    r"\bapag[oó]n\w*|\bcortes de luz\b|\b(?:lose|loses|losing) power\b|"
    r"\b(?:when|once|if|cuando|si) (?:it|things|everything|that)(?: ?'?s| is| comes| goes| gets)? (?:back|restored)\b|"
    r"\b(?:se |nos )?(?:va|vaya|fue|vuelv\w+|regres\w+|cort[ae]n?) (?:la |el )?(?:luz|corriente|electricity|power)\b|"
    r"\b(?:cuando|when|si|if) no (?:hay|haya|is there) (?:luz|corriente|electricity|power)\b)"
)
_NIGHT = r"\b(?:at night|nights?|any ?time|any hour|de noche|noches?)\b"
OUTAGES = re.compile(_OUTAGE_WORDS)
# tried in this order on each part of the message; the first that fits names it
KIND_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("outage_night", rf"{_OUTAGE_WORDS}.*{_NIGHT}"),
        ("outage", _OUTAGE_WORDS),
        ("card_expiring", r"\bcards?\b.*\bexpir|\bexpir\w*\b.*\bcards?\b|\btarjetas?\b.*\bvenc"),
        (
            "profile_changed",
            r"\bprofile|\bpassword|(chang|edit|updat)\w* (to |of )?(my |the |our )?(account|contact|info|details|login)"
            r"|\baccount chang",
        ),
        ("daily_usage_over", r"(kwh|kilowatt|usage|\buse\b).*\b(a|per|each|every) day\b|\bdaily (usage|use)\b"),
        (
            "usage_over",
            r"\buse?age\b|\bkwh|\bkilowatt|"
            r"\bhow much (?:\w+ )?(?:i|we)(?:'m|'re| am| are)? us(?:e|ed|ing)\b"
            r"|\bconsumption\b|\b(use|using) (too much|more|over|above)\b"
            r"|\b(power|electric(ity)?|energy) use\b|too much (power|electric|energy)|\buse (goes|gets|is|runs|over)\b",
        ),
        (
            "prepaid_low",
            r"\bpre-?paid\b|\bpre-?pay\b|\bpay as (you|i) go\b|\bbalance (is |gets |runs )?low\b|\blow balance\b",
        ),
        ("payment_failed", r"\bfail|\bdeclin|\bbounc|\breturned\b|\breject|n[o']t (go|gone|went) through"),
        ("past_due", r"\bpast due\b|\blate\b|\boverdue\b|\bdisconnect|\bshut ?off\b"),
        (
            "payment_received",
            r"\bpayments?\b.*\b(post|receiv|arriv|clear|credited|made|through|in\b)"
            r"|\b(get|got|receive|received)\b.*\bpayment|^(is |are |it'?s )?(received|posted)\b|\breceipts?\b"
            r"|\bwhen(ever)? (i|we) (pay|paid|have paid)\b",
        ),
        (
            "amount_over",
            r"\bbalance\b|\b(over|above|more than|exceeds?|higher than)\b|\$ ?[0-9]|\bdollars?\b|\bhigh bill\b",
        ),
        (
            "bill_due",
            r"\bdue\b|\bremind|\bdays? (before|ahead|early|prior)|\bweeks? (before|ahead)|\bdeadline\b|\btime to pay\b"
            r"|\bforget to pay\b|\bpayment reminder",
        ),
        (
            "bill_ready",
            r"\b(bill|statement|invoice)s?\b.*\b(ready|comes?|available|issued|posted|out|arrives?|here)\b"
            r"|\b(ready|new) (bill|statement)|\bnew (electric |power )?bill",
        ),
    )
)
CHANNEL_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("text", re.compile(r"\b(te?xt(s|ed|ing)?|sms|text messages?|messag(e|ing) me)\b")),
    ("email", re.compile(r"\b(e-?mail(s|ed|ing)?|by mail|mail me)\b")),
    ("call", re.compile(r"\b(call(s|ed|ing)?|phone call|by phone|ring me|voice)\b")),
)
UNWANTED_CHANNEL = re.compile(
    r"\b(?:instead of|rather than|not|no more|no|from|stop|quit|without|too many|turn off|cancel|disable)"
    r"(?: the| my| by)? (text\w*|sms|e-?mail\w*|(?:phone )?call\w*)"
)
OFF = re.compile(
    r"\b(off|stop|cancel|disable|remove|delete|unsubscribe|no more|quit|end|too many|drop|get rid of|opt out|"
    r"quitar\w*|apagar\w*|cancelar\w*|desactiv\w*)\b"
    r"|\b(don'?t|do not) (want|send|need|text|email|call|notify|remind)\b|\bkeep getting\b.*\bdon'?t want\b"
)
LIST = re.compile(
    r"\b(what|which|show|list|see|view|check)\b.*\b(alerts?|notifications?|reminders?)\b|\bstill (work|on|get)\b"
    r"|^(my |manage (my )?)?(alerts|notifications)( please)?$"
)
GROUP_PATTERNS = (
    (re.compile(r"\bpayment (alerts?|notifications?|texts?|messages?|emails?|calls?|ones)\b"), PAYMENT),
    (re.compile(r"\b(balance (and|&) usage|usage (and|&) balance)\b"), USAGE),
)
KEPT_ALERTS = re.compile(
    r"\b(?:except|excepto|besides|apart from|other than|all but|but (?:not|no|keep|leave|still|do|yes|si|deje\w*)|"
    r"pero (?:no|si|yes|todavia|deje\w*|sigan)|just keep|"
    r"(?:i |we )?still (?:want|need|like|tell|text|send)|(?:i|we) do (?:want|need|like)|"
    r"(?<=[,;.] )(?:just|only|solo)(?= (?:\w+ ){0,3}?(?:outages?|power|apag\w+|cortes))|salvo|menos|minus|"
    r"keep(?! getting))\b(.*)"
)
"""These words are followed by what stays on."""
SHUTOFF_WARNING = re.compile(
    r"\bbefore (?:you |they |y'?all )?(?:\w+ ){0,4}?(?:shut\w*|cut\w*|turn\w*|disconnect\w*)(?: \w+)?(?: off)?\b|"
    r"\b(?:shut ?-?off|disconnect\w*|cut ?-?off) (?:texts?|alerts?|messages?|warnings?|reminders?)\b|"
    r"\b(?:about to|going to|gonna|when) (?:be |get |you |they )?(?:shut|cut|disconnect\w*)\b|"
    r"\b(?:antes de (?:que )?(?:me |nos )?cort\w+|cuando (?:me |nos )?(?:vayan a )?cort\w+)\b.*|\bpor falta de pago\b"
)
_SHUTOFF = re.compile(r"\b(?:disconnect\w*|shut ?-?off|cut ?-?off|corte)\b|" + SHUTOFF_WARNING.pattern)
_PAST_DUE = re.compile(r"\b(?:past due|late|overdue)\b")
_SUPPORTED_TOPIC = re.compile(
    r"\b(?:due|bills?|payments?|balance|usage|kwh|statement|factura|recibo)\b|\b(?:back|restored|fixed|regres\w+|"
    r"vuelv\w+)\b"
)
_POWER = r"(?:power|lights?|service|electric\w*)"
_POWER_OFF = re.compile(
    r"\b(?:shut|cut)\w*(?: (?:me|us|it|them|my \w+|our \w+|the \w+))? off\b|"
    rf"\b{_POWER}(?: ?'?s)?(?: (?:is|are|was|gets?|goes|go|going|being|to be|turned|shut|cut|comes?))* off\b|"
    rf"\bturn(?:ed|ing|s)? (?:me|us|(?:my|our|the) {_POWER}) off\b|\bturn(?:ed|ing|s)? off (?:my|our|the) {_POWER}\b"
)
"""Power that goes off, which is no request to turn an alert off."""
CHANNEL_REQUEST = re.compile(
    r"\b(?:te?xt(?:s|ed|ing)? (?:me|us|when|before|alerts?|if|about)|(?:get|send|want|have|got|need|offer|is there|"
    r"y'?all|you|u) "
    r"(?:\w+ ){0,3}?(?:te?xts?|alerts?|messages?|notifications?|sms)|avis\w+|mensajes?|alertas?|textos?|"
    r"(?:alert|notify|tell|warn) (?:me|us)|(?:shut ?-?off|outage|disconnect\w*) (?:texts?|alerts?|messages?|"
    r"warnings?))\b"
)
"""A request to get messages from us."""
_TOLD_WHEN = (
    r"(?:(?:te?xt|message|notify|alert|tell|call|email|ping)(?: (?:me|us))|let (?:me|us) know|"
    r"send (?:me |us )?(?:an? )?(?:te?xts?|messages?|alerts?|sms|notice)|(?:get|want|need) (?:an? )?(?:te?xts?|alerts?|"
    r"messages?)|(?:que )?(?:me |nos )?(?:avis\w+|notifi\w+|alert\w+)|"
    r"(?:que )?(?:me |nos )?(?:mand|envi)\w+ (?:un |una |textos?|mensajes?|alertas?)|(?:por )?(?:mensaje|texto)s?|"
    r"alertas?)"
)
_OUTAGE_WISH = re.compile(
    rf"\b{_TOLD_WHEN}[^.?!]{{0,40}}?\b(?:when\w*|if|once|about|for|of|cuando|si|de|en cuanto)\b[^.?!]*|"
    r"\b(?:power )?outage (?:texts?|alerts?|messages?|notifications?|notices?|news|updates? by text)\b|"
    r"\b(?:alertas?|avisos?|textos?|mensajes?|alerts?) (?:de|por) (?:los )?(?:apag[oó]n\w*|cortes)\b"
)
_ASKS_IF_TOLD = re.compile(
    r"^\W*(?:(?:hi|hello|hey|so|and)\W+)*(?:do|did|does|will|are|is|how|what|which|when|why|who)\b"
)
ALL_TEXTS = re.compile(r"\b(?:texts?|texting|messages?|sms)\b")
PART_SEPARATOR = re.compile(r"\s*(?:[,;]|\band\b|\balso\b|\bplus\b|\bor\b|\bbut\b)\s*")
DAYS = re.compile(r"\b([0-9]+)[ -]?(day|week)s?\b|\b(a|the) (day|week) (?:before|ahead|early|prior)|\bnight before\b")
ACCOUNT_NUMBER = re.compile(r"\b[0-9]{4,}-[0-9]{3}\b(?:\W+[0-9]{4}\b)?|\b[0-9]{7,}\b(?:\W+[0-9]{4}\b)?")
"""A member number and perhaps the last four: never a threshold."""
NUMBER = re.compile(r"\$? ?([0-9]+)(?:\.[0-9]+)?(?! ?-?(?:days?|weeks?)\b(?! ?$))")


_SHORT_WORDS = tuple(
    (re.compile(words), whole)
    for words, whole in (
        (r"\bb4\b", "before"),
        (r"\b(?:txt|tex)(?= me\b)", "text"),
        (r"\b(?:rember|remeber|remmber|remimd|remined|rimind)\b", "remind"),
        (r"(?<=[0-9] )d[ií]as?\b", "days"),
    )
)
_NAMED_TOPIC = re.compile(
    r"\b(?:about|regarding|concerning|sobre|acerca de)\W+(?!(?:it|this|that|these|those|things?|anything|everything|"
    r"est[aeo]s?|es[aeo]s?|todo)\b)\w"
)
_REASON = re.compile(
    r"\b(?:so (?:that )?(?:i|we) (?:don'?t|do not|won'?t|can avoid|never|am not)|to avoid|because|para no|"
    r"para evitar)\b.*"
)
"""Why it is wanted names no alert: `so I don't get a late fee`."""
_ONLY_DAYS = re.compile(
    r"(?:no|nope|i|said|meant|want|make it|it|should be|be|please|[,.!]|\s)*"
    r"(?:(?:[0-9]+|a|the) (?:day|week)s?|night before)(?: (?:before|ahead|early|prior|instead|please)|[,.!]|\s)*"
)
_REMIND_ME = re.compile(
    r"\b(?:remind|remember|text|message|notify|tell|alert|warn|ping|email|call) me\b"
    r".{0,40}?\b(?:before|ahead|prior|early)\b|"
    r"\b(?:reminder|text|message|alert|notice)s? (?:me )?(?:\w+ ){0,4}(?:before|ahead)\b"
)


def parse_alert_request(text: str, *, has_shutoff_dates: bool = False) -> AlertRequest:
    """Read a message: `text me 3 days before it's due and when usage goes over 1200` names two alerts.

    `has_shutoff_dates`: the co-op's billing system names them, so a shutoff means that alert and not the past due one.
    """
    said = normalize_alert_words(text)
    request = AlertRequest(_parse_verb(said))
    exception = KEPT_ALERTS.search(said) if request.verb == "off" else None
    if exception is not None:
        request.kept_kinds = _extract_kept(exception[1])
        said = said[: exception.start()]
    unwanted = {_parse_channel(found[1]) for found in UNWANTED_CHANNEL.finditer(said)}
    others = UNWANTED_CHANNEL.sub(" ", said)
    request.unwanted_channels = unwanted
    request.channels = {channel for channel, words in CHANNEL_PATTERNS if words.search(others)} - unwanted
    if exception is not None and not (request.kept_kinds or unwanted):
        request.verb = "list"  # what stays on was not understood: nothing ends on a guess
    elif request.verb == "off" and _NAMED_TOPIC.search(said) and not _extract_kinds(said):
        request.verb = "list"  # nor where what shall end was not understood
    elif exception is None and request.verb == "off" and request.channels and not unwanted:
        # "no more alerts by email" ends those, and leaves the texts
        request.unwanted_channels, request.channels = request.channels, set()
    if request.channels and unwanted and "too many" not in said:
        request.verb = "on"  # "stop calling, just text" asks for another channel, not for an end
    if request.verb == "list":
        return request
    for words, group in GROUP_PATTERNS:
        if words.search(said):
            # turning a group on leaves out those that need a threshold from the member
            for kind in KINDS.values():
                if kind.group == group and (request.verb == "off" or not kind.unit or kind.default_threshold):
                    request.kinds[kind.name] = None
            said = words.sub(" ", said)
    request.kinds |= _extract_kinds(_REASON.sub(" ", said), has_shutoff_dates=has_shutoff_dates)
    _add_days(request, said)
    _add_night_or_day(request, said)
    for name in request.kept_kinds:
        request.kinds.pop(name, None)
    return request


def normalize_alert_words(text: str) -> str:
    """The text without account numbers, with numbers in figures and short words written out."""
    return _normalize_numbers(_write_out(clean_text(ACCOUNT_NUMBER.sub(" ", text))))


def _write_out(cleaned: str) -> str:
    """`b4` as `before`, so that its 4 is no number of days; `6 dias` as `6 days`."""
    for words, whole in _SHORT_WORDS:
        cleaned = words.sub(whole, cleaned)
    return cleaned


def _add_days(request: AlertRequest, said: str) -> None:
    """The days that stand apart from the alert: `before my bill is due, 6 days`, or alone: `no, I said 6 days`."""
    days = DAYS.search(said)
    if days is None or request.verb != "on":
        return
    stands_alone = not request.kinds and _ONLY_DAYS.fullmatch(said)
    if stands_alone or request.kinds.get("bill_due", 0) is None:
        request.kinds["bill_due"] = parse_days(days[0])


def asks_for_reminder(text: str) -> bool:
    """Whether a text asks to be reminded before a bill is due: `rember me a week b4 bill due`."""
    said = _write_out(clean_text(text))
    return _REMIND_ME.search(said) is not None and "bill_due" in parse_alert_request(text).kinds


def _add_night_or_day(request: AlertRequest, said: str) -> None:
    """Outages at night are told beside those by day, and end with them: `when the power is out, also at night`."""
    on = request.verb == "on"
    if "outage" in request.kinds and (not on or re.search(_NIGHT, said)):
        request.kinds["outage_night"] = None
    elif "outage_night" in request.kinds and on:
        request.kinds["outage"] = None


def _extract_kinds(said: str, *, has_shutoff_dates: bool = False) -> dict[str, int | None]:
    """The alerts that the parts of these words name."""
    found = (
        (next((name for name, words in KIND_PATTERNS if words.search(part)), None), part)
        for part in PART_SEPARATOR.split(said)
    )
    kinds = {name: extract_threshold(KINDS[name].unit, part) for name, part in found if name is not None}
    if has_shutoff_dates and _SHUTOFF.search(said):
        kinds["shutoff_near"] = None
        if not _PAST_DUE.search(said):
            kinds.pop("past_due", None)
    return kinds


def _extract_kept(said: str) -> set[str]:
    """The alerts that stay on, by these words."""
    groups = {PAYMENT: r"\bpayments?\b|\bbills?\b", USAGE: r"\b(?:use|usage|balance)\b", PROFILE: r"\bprofile\b"}
    named = set(_extract_kinds(said))
    return named or {k.name for k in KINDS.values() if k.group in groups and re.search(groups[k.group], said)}


def find_notice_wish(text: str, own_words: str = "", *, has_shutoff_dates: bool = False) -> str | None:
    """`outage` or `shutoff` where alerts of an outage or before a shutoff are requested; in English or Spanish.

    Not of a shutoff where the co-op's billing system names the dates: that is an alert like others.
    """
    said = clean_text(f"{text} {own_words}")
    if not CHANNEL_REQUEST.search(said) or _parse_verb(said) == "off" or _SUPPORTED_TOPIC.search(said):
        return None
    if SHUTOFF_WARNING.search(said):
        return None if has_shutoff_dates else "shutoff"
    return "outage" if OUTAGES.search(said) else None


def wants_outage_alert(own_words: str, text: str) -> bool:
    """Whether messages about outages are asked for: `text me when its back`; not where the power is told to be out.

    `own_words` are as written, `text` is their English form. `Do you text when it is out` asks, and wants none yet.
    """
    said = [clean_text(words) for words in (own_words, text)]
    if any(
        _parse_verb(words) == "off" or SHUTOFF_WARNING.search(words) or _ASKS_IF_TOLD.search(words) for words in said
    ):
        return False
    if not any(OUTAGES.search(found[0]) for words in said for found in _OUTAGE_WISH.finditer(words)):
        return False
    rest = [_OUTAGE_WISH.sub(" ", words) for words in said]
    return not states_outage(*rest)


def is_stop_all_texts(text: str) -> bool:
    """`Stop all the texts`: for the phone (STOP), not only the alerts of one account."""
    said = clean_text(text)
    return bool(OFF.search(said) and ALL_TEXTS.search(said))


# "over 200 dollars" is the limit 200; in a payment it would be no amount
LIMIT_WORDS = re.compile(r"\b(?:over|under|above|below|(?:more|less|higher|lower) than|at (?:least|most)|up to)\b")


def extract_threshold(unit: str, text: str) -> int | None:
    """The days, cents or kwh in these words; None where there are none."""
    said = _normalize_numbers(clean_text(text))
    if unit == "days":
        return parse_days(said)
    if unit == "cents":
        if is_menu_number(text):
            return None
        amount = parse_amount(LIMIT_WORDS.sub(" ", said), 0)
        return amount.cents if isinstance(amount, Amount) else None
    if unit == "kwh":
        found = NUMBER.search(said)
        return int(found[1]) if found else None
    return None


def _parse_verb(said: str) -> Verb:
    if OFF.search(_POWER_OFF.sub(" ", said)):
        return "off"
    return "list" if LIST.search(said) else "on"


def _parse_channel(word: str) -> str:
    return "email" if "mail" in word else "call" if "call" in word else "text"


def parse_days(said: str) -> int | None:
    """The first count of days in normalized words; a number alone counts. None where there is none."""
    found = DAYS.search(said)
    if found is None:
        bare = re.fullmatch(r"\D*([0-9]+)\D*", said)
        return int(bare[1]) if bare else None
    count = int(found[1] or 1)
    return count * 7 if "week" in (found[2] or found[4] or "") else count


def _normalize_numbers(said: str) -> str:
    """`twelve hundred` and `1,200` as `1200`, so that one pattern finds either."""
    said = re.sub(r"(?<=[0-9]),(?=[0-9]{3}\b)", "", said)
    tokens = tokenize(said)
    result, copied_to, at = "", 0, 0
    while at < len(tokens):
        number = parse_cardinal(tokens, at) if tokens[at].kind not in ("figures", "other") else None
        if number is None:
            at += 1
            continue
        value, after = number
        result += said[copied_to : tokens[at].start] + str(value)
        copied_to, at = tokens[after - 1].end, after
    return result + said[copied_to:]
