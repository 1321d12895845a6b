"""Detects texts that nobody wrote (reactions, automatic replies, carriers' notices), and removes phones' signatures."""

from __future__ import annotations

import re
from typing import Literal

from backend.reading.normalize import to_plain_text

_NUMBER = r"(?:(?:phone|mobile|cell|wireless) )?(?:number|subscriber|person|user|recipient|party|customer)"
CARRIER_NOTICE = re.compile(
    r"^(?:network|carrier|system|wireless) (?:msg|message|notice)\b|^(?:[\w&]+ ){0,4}free ?(?:t ?mobile )?(?:msg|"
    r"message)\b|^(?:msg|error|err|code|sms) ?(?:code )?\d{2,5}\b.{0,30}\b(?:number|messages?|msg|text|sms|"
    r"recipient|destination|deliver\w*)\b|\b(?:re ?send|try again) using a valid\b|"
    r"\bvalid (?:10 digit )?(?:mobile|short code|wireless)\b|\binvalid (?:short ?code|destination|recipient|"
    rf"mobile number)\b|\b{_NUMBER} (?:that )?(?:you|youve|you ve) (?:have |are |were |re )?(?:trying to |"
    r"attempting to |tried to )?(?:text|sms|dial|reach|call|messag|contact|repl)\w*\b.{0,60}\b(?:landline|"
    r"land line|not|cannot|cant|unavailable|disconnected|invalid|no longer|unable|blocked)\b|"
    r"\byou(?: have| ?ve) (?:reached|dialed|texted) a (?:non working|disconnected|wrong|landline|number that)\b|"
    r"\b(?:text|message) (?:was |has been )?sent to a (?:landline|land line)\b|"
    r"^(?:the |this )?(?:destination |recipient )?(?:number|recipient) is a (?:landline|land line)\b|"
    r"\b(?:text|reply|send)(?: back)? (?:unstop|start|yes) to (?:receive \w+(?: \w+)? again|resubscribe|"
    r"re subscribe|opt back in)\b|\byou(?: have| ?ve) been (?:un ?subscribed|opted out|"
    r"removed from (?:this|our|the) list|added to (?:a|the) (?:group|conversation|chat))\b|"
    r"\byou(?: are| ?re) (?:now )?(?:un ?subscribed|opted out)\b|\b(?:named|left|joined) the (?:conversation|"
    r"group chat)\b|\b(?:added|removed) \w+(?: \w+)? (?:to|from) the (?:conversation|group chat)\b|"
    r"\bel (?:numero|suscriptor|usuario) (?:que|al que) (?:usted )?(?:marco|llama|escribio|intenta)\b.{0,60}\bno\b|"
    r"\b(?:numero|linea) (?:fija|fijo)\b.{0,40}\bno\b"
)
"""A carrier, or a phone's own news of a group. Nobody is there who could read an answer."""

