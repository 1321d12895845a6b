"""Checks members' email addresses: syntax, placeholders and typos. Sign-in links go to these addresses."""

from __future__ import annotations

import re

from backend.importing.fields import InvalidField, quote_value, reject_card
from backend.importing.text_checks import FORMULA_STARTS

MAX_LENGTH, MAX_LOCAL_LENGTH = 254, 64
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})")
PLACEHOLDER_LOCAL_PARTS = frozenset(
    "none no noemail nomail noaddress na n/a null nil unknown nobody nowhere noone declined refused notprovided "
    "notgiven notavailable noreply donotreply test testing asdf abc xxx fake example placeholder".split()
)
PLACEHOLDER_DOMAINS = frozenset(
    "none noemail nomail na null unknown nowhere noaddress notprovided fake asdf test".split()
)
INTERNAL_DOMAINS = frozenset("invalid localhost local internal lan home corp localdomain".split())
RESERVED_DOMAINS = frozenset("example test".split())
"""Reserved for examples (RFC 2606)."""
TLD_TYPOS = {
    "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com", "vom": "com", "xom": "com", "cim": "com",
    "nett": "net", "nte": "net", "ogr": "org", "orgg": "org",
}  # fmt: skip
HOST_TYPOS = {
    **dict.fromkeys(("gmial", "gmal", "gmai", "gamil", "gnail", "gmil", "gmaill", "gmali", "gimail"), "gmail"),
    **dict.fromkeys(("yaho", "yahooo", "yhoo", "yhaoo", "yahho"), "yahoo"),
    **dict.fromkeys(("hotmial", "hotmal", "hotmai", "hotnail", "hotmil"), "hotmail"),
    **dict.fromkeys(("outlok", "outloo", "outllook"), "outlook"),
}
"""Typo domains are registered by others to catch mail, and sign-in links must not go there."""


def parse_email(value: str) -> str:
    """One address, unchanged. Raises InvalidField."""
    reject_card(value)
    local, _, domain = value.rpartition("@")
    is_valid = (
        len(value) <= MAX_LENGTH
        and len(local) <= MAX_LOCAL_LENGTH
        and LOCAL_PART.fullmatch(local)
        and DOMAIN.fullmatch(domain)
    )
    if not is_valid or value.startswith(FORMULA_STARTS):
        raise InvalidField(
            f"{quote_value(value)} is not an email address such as ann@coop.example; empty if there is none"
        )
    labels = domain.lower().split(".")
    if (
        re.sub(r"[._-]|\d+$", "", local.lower()) in PLACEHOLDER_LOCAL_PARTS
        or set(labels[:-1]) & PLACEHOLDER_DOMAINS
        or labels[-1] in INTERNAL_DOMAINS
    ):
        raise InvalidField(f"{quote_value(value)} is a placeholder and nobody's address: leave it empty")
    if right := _suggest_domain(labels):
        raise InvalidField(f"{quote_value(value)} would go to a stranger: is it {local}@{right}?")
    return value


def is_reserved_domain(address: str) -> bool:
    """Whether its domain is reserved, such as `example.com`: nobody can receive mail there."""
    labels = address.lower().rpartition("@")[2].split(".")
    return labels[-1] in RESERVED_DOMAINS or labels[-2] == "example"


def _suggest_domain(labels: list[str]) -> str | None:
    """The domain that was most likely meant, where this one is a common typo."""
    host, top = labels[-2], labels[-1]
    right_host, right_top = HOST_TYPOS.get(host, host), TLD_TYPOS.get(top, top)
    if right_host in ("gmail", "hotmail", "outlook") and top in ("co", "cm", "om", "c"):
        right_top = "com"
    right = ".".join([*labels[:-2], right_host, right_top])
    return right if right != ".".join(labels) else None
