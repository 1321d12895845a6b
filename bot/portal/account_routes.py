"""The pages of a member's online account under /portal. They work without scripts."""

from __future__ import annotations

from sanic import Blueprint

from bot.portal.account import AccountPages
from bot.portal.login_creation import LoginCreationPages
from bot.portal.password import PasswordPages
from bot.services import Services


def blueprint(services: Services) -> Blueprint:
    """Sign in, the summary, Forgot Password? and Create account."""
    online = Blueprint("portal_online", url_prefix="/portal")
    for desk in (AccountPages, PasswordPages, LoginCreationPages):
        desk(services).register(online)
    return online
