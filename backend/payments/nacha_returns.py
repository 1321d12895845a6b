"""Reads a bank's file of ACH returns and notifications of change, in Nacha's format of 94-character records.

Source: Nacha Operating Rules, Appendix Three (record formats) and Appendix Four (returns, dishonored and contested
returns) and Five (notifications of change). Amounts are whole cents.

Strict where money matters: every batch and file control must agree with its records in count, entry hash and totals,
and a file without its control record may be cut off. Then the whole file is refused, with each fault by line. Forgiving
otherwise: line ends, missing padding and fillers, unknown codes. Account and routing numbers are never kept or shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from backend.errors import MemberlineError

RECORD = 94
MOST_BYTES = 200_000_000
MOST_FAULTS = 50
HASH_MODULUS = 10**10
"""A control record has ten digits for the entry hash: it is cut on the left."""
IDENTIFIED_CLASSES = frozenset({"PPD", "WEB", "TEL", "CCD", "CTX", "COR"})
"""Entry classes whose columns 40 to 54 hold the originator's own reference."""
NOT_OURS = {
    b"\x1f\x8b": "it is compressed (gzip): unpack it first",
    b"PK": "it is a zip archive or an Excel file: unpack it, or ask the bank for the Nacha file itself",
    b"%PDF": "it is a PDF: ask the bank for the Nacha file itself",
    b"-----BEGIN PGP": "it is encrypted (PGP): decrypt it first",
    b"{": "it is JSON: ask the bank for the Nacha file itself",
    b"<": "it is XML or HTML: ask the bank for the Nacha file itself",
    b"\xff\xfe": "it is UTF-16 text: save it as plain text",
}

OTHER_ADDENDA = frozenset({"02", "05", *map(str, range(10, 19))})
"""Types of addenda with other information: terminals, remarks, and the parties of an international payment."""

ItemKind = Literal["return", "dishonored", "contested", "change", "refused"]
STAGES: dict[ItemKind, int] = {"change": 0, "refused": 1, "return": 2, "dishonored": 3, "contested": 4}
"""An entry may carry its history: the last stage is what it is about."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about line `line` of the file, from 1."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class BadReturnFile(MemberlineError):
    """The file cannot be trusted, and nothing of it is used. `faults` are in the order of the lines."""

    code = "bad_return_file"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """One entry that came back.

    `line` is that of its addenda record. `trace` is the entry's own trace number, `original_trace` that of the entry
    that we sent. `is_credit`: what came back is money that we had sent out, such as a refund. `individual_id` is what
    we sent as our reference; empty where the entry class has none.
    """

    line: int
    kind: ItemKind
    code: str
    trace: str
    original_trace: str
    amount_cents: int
    is_credit: bool
    individual_id: str
    entry_class: str


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A file whose totals are right. `digest` (SHA-256) is the same whatever its line ends and padding.

    `other_entries` are entries without a return or change, such as payments of a file that was meant for the bank.
    """

    digest: str
    items: tuple[ReturnItem, ...]
    notes: tuple[Fault, ...]
    batches: int
    other_entries: int
    debit_cents: int
    credit_cents: int


@dataclass(slots=True)
class _Totals:
    count: int = 0
    hash: int = 0
    debit: int = 0
    credit: int = 0

    def add(self, other: _Totals) -> None:
        self.count += other.count
        self.hash += other.hash
        self.debit += other.debit
        self.credit += other.credit


@dataclass(slots=True)
class _Entry:
    line: int
    amount: int
    is_credit: bool
    individual_id: str
    trace: str
    has_addenda: bool
    item: ReturnItem | None = None


@dataclass(slots=True)
class _Batch:
    line: int
    entry_class: str
    is_international: bool
    number: str
    totals: _Totals = field(default_factory=_Totals)
    entry: _Entry | None = None


def parse_return_file(data: bytes) -> ReturnFile:
    """Read the whole file. Raises BadReturnFile, never anything else, whatever the bytes are."""
    records = list(_split_records(_decode(data)))
    if not records:
        raise BadReturnFile([Fault(1, "the file is empty")])
    parser = _Parser()
    for line, record in records:
        parser.read(line, record)
        if len(parser.faults) >= MOST_FAULTS:
            break
    parser.finish(records[-1][0])
    if parser.faults:
        raise BadReturnFile(parser.faults)
    text = "\n".join(record.rstrip() for _, record in records if not _is_filler(record))
    return ReturnFile(
        digest=hashlib.sha256(text.encode()).hexdigest(),
        items=tuple(parser.items),
        notes=tuple(parser.notes),
        batches=parser.all_batches,
        other_entries=parser.other_entries,
        debit_cents=parser.all_totals.debit,
        credit_cents=parser.all_totals.credit,
    )


