"""Detects that somebody was called, written to or visited by a swindler: they are told what to do before all else."""

from __future__ import annotations

import re

_SCAM_PAYMENT = re.compile(
    r"\b(?:gift ?cards?|green ?dot|bitcoins?|crypto\w*|zelle|wire (?:transfer|the money)|western union|"
    r"tarjetas? de regalo)\b",
    re.IGNORECASE,
)
_NAMES_SCAM = re.compile(
    r"\bscam(?:s|med|mer|ming)?\b|\bfraud\w*|\b(?:fake|phony) (?:call|text|bill|email)s?\b|\bimpost[oe]rs?\b|"
    r"\bestaf\w+|\bfraude\w*|\btimo\b|\btransa\b|\bllamada falsa\b",
    re.IGNORECASE,
)
_FROM_COOP = r"(?:the )?(?:co-?op\w*|electric\w*|power|you|y'?all|utility)"
_FROM_COOP_SPANISH = r"(?:la cooperativa|la compa[nñ][ií]a|la luz|la el[eé]ctrica|ustedes)"
_IMPERSONATION = re.compile(
    rf"\b(?:pretend\w*|posing|claim\w*) (?:to be|as) (?:from |with )?{_FROM_COOP}|"
    r"\b(?:claim\w*|s(?:aid|ays|aying)) (?:that )?(?:he|she|they)(?:'?s|'?re| was| were| is| are)? (?:from|"
    rf"with) {_FROM_COOP}|\b(?:dec[ií]an?|dicen?|dijo|dijeron|dizque|diciendo)(?: que)? (?:ser|era|eran|es|"
    rf"son)? ?de {_FROM_COOP_SPANISH}|\bha(?:cerse|ci[eé]ndose|c[ií]a) pasar por\b|\bse hizo pasar por\b",
    re.IGNORECASE,
)
_ABOUT_CONVERSATION = re.compile(r"\b(?:is|are) (?:this|you|it you)\b.{0,20}\bscam|\bnot a scam\b", re.IGNORECASE)
_ASKS_TO_PAY_WITH = re.compile(r"\b(?:can|do|could|may) (?:i|you|we)\b|\b(?:puedo|aceptan|se puede)\b", re.IGNORECASE)


def reports_scam(words: str) -> bool:
    """Whether the message reports a scam, in either language; `can I pay with Zelle` and `are you a scam` do not."""
    if _ABOUT_CONVERSATION.search(words):
        return False
    asked_for = _SCAM_PAYMENT.search(words) and not _ASKS_TO_PAY_WITH.search(words)
    return bool(asked_for or _NAMES_SCAM.search(words) or _IMPERSONATION.search(words))
