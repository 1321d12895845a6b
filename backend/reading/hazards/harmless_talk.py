"""Ordinary talk with words of danger in it: a fire of last year, a detector's low battery, a cookout, a bulb.

A sentence about such a thing is left out before a message is read for danger. Each kind has words that keep it in: a
member who mentions the fire of last year may say that the same outlet is hot again.
"""

from __future__ import annotations

import re

from backend.reading.normalize import TIGHT_SENTENCE_BREAK, fold

_SENTENCE_BREAK = re.compile(rf"{TIGHT_SENTENCE_BREAK}|,\s*(?=(?:but|pero|and now|y ahora|also|tambien|también)\b)")
_TROUBLE_WORDS = (
    r"spark\w*|arc(?:s|ing|ed)\b|hang(?:s|ing)?\b|hung\b|flam\w*|smell\w*|buzz\w*|humm\w*|hiss\w*|dizzy|"
    r"headaches?|spread\w*|out of control|hurt\b|shock\w*|zap\w*|tingl\w*|stuck|caught|tangled|wrapped|hit\b|struck|"
    r"fell\b|falling|fallen|down\b|loose|broke\w*|snapped|touch\w*|glow\w*|melt\w*|hot\b|sick\b|passed out|"
    r"chispa\w*|colgando|cuelga|llamas|lumbre en|huele|olor|zumb\w*|maread\w*|cabeza|lastim\w*|atorad\w*|enredad\w*|"
    r"cay[oe]\w*|caid\w*|tirad\w*|roto|rota|pego|choco|toca(?:ndo)?\b|caliente|derrit\w*|derret\w*|toques?\b|vomit\w*"
)
_ANY_TROUBLE = re.compile(
    rf"\b(?:{_TROUBLE_WORDS}|fire|smok\w*|burn\w*|wires?|lines?|gas\b|oxygen|breath\w*|fuego|"
    rf"humo|cables?|quem\w*|oxigeno)"
)
_ONGOING_WORDS = (
    r"again|still|back (?:on|up)|tonight|today|this (?:morning|evening|minute)|otra vez|todavia|sigue\w*|hoy\b|ahorita"
)
_IN_THE_HOUSE = (
    r"room|kitchen|trailer|heat\b|(?:keep|get|stay)\w* warm|sala|cuarto|traila|calentar\w*|cocina|garage|"
    r"basement|inside|indoors|outlets?|plugs?|meters?|poles?|lines?|wires?|panel|breakers?|walls?|roof|deck|siding|"
    r"cochera|sotano|adentro|enchufes?|contactos?|medidor|postes?|cables?|alambres?|pared|techo|caja"
)
_APPLIANCE = (
    r"stoves?|ovens?|ranges?|furnaces?|heat|heaters?|boilers?|dryers?|cook ?tops?|"
    r"estufas?|hornos?|calentador(?:es)?|calefaccion|secadoras?"
)
_BURNED_SOMEONE = r"burned (?:my|his|her|their)|se quem|quemo (?:la|el|su)"