AUTOMATIC_REPLY = re.compile(
    r"\b(?:sent|reply|message) (?:from|by|via) (?:my )?(?:android auto|carplay|apple watch auto)\b|\bandroid auto$|"
    r"\bnotifications (?:are )?(?:silenced|turned off|off|muted)\b|\b(?:has|have) notifications silenced\b|"
    r"\bfocus (?:mode )?(?:is )?(?:turned )?on\b|\bnotify anyway\b|\b(?:this|the|our) (?:phone |mobile |"
    r"cell )?(?:number|phone|line|device|mailbox|inbox) (?:does not|doesnt|cannot|can not|cant|will not|"
    r"is unable to|is not able to|is not set up to) (?:receive|accept|support|take|get|read|reply|respond)\b|"
    r"^(?:sorry )?(?:we|this line) (?:cannot|can not|cant|are unable to) (?:receive|"
    r"accept) (?:any )?(?:incoming )?(?:texts?|sms|mms)\b|\byou(?: have| ?ve) reached (?:the|our|an?)\b|\b(?:after|"
    r"outside(?: of)?|regular|normal|our) (?:business |office )?hours (?:line|are|is|of)\b|"
    r"\bif this is an? (?:emergency|urgent|life)\b.{0,40}\b(?:911|dial|call)\b|\b(?:reply|type|text|send|say|press|"
    r"enter|choose|select|responda|escriba|envie|marque|oprima) (?:menu|help|ayuda|main|agent) (?:for|to|para)\b|"
    r"\b(?:press|choose|reply|type|select|text|enter|send|marque|oprima|responda|escriba)(?: with)? 1 (?:for|to|if|"
    r"para|si) .{2,30}\b2 (?:for|to|if|para|si) \w|\b(?:did not|didnt|dont|do not|could not|couldnt) (?:understand|"
    r"get|recognize|catch) (?:that|your (?:message|reply|response|text|request|selection))\b.{0,60}\b(?:reply|type|"
    r"text|send|please|press|choose|select|try)\b|\bno (?:entendi|entendimos|reconoci)\b.{0,60}\b(?:responda|"
    r"escriba|envie|marque|oprima|intente)\b|^(?:new )?(?:voicemail|voice mail|missed call|buzon de voz|"
    r"correo de voz|llamada perdida) (?:from|de) \d|\byou have \d+ (?:new )?(?:voicemails?|voice messages?|"
    r"missed calls?)\b|\bcall 86\b|^(?:bot|chatbot|virtual (?:assistant|agent)|autoresponder)\b|\bi am (?:a bot|"
    r"an automated|a virtual)\b|\bim (?:a bot|an automated)\b|\b(?:your|this) (?:case|ticket|request|inquiry|"
    r"reference) (?:number )?(?:is |has been |was )?(?:\d+|received|opened|created|logged)\b|\bthank(?:s|"
    r" you) for (?:reaching out|contacting|texting|messaging|subscribing|your (?:inquiry|interest|order))\b|"
    r"\b(?:su|tu) (?:caso|solicitud|mensaje) (?:numero )?(?:es|ha sido|fue) (?:\d+|recibid\w+|registrad\w+)\b|"
    r"\bg \d{6} (?:is your|es tu|es su)\b|\b(?:we|someone|somebody|team|agent|representative) will (?:respond|"
    r"reply|get back|be in touch)\b.{0,40}\b(?:within|shortly|soon|\d+ (?:hours|minutes|business))\b"
)
"""A machine of somebody else's: its owner may read an answer, so one is given an hour."""

CANNED_REPLY = re.compile(
    r"(?:sorry )?(?:i )?(?:cant|can ?t|cannot) (?:talk|text|answer|chat)(?: right)? now(?: (?:whats|what s) (?:up|"
    r"going on) ?\??| (?:ill|i ll|i will)? ?call (?:you |me )?(?:back|later) ?\??)?|(?:sorry )?(?:i ?m|im|"
    r"i am) (?:currently |still |just )?(?:in a meeting|in the middle of something|away from my (?:phone|desk)|"
    r"on another call|on the other line|in class|at the movies|at church)(?: (?:right )?now)?(?: (?:ill|i ll|"
    r"i will)? ?(?:call|text|get back to) (?:you )?(?:right )?(?:back|later|soon)?)?|(?:ill|i ll|i will) (?:call|"
    r"text) you (?:right )?(?:back|later|soon)|(?:lo siento )?(?:ahora )?no puedo (?:hablar|contestar|"
    r"responder)(?: (?:ahora(?: mismo)?|en este momento|por ahora))(?: que (?:pasa|sucede|hay) ?\??|"
    r" (?:te|le) llamo (?:luego|despues|mas tarde|enseguida)| me llamas luego ?\??)?|(?:te|le) (?:llamo|marco|"
    r"devuelvo la llamada) (?:luego|despues|mas tarde|enseguida|al rato|en un momento)|(?:estoy|voy) en camino|"
    r"estoy (?:en una (?:reunion|junta)|manejando|conduciendo)(?: ahora)?(?: (?:te|le) (?:llamo|contesto|"
    r"marco) (?:luego|despues|mas tarde))?"
)
"""The ready answers of phones for a call that is not taken: the whole message, or nothing."""

EMAIL_FOOTER = re.compile(
    r"(?im)^[^\w\n]*(?:confidential(?:ity)?\b|disclaimer\b|privileged\b|aviso de confidencialidad\b|"
    r"this (?:e-?mail|message|communication|transmission)\b[^\n]{0,60}\b(?:intended|confidential|privileged|"
    r"contains)\b|este (?:correo|mensaje)\b[^\n]{0,60}\bconfidencial)"
)
"""Where the small print begins that an office writes under every mail."""


AutomatedKind = Literal["reaction", "notice", "auto_reply"]

