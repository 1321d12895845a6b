"""Detects who asks after a report: whether somebody comes, whether it was received, how long it takes."""

from __future__ import annotations

import re
from enum import Enum

from backend.reading.acts.signals import is_question
from backend.reading.detectors import detector
from backend.reading.normalize import fold, fold_line, split_sentences
from backend.reading.tickets.withdrawal import asks_to_withdraw, remove_ticket_numbers

_FEW_WORDS_ES = r"(?:\w+ ){0,3}?"
_SOMEBODY_ES = (
    r"(?:alguien|algien|alguno|la cuadrilla|cuadrilla|el tecnico|tecnicos?|el camion|los trabajadores|"
    r"trabajador\w*|los linieros|ayuda)"
)
_MY_REPORT_ES = (
    r"(?:mi|mis|el|la|ese|este|del)(?: \w+)? ?(?:reportes?|mensaje|aviso|queja|solicitud|caso|pedido|ticket|"
    r"orden(?: de servicio)?|"
    r"cambio de nombre)\b|lo que (?:yo )?(?:les |le )?(?:dije|reporte|avise|escribi|conte|mande)\b|mi reporte"
)
_NOT_POWER = (
    r"(?! (?:ya )?(?:la |el |a )?(?:luz|corriente|electricidad|energia|este mes|leer|la cita|servicio|fibra|recibo))"
)
_COMES_VERBS_ES = (
    rf"(?:vienen?|bienen?|vendran?|vengan?|va[n]? a (?:venir|llegar|mandar)|llegan|lleguen|llegaran|yegan|"
    rf"acuden|en camino){_NOT_POWER}"
)

