"""The answer to a carrier's webhook."""

from __future__ import annotations

from sanic import HTTPResponse


def xml_response(document: str) -> HTTPResponse:
    """TwiML or TeXML; what was said in a call is kept nowhere on the way."""
    return HTTPResponse(document, content_type="text/xml; charset=utf-8", headers={"cache-control": "no-store"})