MAX_TEXT_LENGTH = 2000
"""Characters that are looked at; carriers let no longer text through."""
MAX_CANNED_WORDS = 10
_OPEN, _CLOSE = "\"“«„‟'‘", "\"”»“'’"
_QUOTE = rf"\s*(?P<quote>[{_OPEN}].*)"
_ATTACHMENT = (
    r"(?:an?|the|your|un|una|tu|su|la|el) (?:image|photo|picture|video|movie|attachment|audio(?: message)?|message|"
    r"sticker|link|contact|location|file|gif|voice (?:message|memo)|recording|text|imagen|foto|fotografia|mensaje|"
    r"archivo(?: adjunto)?|adjunto|enlace|contacto|ubicacion|grabacion|nota de voz)\W*"
)
_SENDER_NAME = r"(?:(?:a )?(?:[^\W\d_][\w.'’-]*\s+){1,3})?"
_ICON = r"[^\w\s\"“«„‟‘']+(?:\s[^\w\s\"“«„‟‘']+)?"
_REACTION_NAME = (
    r"(?:(?:an?|the|their|un|una|el|la|los)\s+)?(?:heart|love|like|dislike|laugh|haha|thumbs[ -]?(?:up|down)|"
    r"exclamation(?: (?:mark|point))?s?|"
    r"emphasis|question(?: mark)?s?|reaction|sticker|corazon|me (?:gusta|encanta)|no me gusta|risas?|jaja|"
    rf"(?:signos? de )?(?:exclamacion|interrogacion|pregunta)|enfasis|reaccion|pulgar(?: (?:arriba|abajo))?|{_ICON})"
)
_REACTED = (
    rf"(?:loved|liked|disliked|laughed at|emphasi[sz]ed|questioned|reacted(?: with)?\s+(?:an?\s+)?(?:{_ICON}|"
    rf"\w+)\s+to|reacted to|removed\s+{_REACTION_NAME}\s+(?:reaction\s+)?(?:from|to)|"
    r"(?:no )?(?:le|les|me|te) (?:ha )?(?:encanto|encanta|gusto|gusta|gustado|encantado|dio risa|ha dado risa|"
    r"causo risa|hizo gracia|divirtio|parecio gracioso)|(?:se )?(?:rio|ha reido|riendo)(?: de| con)?|"
    r"(?:ha )?(?:enfatiz|destac|resalt|subray|cuestion|exclam)(?:o|ado)|pregunto (?:por|sobre|acerca de)|"
    rf"puso en duda|(?:ha )?reaccion(?:o|ado)(?: con\s+(?:{_ICON}|\w+))? a|(?:ha )?(?:quit|elimin|retir|borr)(?:o|"
    rf"ado)\s+{_REACTION_NAME}\s+(?:de|a|en)|(?:ha )?marc(?:o|ado) (?:con|como) .{{3,20}} (?:en|a)?)"
)
_REACTION = re.compile(
    rf"\s*(?:{_SENDER_NAME}{_REACTED}|{_ICON}\s*(?:to|a|en|from|de)\b|{_ICON}\s*)(?:{_QUOTE}|\s+{_ATTACHMENT})$",
    re.DOTALL,
)
_EMOJI = re.compile(r"[←-➿⬀-⯿\U0001f000-\U0001faff‼⁉]")