_HARMLESS_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (  # of long ago
        re.compile(
            r"\b(?:last (?:month|year|spring|summer|fall|autumn|winter|thanksgiving|christmas)|"
            r"(?:months?|years?|winters?|summers?) (?:ago|back)|(?:back )?in (?:19|20)\d\d|when i was (?:a )?\w+|"
            r"(?:ano|mes|verano|invierno|otono) pasad[oa]|primavera pasada|"
            r"hace (?:\w+ )?(?:anos?|mes(?:es)?|years?|months?)|en (?:19|20)\d\d)\b"
        ),
        re.compile(rf"\b(?:{_ONGOING_WORDS}|hot\b|smell\w*|huele|caliente|right now|spark\w*|chispa\w*)"),
    ),
    (  # a battery that runs low in a detector
        re.compile(
            r"\b(?:detectors?|(?:smoke|fire|co|hallway) alarms?|detector(?:es)?|"
            r"alarmas? de humo)\b.*\b(?:low batter\w+|batter\w+ (?:is |are |was |must be )?(?:low|dying|dead|old)|"
            r"dying batter\w+|chirp\w*|new batter\w+|9 ?volt|pilas?|baterias?)\b|"
            r"\b(?:low batter\w+|chirp\w*|pila baja|bateria baja)\b.*\b(?:detectors?|alarms?|alarmas?)\b"
        ),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|going off|went off|screaming|smoke (?!(?:detector|alarm))|mono?xid\w*|"
                   r"everybody|all of us|todos|took the batter\w+ out|quite la pila|tired|cansad\w*|sleepy|"
                   r"sueno)|(?<!detector de )(?<!detectores de )(?<!alarma de )\bhumo\b"),
    ),
    (  # mended already, or never so
        re.compile(
            r"\b(?:you(?: all| guys| folks)?|y'?all|they|crew|fellas|lineman|linemen|somebody|someone|"
            r"company) (?:already |just )?(?:came|fixed|replaced|repaired|got it|took care|put (?:in |"
            r"up )?(?:a new|another)|sent)\b|\b(?:all |already |been )(?:fixed|repaired|replaced|taken care of)\b|"
            r"\b(?:ya )?(?:vinieron|arreglaron|repararon|cambiaron|pusieron otro|compusieron)\b|\btodo quedo bien\b"
        ),
        re.compile(rf"\b(?:{_ONGOING_WORDS}|now it|but|pero|right now|worse|peor)\b"),
    ),
    (  # how a visit gets in, which is asked for
        re.compile(r"\b(?:no|without|sin|ningun|tengo|i have|we have|there'?s|there is|hay)\b.{0,20}"
                   r"\b(?:dogs?|perros?)\b|"
                   r"\b(?:gate|porton|reja)\b.{0,20}\b(?:open|locked|unlocked|closed|abiert[oa]|cerrad[oa]|candado)\b"),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|bit|bites?|bitten|mordio|wires?|lines?|cables?|{_BURNED_SOMEONE})\b"),
    ),
    (  # brush that somebody burns
        re.compile(r"\bburn(?:ed|ing)? (?:some |the |my |our |a |off )?(?:brush|leaves|trash|weeds|ditch(?:es)?|"
                   r"grass|stubble|stumps?)\b|"
                   r"\bquem(?:ando|ar|amos) (?:la |las |el )?(?:basura|hojas|zacate|hierba)\b"),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|{_IN_THE_HOUSE}|{_BURNED_SOMEONE}|wind|took off|got away|climb\w*)\b"),
    ),
    (  # a lamp that burned out
        re.compile(
            r"\b(?:bulbs?|(?:yard|street|security|pole|barn|porch|dusk to dawn|night) ?lights?|lamps?|focos?|"
            r"farol(?:es)?|lamparas?|bombillas?|luz (?:del|de la|de) (?:poste|patio|corral|calle|granero))\b.*\b"
            r"(?:burn(?:ed|t)(?: \w+)? out|burned|burnt|out|went out|dead|quit|won'?t come on|fundi\w*|no prende|"
            r"quem\w+)\b|\b(?:burn(?:ed|t) out|fundid[oa]|quemad[oa])\b.*\b(?:bulbs?|lights?|lamps?|focos?|farol)\b"
        ),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|smok\w*|on fire|burning|(?:everybody|all|whole (?:house|street|road))|"
                   rf"humo|lumbre)"),
    ),
    (  # a meter that shows nothing
        re.compile(r"\b(?:meter|medidor)\w*\b.*\b(?:screen|display|numbers?|blank|digits|pantalla|numeros?|"
                   r"en blanco)\b|\b(?:screen|display|pantalla)\b.*\b(?:meter|medidor)\w*\b"),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|smok\w*|on fire|burn\w*|melt\w*|wires?|loose|suelt\w*|cables?|humo|"
                   rf"quem\w*)"),
    ),
    (  # what runs on gas
        re.compile(rf"\b(?:{_APPLIANCE})(?:'?s)? (?:\w+ ){{0,2}}?(?:gas|propane|propano)\b|"
                   rf"\b(?:gas|propane) (?:{_APPLIANCE})\b"),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|leak\w*|fuga\w*|escap\w*|fumes|carbon|mono?xid\w*|pilot|{_BURNED_SOMEONE}|smok\w*|"
                   r"on fire|burning|explo\w*|left (?:it )?on|abiert[oa]|dizzy|humo|lumbre|detector\w*|alarm\w*)"),
    ),
    (  # cooking, a campfire, fireworks
        re.compile(
            r"\b(?:carne asada|asado|barba?[ce]+[qc]ue\w*|bbq|grill(?:ing|ed)?|smoker|brisket|ribs|turkey|"
            r"camp ?fires?|bon ?fires?|fire ?pit|fire ?place|wood ?stove|candles?|cigarettes?|cigars?|fogatas?|"
            r"asador|parrilla|velas?|velitas|chimenea|fireworks|firecrackers|cohetes|burn (?:pile|permit|barrel|"
            r"ban)|marshmallows?|tamales|cookout|burn(?:ed|t)? (?:the |my )?(?:toast|dinner|supper|pie|cookies|"
            r"turkey|food|rice|beans)|se (?:me )?quem(?:o|aron) (?:la |el |los |las )?(?:comida|cena|arroz|"
            r"frijoles|pan|tortillas?|pastel|tarjeta|pavo))\b"
        ),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|{_IN_THE_HOUSE}|{_BURNED_SOMEONE}|on fire|caught fire|se prendio|"
                   rf"incendi\w*)"),
    ),
    (  # what is only called so
        re.compile(r"\bfire(?:[ -]hazards?|[ -]?fighters?|[ -]?works|[ -]?wood|[ -]?arms?|[ -]sale|[ -]code|"
                   r"[ -]marshal|[ -]inspection|[ -]insurance|[ -]drill|[ -]damage)\b|"
                   r"\bfire (?:him|her|them|you|that|the guy|me)\b|\bfired\b|\briesgo de incendio\b"),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|smok\w*|on fire|burning|humo|lumbre)"),
    ),
)  # fmt: skip

