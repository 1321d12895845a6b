"""A member number of nine digits, which recognizers and keyboards write like a social security number: `123-45-6001`.

Where a member number is asked for and an account has it, it is written as what it is, so that it is not taken out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from backend.app import Backend
from backend.conversations import service as conversations
from backend.members.service import SEPARATOR, find_account, plain_digits
from bot.messages import Inbound

NINE = re.compile(r"(?<![\d$])\d(?:[ .\-‐-―]{0,3}\d){8}(?![\d]|[.\-]\d)")


async def as_member_number(backend: Backend, inbound: Inbound) -> Inbound:
    """The message with such a number in the usual form; any other as it was. Only where nine digits stand it looks."""
    found = NINE.search(inbound.text)
    if found is None:
        return inbound
    digits = plain_digits(found[0])
    async with backend.db.reading() as session:
        asked = (await conversations.open_now(session, inbound.conversation)).expects
        if asked != "member_number" or await find_account(session, digits) is None:
            return inbound
    dashed = f"{digits[:-SEPARATOR]}-{digits[-SEPARATOR:]}"
    return replace(inbound, text=inbound.text[: found.start()] + dashed + inbound.text[found.end() :])
