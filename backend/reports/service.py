"""A report of a range of days, with the range before beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.reports.days import DayRange
from backend.reports.money_figures import MoneyFigures, load_money_figures
from backend.reports.service_figures import (
    FailureFigures,
    HandoverFigures,
    SubjectFigures,
    TextFigures,
    grouped_percentile,
    load_answer_times,
    load_failures,
    load_handovers,
    load_subjects,
    load_texts,
)
from backend.reports.talk_figures import TalkFigures, load_talk_figures

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True)
class ReportPart:
    """All figures of one range. `answer_seconds` are the median and the 90th percentile of the assistant's answers,
    of which there are `answered`."""

    days: DayRange
    talks: TalkFigures
    money: MoneyFigures
    handovers: HandoverFigures
    subjects: SubjectFigures
    texts: TextFigures
    failures: FailureFigures
    answer_seconds: tuple[float | None, float | None]
    answered: int


@dataclass(frozen=True)
class Report:
    """`now` is what was asked for, `before` as many days right before."""

    now: ReportPart
    before: ReportPart


async def load_report(session: AsyncSession, backend: Backend, days: DayRange) -> Report:
    return Report(await _load_part(session, backend, days), await _load_part(session, backend, days.before()))


async def _load_part(session: AsyncSession, backend: Backend, days: DayRange) -> ReportPart:
    times = await load_answer_times(session, backend.db, days)
    return ReportPart(
        days=days,
        talks=await load_talk_figures(session, backend.db, days),
        money=await load_money_figures(session, days),
        handovers=await load_handovers(session, days),
        subjects=await load_subjects(session, days),
        texts=await load_texts(session, days),
        failures=await load_failures(session, days),
        answer_seconds=(grouped_percentile(times, 50), grouped_percentile(times, 90)),
        answered=sum(count for _, count in times),
    )
