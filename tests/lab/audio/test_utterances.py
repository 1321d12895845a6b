"""Words that are really said, carried over a telephone line and recognized, reach the line as they were meant."""

from __future__ import annotations

from collections import Counter

import pytest

from lab.audio import utterances
from lab.audio.line import open_line
from lab.audio.utterances import AMOUNT, DAY, LAST4, MEMBER_NUMBER, MENU, YES_NO
from lab.members import MemberCopy
from lab.system import MemberlineSystem

SEED = 1
COUNTS = {MEMBER_NUMBER: 4, LAST4: 3, AMOUNT: 2, DAY: 1, YES_NO: 1, MENU: 1}


def test_a_round_has_sixty_utterances() -> None:
    members = [MemberCopy(f"{10_000 + place}-001", f"+1555700{place:04d}") for place in range(60)]
    composed = utterances.compose_utterances(members)
    assert Counter(one.kind for one in composed) == {
        MEMBER_NUMBER: 20, LAST4: 12, AMOUNT: 11, DAY: 6, YES_NO: 6, MENU: 5,
    }  # fmt: skip
    assert [one.index for one in composed] == list(range(60))
    assert composed[20].meant == members[20].last4, "a number is that of the member who says it"


@pytest.mark.engine
def test_twelve_utterances_are_captured(served: MemberlineSystem) -> None:
    members = utterances.create_speakers(served, SEED, 12)
    few = utterances.compose_utterances(members, COUNTS)
    with open_line(SEED) as line:
        captures = [utterances.play_utterance(served, line, one, members[one.index]) for one in few]
    told = utterances.format_captures(captures)
    assert len(captures) == 12
    assert sum(capture.tries > 0 for capture in captures) >= 11, told
    assert sum(capture.tries == 1 for capture in captures) >= 9, told
