"""alerts.csv: the alerts that members had in the old system."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.alerts.kinds import CHANNELS, KINDS, PAPERLESS, InvalidThreshold, check_threshold
from backend.alerts.models import AlertSetting
from backend.importing.bulk_load import BulkLoader
from backend.importing.fields import (
    InvalidField,
    choice_parser,
    parse_account_number,
    parse_dollars,
    quote_value,
    whole_number_parser,
)
from backend.importing.table import Column, ParsedRow, Table


def parse_channels(value: str) -> str:
    """Any of text, email and call, separated by spaces or semicolons."""
    chosen = {part for part in re.split(r"[\s;/+]+", value.lower()) if part}
    if unknown := sorted(chosen - set(CHANNELS)):
        raise InvalidField(f"{quote_value(unknown[0])} is none of {', '.join(CHANNELS)}")
    return " ".join(way for way in CHANNELS if way in chosen)


def _find_row_errors(row: ParsedRow) -> Iterator[str]:
    kind = str(row["alert"])
    if kind == PAPERLESS:
        if row["ways"] != "email":
            yield "paperless goes by email alone"
        return
    threshold = row["threshold"]
    try:
        check_threshold(kind, int(threshold) if threshold is not None else None)
    except InvalidThreshold:
        unit = KINDS[kind].unit
        yield f"{kind} needs a threshold from {KINDS[kind].minimum} to {KINDS[kind].maximum} ({unit})"


async def _load_alerts(loader: BulkLoader) -> None:
    columns = (
        "account_id", "kind", "by_text", "by_email", "by_call", "threshold", "active", "origin", "since",
    )  # fmt: skip
    query = (
        "SELECT i.id, a.alert, a.ways, a.threshold FROM alerts a "
        "JOIN account_ids i ON i.number = a.account ORDER BY a.line"
    )
    rows = (
        (
            account_id,
            kind,
            *(way in ways.split() for way in CHANNELS),
            None if kind == PAPERLESS else check_threshold(kind, threshold),
            True,
            "portal",
            loader.now,
        )
        for account_id, kind, ways, threshold in loader.staging.rows(query)
    )
    await loader.load(AlertSetting, columns, rows)


ALERTS = Table(
    "alerts",
    (
        Column("account", parse_account_number),
        Column("alert", choice_parser(*KINDS, PAPERLESS)),
        Column("ways", parse_channels),
        Column(
            "threshold",
            whole_number_parser(1, 10_000_000),
            required=False,
            alternative=("threshold_dollars", parse_dollars),
        ),
    ),
    unique=(("account", "alert"),),
    load=_load_alerts,
    find_errors=_find_row_errors,
)
