"""Reads what a crew member writes in free words while a callout is open.

It is read generously, because words alone do nothing; but a doubtful text is never read as closing a ticket.
"""

from __future__ import annotations

import re

from backend.reading.normalize import is_one_slip_apart, to_plain_text

_DONE_WORDS = (
    "done fixed finished complete completed repaired resolved restored cleared closed "
    "listo lista hecho hecha arreglado arreglada reparado reparada terminado terminada terminamos termine resuelto "
    "solucionado cerrado arreglamos reparamos arregle repare"
).split()
_MISSPELLED_DONE = frozenset("doen dnoe donne donee doned d0ne ddone".split())
_NOT_DONE_WORDS = frozenset(
    "fixes fixer fix list lists finish finishes close closes closer clear clears termino hechos".split()
)
_DONE_PHRASES = re.compile(
    r"\b(?:back on|back up|all set|all good|all clear|made safe|is safe|safe now|taken care of|good to go|hot again|"
    r"ya quedo|quedo bien|volvio la luz|ya hay luz|todo bien)\b"
)
_NOT_YET = re.compile(
    r"\?|\b(?:not|no|nt|never|nothing|cant|cannot|couldnt|wont|isnt|arent|didnt|havent|hasnt|wasnt|dont|aint|un|"
    r"almost|nearly|half|partly|part|until|till|when|once|if|after|before|will|ill|gonna|going|should|be|get|"
    r"getting|to|need|needs|needed|but|except|still|yet|in \d+|by \d+|mins?|minutes?|hours?|hrs?|soon|later|"
    r"tomorrow|tonight|wrong|who|what|where|how|is it|was it|are we|casi|falta|faltan|todavia|aun|cuando|si|hasta|"
    r"manana|luego|en \d+|minutos?|horas?|necesito|necesitamos|pero|nadie|quien|donde|como|voy a|vamos a|sin|mal)\b"
)
_ASKS_WHERE = re.compile(
    r"\b(?:whe?res?|were is (?:it|this|that)|wher|(?<!wrong )(?:addres+s?|adress?|addy)(?! (?:is )?(?:wrong|bad))|"
    r"location|locate|directions?|map|which (?:house|road|street|place|one)|what (?:street|road|house|place|town)|"
    r"street number|house number|(?:cant|cannot|can not|couldnt|unable to|dont|not) (?:seem to )?(?:find|see|"
    r"locate|finding)|lost|who(?:s|se| has)? (?:called|call|reported|report|phoned|told)|"
    r"quien (?:llamo|reporto|aviso)|donde|adonde|direccion(?! (?:equivocada|mala))|ubicacion|ubicado|"
    r"que (?:calle|casa|lugar)|como llego|no (?:lo |la )?(?:encuentro|hallo|encontramos|veo)|perdido)\b"
)
_ASKS_DETAILS = re.compile(
    r"\b(?:who(?:s| is| was)? (?:called|call|reported|the (?:caller|member|customer|reporter)|told|said|lives?|"
    r"is it|it|else|has it|got it)|who(?:s|se)?\b.{0,24}\b(?:called|report\w*|phoned|house|account)|"
    r"what(?:s| is| was| did| do)?\b.{0,30}\b(?:number|phone|call ?back|wrong|problem|issue|job|ticket|details?|"
    r"say|said|code|it|this|that|for|name)|details|more info|info|call ?back number|callers?|repeat|again|resend|"
    r"send (?:it|that) again|what is (?:it|this)|quien (?:llamo|reporto|aviso|es|lo)|"
    r"que (?:es|paso|pasa|tiene|dice|codigo)|cual|telefono|numero|detalles?|informacion|otra vez|repita|mande)\b"
)
_GIVES_NOTE = re.compile(
    r"\b(?:need|needs|needing|send|get me|request\w*|truck|bucket|backup|back up crew|second crew|another crew|"
    r"more (?:people|guys|men|crew|help)|help|helper|transformer|pole|fuse|parts?|eta|"
    r"\d+ ?(?:m|min|mins|minutes?|hrs?|hours?)|an hour|half (?:an )?hour|minutes? (?:out|away)|almost there|"
    r"on ?site|on scene|here now|arrived|just got here|at the (?:house|place|site|pole|address)|"
    r"addres\w* (?:is )?(?:wrong|bad)|wrong (?:address|addres|adress|house|place|street|road|location|one)|"
    r"(?:nobody|no ?one|no body|noone) (?:is )?(?:home|here|there|answers?|answering)|not home|no answer|"
    r"no one answers|nothing here|dont see|dont see it|locked|gate|dogs?|running late|late|delayed|stuck|traffic|"
    r"road closed|flat tire|waiting|not (?:fixed|done|finished|safe)|still (?:out|down|sparking|hot|live|working)|"
    r"fire department|police|sheriff|tree crew|de-?energized|false alarm|necesito|necesitamos|manden|camion|grua|"
    r"ayuda|otra cuadrilla|refuerzos?|minutos?|una hora|media hora|ya casi|llegando|llego|llegue|llegamos|"
    r"estoy aqui|direccion equivocada|casa equivocada|no es aqui|no hay nadie|nadie (?:contesta|abre|en casa)|"
    r"cerrado con|perro|porton|tarde|trafico|todavia no|aun no|falta|falsa alarma|bomberos|policia)\b"
)
_ACCEPTS = re.compile(
    r"\b(?:take|taking|takin|took|tke|tkae|taek|have|got|gotit|getting|mine|omw|on (?:my|the|our) wa?y|en ?route|"
    r"enroute|rolling|heading|headed|responding|leaving|ill go|we ll go|im going|ill do|ill handle|handling|accept\w*|"
    r"copy|roger|ack\w*|tomo|tengo|agarro|atiendo|acepto|me encargo|voy|vamos|salgo|en camino|enterado|mio)\b"
)
_CANNOT = re.compile(
    r"\b(?:cant|cannot|can not|wont|unable|not available|not on call|off duty|out of town|sick|somebody else|"
    r"someone else|another (?:guy|person)|not me|no puedo|no podemos|enfermo|fuera de|otra persona|otro)\b"
)
_CANNOT_BE_THERE = re.compile(
    r"\b(?:cant|cannot|can not|unable to|no puedo|no podemos) (?:seem to )?(?:find|see|locate|reach|get (?:in|"
    r"there|to|through|past|any)|read|hear|open|tell|encontrar|hallar|ver|entrar|llegar|pasar|abrir|leer)\b"
)
"""A crew member who cannot find the house does not leave the ticket to the others."""
_OWN_ACCOUNT = re.compile(
    r"\b(?:pay|paying|paid|payments?|bills?|billing|balance|owe|due|autopay|auto pay|draft|card|bank|account|"
    r"paperless|"
    r"alerts?|password|pin|log ?in|user ?id|usage|kwh|rate|rates|budget|deposit|refund|credit|late fee|disconnect\w*|"
    r"(?:start|stop|move|transfer) (?:my |the )?service|email|e-?mail|extension|arrangement|receipt|confirmation|"
    r"street ?light|yard ?light|my (?:power|lights?|meter|house|phone)|pagar|pago|pague|factura|saldo|recibo|cuenta|"
    r"tarjeta|banco|contrasena|debo|vence|mi (?:luz|casa|medidor|telefono)|correo|consumo|tarifa|servicio)\b"
)
_SMALL_TALK = re.compile(
    r"(?:hi|hello|hey|hola|good (?:morning|evening|afternoon|night)|buenos dias|buenas(?: tardes| noches)?|"
    r"thanks?|thank you|thx|ty|gracias|bye|adios|lol|help|ayuda|menu|english|espanol|ingles|spanish|start|stop|"
    r"never ?mind|nm|cancel|cancelar)"
)
_DIGITS_ONLY = re.compile(r"[\d\s$.,:/()+-]*")


