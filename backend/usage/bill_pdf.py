"""A bill as a PDF file, to keep or to print: what is due, the lines, the use, why it differs, and how to pay."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from backend.billing.models import Account, Bill
from backend.coop import Coop, format_phone
from backend.language import SPANISH, current_language, format_long_date, format_month_name, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.usage import bill_words
from backend.usage.bill_comparison import count_days, kwh_per_day
from backend.usage.bill_words import ExplainedBill
from backend.usage.service import MonthUsage

MARGIN = 0.75 * inch
PADDING = 6  # points, which a frame of reportlab leaves on each side
WIDTH = letter[0] - 2 * MARGIN - 2 * PADDING
FONT, BOLD_FONT = "Vera", "VeraBd"
"""Of reportlab, and put into the file: a font of the reader's own may be wider, and its lines would not fit."""
INK, GRAY, ACCENT = colors.HexColor("#17211f"), colors.HexColor("#52605c"), colors.HexColor("#0b5f57")
LINE, SUNKEN, PALE = colors.HexColor("#c9d2ce"), colors.HexColor("#eef2ee"), colors.HexColor("#b4cfc9")
for _name in (FONT, BOLD_FONT):
    pdfmetrics.registerFont(TTFont(_name, f"{_name}.ttf"))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.75, leading=10.5, textColor=GRAY)
RIGHT = ParagraphStyle("right", parent=TEXT, alignment=2)
BOLD = ParagraphStyle("bold", parent=TEXT, fontName=BOLD_FONT)
BOLD_RIGHT = ParagraphStyle("bold-right", parent=BOLD, alignment=2)
TITLE = ParagraphStyle("title", parent=BOLD, fontSize=14, leading=18)
HEADING = ParagraphStyle("heading", parent=BOLD, fontSize=11, leading=15, spaceBefore=9, spaceAfter=2)
AMOUNT = ParagraphStyle("amount", parent=BOLD, fontSize=21, leading=26)


@dataclass(frozen=True)
class Statement:
    """All that is on it. `months` are the use of the last months, the oldest first. `portal_url` is where to pay."""

    coop: Coop
    member: Member
    account: Account
    explained: ExplainedBill
    months: Sequence[MonthUsage]

    @property
    def bill(self) -> Bill:
        return self.explained.bill


def build_pdf(statement: Statement) -> bytes:
    """The file in the current language. Takes some 50 ms: call it in a thread."""
    target = io.BytesIO()
    bill = statement.bill
    document = SimpleDocTemplate(
        target, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=0.45 * inch, bottomMargin=0.6 * inch,
        title=tr("Electric bill {number}", number=bill.number), author=statement.coop.name,
        subject=tr("Account {number}", number=statement.account.number), displayDocTitle=True,
        lang="es-US" if current_language() == SPANISH else "en-US", invariant=True,
    )  # fmt: skip
    story = [*_head(statement), *_due(statement), *_lines(bill), *_use(statement), *_why(statement), *_pay(statement)]

    def write_foot(canvas: Canvas, _document: object) -> None:
        canvas.setFont(FONT, 7.25)
        canvas.setFillColor(GRAY)
        coop = statement.coop
        canvas.drawString(MARGIN + PADDING, 0.4 * inch, to_printable(f"{coop.name}, {coop.address}"))
        canvas.drawRightString(letter[0] - MARGIN - PADDING, 0.4 * inch, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=write_foot, onLaterPages=write_foot)
    return target.getvalue()


def _head(statement: Statement) -> list[Flowable]:
    coop, member, account = statement.coop, statement.member, statement.account
    office = f"{to_markup(coop.address)}<br/>{coop.office_phone_display}<br/>{to_markup(_usual_hours(coop))}"
    mail = member.mailing_address or account.service_address
    return [
        _columns(
            [Paragraph(to_markup(coop.name), TITLE), Paragraph(office, ParagraphStyle("o", parent=SMALL, alignment=2))],
            left=0.64,
        ),
        Spacer(1, 10),
        _columns(
            [
                Paragraph(f"{to_markup(member.name)}<br/>{to_markup(mail)}", TEXT),
                _facts(
                    [
                        (tr("Account"), account.number),
                        (tr("Bill"), statement.bill.number),
                        (tr("Bill of"), format_long_date(statement.bill.issued_on)),
                        (tr("Service at"), account.service_address or "-"),
                    ]
                ),
            ]
        ),
        Spacer(1, 8),
    ]


def _due(statement: Statement) -> list[Flowable]:
    bill = statement.bill
    if bill.amount_cents > 0:
        what, when = tr("Amount of this bill"), tr("Due {day}", day=format_long_date(bill.due_on))
    else:
        what, when = tr("Credit of this bill"), tr("Nothing to pay")
    cell = [
        Paragraph(to_markup(what), SMALL),
        Paragraph(format_cents(abs(bill.amount_cents)), AMOUNT),
        Paragraph(to_markup(when), BOLD),
    ]
    summary = [
        Paragraph(to_markup(bill_words.format_summary(statement.explained)), TEXT),
        Spacer(1, 4),
        Paragraph(
            to_markup(tr("Payments after {day} are not on it.", day=format_long_date(bill.issued_on))),
            SMALL,
        ),
    ]
    box = Table([[cell, summary]], colWidths=[WIDTH * 0.4, WIDTH * 0.6], hAlign="LEFT")
    box.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), SUNKEN),
                ("LINEBEFORE", (0, 0), (0, -1), 4, ACCENT),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("RIGHTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, -1), 8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
            ]
        )
    )
    return [box]