_SURE_PATTERNS_ES = (
    rf"\b(?:ya|si|cuando|a (?:que|q) hora|cuanto|que dia|quien|por ?que no|porque no|pq no|xq no|"
    rf"entonces) {_FEW_WORDS_ES}(?<!que ){_COMES_VERBS_ES}(?! mensaje| aviso| alerta| tanto)",
    rf"\b(?:alguien|algien|cuadrilla|tecnicos?|camion|trabajadores|linieros) {_FEW_WORDS_ES}(?:{_COMES_VERBS_ES}|"
    rf"viene|llega\b|salio|salieron)",
    rf"\b{_COMES_VERBS_ES} {_FEW_WORDS_ES}(?:{_SOMEBODY_ES}|o no|o que|en camino|para aca|hoy)|^\W*vienen en camino|"
    rf"^\W*va[n]? a venir\b",
    rf"\b(?:va[n]? a|puede\w* que|tiene\w* que) venir hoy\b|\bsi (?:ya )?(?:viene|vienen)\b{_NOT_POWER}",
    rf"\bnadie (?:ha |a )?(?:venido|vino|viene|llega|llego|llegado|aparece|aparecio){_NOT_POWER}",
    rf"\bno (?:ha |a )?(?:venido|vino|viene|llega|llego|llegado) nadie\b{_NOT_POWER}",
    r"\b(?:mandaron|mandan|enviaron|envian|mandaran|van a (?:mandar|enviar)) (?:ya )?(?:a )?(?:alguien|algien|"
    r"la cuadrilla|una cuadrilla|gente|un tecnico|el tecnico|el camion|ayuda)\b",
    r"\b(?:donde (?:esta|estan|anda|andan|viene|vienen)|y) (?:la cuadrilla|los trabajadores|el tecnico|los tecnicos|"
    r"el camion|los linieros)\b|\b(?:salio|salieron) (?:ya )?(?:la cuadrilla|el camion|el tecnico)\b|"
    r"\bfalta (?:\w+ )?(?:al tecnico|a la cuadrilla|al camion|para que (?:lleguen?|vengan?))",
    rf"(?<!me )\b(?:recibieron|recibio|recibiste|llego|llegaron|tienen|tiene|quedo|pasaron|vieron|tomaron|anotaron|"
    rf"hicieron|registraron) (?:ya )?(?:registrad\w+ |bien )?(?:{_MY_REPORT_ES})",
    rf"\b(?:que (?:pasa|paso|hay|saben?|fue)|como (?:va|esta|sigue|anda)|en que (?:va|quedo|esta)|estado|novedad\w*|"
    rf"noticias?|sigue|"
    rf"informacion|quien (?:tiene|lleva|atiende|ve)|status|todavia esta) (?:\w+ ){{0,2}}?(?:{_MY_REPORT_ES})",
    r"\b(?:les|le|los) (?:han )?(?:avisaron|avisaste|avisado|dijeron|dijiste|notificaron)\b(?! que)|"
    r"\b(?:avisaste|avisaron|dijiste|avisado) (?:ya )?(?:a )?(?:alguien|la cuadrilla|ellos)\b|"
    r"\ba quien(?:es)? (?:le|les) (?:avis|dij|mand)\w+n?\b(?<!aviso)",
    r"\bquien viene\b|\bquien (?:lo|la) (?:tiene|tomo|esta viendo|ve|atiende|lleva)\b",
    r"\b(?:ya )?(?:fue|fueron|vino|vinieron|paso) (?:ya )?alguien\b|\balguien (?:ya )?(?:fue|vino|paso|lo vio|"
    r"lo esta|la esta)\b|\bya (?:lo|la) (?:vieron|vio alguien|estan (?:viendo|arreglando|atendiendo|reparando)|"
    r"atendieron)\b|\bya saben (?:del|de lo|de mi)\b",
    r"\b(?:cuando|a que hora|que dia|ya|si) (?:me )?(?:vienen|van a venir|van) a (?:leer|conectar|prender|poner|"
    r"revisar|arreglar|ver|podar|instalar|encender)\b|\bcuando me (?:van a )?(?:ponen|poner|conectan|conectar|"
    r"prenden|prender) (?:la luz|el servicio)\b",
    r"\bya quedo mi (?:cambio|solicitud|orden|arreglo|acuerdo|pedido)\b|\brecibieron mi (?:cambio|solicitud|pedido|"
    r"arreglo)\b|\bya vieron mi\b",
)
_LIKELY_PATTERNS_ES = (
    r"\bcuanto (?:\w+ ){0,2}?(?:tarda\w*|tengo que esperar|demora\w*|espero|falta\W*$)|\bcuanto (?:tiempo|"
    r"rato)\b(?! tengo)|"
    r"\bcuanto mas\b|\bse (?:van a )?(?:tarda\w*|demora\w*)\b|\b(?:por ?que|xq|pq) (?:\w+ )?(?:tarda\w*|demora\w*)\b",
    r"\b(?:sigo|estoy|seguimos|estamos) (?:aqui )?esperando\b|\bllevo (?:\w+ ){1,4}esperando\b",
    r"\b(?:hay|alguna|algo de|que) (?:novedad\w*|noticias?)\b|^\W*(?:novedades|noticias|estado|estatus)\W*$",
    r"\b(?:ya |si )?(?:quedo|fue|esta) (?:ya )?(?:registrad|reportad|asignad|anotad|recibid|arreglad)[oa]\b|"
    r"\b(?:les|le|te) llego\W*$|\b(?:lo|la) recibieron\b|\brecibieron (?:esto|eso|lo)\b|\bsi (?:quedo|paso|llego)\W*$",
)
_CALL_PATTERNS_ES = (
    r"\b(?:cuando|a que hora|si|ya) (?:\w+ ){0,2}?(?:me )(?:llaman|va[n]? a llamar|llamaran|devuelven la llamada)\b|"
    r"\b(?:sigue|esta|queda|quedo) (?:\w+ ){0,2}?(?:en pie |programada |confirmada )?(?:mi|la|esa) llamada\b|"
    r"\b(?:mi|la|esa) llamada (?:\S+ ){0,3}?(?:sigue|esta|queda|quedo|es|era|va)\b|"
    r"\b(?:cuando|a que hora|que dia|que paso con|que fue de) (?:\w+ )?(?:mi|la|esa) llamada\b|"
    r"\bme (?:va|van) a llamar\b|\balguien me (?:llama|va a llamar)\b|\b(?:quien|nadie) me (?:va a )?llam(?:a|ar|o)\b",
)
_OTHER_TOPICS_ES = (
    r"pag(?:o|os|ar|ue|aron|aste|an)|facturas?|recibos?|cobr\w+|reembols\w+|contrasena\w*|codigos?|correos?|"
    r"tarjetas?|banco|cheque|dinero|money order|cort(?:ar|an|en|aron|e)|mi cuenta|estafa\w*|persona real|agente|"
    r"fibra|en general|despues de una tormenta|perros?|a quien (?:le )?(?:llamo|aviso|reporto)|"
    r"como (?:les )?(?:aviso|reporto)|paquete|este numero|poda|leerlo|cuando vengan|descuento|creditos?|gasto|"
    r"salio la luz|vino la luz|medidor y"
)


