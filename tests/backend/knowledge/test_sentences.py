"""An answer taken apart: never inside an amount, a time or a shortened word."""

from __future__ import annotations

import pytest

from backend.knowledge.sentences import split

CASES = [
    ("One. Two.", ["One.", "Two."]),
    ("The charge is $5.00. It is on the next bill.", ["The charge is $5.00.", "It is on the next bill."]),
    ("A fee of $5.00 or 1.5% may come. Ask.", ["A fee of $5.00 or 1.5% may come.", "Ask."]),
    (
        "We open at 8 a.m. and close at 4:30 p.m. on weekdays.",
        ["We open at 8 a.m. and close at 4:30 p.m. on weekdays."],
    ),
    (
        "It is open until 4:30 p.m. Monday to Friday. Come in.",
        ["It is open until 4:30 p.m. Monday to Friday.", "Come in."],
    ),
    ("Come by at 8 a.m. The door is open.", ["Come by at 8 a.m.", "The door is open."]),
    ("Ask Mr. Lee or St. Mary's. They know.", ["Ask Mr. Lee or St. Mary's.", "They know."]),
    ("The rule is a U.S. Department one. It holds.", ["The rule is a U.S. Department one.", "It holds."]),
    ("See No. 5 on the bill. The answer is no. Ask us.", ["See No. 5 on the bill.", "The answer is no.", "Ask us."]),
    ("Stay away! Call 911. Is it safe? Then call us.", ["Stay away!", "Call 911.", "Is it safe?", "Then call us."]),
    ("El recargo es de $5.00. ¿Puede venir? Ud. Decide.", ["El recargo es de $5.00.", "¿Puede venir?", "Ud. Decide."]),
    ("Cuesta poco. Él lo sabe.", ["Cuesta poco.", "Él lo sabe."]),
    ("The fee is {fee}. {coop_name} sets it.", ["The fee is {fee}.", "{coop_name} sets it."]),
]


@pytest.mark.parametrize(("text", "parts"), CASES, ids=[text for text, _ in CASES])
def test_the_sentences(text: str, parts: list[str]) -> None:
    assert list(split(text)) == parts


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_no_text_is_lost(text: str) -> None:
    assert " ".join(split(text)) == text
