"""alerts.csv: what members had asked to be told before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.alerts.kinds import KINDS, PAPERLESS, WAYS, ThresholdRefused, check_threshold
from backend.alerts.models import AlertSetting
from backend.importing.cells import BadCell, account_number, dollars, one_of, shown, whole
from backend.importing.loading import Loader, Values
from backend.importing.table import Column, Row, Table


def ways(value: str) -> str:
    """Of text, email and call those wanted, parted by spaces or semicolons."""
    chosen = {part for part in re.split(r"[\s;/+]+", value.lower()) if part}
    if unknown := sorted(chosen - set(WAYS)):
        raise BadCell(f"{shown(unknown[0])} is none of {', '.join(WAYS)}")
    return " ".join(way for way in WAYS if way in chosen)


def _wrong(row: Row) -> Iterator[str]:
    kind = str(row["alert"])
    if kind == PAPERLESS:
        if row["ways"] != "email":
            yield "paperless goes by email alone"
        return
    threshold = row["threshold"]
    try:
        check_threshold(kind, int(threshold) if threshold is not None else None)
    except ThresholdRefused:
        unit = KINDS[kind].unit
        yield f"{kind} needs a threshold from {KINDS[kind].least} to {KINDS[kind].most} ({unit})"


ALERTS = Table(
    "alerts",
    (
        Column("account", account_number),
        Column("alert", one_of(*KINDS, PAPERLESS)),
        Column("ways", ways),
        Column("threshold", whole(1, 10_000_000), required=False, other=("threshold_dollars", dollars)),
    ),
    unique=(("account", "alert"),),
    wrong=_wrong,
)


async def load_alerts(loader: Loader) -> None:
    columns = (
        "account_id", "kind", "by_text", "by_email", "by_call", "threshold", "active", "origin", "since",
    )  # fmt: skip
    await loader.load(AlertSetting, columns, _rows(loader))


def _rows(loader: Loader) -> Iterator[Values]:
    query = (
        "SELECT i.id, a.alert, a.ways, a.threshold FROM alerts a "
        "JOIN account_ids i ON i.number = a.account ORDER BY a.line"
    )
    for id_, kind, chosen, threshold in loader.staging.rows(query):
        limit = None if kind == PAPERLESS else check_threshold(kind, threshold)
        yield (id_, kind, *(way in chosen.split() for way in WAYS), limit, True, "portal", loader.now)
