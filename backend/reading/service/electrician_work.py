"""Detects that power is to be off for an electrician's work and back the same day: no stop of service and no outage.

In both languages.
"""

from __future__ import annotations

from backend.reading.detectors import detector
from backend.reading.normalize import fold, fold_line

_ELECTRICIAN = r"(?:electricians?|electricistas?|contractors?)"
_ELECTRICAL_WORK = (
    r"(?:(?:breaker|service|electric\w*|fuse|main|meter) (?:panel|box|base|socket|entrance|upgrade|can)|"
    r"panel (?:swap|change|upgrade)|panel|rewir\w+|meter ?base|weather ?head|mast|service upgrade|tablero|"
    r"base del medidor|caja de breakers|cablead\w+)"
)
_TURN_OFF = (
    r"(?:dis ?connect\w*|(?:shut|turn|cut|kill|pull)\w*\b.{0,24}\b(?:off|power|service|meter)|pull\w* (?:the |my |"
    r"our )?meter|power off|off|desconect\w*|apag\w*|cort\w* (?:la )?luz|quit\w* (?:la )?luz)"
)
_TURN_BACK_ON = (
    r"(?:back on|back up|hook\w*.{0,8} back|after(?:wards)?$|when (?:he|she|they)(?:'?s| is| are) done|"
    r"re-?connect\w*|turn(?:ed)? (?:it )?on again|same day|for (?:a|an|the|two|three|four|few|couple|"
    r"\d) ?(?:hours?|day|"
    r"while|afternoon|morning)?|temporar\w*|mismo dia|reconect\w*|volver a (?:conectar|poner)|un rato|unas horas)"
)
_ELECTRICIAN_OR_WORK = rf"(?:{_ELECTRICIAN}|{_ELECTRICAL_WORK})"
is_off_for_electrician = detector(
    rf"\b{_TURN_OFF}\b.*\b{_TURN_BACK_ON}\b.*\b{_ELECTRICIAN_OR_WORK}\b|"
    rf"\b{_ELECTRICIAN_OR_WORK}\b.*\b{_TURN_OFF}\b.*\b{_TURN_BACK_ON}\b|"
    rf"\b{_TURN_OFF}\b.*\b{_ELECTRICIAN_OR_WORK}\b.*\b{_TURN_BACK_ON}\b|"
    rf"\b{_TURN_OFF}\b.*\b(?:for|so|because|para|porque)\b.*\b{_ELECTRICIAN}\b|"
    rf"\b{_ELECTRICIAN}\b.*\b(?:need\w*|want\w*|necesit\w*|quiere)\b.*\b{_TURN_OFF}\b|"
    rf"\b{_TURN_OFF}\b.*\b(?:to|so|para)\b.{{0,40}}"
    rf"\b(?:swap|change|chang\w+|replace|replac\w+|upgrade|cambi\w+)\b.{{0,16}}\b{_ELECTRICAL_WORK}\b",
    unless=r"\b(?:spark\w*|smok\w*|burn\w*|hot|fire|shock\w*|chispas?|humo)\b",
    fold=fold_line,
)
"""`Shut it off tomorrow so my electrician can change the panel, then back on`; words of danger are none of it."""
is_electricians_phone = detector(
    rf"\b(?:{_ELECTRICIAN}|his|her|their|joe'?s|el de el|su) ?(?:'s|s)?\b.{{0,40}}\d{{3}}", fold=fold
)
"""Whether the phone in these words is the electrician's, and not the member's."""
