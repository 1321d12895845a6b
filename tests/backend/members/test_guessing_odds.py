"""What guessing comes to in a year, from the limits themselves; and that the docs tell the same."""

from __future__ import annotations

from backend.config import ROOT
from backend.members import guessing_odds, lockouts

SECURITY = ROOT / "docs" / "security.md"


def test_one_sender_at_one_member_stays_below_one_in_a_hundred_in_a_year():
    assert guessing_odds.tries_at_one_member() == 20
    assert guessing_odds.guess_probability(guessing_odds.tries_at_one_member()) < 1 / 100
    assert guessing_odds.guess_probability(guessing_odds.tries_by_callers()) < 1 / 100, "with forged caller IDs"


def test_a_thousand_senders_get_no_more_at_one_member_than_one_does():
    """All strangers together are held by the same ladder."""
    rows = {who: tries for who, tries, _, _ in guessing_odds.odds_table()}
    assert rows["a thousand senders, one member"] == rows["one sender, one member"]


def test_a_thousand_senders_of_one_network_open_less_than_half_a_member_in_a_year():
    assert guessing_odds.expected_hits(guessing_odds.tries_from_one_network()) < 0.5
    assert guessing_odds.expected_hits(guessing_odds.tries_from_one_network(), skew=1) < 0.15


def test_a_crowd_in_many_networks_is_still_bounded():
    assert guessing_odds.expected_hits(guessing_odds.tries_from_many_senders()) < 1.2
    assert guessing_odds.expected_hits(guessing_odds.tries_from_many_senders(), skew=1) < 0.4


def test_codes_stay_below_one_in_a_hundred_too():
    rows = {who: skewed for who, _, skewed, _ in guessing_odds.odds_table()}
    assert all(chance < 1 / 100 for who, chance in rows.items() if who.startswith("codes"))


def test_creating_a_login_is_no_easier():
    """The tax ID of a business may be known to anybody: then the last four are all that is left to guess."""
    assert guessing_odds.guess_probability(guessing_odds.tries_in_a_year(lockouts.CREATION_FROM_ALL)) < 1 / 100


def test_the_docs_have_the_numbers_of_today():
    text = SECURITY.read_text()
    for line in guessing_odds.format_odds():
        assert line in text, f"docs/security.md lacks: {line}"
    assert f"{guessing_odds.SKEW} times" in text
    for window, most in (*lockouts.NETWORK_LIMITS, *lockouts.OVERALL_LIMITS):
        assert f"{most} in " in text, window