def _lines(bill: Bill) -> list[Flowable]:
    rows = [(bill_words.line_label(str(line["label"])), format_cents(int(line["cents"]))) for line in bill.lines or []]
    rows.append((tr("Total of this bill"), format_cents(bill.amount_cents)))
    return [Paragraph(to_markup(tr("What it is made of")), HEADING), _money_table(rows)]


def _use(statement: Statement) -> list[Flowable]:
    bill = statement.bill
    period = tr(
        "{first} to {last}, {days} days",
        first=format_long_date(bill.period_start),
        last=format_long_date(bill.period_end),
        days=count_days(bill),
    )
    facts = [
        (tr("Period"), period),
        (tr("Use"), f"{bill.kwh:,} kWh"),
        (tr("kWh a day"), f"{kwh_per_day(bill):.1f}"),
    ]
    if price := bill_words.energy_price(bill):
        facts.append((tr("The whole bill for each kWh"), price))
    parts: list[Flowable] = [Paragraph(to_markup(tr("Your use")), HEADING)]
    known = [month for month in statement.months if month.now]
    parts.append(_columns([_facts(facts), _chart(known)]) if len(known) > 1 else _facts(facts))
    return [KeepTogether(parts)]


def _chart(months: Sequence[MonthUsage]) -> Flowable:
    """kWh by month, the newest month in the strong color."""
    drawing = Drawing(WIDTH * 0.48, 92)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 30, 16, WIDTH * 0.48 - 34, 70
    chart.data = [tuple(month.now.kwh if month.now else 0 for month in months)]
    chart.categoryAxis.categoryNames = [to_printable(format_month_name(month.month, short=True)) for month in months]
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = FONT
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 6
    chart.valueAxis.valueMin = min(0, *chart.data[0])
    chart.bars.strokeColor = None
    chart.bars[0].fillColor = PALE
    chart.bars[(0, len(months) - 1)].fillColor = ACCENT
    drawing.add(chart)
    return drawing


def _why(statement: Statement) -> list[Flowable]:
    explained = statement.explained
    if not explained.comparisons:
        return []
    rows = [bill_words.comparison_head(explained), *bill_words.comparison_rows(explained)]
    cells = [
        [Paragraph(to_markup(cell), (BOLD if is_edge else TEXT) if not place else (BOLD_RIGHT if is_edge else RIGHT))
         for place, cell in enumerate(row)]
        for row, is_edge in ((row, number in (0, len(rows) - 1)) for number, row in enumerate(rows))
    ]  # fmt: skip
    table = Table(cells, colWidths=[WIDTH * 0.5, *[WIDTH * 0.25] * (len(rows[0]) - 1)], hAlign="LEFT")
    table.setStyle(_lined())
    reasons = [Paragraph(to_markup(words), SMALL) for words in bill_words.format_reasons(explained)]
    return [
        KeepTogether([Paragraph(to_markup(tr("Why it differs, to the cent")), HEADING), table, Spacer(1, 4), *reasons])
    ]


def _pay(statement: Statement) -> list[Flowable]:
    coop = statement.coop
    if statement.bill.amount_cents <= 0:
        return []
    ways = [
        tr("Online: {url}. Sign in, or use Quick Pay without signing in.", url=coop.portal_url),
        tr("By text: {phone}, day or night.", phone=format_phone(coop.text_line)),
        tr("By phone: {phone}, {hours}.", phone=coop.office_phone_display, hours=_usual_hours(coop)),
        tr("By mail: a check to {coop}, {mail}. Please write {account} on it.",
           coop=coop.name, mail=coop.mail, account=statement.account.number),
        tr("At the office: {address}.", address=coop.address),
    ]  # fmt: skip
    words: list[Flowable] = [Paragraph(to_markup(tr("How to pay")), HEADING)]
    return [KeepTogether([*words, *(Paragraph(to_markup(way), TEXT) for way in ways)])]


def _usual_hours(coop: Coop) -> str:
    """Without the closed days of this week: the file is read in others."""
    return replace(coop, today=None).hours_text


def _columns(cells: list[Flowable], left: float = 0.5) -> Flowable:
    table = Table([cells], colWidths=[WIDTH * left, WIDTH * (1 - left)], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (0, -1), 12),
                ("RIGHTPADDING", (1, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def _facts(rows: Sequence[tuple[str, str]]) -> Flowable:
    cells = [[Paragraph(to_markup(label), SMALL), Paragraph(to_markup(value), TEXT)] for label, value in rows]
    table = Table(cells, colWidths=[WIDTH * 0.18, WIDTH * 0.3], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
    )
    return table


def _money_table(rows: Sequence[tuple[str, str]]) -> Flowable:
    cells = [
        [Paragraph(to_markup(label), BOLD if last else TEXT), Paragraph(amount, BOLD_RIGHT if last else RIGHT)]
        for (label, amount), last in ((row, place == len(rows) - 1) for place, row in enumerate(rows))
    ]
    table = Table(cells, colWidths=[WIDTH * 0.75, WIDTH * 0.25], hAlign="LEFT")
    table.setStyle(_lined())
    return table


def _lined() -> TableStyle:
    return TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -2), 0.4, LINE),
            ("LINEABOVE", (0, -1), (-1, -1), 1, INK),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )


def to_printable(text: str) -> str:
    """What the built-in fonts can show; a letter that they lack becomes a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")


def to_markup(text: str) -> str:
    """As the text of a Paragraph."""
    return escape(to_printable(text))
