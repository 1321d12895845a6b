"""A talk beside the account page ends with the page's session, and nobody else can use the page's identity."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from backend.conversations.models import Conversation
from backend.demo import DEMO_PASSWORD
from backend.logins.models import PortalSession
from backend.logins.open_sessions import MAX_SESSION
from backend.members import identity
from backend.members.levels import Level
from bot.channels.webchat import sessions
from bot.dialogue.messages import Message
from tests.bot.portal.test_paying_on_the_account_page import token_in
from tests.bot.portal.visitor import NEW, Visitor, codes_sent

IDENTITY = re.compile(r'data-identity="([^"]+)"')


async def open_talk(visitor: Visitor) -> str:
    async with visitor.http.post(f"{visitor.services.settings.public_url}/chat/sessions", json={}) as answer:
        return str((await answer.json())["session"])


async def show(visitor: Visitor, talk: str, shown: str) -> int:
    """Status of POST /chat/identity from this browser."""
    url = f"{visitor.services.settings.public_url}/chat/identity"
    async with visitor.http.post(url, json={"session": talk, "identity": shown}) as answer:
        return answer.status


async def read_identity(visitor: Visitor, path: str = "/portal") -> str:
    found = IDENTITY.search((await visitor.get(path))[1])
    assert found
    return found[1]


def name_talk(visitor: Visitor, talk: str) -> str:
    return sessions.session_conversation_id(visitor.services.settings, talk) or ""


async def stream_status(visitor: Visitor, talk: str) -> int:
    url = f"{visitor.services.settings.public_url}/chat/events"
    async with visitor.http.get(url, params={"session": talk}) as answer:
        return answer.status


async def find_level(visitor: Visitor, talk: str) -> Level:
    async with visitor.services.backend.db.read_session() as session:
        return (await identity.load_identity(session, visitor.services.backend, name_talk(visitor, talk))).level


async def keep_talking(visitor: Visitor, talk: str, minutes: int) -> None:
    """Time goes by, and there is a message in the talk at its end."""
    visitor.clock.advance(minutes=minutes)
    async with visitor.services.backend.db.transaction() as session:
        seen = update(Conversation).where(Conversation.id == name_talk(visitor, talk))
        await session.execute(seen.values(last_seen_at=visitor.clock.now()))


async def sign_in_talk(visitor: Visitor) -> tuple[str, str]:
    """A talk beside the account page, and the identity that was shown in it."""
    await visitor.sign_in()
    shown, talk = await read_identity(visitor), await open_talk(visitor)
    assert await show(visitor, talk, shown) == 200
    assert await find_level(visitor, talk) == Level.STEPPED_UP
    return talk, shown


async def test_a_copied_identity_is_of_no_use_in_another_browser(visitor: Visitor) -> None:
    await visitor.sign_in()
    shown, thief = await read_identity(visitor), visitor.another()
    stolen = await open_talk(thief)
    assert await show(thief, stolen, shown) == 403
    await thief.sign_in("ole.lindqvist")  # nor with a session of the thief's own
    assert await show(thief, stolen, shown) == 403
    assert await find_level(visitor, stolen) == Level.ANONYMOUS
    await thief.http.close()


async def test_a_talk_goes_on_from_page_to_page_and_beside_another(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    assert await show(visitor, talk, await read_identity(visitor, "/portal/security")) == 200
    assert await find_level(visitor, talk) == Level.STEPPED_UP
    begun_anew = await open_talk(visitor)
    assert await show(visitor, begun_anew, await read_identity(visitor)) == 200
    assert {await find_level(visitor, one) for one in (talk, begun_anew)} == {Level.STEPPED_UP}


async def sign_out(visitor: Visitor) -> None:
    _, page, _ = await visitor.get("/portal")
    _, _, path = await visitor.post("/portal/logout", form_token=token_in(page))
    assert path == "/portal/login"


async def sign_out_from_elsewhere(visitor: Visitor) -> None:
    other = visitor.another()
    await other.sign_in()
    _, page, _ = await other.get("/portal/security")
    await other.post("/portal/security/sessions", form_token=token_in(page))
    await other.http.close()


async def change_password_elsewhere(visitor: Visitor) -> None:
    other = visitor.another()
    await other.sign_in()
    _, page, _ = await other.get("/portal/security")
    form = {"form_token": token_in(page), "old": DEMO_PASSWORD, "password": NEW, "again": NEW}
    assert (await other.post("/portal/security/password", **form))[0] == 200
    await other.http.close()


@pytest.mark.parametrize("end", [sign_out, sign_out_from_elsewhere, change_password_elsewhere])
async def test_the_talk_ends_with_the_session(visitor: Visitor, end: Callable[[Visitor], Awaitable[None]]) -> None:
    talk, shown = await sign_in_talk(visitor)
    assert await stream_status(visitor, talk) == 200
    kept = {cookie.key: cookie.value for cookie in visitor.http.cookie_jar}
    await end(visitor)
    visitor.http.cookie_jar.update_cookies(kept)  # the thief has kept the cookie too
    assert await find_level(visitor, talk) == Level.ANONYMOUS
    assert await stream_status(visitor, talk) == 404, "what was said is not read again by who kept the talk's token"
    assert await show(visitor, talk, shown) == 403
    begun_anew = await open_talk(visitor)
    assert await show(visitor, begun_anew, shown) == 403
    assert await find_level(visitor, begun_anew) == Level.ANONYMOUS


async def test_a_code_given_in_the_talk_does_not_outlive_the_session(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    backend = visitor.services.backend
    async with backend.db.transaction() as session:
        await identity.send_code(session, backend, name_talk(visitor, talk))
    [code] = (await codes_sent(visitor)).values()
    async with backend.db.transaction() as session:
        assert (await identity.check_code(session, backend, name_talk(visitor, talk), code=code)).status == "ok"
    await sign_out(visitor)
    assert await find_level(visitor, talk) == Level.ANONYMOUS


async def test_a_talk_that_goes_on_does_not_keep_the_session(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    for _ in range(2):
        await keep_talking(visitor, talk, 12)
        assert await find_level(visitor, talk) == Level.STEPPED_UP
    await keep_talking(visitor, talk, 12)
    assert await find_level(visitor, talk) == Level.ANONYMOUS


async def test_the_talk_gets_no_older_than_the_session_may(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    async with visitor.services.backend.db.transaction() as session:
        began = visitor.clock.now() - MAX_SESSION
        await session.execute(update(PortalSession).values(started_at=began))
    assert await find_level(visitor, talk) == Level.ANONYMOUS


async def test_a_signed_in_talk_without_a_session_has_ended(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    async with visitor.services.backend.db.transaction() as session:
        await session.execute(update(Conversation).values(signed_in_by=""))
    assert await find_level(visitor, talk) == Level.ANONYMOUS


async def test_the_next_session_takes_the_members_own_talk_up_again(visitor: Visitor) -> None:
    talk, shown = await sign_in_talk(visitor)
    await sign_out(visitor)
    await visitor.sign_in()
    assert await find_level(visitor, talk) == Level.ANONYMOUS
    assert await show(visitor, talk, shown) == 403, "made by the session before"
    assert await show(visitor, talk, await read_identity(visitor)) == 200
    assert await find_level(visitor, talk) == Level.STEPPED_UP


async def test_the_talks_id_without_the_sessions_cookie_opens_nothing(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    thief, url = visitor.another(), f"{visitor.services.settings.public_url}/chat"
    await thief.sign_in("ole.lindqvist")  # nor does the cookie of a session of the thief's own
    words = {"session": talk, "id": "1", "text": "pay 5 dollars with my saved checking"}
    for path, body in (
        ("messages", words),
        ("transcript", {"session": talk}),
        ("rating", {"session": talk, "helped": True}),
        (f"photos?session={talk}", None),
    ):
        async with thief.http.post(f"{url}/{path}", json=body) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (404, "unknown_session"), path
    assert await stream_status(thief, talk) == 404
    async with thief.http.head(f"{url}/events", params={"session": talk}) as answer:
        assert answer.status == 404
    async with visitor.http.post(f"{url}/rating", json={"session": talk, "helped": True}) as answer:
        assert answer.status == 200, "this is the member's own browser"
    await sign_out(visitor)
    async with visitor.http.post(f"{url}/messages", json=words) as answer:
        assert answer.status == 404, "the widget begins a new talk"
    await thief.http.close()


async def test_a_talk_of_our_own_page_is_bound_to_its_browser(visitor: Visitor) -> None:
    url = f"{visitor.services.settings.public_url}/chat/sessions"
    async with visitor.http.post(url, json={}, headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        bound = str((await answer.json())["session"])
    async with visitor.http.post(url, json={}, headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        second = str((await answer.json())["session"])
    async with visitor.http.post(url, json={}, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert not answer.cookies, "no cookie is set on a co-op's own site"
        free = str((await answer.json())["session"])
    other = visitor.another()
    assert [await stream_status(visitor, talk) for talk in (bound, second, free)] == [200, 200, 200]
    assert [await stream_status(other, talk) for talk in (bound, second, free)] == [404, 404, 200]
    await other.http.close()


async def test_an_open_stream_ends_before_the_next_words_when_the_member_signs_out(visitor: Visitor) -> None:
    talk, _ = await sign_in_talk(visitor)
    services, url = visitor.services, f"{visitor.services.settings.public_url}/chat/events"
    async with visitor.http.get(url, params={"session": talk}) as stream:
        await stream.content.readline()
        await sign_out(visitor)
        async with services.backend.db.transaction() as session:
            message = Message("You owe $107.40.")
            await services.pushes.push(session, name_talk(visitor, talk), (message,))
        services.pushes.notify(name_talk(visitor, talk))
        async with asyncio.timeout(10):
            assert b"107.40" not in await stream.content.read()
