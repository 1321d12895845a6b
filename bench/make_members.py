"""Writes CSV files of many invented members, to measure an import: `python -m bench.make_members 100000 DIR`.

Each has an account, bills (12), months of usage (24) and a payment method; a tenth has a draft, a tenth Auto Pay, a
fifth an alert. The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

NEWEST_BILL_DATE = date(2026, 10, 20)
FIRST_NUMBER = 1_000_000
BASE_CENTS = 9_000


def member_numbers(count: int) -> Iterator[str]:
    return (f"{FIRST_NUMBER + place:07d}" for place in range(count))


def write_members(count: int, folder: Path, bills: int = 12, usage: int = 24) -> None:
    """Write the files; every tenth member owes the newest bill."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder, "members", "number,name,kind,phone,email,holder_digits", map(_member_row, member_numbers(count)))
    _write_csv(
        folder,
        "accounts",
        "member,separator,service_address,opened_on",
        ((number, "001", f"{number} County Road", "2015-04-01") for number in member_numbers(count)),
    )
    _write_csv(
        folder,
        "bills",
        "account,issued_on,due_on,period_start,period_end,kwh,amount,paid",
        (_bill_row(number, back) for number in member_numbers(count) for back in range(bills)),
    )
    _write_csv(
        folder,
        "usage",
        "account,month,kwh,avg_temp_f",
        (_usage_row(number, back) for number in member_numbers(count) for back in range(usage)),
    )
    _write_csv(
        folder,
        "payment_methods",
        "member,token,kind,brand,last4,exp_month,exp_year",
        ((n, f"tok_m_{n}", "card", "Visa", n[-4:], 12, 2029) for n in member_numbers(count)),
    )
    _write_csv(
        folder, "drafts", "account,token", ((f"{n}-001", f"tok_m_{n}") for n in member_numbers(count) if n[-1] == "3")
    )
    _write_csv(
        folder,
        "autopay",
        "account,token,day",
        ((f"{n}-001", f"tok_m_{n}", "due" if n[-2] == "0" else "15") for n in member_numbers(count) if n[-1] == "4"),
    )
    _write_csv(
        folder,
        "alerts",
        "account,alert,ways,threshold",
        ((f"{n}-001", "bill_due", "text email", 3) for n in member_numbers(count) if n[-1] in "56"),
    )


def _member_row(number: str) -> tuple[object, ...]:
    digits = f"{int(number):07d}"
    return (
        number,
        f"Member {number}",
        "residential",
        f"555-{digits[-7:-4]}-{digits[-4:]}",
        f"m{number}@example.com",
        f"{int(digits[-4:]) % 9999 + 1:04d}",
    )


def _bill_row(number: str, back: int) -> tuple[object, ...]:
    issued = NEWEST_BILL_DATE - timedelta(days=30 * back)
    amount = f"{BASE_CENTS // 100 + int(number) % 80}.{back:02d}"
    paid = amount if back or number[-1] != "0" else "0.00"
    days = (issued, issued + timedelta(days=20), issued - timedelta(days=32), issued - timedelta(days=3))
    return (f"{number}-001", *days, 600 + int(number) % 500, amount, paid)


def _usage_row(number: str, back: int) -> tuple[object, ...]:
    year, month = divmod(NEWEST_BILL_DATE.year * 12 + NEWEST_BILL_DATE.month - 1 - back, 12)
    return f"{number}-001", f"{year}-{month + 1:02d}", 500 + (int(number) + back * 37) % 900, 20 + month * 4


def _write_csv(folder: Path, name: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make CSV files of many invented members.")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bills", type=int, default=12)
    parser.add_argument("--usage", type=int, default=24)
    chosen = parser.parse_args()
    write_members(chosen.count, chosen.folder, chosen.bills, chosen.usage)
