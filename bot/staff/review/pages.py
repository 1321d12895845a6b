"""The review: every talk, what was understood in it, marks of what went wrong, and their export."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.billing.models import Account
from backend.language import tr
from backend.reports.service_figures import NOT_WISHES
from backend.reports.words import format_subject
from backend.review import export, marks
from backend.review.meanings import (
    ACT_PREFIX,
    ACT_TITLES,
    ACTS_NAMED_AS_INTENTS,
    CHANNELS,
    FAIRLY_SURE,
    INTENT_GROUPS,
    INTENT_TITLES,
    MARK_KINDS,
    OUTCOMES,
    USUAL_INTENTS,
    format_meaning,
    format_sureness,
    format_task,
)
from backend.review.talk_view import OfficeLine, ReviewedTurn, load_turns
from backend.review.talks import find_talk, list_talks, list_tasks
from backend.staff.roles import Role
from bot.dialogue.normalize import redact_office_words
from bot.staff.review.filters import read_filters
from bot.web import pages
from bot.web.pages import PRIVATE_HEADERS, form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

TALKS_A_PAGE = 50
MARKS_A_PAGE = 100
MOST_LIKELY = 8


class ReviewPages:
    """The routes below /staff/review."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_talks, "GET", "/review", Role.READ),
            (self.show_reviewed_talk, "GET", "/review/talks/<message:int>", Role.READ),
            (self.mark_message, "POST", "/review/talks/<message:int>/mark", Role.AGENT),
            (self.show_marks, "GET", "/review/marks", Role.READ),
            (self.download_sentences, "GET", "/review/marks/sentences", Role.SUPERVISOR),
            (self.download_transcripts, "GET", "/review/marks/transcripts", Role.SUPERVISOR),
        )

    async def show_talks(self, request: Request, name: str) -> HTTPResponse:
        filters = read_filters(request, self.backend)
        page = _read_page(request)
        async with self.backend.db.read_session() as session:
            talks = await list_talks(
                session, self.backend.db, filters.wanted, limit=TALKS_A_PAGE + 1, offset=(page - 1) * TALKS_A_PAGE
            )
            tasks = await list_tasks(session, filters.wanted.since)
        titles = sorted(((task, format_task(task)) for task in tasks), key=lambda one: one[1].lower())
        return self.staff.render_page(
            "review/talks.html", 422 if filters.errors else 200, talks=talks[:TALKS_A_PAGE], filters=filters, page=page,
            has_more=len(talks) > TALKS_A_PAGE, tasks=titles,
            channels=CHANNELS, outcomes=OUTCOMES, ended=[(key, tr(title)) for key, title in OUTCOMES.items()],
        )  # fmt: skip

    async def show_reviewed_talk(self, request: Request, name: str, message: int) -> HTTPResponse:
        """The talk that a message belongs to. Looking at it goes into the audit trail."""
        return await self._render_talk(request, name, message)

    async def _render_talk(
        self, request: Request, name: str, message: int, *, status: int = 200, typed: dict[str, Any] | None = None
    ) -> HTTPResponse:
        """`typed` are the fields of a refused mark with its message and errors."""
        filters = read_filters(request, self.backend)
        async with self.backend.db.read_session() as session:
            talk = await find_talk(session, self.backend.db, message)
            if talk is None:
                raise NotFound()
            lines = await load_turns(session, talk)
            account = await session.get(Account, talk.account_id) if talk.account_id else None
            earlier = replace(filters.wanted, until=min(filters.wanted.until, talk.started_at))
            following = await list_talks(session, self.backend.db, earlier, limit=1)
        await self.staff.record_reading(name, {"conversation": talk.conversation_id})
        return self.staff.render_page(
            "review/talk.html", status, talk=talk, lines=lines, account=account, filters=filters,
            following=following[0] if following else None, channels=CHANNELS, outcomes=OUTCOMES, kinds=MARK_KINDS,
            meanings=_list_meanings(lines), typed=typed or {}, is_office=_is_office, meaning=format_meaning,
            understood=_describe_reading, longest=marks.MAX_NOTE,
        )  # fmt: skip

    async def mark_message(self, request: Request, name: str, message: int) -> HTTPResponse:
        """Mark it, change its mark or take it off, and go back to its place in the talk."""
        kind, meant = form_field(request, "kind"), form_field(request, "meant")
        note = redact_office_words(form_field(request, "note").strip()[: marks.MAX_NOTE])
        try:
            async with self.backend.db.transaction() as session:
                if form_field(request, "remove"):
                    await marks.remove_mark(session, self.backend, message, name)
                elif not await marks.set_mark(
                    session, self.backend, message, kind=kind, meant=meant, note=note, by=name
                ):
                    raise NotFound()
        except marks.BadMark as bad:
            understood = tr(
                "The assistant took it for this. Choose what it should have taken it for, or leave it open."
            )
            errors = {bad.field: understood if bad.understood else tr("Please choose one of the list.")}
            typed = {"message": message, "kind": kind, "meant": meant, "note": note, "errors": errors}
            return await self._render_talk(request, name, message, status=422, typed=typed)
        query = read_filters(request, self.backend).query
        return pages.redirect(f"/staff/review/talks/{message}{'?' + query if query else ''}#turn-{message}")

    async def show_marks(self, request: Request, name: str) -> HTTPResponse:
        page = _read_page(request)
        kind = str(request.args.get("kind") or "")
        async with self.backend.db.read_session() as session:
            found = await marks.list_marks(session, kind=kind, limit=MARKS_A_PAGE + 1, offset=(page - 1) * MARKS_A_PAGE)
            counts = await marks.count_marks(session)
        return self.staff.render_page(
            "review/marks.html", marks=found[:MARKS_A_PAGE], has_more=len(found) > MARKS_A_PAGE, page=page, kind=kind,
            counts=counts, kinds=MARK_KINDS, meaning=format_meaning,
        )  # fmt: skip

    async def download_sentences(self, request: Request, name: str) -> HTTPResponse:
        """JSON lines of `{text, intent, language}`, without names and numbers."""
        async with self.backend.db.read_session() as session:
            rows = await export.export_sentences(session)
        await self.staff.record_reading(name, {"export": "sentences", "rows": len(rows)})
        return _download(export.format_sentences(rows).encode(), "application/jsonl", "sentences.jsonl")

    async def download_transcripts(self, request: Request, name: str) -> HTTPResponse:
        """A ZIP file of scripts for the conversation lab."""
        async with self.backend.db.read_session() as session:
            scripts = await export.export_transcripts(session, self.backend.db)
        await self.staff.record_reading(name, {"export": "transcripts", "rows": len(scripts)})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, text in scripts.items():
                archive.writestr(file, text)
        return _download(packed.getvalue(), "application/zip", "transcripts.zip")


