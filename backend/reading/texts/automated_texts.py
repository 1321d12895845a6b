"""Texts that nobody wrote: reactions to a message, automatic replies, a carrier's notices; and signatures of phones."""

from __future__ import annotations

import re
from typing import Literal

from backend.reading.normalize import to_plain_text
from backend.reading.texts.automated_phrases import AUTOMATIC_REPLY, CANNED_REPLY, CARRIER_NOTICE, EMAIL_FOOTER

AutomatedKind = Literal["reaction", "notice", "auto_reply"]

MAX_TEXT_LENGTH = 2000
"""Characters that are looked at; carriers let no longer text through."""
MAX_CANNED_WORDS = 10
_OPEN, _CLOSE = "\"“«„‟'‘", "\"”»“'’"
_QUOTE = rf"\s*(?P<quote>[{_OPEN}].*)"
_ATTACHMENT = (
    r"(?:an?|the|your|un|una|tu|su|la|el) (?:image|photo|picture|video|movie|attachment|audio(?: message)?|message|"
    r"sticker|"
    r"link|contact|location|file|gif|voice (?:message|memo)|recording|text|imagen|foto|fotografia|mensaje|archivo(?: "
    r"adjunto)?|"
    r"adjunto|enlace|contacto|ubicacion|grabacion|nota de voz)\W*"
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
    r"(?:loved|liked|disliked|laughed at|emphasi[sz]ed|questioned|"
    rf"reacted(?: with)?\s+(?:an?\s+)?(?:{_ICON}|\w+)\s+to|reacted to|"
    rf"removed\s+{_REACTION_NAME}\s+(?:reaction\s+)?(?:from|"
    r"to)|"
    r"(?:no )?(?:le|les|me|te) (?:ha )?(?:encanto|encanta|gusto|gusta|gustado|encantado|dio risa|ha dado risa|causo "
    r"risa|hizo gracia|"
    r"divirtio|parecio gracioso)|(?:se )?(?:rio|ha reido|riendo)(?: de| con)?|"
    r"(?:ha )?(?:enfatiz|destac|resalt|subray|cuestion|exclam)(?:o|ado)|pregunto (?:por|sobre|acerca de)|puso en duda|"
    rf"(?:ha )?reaccion(?:o|ado)(?: con\s+(?:{_ICON}|\w+))? a|(?:ha )?(?:quit|elimin|retir|borr)(?:o|"
    rf"ado)\s+{_REACTION_NAME}\s+(?:de|a|en)|"
    r"(?:ha )?marc(?:o|ado) (?:con|como) .{3,20} (?:en|a)?)"
)
_REACTION = re.compile(
    rf"\s*(?:{_SENDER_NAME}{_REACTED}|{_ICON}\s*(?:to|a|en|from|de)\b|{_ICON}\s*)(?:{_QUOTE}|\s+{_ATTACHMENT})$",
    re.DOTALL,
)
_EMOJI = re.compile(r"[←-➿⬀-⯿\U0001f000-\U0001faff‼⁉]")

