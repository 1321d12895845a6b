"""The pages of a member's online account under /portal. They work without scripts."""

from __future__ import annotations

from sanic import Blueprint

from bot.portal.account import AccountDesk
from bot.portal.creation import CreationDesk
from bot.portal.password import PasswordDesk
from bot.services import Services


def blueprint(services: Services) -> Blueprint:
    """Sign in, the summary, Forgot Password? and Create account."""
    online = Blueprint("portal_online", url_prefix="/portal")
    for desk in (AccountDesk, PasswordDesk, CreationDesk):
        desk(services).add_to(online)
    return online
