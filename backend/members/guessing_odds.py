"""What guessing comes to in a year, computed from the limits in `ladder.py`; `docs/security.md` tells it.

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
"""The k likeliest last fours together are taken to be at the most so many times as likely as if all were alike. Phone
numbers are given out in runs, but some ends (0000, 1234, 2000, a business's own) are asked for; whoever guesses begins
with these."""
SENDERS = 1000
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


def tries_in_a_year(*limits: LockoutSchedule) -> int:
    """The most misses in any 365 days that all of the limits let through, to whoever tries whenever one may."""
    times: list[datetime] = []
    lately: list[datetime] = []
    now = _BEGIN
    while now < _BEGIN + 3 * YEAR:
        del lately[: bisect_right(lately, now - YEAR)]
        until = max((end for limit in limits if (end := limit.locked_until(lately)) is not None), default=now)
        if until > now:
            now = until
            continue
        times.append(now)
        lately.append(now)
        now += timedelta(seconds=1)
    return max(bisect_left(times, begin + YEAR) - at for at, begin in enumerate(times))


def tries_over_all() -> int:
    """The most misses of strangers in a year before everybody who is one is asked for a code."""
    return min(most * ceil(YEAR / window) for window, most in lockouts.OVERALL_LIMITS)


def guess_probability(tries: int, of: int = LAST_FOURS, skew: int = SKEW) -> float:
    """That one of so many guesses is right, all different and the likeliest first; where they go to many members, that
    at least one is. At the most: a union over them."""
    return min(1.0, tries * skew / of)


def expected_hits(tries: int, skew: int = SKEW) -> float:
    """How many members so many guesses open in the mean, if every one goes to a number that exists."""
    return tries * skew / LAST_FOURS


def tries_at_one_member() -> int:
    """Guesses in a year at one member by anybody: all senders together get no more than one does."""
    return tries_in_a_year(lockouts.AT_ONE_MEMBER)


def tries_by_callers() -> int:
    """The same by whoever can also forge caller IDs: one more for each until the phone on file no longer opens."""
    return tries_at_one_member() + MAX_MISSING_PHONES


def tries_from_one_sender() -> int:
    """Guesses in a year by one sender at all members."""
    return min(tries_in_a_year(lockouts.FROM_ONE_SENDER), tries_over_all())


def tries_from_many_senders(senders: int = SENDERS) -> int:
    """Guesses in a year by so many senders at all members."""
    return min(senders * tries_from_one_sender(), tries_over_all())


def odds_table() -> Iterable[tuple[str, int, float, float]]:
    """(who guesses at what, tries a year, chance with SKEW, chance if all were alike)."""
    rows = (
        ("one sender, one member", tries_at_one_member(), LAST_FOURS),
        ("a thousand senders, one member", tries_at_one_member(), LAST_FOURS),
        ("the same with forged caller IDs", tries_by_callers(), LAST_FOURS),
        ("one sender, any member", tries_from_one_sender(), LAST_FOURS),
        ("a thousand senders, any member", tries_from_many_senders(), LAST_FOURS),
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