class StatusQuestion(Enum):
    """How surely a report is asked after."""

    ABOUT_REPORT = "surely"
    """The words mean a report or its crew, whatever the topic was: `is anybody coming`."""
    ABOUT_LAST_TOPIC = "perhaps"
    """They mean the last topic: `how much longer`, `did it go through`."""
    ABOUT_CALLBACK = "call"
    """Whether and when somebody calls: a call back, where one is arranged."""


_FEW_WORDS = r"(?:[\w']+ ){0,3}?"
_SOMEBODY = r"(?:(?:any|some) ?(?:body|one|1)|sum1)"
_CREW = (
    r"(?:crews?|trucks?|line ?(?:man|men)|guys?|tech(?:nician)?s?|workers?|repair ?(?:man|men|crew|people)|help|"
    r"service ?(?:man|men)|electricians?)"
)
_THEY = rf"(?:{_SOMEBODY}|they|(?:the |a |ur |your |that |any |one of |someone from the )*(?:\w+ )?{_CREW})"
_COMES_VERBS = (
    r"(?:com(?:e|in|ing)\b(?! (?:on|from|up)\b)|on (?:the|there|their|his|her|its|ur|your) way|(?:get|got|be|been|"
    r"gets|getting) (?:out |over )?(?:to me|here|there|out)\b|here\b|out here|sh[oe]w(?:n|ed|s|ing)? up|arriv\w+|"
    r"been out|been (?:sent|dispatched)|dispatched|head(?:ing|ed) (?:out|over|this way|here)|en ?route)"
)
_LOOKS_VERBS = (
    r"(?:even )?(?:look(?:ed|ing|s)? (?:at|into)|see(?:n|s|ing)? (?:it|this|that|my)\b|saw (?:it|this|that|my)\b|"
    r"work(?:ed|ing|s)? on|(?:got|has|have|take|took|taken|get) (?:it|this|that|my (?:report|ticket|case|request))\b|"
    r"gotten it|respond\w*|been assigned)"
)
_REPORT_NOUNS = (
    r"(?:report|ticket|case|complaint|request|message|msg|text|work order|(?:service|repair) (?:order|request|call|"
    r"ticket)|name change|order)"
)
_MY_REPORT = rf"(?:my|the|this|that|ur|a) (?!credit )(?:[\w']+ )?{_REPORT_NOUNS}s?\b(?! number)"
_QUESTION_WORDS = (
    r"(?:is|are|r|was|were|will|has|have|had|did|if|when|when'?s|how long|how soon|why|what time|know|till|til|until|"
    r"before|that|wondering|waiting (?:for|on)|me)"
)
_SURE_PATTERNS = (
    rf"\b(?!had an? ){_QUESTION_WORDS} {_FEW_WORDS}(?<!can )(?<!could )(?<!would ){_THEY} "
    rf"{_FEW_WORDS}(?:{_COMES_VERBS}|{_LOOKS_VERBS})",
    rf"^\W*(?:hello|hi|hey|so|ok|and|please|pls|uh|um|yeah|\W)*{_SOMEBODY}\W+(?:{_COMES_VERBS})",
    rf"\bno ?(?:body|one)(?:'?s)? {_FEW_WORDS}(?:{_COMES_VERBS}|came|come|showed)|\bno ?(?:body|one) (?:has )?looked",
    r"\bwho (?:is |'?s |r |are |all )*(?:com(?:e|in|ing)|working on (?:it|this|my))\b|\bwho'?s (?:coming|got (?:it|"
    r"my|this))|"
    r"\bwho (?:has|have|got|took|'?s got) (?:it|this|my (?:\w+ )?(?:report|ticket|case|request|complaint))\b",
    r"\bwho (?:did|do|have) (?:you|u|ya) (?:tell|told|call|text|notify|send)|\bwho (?:got|was|has been) (?:told|"
    r"notified)",
    rf"\b(?:where|wheres|where'?s)\b {_FEW_WORDS}{_CREW}\b|"
    rf"\b{_CREW} (?:\w+ )?(?:coming(?! to)|on (?:the|its|their|his) way)\b",
    rf"\beta (?:on|for|of) {_FEW_WORDS}{_CREW}\b",
    r"\b(?:are|r|did|have|when are|when will|will) (?:you|u|ya|y'?all|ya'?ll|you guys) (?:\w+ ){0,2}?(?:com(?:e|"
    rf"ing)\b(?= (?:out|here|over|yet|today|tonight|or)|\W*$)|(?:sent|send|sending|dispatch\w*) (?:{_SOMEBODY}|"
    r"a (?:crew|truck|guy|tech\w*)|the (?:crew|truck)|help|them)\b)",
    rf"\b(?:did|have) (?:you|u|ya|y'?all) {_FEW_WORDS}(?:tell|told|notif(?:y|ied)|alert(?:ed)?) (?:them|the crew|"
    rf"{_SOMEBODY}|your|ur)\b|\b(?:have|were|did) (?:they|the (?:crew|line ?men)) (?:\w+ )?(?:been told|"
    r"been notified|told|get the (?:message|word|report)|get my|get told|know)",
    rf"\b(?:did|do|have|has) (?:you|u|ya|y'?all|they|{_SOMEBODY}|it|the office) {_FEW_WORDS}(?:get|got|gotten|receive|"
    rf"received|have|see|saw|seen|read|file|look(?:ed)? at) (?:\w+ )?{_MY_REPORT}",
    r"\b(?:did|do) (?:you|u|ya|y'?all|they) (?:\w+ )?(?:get|hear|catch|understand|receive|write down) (?:what|wat|"
    r"everything|all) (?:that )?(?:i|we) (?:just )?(?:said|told|wrote|reported|sent|texted|typed)",
    r"\b(?:status|up ?dates?|news|word|happen(?:ed|ing)?|going on|latest|progress|about|where'?s|hows|how'?s)\b "
    rf"(?:\w+ ){{0,3}}?(?:my (?:outage|call ?back|visit)|{_MY_REPORT})",
    rf"\b(?:is|was|has|did) {_MY_REPORT} {_FEW_WORDS}(?:go(?:ne)? (?:thr\w+|in)|received|get (?:thr\w+|in|to)|"
    rf"got(?:ten)? thr\w+|open|assigned|pending|in\b|filed|been|still|done|closed|handled)",
    r"\b(?:did|has) my (?:name change|request|order|arrangement) (?:go|gone|been)\b",
    # a visit that was asked for, and no "can you come and"
    rf"\b(?:when|what day|what time|how soon|is|are) (?:will |are |is |do )*(?:you|u|they|{_SOMEBODY}|"
    r"y'?all) (?:guys )?(?:\w+ )?(?:com(?:e|ing) (?:out |over |by )?(?:to|and) (?:read|turn|connect|hook|check|fix|"
    r"look|change|switch|start|trim|cut (?:the|that|my) tree))",
)
_LIKELY_PATTERNS = (
    r"\bhow (?:much|many) (?:longer|more (?:time|minutes|hours))\b|\bhow long\b.{0,32}\b(?:take|till|til|until|"
    r"before|be|going)\b|^\W*(?:so |and |ok |well )*how (?:long|soon)\W*$|\bhow long (?:is|will) (?:it|this|that)\b",
    r"\bstill waiting\b|\b(?:been|am|i'?m|im) (?:here )?waiting\b|\bwhat(?:'?s| is|s)? taking (?:so|them|yall|you)\b",
    r"\b(?:any|an|got|no) (?:up ?dates?|news|word|progress)\b|^\W*(?:up ?dates?|status|news|eta)\b\W*(?:pls|plz|"
    r"please|on it|now)?\W*$|\bwhat(?:'?s| is|s)? (?:the|ur|your) (?:status|latest|eta|word)\b\W*$|"
    r"\bwhat(?:'?s| is|s)? (?:happening|going on)\W*$",
    r"\bdid (?:it|that|this) (?:go|get|went) (?:thr\w+|in)\b|\bdid (?:you|u|ya|they|y'?all) (?:\w+ )?(?:get|got|"
    r"receive) "
    r"(?:it|that|this)\W*$|\bdo (?:you|they) have it\W*$|\bam i (?:on|in) (?:the|your) (?:list|queue|system)\b",
    r"\b(?:has|is|was) (?:it|this|that) (?:been )?(?:\w+ )?(?:assigned|received|fixed|repaired|done|taken care of|"
    rf"being (?:worked|fixed|looked)|handled|closed|open)\b|\bdoes {_SOMEBODY} have (?:it|this)\b|"
    r"\bwhen (?:will|is) (?:it|this|that) (?:be |get |going to be |gonna be )?(?:fixed|done|repaired|looked at)\b",
)
_BOOKED_CALL = r"(?:phone )?call(?: ?back)?(?! (?:center|line|number|log|history))"
_CALL_PATTERNS = (
    r"\b(?:is|are|when|when'?s|will|did|why has|if)\b (?:\w+ ){0,2}?(?:(?:any|some) ?(?:body|one)|they|you|u|"
    r"the office) (?:\w+ ){0,2}?(?<!on )(?:call|calling|ring|phone me)(?: me)?(?: back)?\b(?! you| them| before)",
    # "is my call on monday still on", "when was that call back again"
    rf"\b(?:is|are|was|when|when'?s|what time) (?:is |was )?(?:my|the|that|our) {_BOOKED_CALL}\b(?: \S+){{0,4}}? "
    r"(?:still|on|at|for|happening|scheduled|set|booked|arranged|planned|cancel\w*|again)\b",
    rf"\b(?:when|when'?s|what time|what day) (?:is |was )?(?:my|the|that|our) {_BOOKED_CALL}\W*$",
    rf"\b(?:do|did) i (?:still )?have (?:a|that|my) {_BOOKED_CALL}\b|"
    rf"\bwhat (?:happened|became|about|is|was|has become) (?:to|of|with|about)? ?(?:my|the|that) {_BOOKED_CALL}\b",
)
_OTHER_TOPICS = (
    r"pay|paid|pays|paying|payments?|bills?|billing|refund\w*|deposit\w*|passwords?|codes?|e ?-?mails?|links?|"
    r"cards?|bank|checks? (?:in|i)|money|auto ?pay|drafts?|statements?|paperless|receipts?|user ?(?:name|id)|"
    r"mailed|(?:shut|shutting|cut|cutting|turn|turning) (?:\w+ ){0,2}off|disconnect\w*|rebate\w*|credits?|scam\w*|"
    r"at (?:the|my) door|knock\w*|human|representative|real person|agent|operator|appointment|811|dig(?:ging)?|"
    r"flight|package|how (?:do|can|would|should) (?:i|we|you)|where (?:do|can) i|in general|usual\w*|normally|"
    r"typically|every (?:year|month)|what(?:'?s| is|s)? (?:my|the) \w+ number|each month|"
    r"(?:do|must|should) i (?:have|need|sign|tie|be)|will they call before|inside|after a storm|work on (?:sunday|"
    r"saturday|week)\w*|can (?:a|any ?\w+|some ?\w+|you (?:guys )?(?:please )?(?:come|send|have|get))|"
    r"(?:please|could you|you) have (?:any|some)\w*|(?:internet|solar|games?|software|dallas|meeting|dogs?)"
)