_ABOUT_OWN_ACCOUNT = re.compile(r"\b(?:my|mine|did you|can you|mi|pay|pagar)\b|\?")
_NOTICE = re.compile(
    r"\bunable to receive messages?\b|\bmessage blocking is active\b|^\W*free ?(?:t ?mobile )?msg\b|"
    r"mailer ?-?daemon|\bpostmaster\b|\bdelivery (?:status notification|has failed|failed|failure)\b|"
    r"\bundeliver(?:able|ed)\b|\b(?:message|msg|text|sms|mms)\b.{0,40}\b(?:(?:was|is|has|have|were)? ?(?:not|"
    r"never) (?:been )?(?:delivered|sent)|(?:could|can) ?not be (?:sent|delivered)|couldnt be (?:sent|delivered)|"
    r"failed to (?:send|deliver)|not delivered|failed|blocked)\b|\b(?:unable|failed) to (?:send|deliver) (?:your |"
    r"the |this )?(?:message|msg|text|sms|mms)\b|\bservice access denied\b|\bnot accepting (?:messages|texts)\b|"
    r"\bmensaje\b.{0,40}\bno (?:se pudo|pudo ser|fue|ha sido|se ha podido) (?:entreg|envi)\w+|"
    r"\bno se pudo (?:entregar|enviar)\b"
)
_AUTOMATIC = re.compile(
    r"\bdo not disturb while driving\b|\bdriving focus\b|\bmode? (?:driving|conduccion)\b|"
    r"\bno molestar (?:al|mientras)\b|^\W*(?:this is an? |this is |esta es una |"
    r"este es un )?(?:auto ?\W?\s?(?:reply|response|responder|text|message)|automated (?:reply|response|message|"
    r"text)|automatic (?:reply|response|message|text)|auto\W|respuesta automatica|mensaje automatico|autorespuesta|"
    r"autoreply)|\b(?:sent|generated) automatically\b|\benviado automaticamente\b|\bnot receiving notifications\b|"
    r"\bthis (?:(?:phone|mobile|cell|wireless) )?(?:number|inbox|mailbox|line|phone|account) (?:is not|isnt|is un|"
    r"isnt being|cannot|does not|doesnt|is no longer) ?(?:monitored|accept|receive|able|in service|"
    r"being monitored)|\bunmonitored\b|\bdo not reply to this\b|\bno longer in service\b|\b(?:reply|text|responda|"
    r"envie) (?:stop|alto|help)\b.{0,30}\b(?:to|para)\b|\bmsg ?(?:&|and|y) data rates\b|"
    r"\beste (?:numero|buzon) no (?:recibe|acepta|se revisa|es monitoreado)"
)
_AWAY = re.compile(
    r"\b(?:i ?m|i am|we ?re|we are|im) (?:currently |now |away and )?(?:driving|out of (?:the |my )?office|"
    r"on (?:vacation|leave|pto|holiday)|away(?: from (?:my|the) \w+)?|unavailable|in a meeting|in meetings|"
    r"in class|at work|busy|not available|offline|ooo|traveling)\b|^\W*(?:ooo|out of (?:the )?office|"
    r"on (?:vacation|leave|pto))\b|\b(?:our|the) (?:office|store|shop|business) is (?:currently |now )?closed\b|"
    r"\b(?:can ?t|cannot|can not|unable to) (?:talk|answer|take your call|respond|reply|come to the phone|"
    r"text)(?: \w+){0,3} (?:right )?now\b|\b(?:thanks|thank you) for (?:contacting|texting|messaging|reaching out|"
    r"calling|your (?:text|message|inquiry|patience|email))\b|\b(?:your|this) (?:message|text|inquiry) (?:has been|"
    r"was) received\b|\bwe (?:have )?received your (?:message|text|inquiry)\b|\bestoy (?:conduciendo|manejando|"
    r"de vacaciones|fuera de (?:la )?oficina|en una (?:reunion|junta)|ocupad[oa]|ausente)\b|"
    r"\bfuera de (?:la )?oficina\b|\bno (?:puedo|podemos) (?:hablar|contestar|responder|atender)\w*(?: \w+){0,3} "
    r"(?:ahora|momento)\b|\bgracias por (?:contactar\w*|comunicarse|su mensaje|tu mensaje|escribir\w*|llamar)\b|"
    r"\b(?:nuestra|la) oficina esta cerrada\b|\bhemos recibido su mensaje\b"
)
_WILL_REPLY_LATER = re.compile(
    r"\b(?:i ?ll|i will|we ?ll|we will|ill|will|someone will|a (?:representative|member))\b.{0,40}\b(?:see|reply|"
    r"respond|get back|call|text|return|answer|be back|be in touch|contact|read|check|assist|reach)\b|"
    r"\bwhen (?:i|we) (?:get|return|am|arrive|can|re|m)\b|\bas soon as\b|\b(?:back|return|returning) (?:on|at|by|"
    r"in|after|soon|shortly)\b|\bfor (?:urgent|immediate|emergenc\w+|assistance)\b|\bplease (?:contact|call|"
    r"leave)\b|\bcall (?:you )?(?:back )?later\b|\bwhat ?s up\b|\bleave a message\b|\bbusiness hours\b|"
    r"\b(?:hours|horario)\b|\b(?:call|text)(?: you)?(?: right)? back\b|\b(?:luego|despues|al rato|enseguida)$|"
    r"\b(?:le|te|lo|la|nos)? ?(?:respondere\w*|contestare\w*|llamare\w*|veremos|vere|comunicaremos|pondremos)\b|"
    r"\ben breve\b|\blo antes posible\b|\bcuando (?:llegue|regrese|pueda|termine|vuelva)\b|"
    r"\bregres(?:o|are|amos)\b|\ben cuanto\b|\bpara (?:emergencias|urgencias)\b|\bmas tarde\b"
)
_ASKS_SOMETHING = re.compile(
    r"\b(?:pay|bill|balance|owe|due|autopay|outage|power|lights?|meter|payment|schedule|account|pagar|factura|saldo|"
    r"pago|luz|cuenta|can you|could you|do you|is there|tell me|send me|puede|puedo pagar|digame)\b"
)
_QUICK_REPLY = re.compile(
    r"\W*(?:sorry )?i (?:can ?t|cannot) talk right now\W*|\W*(?:sorry )?cant talk right now\W*(?:what ?s up)?\W*"
)

