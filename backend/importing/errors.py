"""Collects the errors of an import by file, line and reason, up to a limit; the rest is only counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.errors import MemberlineError

MAX_ERRORS = 1000


class ImportRefused(MemberlineError):
    """Nothing was imported. The message has a line for each error kept."""

    code = "import_refused"


@dataclass(frozen=True, order=True, slots=True)
class ImportFault:
    """One error. Line 1 is the header; 0 stands for the file as a whole."""

    order: int
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


@dataclass
class ErrorReport:
    """`files` is the order in which errors are listed."""

    files: tuple[str, ...]
    entries: list[ImportFault] = field(default_factory=list)
    total: int = 0

    @property
    def is_full(self) -> bool:
        """Whether further errors are only counted."""
        return len(self.entries) >= MAX_ERRORS

    def add(self, file: str, line: int, reason: str) -> None:
        self.total += 1
        if not self.is_full:
            order = self.files.index(file) if file in self.files else -1
            self.entries.append(ImportFault(order, file, line, reason))

    def raise_if_any(self) -> None:
        if not self.total:
            return
        lines = [str(fault) for fault in sorted(self.entries)]
        if self.total > len(self.entries):
            lines.append(f"... and {self.total - len(self.entries)} more")
        count = "1 fault" if self.total == 1 else f"{self.total} faults"
        raise ImportRefused("\n".join([f"nothing was imported, there are {count}:", *lines]))
