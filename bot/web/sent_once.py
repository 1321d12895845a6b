"""A form that is sent twice is done once: by a double click, or by a browser that tries again.

Every page has a number of its own in the token of its forms (`SignInCookies.page_token`). A form that is sent again
from the same page with the same words is the same one; another word makes it another. What was refused may be sent
again. Where two are sent at once, the second waits for the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sanic import HTTPResponse, Request

from backend.app import Backend
from backend.sent_forms import service
from backend.sent_forms.service import StillBusy as StillBusy
from bot.web.pages import redirect

AnyHandler = TypeVar("AnyHandler", bound=Callable[..., Any])
REDIRECT = 303


def repeatable(handler: AnyHandler) -> AnyHandler:
    """Mark a handler that changes nothing for good, such as a search: it is done each time."""
    handler.repeatable = True  # type: ignore[attr-defined]
    return handler


async def do_once(
    backend: Backend, request: Request, token: str, handler: Callable[[], Coroutine[Any, Any, HTTPResponse]]
) -> HTTPResponse:
    """Run the handler of a posted form, or lead to the page that came after the same form. Raises StillBusy.

    A handler that answers with a redirect to a page of ours has done it; any other answer gives the form back.
    """
    form_hash = hash_form(request, token)
    if location := await service.claim(backend, form_hash):
        return redirect(location)
    try:
        response = await handler()
    except BaseException:
        await service.give_back(backend, form_hash)
        raise
    location = str(response.headers.get("location") or "")
    # a page of the payment provider is made anew each time: an old one may be used up
    if response.status == REDIRECT and location.startswith("/") and len(location) <= service.LONGEST_LOCATION:
        await service.finish(backend, form_hash, location)
    else:
        await service.give_back(backend, form_hash)
    return response


def hash_form(request: Request, token: str) -> str:
    """Stands for the session, the page, the address and every field of a posted form."""
    whole = hashlib.sha256()
    for part in (token.encode(), request.path.encode(), request.query_string.encode(), request.body):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
