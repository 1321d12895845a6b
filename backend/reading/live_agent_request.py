"""Requests for a person or a call from one, in either language, anywhere in a message: `just give me a human being`.

Members have a right to a person, so a rule finds the request and no classifier has to. Questions about people (`is this
a real person`) and calls that others made (`somebody called me`) are none.
"""

from __future__ import annotations

import re

from backend.reading.dates.day_vocabulary import WEEKDAYS
from backend.reading.detectors import detector
from backend.reading.normalize import fold, fold_line

_ADJECTIVES = (
    r"(?:(?:a|an|the|some|any|one|your|my|another|real|live|actual|human|an actual|damn|flesh and blood) ){0,4}"
)
_PERSON_WORDS = (
    r"(?:person|people|human(?: being)?s?|somebody|someone|anybody|anyone|agent|rep|representative|operator|supervisor|"
    r"manager|boss|adviser|advisor|staff|employee|member services|customer (?:service|support|care))\b"
)
_CALLER = (
    r"(?:(?:a|an|the|some|real|live|human) ){0,3}(?:person|people|human(?: being)?|somebody|someone|anybody|anyone|"
    r"one|you|u|they|them|office|agent|manager|supervisor|representative|y'?all|you guys|you people|him|her|"
    r"folks)(?: (?:in|from|at|there at) (?:the|your) (?:office|co-?op|company|team)| there| over there| real|"
    r" else)?"
)
_ME_WORDS = r"(?:me|us|him|her|my (?:mom|mother|dad|father|wife|husband|daughter|son|sister|brother))\b"
_CLAUSE_END = (
    r"(?=\s*(?:$|[.,!?;]|back|please|pls|plz|now|today|tonight|tomorrow|tmrw?|tmw|2morrow|tomorow|later|instead|"
    r"soon|asap|first|again|about|regarding|bout|bc|cuz|because|so|and|or|but|on|at|in|around|between|before|after|"
    rf"when|as|if|with|for|to|early|{'|'.join(WEEKDAYS[:5])}|mon|tues?|weds?|thurs?|fri|next|this|that|over|then|"
    r"up|i|it|ok|okay|right|no|y|el|por|mañana|manana))"
)
_ASKING_WORDS = r"(?:(?:please|just|maybe|perhaps|then|really|at least|also|go ahead and) )*"
_ENGLISH_PATTERNS = (
    rf"(?:talk|speak|chat|get|spk|speek)(?:ing)? (?:to|two|too|with|w|ahold of|hold of) {_ADJECTIVES}{_PERSON_WORDS}",
    r"(?:talk|speak)(?:ing)? (?:to|with) (?:the |your )?(?:billing|office|accounting|engineering|service department|"
    r"main office)(?: (?:dept|department|office|people))?\b",
    r"(?:^|[.,!?] ?)(?:somebody|someone|a person|anybody|anyone) (?:at|in|from) (?:the|your) (?:office|co-?op|"
    r"billing)\b(?= (?:please|pls|i\b|about|for)|[,.!]|$)",
    r"(?:give|get|gimme|send|bring|find|show|hand|pass|put|transfer|connect)(?: (?:me|us|my call))? (?:(?:through |"
    rf"over |on )?(?:to|with|on) )?{_ADJECTIVES}{_PERSON_WORDS}(?! (?:to|from) (?!talk|call|speak|help))",
    rf"(?:i|we) {_ASKING_WORDS}(?:want|need|demand|prefer|require|wish for|asked for|ask for|said|(?:would|"
    rf"'d) (?:like|rather have|prefer)) "
    rf"{_ADJECTIVES}{_PERSON_WORDS}(?! (?:to (?!talk|call|speak|help|answer)|who|come|look|read|check|else))",
    rf"i'?d (?:like|rather have|prefer) {_ADJECTIVES}{_PERSON_WORDS}(?! to (?!talk|call|speak|help))",
    r"(?:have|get|let|want|need|wish|like|make|can|could|would|will|may|might|should|is|"
    rf"ask) {_ASKING_WORDS}{_CALLER} {_ASKING_WORDS}(?<!will they )(?:(?:to|please|just|gonna|going to|able to|"
    rf"there) )*(?:call|ring|phone|telephone|contact|callback|give) {_ME_WORDS}{_CLAUSE_END}",
    rf"(?:can|could|will|may) {_ADJECTIVES}(?:person|human(?: being)?|agent|representative) (?:please )?(?:help|"
    rf"assist|answer)",
    rf"is there {_ADJECTIVES}{_PERSON_WORDS}(?: there| here)? (?:that |who )?(?:i|we) (?:can|could|may) (?:talk|speak)",
    r"(?:give|giving) (?:me|us) a (?:call|ring|phone call)",
    r"(?:want|need|like|have|get|arrange|request|schedule|expect|set up|make) (?:a |the |that )?(?:phone )?call ?back",
    rf"(?:i|we) {_ASKING_WORDS}(?:do )?(?:want|need|would like|'d like) (?:a|the|"
    rf"that) (?:phone )?call\b(?! (?:center|canceled|cancelled))",
    r"(?:i'?d like) a (?:phone )?call\b",
    r"(?:i )?(?:want|need|would like|'d like) to be (?:called|phoned|rung)",
    rf"question for {_ADJECTIVES}{_PERSON_WORDS}",
)
_SPANISH_PATTERNS = (
    r"(?:hablar|platicar|comunicar(?:me|se)?|conversar) (?:ya )?(?:con|a) (?:(?:un|una|el|la|su|algun|"
    r"alguna) )?(?:persona|alguien|humano|ser humano|agente|representante|operador|operadora|supervisor|"
    r"supervisora|gerente|encargado|encargada|jefe|senorita|asesor)",
    r"(?:de(?:n)?me|dame|pase(?:n)?me|pasame|comunique(?:n)?me|comunicame|ponga(?:n)?me|pongame|transfiera(?:n)?me|"
    r"quiero|quisiera|necesito|ocupo|prefiero|exijo|mejor)(?: que me atienda| a| con| hablar con)* "
    r"(?:(?:un|una|el|la|su|a) )?(?:persona|humano|ser humano|agente|representante|operador|operadora|supervisor|"
    r"supervisora|gerente|encargado|encargada|jefe|alguien)\b(?! (?:venga|que venga|revise|de los))",
    r"(?:que )?(?:alguien|una persona|la oficina|ustedes)(?: de (?:la oficina|ustedes|verdad))? "
    r"(?:me|nos|la|lo) (?:llame|llamen|marque|marquen|hable por telefono|puede llamar|pueda llamar|llama\b)",
    r"que (?:me|nos) (?:llame|llamen|marquen|marque|regresen la llamada|devuelvan la llamada|hablen por telefono)",
    r"(?:me|nos) pueden? (?:llamar|marcar|hablar por telefono|devolver la llamada|regresar la llamada)",
    r"(?:llameme|llamenme|marqueme|marquenme|devuelvanme la llamada)",
    r"(?:quiero|necesito|quisiera|prefiero) (?:una|la|esa) llamada",
    r"una persona (?:de verdad|real|humana|de carne)",
    r"(?:pregunta|duda)s? para (?:(?:un|una|el|la) )?"
    r"(?:persona|agente|representante|senora|senorita|senor|muchach[ao])",
)
_SAME_PERSON = re.compile(  # nothing else in the message but who it was, with how it is asked for
    r"(?:(?:ok|hi|hello|please|and|where is|where'?s|is|get me|give me|i want|i need|can i have|put me back to|"
    r"back to|with|to|hola|por favor|y|donde esta|quiero|necesito|con|a|otra vez) )*"
    r"(?:(?:the|that|la|el|esa|ese) (?:same |misma |mismo )?(?:nice )?"
    r"(?:person|lady|woman|man|guy|gentleman|agent|clerk|girl|"
    r"persona|senora|senorita|senor|muchach[ao]|chica|mujer|agente))"
    r"(?: (?:again|back|please|from before|otra vez|de nuevo|por favor|de antes|"
    r"(?:that |who |whom )?i (?:was|had been|just) (?:just )?(?:talking|speaking|chatting|writing|texting|talked|spoke)"
    r"(?: (?:to|with))?|(?:con (?:la que|el que|quien|la cual)|que) (?:yo )?(?:hablaba|hable|estaba hablando|"
    r"me (?:atendio|ayudo|atendia))|(?:still )?there))*",
    re.IGNORECASE,
)
_ALONE_LADY = re.compile(r"(?:the|la) (?:lady|woman|man|guy|girl|senora|senorita|senor|mujer|chica)", re.IGNORECASE)
_WANTS_AGENT = re.compile(rf"\b(?:{'|'.join((*_ENGLISH_PATTERNS, *_SPANISH_PATTERNS))})", re.IGNORECASE)
_CALL_ME = re.compile(
    rf"(?:^|[.,!?;]\s*|\b(?:please|just|then|so|and|or|to|yes|yeah|no) )(?:call|ring|phone) (?:me|us)\b{_CLAUSE_END}",
    re.IGNORECASE,
)
_AGENT_ALONE = re.compile(
    r"(?:(?:no|yes|ok|please|just|i said|hello|hey|oh|oye|ay|ya|le dije|dije|por favor|quiero|now|right now|ahora|"
    rf"if you please|thank you|gracias|de verdad|real|una|un|el|la) )*{_ADJECTIVES}(?:{_PERSON_WORDS}|persona|"
    r"humano|representante|agente|operadora?|supervisora?|gerente)(?: (?:please|pls|plz|now|right now|already|"
    r"thanks|thank you|por favor|porfavor|de verdad|real|ya|le dije|if you please|i said))*",
    re.IGNORECASE,
)
_NOT_WANTED = re.compile(
    r"\b(?:(?:don'?t|do not|didn'?t|did not|doesn'?t|never|no need|not|without|instead of|rather than|stop|"
    r"no longer|isn'?t|wasn'?t|nobody|quit|no quiero|no necesito|no hace falta|no es necesario|no hay necesidad|"
    r"ya no|sin|nunca|tampoco) (?:\w+ ){0,4}|\b(?:when|(?:which|what) \w+|how|who|why|where) |"
    r"\b(?:was|were|been|i'?m|am i|are you|is this) (?:talking|speaking)? ?(?:to |with )?)$",
    re.IGNORECASE,
)
_names_call = detector(r"\b(?:call|ring|phone|call ?back|llam\w+|marqu\w+|marcar)\b", fold=fold)
_names_call_back = detector(
    r"\b(?:(?:call|called|ring|phone)(?: (?:me|us))? ?back|call ?back|(?:devuel|devolv|regres)\w* (?:la|una|esa|mi) "
    r"llamada|llam\w+ (?:de vuelta|despues|luego|mas tarde))\b",
    fold=fold,
)
_WHY_NOT = re.compile(r"\bwhy (?:don'?t|not) ")  # "why don't you have someone call me" wishes it


