"""Detects what a message wants done with an arranged call back: cancel it, add a note, use another phone."""

from __future__ import annotations

from backend.reading.detectors import detector
from backend.reading.normalize import fold_line

cancels_call = detector(
    r"\b(?:cancel|withdraw|drop|delete|remove|scratch|forget|stop|undo|call off|never ?mind|skip)\w*\b.{0,12}"
    r"\b(?:call ?back|call|"
    r"llamada)\b|\b(?:no need to|no longer (?:want|need)|(?:don'?t|do not) (?:want|need))\b.{0,16}\bcall(?: me)?"
    r"(?: back)?(?: any ?more)?\W*$|\bstop calling me\b|\bno (?:hace falta|es necesario|"
    r"hay necesidad de)\b.{0,12}\b(?:call|llam\w+)|\b(?:don'?t|do not) call me(?: back)?(?: any ?more| at all)?\W*$"
)
mentions_call = detector(r"\b(?:call(?:ing|s)?(?: ?backs?)?|ring|phone me|llamada|llam\w+)\b")
asks_to_note = detector(
    r"\b(?:add|put|note|write|include|tell (?:them|her|him)|mention|let them know|agreg\w+|anot\w+|pong\w+|"
    r"d[ií]ga\w+)\b"
)
names_another_phone = detector(
    r"\b(?:my|the|a|an|mi|el|al|otro) (?:(?:cell|mobile|home|work|other|new|house|wife'?s|husband'?s|different|"
    r"right) ?)*(?:phone|number|cell|mobile|landline|line|celular|tel[eé]fono|n[uú]mero)\b|"
    r"\bnot this (?:one|number|phone)\b|\b(?:different|wrong|another) (?:number|phone)\b"
)
_PHONE = r"(?:cell(?:phone| phone)?|mobile|phone|number|landline|celular|cel|telefono|numero)"
wants_other_phone = detector(
    rf"\b(?:my|our|her|his) (?:other|own|home|work|new|real) {_PHONE}\b|"
    rf"\b(?:but|instead|rather|pero|mejor)\b.{{0,60}}\b(?:my|our|her|his|mi|su) {_PHONE}\b|"
    rf"\b(?:my|our|her|his) {_PHONE} instead\b|\b(?:another|a different|some other|the wrong) {_PHONE}\b|"
    rf"\bnot (?:(?:at|on) )?(?:this|that|the same) {_PHONE}\b|"
    rf"\b(?:this|that|it)(?:'?s| is)?(?: not|n'?t) (?:my|our) (?:own )?{_PHONE}\b|"
    rf"\b(?:don'?t|do not|can'?t|cannot) (?:call|live at|use|reach me (?:at|on)|have) (?:this|that) {_PHONE}\b|"
    rf"\b(?:otro|distinto|diferente) {_PHONE}\b|\b(?:este|ese) (?:{_PHONE} )?no es (?:(?:el )?mio|mi {_PHONE})\b|"
    rf"\bno es (?:mi|ese) {_PHONE}\b|\ba mi propio {_PHONE}\b",
    fold=fold_line,
)
"""Whether the reporter wants to be called at another phone than the one read back: `this is not my phone`."""
asks_about_phone_on_file = detector(r"\b(?:number|phone|records?|on file|have it|got it|know it|caller id)\b")
wants_no_calls = detector(r"\b(?:stop|quit) call\w*|\b(?:don'?t|do not) call\b")
"""`Stop calling me`: calls that were never arranged here."""