asks_if_must_be_home = detector(
    r"\b(?:stay|be|wait|remain|sit) (?:at |here )?home\b|\b(?:stay|stick) (?:here|around)\b|"
    r"\bwait (?:here )?for them\b|\bquedar(?:me|nos) (?:en casa|aqui)\b|\besperarlos\b|\bestar en (?:la )?casa\b",
    fold=fold,
)
"""Asks if somebody has to be there when the crew comes."""
_POWER_BACK = re.compile(
    r"\b(?:back|on again|came on|restored|works|working again|volvio|regreso|"
    r"(?:ya|llego|vino) (?:\w+ )?(?:hay |tengo |la )?(?:luz|corriente))\b"
)
denies_power_is_back = detector(
    r"\b(?:not|isn'?t|aint|ain'?t|never|nunca|no|nobody|nadie) (?:\w+ ){0,4}?(?:back|volvio|regreso|said|told|dije|"
    r"avise)\b|\b(?:sin luz|a oscuras|still (?:out|off|dark|no)|in the dark)\b",
    fold=fold,
)
"""Whether the member says that the power is not back, or never said it was: `It is NOT back, I never told you`."""
asks_to_restore = detector(
    r"\b(?:put|turn|switch|set|get)\w* (?:it|that|them|my (?:\w+ ){1,2}?|the (?:\w+ ){1,2}?|"
    r"auto ?pay) ?(?:right )?back\b|\bback (?:how|the way|like) it was\b",
    fold=fold,
)
"""Whether the member asks to restore something: `our auto pay was turned off, put it back on`."""


