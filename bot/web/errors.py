"""Errors over HTTP: JSON for programs, `{"error": {"code", "message", "field"?}}`, and a page for people."""

from __future__ import annotations

import html
import json
import logging
import secrets
import traceback

from sanic import HTTPResponse, Request, Sanic
from sanic import json as json_response
from sanic.exceptions import SanicException
from sanic.response import html as html_response
from sqlalchemy.exc import SQLAlchemyError

from backend.errors import MemberlineError
from backend.language import ENGLISH, current_language, mark, tr, use_language
from backend.reading.language import detect_language
from bot.dialogue import edge_texts
from bot.dialogue.record_deadline import MessageNotRecorded
from bot.web.languages import find_named_language

logger = logging.getLogger("memberline.web")

MESSAGES_PATH = "/chat/messages"
MAX_READ_CHARS = 2000  # of a refused message, when it is searched for danger
PAGE_PATHS = ("/portal", "/staff", "/dev")
SCRIPT_PATHS = ("/dev/phone/",)
"""Below a page's path, but asked for by its script."""
PROGRAM_PATHS = ("/chat/", "/twilio/", "/telnyx/", "/internal/", "/media/", "/static/", "/payments/")
ERROR_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    415: "not_json",
    417: "expectation_failed",
    422: "invalid",
    429: "too_many",
    500: "internal",
    503: "unavailable",
}
ERROR_TEXTS = {
    400: mark("This request could not be understood."),
    403: mark("This request is not allowed."),
    404: mark("There is nothing at this address."),
    405: mark("This address does not take that kind of request."),
    408: mark("The request took too long to arrive."),
    413: mark("This is more than we can take at once."),
    415: mark("Send JSON, with Content-Type: application/json."),
    429: mark("That was a lot at once. Please wait a moment."),
    500: mark("Something went wrong on our side."),
    503: mark("We can't answer right now. Please try again in a moment."),
}


UNAVAILABLE_ERRORS = (SQLAlchemyError, OSError, MessageNotRecorded)
"""The database failed, refused or timed out (its drivers raise OSError and TimeoutError), or did not keep a message."""


class RequestRefused(SanicException):
    """A refusal with an HTTP status, a code for programs and a message for people."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, status_code=status, quiet=True, headers=headers)
        self.code = code
        self.field = field


class InvalidRequestField(RequestRefused):
    """A field of the request is missing or wrong."""

    def __init__(self, field: str, problem: str, *, status: int = 422) -> None:
        super().__init__("invalid", f"{field} {problem}", status=status, field=field)


def _error_page(request: Request, status: int, message: str, reference: str = "") -> HTTPResponse:
    """In the look of the site, in the reader's language. Without a template, so that it works when all else fails."""
    services = request.app.ctx.services
    coop = services.coop
    with use_language(find_named_language(request, services.settings) or ENGLISH):
        home, words = ("/staff", tr("Back to the inbox")) if request.path.startswith("/staff") else ("/", tr("Home"))
        links = [(home, words)]
        if home == "/":
            links += [("/portal", tr("My Account")), ("/portal/quick-pay", "Quick Pay")]
        title = tr(message)
        phone = tr("Questions? Call {phone}.", phone=coop.office_phone_display)
        outage = tr("Power out or a line down? Call {phone}.", phone=coop.outage_phone_display)
        note = f"<p class=muted>{html.escape(tr('Reference: {number}', number=reference))}</p>" if reference else ""
        body = "".join(f'<a class="button quiet" href="{url}">{html.escape(name)}</a> ' for url, name in links)
        language = current_language()
    return html_response(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<link rel="icon" href="/logo"><link rel="stylesheet" href="/static/site.css">'
        '<link rel="stylesheet" href="/theme.css"></head>'
        f'<body><header class="topbar"><div class="narrow"><a class="brand" href="/">'
        '<img src="/logo" alt="" width="40" height="40">'
        f"<span>{html.escape(coop.name)}</span></a></div></header>"
        f'<main id="main" class="narrow"><section class="card"><h1>{html.escape(title)}</h1>{note}'
        f'<p>{html.escape(phone)} {html.escape(outage)}</p><div class="actions">{body}</div></section>'
        "</main></body></html>",
        status,
    )


def install(app: Sanic) -> None:
    """Answer every exception of this app by `handle_failure`."""
    app.exception(Exception)(handle_failure)


async def handle_failure(request: Request, failure: Exception) -> HTTPResponse:
    """The response to an exception. It quotes neither the member's message nor internal details."""
    if isinstance(failure, RequestRefused):
        response = _error_response(request, failure.status_code, failure.code, str(failure), failure.field)
    elif isinstance(failure, MemberlineError):
        response = _error_response(request, 422, failure.code, str(failure))
    elif isinstance(failure, SanicException) and failure.status_code < 500:
        status = failure.status_code
        response = _error_response(
            request, status, ERROR_CODES.get(status, "refused"), ERROR_TEXTS.get(status, "Not possible.")
        )
    elif isinstance(failure, UNAVAILABLE_ERRORS) or getattr(failure, "status_code", None) == 503:
        logger.error("unavailable: %s\n%s", type(failure).__name__, format_frames(failure, 12))
        response = _error_response(request, 503, ERROR_CODES[503], ERROR_TEXTS[503])
    else:
        reference = secrets.token_hex(4)
        path = getattr(request.route, "path", "?") if request is not None and request.route else "?"
        # the exception's text is left out of the log: it may quote a member
        logger.error("reference %s: %s at /%s\n%s", reference, type(failure).__name__, path, format_frames(failure, 12))
        response = _error_response(request, 500, ERROR_CODES[500], ERROR_TEXTS[500], reference=reference)
    if isinstance(failure, SanicException):
        response.headers.update(failure.headers)
    return response


def format_frames(failure: BaseException, most: int) -> str:
    """The innermost lines of code of a failure, without its message, which may quote a member."""
    frames = traceback.extract_tb(failure.__traceback__)[-most:]
    return "\n".join(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)


def _add_danger_advice(request: Request, message: str) -> str:
    """`message`, behind the numbers to call if the refused chat message reports danger (a downed line, a fire)."""
    try:
        text = json.loads(request.body)["text"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return message
    if not isinstance(text, str):
        return message
    text = text[:MAX_READ_CHARS]
    with use_language(detect_language(text, ENGLISH)):
        return edge_texts.add_danger_advice(message, text, request.app.ctx.services.coop)


def _is_page(request: Request) -> bool:
    """Whether a person's browser asked for it, and not a program or a script."""
    if request.path.startswith(SCRIPT_PATHS):
        return False
    wants_page = "text/html" in request.headers.get("accept", "") and request.method == "GET"
    is_ours = request.path == "/" or request.path.startswith(PAGE_PATHS)
    return is_ours or (wants_page and not request.path.startswith(PROGRAM_PATHS))


def _error_response(
    request: Request | None,
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    reference: str = "",
) -> HTTPResponse:
    path = request.path if request is not None else ""
    if request is not None and path.endswith(MESSAGES_PATH):
        message = _add_danger_advice(request, message)
    if request is not None and _is_page(request):
        return _error_page(request, status, message, reference)
    error = {"code": code, "message": f"{message} Reference: {reference}" if reference else message}
    if field:
        error["field"] = field
    return json_response({"error": error}, status=status)
