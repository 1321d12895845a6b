"""What a member says of the alerts that are about to be turned on: none of them, or for several accounts."""

from __future__ import annotations

import re

_TURN_OFF_THOSE = re.compile(
    r"\bturn (?:them|it|those|these|that|all) off\b|\bturn off (?:them|those|all)\b", re.IGNORECASE
)
_JOINS_NAMES = re.compile(r"\b(?:and|y|plus|too|also|tambien)\b", re.IGNORECASE)
_MY_PLACES = re.compile(
    r"\b(?:my|our|mis|nuestr[ao]s) (?:places|accounts|houses|properties|meters|cuentas|casas)\b", re.IGNORECASE
)


def turns_those_off(text: str) -> bool:
    """`No, turn them OFF`: at the read-back of what would be turned on, this ends it."""
    return _TURN_OFF_THOSE.search(text) is not None


def may_name_several(text: str) -> bool:
    """Whether more than one account may be named: `house and barn`, `the barn too`."""
    return _JOINS_NAMES.search(text) is not None


def names_own_places(text: str) -> bool:
    """`At my places`: all of the member's accounts."""
    return _MY_PLACES.search(text) is not None
