"""The pages in Spanish: by the talk that a link came from, by the address, and for as long as the browser is open."""

from __future__ import annotations

import re

import aiohttp
from sqlalchemy import select, update

from backend.consents.models import Consent
from backend.conversations.models import Conversation
from backend.language import SPANISH
from backend.outbox.models import OutboxMessage
from tests.bot.portal.conftest import Member, in_days
from tests.bot.portal.page_text import payments, quote_in, text
from tests.bot.portal.visitor import NEW, Visitor, give_codes, link_from_mail


def in_spanish(page: str) -> bool:
    return '<html lang="es">' in page


async def spanish_link(member: Member, **options: object) -> str:
    url = await member.link(**options)  # type: ignore[arg-type]
    async with member.backend.db.transaction() as session:
        await session.execute(update(Conversation).values(language=SPANISH))
    return url


async def test_link_of_a_spanish_conversation_pays_in_spanish(member: Member) -> None:
    url = await spanish_link(member)
    _, page = await member.get(url)
    assert in_spanish(page)
    assert "Pague su factura de luz" in text(page)
    assert "Hoy, lunes 23 de noviembre de 2026" in text(page)

    page = await member.enter_card(url)
    assert in_spanish(page)
    assert "¿Está todo bien?" in text(page)
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    made = (await payments(member))[0]
    assert "Gracias, está pagado" in text(page)
    assert f"Su número de confirmación es {made.confirmation}" in text(page)


async def test_consent_has_the_words_shown_in_their_language(member: Member) -> None:
    url = await spanish_link(member, on=in_days(member.backend, 5))
    page = await member.enter_card(f"{url}?lang=en")
    _, page = await member.get(f"{url}/return?lang=es")
    # meanwhile another tab asked for English: what is agreed to are the words above the button
    form = {"quote": quote_in(page), "page_language": "es"}
    assert 'name="page_language" value="es"' in page
    await member.post(f"{url}/confirm", data=form, cookies={"ml_language": "en"})
    async with member.backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
    assert consent.wording in text(page)
    assert consent.wording.startswith("Autorizo a ")
    assert consent.reply == "Programar $112.40"


async def test_declined_card_is_reported_in_spanish(member: Member) -> None:
    url = await spanish_link(member)
    page = await member.enter_card(url, "4000000000009995")
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert "El pago fue rechazado" in text(page)
    assert "No había suficiente dinero en la cuenta. No se cobró nada." in text(page)


async def test_chosen_language_holds_for_later_pages(member: Member) -> None:
    url = await spanish_link(member)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        reader = Member(member.backend, member.clock, http)
        assert in_spanish((await reader.get(url))[1])
        assert not in_spanish((await reader.get(f"{url}?lang=en"))[1])
        assert not in_spanish((await reader.get(url))[1])
        assert not in_spanish((await reader.get(f"{url}?lang=xx"))[1])
    assert in_spanish((await member.get(url))[1])  # of another browser nothing is known


async def test_expired_link_is_explained_in_the_conversation_language(member: Member) -> None:
    url = await spanish_link(member)
    member.clock.advance(minutes=31)
    status, page = await member.get(url)
    assert (status, in_spanish(page)) == (404, True)
    assert "Este enlace de pago no funciona" in text(page)
    assert "de lunes a viernes" in text(page)
    assert not in_spanish((await member.get(f"{url}x"))[1])


async def test_a_refusal_can_be_read_in_the_other_language(member: Member) -> None:
    url = await spanish_link(member)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        _, page = await Member(member.backend, member.clock, http).get(f"{url}/confirm?lang=en")
    assert "You left before a card" in text(page)


async def test_a_new_password_in_spanish(visitor: Visitor) -> None:
    _, page, _ = await visitor.get("/portal/forgot?lang=es")
    assert in_spanish(page)
    assert "Cuatro dígitos" in text((await visitor.post("/portal/forgot", who="99999-001", last4="1"))[1])
    _, page, _ = await visitor.post("/portal/forgot", who="99999-001", last4="0142", kind="reset")
    assert "se manda al correo electrónico registrado" in text(page)

    url = await link_from_mail(visitor)
    assert "Su referencia es" in await visitor.mailed()
    elsewhere = visitor.another()
    assert in_spanish((await elsewhere.get(url))[1])
    there = url.partition("?")[0]
    for bad, expected in (
        ("corta", "10 caracteres"),
        ("1234567890", "Mucha gente"),
        ("ruth.alvarez99999", "otros conocen"),
    ):
        assert expected in text((await elsewhere.post(there, password=bad, again=bad))[1])
    _, page, path = await elsewhere.post(there, password=NEW, again=NEW)
    assert path == "/portal/login"
    assert in_spanish(page)
    await elsewhere.http.close()


async def test_making_an_account_in_spanish(visitor: Visitor) -> None:
    _, page, here = await visitor.get("/portal/create?lang=es")
    assert in_spanish(page)
    _, page, _ = await visitor.post(here, step="holder", number="20417", last4="01", kind="commercial", digits="1")
    for expected in ("los tres dígitos después del guion", "el final del teléfono", "el tax ID completo"):
        assert expected in text(page)
    holder = {"number": "20417-001", "last4": "0111", "kind": "residential", "digits": "1234"}
    _, page, _ = await visitor.post(here, step="holder", **holder)
    assert "Su nombre y correo electrónico" in text(page)
    person = {"first_name": "Walter", "last_name": "Brandt", "email": "walter@example.com"}
    _, page, _ = await visitor.post(here, step="person", **person)
    assert "Código enviado al correo w***@example.com" in text(page)
    await give_codes(visitor, here, on_file="walter@example.com")
    _, page, _ = await visitor.post(here, step="login", user_id="ruth.alvarez", password=NEW, again=NEW)
    assert "Alguien ya tiene este usuario" in text(page)
    _, page, path = await visitor.post(here, step="login", user_id="walter.brandt", password=NEW, again=NEW)
    assert path == "/portal/created"
    assert "Su cuenta en línea está lista" in text(page)
    async with visitor.services.backend.db.read_session() as session:
        notice = await session.scalar(select(OutboxMessage).where(OutboxMessage.purpose == "notice"))
    assert notice is not None
    assert "se hizo una cuenta en línea" in notice.body


async def test_the_summary_in_spanish(visitor: Visitor) -> None:
    await visitor.get("/portal/login?lang=es")
    _, page, _ = await visitor.sign_in()
    assert in_spanish(page)
    shown = text(page)
    assert "Total que debe $112.40" in shown
    shown = text((await visitor.get("/portal/billing"))[1])
    for words in ("Total que debe $112.40", "Historial de facturas", "Historial de pagos", "Consumo reciente"):
        assert words in shown
    assert re.search(r"\b\d{1,2} nov 2026\b", shown)
