# ruff: noqa: E501 - tables of strange rows
"""What people's files really hold: each kind is named by file, line and column, or is fine on purpose."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from backend.app import Backend
from backend.importing.service import import_folder
from tests.backend.importing.files import GOOD, only, write
from tests.backend.importing.refused_imports import address as address
from tests.backend.importing.refused_imports import backend as backend
from tests.backend.importing.refused_imports import refusal

NAMES = [
    "<script>alert(1)</script>", "<b>Ruth</b>", "Ruth &amp; Ole", "O&#39;Brien", "=1+1", '=HYPERLINK("http://x")',
    "+cmd|' /C calc'!A0", "@SUM(A1)", "-", "#REF!", "#N/A", "#NAME?", "########", "NULL", "null", "N/A", "None", "nan",
    "undefined", "12345", "...", "Jos\u00c3\u00a9 Garc\u00c3\u00ada", "Jos\ufffd", "Jos?Garcia", "Ruth\x07", "Ruth\tAbbott",
    "Ruth\x1b[31m", "Ru\u202eth", "Ru\u00adth", "Z\u0301\u0302\u0303\u0304algo", "{{7*7}}", "${jndi:ldap://x}",
    "ruth@example.com", "A" * 201, "Ruth 123-45-6789", "Ruth 4242 4242 4242 4242",
]  # fmt: skip
GOOD_NAMES = [
    "O'Brien", "D\u2019Angelo", "José García", "Núñez-Ávila", "Ng", "AT&T", "Bob & Sons; Inc.", "Cafe @ Main", "St. Mary's #2",
    "3M", "Zoë Müller", "L'Église", "Nguyễn Thị Ánh", "Christopher Null", "A&W Root Beer", "What's Up? LLC", "李小龍",
    "Łukasz Żółć", "Ruth (Estate of)", "1st Baptist Church", "\u00c3ngela Rocha", "5 < 6 Ranch",
]  # fmt: skip
PHONES = [
    "815-555-1212", "(815) 555-5555", "555-1234", "8155550199 or 8155550198", "815555019", "81555501990", "8.1556E+09",
    "+1", "tel", "call office", "0", "911", "900-234-5678", "+44 20", "815-123-4567", "none", "n/a", "unknown",
    "=8155550199*1", "000 000 0000",
]  # fmt: skip
EMAILS = [
    "ruth", "ruth@", "@example.com", "ruth@example", "ruth@@example.com", "ru th@example.com", "ruth@example..com",
    ".ruth@example.com", "ruth.@example.com", "ru..th@example.com", "ruth@-example.com", "ruth@example.com.",
    "ruth@example.com, ole@example.com", "ruth@example.com;ole@example.com", "mailto:ruth@example.com",
    "<ruth@example.com>", "Ruth <ruth@example.com>", "ruth@exam_ple.com", "ruth@127.0.0.1", "ruth@localhost", "n/a",
    "none", "none@none.com", "noemail@coop.com", "no.email@gmail.com", "test@test.com", "na@na.com", "x@invalid.invalid",
    "noreply@coop.com", "unknown@unknown.com", "ruth@gmail.con", "ruth@gmial.com", "ruth@yahooo.com", "ruth@hotmail.co",
    "r\u00fcth@example.com", "ruth\u200b@example.com", "ruth@ex\u0430mple.com", "=ruth@example.com", "a" * 65 + "@x.com",
    "ruth@" + "a" * 250 + ".com", "office@prairierivers.example",
]  # fmt: skip
GOOD_EMAILS = ["ruth.alvarez+coop@mail.co.uk", "o'brien@x.org", "RUTH@Gmail.com", "r@q.us", "1@2.com", "a_b@yahoo.es"]


def _members(column: str, values: list[str]) -> str:
    """A row for each, the first in line 2; the other columns are good."""
    rows = []
    for number, value in enumerate(values, 41700):
        row = {"number": str(number), "name": "A", "phone": "5555550123", "email": "", column: value}
        rows.append(",".join('"' + cell.replace('"', '""') + '"' for cell in row.values()))
    return "\n".join(["number,name,phone,email", *rows, ""])


@pytest.mark.parametrize(
    ("column", "values"), [("name", NAMES), ("phone", [*PHONES, "+1 555 555 0100"]), ("email", EMAILS)]
)
async def test_impossible_member_rows_are_named_line_by_line(
    backend: Backend, tmp_path: Path, column: str, values: list[str]
) -> None:
    errors = await refusal(backend, only(tmp_path, members=_members(column, values)))
    found = {int(fault.split(":")[1]): fault for fault in errors}
    assert len(found) == len(errors)
    passed = [
        value for line, value in enumerate(values, 2) if f"members.csv:{line}: {column} " not in found.get(line, "")
    ]
    assert passed == []
    assert not [fault for fault in errors if "4242" in fault or "6789" in fault]


@pytest.mark.parametrize(("column", "values"), [("name", GOOD_NAMES), ("email", GOOD_EMAILS)])
async def test_unusual_member_rows_are_accepted(
    backend: Backend, tmp_path: Path, column: str, values: list[str]
) -> None:
    files = only(tmp_path, members=_members(column, values))
    assert (await import_folder(backend, files, check_only=True))["members"] == len(values)


BILL = "account,issued_on,due_on,period_start,period_end,kwh,amount,paid\n"
DAYS = "2026-11-10,2026-11-30,2026-10-08,2026-11-07"


BILLS: list[tuple[str, str]] = [
    ("00417-001,2027-11-10,2027-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,2026-11-19,2026-12-09,2026-10-08,2026-11-07,1,9.00,", 'issued_on "2026-11-19" is after today'),
    ("00417-001,2026-11-10,2031-11-30,2026-10-08,2026-11-07,1,9.00,", "due_on is more than 120 days"),
    ("00417-001,2026-11-10,2026-11-09,2026-10-08,2026-11-07,1,9.00,", "due_on is before issued_on"),
    ("00417-001,2026-11-10,2026-11-30,2026-10-08,2026-11-12,1,9.00,", "period_end is after issued_on"),
    ("00417-001,2026-11-10,2026-11-30,2024-10-08,2026-11-07,1,9.00,", "period_end is more than 400 days"),
    ("00417-001,2011-11-10,2011-11-30,2011-10-08,2011-11-07,1,9.00,", 'period_end "2011-11-07" is before 2012-05-01'),
    ("00417-001,2026-W46-2,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,2026-W4-10,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,2026-11-10T00:00:00Z,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,46000,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,10-Nov-26,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    ("00417-001,1899-12-30,2026-11-30,2026-10-08,2026-11-07,1,9.00,", "issued_on"),
    *(
        (f'00417-001,{DAYS},1,"{amount}",', "amount")
        for amount in ("1.234,56", "112,40", "1.1E+02", "(9.0)", "(9.00", "-(9.00)", "£9.00", "9.00 USD", "9.-1", "--9.00",
                       "99999999.00", "NaN", "inf", "#VALUE!", "9.001", "=9.00", "٩.٠٠", "0x9")
    ),
    (f"00417-001,{DAYS},1,9.00,-1.00", "paid"),
    (f"00417-001,{DAYS},1,9.00,9.01", "paid"),
    (f"00417-001,{DAYS},1.5,9.00,", "kwh"),
    (f"00417-001,{DAYS},1E3,9.00,", "kwh"),
    (f'00417-001,{DAYS},"1,00",9.00,', "kwh"),
    (f"417-1,{DAYS},1,9.00,", "account"),
    (f"4.17E+05,{DAYS},1,9.00,", "spreadsheet"),
    (f"00417–001,{DAYS},1,9.00,", "account"),
]  # fmt: skip


async def test_bills_that_cannot_be_are_named_line_by_line(backend: Backend, tmp_path: Path) -> None:
    bills = "\n".join(
        [BILL.strip(), *(row for row, _ in BILLS), f"00417-002,{DAYS},1,9.00,", f"00417-002,{DAYS},1,9.00,", ""]
    )
    errors = await refusal(backend, write(tmp_path, bills=bills))
    for line, (row, expected) in enumerate(BILLS, 2):
        assert [fault for fault in errors if fault.startswith(f"bills.csv:{line}: ") and expected in fault], row
    assert f"bills.csv:{len(BILLS) + 3}: the same account and issued on as in line {len(BILLS) + 2}" in errors


@pytest.mark.parametrize("first", ["2026-11-05", "2026-11-07", "2026-11-08"])
async def test_bills_may_share_the_days_about_a_reading(backend: Backend, tmp_path: Path, first: str) -> None:
    rows = f"00417-001,{DAYS},1,9.00,\n00417-001,2026-11-12,2026-12-01,{first},2026-11-12,1,9.00,\n"
    assert (await import_folder(backend, write(tmp_path, bills=BILL + rows), check_only=True))["bills"] == 2


@pytest.mark.parametrize(
    ("second", "days"),
    [
        ("2026-11-12,2026-12-01,2026-10-08,2026-11-07", "2026-10-08 to 2026-11-07"),
        ("2026-11-12,2026-12-01,2026-11-01,2026-11-11", "2026-11-01 to 2026-11-11"),
        ("2026-11-12,2026-12-01,2026-10-10,2026-10-20", "2026-10-10 to 2026-10-20"),
    ],
)
async def test_two_bills_of_one_period_are_named(backend: Backend, tmp_path: Path, second: str, days: str) -> None:
    rows = f"00417-001,{DAYS},1,9.00,\n00417-001,{second},1,9.00,\n"
    [error] = await refusal(backend, write(tmp_path, bills=BILL + rows))
    assert error == f"bills.csv:3: its days {days} are billed already: account 00417-001 has the bill 00417-001-261110"


async def test_another_bill_whose_number_is_not_known_is_not_named(backend: Backend, tmp_path: Path) -> None:
    days = DAYS.split(",", 1)[1]
    rows = f"00417-001,11.10.,{days},1,9.00,\n00417-001,11.10.,{days},1,9.00,\n"
    errors = await refusal(backend, write(tmp_path, bills=BILL + rows))
    [billed] = [error for error in errors if "billed already" in error]
    assert billed.endswith("account 00417-001 has another bill for them")


@pytest.mark.parametrize(
    "rows",
    [
        # the day of the reading counts to both
        [f"00417-001,{DAYS},1,9.00,", "00417-001,2026-11-17,2026-12-01,2026-11-07,2026-11-16,1,9.00,"],
        [f"00417-001,{DAYS},1,9.00,", f"00417-002,{DAYS},1,9.00,"],
        # a correction: taken back and billed anew
        [
            f"00417-001,{DAYS},1,9.00,",
            "00417-001,2026-11-12,2026-12-01,2026-10-08,2026-11-07,-1,-9.00,",
            "00417-001,2026-11-13,2026-12-01,2026-10-08,2026-11-07,1,8.00,",
        ],
        # a season's minimum, billed ahead
        ["00417-001,2026-11-10,2026-11-30,2027-01-01,2027-12-31,,120.00,"],
        ["00417-001,2026-11-18,2026-12-08,2026-10-08,2026-11-18,1,9.00,"],
    ],
)
async def test_unusual_bill_rows_are_accepted(backend: Backend, tmp_path: Path, rows: list[str]) -> None:
    files = write(tmp_path, bills=BILL + "\n".join(rows) + "\n")
    assert (await import_folder(backend, files, check_only=True))["bills"] == len(rows)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"members": "number,name,phone\n00417,A,5555550123\n0417,B,5555550124\n"}, 'members.csv:3: number "0417" is 00417'),
        ({"members": "number,name,phone\n00417-001,A,5555550123\n"}, "members.csv:2: number"),
        ({"members": "number,name,phone\n=\"417\",A,5555550123\n"}, "members.csv:2: number"),
        ({"members": "number,name,phone\n4.17E+05,A,5555550123\n"}, 'number "4.17E+05" was turned into a number'),
        ({"members": "number,name,phone\n41700,A,5.56E+09\n"}, 'phone "5.56E+09" was turned into a number'),
        ({"members": "number,name,phone\n００４１７,A,5555550123\n"}, "members.csv:2: number"),
        ({"members": "number,name,phone,holder_digits\n00417,A,5555550123,0000\n"}, "members.csv:2: holder_digits"),
        ({"members": "number,name,phone,language\n00417,A,5555550123,fr\n"}, "members.csv:2: language"),
        ({"members": "number|name|phone\n00417|A|5555550123\n"}, "members.csv:1: its columns are not separated by commas"),
        ({"members": "sep=;\nnumber;name;phone\n00417;A;5555550123\n"}, "members.csv:1: its columns are not separated"),
        ({"members": ""}, "members.csv:1: the column number is missing"),
        ({"members": "number,name,phone\n00417,A,5555550123\nTotal,,1\n"}, "members.csv:3: number"),
        ({"accounts": "member,separator,opened_on\n00417,001,2027-01-01\n"}, 'opened_on "2027-01-01" is after today'),
        ({"accounts": "member,separator,service_address\n00417,001,<i>7</i> Road\n"}, "accounts.csv:2: service_address"),
        ({"accounts": "member,separator,service_address\n00417,001,#REF!\n"}, "accounts.csv:2: service_address"),
        ({"accounts": "member,separator,service_address\n00417,001,102 #REF!\n"}, "accounts.csv:2: service_address"),
        ({"accounts": "member,separator\n00417,001\n00417,001\n"}, "accounts.csv:3: the same member and separator"),
        ({"accounts": "member,separator\n00417,1.0\n"}, "accounts.csv:2: separator"),
        ({"usage": "account,month,kwh\n00417-001,2026-12,5\n"}, 'usage.csv:2: month "2026-12" is after this one'),
        ({"usage": "account,month,kwh\n00417-001,2012-04,5\n"}, 'usage.csv:2: month "2012-04" is before 2012-05'),
        ({"usage": "account,month,kwh\n00417-001,Oct-26,5\n"}, "usage.csv:2: month"),
        ({"payment_methods": "member,token,kind,brand,last4,exp_month,exp_year\n00417,tok_1,card,Visa,4242,1,2099\n"},
         'exp_year "2099" is more than 25 years from now'),
        ({"payment_methods": "member,token,kind,brand,last4,exp_month,exp_year\n00417,tok_1,card,<b>,4242,1,2029\n"},
         "payment_methods.csv:2: brand"),
        ({"alerts": "account,alert,ways\n88001-001,paperless,email\n"}, "paperless goes by email, but member 88001 has none"),
    ],
)  # fmt: skip
async def test_other_impossible_rows_are_named(
    backend: Backend, tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    base = (
        dict.fromkeys(GOOD) if "members" in files else dict.fromkeys(("drafts", "autopay", "usage", "bills", "alerts"))
    )
    assert expected in "\n".join(await refusal(backend, write(tmp_path, **{**base, **files})))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("number,name,phone\n41700,A,5555550123\n".encode("utf-32"), "it is UTF-32"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1rest", "workbook"),
        (gzip.compress(b"number,name,phone\n", mtime=0), "archive"),
        ("n\u00famero,name,phone\n41700,A,5555550123\n".encode("latin-1"), "is not UTF-8"),
        ("number,name,phone\n41700,Ren\u00e9,5555550123\n".encode("latin-1"), "members.csv:2: is not UTF-8"),
        ("number,name,phone\n41700,Ren\u00e9,5555550123\n".encode("mac-roman"), "members.csv:2: is not UTF-8"),
        (b"number,name,phone\n41700,A\0B,5555550123\n", "members.csv:2: name has a character"),
    ],
)
async def test_a_file_of_another_kind_is_named(backend: Backend, tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "members.csv").write_bytes(content)
    errors = "\n".join(await refusal(backend, tmp_path))
    assert expected in errors
    errors.encode()  # it can be printed


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_every_line_end_and_mark_is_fine(backend: Backend, tmp_path: Path, end: str, mark: str) -> None:
    text = mark + "number,name,phone\n41700,René,5555550123\n\n".replace("\n", end)
    (tmp_path / "members.csv").write_bytes(text.encode())
    assert (await import_folder(backend, tmp_path, check_only=True))["members"] == 1


@pytest.mark.parametrize(
    "name", ["BILLS.CSV", "Bills.csv", "bills.csv.txt", "bills.xlsx", "bills (2).csv", "bills.tsv"]
)
async def test_a_file_that_would_be_passed_over_is_named(backend: Backend, tmp_path: Path, name: str) -> None:
    write(tmp_path)
    (tmp_path / name).write_text("account\n")
    [error] = await refusal(backend, tmp_path)
    assert error.startswith(f"{name}: is not one of the files")


async def test_invalid_files_are_named(backend: Backend, tmp_path: Path) -> None:
    write(tmp_path, bills=None, usage=None)
    (tmp_path / "bills.csv").mkdir()
    (tmp_path / "usage.csv").symlink_to(tmp_path / "gone")
    (tmp_path / "README.txt").write_text("ours")
    assert await refusal(backend, tmp_path) == [
        "bills.csv: cannot be read: Is a directory",
        "usage.csv: cannot be read: No such file or directory",
    ]
    assert "has none of" in (await refusal(backend, tmp_path / "README.txt"))[0]


async def test_a_production_member_has_no_address_for_examples(backend: Backend, tmp_path: Path) -> None:
    members = "number,name,phone,email\n41700,A,309-245-1233,ruth@example.com\n41701,B,309-245-1234,b@gmail.com\n"
    production = replace(backend, settings=backend.settings.with_values(environment="production"))
    errors = await refusal(production, only(tmp_path, members=members))
    assert errors == ["members.csv:2: email is in a domain kept for examples: it is for trying alone"]
