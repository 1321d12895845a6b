"""Text to pay on the web page."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.text_pay.elsewhere import answer_on_web
from tests.backend.household import Household, add_conversation
from tests.backend.text_pay.texting import Texting, authorize

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_page_says_where_to_set_it_up_and_ends_it_for_who_is_known(
    backend: Backend, home: Household, phone: Texting
) -> None:
    number = await authorize(backend, home)
    web = await add_conversation(backend, "web-1")
    assert "write TEXT TO PAY to" in str(await answer_on_web(backend, web, "text to pay"))
    assert await answer_on_web(backend, web, "pay my bill") is None
    assert "from the phone it is for" in str(await answer_on_web(backend, web, "stop text to pay"))
    assert "pay $112.40 today" in str(await phone.text("PAY"))
    async with backend.db.transaction() as session:
        conversation = await session.get_one(Conversation, web)
        conversation.member_id, conversation.account_id = home.member_id, home.account_id
        conversation.verified_at = conversation.last_seen_at = backend.clock.now()
    assert await answer_on_web(backend, web, "stop text to pay") == f"Text to pay is off (number {number})."
    assert await phone.text("PAY") == "-> PAY"
    assert await answer_on_web(backend, web, "stop text to pay") == "Text to pay is not on for any of your accounts."
