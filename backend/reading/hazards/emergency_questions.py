"""Detects questions of people in or near danger: what they may do, what is safe, who calls 911, what was reported."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.detectors import detector
from backend.reading.normalize import fold, fold_line


class EmergencyQuestion(Enum):
    """Questions whose answer may save a life, in the order in which they are answered."""

    NOT_BREATHING = "breath"
    """Somebody does not breathe, as a statement or a question."""
    TOUCH = "touch"
    GENERATOR = "generator"
    POWER_OFF = "power_off"
    LEAVE = "leave"
    GO_IN = "go_in"
    """Or through, over, near, back; whether it is safe now."""
    OTHER_PERMISSION = "may"
    """Anything else that may or may not be done."""
    WHAT_TO_DO = "do"
    IS_CREW_COMING = "coming"
    WHAT_WAS_REPORTED = "reported"
    WHEN_POWER_RETURNS = "back"
    """When the power is back."""


PERMISSION_QUESTIONS = frozenset(
    {
        EmergencyQuestion.TOUCH,
        EmergencyQuestion.GENERATOR,
        EmergencyQuestion.POWER_OFF,
        EmergencyQuestion.LEAVE,
        EmergencyQuestion.GO_IN,
        EmergencyQuestion.OTHER_PERMISSION,
    }
)
"""What asks whether something may be done."""


_PEOPLE = r"(?:him|her|them|my \w+|the (?:kids?|children|boy|girl|baby|man|woman|guy|driver|dog|cat|horse|calf|cows?))"
_MAY_VERBS = (
    r"(?:should|can|could|may|do|must|shall|what if|how do|how can) "
    r"(?:i|we|they|he|she|you|my \w+|everybody|everyone|somebody)"
)
_MAY_VERBS_SPANISH = r"(?:puedo|puede|podemos|podria|debo|debemos|tengo que|que si|me|lo|la|y si|hay que)"
_PATTERNS = {
    EmergencyQuestion.NOT_BREATHING: re.compile(
        r"\b(?:isn'?t|not|stopped|quit|hardly|barely|don'?t think (?:he|she)(?:'?s| is)) breath\w*|"
        r"\bno (?:esta |estan )?respira\w*|\bdejo de respirar|\bno (?:pulse|heartbeat|tiene pulso)|\bcpr\b|"
        r"\bresucit\w+|\b(?:lips?|face|skin|labios|cara|boca)\b.{0,16}\b(?:blue|purple|gr[ae]y|azul\w*|morad\w+)\b|"
        r"\b(?:turning|getting|going|gone|went|poniendo|pone|puso) (?:\w+ )?(?:blue|purple|azul\w*|morad\w+)\b|"
        r"\b(?:can'?t|cant|cannot|can hardly|can'?t hardly|cant hardly) (?:hardly )?(?:breathe?|talk)\b|"
        r"\bno puede (?:ni )?(?:respirar|hablar)\b|\bgasping\b|\bpassed out\b|\bunconscious\b|\binconsciente\b|"
        r"\b(?:won'?t|wont|doesn'?t|not) (?:wake up|waking up|respond\w*|moving)\b|"
        r"\bno (?:despierta|reacciona|se mueve)\b|\bno (?:la|lo|le) (?:puedo|podemos) despertar\b|"
        r"\b(?:can'?t|cant|cannot|won'?t|wont) (?:seem to |really )?(?:wake|get) (?:him|her|them)\b"
    ),
    EmergencyQuestion.TOUCH: re.compile(
        rf"\b{_MAY_VERBS} (?:\w+ ){{0,3}}?(?:pull|drag|grab|touch|lift|push|roll|help|free|unhook) (?:{_PEOPLE}|"
        rf"on {_PEOPLE})\b|\b{_MAY_VERBS_SPANISH} (?:\w+ ){{0,2}}?(?:jal|agarr|toc|sac|quit|mov|despeg|levant|ayud|"
        r"arrastr)\w*(?:l[oae]s?)\b|\b(?:use|push|move|knock|hit|lift|pull|get|pry|quit\w+|empuj\w+|peg\w+|mov\w+|"
        r"levant\w+)\b.{0,40}\b(?:stick|board|broom\w*|rake|rope|pole saw|palo|escoba|tabla|rastrillo|"
        r"the (?:wire|line|cable)|el (?:cable|wire))\b|\b(?:lo|la|le) (?:puedo|podemos|debo|jalo|agarro|toco|saco|"
        r"muevo) ?(?:jal|agarr|toc|sac|mov|despeg|ayud)?\w*\b"
    ),
    EmergencyQuestion.GENERATOR: re.compile(
        r"\bgenerator\b.{0,40}\?|\b(?:turn|shut|run|use|keep|stop|start|leave|kill)\w* (?:\w+ ){0,3}?generator\b|"
        r"\b(?:apag\w+|prend\w+|us\w+|dej\w+) (?:\w+ ){0,3}?(?:generador|planta)\b"
    ),
    EmergencyQuestion.POWER_OFF: re.compile(
        rf"\b{_MAY_VERBS} (?:\w+ ){{0,3}}?(?:turn|shut|flip|switch|cut|kill|throw|trip|unplug|pull) (?:\w+ ){{0,4}}?"
        r"(?:main|breakers?|power|electric\w*|box|panel|switch|disconnect|pump|everything|off|plug)\b|"
        rf"\b{_MAY_VERBS_SPANISH} (?:\w+ ){{0,2}}?(?:baj|apag|cort|desconect|desenchuf|quit)\w* (?:\w+ ){{0,4}}?"
        r"(?:switch|breaker|luz|pastillas?|caja|main|corriente|bomba|todo|electricity|tanque|enchufe|outlet)\b"
    ),
    EmergencyQuestion.GO_IN: re.compile(
        r"\b(?:turn|flip|switch|put|throw)\w* (?:\w+ ){0,4}?back on\b|\breset (?:\w+ ){0,3}?breakers?\b|"
        r"\bvolver a (?:subir|prender|conectar|encender|enchufar)\w*|\b(?:subo|prendo) (?:\w+ )?(?:breakers?|switch|"
        r"pastillas?)\b|\b(?:me|se|nos) (?:meto|mete|metemos)\b|"
        r"\b(?:can|could|should|may|do) (?:i|we|he|she|my \w+) (?:just )?(?:go|run|get|climb) (?:back )?in\b|"
        r"\b(?:puedo|puede|podemos) (?:volver a )?entrar\b"
    ),
    EmergencyQuestion.WHEN_POWER_RETURNS: re.compile(
        r"\b(?:when|what time|how long)\b.{0,40}\b(?:power|lights?|electric\w*)\b.{0,24}\b(?:back|on|restored)\b|"
        r"\bwhen (?:do|will|can) (?:i|we) get (?:it|power|my power|the power) back\b|"
        r"\b(?:cuando|a que horas?)\b.{0,30}\b(?:vuelve|regresa|ponen?|poner|arregl\w+|llega)\b.{0,20}\b(?:luz|"
        r"corriente)\b|\b(?:cuando|a que horas?)\b.{0,20}\bla (?:arreglan|ponen|regresan)\b"
    ),
    EmergencyQuestion.LEAVE: re.compile(
        rf"\b{_MAY_VERBS} (?:\w+ ){{0,2}}?(?:leave|evacuate|get out|go out|jump|run|(?:climb|hop|step|get) (?:out|"
        r"down|off)|drive (?:off|away)|wait (?:here|outside|in)|stay (?:here|in|put|inside))\b|"
        rf"\b{_MAY_VERBS} (?:\w+ ){{0,2}}?(?:move|get|take|bring|carry|wake) {_PEOPLE}(?: \w+){{0,2}}? (?:out|away|"
        rf"outside|up|to)\b|\b{_MAY_VERBS} (?:\w+ )?(?:move|wake) {_PEOPLE}\W*$|"
        r"\b(?:wants?|trying|going) to (?:get|climb|jump) (?:out|off|down)\b|\bsafe (?:here|in here|in the house|"
        r"to (?:leave|stay|get out))\b|\b(?:me|nos|se) (?:salgo|salimos|sale|bajo|bajamos|baja|quedo|quedamos|"
        rf"queda|brinco|voy|vamos)\b|\b{_MAY_VERBS_SPANISH} (?:\w+ ){{0,2}}?(?:salir\w*|bajar(?:me|nos|se)\b|"
        r"brinc\w+|correr|quedar\w*|irme|irnos)\b"
    ),
    EmergencyQuestion.WHAT_TO_DO: re.compile(
        r"\b(?:what|wat) (?:do|should|can|else can|else should|am|are) (?:i|we) "
        r"(?:supposed to |gonna |going to )?(?:\w+ )?do\b|"
        r"\bque (?:hago|hacemos|debo hacer|puedo hacer|hay que hacer|le hago)\b|\b(?:now what|y ahora que)\b|"
        r"\btell me what to do\b|\bdigame que ha\w+|\bhelp (?:me|us)\b\W*$|\bayud(?:a|en|e)(?:me|nos)\b"
    ),
    EmergencyQuestion.IS_CREW_COMING: re.compile(
        r"\bwho (?:can|will|could|should|is going to|is gonna|do i get to) (?:\w+ )?(?:come|lock|fix|close|secure|"
        r"repair|shut|look at)\b|\bquien (?:puede|va a|viene a) (?:venir|cerrar\w*|arreglar\w*|ver\w*)\b"
    ),
    EmergencyQuestion.WHAT_WAS_REPORTED: re.compile(
        r"\b(?:what|wat)(?:'?s| is| did| do| have| does| are)? (?:(?:you|u|they|it|the|my|that|your|"
        r"this) )?(?:\w+ ){0,2}?(?:report(?:ed)?|wr[io]te|written|put (?:down|in)|say|says|said|tell|told|"
        r"have down)\b(?! (?:me|us) to)|\b(?:did|does|do|have) (?:you|u|it|the report|they) (?:\w+ )?(?:say|"
        r"mention|tell (?:them|him|her)|told|put|write|know) (?:\w+ ){0,3}?(?:about|that|it|was|my|the)\b|"
        r"\bque (?:fue lo que )?(?:reporto|reportaron|reportaste|puso|pusieron|anoto|anotaron|escribio|dijo|dice|"
        r"les? dijo)\b|\b(?:puso|pusieron|anoto|dijo|dijeron) (?:que|lo de)\b"
    ),
}


is_about_leaving_machine = detector(
    r"\b(?:climb|hop|jump|step|get) (?:down|off)\b|\bbajar(?:me|se|nos)\b|\bme bajo\b|\bnos bajamos\b", fold=fold
)
"""Asks to get down from a tractor, a truck, a crane."""


asks_permission = detector(
    r"\b(?:can|could|may|should|shall|ok(?:ay)? (?:to|if|for)|alright (?:to|if)|safe|allowed|do i|do we|what if|"
    r"is it (?:ok|bad))\b|\b(?:puedo|puede|pueden|podemos|debo|debemos|se puede|esta bien (?:si|que)|hay que|y si)\b|"
    r"(?:^|[.!?¿,;] ?)(?:le |lo |la |me |nos )?(?:prendo|apago|abro|cierro|bajo|subo|entro|salgo|saco|echo|"
    r"pego|muevo|dejo|corto|jalo|toco|uso|conecto|desconecto)\b",
    fold=fold,
)
"""Asks if something may be done: `so he can go if he's got rubber boots?`."""


says_is_breathing = detector(
    r"\b(?:is|'s|are|'re|she|he|they|still|ya|esta|estan) (?:\w+ )?(?:breathing|breathin|respirando|"
    r"respira)\b(?! (?:bad|hard|funny|weird|shallow|fast|heavy|mal|feo|apenas))",
    unless=(
        r"(?:\bnot|n't|\bbarely|\bhardly|\bstopped|\bquit|\bif)\b(?: \w+){0,2} breath\w*|"
        r"\b(?:no|apenas|dejo de|si) (?:esta |puede )?respir\w*|\b(?:blue|purple|gr[ae]y|azul\w*|morad\w+|gasping)\b"
    ),
    fold=fold,
)
"""Whether the message says that somebody breathes: `he's breathing though, I said`."""
asks_about_outcome = detector(
    r"\b(?:is|are|will) (?:he|she|they|we|i|it|(?:my|the|our) \w+) (?:going to |gonna |gunna )?(?:be (?:ok|okay|"
    r"alright|all right|fine)|live|make it|die|survive)\b|\b(?:gonna|going to) (?:be (?:ok|okay|alright|all right|"
    r"fine)|make it|die)\W*\?|\b(?:va|van|vamos|voy) a (?:estar bien|morir\w*|vivir|salvar\w*|aguantar)\b",
    fold=fold,
)
"""Asks if somebody will be well, which nobody here knows."""
is_about_bill = detector(
    r"\b(?:payment plans?|(?:my|the|this|a) (?:\w+ )?(?:bill|balance|payment)|auto ?pay|past due|due date|pay ?day|"
    r"plan de pagos|mi (?:factura|recibo|saldo)|(?:la|el) (?:factura|recibo|saldo))\b",
    fold=fold,
)
"""Whether the message is about a bill or a plan, even beside a danger: `call me Tuesday about a payment plan`."""
is_about_money = detector(
    r"\b(?:pay|pays|paid|paying|cost|costs|charge|bill|reimburse\w*|claim|insurance|owe|cover (?:it|that|this|the)|"
    r"pagan?|pagar|cobran?|cobrar|cuesta|seguro|reembols\w+)\b",
    fold=fold,
)
"""Asks who pays: `do you folks pay for that heifer`."""


asks_what_was_reported = detector(
    r"\b(?:what|wat|read)\b(?! if)|(?:^|[¿.,;!?] ?)(?:y |pero |entonces )?que\b(?! (?:te|le|les|lo) (?:dije|digo))",
    fold=fold,
)
"""Asks what was reported, and not if one thing was, as `did you tell them about my daughter` does."""


def is_about_payment(words: str) -> bool:
    """Whether it speaks of money, a bill or a plan."""
    return is_about_money(words) or is_about_bill(words)


_POWER_ALREADY_OFF = re.compile(
    r"\b(?:i|we|he|she|they|my \w+)(?:'?ve| have)? (?:already |just |went and )*(?:turned|shut|flipped|switched|"
    r"threw|killed|tripped|cut)\b[^.?!]{0,40}\b(?:off|breakers?|main|power|panel)\b|"
    r"\b(?:breakers?|main|power)(?:'?s| is) (?:already |now )?off\b|\bya (?:lo |la |los |le )?(?:apague|baje|corte|"
    r"desconecte|apagamos|bajamos|cortamos)\b|\b(?:apague|baje|corte|apagamos|bajamos) (?:el|la|los|las|todo)\b"
)


def says_power_is_off(words: str) -> bool:
    """Whether somebody has cut the power already: `I turned off the breaker`. Whether they may is asked no more."""
    text = fold(words)
    return bool(_POWER_ALREADY_OFF.search(text)) and "?" not in words


def detect_emergency_questions(words: str) -> frozenset[EmergencyQuestion]:
    """What is asked; empty where nothing of it is."""
    text = " ".join(re.sub(r"[,;:¡¿]", " ", fold(words)).split())
    return frozenset(asks for asks, pattern in _PATTERNS.items() if pattern.search(text))


_ACTION_VERBS = (
    r"(?:touch|move|drive|walk|go|get|grab|unplug|plug|use|turn|reset|flip|pick|put|stay|step|cross|let|open|close|"
    r"leave|come|enter|pass|sleep|be|reach|pull|push|cut|fix|lift|climb|play|park|run|start|switch|light|cook|save|"
    r"help|check|look|feed|water|mow|drag|throw|pour|spray|wash)"
)
_WHO = r"(?:i|we|he|she|they|you|my \w+|our \w+|the \w+|somebody|someone|anyone|anybody|people|kids?|it|one)"
asks_about_medical_help = detector(
    r"\b(?:take|drive|bring|get|go) (?:\w+ ){0,3}?to (?:the |a )?(?:er|hospital|clinic|doctor|"
    r"emergency(?: room)?)\b|\b(?:llev\w+|ir|vamos|voy) (?:\w+ ){0,3}?(?:al? (?:hospital|clinica|urgencias|"
    r"emergencias?|doctor))\b|\b(?:need|have|needs|has|should|supposed)(?: to)? (?:\w+ )?(?:be (?:seen|looked at|"
    r"checked)|get (?:him|her|them|it|me)? ?checked|see (?:a|the) doctor|see somebody)\b|"
    r"\b(?:do|should) (?:i|we) (?:need to |have to )?(?:take|bring) (?:him|her|them) in\b|"
    r"\bwill it (?:pass|wear off|go away)\b|\bse le (?:va a )?pasa\w*\b.*\?|\b(?:necesita|tiene que|debe) (?:ir al|"
    r"ver a un) (?:medico|doctor|hospital)\b|\b(?:should|do) (?:i|we) call (?:911|an ambulance)\b|"
    r"\b(?:debo|tengo que|hay que) llamar (?:al|a una) (?:911|ambulancia)\b",
    fold=fold_line,
)
"""Asks if somebody should be brought to a hospital, or 911 be called."""
_HELP = (
    r"(?:911|9 1 1|nine one one|(?:the |an |a |some )?(?:fire (?:dep\w*|trucks?|engines?)|fire ?m[ae]n|ambulances?|"
    r"police|sheriff|paramedics|ems|emergency(?: services)?|cops)|(?:al |a los |a las |a la |los |una )?(?:911|"
    r"bomberos|ambulancia|policia))"
)
asks_who_calls_911 = detector(
    r"\b(?:did|have|has|are|will|can|could|would|do) (?:you(?: all| guys| people| folks)?|y'?all|u|anybody|anyone|"
    r"somebody|someone|they|it|we) (?:\w+ ){0,3}?(?:call(?:ed|ing)?|phon(?:e|ed|ing)|notif\w+|contact\w*|tell|told|"
    rf"alert\w*|send|sent|got|get|dial\w*) (?:\w+ )?{_HELP}\b|\b(?:do|should|must) (?:i|we) (?:have to |need to |"
    rf"still )?(?:call|phone|dial) (?:you\b.{{0,12}}?\bor )?{_HELP}\b|\b(?:call|phone) (?:you(?: guys)? or|"
    rf"{_HELP} or you)\b|^\W*(?:please )?(?:can you )?(?:call|phone|dial) {_HELP}(?: for (?:me|us))?\W*$|"
    rf"\bwho (?:calls|called|is calling|will call|should call) {_HELP}\b|\b(?:ya )?(?:llam(?:o|aron|aste|an|a|"
    rf"aran)|avisaron|hablaron|van a llamar|va a llamar|pueden? llamar) (?:\w+ ){{0,2}}?{_HELP}\b.*\?|"
    rf"\b(?:llamo yo|tengo que llamar|debo llamar|hay que llamar|quien llama) (?:\w+ ){{0,2}}?{_HELP}\b",
    unless=(
        r"\b(?:i|we|he|she|they|my \w+)(?:'ve| have)? (?:already |just )?(?:called|phoned|dialed)\b|"
        r"\bya (?:les? )?(?:llame|llamamos)\b"
    ),
    fold=fold_line,
)
"""Asks if we call 911 or the fire department. Nobody may wait in the belief that we did."""
asks_if_safe = detector(
    rf"\b(?:can|could|may|should|shall|must) {_WHO} (?:\w+ ){{0,3}}?{_ACTION_VERBS}\b|"
    rf"\b(?:if|whether) {_WHO} (?:can|could|may|should) (?:\w+ ){{0,3}}?{_ACTION_VERBS}\b|"
    rf"\b(?:do|does) {_WHO} (?:have|need) to (?:leave|get out|evacuate|stay|move)\b|\b(?:safe|dangerous|ok|okay|"
    r"alright|all right)\b (?:for \w+ (?:\w+ )?)?(?:to|if)\b|\b(?:is|are|am|will|would|r) (?:it|i|we|he|she|they|"
    r"that|this|the \w+|my \w+|everybody|everyone) (?:\w+ ){0,3}?(?:safe|in danger|dangerous|live|energized|"
    r"ok in here|okay in here)\b|\b(?:in or out|get out|stays? (?:in|inside|put)|que se (?:baj|qued)\w+|"
    r"me (?:bajo|quedo)|se (?:baja|queda))\b|\bhow (?:far|close|near) (?:\w+ ){0,3}?(?:away|back|off|to)\b|"
    r"\b(?:puedo|puede|pueden|podemos|podria\w*|debo|debemos|deberia\w*|tengo que|tenemos que|"
    r"se puede) (?:\w+ ){0,3}?(?:toc\w+|mov\w+|pas\w+|manej\w+|cruz\w+|acerc\w+|desconect\w+|desenchuf\w+|"
    r"conect\w+|enchuf\w+|us\w+|prend\w+|apag\w+|encend\w+|sal\w+|entr\w+|qued\w+|abr\w+|agarr\w+|recog\w+|saca\w+|"
    r"baj\w+|sub\w+|ir\b|irme|irnos|dormir|cocin\w+|regres\w+|volver|lav\w+|levant\w+)|\b(?:es|esta|estoy|estamos|"
    r"sera|seria|hay) (?:\w+ ){0,2}?(?:segur[oa]s?|peligros[oa]s?|peligro|a salvo)\b|"
    r"\b(?:a que distancia|que tan lejos|que tan cerca)\b",
    unless=(
        r"\b(?:can|could|may) (?:i|we|you) (?:just )?(?:get|have|use|help|check|look)\b "
        r"(?:(?:a|my|the|an) )?(?:\w+ )?(?:person|human|number|balance|bill|account|call ?back|update|ticket|"
        r"report|status|copy|code|link|somebody|someone)\b|\bhelp me\b|\bpay\b|\bpagar\b|\bnumero\b|\bcuenta\b"
    ),
    fold=fold_line,
)
"""Asks what may be touched, entered or used: `can she touch the fridge again`."""


is_about_outage_supplies = detector(
    r"\b(?:generators?|candles?|freezers?|food|flashlights?|stoves?|generador|velas?|congelador|comida|estufa)\b",
    fold=fold_line,
)
"""Asks how to get through an outage: `can I use my generator`. That has an answer of its own."""


asks_if_dangerous = detector(
    r"\b(?:is|are|isn'?t|could|can|would|will) (?:it|this|that|they|the \w+|my \w+)(?: \w+){0,2} "
    r"(?:dangerous|a danger|hazardous|deadly|live|energized|kill|shock|hurt)\b|\bdangerous\W*$|"
    r"\b(?:es|esta|sera|son) (?:muy |algo )?peligros[oa]s?\b",
    fold=fold_line,
)
"""Asks if something is dangerous; here a yes is the answer that keeps people away."""
