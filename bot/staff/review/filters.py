"""The filters of the review's list, as they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from sanic import Request

from backend.app import Backend
from backend.language import LANGUAGES, tr
from backend.reports.days import LONGEST_DAYS, DayRange
from backend.review.meanings import CHANNELS, OUTCOMES
from backend.review.talks import TalkFilter

USUAL_DAYS = 30
FIELDS = ("from", "to", "channel", "language", "outcome", "task", "words", "missed", "marked")
FOLDED = ("from", "to", "channel", "language", "outcome", "task", "marked")
MAX_WORDS = 60


@dataclass(frozen=True)
class TypedFilters:
    """`values` as typed, `errors` by field, `query` for links to the same list."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    wanted: TalkFilter
    days: DayRange
    query: str

    @property
    def is_usual(self) -> bool:
        """Whether nothing was chosen."""
        return not self.query

    @property
    def has_more(self) -> bool:
        """Whether one of the filters that are folded away was chosen, or has an error."""
        return bool(self.errors) or any(f"{name}=" in self.query for name in FOLDED)


def read_filters(request: Request, backend: Backend) -> TypedFilters:
    """What is not offered counts as not chosen. A day that cannot be read has an error, and the usual days hold."""
    values = {name: str(request.args.get(name) or "").strip()[:MAX_WORDS] for name in FIELDS}
    days, errors = read_days(values["from"], values["to"], backend)
    wanted = TalkFilter(
        since=days.since,
        until=days.until,
        channel=values["channel"] if values["channel"] in CHANNELS else "",
        language=values["language"] if values["language"] in LANGUAGES else "",
        outcome=values["outcome"] if values["outcome"] in OUTCOMES else "",
        task=values["task"],
        words=values["words"],
        missed=bool(values["missed"]),
        marked=bool(values["marked"]),
    )
    typed = {name: value for name, value in values.items() if value}
    shown = {**values, "from": values["from"] or str(days.first), "to": values["to"] or str(days.last)}
    return TypedFilters(shown, errors, wanted, days, urlencode(typed))


def read_days(first: str, last: str, backend: Backend, usual: int = USUAL_DAYS) -> tuple[DayRange, dict[str, str]]:
    """The range of two typed ISO dates, and what is wrong with them by field `from` and `to`."""
    today, errors = backend.today(), {}
    end = _parse(last)
    if last and end is None:
        errors["to"] = tr("Please give a day, such as {day}.", day=today.isoformat())
    end = end or today
    begin = _parse(first)
    if first and begin is None:
        errors["from"] = tr("Please give a day, such as {day}.", day=today.isoformat())
    begin = begin or end - timedelta(days=usual - 1)
    if begin > end:
        errors["from"] = tr("This day is after the other one.")
    elif (end - begin).days >= LONGEST_DAYS:
        errors["from"] = tr("Please choose {count} days at most.", count=LONGEST_DAYS)
    if errors:
        return DayRange(today - timedelta(days=usual - 1), today, backend.coop.zone), errors
    return DayRange(begin, end, backend.coop.zone), errors


def _parse(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None
