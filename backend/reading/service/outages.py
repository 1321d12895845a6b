"""Detects an outage that is stated or asked about, and what a report of one really is: a light, a surge, damage."""

from __future__ import annotations

import re

from backend.reading.acts.signals import is_question
from backend.reading.detectors import detector
from backend.reading.hazards.life_support import is_past, says_power_is_out_now
from backend.reading.normalize import fold_line, split_sentences
from backend.reading.service.damage_claim import is_damage_claim
from backend.reading.service.disconnection import detect_disconnection_topic, says_coop_disconnected

says_power_went_out = detector(
    r"\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?\b(?:and|then|before|until|y|luego|"
    r"hasta que)\b (?:then |now |luego |despues )?(?:(?:it|they|everything|all|the (?:lights?|power)|todo|"
    r"ya) )*(?:just |all |completely |se )?(?:went (?:off|out|dark|dead|black)|(?:are|is) (?:off|out|gone)|died|"
    r"quit|cut out|shut (?:off|down)|(?:(?:la|las) )?(?:fue|fueron|apago|apagaron|quedamos a oscuras))\b(?! and "
    r"(?:back )?on\b)|\b(?:lights?|power|electric\w*|luz|luces|corriente)\b[^.?!]{0,48}?\b(?:and|then|y) (?:now |"
    r"ahora )?(?:(?:we'?re|i'?m|it'?s|everything'?s?|is|all|estamos|todo) ){0,3}(?:in the dark|dark|"
    r"pitch (?:black|dark)|a oscuras|without power|sin luz)\b",
    unless=(
        r"\b(?:half|part(?:ial\w*)?|some|one|the other|la mitad|parte|unos|algunos|medi[oa])\b(?: \w+){0,3}? "
        r"(?:house|home|rooms?|outlets?|lights?|power|circuits?|casa|cuartos?|contactos?|enchufes?)\b"
    ),
    fold=fold_line,
)
"""Whether power that was unsteady is out now: `the lights flickered twice, then went off`; not of a part of it."""
_ABOUT_A_LIGHT = re.compile(
    r"\b(?:street|yard|security|pole|barn|porch|dusk to dawn|night)[ -]?(?:lights?|lamps?)\b|"
    r"\b(?:luz|luces|foco|lampara|farol)\w* (?:del? |de la )(?:poste|patio|calle|esquina|corral)\b|\balumbrado\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|whenever|every time|in case|si|cuando|cada vez que) (?:\w+ ){0,4}?(?:power|lights?|luz)\b"
)
_ABOUT_BILL = re.compile(
    r"\b(?:(?:didn'?t|not|never) paid?|because of (?:my|the) bill|for (?:non ?)?payment|power of attorney|no pague|"
    r"por falta de pago|paid|pague)\b"
)


def states_outage(words: str, glossed: str) -> bool:
    """Whether the message states that a household's power is out now. `glossed` is the message from `to_english`."""
    text = fold_line(words)
    if _ABOUT_A_LIGHT.search(text) or _ABOUT_BILL.search(text) or is_past(words) or _HYPOTHETICAL.search(text):
        return False
    if says_coop_disconnected(glossed) or detect_disconnection_topic(glossed):
        return False
    told = [part for part in split_sentences(words) if not part.rstrip().endswith("?") and not is_question(part)]
    return any(says_power_is_out_now(part) or says_power_went_out(part) or says_place_is_out(part) for part in told)


