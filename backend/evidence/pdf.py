"""The evidence about an account as a PDF file, to print or to send."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from backend.money import format_cents

MARGIN = 0.9 * inch
GRAY = colors.HexColor("#555555")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=12.5)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=9.5)
HASH = ParagraphStyle("hash", parent=SMALL, fontName="Courier", fontSize=6.5, leading=8.5)
LABEL = ParagraphStyle("label", parent=TEXT, textColor=GRAY)
QUOTE = ParagraphStyle(
    "quote", parent=TEXT, leftIndent=10, rightIndent=10, spaceBefore=7, spaceAfter=8, borderColor=colors.lightgrey,
    borderWidth=0.5, borderPadding=5, backColor=colors.HexColor("#f7f7f7"),
)  # fmt: skip
TITLE = ParagraphStyle("title", parent=TEXT, fontName="Helvetica-Bold", fontSize=16, leading=20, spaceAfter=4)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName="Helvetica-Bold", fontSize=11.5, leading=15, spaceBefore=14)
KINDS = {
    "payment": "One payment",
    "scheduled_payment": "One payment on a later day",
    "autopay": "Auto Pay: recurring payments",
    "bank_draft": "Bank draft: recurring payments",
    "alerts": "Alerts",
    "paperless": "Bills without paper",
}


def build_pdf(evidence: dict[str, Any]) -> bytes:
    """The file's content; every page has the co-op's name, the account, the digest and its number."""
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"Authorizations of account {evidence['account']}", author=evidence["coop"],
        subject=f"SHA-256 {evidence['digest']}",
    )  # fmt: skip
    story: list[Flowable] = [*_opening(evidence)]
    for number, consent in enumerate(evidence["consents"], 1):
        story += _consent(number, consent)
    if not evidence["consents"]:
        story.append(Paragraph("Nothing is recorded that the member agreed to on this account.", TEXT))

    class NumberedCanvas(_NumberedCanvas):
        about = evidence

    document.build(story, canvasmaker=NumberedCanvas)
    return target.getvalue()


class _NumberedCanvas(Canvas):
    """Writes `page 2 of 5` on each page, when it is known how many there are."""

    about: dict[str, Any] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._write_edges(number, len(self._pages))
            super().showPage()
        super().save()

    def _write_edges(self, number: int, count: int) -> None:
        width, height = letter
        self.setFillColor(GRAY)
        self.setFont("Helvetica", 8)
        self.drawString(MARGIN, height - 0.55 * inch, _plain(f"{self.about['coop']} - account {self.about['account']}"))
        self.drawRightString(width - MARGIN, height - 0.55 * inch, f"page {number} of {count}")
        self.setFont("Courier", 6.5)
        self.drawString(MARGIN, 0.55 * inch, f"SHA-256 {self.about['digest']}")


def _opening(evidence: dict[str, Any]) -> list[Flowable]:
    chain = evidence["audit"]
    verified = "verifies from its first row to its last" if chain["verified"] else (
        f"DOES NOT VERIFY: row {chain['first_broken_row']}"
    )  # fmt: skip
    return [
        Paragraph(_xml(f"Authorizations of account {evidence['account']}"), TITLE),
        _facts(
            [
                ("Cooperative", evidence["coop"]),
                ("Member", evidence["member"]),
                ("Service address", evidence["service_address"] or "-"),
                ("Made on", _time(evidence["created_at"])),
                ("Times", f"the cooperative's local time ({evidence['zone']})"),
                ("Audit trail", f"{chain['rows']:,} rows; it {verified}"),
            ]
        ),
        Paragraph(f"Last hash of the trail: {chain['head']}", HASH),
        Spacer(1, 6),
        Paragraph(
            "Each row of the audit trail has a hash over its content and the hash of the row before it. Whoever has "
            "the trail can compute them again; a row that was changed, removed or added later would not fit.",
            SMALL,
        ),
    ]


def _consent(number: int, consent: dict[str, Any]) -> list[Flowable]:
    kind = KINDS.get(consent["kind"], consent["kind"].replace("_", " ").capitalize())
    reference = f", number {consent['reference']}" if consent["reference"] else ""
    sender = consent["sender"] or ("no phone: on the web" if consent["channel"] == "web" else "not recorded")
    facts = [
        ("Given", _time(consent["given_at"])),
        ("Channel", f"{consent['channel']}, from {sender}"),
        ("Identity", consent["identity"]),
        ("Conversation", consent["conversation"] or "-"),
        ("Ends", consent["ends_on"] or "no end date"),
        ("Revoked", _time(consent["revoked_at"]) if consent["revoked_at"] else "not revoked"),
    ]
    parts: list[Flowable] = [
        KeepTogether(
            [
                Paragraph(_xml(f"{number}. {kind}{reference}"), HEADING),
                _facts(facts),
                Paragraph("What was shown or read out, word for word:", LABEL),
            ]
        ),
        Paragraph(_xml(consent["wording"]) or "-", QUOTE),
        Paragraph("The reply, word for word:", LABEL),
        Paragraph(_xml(consent["reply"]) or "-", QUOTE),
    ]
    if consent["schedules"]:
        parts += _table("Scheduled under it", ["number", "amount", "fee", "for", "status"], [
            [each["confirmation"], format_cents(each["amount_cents"]), format_cents(each["fee_cents"]),
             each["run_on"], each["status"]] for each in consent["schedules"]
        ])  # fmt: skip
        parts += _together(consent["schedules"])
    if consent["payments"]:
        parts += _table("Paid under it", ["number", "amount", "fee", "method", "started", "status", "network"], [
            [each["confirmation"], format_cents(each["amount_cents"]), format_cents(each["fee_cents"]), each["method"],
             _time(each["created_at"]), _status(each), each["network_reference"] or "-"]
            for each in consent["payments"]
        ])  # fmt: skip
        parts += _together(consent["payments"])
    if consent["audit_rows"]:
        parts += _table("Rows of the audit trail", ["row", "at", "act", "hash"], [
            [each["row"], _time(each["at"]), each["act"], Paragraph(each["hash"], HASH)]
            for each in consent["audit_rows"]
        ])  # fmt: skip
    return parts


def _together(items: list[dict[str, Any]]) -> list[Flowable]:
    """Which payments of other accounts the same reply was for."""
    told = [
        f"{each['confirmation']} was agreed to together with {', '.join(each['agreed_together_with'])}, by this reply."
        for each in items
        if each["agreed_together_with"]
    ]
    return [Paragraph(_xml(sentence), TEXT) for sentence in told]


def _status(payment: dict[str, Any]) -> str:
    code = payment["decline_or_return_code"]
    posted = f" on {payment['posted_on']}" if payment["posted_on"] else ""
    return f"{payment['status']}{posted}{f' ({code})' if code else ''}"


def _facts(rows: list[tuple[str, Any]]) -> Flowable:
    table = Table(
        [[Paragraph(label, LABEL), Paragraph(_xml(str(value)), TEXT)] for label, value in rows],
        colWidths=[1.2 * inch, None],
        hAlign="LEFT",
    )
    padding = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *padding, ("LEFTPADDING", (0, 0), (0, -1), 0)]))
    return table


def _table(title: str, columns: list[str], rows: list[list[Any]]) -> list[Flowable]:
    """A table that goes on over pages, its head repeated."""
    cells = [[Paragraph(name, SMALL) for name in columns]]
    cells += [
        [each if isinstance(each, Flowable) else Paragraph(_xml(str(each)), SMALL) for each in row] for row in rows
    ]
    widths: list[float | None] = [None] * len(columns)
    if columns[-1] == "hash":
        widths = [0.5 * inch, 1.4 * inch, 1.6 * inch, None]
    table = Table(cells, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.5, GRAY),
                ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return [Paragraph(title, LABEL), table, Spacer(1, 6)]


def _time(at: datetime | date) -> str:
    """`2026-11-18 10:00:00 CST`"""
    return at.strftime("%Y-%m-%d %H:%M:%S %Z") if isinstance(at, datetime) else at.isoformat()


def _plain(text: str) -> str:
    """What the built-in fonts can show; another character as `\\u1f44d`, so that none is lost."""
    return text.encode("cp1252", "backslashreplace").decode("cp1252")


def _xml(text: str) -> str:
    return escape(_plain(text)).replace("\n", "<br/>")
