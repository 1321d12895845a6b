"""The receipt of a payment as a PDF file, to keep or to print."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from backend.coop import Coop
from backend.language import SPANISH, current_language, tr
from backend.money import format_cents
from backend.usage.bill_pdf import AMOUNT, LINE, MARGIN, SMALL, TEXT, TITLE, WIDTH, to_markup, to_printable


def build_receipt(coop: Coop, number: str, total_cents: int, facts: Sequence[tuple[str, str]]) -> bytes:
    """The file in the current language, with the confirmation number, the total, and `facts` as (label, value).

    Takes some 20 ms: call it in a thread.
    """
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=0.6 * inch, bottomMargin=0.6 * inch,
        title=to_printable(f"{tr('Receipt')} {number}"), author=coop.name, displayDocTitle=True,
        lang="es-US" if current_language() == SPANISH else "en-US", invariant=True,
    )  # fmt: skip
    rows = [(tr("Confirmation number"), number), *facts]
    story: list[Flowable] = [
        Paragraph(to_markup(coop.name), TITLE),
        Paragraph(to_markup(f"{coop.address}, {coop.office_phone_display}"), SMALL),
        Spacer(1, 18),
        Paragraph(to_markup(tr("Receipt")), TITLE),
        Paragraph(to_markup(format_cents(total_cents)), AMOUNT),
        Spacer(1, 8),
        _lined_facts(rows),
    ]
    document.build(story)
    return target.getvalue()


def _lined_facts(rows: Sequence[tuple[str, str]]) -> Flowable:
    cells = [[Paragraph(to_markup(label), SMALL), Paragraph(to_markup(value), TEXT)] for label, value in rows]
    table = Table(cells, colWidths=[WIDTH * 0.3, WIDTH * 0.7], hAlign="LEFT")
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table