def normalize_words(text: str) -> str:
    """The text as plain words, with slips in the words for what is done put right."""
    words = re.sub(r"[^\w\s?-]+", " ", to_plain_text(text)).split()
    return " ".join(_correct_word(word) for word in words)


def _correct_word(word: str) -> str:
    if word in _MISSPELLED_DONE:
        return "done"
    if word in _NOT_DONE_WORDS or word in _DONE_WORDS:
        return word
    return next(
        (one for one in _DONE_WORDS if len(one) > 4 and one[0] == word[0] and is_one_slip_apart(word, one)), word
    )


def says_done(words: str) -> bool:
    """Whether it is said to be done, with nothing that holds it back: `almost done`, `done but need a truck` is not."""
    said = any(word in _DONE_WORDS for word in words.split()) or bool(_DONE_PHRASES.search(words))
    return said and not _NOT_YET.search(words)


def asks_location(words: str) -> bool:
    return bool(_ASKS_WHERE.search(words))


def asks_details(words: str) -> bool:
    return asks_location(words) or bool(_ASKS_DETAILS.search(words)) or "?" in words


def gives_note(words: str) -> bool:
    """Whether it tells how it goes there, or what is needed."""
    return bool(_GIVES_NOTE.search(words))


def accepts(words: str) -> bool:
    return bool(_ACCEPTS.search(words)) and not _NOT_YET.search(words)


def cannot_be_there(words: str) -> bool:
    return bool(_CANNOT_BE_THERE.search(words))


def declines(words: str) -> bool:
    return bool(_CANNOT.search(words)) and not asks_location(words) and not _CANNOT_BE_THERE.search(words)


def is_about_own_account(words: str) -> bool:
    """Whether it is about their own bill, account or house, or about nothing: they are a member as well."""
    return bool(_OWN_ACCOUNT.search(words) or _SMALL_TALK.fullmatch(words.strip(" ?")) or _DIGITS_ONLY.fullmatch(words))
