"""What a member writes just after a person at the office has left: more for that person, a mere thanks, or a task.

The words are those of the member, in either language, folded; nothing here needs the engine.
"""

from __future__ import annotations

import re

from backend.reading.normalize import fold_line

_THANKS = (
    r"(?:(?:very |so )?(?:many |much )?(?:thanks|thank (?:you|u)|thankyou|ty|thx|tysm|gracias|agradecid[oa]|"
    r"(?:se lo|le|lo|i|we|really|much) (?:agradezco|appreciate(?:d)?))"
    r"(?: (?:very much|so much|a lot|a bunch|mucho|muchisimo))?"
    r"(?: (?!but\b|pero\b|and\b|y\b|i\b|que\b|no\b|can\b|me\b)[a-z]+(?=\W*(?:$|[.,!?])))?)"
)
_SMALL = (
    r"(?:ok(?:ay|ey)?|kay|k|yes|yeah|yep|yup|no|nope|si|sip|claro|great|perfect|perfecto|good|alright|all right|"
    r"awesome|cool|"
    r"nice|excellent|excelente|excelentisimo|bueno|bien|muy|todo|listo|vale|super|wonderful|got it|understood|"
    r"entendido|"
    r"entiendo|de acuerdo|sounds good|will do|very|much|so|a lot|a bunch|again|mil|muchas|muchisimas|much[io]s|"
    r"for (?:(?:all )?(?:your|the|ur) (?:help|time|answer|patience)|everything|helping(?: me)?|that)|it|that|"
    r"por (?:todo|su (?:ayuda|tiempo|atencion)|la ayuda|ayudarme)|(?:muy |tan |su )?(?:amable|amabilidad)|dear|"
    r"hon(?:ey)?|"
    r"sweetie|ma'?am|sir|senor(?:a|ita)?|you too|you'?re welcome|you are welcome|you|igualmente|de nada|welcome|"
    r"god bless(?: you)?|bless you|bendiciones|dios (?:lo|la|le|te) bendiga|lol|haha|jaja|hi|hello|hola|"
    r"(?:good ?)?bye(?: now| bye)?|adios|chao|hasta (?:luego|pronto|manana)|nos vemos|good (?:night|day|one|"
    r"evening|morning)|"
    r"have a|que (?:tenga|pase|este)|(?:un |una )?(?:buen(?:a|as|os)?|bonit[oa]|lind[oa]|feliz|excelente)"
    r"(?: (?:dia|tarde|noche|dias|tardes|noches|fin de semana))?|(?:nice|great|good|lovely|blessed) (?:day|"
    r"evening|night|"
    r"weekend|one|afternoon)|day|weekend|take care|cuidese|see you|later|igual|"
    r"(?:that|this|it)(?: is|'?s|'?ll be| will be| would be|'?d be)? (?:all|it|everything)(?: i need(?:ed)?)?|"
    r"nothing else|"
    r"(?:eso )?(?:es|seria|era) todo|nada mas|all (?:set|good|done)|i(?:'?m| am) (?:good|set|done|all set)|"
    r"for (?:now|today)|por (?:hoy|ahora))"
)
_ONLY_THANKS = re.compile(rf"(?:{_THANKS}|{_SMALL})(?:\W+(?:{_THANKS}|{_SMALL}))*\W*")
"""A name may stand behind thanks: `thank you Dana`."""
_LETTERS = re.compile(r"[^\W\d_]")
_ASKS = (
    r"(?:(?:ok|hi|hello|please|now|and|also|just|i|we|want|wanna|need|would like|'?d like|can|could|may|let me|"
    r"to|by|hola|"
    r"por favor|ahora|tambien|quiero|quisiera|necesito|puedo|me gustaria|deseo|y)\W+)*"
)
_WHAT = (
    r"(?:\W+(?:my|the|our|light|electric|power|bill|balance|account|it|all|full|in|now|today|off|of|please|with|"
    r"card|bank|"
    r"by|dollars?|bucks|usd|mi|la|el|luz|recibo|factura|cuenta|saldo|todo|hoy|ahora|por favor|con|tarjeta|dolares|"
    r"\$?\d[\d,]*(?:\.\d\d)?))*\W*"
)
_OWN_TASK = re.compile(
    rf"{_ASKS}(?:(?:pay|make a payment|pagar|pago|hacer un pago)(?!\w){_WHAT}"
    r"|(?:what(?: is|'?s)? )?(?:my |mi |the |el )?(?:balance|saldo)(?: please| por favor)?\W*"
    r"|(?:how much|what) do i owe(?: you)?(?: now| today)?\W*|cuanto (?:debo|le debo|les debo)\W*"
    r"|menu|main menu|help|ayuda|start over|empezar de nuevo)\W*"
)


def is_only_thanks(words: str) -> bool:
    """Nothing but thanks, a good-bye, a yes or a no, or a sign without letters: no more for a person to answer."""
    text = fold_line(words)
    return not _LETTERS.search(text) or bool(_ONLY_THANKS.fullmatch(text.strip(" .,!?;¡¿")))


def asks_for_own_task(words: str) -> bool:
    """The whole message is a plain request for what the assistant does at once: pay, the balance, help."""
    return bool(_OWN_TASK.fullmatch(fold_line(words).strip(" .,!?;¡¿")))
