"""A bank's file is read whole or refused with its faults by line; no account number ever comes out of it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.nacha_returns import BadReturnFile, parse_return_file
from tests.backend.payments.nacha_files import ACCOUNT, Row, make_file

ROWS = (
    Row("K7M4Q2", 11240, "R01"),
    Row("QQQ222", 5000, "R10"),
    Row("XXX333", 0, "C01", "change"),
    Row("RRR444", 4000, "R03", credit=True),
    Row("YYY555", 700, "R68", "dishonored"),
    Row("HHH666", 800, "R73", "contested"),
    Row("JJJ777", 0, "C61", "refused"),
)
GOOD = make_file(*ROWS)


def faults_of(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadReturnFile) as caught:
        parse_return_file(data)
    said = [str(fault) for fault in caught.value.faults]
    assert ACCOUNT.lstrip("0") not in " ".join(said)
    return said


def with_line(line: int, change: object) -> str:
    """The good file with one line (from 1) changed by a function, or left out by None."""
    lines = GOOD.splitlines()
    if change is None:
        del lines[line - 1]
    else:
        lines[line - 1] = change(lines[line - 1])  # type: ignore[operator]
    return "\n".join(lines)


def put(at: int, text: str) -> object:
    """Put `text` at column `at`, from 1."""
    return lambda line: line[: at - 1] + text + line[at - 1 + len(text) :]


def test_every_kind_is_read() -> None:
    parsed = parse_return_file(GOOD.encode())
    assert [(item.kind, item.code, item.amount_cents, item.is_credit) for item in parsed.items] == [
        (row.kind, row.code, row.cents, row.credit) for row in ROWS
    ]
    assert [item.individual_id for item in parsed.items] == [row.reference for row in ROWS]
    assert [item.line for item in parsed.items] == list(range(4, 18, 2))
    assert parsed.items[0].original_trace == "123456780000001"
    assert (parsed.debit_cents, parsed.credit_cents, parsed.batches) == (17740, 4000, 1)
    assert (parsed.notes, parsed.other_entries) == ((), 0)


@pytest.mark.parametrize(
    "variant",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", ""),
        GOOD.rstrip(),
        GOOD + "\x1a",
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\n\n"),
        "\n".join(line.rstrip() if line[0] in "19" else line for line in GOOD.splitlines()),
        "\n".join(line + "  " for line in GOOD.splitlines()),
        "\n".join(line for line in GOOD.splitlines() if line != "9" * 94),
    ],
    ids="CRLF CR no-line-ends no-last-end ctrl-z BOM blank-lines unpadded padded no-filler".split(),
)
def test_line_ends_and_padding_do_not_matter(variant: str) -> None:
    parsed, good = parse_return_file(variant.encode()), parse_return_file(GOOD.encode())
    assert [item.code for item in parsed.items] == [item.code for item in good.items]
    assert parsed.digest == good.digest, "the same file would be booked twice"


def test_names_with_accents_in_either_encoding() -> None:
    text = GOOD.replace("RUTH ALVAREZ", "RUTH ÁLVAREZ")
    for encoding in ("utf-8", "latin-1"):
        assert len(parse_return_file(text.encode(encoding)).items) == len(ROWS)


def test_several_files_in_one() -> None:
    assert len(parse_return_file((GOOD + GOOD).encode()).items) == 2 * len(ROWS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (with_line(17, put(5, "000013")), "line 17: the batch control has 13 as entries and addenda"),
        (with_line(17, put(11, "0000000001")), "line 17: the batch control has 1 as the entry hash"),
        (with_line(17, put(21, "000000017741")), "line 17: the batch control has 17741 as debits in cents"),
        (with_line(17, put(33, "000000000000")), "line 17: the batch control has 0 as credits in cents"),
        (with_line(17, put(33, "  4000      ")), "line 17: the batch control has no number as credits in cents"),
        (with_line(18, put(2, "000002")), "line 18: the file control counts 2 batches, the file has 1"),
        (with_line(18, put(32, "000000017739")), "line 18: the file control has 17739 as debits in cents"),
        (with_line(3, put(30, "0000011241")), "the records give 17741"),
        (with_line(3, put(30, "00000112.4")), "line 3: the amount must be digits"),
        (with_line(3, put(4, "0910000X")), "line 3: the receiving bank must be digits"),
        (with_line(4, put(4, "???")), "line 4: an addenda record of a return has type 99"),
        (with_line(4, put(2, "98")), "line 4: an addenda record of a return has type 99"),
        (with_line(4, put(2, "93")), "line 4: an addenda record of a return has type 99"),
        (with_line(3, lambda line: line[:-1]), "line 3: a record has 94 characters, this one 93"),
        (with_line(3, lambda line: line + "7"), "line 3: a record has 94 characters, this one 1"),
        (with_line(3, lambda line: "X" + line[1:]), "line 3: a record begins with 1, 5, 6, 7, 8 or 9"),
        (with_line(2, None), "line 2: an entry outside of a batch"),
        (with_line(3, None), "line 3: an addenda record without an entry"),
        (with_line(17, None), "line 2: this batch has no control record (8)"),
        ("\n".join(GOOD.splitlines()[:17]), "line 17: the file ends without its control record (9)"),
        ("\n".join(GOOD.splitlines()[:9]), "line 2: this batch has no control record (8): the file may be cut off"),
        (make_file(ROWS[0], entry_class="ADV"), "line 2: these are accounting advices (ADV)"),
        ("", "line 1: the file is empty"),
        ("  \n\n", "line 1: the file is empty"),
        (b"\x1f\x8b\x08\x00", "it is compressed"),
        (b"PK\x03\x04", "it is a zip archive or an Excel file"),
        (b"-----BEGIN PGP MESSAGE-----", "it is encrypted"),
        (b'{"fileHeader": {}}', "it is JSON"),
        ("account,amount\n1,2\n", "line 1: a record has 94 characters"),
        (bytes(range(256)), "line 1"),
    ],
)
def test_wrong_file_is_refused_with_its_line(text: str | bytes, says: str) -> None:
    said = faults_of(text)
    assert any(says in one for one in said), said


def test_missing_header_and_odd_fields_are_only_noted() -> None:
    text = with_line(1, None)
    parsed = parse_return_file(text.encode())
    assert len(parsed.items) == len(ROWS)
    assert "no header" in str(parsed.notes[0])
    parsed = parse_return_file(str(with_line(4, put(7, "ABC            "))).encode())
    assert [str(note) for note in parsed.notes] == ["line 4: the original trace number should be 15 digits"]


def test_unknown_codes_are_kept() -> None:
    [item] = parse_return_file(make_file(Row("K7M4Q2", 100, "R97")).encode()).items
    assert (item.kind, item.code) == ("return", "R97")


def test_file_of_payments_holds_no_returns() -> None:
    lines = make_file(Row("K7M4Q2", 100)).splitlines()
    lines[3] = f"705{'a remark':80}00010000001"
    parsed = parse_return_file("\n".join(lines).encode())
    assert (parsed.items, parsed.other_entries) == ((), 1)


def test_the_last_stage_of_a_disputed_return_counts() -> None:
    lines = make_file(Row("K7M4Q2", 100, "R68", "dishonored")).splitlines()
    lines.insert(4, make_file(Row("K7M4Q2", 100, "R01")).splitlines()[3])
    changed = "\n".join(lines).replace("8200000002", "8200000003").replace("00000002000", "00000003000")
    changed = re.sub(r"^(9000001\d{6})00000002", r"\g<1>00000003", changed, flags=re.M)
    [item] = parse_return_file(changed.encode()).items
    assert (item.kind, item.code, item.line) == ("dishonored", "R68", 4)


def test_account_numbers_do_not_come_out() -> None:
    shown = repr(parse_return_file(GOOD.encode()))
    assert ACCOUNT.lstrip("0") not in shown
    international = make_file(Row(ACCOUNT, 100), entry_class="IAT")
    assert ACCOUNT not in repr(parse_return_file(international.encode()))


def explains(data: bytes) -> bool:
    """Whether the file is refused, with reasons by line; anything but that or a result fails."""
    try:
        parse_return_file(data)
    except BadReturnFile as refusal:
        return bool(refusal.faults) and all(fault.line >= 1 for fault in refusal.faults)
    return False


@given(st.binary(max_size=400))
def test_any_bytes_are_explained(data: bytes) -> None:
    assert explains(data)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("0123456789 XR\n"))
def test_no_changed_amount_gets_through(at: int, to: str) -> None:
    """One character changed anywhere: the amounts are as before, or the file is refused."""
    good = [(item.amount_cents, item.is_credit) for item in parse_return_file(GOOD.encode()).items]
    try:
        parsed = parse_return_file((GOOD[:at] + to + GOOD[at + 1 :]).encode())
    except BadReturnFile:
        return
    assert [(item.amount_cents, item.is_credit) for item in parsed.items if item.amount_cents] == [
        one for one in good if one[0]
    ]


@pytest.mark.skipif("NACHA_FIXTURES" not in os.environ, reason="NACHA_FIXTURES names a folder of published examples")
def test_published_examples_are_read_or_explained() -> None:
    files = [path for path in sorted(Path(os.environ["NACHA_FIXTURES"]).rglob("*")) if path.is_file()]
    refused = sum(explains(path.read_bytes()) for path in files)
    assert 0 < refused < len(files)
