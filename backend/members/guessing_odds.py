"""The odds of guessing within a year, computed from the limits in `lockouts.py`, for `docs/security.md`.

`python -m backend.members.guessing_odds` prints it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import ceil

from backend.members import lockouts
from backend.members.known_senders import MAX_MISSING_PHONES
from backend.members.lockouts import YEAR, LockoutSchedule

LAST_FOURS, CODES = 10_000, 1_000_000
SKEW = 3
"""Assumed upper bound for how much likelier the likeliest last fours are than average: some (0000, 1234, 2000) are
requested, and a guesser starts with these."""
SENDERS = 1000
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


def tries_in_a_year(*limits: LockoutSchedule) -> int:
    """The most misses within any 365 days that the limits allow to somebody who tries whenever possible."""
    times: list[datetime] = []
    recent: list[datetime] = []
    now = _BEGIN
    while now < _BEGIN + 3 * YEAR:
        del recent[: bisect_right(recent, now - YEAR)]
        until = max((end for limit in limits if (end := limit.locked_until(recent)) is not None), default=now)
        if until > now:
            now = until
            continue
        times.append(now)
        recent.append(now)
        now += timedelta(seconds=1)
    return max(bisect_left(times, begin + YEAR) - at for at, begin in enumerate(times))


def tries_over_all() -> int:
    """The most misses of all strangers in a year before every stranger needs a code."""
    return min(most * ceil(YEAR / window) for window, most in lockouts.OVERALL_LIMITS)


def tries_from_one_network() -> int:
    """The most misses of all strangers of one network in a year before each of them needs a code."""
    return min(most * ceil(YEAR / window) for window, most in lockouts.NETWORK_LIMITS)


def guess_probability(tries: int, of: int = LAST_FOURS, skew: int = SKEW) -> float:
    """Upper bound (union bound) for the probability that one of `tries` different guesses is right."""
    return min(1.0, tries * skew / of)


def expected_hits(tries: int, skew: int = SKEW) -> float:
    """Expected number of right guesses, if all go to existing numbers."""
    return tries * skew / LAST_FOURS


def tries_at_one_member() -> int:
    """Guesses in a year at one member, by all senders together."""
    return tries_in_a_year(lockouts.AT_ONE_MEMBER)


def tries_by_callers() -> int:
    """The same with forged caller IDs: one more guess for each, until calls no longer count as the phone on file."""
    return tries_at_one_member() + MAX_MISSING_PHONES


def tries_from_one_sender() -> int:
    """Guesses in a year by one sender at all members."""
    return min(tries_in_a_year(lockouts.FROM_ONE_SENDER), tries_over_all())


def tries_from_many_senders(senders: int = SENDERS) -> int:
    """Guesses in a year by so many senders at all members."""
    return min(senders * tries_from_one_sender(), tries_over_all())


def odds_table() -> Iterable[tuple[str, int, float, float]]:
    """(who guesses at what, tries a year, chance with SKEW, chance with a uniform distribution)."""
    rows = (
        ("one sender, one member", tries_at_one_member(), LAST_FOURS),
        ("a thousand senders, one member", tries_at_one_member(), LAST_FOURS),
        ("the same with forged caller IDs", tries_by_callers(), LAST_FOURS),
        ("one sender, any member", tries_from_one_sender(), LAST_FOURS),
        ("a thousand senders of one network, any member", tries_from_one_network(), LAST_FOURS),
        ("a thousand senders in many networks, any member", tries_from_many_senders(), LAST_FOURS),
    )
    for who, tries, of in rows:
        yield who, tries, guess_probability(tries, of), guess_probability(tries, of, skew=1)
    for who, limits, senders in (
        ("codes: one sender, one member whose number and last four it knows", (lockouts.AT_ONE_MEMBER,), 1),
        ("codes: a thousand senders, the same", (lockouts.CODES_FROM_ALL,), SENDERS),
    ):
        tries = min(tries_in_a_year(*limits), senders * tries_in_a_year(lockouts.AT_ONE_MEMBER))
        yield who, tries, guess_probability(tries, CODES, 1), guess_probability(tries, CODES, 1)


def format_odds() -> list[str]:
    """The table as `docs/security.md` has it."""
    return [f"| {who} | {tries:,} | {skewed:.3%} | {alike:.3%} |" for who, tries, skewed, alike in odds_table()]


if __name__ == "__main__":
    print("\n".join(format_odds()))
