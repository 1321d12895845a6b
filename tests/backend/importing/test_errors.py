"""Errors in the files, by file, line and reason. What a file holds is the same for every database."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.app import Backend
from backend.importing.errors import MAX_ERRORS
from tests.backend.importing.files import GOOD, only, write
from tests.backend.importing.refused_imports import address as address
from tests.backend.importing.refused_imports import backend as backend
from tests.backend.importing.refused_imports import refusal

HEAD = "number,name,phone\n"
BILL = "account,issued_on,due_on,period_start,period_end,amount,paid\n"
BILL_HEAD = BILL.removesuffix(",paid\n") + "\n"
METHOD = "member,token,kind,brand,last4,exp_month,exp_year\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"members": HEAD + "417,A,5555550123\n"}, ["members.csv:2: number", "417", "leading zeros"]),
        ({"members": HEAD + "4.17E+05,A,5555550123\n"}, ["members.csv:2: number", "spreadsheet"]),
        ({"members": HEAD + "41700,A,5.55555E+09\n"}, ["members.csv:2: phone", "spreadsheet"]),
        ({"members": HEAD + "41700,A,555-01\n"}, ["members.csv:2: phone"]),
        *(
            ({"members": HEAD + f"41700,A,{phone}\n"}, ["members.csv:2: phone", errors])
            for phone, errors in (
                ("000-000-0000", '"000-000-0000" is a placeholder'), ("123-456-7890", "placeholder"),
                ("999-999-9999", "placeholder"), ("1111111111", "placeholder"), ("+10000000000", "placeholder"),
                ("+266696687", "placeholder"), ("anonymous", "placeholder"), ("555-0199", "area code"),
                ("0115555550199", "country"), ("211-777-0142", "numbering plan"), ("none", "placeholder"),
            )
        ),
        ({"members": HEAD + "41700,A,555-555-0123 x4\n"}, ["members.csv:2: phone", "extension"]),
        ({"members": HEAD + "41700,,5555550123\n"}, ["members.csv:2: name is empty"]),
        ({"members": HEAD + "41700,A\n"}, ["members.csv:2: has 2 columns where the header names 3"]),
        ({"members": HEAD + "41700,A,5555550123\n\n41700,B,5555550124\n"}, ["members.csv:4: the same number as in"]),
        ({"members": HEAD + '41700,"A\nB",5555550123\n41701,C,1\n'}, ["members.csv:2: name", "members.csv:4: phone"]),
        ({"members": HEAD + '41700,"A,5555550123\n'}, ["members.csv:2: it cannot be read"]),
        ({"members": HEAD + "41700,A\u200bB,5555550123\n"}, ["members.csv:2: name", "U+200B as its character 2"]),
        ({"members": "number,name,phone,,\n41700,A,5555550123,,x\n"}, ["members.csv:2: has something in column 5"]),
        ({"members": "\n" + HEAD + "41700,A,1,x\n"}, ["members.csv:3: has 4 columns where the header names 3"]),
        ({"members": "number;name;phone\n41700;A;5555550123\n"}, ["members.csv:1: its columns", "commas"]),
        ({"members": "number,nmae,phone\n"}, ['members.csv:1: unknown column "nmae"', "column name is missing"]),
        ({"member": HEAD}, ["member.csv: is not one of the files", "has none of"]),
        ({"members": "number,name,phone,email\n41700,A,5555550123,a@b\n"}, ['members.csv:2: email "a@b"']),
        (
            {"members": "number,name,phone,holder_digits\n41700,A,5555550123,123-45-6789\n"},
            ["members.csv:2: holder_digits of a residential member are 4 digits"],
        ),
        ({"accounts": "member,separator\n41700,1\n"}, ["accounts.csv:2: separator", "leading zeros"]),
        ({"accounts": "member,separator\n41700,001\n"}, ["accounts.csv:2: there is no member 41700"]),
        (
            {"members": HEAD + "00417,A,5555550123\n", "accounts": "member,separator\n0417,001\n"},
            ["accounts.csv:2: there is no member 0417; 00417 is there"],
        ),
        ({"usage": "account,month,kwh\n41700-001,2026-13,5\n"}, ['month "2026-13"', "there is no account 41700-001"]),
        ({"usage": "account,month,kwh\n41700-1,2026-12,5.5\n"}, ["usage.csv:2: account", 'kwh "5.5"']),
    ],
)  # fmt: skip
async def test_a_bad_row_is_named(backend: Backend, tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    errors = "\n".join(await refusal(backend, only(tmp_path, **files)))
    for part in expected:
        assert part in errors


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("00417-001,2026-11-10,30/11/2026,2026-10-08,2026-11-07,90.00", 'due_on "30/11/2026" is not a day'),
        ("00417-001,2026-02-30,2026-11-30,2026-10-08,2026-11-07,90.00", "issued_on"),
        ("00417-001,2026-11-10,2026-11-30,2026-10-08,2026-11-07,90", "amount", ),
        ("00417-001,2026-11-10,2026-11-30,2026-10-08,2026-11-07,90.5", "two digits"),
        ("00417-001,2026-11-10,2026-11-09,2026-10-08,2026-11-07,90.00", "due_on is before issued_on"),
        ("00417-001,2026-11-10,2026-11-30,2026-11-08,2026-11-07,90.00", "period_end is before period_start"),
    ],
)  # fmt: skip
async def test_a_bad_bill_is_named(backend: Backend, tmp_path: Path, row: str, expected: str) -> None:
    [errors] = await refusal(backend, write(tmp_path, bills=f"{BILL_HEAD}{row}\n"))
    assert errors.startswith("bills.csv:2: ")
    assert expected in errors


async def test_lines_must_sum_and_payments_must_fit(backend: Backend, tmp_path: Path) -> None:
    days = "2026-11-10,2026-11-30,2026-10-08,2026-11-07"
    bills = f"{BILL.strip()},lines\n00417-001,{days},90.00,90.01,\n00417-002,{days},90.00,,Energy=80.00\n"
    assert await refusal(backend, write(tmp_path, bills=bills)) == [
        "bills.csv:2: paid is not from nothing to the amount: what is too much belongs in opening_balance of "
        "accounts.csv",
        "bills.csv:3: lines sum to 8000 cents, amount is 9000 cents",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "00417,4242424242424242,card,Visa,4242,12,2029",
        "00417,4242 4242 4242 4242,card,Visa,4242,12,2029",
        "00417,378282246310005,card,Amex,0005,12,2029",
        "00417,tok_1,card,4242-4242-4242-4242,4242,12,2029",
        "00417,tok_1,card,Visa,4242424242424242,12,2029",
        "00417,tok_1,card,Visa,4242,4242424242424242,2029",
        "4242424242424242,tok_1,card,Visa,4242,12,2029",
        "00417,000123456789,bank,checking,6789,,",
    ],
)
async def test_card_and_bank_numbers_are_refused_and_not_repeated(backend: Backend, tmp_path: Path, row: str) -> None:
    errors = "\n".join(
        await refusal(backend, write(tmp_path, payment_methods=METHOD + row + "\n", drafts=None, autopay=None))
    )
    assert "payment_methods.csv:2: " in errors
    assert "4242424242424242" not in errors.replace(" ", "").replace("-", "")
    assert "378282246310005" not in errors
    assert "000123456789" not in errors


async def test_a_card_number_in_a_name_is_refused(backend: Backend, tmp_path: Path) -> None:
    members = GOOD["members"].replace("Benedict Rowe", "Ben 4242-4242-4242-4242")
    [errors] = await refusal(backend, write(tmp_path, members=members))
    assert errors.startswith("members.csv:2: name looks like a card number")
    assert "4242" not in errors


async def test_an_account_has_a_draft_or_auto_pay(backend: Backend, tmp_path: Path) -> None:
    autopay = "account,token,day\n00417-001,tok_visa_4242,15\n00417-002,tok_other,32\n"
    errors = await refusal(backend, write(tmp_path, autopay=autopay))
    assert errors == [
        "autopay.csv:2: account 00417-001 has a draft too: it can have only one of them",
        'autopay.csv:3: day "32" is not from 1 to 31; the due date of each bill is written "due"',
        "autopay.csv:3: this member has no payment method with that token",
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("00417-001,bill_due,text,25", "bill_due needs a threshold from 1 to 20 (days)"),
        ("00417-001,amount_over,text,", "amount_over needs a threshold"),
        ("00417-001,outages,text,", 'alert "outages" is none of'),
        ("00417-001,past_due,fax,", 'ways "fax" is none of'),
        ("00417-001,paperless,text,", "paperless goes by email alone"),
    ],
)
async def test_a_bad_alert_is_named(backend: Backend, tmp_path: Path, row: str, expected: str) -> None:
    [errors] = await refusal(backend, write(tmp_path, alerts=f"account,alert,ways,threshold\n{row}\n"))
    assert errors.startswith("alerts.csv:2: ")
    assert expected in errors


async def test_invalid_utf8_is_named(backend: Backend, tmp_path: Path) -> None:
    only(tmp_path)
    (tmp_path / "members.csv").write_bytes(HEAD.encode() + "41700,Ren\u00e9,5555550123\n".encode("cp1252"))
    assert await refusal(backend, tmp_path) == ["members.csv:2: is not UTF-8 text: save the file as CSV UTF-8"]


async def test_more_faults_than_anyone_reads_are_counted(backend: Backend, tmp_path: Path) -> None:
    rows = "".join(f"{41000 + number},A,12\n" for number in range(MAX_ERRORS + 5))
    errors = await refusal(backend, only(tmp_path, members=HEAD + rows))
    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1] == "... and 5 more"


async def test_a_credit_is_not_paid(backend: Backend, tmp_path: Path) -> None:
    row = "00417-001,2026-11-10,2026-11-30,2026-10-08,2026-11-07,-12.00,5.00"
    assert await refusal(backend, write(tmp_path, bills=f"{BILL}{row}\n")) == [
        "bills.csv:2: paid is not empty, but the amount is a credit"
    ]
