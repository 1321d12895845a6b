"""What a check of one operation found, and how all of it is written."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from backend.providers.billing.system import BillingSystemError, SystemRejected
from backend.providers.multispeak.client import MultiSpeakClient
from backend.providers.multispeak.reaching import ServerUnreachable

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


WSDL = "WSDL"
"""The check that comes first."""
CANNOT_BE_TRIED = "the server was not reached, or its WSDL could not be read: see above"


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
    """One after the other; `tell` hears which one comes next. Nothing more is tried of a server that is not there."""
    rows: list[Row] = []
    is_lost = False
    for each in checks:
        if is_lost:
            rows.append(_describe(server, each, "not tried", CANNOT_BE_TRIED, 0.0))
            continue
        tell(f"{server} {each.operation}")
        started = time.monotonic()
        result, detail, is_lost = await _try(client, each)
        rows.append(_describe(server, each, result, detail, round(time.monotonic() - started, 3)))
    return rows


def _describe(server: str, check: Check, result: Result, detail: str, seconds: float) -> Row:
    return Row(
        server=server,
        operation=check.operation,
        result=result,
        detail=detail,
        seconds=seconds,
        needed=check.use.needed,
        writes=check.writes,
        used_for=check.use.used_for,
        without_it=check.use.without_it,
    )


async def _try(client: MultiSpeakClient, check: Check) -> tuple[Result, str, bool]:
    """The result, its detail, and whether the server or its WSDL is out of reach, so that nothing else can work."""
    try:
        if check.operation != WSDL and not await client.has(check.operation):
            return "missing", "it is not in the WSDL", False
        return "works", await check.run(), False
    except NotTried as reason:
        return "not tried", str(reason), False
    except SystemRejected as rejection:
        if rejection.code == "unsupported":
            return "missing", str(rejection), False
        return "answers wrongly", f"{rejection.code}: {rejection}", False
    except BillingSystemError as failure:
        return "no answer", str(failure), check.operation == WSDL or isinstance(failure, ServerUnreachable)


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
        if row.detail == CANNOT_BE_TRIED:
            continue
        took = "" if row.result in ("missing", "not tried") else f"{row.seconds:.2f} s"
        needed = "needed" if row.needed else ""
        lines.append(
            f"{row.server}  {row.operation:<{width}}  {row.result:<15}  {took:>7}  {needed:<6}  {row.used_for}"
        )
        lines.append(f"      {row.detail}")
        if row.result != "works":
            lines.append(f"      Without it: {row.without_it}")
    for server in sorted({row.server for row in rows}):
        if lost := sum(row.server == server and row.detail == CANNOT_BE_TRIED for row in rows):
            lines.append(f"{server}  {lost} more operations were not tried: {CANNOT_BE_TRIED}")
    counts = Counter(row.result for row in rows)
    lines.append(", ".join(f"{number} {result}" for result, number in counts.most_common()))
    lines.append(
        "Fit for use." if is_conforming(rows) else "Not fit for use yet: something needed is missing or wrong."
    )
    return "\n".join(lines)
