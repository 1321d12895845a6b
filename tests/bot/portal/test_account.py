"""The online account as a browser without scripts sees it: sign in, summary, Forgot Password?, Create account."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from backend.demo import DEMO_PASSWORD
from backend.logins import signin, throttle
from backend.logins.models import PortalSession
from backend.members import rate_limits
from tests.bot.portal.page_text import text
from tests.bot.portal.visitor import NEW, Visitor, create, give_codes, link_from_mail, notice_recipients


@pytest.mark.parametrize("user_id", ["ruth.alvarez", "Ruth.Alvarez", "99999-001", "99999001"])
async def test_sign_in_by_user_id_or_full_number(visitor: Visitor, user_id: str) -> None:
    status, page, path = await visitor.sign_in(user_id)
    assert (status, path) == (200, "/portal")
    shown = text(page)
    for words in ("Total amount due $112.40", "Last payment", "Recent usage"):
        assert words in shown
    shown = text((await visitor.get("/portal/billing"))[1])
    for words in (
        "Total amount due $112.40",
        "Billing history",
        "Payment history",
        "Enrollment Options",
        "Recent usage",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("user_id", "password", "expected"),
    [
        ("ruth.alvarez", "lantern birch rivers", "do not fit each other"),
        ("nobody.here", DEMO_PASSWORD, "do not fit each other"),
        ("20417-001", DEMO_PASSWORD, "do not fit each other"),  # a member without a login
        ("99999", DEMO_PASSWORD, "number alone no longer opens"),
        ("", "", "Please type your password"),
    ],
)
async def test_invalid_sign_in(visitor: Visitor, user_id: str, password: str, expected: str) -> None:
    status, page, path = await visitor.sign_in(user_id, password)
    assert (status, path) == (422, "/portal/login")
    assert expected in text(page)
    assert (await visitor.get("/portal"))[2] == "/portal/login"


async def test_the_cookie_and_the_headers(visitor: Visitor) -> None:
    url = visitor.services.settings.public_url
    form = {"user_id": "ruth.alvarez", "password": DEMO_PASSWORD}
    async with visitor.http.post(f"{url}/portal/login", data=form, allow_redirects=False) as answer:
        cookies = answer.headers.getall("set-cookie")
        assert answer.status == 303
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    async with visitor.http.get(f"{url}/portal") as answer:
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    url = visitor.services.settings.public_url
    form = {"user_id": "ruth.alvarez", "password": DEMO_PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        async with visitor.http.post(f"{url}/portal/login", data=form, headers=headers) as answer:
            assert answer.status == 403
    await visitor.sign_in()
    assert (await visitor.post("/portal/logout", form_token="guessed"))[2] == "/portal"


async def test_a_browser_that_hides_its_origin_signs_in_from_our_page_alone(visitor: Visitor) -> None:
    url, hidden = f"{visitor.services.settings.public_url}/portal/login", {"Origin": "null"}
    form = {"user_id": "ruth.alvarez", "password": DEMO_PASSWORD}
    async with visitor.http.post(url, data=form, headers=hidden) as answer:  # as another site's page would do it
        page = await answer.text()
        assert (answer.status, answer.url.path) == (422, "/portal/login")
    assert "sign in once more here" in text(page)
    assert 'value="ruth.alvarez"' in page
    door = re.search(r'name="door" value="(\w+)"', page)
    assert door
    stranger = visitor.another()
    async with stranger.http.post(url, data=form | {"door": door[1]}, headers=hidden) as answer:
        assert answer.url.path == "/portal/login", "the field is worth nothing without this browser's cookie"
    await stranger.http.close()
    async with visitor.http.post(url, data=form | {"door": door[1]}, headers=hidden) as answer:
        assert answer.url.path == "/portal"


async def test_sign_out_ends_the_session_on_our_side(visitor: Visitor) -> None:
    _, page, _ = await visitor.sign_in()
    token = re.search(r'name="form_token" value="(\w+)"', page)
    assert token
    assert (await visitor.post("/portal/logout", form_token=token[1]))[2] == "/portal/login"
    async with visitor.services.backend.db.read_session() as session:
        assert (await session.scalars(select(PortalSession))).all() == []


async def test_silence_ends_a_session(visitor: Visitor) -> None:
    await visitor.sign_in()
    visitor.clock.advance(minutes=29)
    assert (await visitor.get("/portal"))[2] == "/portal"
    visitor.clock.advance(minutes=31)
    assert (await visitor.get("/portal"))[2] == "/portal/login"


async def test_a_lock_of_the_assistant_leaves_the_portal_open(visitor: Visitor) -> None:
    backend = visitor.services.backend
    target = rate_limits.hash_target(backend, "99999001")
    for _ in range(5):
        async with backend.db.transaction() as session:
            pressure = await rate_limits.record_miss(
                session, backend, rate_limits.IdentityAttempt(rate_limits.IDENTITY, target, "a stranger")
            )
    assert pressure.locked_until
    assert (await visitor.sign_in())[2] == "/portal"


async def test_misses_in_the_assistant_close_neither_reset_nor_creation(visitor: Visitor) -> None:
    backend = visitor.services.backend
    for number in ("99999001", "20417001"):
        target = rate_limits.hash_target(backend, number)
        for _ in range(20):
            async with backend.db.transaction() as session:
                await rate_limits.record_miss(
                    session, backend, rate_limits.IdentityAttempt(rate_limits.IDENTITY, target, "a stranger")
                )
    _, page, _ = await visitor.post("/portal/forgot", who="99999-001", last4="0142", kind="reset")
    assert "goes to the email on file" in text(page)
    assert await link_from_mail(visitor)
    _, page = await create(visitor, "20417-001", "0111", "residential", "1234")
    assert "First name" in text(page)


async def test_a_new_password_by_email(visitor: Visitor) -> None:
    elsewhere = visitor.another()
    await elsewhere.sign_in()
    _, page, _ = await visitor.post("/portal/forgot", who="99999-001", last4="0142", kind="reset")
    assert "goes to the email on file" in text(page)
    assert visitor.services.settings.public_url not in page
    url = await link_from_mail(visitor)
    assert visitor.mails[0][0] == "ruth@example.com"

    for bad, expected in (
        ("short", "10 characters"),
        ("1234567890", "Many people"),
        ("ruth.alvarez99999", "others know"),
    ):
        status, page, _ = await visitor.post(url, password=bad, again=bad)
        assert (status, expected in text(page)) == (422, True), bad
    assert "not the same" in text((await visitor.post(url, password=NEW, again=f"{NEW}!"))[1])

    _, page, path = await visitor.post(url, password=NEW, again=NEW)
    assert path == "/portal/login"  # no automatic login
    assert (await elsewhere.get("/portal"))[2] == "/portal/login"
    assert "was changed" in str(await visitor.mailed(2) and visitor.mails[1][1]["Subject"])
    assert (await visitor.sign_in())[0] == 422
    assert (await visitor.sign_in(password=NEW))[2] == "/portal"
    assert (await visitor.get(url))[0] == 404  # once
    await elsewhere.http.close()


async def test_a_reset_link_is_good_for_half_an_hour_and_only_the_newest(visitor: Visitor) -> None:
    await visitor.post("/portal/forgot", who="ruth.alvarez", last4="0142", kind="reset")
    first = await link_from_mail(visitor)
    await visitor.post("/portal/forgot", who="ruth.alvarez", last4="0142", kind="reset")
    second = await link_from_mail(visitor, 2)
    assert (await visitor.get(first))[0] == 404
    assert (await visitor.get(second))[0] == 200
    visitor.clock.advance(minutes=30)
    assert (await visitor.get(second))[0] == 404
    assert (await visitor.get(f"{second}x"))[0] == 404


async def test_a_scanner_of_mail_uses_no_reset_link_up(visitor: Visitor) -> None:
    await visitor.post("/portal/forgot", who="ruth.alvarez", last4="0142", kind="reset")
    url = await link_from_mail(visitor)
    for _ in range(3):
        async with visitor.http.head(url) as answer:
            assert (answer.status, await answer.text()) == (200, "")
        assert (await visitor.get(url))[0] == 200
    assert (await visitor.post(url, password=NEW, again=NEW))[2] == "/portal/login"
    async with visitor.http.head(url) as answer:
        assert answer.status == 404


async def test_the_user_id_by_email(visitor: Visitor) -> None:
    _, page, _ = await visitor.post("/portal/forgot", who="99999001", last4="0142", kind="user_id")
    assert "ruth.alvarez" not in page
    assert "ruth.alvarez" in await visitor.mailed()


@pytest.mark.parametrize(
    ("number", "last4", "kind", "digits", "email"),
    [
        ("20417-001", "0111", "residential", "1234", "walter@example.com"),
        ("50310001", "0115", "commercial", "12-3456789", "office@bakery.example.com"),
    ],
)
async def test_making_an_account(visitor: Visitor, number: str, last4: str, kind: str, digits: str, email: str) -> None:
    phone = f"+1555555{last4}"
    here, page = await create(visitor, number, last4, kind, digits)
    assert "First name" in page
    _, page, _ = await visitor.post(here, step="person", first_name="Pat", last_name="Doe", email="")
    assert "Please fill this in" in page
    _, page, _ = await visitor.post(here, step="person", first_name="Pat", last_name="Doe", email="pat@example.net")
    assert f"Code sent to the phone ending {last4}" in text(page)
    _, page, _ = await visitor.post(here, step="login", user_id="pat.doe", password=NEW, again=NEW)
    assert "Code sent to" in text(page)  # no step is left out
    _, page, _ = await give_codes(visitor, here, on_file=phone)
    assert "Confirm password" in page
    _, page, _ = await visitor.post(here, step="login", user_id="RUTH.alvarez", password=NEW, again=NEW)
    assert "Somebody has this user ID" in page
    _, page, path = await visitor.post(here, step="login", user_id="pat.doe", password=NEW, again=NEW)
    assert path == "/portal/created"
    assert "Login to My Account" in page
    assert (await visitor.get("/portal"))[2] == "/portal"
    assert visitor.mails or await visitor.mailed()
    assert visitor.mails[0][0] == email  # the address on file, not the one typed
    assert await notice_recipients(visitor) == [email, phone]
    assert (await visitor.get(here))[0] == 404
    again = visitor.another()
    assert (await again.sign_in("pat.doe", NEW))[2] == "/portal"
    assert (await again.sign_in(number, NEW))[2] == "/portal"
    await again.http.close()


@pytest.mark.parametrize(
    ("number", "last4", "kind", "digits"),
    [
        ("20417-001", "0111", "residential", "9999"),
        ("20417-001", "0112", "residential", "1234"),
        ("20417-001", "0111", "commercial", "123456789"),
        ("20418-001", "0111", "residential", "1234"),
    ],
)
async def test_one_message_whichever_part_is_wrong(
    visitor: Visitor, number: str, last4: str, kind: str, digits: str
) -> None:
    _, page = await create(visitor, number, last4, kind, digits)
    assert "do not fit our records" in text(page)
    assert digits not in re.sub(r'value="[^"]*001"', "", page).replace("12345-001", "")


async def test_guessing_the_holder_is_stopped(visitor: Visitor) -> None:
    _, _, here = await visitor.get("/portal/create")
    for guess in range(5):
        _, page, _ = await visitor.post(
            here, step="holder", number="20417-001", last4="0111", kind="residential", digits=f"000{guess}"
        )
    assert "15 minutes" in text(page)
    _, page, _ = await visitor.post(
        here, step="holder", number="20417-001", last4="0111", kind="residential", digits="1234"
    )
    assert "15 minutes" in text(page)


async def test_existing_account_is_mentioned_only_after_the_proof(visitor: Visitor) -> None:
    _, page = await create(visitor, "99999-001", "0142", "residential", "1234")
    assert "user ID for this account already" in text(page)


async def test_a_login_that_strangers_try_is_opened_by_a_code(visitor: Visitor) -> None:
    for count in range(throttle.MAX_PER_TARGET):
        await signin.sign_in(visitor.services.backend, "ruth.alvarez", "wrong", source=f"web-{count}")
    wrong = await visitor.sign_in(password="not the one")
    right = await visitor.sign_in()
    assert text(wrong[1]) == text(right[1])
    token = re.findall(r'code_token" value="([^"]+)"', right[1])[0]
    status, page, _path = await visitor.post("/portal/login/code", code_token=token, code="nothing")
    assert (status, "not the newest code" in text(page)) == (422, True)
    code = (await visitor.mailed()).split()[0]
    assert (await visitor.post("/portal/login/code", code_token=token, code=code))[2] == "/portal"
    assert "used up" in text((await visitor.post("/portal/login/code", code_token=token, code=code))[1])


async def test_a_form_sent_empty_is_answered_beside_its_fields_and_is_no_try(visitor: Visitor) -> None:
    status, page, _ = await visitor.sign_in("", "")
    assert status == 422
    assert "Please give your full member number or your user ID." in text(page)
    assert "Please type your password." in text(page)
    assert page.count(" autofocus") == 1
    for _ in range(30):  # more than may fail
        await visitor.sign_in("ruth.alvarez", "")
    _, _, here = await visitor.get("/portal/create")
    status, page, _ = await visitor.post(here, step="holder", number="20417-001", last4="0111", digits="")
    assert status == 422
    assert 'name="last4" type="text" value="0111"' in page
    assert 'id="digits-error"' in page or 'id="kind-error"' in page or "Please choose one." in text(page)
    status, page, _ = await visitor.post(here, step="holder")
    assert "Please give your full member number." in text(page)
    assert (await visitor.sign_in())[2] == "/portal"
    _, page, _ = await visitor.get("/portal/security")
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    status, page, _ = await visitor.post("/portal/security/password", form_token=token[1])
    assert status == 422
    assert "Please type your current password." in text(page)
    assert "Please type a password." in text(page)
