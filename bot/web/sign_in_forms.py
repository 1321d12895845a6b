"""Sign-in forms in browsers that hide where a form comes from (`Origin: null`, no Sec-Fetch-Site): old ones, or with
strict privacy. There a cookie of our sign-in page and a field made from it show that the form is ours, so that no other
site signs somebody in under a name of its own. Where they are missing, the page comes again with them.
"""

from __future__ import annotations

import hmac
import secrets

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import mark
from bot.web.cookies import read_cookie, set_cookie
from bot.web.pages import form_field, hides_origin

COOKIE = "ml_door"
FIELD = "door"
TRY_AGAIN = mark(
    "Your browser does not say that this came from our page. Please sign in once more here. It must keep our cookies."
)


def make_proof(request: Request, settings: Settings) -> tuple[str, str]:
    """(value of the cookie, value of the field) for a sign-in page; a browser keeps its cookie."""
    kept = read_cookie(request, settings, COOKIE) or secrets.token_urlsafe(16)
    return kept, _prove(settings, kept)


def keep(response: HTTPResponse, settings: Settings, kept: str) -> None:
    set_cookie(response, settings, COOKIE, kept, None, "Lax")


def is_ours(request: Request, settings: Settings) -> bool:
    """Whether a sign-in form may be taken; `is_same_site_post` is asked before."""
    kept = read_cookie(request, settings, COOKIE)
    proof = form_field(request, FIELD)
    is_proven = bool(kept) and hmac.compare_digest(proof.encode(), _prove(settings, kept).encode())
    return is_proven or not hides_origin(request)


def _prove(settings: Settings, kept: str) -> str:
    return settings.keyed_hash("door-form", kept)
