"""Parsing of JSON requests; errors name the field."""

from __future__ import annotations

import json
import re
from typing import Any

from sanic import Request

from bot.web.errors import InvalidRequestField, RequestRefused

MAX_BODY_BYTES = 64 * 1024
PHOTO_PATH = "/chat/photos"
"""Takes more: a picture."""
READ_METHODS = ("GET", "HEAD")
"""HEAD too: mail scanners, load balancers and uptime checks use it."""


def route_methods(method: str) -> tuple[str, ...]:
    """The methods of a route declared with `method`: GET includes HEAD."""
    return READ_METHODS if method == "GET" else (method,)


def is_json_request(request: Request) -> bool:
    return str(request.headers.get("content-type", "")).split(";")[0].strip().lower() == "application/json"


def parse_json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises RequestRefused."""
    if not is_json_request(request):
        raise RequestRefused("not_json", "Send JSON, with Content-Type: application/json.", status=415)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise RequestRefused("bad_json", "The request is not valid JSON.", status=400) from None
    if not isinstance(body, dict):
        raise RequestRefused("bad_json", "The request must be a JSON object.", status=400)
    return body


def parse_text_field(body: dict[str, Any], name: str, *, longest: int) -> str:
    """A field that must be a text and not blank. Raises InvalidRequestField."""
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
    """A field with an id that the caller chose. Raises InvalidRequestField."""
    value = parse_text_field(body, name, longest=64)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise InvalidRequestField(name, "may have letters, digits, _ and - only, 64 at most")
    return value