def wants_live_agent(words: str) -> bool:
    """Whether the message asks for a person, or for a call from one, anywhere in it."""
    text = fold_line(words)
    bare = text.strip(" .,!?;")
    if _SAME_PERSON.fullmatch(bare) and not _ALONE_LADY.fullmatch(bare):
        return True
    if any(_AGENT_ALONE.fullmatch(part.strip()) for part in re.split(r"[.,!?;:-]+", text) if part.strip()):
        is_question = re.search(r"\b(?:is|are|am i|was)\b[^.!?]*\?", text)
        return not is_question and not _NOT_WANTED.search(text.split("person")[0])
    return any(_is_meant(text, found) for pattern in (_WANTS_AGENT, _CALL_ME) for found in pattern.finditer(text))


def wants_call(words: str) -> bool:
    """Whether the member asks for a call, rather than for somebody to talk to at once."""
    return wants_live_agent(words) and _names_call(words)


def wants_call_back(words: str) -> bool:
    """Whether the member asks to be called back: on the phone that is a call later, and no transfer now."""
    return wants_call(words) and _names_call_back(words)


def _is_meant(text: str, found: re.Match[str]) -> bool:
    """Whether a match is no refusal, and nothing that somebody else did."""
    before = re.split(r"[.,!?;]", text[: found.start()])[-1]
    return not _NOT_WANTED.search(before) or bool(_WHY_NOT.search(before))
