"""What came of a file, in numbers and by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MAX_NAMES = 20
"""Names shown of each sort; the rest is counted."""

TEXTS = {
    "added": "new",
    "changed": "changed",
    "closed": "closed",
    "reopened": "open again",
    "missing": "missing: in an earlier file and not in this one; nothing was deleted",
    "conflict": "changed by the member and by the co-op; the member's was kept (--file-wins takes the file's)",
    "kept": "changed by the member and not by the co-op; kept",
    "stored_anew": "the same digits of the holder, now under the present SECRET_KEY; no change",
    "recognized": "memberline's own payments that came back, or booked at /staff/money; not booked again",
    "difference": "differ from memberline's own books; look at them",
    "taken_over": "from before the account was taken over, in its balance already; kept as history",
    "history": "kept as history; what is owed comes from the billing system (BILLING_PROVIDER)",
    "not_changed": "are changed by members themselves; the file's change was not made",
    "paid_not_used": "say in bills.csv that they were paid; memberline takes that from payments.csv alone",
}
"""The sorts of rows, in the order in which they are told."""

GUARDED = ("changed", "closed", "reopened", "missing")
"""What a truncated or garbled export has too much of."""


@dataclass
class FileOutcome:
    """One file's. `status`: taken or refused; `reason` is why it was refused, a line each; `warning` is what would have
    refused it without --force."""

    file: str
    rows: int = 0
    status: str = "taken"
    reason: str = ""
    warning: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)

    def note(self, sort: str, name: str, count: int = 1) -> None:
        self.counts[sort] += count
        shown = self.names.setdefault(sort, [])
        if len(shown) < MAX_NAMES:
            shown.append(name)

    def note_all(self, sort: str, names: Iterable[str]) -> None:
        for name in names:
            self.note(sort, name)

    @property
    def unchanged(self) -> int:
        touched = sum(self.counts[sort] for sort in ("added", "changed", "closed", "reopened"))
        return max(self.rows - touched, 0)

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "status": self.status,
            **({"reason": self.reason.splitlines()} if self.reason else {}),
            **({"warning": self.warning} if self.warning else {}),
            "rows": self.rows,
            "unchanged": self.unchanged,
            **{sort: self.counts[sort] for sort in TEXTS if self.counts[sort]},
            "names": {sort: self.names[sort] for sort in TEXTS if self.names.get(sort)},
        }

    def lines(self) -> list[str]:
        """For a person, the file's name first."""
        if self.status == "refused":
            return [
                f"{self.file}: refused, nothing of it was taken",
                *(f"  {each}" for each in self.reason.splitlines()),
            ]
        counted = [f"{self.counts[sort]:,} {sort.replace('_', ' ')}" for sort in TEXTS if self.counts[sort]]
        lines = [f"{self.file}: {', '.join([f'{self.rows:,} rows', *counted, f'{self.unchanged:,} unchanged'])}"]
        lines += [f"  only --force has it taken: {self.warning}"] if self.warning else []
        for sort, text in TEXTS.items():
            if names := self.names.get(sort):
                more = self.counts[sort] - len(names)
                lines.append(f"  {sort.replace('_', ' ')} ({text}):")
                lines += [f"    {name}" for name in names]
                lines += [f"    ... and {more:,} more"] if more > 0 else []
        return lines


@dataclass
class SyncOutcome:
    """Of a folder."""

    dry_run: bool
    files: list[FileOutcome] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(each.status == "refused" for each in self.files)

    def to_dict(self) -> dict[str, Any]:
        return {"dry_run": self.dry_run, "files": [each.to_dict() for each in self.files]}

    def lines(self) -> list[str]:
        head = ["Dry run: nothing was written. This is what would happen."] if self.dry_run else []
        return head + [line for each in self.files for line in each.lines()]