says_power_is_fine = detector(
    r"\b(?:my |our |the )?(?:power|lights?|electric\w*|luz|corriente)(?:'s| is| are| esta| works?| sirve) "
    r"(?:(?!not|no\b|never)\w+ )?(?:fine|ok|okay|on|good|working|bien)\b(?! fire)|"
    r"\b(?:(?:si|ya) (?:tengo|hay)|tenemos) luz\b|\b(?:i|we) (?:have|got) (?:power|lights)\b",
    unless=(
        r"\?|^\W*(?:do|does|is|are|will|when|did|if)\b|\b(?:but|pero|half|dim|flicker\w*|off|out|except|menos|excepto)\b|"
        r"\b(?:not|no|if|si no|don'?t|doesn'?t|isn'?t)\b[^.!?;,]{0,16}\b(?:power|lights?|luz|corriente)\b"
    ),
    fold=fold,
)
"""Whether the power is on: `my power is fine, I did not report an outage`."""
_NEVER_REPORTED = re.compile(
    r"\b(?:never|did ?n'?t|did not|have ?n'?t|have not|nobody here|no one here) (?:\w+ )?report(?:ed)?\b|"
    r"\b(?:yo |nosotros )?(?:nunca|no) (?:lo |la |he |hemos )?(?:reporte|reportamos|reportado)\b"
)
_POWER_OUT = re.compile(
    r"\b(?:out|off|dark|sin luz|a oscuras|no (?:power|lights?|luz)|se fue la luz|yet|still|todavia|aun)\b|\?"
)


