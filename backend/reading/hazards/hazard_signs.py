"""Finds the danger signs in a message, in both languages: what burns or moves, who is hurt, whose air runs out.

Better once too often than once too few. Signs that were not found before mean that it is getting worse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.reading.detectors import detector
from backend.reading.hazards.danger_words import detect_danger, is_hypothetical
from backend.reading.hazards.harmless_talk import remove_harmless_talk
from backend.reading.hazards.life_support import depends_on_power, is_acute, is_backup_running_out, is_past
from backend.reading.normalize import fold, fold_line

CAR, FIRE, GAS, HURT, LIFE, WATER, WIRE = "car", "fire", "gas", "hurt", "life", "water", "wire"
BURNING_CAR = "burning_car"
"""A burning car under a wire: the people in it must jump out. No hazard of its own, because it is both of two."""
HAZARDS = (CAR, HURT, GAS, FIRE, WATER, LIFE, WIRE)
"""In the order of the advice: people in a car under a wire must not get out; then whoever is hurt.
`wire` stands for all else around the lines."""
LIFE_NEED = "life"
WORSE = "worse"
_HAZARD_BY_SIGN = {
    "car": CAR,
    "fire": FIRE,
    "smoke": FIRE,
    "explosion": FIRE,
    "gas": GAS,
    "fumes": GAS,
    "hurt": HURT,
    "trapped": HURT,
    "life": LIFE,
    "water": WATER,
}

_SOMEBODY = (
    r"(?:some ?(?:body|one)|(?:a|an|the|one|two|our|my) (?:\w+ ){0,2}?(?:person|people|man|men|woman|kids?|child|"
    r"children|boy|girl|baby|guy|lineman|worker|neighbou?r|driver|dog|wife|husband|son|daughter|mom|mother|dad|"
    r"father|grand\w+|brother|sister|friend|uncle|aunt|roommate)|he|she|they|people|we|i|"
    r"(?:alguien|un[ao]? (?:persona|hombre|mujer|senora?|muchach[oa]|chavo|trabajador|nin[oa]|vecin[oa]|joven|"
    r"perro)|(?:mi|el|la) (?:espos[oa]|hij[oa]|mama|papa|herman[oa]|vecin[oa]|suegr[oa]|abuel[oa]|nin[oa]|bebe|tio|"
    r"tia|prim[oa]|amig[oa]|perro)))"
)
_IS_VERBS = (
    r"(?:(?<!\bi)'?s|'?re|'?m| is| are| am| got| just got| has been| have been| esta| estan| quedo|"
    r" is (?:badly|really|seriously))"
)
_HARMED = (
    r"(?:hurt|injured|bleeding|unconscious|passed out|knocked out|not breathing|not moving|unresponsive|burned|"
    r"electrocuted|shocked|zapped|being (?:electrocuted|shocked)|herid[oa]s?|lastimad[oa]s?|lesionad[oa]s?|"
    r"inconscientes?|desmayad[oa]s?|sangrando|electrocutad[oa]s?|golpead[oa]s?)"
)
_NOT_BODILY = (
    r"(?:feelings?|financial\w*|money|bills?|pay\w*|rates?|credit|wallet|job|work|disab\w*|rent|afford|facturas?|"
    r"pag\w+|trabaj\w+|last (?:week|month|year|summer|winter)|yesterday|years?|months?|weeks?|ago|ayer|anos?|"
    r"mes(?:es)?|semanas?)"
)
_VEHICLE = (
    r"(?:cars?|trucks?|vans?|suvs?|pickups?|tractors?|combines?|backhoes?|skid ?(?:loader|steer)s?|excavators?|"
    r"sprayers?|dozers?|semis?|vehicles?|bus|buses|carros?|coches?|autos?|trocas?|"
    r"camionetas?|camion(?:es)?|tractor(?:es)?|cab|cabina)"
)
_WIRE_WORD = r"(?:wires?|lines?|cables?|alambres?)"
_IN_VEHICLE = rf"\b(?:in|inside|dentro de|adentro de|en)\W+(?:\w+\W+){{0,2}}?{_VEHICLE}\b"
_ELECTRICAL_PARTS = (
    r"(?:outlets?|plugs?|panel|breakers?|(?:fuse |electric\w* )?box|basement|cellar|meter|cords?|pump|freezer|furnace|"
    r"enchufes?|contactos?|caja|sotano|pastillas?|bomba|medidor)"
)
_WET = r"(?:water|flood\w*|agua|inund\w+)"
_FUME_SOURCES = (
    r"(?:generators?|charcoal|grill|barbecue|planta(?: de (?:luz|gasolina))?|generador|asador|carbon|brasero)"
)
_ENCLOSED_PLACES = (
    r"(?:garage|basement|kitchen|bedroom|indoors|inside|window|headaches?|dizzy|sick|threw up|throwing up|cochera|"
    r"sotano|cocina|cuarto|adentro|ventana|cabeza|maread\w+|vomit\w+)"
)
"""The fumes of what burns there kill without a smell; with a gas leak it has in common that all go out at once."""
_FUMES_TRAPPED = re.compile(
    rf"\b{_FUME_SOURCES}\b.{{0,60}}\b{_ENCLOSED_PLACES}\b|\b{_ENCLOSED_PLACES}\b.{{0,60}}\b{_FUME_SOURCES}\b"
)
_FUME_SYMPTOMS = (
    r"(?:headaches?|head (?:hurts?|aches?|is pounding)|dizzy|woozy|(?<!so )(?<!'m )(?<!am )sick(?! (?:of|and tired))|"
    r"nauseous|threw up|throwing up|puking|passed out|sleepy|duele (?:\w+ )?(?:la )?cabeza|dolor de cabeza|maread\w+|"
    r"vomit\w+|nauseas?|dormid[oa]s?)"
)
_SIGN_PATTERNS: dict[str, re.Pattern[str]] = {
    "water": re.compile(
        rf"\b{_WET}\b.{{0,60}}\b{_ELECTRICAL_PARTS}\b|\b{_ELECTRICAL_PARTS}\b.{{0,60}}\b{_WET}\b|"
        r"\b(?:shower|faucets?|bath ?tub|tub|taps?|sink|swimming pool|stock tank|waterer|regadera|llave del agua|tina|"
        r"alberca|bebedero)\b|\bstanding in (?:\w+ ){0,2}?water\b|\bparad[oa]s? en (?:el )?agua\b"
    ),
    "car": re.compile(
        rf"\b{_WIRE_WORD}\b(?:\W+\w+){{0,5}}?\W+(?:on|over|across|onto|touching|encima|sobre|arriba|toca|tocando)\W+"
        rf"(?!(?:the |la |el )?(?:road|street|highway|ground|calle|carretera|piso))(?:\w+\W+){{0,5}}?{_VEHICLE}\b|"
        rf"\b{_WIRE_WORD}\b.{{0,80}}{_IN_VEHICLE}|{_IN_VEHICLE}.{{0,80}}\b{_WIRE_WORD}\b|"
        rf"\b{_WIRE_WORD}\b.{{0,60}}\b(?:on|over|across|sobre|en|encima) (?:\w+ )?(?:hood|windshield|cab|cofre|"
        r"parabrisas)\b|"
        rf"\b{_VEHICLE}\b.{{0,120}}\b{_WIRE_WORD}\b.{{0,80}}\b(?:inside|in it|adentro|trapped|atrapad\w+)\b"
    ),
    "hurt": re.compile(
        rf"\b{_SOMEBODY}{_IS_VERBS} (?:\w+ )?{_HARMED}\b|\b(?:hay|tenemos) (?:\w+ ){{0,2}}?(?:herid|lesionad|"
        r"lastimad|desmayad)[oa]s?\b|\b(?:there(?:'?s| is| are)|is there) (?:\w+ ){0,2}?(?:herid[oa]s?|hurt|"
        rf"injured|bleeding)\b|\b{_SOMEBODY} (?:was|were|just) (?:just )?(?:electrocuted|zapped|shocked)\b|"
        rf"\b{_SOMEBODY}(?: is|'?s| are)?(?:n'?t| not)? ?(?:stopped breathing|breathing|"
        r"waking up)(?<=\w)\b(?<!\bis breathing)(?<!'s breathing)(?<!are breathing)|"
        rf"\b{_SOMEBODY} (?:won'?t|does ?n'?t|do ?n'?t|not) (?:wake up|respond|breathe)\b|"
        rf"\b{_SOMEBODY} (?:just )?(?:touched|grabbed|is holding|stepped on) (?:the|a|that) (?:\w+ )?(?:wires?|"
        rf"lines?|cables?)\b|\b{_SOMEBODY}(?: ya)? no (?:esta )?(?:respira(?:ndo)?|despierta|reacciona|se mueve)\b|"
        r"\bse (?:quemo|lastimo|corto) (?:\w+ )?(?:manos?|brazos?|cara|dedos?|piernas?|pies?|espalda)\b|"
        rf"\b{_SOMEBODY} (?:got )?burned (?:his|her|their|my) \w+\b|\b(?:se|{_SOMEBODY} se) (?:lastimo|electrocuto|"
        rf"desmayo|esta electrocutando)\b|\b{_SOMEBODY} (?:toco|agarro|piso) (?:el|un) (?:cable|alambre|wire)\b|"
        r"\ble (?:dio|pego|agarro) (?:un |una |el |la )?(?:toques?|descarga|corriente|luz|electricidad|shock)\b|"
        r"\b(?:need|send|get|call(?:ed|ing)?|necesit\w+|mand\w+|llam\w+) (?:an? |una |us an |"
        r"a una )?(?:ambulances?|ambulancia)\b|"
        r"\b(?:recibi\w*|sinti\w*|agarr\w*|tuvo|tuve) (?:una? )?(?:\w+ )?(?:descarga|toques?|calambrazo|"
        r"corrientazo)\b|\b(?:lips?|face|labios|cara)\b.{0,24}\b(?:blue|purple|gr[ae]y|azul\w*|morad\w+)\b|"
        r"\b(?:turning|getting|gone|went|poniendo|pone|puso) (?:\w+ )?(?:blue|purple|azul\w*|morad\w+)\b|"
        r"\bgasping\b|\b(?:holding|clutching|grabbing) (?:his|her) chest\b|"
        rf"\b(?:chest pains?|dolor de pecho|le duele el pecho)\b|\b{_SOMEBODY}(?: ya)? no (?:me |nos )?contesta\b|"
        rf"\b{_SOMEBODY} (?:won'?t|does ?n'?t|stopped) answer\w*\b|\bsomebody hurt\b|\bsomeone hurt\b|"
        r"\bpeople hurt\b|\b(?:fell|cayo) (?:off|from|de) (?:the|la) (?:ladder|escalera)\b"
    ),
    "trapped": re.compile(
        r"\b(?:trapped|pinned|stuck) (?:in(?:side)?|under|by) (?!(?:a |the |this |that |my )?(?:\w+ )?(?:contract|"
        r"loop|menu|plan|traffic))|\b(?:can'?t|cannot|can not) get out of (?:the|my|our|his|her) (?:car|truck|"
        r"house|home|van|building)\b|\b(?:atrapad[oa]s?|no (?:podemos|puedo|puede|pueden) salir)\b"
    ),
    "inside": re.compile(
        rf"\b{_SOMEBODY}(?:'?s| is| are| esta| estan| sigue| siguen)?(?: still| todavia| aun)? (?:in ?side|"
        r"in there|adentro|dentro)\b"
    ),
    "fire": re.compile(
        r"\b(?:fire(?! ?-?(?:dep\w*|trucks?|man|men|fighters?|station|chief|number|company|hydrant|pit|place|wood|"
        r"alarm|engine|hall|lane))|flames?|burning|ablaze|fuego|incendi\w+|llamas|quemando|arde|ardiendo)\b|"
        r"\bse (?:esta |ya esta )?(?:prendi(?:endo|o)|encendi(?:endo|o)|quem\w+) (?:fuego|lumbre|"
        r"(?:la|el|mi|una?) (?:pared|casa|cocina|sala|techo|medidor|poste|arbol|pasto|zacate|cerca|cable|garaje))\b"
    ),
    "smoke": re.compile(r"\b(?:smok\w+|humo|humea\w*)\b"),
    "explosion": re.compile(r"\b(?:explo\w+|blew up|blown up|trono|estallo|reventó|revento)\b"),
    "gas": re.compile(
        r"\b(?:gas(?! ?(?:stations?|pumps?)\b)|propane|propano)\b|\brotten eggs?\b|\bhuevos? podridos?\b|"
        rf"{_FUMES_TRAPPED.pattern}|\b(?:monoxide|monoxido|co alarm|co2 alarm)\b"
    ),
    "fumes": re.compile(
        rf"\b{_FUME_SOURCES}\b.{{0,120}}\b{_FUME_SYMPTOMS}\b|\b{_FUME_SYMPTOMS}\b.{{0,120}}\b{_FUME_SOURCES}\b"
    ),
    "sparks": re.compile(r"\b(?:spark\w*|arc(?:ing|s|ed)|chisp\w+|flash(?:es|ing)|blue light|relampag\w+)\b"),
    "moving": re.compile(
        r"\b(?:it|they|that|one|wires?|lines?|poles?|cables?|tree|limb)(?:'?s)? (?:\w+ ){0,2}?(?:moving|swinging|"
        r"whipping|jumping|dancing|hitting)\b|\b(?:se (?:mueve|esta moviendo|sacude)|moviendo(?:se)?|brincando|"
        r"azotando)\b"
    ),
    "down": re.compile(
        r"\b(?:down|fell|fallen|falling|snapped|came down|hanging|on the (?:ground|road|car)|lean\w*|se cayo|se cae|"
        r"caid[oa]|caer|colgando|se rompio)\b"
    ),
    "fell": re.compile(
        r"\b(?:fell|fallen|falling|snapped|came down|coming down|broke in (?:two|half)|se (?:cayo|cae|rompio|"
        r"reviento|revento|viene abajo))\b"
    ),
    "noise": re.compile(r"\b(?:hiss\w*|buzz\w*|humming|popping|loud (?:bang|boom|pop)|zumb\w+|trueno|tronando)\b"),
}
_ALWAYS_DANGER = ("hurt", "trapped", "fumes")
"""They need no `danger_in` beside them; of a thing that is reported, others need none either, but for `down`."""
_GETTING_WORSE = re.compile(
    r"\b(?:getting|gets|got|growing|it'?s|is|much|even) (?:\w+ )?(?:worse|bigger|closer|stronger|louder|hotter)\b|"
    r"\bspread(?:s|ing)?\b|\b(?:on|hit|reached|touching|against|near|onto) (?:my|our|the|a) (?:roof|house|home|car|"
    r"truck|fence|porch|garage|barn|shed|propane tank)\b|\b(?:live|energized|glowing|red hot|"
    r"lit up)\b(?= ?(?:now|again|wires?|lines?|[.!,]|$))|\b(?:kids?|children|people|cars?|dogs?|somebody|someone|"
    r"neighbou?rs?|traffic) (?:\w+ ){0,4}?(?:near|close to|under|touching|driving over|over|walking|playing|"
    r"next to|by) (?:\w+ )?(?:it|them|that|wires?|lines?|cables?|poles?)\b|\b(?:lean|tilt|sagg|hang|spark|smok|"
    r"burn|sway)ing (?:\w+ )?(?:more|lower|worse|further|farther|faster)\b|\b(?:going to|gonna|about to) (?:fall|"
    r"come down|go down|blow|give)\b|\bmas (?:inclinad|ladead|chuec|baj)[oa]\b|\b(?:hollering|screaming|"
    r"gritando)\b|\bsick from\b|\b(?:dizzy|nauseous|headache)\b|\b(?:water|flood\w*) (?:\w+ ){0,4}?(?:wires?|"
    r"lines?|box|meter|panel)\b|\b(?:esta|se pone|se puso|va) (?:\w+ )?(?:peor|mas (?:grande|cerca|fuerte))\b|"
    r"\bempeor\w+\b|\bse (?:extiende|esta extendiendo)\b|\b(?:en|sobre|contra|toca|tocando) (?:el|la|mi|nuestro|"
    r"nuestra) (?:techo|casa|carro|cerca|troca|barda|home)\b|\b(?:ninos|gente|carros|personas|alguien|person|"
    r"kids) (?:\w+ ){0,3}?(?:cerca|junto|debajo|jugando|pasando|encima)\b|\bllego (?:al|a la|a mi|hasta)\b|"
    r"\b(?:maread[oa]s?|me duele la cabeza)\b"
)
_NEGATED_BEFORE = re.compile(
    r"(?:\b(?:no|not|any ?(?:body|one)?|nobody|none|without|nothing|nor|neither|nadie|ningun[oa]?|sin|ni|"
    r"tampoco|ya no|is there)\W+(?:\w+\W+){0,3}|"
    r"n't\W+(?:\w+\W+){0,1}|\b(?:do|does|did|is|are|was|were)nt\W+(?:\w+\W+){0,1})$"
)
_ABOUT_MONEY = re.compile(
    r"\b(?:bills?|pay\w*|balance|autopay|amount|price|cost|rates?|charge[sd]?|kwh|facturas?|recibo|pag(?:o|ar|ue)\w*|"
    r"saldo|cobr\w+)\b"
)


def find_hazard_signs(words: str, plain: str = "", *, reported: bool = False) -> frozenset[str]:
    """The names of the danger signs in a message; empty where there is none.

    `plain` is the message as `to_english` gives it, if it is Spanish. `reported`: a danger was reported earlier in the
    conversation, so `it is on the roof now` or `the battery is low` is enough.
    """
    words, plain = remove_harmless_talk(words), remove_harmless_talk(plain)
    text = fold_line(f"{words} | {plain}" if plain and plain != words else words)
    danger = detect_danger(plain or words) or detect_danger(text)
    supposed = is_hypothetical(text)
    found = set()
    for name, pattern in _SIGN_PATTERNS.items():
        counts_alone = name in _ALWAYS_DANGER or (reported and name != "down" and not supposed)
        if (danger or counts_alone) and _is_asserted(text, pattern):
            found.add(name)
    if ("hurt" in found and re.search(rf"\b{_NOT_BODILY}\b", text)) or supposed:
        found -= set(_ALWAYS_DANGER)
    if _is_air_at_risk(text, reported=reported):
        found.add(LIFE_NEED)
    if "gas" in found and not (danger or reported):
        found.discard("gas")
    if danger and not found:
        found.add("danger")
    about_money = _ABOUT_MONEY.search(text)
    if reported and not about_money and _is_asserted(text, _GETTING_WORSE):
        found.add(WORSE)
    if reported and about_money and not danger:
        found &= {*_ALWAYS_DANGER, LIFE_NEED}
    return frozenset(found)


def is_alarming(words: str, plain: str = "") -> bool:
    """Whether somebody may be in danger: what `detect_danger` finds, harm, or air that runs out."""
    return bool(find_hazard_signs(words, plain))


def main_hazard(signs: Iterable[str]) -> str:
    """Which of HAZARDS to speak of first."""
    found = {_HAZARD_BY_SIGN.get(sign, WIRE) for sign in signs}
    return next((hazard for hazard in HAZARDS if hazard in found), WIRE)


def advice_key(signs: Iterable[str]) -> str:
    """As `main_hazard`, but a car on fire has advice of its own: it is left at once."""
    found = frozenset(signs)
    hazard = main_hazard(found)
    return BURNING_CAR if hazard == CAR and "fire" in found else hazard


def has_trapped_fumes(words: str) -> bool:
    """Whether something burns where its fumes stay: a generator in the garage, however well it is meant."""
    return _is_asserted(fold_line(words), _FUMES_TRAPPED)


mentions_wire = detector(rf"\b{_WIRE_WORD}\b", fold=fold)
"""Whether a wire, a line or a cable is named."""


def is_only_medical_need(signs: Iterable[str]) -> bool:
    """Whether the only sign is that somebody's air or medicine depends on the power."""
    return set(signs) == {LIFE_NEED}


def _is_air_at_risk(text: str, *, reported: bool) -> bool:
    if is_hypothetical(text) or is_past(text):
        return False
    return is_acute(text) or (reported and (depends_on_power(text) or is_backup_running_out(text)))


def _is_asserted(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the pattern occurs with no negation before it: `no sparks` asserts none."""
    return any(
        not _NEGATED_BEFORE.search(text[max(0, match.start() - 40) : match.start()]) for match in pattern.finditer(text)
    )
