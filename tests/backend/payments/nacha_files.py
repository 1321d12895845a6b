"""Small Nacha files for tests, with made-up numbers: returns, changes, disputes, and ways to spoil them."""

from __future__ import annotations

from dataclasses import dataclass

BANK = "09100001"  # the made-up bank that returns; 8 digits without the check digit
ACCOUNT = "00123456789"


@dataclass(frozen=True)
class Row:
    """An entry that comes back. `kind` is return, dishonored, contested, change or refused."""

    reference: str
    cents: int
    code: str = "R01"
    kind: str = "return"
    credit: bool = False
    original_trace: str = "123456780000001"
    corrected: str = ACCOUNT


def make_file(*rows: Row, entry_class: str = "WEB") -> str:
    """A whole file with one batch, right in every total, with its filler of nines."""
    records = [
        f"101 {'123456780':>9} {BANK}92611180700A094101{'OUR BANK':23}{'THEIR BANK':23}{'':8}",
        f"5200{'PRAIRIE RIVERS':16}{'':20}{'1234567890':10}{entry_class}{'ELEC BILL':10}{'':6}261118   1{BANK}0000001",
    ]
    debit = credit = count = 0
    for number, row in enumerate(rows, 1):
        trace = f"{BANK}{number:07d}"
        records += [_entry(row, trace), _addenda(row, trace)]
        count += 2
        debit, credit = (debit, credit + row.cents) if row.credit else (debit + row.cents, credit)
    digits = int(BANK) * len(rows) % 10**10
    totals = f"{digits:010d}{debit:012d}{credit:012d}"
    records.append(f"8200{count:06d}{totals}{'1234567890':10}{'':25}{BANK}0000001")
    blocks = -(-(len(records) + 1) // 10)
    records.append(f"9000001{blocks:06d}{count:08d}{totals}{'':39}")
    records += ["9" * 94] * (blocks * 10 - len(records))
    assert all(len(record) == 94 for record in records), [len(record) for record in records]
    return "\n".join(records) + "\n"


def _entry(row: Row, trace: str) -> str:
    code = "21" if row.credit else "26"
    return f"6{code}{BANK}9{ACCOUNT:17}{row.cents:010d}{row.reference:15}{'RUTH ALVAREZ':22}  1{trace}"


def _addenda(row: Row, trace: str) -> str:
    head = f"{row.code}{row.original_trace:15}"
    if row.kind == "change":
        return f"798{head}{'':6}{BANK}{row.corrected:29}{'':15}{trace}"
    if row.kind == "refused":
        return f"798{head}{'':6}{BANK}{row.corrected:29}C010000001{'':5}{trace}"
    if row.kind == "dishonored":
        return f"799{head}{'':6}{BANK}   {trace}32201{'':21}{trace}"
    if row.kind == "contested":
        return f"799{head}261118{BANK}322{trace}32301{trace}32468 {trace}"
    return f"799{head}{'':6}{BANK}{'':44}{trace}"
