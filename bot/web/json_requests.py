"""Reads a JSON request, and says by field what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any

from sanic import Request

from bot.web.errors import InvalidRequestField, RequestRefused

MAX_BODY_BYTES = 64 * 1024
READ_METHODS = ("GET", "HEAD")
"""What scanners of mail, balancers and uptime checks ask with is not always GET."""


def route_methods(method: str) -> tuple[str, ...]:
    """The methods of a route that is declared with `method`: whatever may be read may be asked for its head."""
    return READ_METHODS if method == "GET" else (method,)


def is_json_request(request: Request) -> bool:
    """Whether the request says that it is JSON."""
    return str(request.headers.get("content-type", "")).split(";")[0].strip().lower() == "application/json"


def parse_json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises Refusal."""
    if not is_json_request(request):
        raise RequestRefused("not_json", "Send JSON, with Content-Type: application/json.", status=415)
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise RequestRefused("bad_json", "The request is not valid JSON.", status=400) from None
    if not isinstance(found, dict):
        raise RequestRefused("bad_json", "The request must be a JSON object.", status=400)
    return found


def parse_text_field(body: dict[str, Any], name: str, *, longest: int) -> str:
    """A field that must be a text with something in it. Raises BadField."""
    value = body.get(name)
    if value is None:
        raise InvalidRequestField(name, "is missing")
    if not isinstance(value, str):
        raise InvalidRequestField(name, "must be a text")
    if not value.strip():
        raise InvalidRequestField(name, "is empty")
    if len(value) > longest:
        raise InvalidRequestField(name, f"is longer than {longest} characters")
    return value


def parse_id_field(body: dict[str, Any], name: str) -> str:
    """A field with an id that the caller chose. Raises BadField."""
    value = parse_text_field(body, name, longest=64)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise InvalidRequestField(name, "may have letters, digits, _ and - only, 64 at most")
    return value