def _decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BadReturnFile([Fault(1, f"the file is larger than {MOST_BYTES // 1_000_000} MB")])
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, text in NOT_OURS.items():
        if start.startswith(mark):
            raise BadReturnFile([Fault(1, f"this is no Nacha file: {text}")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # names with accents; every byte is one character


def _split_records(text: str) -> Iterator[tuple[int, str]]:
    """(line, record) with 94 characters each. A file without line ends counts its records as lines."""
    text = text.rstrip("\x1a \r\n")  # DOS programs end a file with Ctrl-Z
    lines = re.split(r"\r\n|\n|\r", text)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not line[RECORD:].strip():
            line = line[:RECORD]  # blanks after the record
        pieces = [line[at : at + RECORD] for at in range(0, len(line), RECORD)]
        for index, piece in enumerate(pieces):
            yield (number if len(lines) > 1 else index + 1), piece.ljust(RECORD) if _may_be_short(piece) else piece


def _may_be_short(record: str) -> bool:
    """Whether the record ends in blanks, which programs cut off: a file header or control, or a filler of nines."""
    return record[0] in "19"


def _is_filler(record: str) -> bool:
    return not record.strip("9 ") and record.startswith("99")


class _Parser:
    """The records in order, and what was found wrong."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []
        self.items: list[ReturnItem] = []
        self.other_entries = 0
        self.all_batches = 0
        self.all_totals = _Totals()
        self._file_line: int | None = None
        self._file = _Totals()
        self._file_batches = 0
        self._batch: _Batch | None = None
        self._is_closed = False  # the file control was read

    def read(self, line: int, record: str) -> None:
        if _is_filler(record) and self._is_closed:
            return
        if len(record) != RECORD:
            self._fault(line, f"a record has {RECORD} characters, this one {len(record)}")
            return
        readers = {
            "1": self._file_header, "5": self._batch_header, "6": self._entry, "7": self._addenda,
            "8": self._batch_control, "9": self._file_control,
        }  # fmt: skip
        reader = readers.get(record[0])
        if reader is None:
            self._fault(line, "a record begins with 1, 5, 6, 7, 8 or 9")
        elif self._is_closed and record[0] != "1":
            self._fault(line, "a record after the file's control record")
        else:
            reader(line, record)

    def finish(self, last_line: int) -> None:
        if self._batch:
            self._fault(self._batch.line, "this batch has no control record (8): the file may be cut off")
        if not self._is_closed and len(self.faults) < MOST_FAULTS:
            self._fault(last_line, "the file ends without its control record (9): it may be cut off")

    def _file_header(self, line: int, record: str) -> None:
        if self._file_line is not None and not self._is_closed:
            self._fault(line, f"a second file header, while the file of line {self._file_line} has no control record")
        elif self._batch or (self._file.count and not self._is_closed):
            self._fault(line, "a file header in the middle of a file")
        self._file_line, self._file, self._file_batches, self._is_closed = line, _Totals(), 0, False
        if record[34:40] != "094101":
            self._note(line, "record size, blocking factor and format should be 094, 10 and 1")

    def _batch_header(self, line: int, record: str) -> None:
        if self._batch:
            self._fault(self._batch.line, "this batch has no control record (8) before the next one begins")
        if self._file_line is None and not self._file_batches:
            self._note(line, "the file has no header record (1)")
        entry_class = record[50:53]
        if entry_class == "ADV":
            self._fault(line, "these are accounting advices (ADV), which banks send to banks, not returns")
        is_international = entry_class == "IAT" or record[4:20].startswith("IATCOR")
        self._batch = _Batch(line, entry_class, is_international, record[87:94])

    def _entry(self, line: int, record: str) -> None:
        batch = self._batch
        if batch is None:
            self._fault(line, "an entry outside of a batch: its batch header (5) is missing")
            return
        self._end_entry(batch)
        code, bank, amount = record[1:3], record[3:11], record[29:39]
        for name, digits in (("transaction code", code), ("receiving bank", bank), ("amount", amount)):
            if not _is_number(digits):
                self._fault(line, f"the {name} must be digits")
                return
        is_credit = code[1] < "5"
        has_reference = batch.entry_class in IDENTIFIED_CLASSES and not batch.is_international
        batch.entry = _Entry(
            line=line,
            amount=int(amount),
            is_credit=is_credit,
            individual_id=record[39:54].strip() if has_reference else "",
            trace=record[79:94],
            has_addenda=record[78] == "1" or batch.is_international,
        )
        cents = int(amount)
        batch.totals.add(_Totals(1, int(bank), 0 if is_credit else cents, cents if is_credit else 0))

    def _addenda(self, line: int, record: str) -> None:
        batch = self._batch
        if batch is None or batch.entry is None:
            self._fault(line, "an addenda record without an entry before it")
            return
        batch.totals.count += 1
        if record[1:3] in OTHER_ADDENDA:
            return
        code, original = record[3:6], record[6:21]
        if not re.fullmatch(r"98C[0-9]{2}|99R[0-9]{2}", record[1:6]):
            self._fault(line, "an addenda record of a return has type 99 and a code like R01, of a change 98 and C01")
            return
        kind = _addenda_kind(code)
        if not _is_number(original):
            self._note(line, "the original trace number should be 15 digits")
        if kind == "change" and batch.entry.amount:
            self._note(line, "a notification of change should have no amount")
        if kind == "return" and batch.is_international and record[35:45] != f"{batch.entry.amount:010d}":
            self._note(line, "the original amount differs from the entry's")
        known = batch.entry.item
        if known is None or STAGES[kind] >= STAGES[known.kind]:
            entry = batch.entry
            entry.item = ReturnItem(
                line, kind, code, entry.trace.strip(), original.strip(), entry.amount, entry.is_credit,
                entry.individual_id, batch.entry_class,
            )  # fmt: skip

    def _batch_control(self, line: int, record: str) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            self._fault(line, "a batch control record without a batch: its batch header (5) is missing")
            return
        self._end_entry(batch)
        self._compare(line, "batch", batch.totals, record[4:10], record[10:20], record[20:32], record[32:44])
        if record[87:94] != batch.number:
            self._note(line, f"the batch number differs from that of its header in line {batch.line}")
        self._file.add(batch.totals)
        self._file_batches += 1

    def _file_control(self, line: int, record: str) -> None:
        if self._batch:
            self._fault(self._batch.line, "this batch has no control record (8) before the file's")
            self._batch = None
        self._is_closed = True
        if self._file_line is None:
            self._note(line, "the file has no header record (1)")
        batches = record[1:7]
        if not _is_number(batches) or int(batches) != self._file_batches:
            self._fault(line, f"the file control counts {_shown(batches)} batches, the file has {self._file_batches}")
        self._compare(line, "file", self._file, record[13:21], record[21:31], record[31:43], record[43:55])
        self.all_totals.add(self._file)
        self.all_batches += self._file_batches

    def _compare(
        self, line: int, name: str, totals: _Totals, count: str, entry_hash: str, debit: str, credit: str
    ) -> None:
        for what, given, found in (
            ("entries and addenda", count, totals.count),
            ("the entry hash", entry_hash, totals.hash % HASH_MODULUS),
            ("debits in cents", debit, totals.debit),
            ("credits in cents", credit, totals.credit),
        ):
            if not _is_number(given) or int(given) != found:
                self._fault(line, f"the {name} control has {_shown(given)} as {what}, the records give {found}")

    def _end_entry(self, batch: _Batch) -> None:
        entry, batch.entry = batch.entry, None
        if entry is None:
            return
        if entry.item is None:
            self.other_entries += 1
            return
        if not entry.has_addenda:
            self._note(entry.line, "the entry says that it has no addenda, and has one")
        self.items.append(entry.item)

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(Fault(line, text))

    def _note(self, line: int, text: str) -> None:
        if len(self.notes) < MOST_FAULTS:
            self.notes.append(Fault(line, text))


def _addenda_kind(code: str) -> ItemKind:
    if code[0] == "C":
        return "refused" if code[1] in "67" else "change"
    if "R61" <= code <= "R70":
        return "dishonored"
    return "contested" if "R71" <= code <= "R79" else "return"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _shown(field_text: str) -> str:
    """A total as it is in the file, which is no secret; or that it is none."""
    return str(int(field_text)) if _is_number(field_text) else "no number"