_SIGNATURE_DELIMITER = re.compile(r"(?m)^[ \t]*(?:--+|—+|__{2,}|==+|\*\*{2,}|–+)[ \t]*$")
_SENT_FROM = re.compile(
    r"(?im)^\W*(?:(?:sent|get) (?:from|via|using|with|by|outlook)\b|enviado (?:desde|con)\b|obtener outlook\b|"
    r"via (?:android|iphone|yahoo)\b)[^\n]{0,80}$"
)
_SENT_FROM_AT_END = re.compile(
    r"(?i)[ .,\-]*\b(?:sent from my (?:iphone|ipad|ipod|samsung|galaxy|android|phone|mobile|verizon|t-mobile|at&t|"
    r"pixel|motorola|blackberry|cell)\b[^\n]{0,40}|get outlook for \w+|enviado desde mi \w+[^\n]{0,30})$"
)
_NAME_LINE = re.compile(r"\n[ \t]*[-–—~][ \t]?[A-Z][\w'’-]*(?:[ \t][A-Z][\w.'’-]*){0,2}[ \t]*$")


def detect_automated(text: str) -> AutomatedKind | None:
    """What sent it, if no person did. A `reaction` quotes one of our own messages; none of it is the member's word."""
    plainly = to_plain_text(text[:MAX_TEXT_LENGTH])
    if _is_reaction(plainly):
        return "reaction"
    words = " ".join(re.sub(r"[^\w\s&?]", " ", plainly).split())
    if CARRIER_NOTICE.search(words) or (_NOTICE.search(words) and not _ABOUT_OWN_ACCOUNT.search(words)):
        return "notice"
    away = _AWAY.search(words) and _WILL_REPLY_LATER.search(words)
    asks = words.endswith("?") and len(words.split()) < MAX_CANNED_WORDS  # `after hours line number?`
    automatic = (
        _AUTOMATIC.search(words) or (AUTOMATIC_REPLY.search(words) and not asks) or CANNED_REPLY.fullmatch(words)
    )
    if (automatic or away or _QUICK_REPLY.fullmatch(words)) and not _ASKS_SOMETHING.search(words):
        return "auto_reply"
    return None


def _is_reaction(plainly: str) -> bool:
    match = _REACTION.match(plainly)
    if match is None:
        return False
    head = plainly[: match.start("quote")] if match["quote"] else plainly
    if not re.search(r"[a-z]{3}", head) and not _EMOJI.search(head):
        return False  # marks alone: `- "pay my bill"`
    quote = match["quote"]
    if not quote:
        return True
    last = max(quote.rfind(mark, 1) for mark in _CLOSE)
    return len(quote) > 20 if last < 1 else not re.search(r"\w", quote[last:])


def remove_signature(text: str) -> str:
    """The text without what a phone or a mail program writes under it; the whole where that would leave nothing."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _SIGNATURE_DELIMITER.search(kept)
    if delimiter and kept[: delimiter.start()].strip():
        kept = kept[: delimiter.start()]
    foot = EMAIL_FOOTER.search(kept)
    if foot and kept[: foot.start()].strip():
        kept = kept[: foot.start()]
    kept = _SENT_FROM_AT_END.sub("", _SENT_FROM.sub("", kept).rstrip())
    kept = _NAME_LINE.sub("", kept.rstrip())
    return kept.strip() if kept.strip() else text