_HYPOTHETICAL_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (  # whether something would be dangerous
        re.compile(
            r"\b(?:is it|would it be|it'?s|if it'?s|are they|are we) (?:\w+ ){0,2}?(?:dangerous|safe|ok|okay|legal|"
            r"allowed|bad|all right|alright) (?:for (?:\w+ ){1,3}?)?(?:to|if)\b|\bhow (?:far|close|high|near|tall|"
            r"deep) (?:\w+ ){0,4}?(?:from|to|can|should|do|does|is it)\b|\b(?:can|could|may|should) (?:i|we|they|"
            r"he|she|you|the kids|my \w+|people) (?:\w+ )?(?:fly|plant|put|build|park|mow|burn|trim|climb|hang|"
            r"install|dig|paint|swim|store|set up)\b|\b(?:es|seria|no es) (?:peligroso|seguro|malo) (?!ahi|aqui|"
            r"esto|eso)(?:\w+)|\b(?:se puede|puedo|podemos|pueden) (?:\w+ )?(?:volar|plantar|poner|construir|"
            r"cortar|quemar|podar|subir|instalar|colgar|pintar|excavar)\b|\ba que distancia\b"
        ),
        re.compile(rf"\b(?:{_TROUBLE_WORDS}|{_ONGOING_WORDS}|in the (?:water|pool)|flood\w*|on fire|burning|smok\w*)"),
    ),
)  # fmt: skip


def remove_harmless_talk(words: str) -> str:
    """The words without the sentences that are about nothing but an ordinary thing of these kinds."""
    kept = [part for part in _SENTENCE_BREAK.split(words) if part and not _is_harmless(part)]
    return " ".join(part.strip() for part in kept)


def is_harmless_talk(words: str) -> bool:
    """Whether the message is about something ordinary of these kinds, with no trouble beside it."""
    parts = [part for part in _SENTENCE_BREAK.split(words) if part]
    rest = [part for part in parts if not _is_harmless(part, _HARMLESS_KINDS)]
    return len(rest) < len(parts) and not _ANY_TROUBLE.search(fold(" ".join(rest)))


def _is_harmless(
    sentence: str, kinds: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (*_HARMLESS_KINDS, *_HYPOTHETICAL_KINDS)
) -> bool:
    text = fold(sentence)
    return any(kind.search(text) and not but.search(text) for kind, but in kinds)
