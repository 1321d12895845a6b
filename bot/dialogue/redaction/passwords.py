"""Finds a password that is not called one: `i use hunter2 rules to get in`, `it's Sunshine#42 for the website`.

Letters, digits and marks in one word are removed anywhere. A word with digits in it is removed where a login is spoken
of, where something was changed to it, or when it is the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.dialogue.redaction.identity_documents import Span

LOGIN = re.compile(
    r"\b(?:(?:log|sign)(?:s|ed|ged|ging|ing)?[ -]?(?:(?:me|us|him|her|you|it)\s+)?(?:in|on|into|onto)|"
    r"(?:open|unlock|pull\s+up|bring\s+up)\s+(?:up\s+)?my\s+(?:account|profile)|"
    r"g[eo]t(?:s|ting)?\s+in(?:to)?|"
    r"let(?:s|ting)?\s+(?:me|you|us|it)\s+in|pass(?=\W*$|\s+(?:is|was|to)\b|\s*[:=]|\s+\S*\d)|(?:my|the|new|old)\s+pass|web\s?-?(?:site|page)?|internet|sites?|portal|online|app|access(?:es|ing)?|credentials?|"
    r"user(?:s|\s?-?name|\s?-?id)?|wi-?fi|pass\s?words?|re?jects?|re?jecting|(?:won'?t|doesn'?t|not|didn'?t)\s+(?:take|accept)|"
    r"invalid|says?\s+(?:it'?s\s+)?wrong|one\s+word|capital|(?:lower|upper)\s?case|usual\s+one|"
    r"contrasena|(?:mi|la)\s+contra|clave|abr\w+\s+(?:la|mi)\s+cuenta|entr[aeo]r?|ingres\w+|acced\w+|acceso|sesion|pagina|sitio|en\s+linea|usuario|no\s+(?:me\s+)?acepta|"
    r"mayusculas?|minusculas?|used\s+to\s+be)\b|[\w.+-]+@[\w-]+[.,]\w"
)
CHANGED_TO = re.compile(
    r"\b(?:(?:chang\w*|set|re-?set\w*|mak\w+|made|switch\w*|updat\w+)\s+(?:it|that|mine)\s+(?:back\s+)?(?:to\s+|as\s+)?|"
    r"(?:(?:lo|la)\s+(?:cambi\w+|puse)|(?:cambi|pon)\w*(?:la|lo))\s+(?:(?:a|por|en|como)\s+)?)[\"']?$"
)
NO_PASSWORD = re.compile(r"^[=+@]|://|[()|\"]")
"""In a word of the office: a formula or a link, which nobody takes for a password."""
FILLER_ONLY = re.compile(r"\W*(?:(?:it'?s|it\s+is|its|is|try|use|used|or|maybe|es|prueb[ae]|us[ae]|era|was)\s+)?\W*")
USER_NAME_BEFORE = re.compile(r"\b(?:user\s?-?(?:name|id)?|usuario|as|como)\s*(?:is|was|es|era)?\s*[:=]?\s*$")
"""A user name is no secret."""
REFERENCE_BEFORE = re.compile(
    r"\b(?:confirm\w*|conf|tickets?|cases?|ref(?:erence)?|orders?|invoice|serial|model|meter|pole|report|folio|boleto|"
    r"caso|reporte|referencia|orden|factura|medidor|poste|modelo|serie)\b[^.!?]{0,24}$"
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:[.,][\w-]+)+|\w+://\S*|www\.\S*|\S+\.(?:com|org|net|coop|gov|edu)\b\S*")
TIME_OF_DAY = re.compile(r"[a-z]+@\d{1,2}(?::\d\d)?(?:[ap]m?)?")
ORDINARY_WORDS = frozenset(
    # things that have a number
    "apt apartment unit ste suite lot box pobox bldg building room rm floor flr space trailer house hwy highway "
    "route rt rte road rd county cr sr us street st ave avenue lane ln drive dr loop trail exit mile calle casa "
    "apto edificio piso lote carretera member mem memb acct account meter pole poste medidor socio cuenta check "
    "cheque ck ticket case conf confirmation ref order invoice bill inv report transformer breaker phase line "
    "option opcion number num no nbr item step plan level tier zone rate page version part phone cell tel fax "
    "gate dock bay district precinct group grupo team area form formulario "
    # days, amounts and measures
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september "
    "october november december enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre ene abr ago dic monday tuesday wednesday thursday friday saturday sunday mon tue wed thu thur "
    "thurs fri sat sun lunes martes miercoles jueves viernes sabado domingo day days week weeks month months year "
    "years yr yrs yo hour hours hr hrs min mins minute minutes dia dias semana semanas mes meses ano anos hora "
    "horas minuto minutos veces vez times dollar dollars usd bucks cents dolares pesos kwh kwhs mwh volt volts "
    "watt watts amp amps kva btu sqft feet foot inch inches gallon gallons lbs pounds people kids percent digit "
    "digits digito digitos mph ampm pay paid paying owe pago bill bills balance about total due send just only "
    "around was put extra fee deposit debo "
    # devices and what is on their screens
    "iphone ipad ipod ios android galaxy samsung pixel moto motorola windows win mac macos macbook chrome firefox "
    "safari edge opera kindle fire echo nokia lg xbox playstation error err code codigo http https smarthub wifi "
    "internet web app covid vitamin model modelo nest ecobee honeywell ford tesla chevy level2 mp3 mp4".split()
)
MARKUP = re.compile(r"<(?:a|b|body|div|form|i|iframe|img|input|link|p|script|span|style|svg)\b[^<>]*=[^<>]*>")
"""`<img src=x onerror=alert(1)>`: what is pasted from a page has attributes, and a password is none of them."""
DOLLAR_INSIDE = re.compile(r"[a-z]{2,}\$[a-z]{2,}")
"""`sun$hine`: no digits, but no other mark stands inside a word."""
LETTERS = re.compile(r"[a-z]+")
THREE_LETTERS = re.compile(r"[a-z]{3}")
CAMEL_CASE = re.compile(r"[a-z]{2}[A-Z][a-z]")
LEETSPEAK = re.compile(r"[a-z]+(?:[0134578@$][a-z]+){1,3}")
WORD_AND_FIGURES = re.compile(r"[a-z]{4,}\d{1,4}!*")
PASSWORD_GUESS = re.compile(r"[a-z]{5,}[_.-]?\d{2,4}[a-z]?!*")
TOKEN = re.compile(r"\S+")
OUTER_MARKS, TRAILING_MARK = "\"'()[]<>,;:`“”‘’«».?", "!"
MIN_LENGTH, MIN_STRONG_LENGTH = 5, 6


def find_passwords(
    text: str, lowered: str, *, spoken_of: bool = False, asked: str = "", by_office: bool = False
) -> Iterator[Span]:
    """Find passwords in a text; `lowered` is its folded form, `asked` the open question's `expect` hint.

    `spoken_of`: a login was spoken of in an earlier message. `by_office`: a clerk wrote it, whose words about a login
    have codes of devices and errors in them; only what is made like a password goes.
    """
    login = (spoken_of and not asked) or mentions_login(lowered)
    markup = [found.span() for found in MARKUP.finditer(lowered)]
    for found in TOKEN.finditer(lowered):
        start, end = _trim_marks(lowered, *found.span())
        word = lowered[start:end]
        if not _looks_like_password(word) or REFERENCE_BEFORE.search(lowered, max(0, start - 40), start):
            continue
        # "maybe it was ..." in answer to another question
        guess = spoken_of and PASSWORD_GUESS.fullmatch(word)
        about_login = login or guess or CHANGED_TO.search(lowered, max(0, start - 40), start)
        if by_office:
            about_login = about_login and PASSWORD_GUESS.fullmatch(word)
        is_whole = end == len(lowered.rstrip(OUTER_MARKS)) and FILLER_ONLY.fullmatch(lowered, 0, start)
        alone = not (asked or by_office) and WORD_AND_FIGURES.fullmatch(word) and is_whole
        harmless = len(word) < MIN_LENGTH or USER_NAME_BEFORE.search(lowered, max(0, start - 20), start)
        pasted = any(begin <= start and end <= close for begin, close in markup)
        # a clerk's reason that is a formula or a link, such as "=cmd|calc!A0", is kept for the auditor
        kept = by_office and not login and NO_PASSWORD.search(word)
        strong = _is_strong(text[start:end], word) and not kept
        if strong or ((about_login or alone) and not harmless and not pasted):
            yield start, end


def mentions_login(lowered: str) -> bool:
    """Whether a folded text is about logging in, so that a word with digits in the next may be a password."""
    return LOGIN.search(lowered) is not None


def _trim_marks(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in OUTER_MARKS:
        start += 1
    while start < end and text[end - 1] in OUTER_MARKS:
        end -= 1
    return start, end


def _looks_like_password(word: str) -> bool:
    """Letters with digits or marks among them, and neither an address nor a thing with its number."""
    bare = word.rstrip(TRAILING_MARK)
    if not THREE_LETTERS.search(bare) and not LEETSPEAK.fullmatch(bare):
        return False
    if not any(one.isdigit() for one in bare) and not DOLLAR_INSIDE.fullmatch(bare):
        return False
    if ADDRESS.fullmatch(bare) or TIME_OF_DAY.fullmatch(bare) or "removed]" in word:
        return False
    parts = LETTERS.findall(bare)
    # `member#99999-001`, `50dollars`: all its letters are one known word, or several
    return not all(part in ORDINARY_WORDS or len(part) == 1 for part in parts)


def _is_strong(written: str, word: str) -> bool:
    """Whether a word is a password wherever it stands: `Sunshine#42`, `camelCase9`, `p4ssw0rd`."""
    bare = word.rstrip(TRAILING_MARK)
    if len(bare) < MIN_STRONG_LENGTH:
        return False
    figures = sum(one.isdigit() for one in bare)
    if figures and any(mark in bare for mark in "@#$%^&*!"):
        return True
    if figures and CAMEL_CASE.search(written):
        return True
    letters = len(bare) - figures
    return bool(figures) and letters >= MIN_LENGTH and not written.isupper() and bool(LEETSPEAK.fullmatch(bare))
