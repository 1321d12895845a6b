"""Email addresses of members: what can be written to, and no placeholder. A login's next link goes there."""

from __future__ import annotations

import re

from backend.importing.cells import BadCell, refuse_card, shown

LONGEST, LONGEST_LOCAL = 254, 64
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})")
FORMULA = "=+-@"
NOBODY = frozenset(
    "none no noemail nomail noaddress na n/a null nil unknown nobody nowhere noone declined refused notprovided "
    "notgiven notavailable noreply donotreply test testing asdf abc xxx fake example placeholder".split()
)
NOWHERE = frozenset("none noemail nomail na null unknown nowhere noaddress notprovided fake asdf test".split())
INSIDE = frozenset("invalid localhost local internal lan home corp localdomain".split())
MADE_UP = frozenset("example test".split())
"""Kept free for examples (RFC 2606): for trying alone."""
SLIPS = {
    "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com", "vom": "com", "xom": "com", "cim": "com",
    "nett": "net", "nte": "net", "ogr": "org", "orgg": "org",
}  # fmt: skip
HOSTS = {
    **dict.fromkeys(("gmial", "gmal", "gmai", "gamil", "gnail", "gmil", "gmaill", "gmali", "gimail"), "gmail"),
    **dict.fromkeys(("yaho", "yahooo", "yhoo", "yhaoo", "yahho"), "yahoo"),
    **dict.fromkeys(("hotmial", "hotmal", "hotmai", "hotnail", "hotmil"), "hotmail"),
    **dict.fromkeys(("outlok", "outloo", "outllook"), "outlook"),
}
"""Somebody else has registered these to catch mail: a member's link must not go there."""


def email(value: str) -> str:
    """One address, as it is written."""
    refuse_card(value)
    local, _, domain = value.rpartition("@")
    good = len(value) <= LONGEST and len(local) <= LONGEST_LOCAL and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain)
    if not good or value.startswith(tuple(FORMULA)):
        raise BadCell(f"{shown(value)} is not an email address such as ann@coop.example; empty if there is none")
    labels = domain.lower().split(".")
    if _plain(local) in NOBODY or set(labels[:-1]) & NOWHERE or labels[-1] in INSIDE:
        raise BadCell(f"{shown(value)} is a placeholder and nobody's address: leave it empty")
    if right := _meant(labels):
        raise BadCell(f"{shown(value)} would go to a stranger: is it {local}@{right}?")
    return value


def made_up(address: str) -> bool:
    """Whether it lies in a domain that nobody has: `example.com` and the like."""
    labels = address.lower().rpartition("@")[2].split(".")
    return labels[-1] in MADE_UP or labels[-2] == "example"


def _plain(local: str) -> str:
    return re.sub(r"[._-]|\d+$", "", local.lower())


def _meant(labels: list[str]) -> str | None:
    """The domain that was most likely meant, where it is not this one."""
    host, top = labels[-2], labels[-1]
    right_host, right_top = HOSTS.get(host, host), SLIPS.get(top, top)
    if right_host in ("gmail", "hotmail", "outlook") and top in ("co", "cm", "om", "c"):
        right_top = "com"
    right = ".".join([*labels[:-2], right_host, right_top])
    return right if right != ".".join(labels) else None