def denies_reporting(words: str) -> bool:
    """Whether they say that they never reported it, and not that the power is out: `I never reported an outage`."""
    text = fold(words)
    rest = re.sub(r"\b(?:an? |the |my )?(?:power )?outage\b", " ", text)
    return bool(_NEVER_REPORTED.search(text)) and not _POWER_OUT.search(rest)


def says_power_is_back(words: str) -> bool:
    """Whether the words name that the power is back; without them nothing is closed."""
    text = fold(words)
    return bool(_POWER_BACK.search(text)) and not denies_power_is_back(words) and not asks_to_restore(text)


def only_asks_if_back(words: str) -> bool:
    """`Is it back?`: each sentence that names it asks, so nothing is told to be over. `Ya regresó la luz` tells it."""
    named = [part for part in split_sentences(words) if _POWER_BACK.search(fold(part))]
    return bool(named) and all(part.rstrip().endswith("?") or is_question(part) for part in named)


def _compile_any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))


_OTHER_TOPIC = _compile_any(rf"\b(?:{_OTHER_TOPICS}|{_OTHER_TOPICS_ES})\b")
_ASKS_ABOUT_CALL, _ASKS_SURELY, _ASKS_LIKELY = (
    _compile_any(*_CALL_PATTERNS, *_CALL_PATTERNS_ES),
    _compile_any(*_SURE_PATTERNS, *_SURE_PATTERNS_ES),
    _compile_any(*_LIKELY_PATTERNS, *_LIKELY_PATTERNS_ES),
)