def _download(content: bytes, kind: str, name: str) -> HTTPResponse:
    headers = {**PRIVATE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return HTTPResponse(content, content_type=kind, headers=headers)


def _read_page(request: Request) -> int:
    typed = str(request.args.get("page") or "")
    return max(1, int(typed)) if typed.isdecimal() and len(typed) < 6 else 1


def _list_meanings(lines: Sequence[ReviewedTurn | OfficeLine]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(title of the group, [(value, title)]): what the talk was about and what is usual first, then the rest by theme.

    Each meaning stands once, so that a select has one choice of it."""
    read = [line.reading.intent for line in lines if isinstance(line, ReviewedTurn) and line.reading]
    likely = dict.fromkeys((*(one for one in read if one in INTENT_TITLES and one not in NOT_WISHES), *USUAL_INTENTS))
    first = list(likely)[:MOST_LIKELY]
    groups = [(tr("Most likely"), first)]
    groups += [
        (tr(title), [name for name in names.split() if name not in first]) for title, names in INTENT_GROUPS.items()
    ]
    shown = [(title, [(name, format_meaning(name)) for name in names]) for title, names in groups]
    marked = {line.mark.meant for line in lines if isinstance(line, ReviewedTurn) and line.mark}
    names = [ACT_PREFIX + act for act in ACT_TITLES]
    twice = {ACT_PREFIX + act for act in ACTS_NAMED_AS_INTENTS} - marked
    acts = [(name, format_meaning(name)) for name in names if name not in twice]
    return [*shown, (tr("What the message does"), acts)]


def _is_office(line: ReviewedTurn | OfficeLine) -> bool:
    return isinstance(line, OfficeLine)


def _describe_reading(turn: ReviewedTurn) -> list[tuple[str, str]]:
    """(label, words) of what was understood; empty where the assistant did not read the message."""
    reading = turn.reading
    if reading is None or not reading.intent:
        return []
    meaning = format_meaning(reading.intent)
    told = [(tr("Taken for"), meaning if turn.is_button else f"{meaning} ({format_sureness(reading.confidence)})")]
    acts = [tr(ACT_TITLES[act]) for act, sure in reading.acts if act in ACT_TITLES and sure >= FAIRLY_SURE]
    if acts and not turn.is_button:
        told.append((tr("The member"), ", ".join(acts)))
    if reading.task:
        told.append((tr("What the assistant did"), format_task(reading.task)))
    if reading.subject:
        told.append((tr("Subject"), format_subject(reading.subject)))
    return told
