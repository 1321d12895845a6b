"""A report as the page, the CSV files and the weekly mail show it: headline figures, and tables with their charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from backend.language import format_month_name, format_short_date, tr
from backend.reports.cells import Cell, Money, Seconds, Share
from backend.reports.days import BY_WEEK, DayRange
from backend.reports.service import Report, ReportPart
from backend.reports.service_figures import NOT_PAID, percentile
from backend.reports.words import (
    COUNTER_STATES,
    FAILED_MESSAGES,
    LOCKS,
    PAYMENT_STATES,
    WAYS,
    WAYS_PAID,
    format_reason,
    format_subject,
)
from backend.review.meanings import CHANNELS, format_meaning

MOST_BARS = 10
PAID_STATES = ("authorized", "posted", "booked")


@dataclass(frozen=True)
class Headline:
    """One figure with that of the range before. `meaning` says in one sentence what is counted."""

    key: str
    title: str
    value: Cell
    before: Cell
    meaning: str


@dataclass(frozen=True)
class Chart:
    """`kind`, `labels` and `series` as bot/web/charts.py draws them; `alt` says in a sentence what it shows."""

    kind: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    alt: str


@dataclass(frozen=True)
class ReportTable:
    """`key` names its CSV file."""

    key: str
    title: str
    meaning: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None

    @property
    def counted_rows(self) -> Sequence[Sequence[Cell]]:
        """Without the rows in which nothing was counted."""
        return [row for row in self.rows if any(not _is_nothing(cell) for cell in row)]


def _is_nothing(cell: Cell) -> bool:
    """Whether a cell says nothing by itself: a zero, a missing time, or the words and days that only name its row."""
    match cell:
        case Money(cents):
            return cents == 0
        case Seconds(value):
            return value is None
        case int():
            return cell == 0
    return True


def list_headlines(report: Report, text_part_cents: Decimal | None) -> list[Headline]:
    """The figures at the top of the page, which the weekly mail has too."""

    def headline(key: str, title: str, find: Callable[[ReportPart], Cell], meaning: str) -> Headline:
        return Headline(key, title, find(report.now), find(report.before), meaning)

    cost = [
        headline(
            "text_cost", tr("Texts, estimated cost"), lambda part: estimate_cost(part, text_part_cents),
            tr("Parts of texts that went out and came in, times the price of a part in coop.toml. The carrier's bill "
               "decides."),
        )
    ]  # fmt: skip
    return [
        headline(
            "talks", tr("Talks"), lambda part: part.talks.total,
            tr("A talk is what a member wrote or said on one channel until nothing came for twelve hours."),
        ),
        headline(
            "contained", tr("Ended without a person"), lambda part: Share(part.talks.contained, part.talks.total),
            tr("Talks in which nobody asked for a person and no call back was promised, of all talks."),
        ),
        headline(
            "asked", tr("Asked for a person"), lambda part: part.talks.asked,
            tr("Talks in which the member asked for a person. A table says what became of them."),
        ),
        headline(
            "handed_over", tr("Handed over"), lambda part: part.talks.handed_over,
            tr("Talks in which the office got a request for a person, or the call."),
        ),
        headline(
            "missed", tr("Not understood"), lambda part: Share(part.subjects.missed, part.subjects.read),
            tr("Messages after which the assistant had to ask again or did not know the answer, of all that it read."),
        ),
        headline(
            "paid", tr("Paid"), lambda part: Money(part.money.total("posted")[1]),
            tr("Payments through the assistant, the pay pages and the account page that are posted, with fees."),
        ),
        headline(
            "first_answer", tr("First answer of a person"),
            lambda part: Seconds(percentile(part.handovers.first_answers, 50)),
            tr("Half of the requests for a person had the first word of one within this time, day and night."),
        ),
        headline(
            "spanish", tr("In Spanish"), lambda part: Share(part.talks.spanish, part.talks.total),
            tr("Talks whose last answer was in Spanish, of all talks."),
        ),
        headline(
            "helped", tr("It helped"), lambda part: Share(part.talks.helped, part.talks.rated),
            tr("Members who said at the end of a web talk that it helped, of those who said either."),
        ),
        *(cost if text_part_cents is not None else []),
    ]  # fmt: skip


def estimate_cost(part: ReportPart, text_part_cents: Decimal | None) -> Money:
    """Rounded to the cent, half a cent up."""
    cents = Decimal(part.texts.parts) * (text_part_cents or Decimal(0))
    return Money(int(cents.quantize(Decimal(1), ROUND_HALF_UP)))


def list_tables(report: Report, text_part_cents: Decimal | None) -> list[ReportTable]:
    return [
        build_talks(report.now),
        build_wishes(report.now),
        build_subjects(report.now),
        build_asked(report.now),
        build_handovers(report.now),
        build_waiting(report.now),
        build_payments(report.now),
        build_failures(report),
        build_texts(report, text_part_cents),
    ]


def build_talks(part: ReportPart) -> ReportTable:
    days, counts = part.days, Counter[tuple[object, str]]()
    for (day, channel), count in part.talks.by_day.items():
        counts[days.bucket_of(day), channel] += count
    channels = [name for name in CHANNELS if part.talks.by_channel[name]] or ["web"]
    buckets = days.buckets()
    rows: list[list[Cell]] = [
        [bucket, *(counts[bucket, name] for name in channels), sum(counts[bucket, name] for name in channels)]
        for bucket in buckets
    ]
    titles = [tr(CHANNELS[name]) for name in channels]
    series = [(title, [counts[each, name] for each in buckets]) for title, name in zip(titles, channels, strict=True)]
    alt = tr("Talks by day and channel; the table below has the figures.")
    labels = [_label(days, bucket) for bucket in buckets]
    return ReportTable(
        "talks", tr("Talks by day and channel"), _say_buckets(days), [tr("Day"), *titles, tr("Total")], rows,
        Chart("stacked", labels, series, alt),
    )  # fmt: skip


def _label(days: DayRange, bucket: object) -> str:
    assert hasattr(bucket, "year")
    return format_month_name(bucket, short=True) if days.count > BY_WEEK else format_short_date(bucket)  # type: ignore[arg-type]


def _say_buckets(days: DayRange) -> str:
    first, after = days.buckets()[:1], days.buckets()[1:2]
    if not after or (after[0] - first[0]).days == 1:
        return tr("A talk counts on the day on which it began.")
    if days.count <= BY_WEEK:
        return tr("A talk counts in the week in which it began; a row is a week and names its first day.")
    return tr("A talk counts in the month in which it began; a row is a month and names its first day.")


def build_asked(part: ReportPart) -> ReportTable:
    talks = part.talks
    rows: list[list[Cell]] = [
        [tr("The office got the request, or the call"), talks.asked_reached],
        [tr("A call back was promised"), talks.asked_called],
        [tr("Neither: the office was closed, or the member went on"),
         talks.asked - talks.asked_reached - talks.asked_called],
    ]  # fmt: skip
    meaning = tr("A talk counts once. Outside office hours nobody is there: the assistant offers a call back.")
    return ReportTable(
        "asked", tr("Asked for a person, and what became of it"), meaning, [tr("What became of it"), tr("Talks")], rows
    )


def build_handovers(part: ReportPart) -> ReportTable:
    reasons = part.handovers.reasons.most_common()
    rows: list[list[Cell]] = [[format_reason(reason), count] for reason, count in reasons]
    meaning = tr(
        "What was going on when the office got a request for a person. Each request counts, so a talk may have several."
    )
    return ReportTable(
        "handovers", tr("Handed over, and why"), meaning, [tr("In the middle of"), tr("Requests")], rows,
        _bars(rows, tr("Requests"), tr("Requests for a person by what was going on.")),
    )  # fmt: skip


def build_waiting(part: ReportPart) -> ReportTable:
    handovers = part.handovers

    def spread(title: str, values: Sequence[float]) -> list[Cell]:
        return [title, len(values), Seconds(percentile(values, 50)), Seconds(percentile(values, 90))]

    rows: list[list[Cell]] = [
        spread(tr("First answer of a person"), handovers.first_answers),
        spread(tr("Until the office closed it"), handovers.closings),
        [tr("No answer by text or chat"), handovers.unanswered, "", ""],
        [tr("Calls put through"), handovers.transferred, "", ""],
        [tr("Answers of the assistant"), part.answered, *(Seconds(value) for value in part.answer_seconds)],
    ]
    meaning = tr(
        "Half were served within the middle time, nine of ten within the long one. Hours in which the office is closed "
        "count too."
    )
    head = [tr("What"), tr("How many"), tr("Middle"), tr("Nine of ten")]
    return ReportTable("waiting", tr("How long members waited"), meaning, head, rows)


def build_payments(part: ReportPart) -> ReportTable:
    rows: list[list[Cell]] = []
    by_way: Counter[str] = Counter()
    for row in part.money.rows:
        states = COUNTER_STATES if row.channel == "counter" else PAYMENT_STATES
        way = tr(WAYS[row.channel]) if row.channel in WAYS else row.channel
        paid = tr(WAYS_PAID[row.kind]) if row.kind in WAYS_PAID else row.kind.replace("_", " ")
        rows.append([way, paid, tr(states.get(row.status, row.status)), row.count, Money(row.cents)])
        if row.status in PAID_STATES:
            by_way[way] += row.cents
    meaning = tr("Payments begun in these days, in the state that they have now, with fees.")
    head = [tr("Way"), tr("Method"), tr("State"), tr("Payments"), tr("Amount")]
    chart = None
    if len(by_way) > 1:
        ways = by_way.most_common()
        dollars = [round(cents / 100, 2) for _, cents in ways]
        chart = Chart("bar", [way for way, _ in ways], [(tr("Dollars"), dollars)], tr("Dollars paid by way."))
    return ReportTable("payments", tr("Payments by way and state"), meaning, head, rows, chart)


def build_failures(report: Report) -> ReportTable:
    def list_figures(part: ReportPart) -> list[Cell]:
        return [
            *(part.failures.payments.get(status, 0) for status in NOT_PAID),
            part.failures.drafts,
            part.failures.refunds,
            *(part.failures.not_delivered.get(kind, 0) for kind in FAILED_MESSAGES),
            *(part.failures.locks.get(act, 0) for act in LOCKS),
            part.failures.given_up,
        ]

    titles = [
        tr("Payments declined"),
        tr("Payments sent back by the bank"),
        tr("Bills that Auto Pay or a bank draft gave up"),
        tr("Refunds that failed"),
        *(tr(words) for words in FAILED_MESSAGES.values()),
        *(tr(words) for words in LOCKS.values()),
        tr("Messages that could not be answered"),
    ]
    rows = list(zip(titles, list_figures(report.now), list_figures(report.before), strict=True))
    meaning = tr(
        "What did not go through, counted when it failed. Many locks in a short time can be somebody who guesses."
    )
    head = [tr("What"), tr("How many"), tr("Days before")]
    return ReportTable("failures", tr("What failed"), meaning, head, rows)


def build_wishes(part: ReportPart) -> ReportTable:
    rows: list[list[Cell]] = [[format_meaning(intent), count] for intent, count in part.subjects.intents]
    meaning = tr(
        "What members began to ask for, the most frequent ones. Answers to our own questions do not count, and who "
        "asked for a person is counted by talks, in the table of those."
    )
    head = [tr("Wish"), tr("Messages")]
    return ReportTable(
        "wishes", tr("What members wanted"), meaning, head, rows,
        _bars(rows, tr("Messages"), tr("The most frequent wishes.")),
    )  # fmt: skip


def build_subjects(part: ReportPart) -> ReportTable:
    rows: list[list[Cell]] = [[format_subject(name), count, missed] for name, count, missed in part.subjects.subjects]
    meaning = tr(
        "Subjects of the co-op's knowledge that messages came near to, the most frequent ones, and how many of the "
        "messages the assistant could not answer."
    )
    head = [tr("Subject"), tr("Messages"), tr("Not answered")]
    return ReportTable("subjects", tr("Subjects asked about"), meaning, head, rows)


def build_texts(report: Report, text_part_cents: Decimal | None) -> ReportTable:
    def list_figures(part: ReportPart) -> list[Cell]:
        texts = part.texts
        counts: list[Cell] = [texts.answered, texts.sent, texts.received, texts.parts]
        return [*counts, estimate_cost(part, text_part_cents)] if text_part_cents is not None else counts

    titles = [tr("Answers in talks"), tr("Notices, codes, links and receipts"), tr("Received"), tr("All parts")]
    if text_part_cents is not None:
        titles.append(tr("Estimated cost"))
    rows = list(zip(titles, list_figures(report.now), list_figures(report.before), strict=True))
    meaning = tr("Carriers charge by part: 160 characters, or 153 where a text has several. This is an estimate.")
    head = [tr("Parts of texts"), tr("How many"), tr("Days before")]
    return ReportTable("texts", tr("Texts"), meaning, head, rows)


def _bars(rows: Iterable[Sequence[Cell]], series: str, alt: str) -> Chart | None:
    """A chart of the first rows: a name and a count each."""
    first = list(rows)[:MOST_BARS]
    if len(first) < 2:
        return None
    first.reverse()  # drawn from below
    return Chart("rows", [str(row[0]) for row in first], [(series, [float(row[1]) for row in first])], alt)  # type: ignore[arg-type]
