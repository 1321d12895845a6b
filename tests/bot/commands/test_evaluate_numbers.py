"""What `memberline evaluate numbers` counts as right."""

from __future__ import annotations

import json

import pytest

from backend.errors import MemberlineError
from bot.commands.evaluate_numbers import evaluate_numbers

ROWS = [
    {"text": "it's 40120 dash 001", "kind": "account_number", "value": "40120001", "ask": "account number"},
    {"text": "oh one four two", "kind": "last4", "value": "0142", "ask": "last four digits"},
    {"text": "call me back, my pin is 3321", "kind": "last4", "value": "3321"},
    {"text": "sixty two bucks", "kind": "amount", "value": "62.00", "ask": "amount"},
    {"text": "all of it", "kind": "amount", "value": "all", "ask": "amount"},
    {"text": "next tuesday", "kind": "date", "value": "2026-11-17", "ref_date": "2026-11-12", "ask": "date"},
    {"text": "yesterday", "kind": "date", "value": "2026-11-11", "ref_date": "2026-11-12", "ask": "date"},
    {"text": "17 th aug", "kind": "date", "value": "--08-17", "ask": "date"},
    {"text": "aug 17 2018", "kind": "date", "value": "2018-08-17", "ask": "date"},
    {"text": "7 10 1952", "kind": "date", "value": "1952-10-07", "ask": "date of birth", "asr_error": False},
    {"text": "of may 1980", "kind": "date", "value": "1980-05-04", "ask": "date of birth", "asr_error": True},
]


def measured(tmp_path, rows):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return evaluate_numbers(file)


def test_every_kind_is_read_as_the_dialogue_would(tmp_path):
    found = measured(tmp_path, ROWS)
    assert (found["rows"], found["exact"], found["wrong"]) == (11, 1.0, [])
    assert found["kinds"]["date"] == {"rows": 6, "exact": 1.0}
    assert found["misheard"] == {"rows": 1, "right": 0, "asked_again": 1}


def test_wrong_row_is_reported_with_the_result(tmp_path):
    wrong = {"text": "sixty two bucks", "kind": "amount", "value": "63.00", "ask": "amount"}
    found = measured(tmp_path, [wrong, ROWS[0]])
    assert found["exact"] == 0.5
    assert found["wrong"] == [{**wrong, "read": "62.00"}]


def test_empty_result_is_right_only_for_misheard_text(tmp_path):
    row = {**ROWS[-1], "asr_error": False}
    assert measured(tmp_path, [row])["exact"] == 0.0


@pytest.mark.parametrize("row", [{"text": "50"}, {"text": "50", "kind": "weight", "value": "50"}, [1]])
def test_invalid_row_is_named_by_its_line(tmp_path, row):
    with pytest.raises(MemberlineError, match="line 2"):
        measured(tmp_path, [ROWS[0], row])
