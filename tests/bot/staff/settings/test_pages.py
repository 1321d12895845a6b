"""The settings' pages: read back first, in force at once, kept as versions, and undone."""

from __future__ import annotations

from datetime import date, time
from unittest.mock import AsyncMock

import aiohttp
import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.language import use_language
from tests.bot.edge import Edge
from tests.bot.staff.settings.forms import change, preview, publish, read_form
from tests.bot.staff.test_office import sign_in

AREAS = "/staff/settings/areas"
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" onload="alert(1)"><script>alert(1)</script>'
    b'<circle cx="20" cy="20" r="9" fill="#7a1f1f"/></svg>'
)


async def test_a_fee_is_read_back_published_and_undone(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    path = f"{AREAS}/money"
    page = await preview(edge, path, fee_card="2.50")
    assert "<del>$0.00</del></td><td><ins>$2.50</ins>" in page.text
    assert "Who pays $112.40 by card pays $114.90: $2.50 of it is the fee." in page.text
    assert backend.coop.card_fee_cents == 0, "nothing changes before it is published"
    without = await publish(edge, path, page, reason=" ")
    assert (without.status, "Please say in a few words why" in without.text) == (422, True)
    assert backend.coop.card_fee_cents == 0
    done = await publish(edge, path, page, reason="card network raised its price")
    assert "Version 1 is published" in done.text
    assert (backend.coop.card_fee_cents, backend.coop.bank_fee_cents) == (250, 0)
    twice = await publish(edge, path, page, reason="card network raised its price")
    assert "Version 2" not in twice.text, "a form sent twice does it once"
    shown = await edge.get("/staff/settings/history/1")
    assert "<dd>card network raised its price</dd>" in shown.text
    back = "/staff/settings/history/0"
    page = await edge.post(back, data=read_form((await edge.get(back)).text, back) | {"step": "preview"})
    assert "<ins>$0.00</ins>" in page.text
    await publish(edge, back, page, reason="too early")
    assert backend.coop.card_fee_cents == 0
    async with backend.db.read_session() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.act == "settings_changed")))
    assert [row.after["reason"] for row in rows if row.after] == ["card network raised its price", "too early"]
    assert (rows[0].after or {})["fees.card"] == "250"