_ABOUT_OWN_ACCOUNT = re.compile(r"\b(?:my|mine|did you|can you|mi|pay|pagar)\b|\?")
_NOTICE = re.compile(
    r"\bunable to receive messages?\b|\bmessage blocking is active\b|^\W*free ?(?:t ?mobile )?msg\b|mailer ?-?daemon|"
    r"\bpostmaster\b|"
    r"\bdelivery (?:status notification|has failed|failed|failure)\b|\bundeliver(?:able|ed)\b|"
    r"\b(?:message|msg|text|sms|mms)\b.{0,40}\b(?:(?:was|is|has|have|were)? ?(?:not|never) (?:been )?(?:delivered|"
    r"sent)|"
    r"(?:could|can) ?not be (?:sent|delivered)|couldnt be (?:sent|delivered)|failed to (?:send|deliver)|not delivered|"
    r"failed|blocked)\b|\b(?:unable|failed) to (?:send|deliver) (?:your |the |this )?(?:message|msg|text|sms|mms)\b|"
    r"\bservice access denied\b|\bnot accepting (?:messages|texts)\b|"
    r"\bmensaje\b.{0,40}\bno (?:se pudo|pudo ser|fue|ha sido|se ha podido) (?:entreg|envi)\w+|\bno se pudo "
    r"(?:entregar|enviar)\b"
)
_AUTOMATIC = re.compile(
    r"\bdo not disturb while driving\b|\bdriving focus\b|\bmode? (?:driving|conduccion)\b|\bno molestar (?:al|"
    r"mientras)\b|"
    r"^\W*(?:this is an? |this is |esta es una |este es un )?(?:auto ?\W?\s?(?:reply|response|responder|text|message)|"
    r"automated (?:reply|response|message|text)|"
    r"automatic (?:reply|response|message|text)|auto\W|respuesta automatica|mensaje automatico|autorespuesta|"
    r"autoreply)|"
    r"\b(?:sent|generated) automatically\b|\benviado automaticamente\b|\bnot receiving notifications\b|"
    r"\bthis (?:(?:phone|mobile|cell|wireless) )?(?:number|inbox|mailbox|line|phone|account) (?:is not|isnt|is un"
    r"|isnt being|cannot|does not|doesnt|is no "
    r"longer)"
    r" ?(?:monitored|accept|receive|able|in service|being monitored)|\bunmonitored\b|\bdo not reply to this\b|\bno "
    r"longer in service\b|"
    r"\b(?:reply|text|responda|envie) (?:stop|alto|help)\b.{0,30}\b(?:to|para)\b|\bmsg ?(?:&|and|y) data rates\b|"
    r"\beste (?:numero|buzon) no (?:recibe|acepta|se revisa|es monitoreado)"
)
_AWAY = re.compile(
    r"\b(?:i ?m|i am|we ?re|we are|im) (?:currently |now |away and )?(?:driving|out of (?:the |my )?office|on "
    r"(?:vacation|leave|pto|holiday)|"
    r"away(?: from (?:my|the) \w+)?|unavailable|in a meeting|in meetings|in class|at work|busy|not available|offline|"
    r"ooo|traveling)\b|"
    r"^\W*(?:ooo|out of (?:the )?office|on (?:vacation|leave|pto))\b|\b(?:our|the) (?:office|store|shop|business) is "
    r"(?:currently |now )?closed\b|"
    r"\b(?:can ?t|cannot|can not|unable to) (?:talk|answer|take your call|respond|reply|come to the phone|text)(?: "
    r"\w+){0,3} (?:right )?now\b|"
    r"\b(?:thanks|thank you) for (?:contacting|texting|messaging|reaching out|calling|your (?:text|message|inquiry|"
    r"patience|email))\b|"
    r"\b(?:your|this) (?:message|text|inquiry) (?:has been|was) received\b|\bwe (?:have )?received your (?:message|"
    r"text|inquiry)\b|"
    r"\bestoy (?:conduciendo|manejando|de vacaciones|fuera de (?:la )?oficina|en una (?:reunion|junta)|ocupad[oa]|"
    r"ausente)\b|"
    r"\bfuera de (?:la )?oficina\b|\bno (?:puedo|podemos) (?:hablar|contestar|responder|atender)\w*(?: \w+){0,3} "
    r"(?:ahora|momento)\b|"
    r"\bgracias por (?:contactar\w*|comunicarse|su mensaje|tu mensaje|escribir\w*|llamar)\b|\b(?:nuestra|la) oficina "
    r"esta cerrada\b|"
    r"\bhemos recibido su mensaje\b"
)
_WILL_REPLY_LATER = re.compile(
    r"\b(?:i ?ll|i will|we ?ll|we will|ill|will|someone will|a (?:representative|member))\b.{0,40}\b(?:see|reply|"
    r"respond|get back|call|text|"
    r"return|answer|be back|be in touch|contact|read|check|assist|reach)\b|\bwhen (?:i|we) (?:get|return|am|arrive|"
    r"can|re|m)\b|\bas soon as\b|"
    r"\b(?:back|return|returning) (?:on|at|by|in|after|soon|shortly)\b|\bfor (?:urgent|immediate|emergenc\w+|"
    r"assistance)\b|\bplease (?:contact|call|leave)\b|"
    r"\bcall (?:you )?(?:back )?later\b|\bwhat ?s up\b|\bleave a message\b|\bbusiness hours\b|\b(?:hours|horario)\b|"
    r"\b(?:call|text)(?: you)?(?: right)? back\b|\b(?:luego|despues|al rato|enseguida)$|"
    r"\b(?:le|te|lo|la|nos)? ?(?:respondere\w*|contestare\w*|llamare\w*|veremos|vere|comunicaremos|pondremos)\b|\ben "
    r"breve\b|\blo antes posible\b|"
    r"\bcuando (?:llegue|regrese|pueda|termine|vuelva)\b|\bregres(?:o|are|amos)\b|\ben cuanto\b|\bpara (?:emergencias|"
    r"urgencias)\b|\bmas tarde\b"
)
_ASKS_SOMETHING = re.compile(
    r"\b(?:pay|bill|balance|owe|due|autopay|outage|power|lights?|meter|payment|schedule|account|pagar|factura|saldo|"
    r"pago|luz|"
    r"cuenta|can you|could you|do you|is there|tell me|send me|puede|puedo pagar|digame)\b"
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
    r"pixel|"
    r"motorola|blackberry|cell)\b[^\n]{0,40}|get outlook for \w+|enviado desde mi \w+[^\n]{0,30})$"
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