_HOME = r"(?:house|home|barn|shop|shed|garage|cabin|farm|place|neighbors?|block|road|street|town|casa|granero|taller)s?"
says_place_is_out = detector(
    rf"\b{_HOME}\b(?: (?:and|y) (?:the |my |la |el )?{_HOME})?(?:'s| is| are| esta| estan)(?: (?:both|all|also|"
    r"still|now|completely|todavia))* (?:out|dark|without power|a oscuras|sin luz)\b|"
    rf"\b(?:it|power|lights?)(?:'s| is| are) (?:also |still )?(?:out|off) (?:at|in|on|over at) (?:the |my |"
    rf"our )?{_HOME}\b|"
    r"\b(?:half|part|all|most) (?:of )?(?:\w+ ){0,2}?(?:road|rd|street|st|lane|ln|avenue|ave|block|town|neighborhood|"
    r"county|village|side) (?:is|are|'s) (?:still )?(?:dark|out|without power)\b",
    unless=r"\b(?:half|part|some|la mitad|parte) (?:of |de )?(?:my |the |our |la |mi )?(?:house|home|casa|barn|shop)\b",
    fold=fold_line,
)
"""Whether places are said to be without power: `the barn and the house are both out`, `half of Mill Road is dark`."""
_MORE_THAN_OUT = re.compile(
    r"\b(?:wires?|lines?|cables?|alambres?|poles?|postes?|spark\w*|chisp\w*|smok\w*|humo|fire\w*|fuego|lumbre|flam\w*|"
    r"burn\w*|quem\w*|smell\w*|huele\w*|olor|gas|propan\w*|transform\w*|box|caja|hum\w*|buzz\w*|hiss\w*|zumb\w*|boom|"
    r"bang|explo\w*|pop\w*|trono|shock\w*|toques?|tree|limb|branch|arbol|rama|water|flood\w*|agua|inund\w*|hurt|herid\w*|"
    r"injur\w*|911|oxyg\w*|oxig\w*|breath\w*|respir\w*|ventilat\w*|concentrat\w*|machine|maquina|dialysis|dialisis|"
    r"insulin\w*|generator\w*|generador\w*|monoxid\w*|meter|medidor|car|truck|carro|fell|cay\w*|caid\w*|down|arc\w*|"
    r"flash\w*|trapped|atrapad\w*|help|ayuda|auxilio|hot|cold|frio|freez\w*|sick|enferm\w*|emergenc\w*|danger\w*|pelig\w*|"
    r"low|baj\w*|dim\w*|flicker\w*|parpad\w*|surg\w*|blink\w*|bright)\b"
)
_DENIED = re.compile(
    r"\b(?:no (?:hay|veo|tengo)|there(?:'?s| is| are) no|no|not any|i (?:don'?t|do not) see (?:any|a)) (?:\w+ )?"
    r"(?:wires?|lines?|cables?|alambres?|danger|peligro|sparks?|chispas)\b"
)


def tells_only_outage(words: str) -> bool:
    """Whether the power is told to be out, with no word of a wire, a smell, a machine or anything else that is wrong.

    `Se fue la luz, hay un bebé`, `it is out at the barn too`; what is denied does not count: `no hay cables`.
    """
    text = _DENIED.sub(" ", fold_line(words))
    return not _MORE_THAN_OUT.search(text) and (
        says_power_is_out_now(text) or says_power_went_out(text) or says_place_is_out(text)
    )


_OTHERS = (
    r"(?:neighbou?r\w*(?:'s)?|next door|(?:every ?(?:body|one)|all the others|other (?:houses|homes|people))(?: else)?|"
    r"across the (?:street|road)|(?:the )?rest of (?:the|my|our) (?:street|road|block|town|neighborhood)|houses? "
    r"(?:next to|around|across)(?: \w+)?|vecin[oa]s?|casa de al lado|l[oa]s demas|todos los demas|enfrente)"
)
_tells_apart = detector(
    r"\b(?:only|just|solo|solamente|nomas|nada mas) (?:at |in |en )?(?:my|our|this|mi|nuestra|esta|the one) "
    r"(?:house|home|place|farm|cabin|trailer|apartment|unit|casa|granja|departamento|apartamento)\b|"
    r"\b(?:it'?s|its|is|es|somos|soy) (?:only|just|solo|nomas) (?:me|us|mine|ours|yo|nosotros)\b(?! and)|"
    r"\b(?:only (?:ones?|house|home)|unic[oa]s?(?: casa)?) (?:\w+ ){0,2}?(?:without|out|dark|affected|sin luz|"
    r"sin servicio)\b|"
    rf"\b{_OTHERS}(?: \w+){{0,3}}? (?:ha(?:s|ve)|got|tienen?)(?: \w+){{0,2}}? (?:power|lights?|electric\w*|luz|"
    r"corriente)\b"
    r"(?! (?:problems?|lines?|out|outages?|issues?|poles?|cuts?))|"
    rf"\b{_OTHERS}(?: \w+){{0,2}}? (?:power|lights?|luz) (?:is|are|esta) (?:still |all )?on\b|"
    rf"\b{_OTHERS} (?:is|are|has theirs|have theirs) (?:still |all )?on\b|"
    # a part of the house
    r"\b(?:only|just|solo|nomas) (?:the |my |half |part |one |la |el |un |una )?(?:of the |de la )?(?:kitchen|"
    r"bed ?rooms?|"
    r"bath ?rooms?|rooms?|basement|upstairs|downstairs|side|outlets?|circuits?|half|part|cocina|cuartos?|bano|sotano|"
    r"mitad|parte)\b|"
    r"\b(?:some|half|part|one|la mitad|parte|algunos|unos) (?:of (?:the|my|our) |de (?:la|mi) )?(?:house|home|rooms?|"
    r"outlets?|circuits?|side|lights|casa|cuartos|contactos|enchufes)\b",
    unless=(
        rf"\b(?:not|isn'?t|no es|no somos) (?:only|just|solo|nomas)\b|"
        rf"\b{_OTHERS}(?: \w+){{0,3}}? (?:no|not|don'?t|doesn'?t|haven'?t|tampoco|lost|sin)\b|"
        rf"\b(?:if|whether|si) (?:\w+ ){{0,2}}?{_OTHERS}"
    ),
    fold=fold_line,
)


