"""What a check of one operation found, and how all of it is written."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from backend.providers.billing.system import BillingSystemError, SystemRejected
from backend.providers.multispeak.client import MultiSpeakClient

Result = Literal["works", "answers wrongly", "missing", "no answer", "not tried"]


@dataclass(frozen=True, slots=True)
class Row:
    """One operation, and what it is for."""

    server: str
    operation: str
    result: Result
    detail: str
    seconds: float
    needed: bool
    writes: bool
    used_for: str
    without_it: str


class NotTried(Exception):
    """The check could not be made; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Use:
    """What an operation is for, and what members lose without it. `needed`: nothing works without it."""

    used_for: str
    without_it: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """`run` returns what was found, in words; it raises NotTried or BillingSystemError."""

    operation: str
    use: Use
    run: Callable[[], Awaitable[str]]
    writes: bool = False


async def run_checks(
    server: str, client: MultiSpeakClient, checks: Sequence[Check], tell: Callable[[str], None]
) -> list[Row]:
    """One after the other; `tell` hears which one comes next."""
    rows = []
    for each in checks:
        tell(f"{server} {each.operation}")
        rows.append(await _run(server, client, each))
    return rows


async def _run(server: str, client: MultiSpeakClient, check: Check) -> Row:
    started = time.monotonic()
    result, detail = await _try(client, check)
    return Row(
        server=server,
        operation=check.operation,
        result=result,
        detail=detail,
        seconds=round(time.monotonic() - started, 3),
        needed=check.use.needed,
        writes=check.writes,
        used_for=check.use.used_for,
        without_it=check.use.without_it,
    )


async def _try(client: MultiSpeakClient, check: Check) -> tuple[Result, str]:
    try:
        if check.operation != "WSDL" and not await client.has(check.operation):
            return "missing", "it is not in the WSDL"
        return "works", await check.run()
    except NotTried as reason:
        return "not tried", str(reason)
    except SystemRejected as rejection:
        if rejection.code == "unsupported":
            return "missing", str(rejection)
        return "answers wrongly", f"{rejection.code}: {rejection}"
    except BillingSystemError as failure:
        return "no answer", str(failure)


def is_conforming(rows: Sequence[Row]) -> bool:
    """Whether everything needed works, and nothing answers wrongly. What writes need not have been tried."""
    return not any(
        row.result in ("answers wrongly", "no answer")
        or (row.needed and (row.result == "missing" or (row.result == "not tried" and not row.writes)))
        for row in rows
    )


def as_json(rows: Sequence[Row]) -> dict[str, Any]:
    return {"ok": is_conforming(rows), "operations": [asdict(row) for row in rows]}


def as_table(rows: Sequence[Row]) -> str:
    width = max(len(row.operation) for row in rows)
    lines = []
    for row in rows:
        took = "" if row.result in ("missing", "not tried") else f"{row.seconds:.2f} s"
        needed = "needed" if row.needed else ""
        lines.append(
            f"{row.server}  {row.operation:<{width}}  {row.result:<15}  {took:>7}  {needed:<6}  {row.used_for}"
        )
        lines.append(f"      {row.detail}")
        if row.result != "works":
            lines.append(f"      Without it: {row.without_it}")
    counts = Counter(row.result for row in rows)
    lines.append(", ".join(f"{number} {result}" for result, number in counts.most_common()))
    lines.append(
        "Fit for use." if is_conforming(rows) else "Not fit for use yet: something needed is missing or wrong."
    )
    return "\n".join(lines)
