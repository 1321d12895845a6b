"""Password and sign-ins: the old password is asked, other browsers are ended, and strangers cannot act."""

from __future__ import annotations

from urllib.parse import urlsplit

from backend.demo import DEMO_PASSWORD
from backend.logins import throttle
from tests.bot.portal.page_text import text
from tests.bot.portal.test_paying_on_the_account_page import token_in
from tests.bot.portal.visitor import NEW, Visitor, link_from_mail


async def test_a_new_password_ends_every_other_browser(visitor: Visitor) -> None:
    other = visitor.another()
    await other.sign_in()
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/security")
    assert "ruth.alvarez" in page
    form = {"form_token": token_in(page), "old": DEMO_PASSWORD, "password": NEW, "again": NEW}
    for wrong, words in (
        ({"old": "wrong"}, "not your current password"),
        ({"again": f"{NEW}!"}, "not the same"),
        ({"password": "short", "again": "short"}, "10 characters"),
    ):
        status, page, _ = await visitor.post("/portal/security/password", **{**form, **wrong})
        assert (status, words in text(page)) == (422, True)
    status, page, path = await visitor.post("/portal/security/password", **form)
    assert (status, path) == (200, "/portal/security")
    assert "Your new password is set" in text(page)
    assert (await other.get("/portal"))[2] == "/portal/login"
    assert "was changed" in str(await visitor.mailed() and visitor.mails[0][1]["Subject"])
    assert (await other.sign_in())[0] == 422
    assert (await other.sign_in(password=NEW))[2] == "/portal"
    await other.http.close()


async def test_a_new_password_makes_an_older_link_useless(visitor: Visitor) -> None:
    await visitor.post("/portal/forgot", who="99999-001", last4="0142", kind="reset")
    link = urlsplit(await link_from_mail(visitor)).path
    _, page, _ = await visitor.sign_in()
    form = {"form_token": token_in(page), "old": DEMO_PASSWORD, "password": NEW, "again": NEW}
    assert (await visitor.post("/portal/security/password", **form))[0] == 200
    status, page, _ = await visitor.get(link)
    assert status in (404, 410) or "does not work" in text(page)
    assert 'name="password"' not in page


async def test_guessing_the_old_password_is_stopped(visitor: Visitor) -> None:
    _, page, _ = await visitor.sign_in()
    form = {"form_token": token_in(page), "password": NEW, "again": NEW}
    for count in range(throttle.MAX_PER_SOURCE_AND_TARGET):
        await visitor.post("/portal/security/password", **form, old=f"guess {count}")
    _, page, _ = await visitor.post("/portal/security/password", **form, old=DEMO_PASSWORD)
    assert "wait 15 minutes" in text(page)


async def test_one_browser_or_all_others_are_signed_out(visitor: Visitor) -> None:
    others = [visitor.another(), visitor.another()]
    for other in others:
        await other.sign_in()
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/security")
    assert page.count('name="session"') == 2
    stranger = visitor.another()
    _, own, _ = await stranger.sign_in("ole.lindqvist")
    number = page.split('name="session" value="')[1].split('"')[0]
    await stranger.post("/portal/security/sessions", form_token=token_in(own), session=number)
    assert (await visitor.get("/portal/security"))[1].count('name="session"') == 2
    _, page, _ = await visitor.post("/portal/security/sessions", form_token=token_in(page), session=number)
    assert page.count('name="session"') == 1
    _, page, _ = await visitor.post("/portal/security/sessions", form_token=token_in(page))
    assert page.count('name="session"') == 0
    for other in others:
        assert (await other.get("/portal"))[2] == "/portal/login"
        await other.http.close()
    await stranger.http.close()
    assert (await visitor.get("/portal"))[2] == "/portal"