def detect_status_question(words: str) -> StatusQuestion | None:
    """How surely a message, as it was written, asks after a report; None when it speaks of something else.

    Whoever has reported nothing may mean something else by `how much longer`.
    """
    text = fold_line(words)
    if asks_if_must_be_home(text):
        return StatusQuestion.ABOUT_LAST_TOPIC
    if _OTHER_TOPIC.search(text):
        return None
    if _ASKS_ABOUT_CALL.search(text):
        return StatusQuestion.ABOUT_CALLBACK
    if _ASKS_SURELY.search(text):
        return StatusQuestion.ABOUT_REPORT
    return StatusQuestion.ABOUT_LAST_TOPIC if _ASKS_LIKELY.search(text) else None


_ASKS_OF_NUMBER = re.compile(
    r"\b(?:what(?:'?s)?|became|become|happen\w*|status|up ?date|news|progress|que (?:paso|fue|hay)|en que|como va|"
    r"estado|novedad\w*)\b|\b(?:is|was|did|has|are|sigue|ya|quedo|esta)\b.{0,40}\b(?:still|closed|open|done|fixed|"
    r"finished|handled|over|on|resolved|abiert[oa]|cerrad[oa]|list[oa]|resuelt[oa]|pendiente)\b|\?"
)
_ACTS_ON_NUMBER = re.compile(
    r"\b(?:call me|llam\w+|add|note|change|correct|agreg\w+|anot\w+|cambi\w+|pay|pagar|refund|not mine|never)\b"
)
MAX_WORDS_BESIDE_NUMBER = 12


def asks_of_number(words: str) -> bool:
    """Whether a message that names a ticket asks what became of it: `what about K7M-4Q2`, or the number alone."""
    rest = fold_line(remove_ticket_numbers(words))
    if len(rest.split()) > MAX_WORDS_BESIDE_NUMBER or asks_to_withdraw(words) or _ACTS_ON_NUMBER.search(rest):
        return False
    return not re.sub(r"\b(?:number|ticket|report|numero|reporte|hi|hello|hola)\b|\W", "", rest) or bool(
        _ASKS_OF_NUMBER.search(rest)
    )