async def test_two_people_do_not_overwrite_each_other(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    path = f"{AREAS}/money"
    first = await preview(edge, path, fee_card="2.50")
    second = await preview(edge, path, fee_card="2.50", fee_bank="1.00")
    await publish(edge, path, first)
    refused = await publish(edge, path, second, reason="both fees")
    assert refused.status == 409
    assert "Somebody published another change meanwhile" in refused.text
    assert "ann published “Fees and limits”" in refused.text
    assert read_form(refused.text, path)["reason"] == "both fees", "what was typed stays"
    assert "$2.50" not in refused.text.split("<tbody>")[1].split("</tbody>")[0], "that is no change any more"
    assert backend.coop.bank_fee_cents == 0
    done = await edge.post(path, data=read_form(refused.text, path) | {"step": "publish"})
    assert "Version 2 is published" in done.text
    assert (backend.coop.card_fee_cents, backend.coop.bank_fee_cents) == (250, 100)


async def test_a_fee_far_from_the_present_one_is_looked_at_twice(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    path = f"{AREAS}/money"
    page = await preview(edge, path, fee_card="15.00", max_payment="9,000.00")
    assert "Fee for paying by card, in dollars: from $0.00 to $15.00" in page.text
    assert "Largest payment, in dollars: from" not in page.text, "that is near"
    refused = await publish(edge, path, page, sure="")
    assert (refused.status, "tick that they are right" in refused.text) == (422, True)
    assert (await publish(edge, path, page, sure="0>1400")).status == 422, "another amount was read"
    assert backend.coop.card_fee_cents == 0
    await publish(edge, path, page, sure="0>1500")
    assert backend.coop.card_fee_cents == 1500


async def test_one_change_is_taken_back_and_later_ones_stay(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    await change(edge, "money", fee_card="2.50", fee_bank="1.00")
    await change(edge, "hours", friday_opens="", friday_closes="")
    await change(edge, "money", fee_bank="1.50")
    shown = (await edge.get("/staff/settings/history/1")).text
    assert "Changed again by a later version" in shown
    path = "/staff/settings/history/1/take-back"
    form = {name: value for name, value in read_form(shown, path).items() if not name.startswith("also.")}
    page = await edge.post(path, data=form | {"step": "preview"})
    await publish(edge, path, page)
    assert (backend.coop.card_fee_cents, backend.coop.bank_fee_cents) == (0, 150), "the later fee stays"
    assert backend.coop.hours_text.startswith("Monday to Thursday"), "and so do the hours"
    page = await edge.post(path, data=form | {"step": "preview", "also.fees.bank": "yes"})
    assert "<del>$1.50</del></td><td><ins>$0.00</ins>" in page.text
    await publish(edge, path, page)
    assert backend.coop.bank_fee_cents == 0
    assert "It is back already" in (await edge.get("/staff/settings/history/1")).text
    path = "/staff/settings/history/2/take-back"
    page = await edge.post(path, data=read_form((await edge.get(path[:-10])).text, path) | {"step": "preview"})
    await publish(edge, path, page)
    assert backend.coop.hours_text.startswith("Monday to Friday")
    assert "hours" not in backend.live.state.tables, "they follow coop.toml again"


async def test_a_form_opened_before_another_change_leaves_that_change(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    path = f"{AREAS}/money"
    old = read_form((await edge.get(path)).text, path)
    await change(edge, "money", fee_bank="1.00")
    page = await edge.post(path, data=old | {"fee_card": "2.50", "step": "preview"})
    assert "published “Fees and limits”" in page.text
    await publish(edge, path, page)
    assert (backend.coop.card_fee_cents, backend.coop.bank_fee_cents) == (250, 100)


BAD_VALUES = [
    ("money", {"fee_card": "150.00"}, "$150.00 is not taken here; at most $100.00."),
    ("facts", {"fact_late_fee_en": "{nofact}"}, "Braces are filled in only in the answers of Knowledge."),
    ("banner", {"banner_en": "a", "banner_es": "a", "banner_until": "2026-11-18T09:59"}, "This time is past"),
    ("money", {"fee_card": "two"}, "This must be an amount, such as 2.50."),
    ("money", {"schedule_days": "-1"}, "This must be a whole number, such as 60."),
    ("money", {"max_payment": "0"}, "With nothing as the limit nobody could pay."),
    ("hours", {"monday_opens": "17:00"}, "This must be after the opening time."),
    ("hours", {"monday_closes": ""}, "Please give a time"),
    ("holidays", {"holiday_on_0": "once", "holiday_day_0": ""}, "Choose when it is."),
    ("holidays", {"holiday_es_0": ""}, "Please fill this in, or empty the whole row."),
    ("banner", {"banner_en": "Storm"}, "Please write it in both languages"),
    ("greetings", {"chat_en": "Hello, I am Ann."}, "It must say that a machine answers"),
    ("starters", {"starters_es": "a\na"}, "Write 1 to 6 different lines"),
    ("facts", {"fact_late_fee_en": ""}, "Please fill this in."),
    ("look", {"accent": "#ffcc00"}, "Words in this color are hard to read: the contrast is 1.3"),
    ("look", {"accent": "green"}, "Write the color as # and six digits"),
]


async def test_a_bad_value_is_told_beside_its_field(edge: Edge) -> None:
    await sign_in(edge)
    for area, typed, said in BAD_VALUES:
        page = await preview(edge, f"{AREAS}/{area}", **typed)
        assert page.status == 422, area
        assert said in page.text
        assert page.text.count("autofocus") == 1
        kept = read_form(page.text, f"{AREAS}/{area}")
        assert {name: kept[name] for name in typed} == typed, "what was typed stays"


async def test_hours_holidays_and_banner_are_told_at_once(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    await change(edge, "hours", friday_opens="", friday_closes="")
    assert backend.coop.hours_text.startswith("Monday to Thursday 8:00 AM to 4:30 PM")
    await change(
        edge, "holidays", holiday_on_7="2026-11-20", holiday_en_7="Annual meeting", holiday_es_7="Asamblea anual"
    )
    with use_language("es"):
        assert "Asamblea anual" in backend.coop.holidays_text()
    short = {"holiday_on_5": "day after 4th thursday of november", "holiday_opens_5": "08:00"}
    await change(edge, "holidays", **short, holiday_closes_5="12:00")
    friday = date(2026, 11, 27)
    assert backend.coop.hours_on(friday) == (time(8), time(12)), "short hours, also on a weekday without hours"
    assert backend.coop.holiday_name(friday) is None, "a bank or a call back finds it no holiday"
    once = {"holiday_on_8": "once", "holiday_day_8": "2026-12-24", "holiday_opens_8": "08:00"}
    names = {"holiday_en_8": "Christmas Eve", "holiday_es_8": "Nochebuena"}
    await change(edge, "holidays", **once, **names, holiday_closes_8="11:00")
    assert backend.coop.hours_on(date(2026, 12, 24)) == (time(8), time(11))
    assert backend.coop.hours_on(date(2027, 12, 24)) is None, "once, and a holiday of its own that year"
    await change(edge, "banner", banner_en="Storm damage <east> of Galena.", banner_es="Daños al este de Galena.")
    assert "Storm damage &lt;east&gt; of Galena." in (await edge.get("/")).text
    assert "Storm damage <east> of Galena." in (await edge.get("/widget.js")).text
    assert "Daños al este de Galena." in (await edge.get("/portal/login?lang=es")).text
    await edge.get("/portal/login?lang=en")
    await change(edge, "banner", banner_en="", banner_es="")
    assert backend.coop.banner_text == ""
    assert "Storm damage" not in (await edge.get("/")).text


async def test_greetings_and_starters_reach_the_chat_and_the_phone(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    await change(edge, "greetings", phone_en="Prairie Rivers here.", phone_es="Habla Prairie Rivers.")
    page = await preview(edge, f"{AREAS}/starters", starters_en="Pay my bill\nReport an outage")
    assert "Report an outage" in page.text
    await publish(edge, f"{AREAS}/starters", page)
    assert "Pay my bill|Report an outage" in (await edge.get("/widget.js")).text
    assert backend.coop.shown.phone_greeting["es"] == "Habla Prairie Rivers."


async def test_a_color_and_a_logo(edge: Edge, backend: Backend) -> None:
    await sign_in(edge)
    assert (await edge.get("/theme.css")).text == ""
    path = f"{AREAS}/look"
    form = read_form((await edge.get(path)).text, path) | {"accent": "#7a1f1f", "step": "preview"}
    refused = await edge.post(path, data=with_file(form, b"GIF89a"))
    assert (refused.status, "This file is not a picture" in refused.text) == (422, True)
    page = await edge.post(path, data=with_file(form, DRAWING))
    assert "data:image/svg+xml" in page.text
    assert "circle" not in (await edge.get("/logo")).text, "nobody sees it yet"
    await publish(edge, path, page)
    logo = await edge.get("/logo")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert "circle" in logo.text
    assert "script" not in logo.text
    theme = (await edge.get("/theme.css")).text
    assert "--ml-accent:#7a1f1f" in theme
    assert "prefers-color-scheme:dark" in theme
    assert '/theme.css"' in (await edge.get("/")).text
    assert "var(--ml-accent,#7a1f1f)" in (await edge.get("/widget.js")).text


async def test_a_subject_is_changed_added_and_switched_off(
    edge: Edge, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(edge)
    searched = list[set[str]]()

    async def send(_version: str, changed: dict[str, str | None]) -> None:
        searched.append(set(changed))

    monkeypatch.setattr(edge.services.engine, "find_knowledge_version", AsyncMock(return_value=""))
    monkeypatch.setattr(edge.services.engine, "send_knowledge", send)
    path = "/staff/settings/knowledge/late_fee"
    page = await preview(edge, path, act="save", answer_en="A late charge is {late_fee}. Call us first.")
    assert "A late charge is $5.00 or 1.5%" in page.text
    changes = page.text.split("<tbody>")[1].split("</tbody>")[0]
    assert "Late fee: Answer, in English" in changes or ": Answer, in English" in changes
    assert "<ins>A late charge is {late_fee}. Call us first.</ins>" in changes
    assert not {"## en", "group:", "? "} & set(changes.split("\n")), "no words of the file"
    assert "in Spanish" not in changes, "what is the same is not shown"
    bad = await preview(edge, path, act="save", answer_es="El cargo es {late_feee}. Hay {nofact}.")
    assert (bad.status, "There is no fact {late_feee}. Do you mean {late_fee}?" in bad.text) == (422, True)
    await publish(edge, path, page)
    told = backend.knowledge.answer_subject("late_fee", backend.coop, "en").text
    assert told.endswith("Call us first.")
    page = await preview(edge, path, act="off", step="preview")
    await publish(edge, path, page)
    assert backend.knowledge.find("late_fee") is None
    page = await preview(edge, path, act="shipped")
    await publish(edge, path, page)
    assert (
        "Taking one off is up to the office." in backend.knowledge.answer_subject("late_fee", backend.coop, "en").text
    )
    new = "/staff/settings/knowledge/new"
    words = {
        "title": "Drone photos",
        "questions_en": "? may i fly a drone\ncan i film lines",
        "answer_en": "Ask first.",
    }
    twice = await preview(
        edge, new, act="save", name="drone_photos", **words | {"questions_en": "do u waive late fees"}
    )
    assert (twice.status, "The same question stands in two subjects" in twice.text) == (422, True)
    page = await preview(edge, new, act="save", name="drone_photos", **words)
    assert "A language is missing" in page.text
    await publish(edge, new, page)
    assert "drone_photos" in searched[-1], "who asks right after it was published is told"
    assert backend.knowledge.require("drone_photos").contents["en"].questions == (
        "may i fly a drone",
        "can i film lines",
    )
    needed = await edge.get("/staff/settings/knowledge/scam_call")
    assert "it cannot be switched off" in needed.text
    refused = await preview(edge, "/staff/settings/knowledge/scam_call", act="off")
    assert backend.knowledge.find("scam_call")
    assert "Publish now" not in refused.text


def with_file(fields: dict[str, str], content: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    form.add_field("logo_file", content, filename="logo.svg", content_type="image/svg+xml")
    return form


async def test_the_pages_are_for_supervisors(edge: Edge) -> None:
    assert "Sign in" in (await edge.get("/staff/settings")).text
    await sign_in(edge)
    assert (await edge.get(f"{AREAS}/secrets")).status == 404
    assert (await edge.get("/staff/settings/history/7")).status == 404
    assert (await edge.get("/staff/settings/knowledge/nothing")).status == 404