def says_only_here(words: str) -> bool:
    """Whether a member says that only their home, or a part of it, is without power: `the neighbors have power`. It is
    then a fault of its own, whatever is known of the area. A question says nothing."""
    return any(_tells_apart(part) for part in split_sentences(words) if not is_question(part) and "?" not in part)


asks_if_outage = detector(
    r"^\W*(?:so |hi |hello |hey |um+ |uh+ )*(?:is|are) there (?:an?|any|some)?.*\b(?:outages?|out|off)\b|"
    r"\b(?:any|known) outages?\b|\bdo you (?:guys )?(?:know|have)\b.*\bout|\bare you aware\b|"
    r"\boutage (?:map|status|update)\b|^\W*(?:so |hi |hello |hey |um+ )*(?:is|are) (?:the |my |our )?(?:power|"
    r"lights?|electric\w*) (?:\w+ )?(?:out|off|down)\b"
)
"""`Is there an outage?`, `are you aware that the power is out?`"""
asks_for_compensation = detector(r"\b(?:credits?|refund\w*|reimburs\w*|compensat\w*|discount)\b")
"""What an outage is worth on a bill: no place is needed for it."""
_TOWN_NAME = re.compile(r"\b(?:in|around|near|en|por) (?!(?:My|The|Our|Mi|La)\b)[A-Z][a-z]+")


def names_town(text: str) -> bool:
    return bool(_TOWN_NAME.search(text))


mentions_death = detector(
    r"\b(?:died|dead|death|deceased|passed(?: away| on)?|passing|lost (?:my|our) (?:husband|wife|mom|"
    r"mother|dad|father|son|"
    r"daughter|brother|sister|grand\w+)|late (?:husband|wife|mother|father)|widow(?:ed|er)?|funeral|estate|obituary)\b"
)
LIGHT_WORDS = re.compile(
    r"\b(?:street|yard|security|pole|barn|night|area|lot|alley|dusk to dawn|outdoor|outside)[ -]?(?:lights?|lamps?|"
    r"lites?)\b|\bstreet ?lights?\b|\blight on (?:the|my|our) pole\b|\blamp ?posts?\b",
    re.IGNORECASE,
)
UNSTEADY_POWER = re.compile(
    r"\b(?:flicker\w*|dim|dims|dimming|dimmer|brown ?-?outs?|blink(?:s|ing)|surg(?:e|es|ing)|low voltage|"
    r"half (?:my|the|of|our) \w+|part(?:ial)? (?:power|of)|pulsing|too bright)\b",
    re.IGNORECASE,
)
mentions_usage = detector(r"\b(?:kwh|kilowatt\w*|usage|used|too high|so high|doubled|tripled)\b")
"""Whether use is named: a questioned charge is then looked at as a high bill, with the use beside it."""


def detect_outage_kind(words: str) -> str:
    """An outage that is none: a light on a pole is `light`, power that is there but unsteady `voltage`."""
    if is_damage_claim(words):
        return "damage"
    if LIGHT_WORDS.search(words):
        return "light"
    is_out = says_power_went_out(words) or says_place_is_out(words)
    return "voltage" if UNSTEADY_POWER.search(words) and not is_out else "outage"
