"""The outage board over HTTP: what is not ticked, and what is said before the end at night."""

from __future__ import annotations

from datetime import timedelta

from backend.app import Backend
from backend.outage import announcing
from backend.outage.areas import parse_area
from backend.outbox import service as outbox
from backend.staff.roles import Role
from tests.backend.outage.test_board import report
from tests.bot.edge import Edge
from tests.bot.staff.office_people import add_person
from tests.bot.staff.office_people import sign_in as sign_in_person
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import open_outage, token_in
from tests.bot.staff.test_ticket_work import find
from tests.bot.staff.test_tickets import open_ticket


async def test_one_road_is_taken_and_of_several_one_is_asked_for(edge: Edge, backend: Backend) -> None:
    await open_ticket(edge, kind="outage", place="12 Ridge Road, Elizabeth")
    board = await edge.get("/staff/outages")
    assert 'value="Ridge Road (Elizabeth)" checked' in board.text
    await report(backend, "web-9", "3 Mill Road, Elizabeth")
    asked = await edge.get("/staff/outages/new?from=board")
    assert asked.status == 422
    assert "Tick the roads that belong together first" in asked.text
    assert 'name="at" value="Mill Road (Elizabeth)"' in asked.text
    assert 'value="Mill Road"' in (await edge.get("/staff/outages/new?from=board&at=Mill+Road")).text
    assert (await edge.get("/staff/outages/new")).status == 200, "the button above the board"


async def test_an_outage_of_one_home_is_shown_and_makes_no_area(edge: Edge, backend: Backend) -> None:
    told = {"words": "no power, but the neighbors have power"}
    one = await open_ticket(edge, kind="outage", place="12 Ridge Road, Elizabeth", details=told)
    await become(edge, "ann")
    board = (await edge.get("/staff/outages")).text
    assert "Only at one home: 1" in board
    assert f"/staff/tickets/{one.number}" in board
    assert 'name="at"' not in board, "its road cannot be ticked"


async def test_the_end_at_night_says_what_it_does_and_does_it(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="outage", place="12 Ridge Road")
    await become(edge, "ann")
    token = token_in(await edge.get("/staff/outages"))
    await open_outage(edge, {"token": token, "area": "Ridge Road", "tell": "no"})
    backend.clock.advance(hours=17)  # type: ignore[attr-defined]
    assert backend.coop.after_quiet_hours(backend.clock.now()) - backend.clock.now() > timedelta(hours=1)
    await become(edge, "ann")
    page = await edge.get("/staff/outages/1/clear")
    assert "Power is back: tell 0 now, 1 at Nov 19, 8:00 AM" in page.text
    assert "It is night: reports are closed now" in page.text
    await edge.post("/staff/outages/1/clear", data={"token": token_in(page)})
    await announcing.tell_members(backend, backend.today())
    assert (await find(backend, made.number)).status == "closed"
    board = await edge.get("/staff/outages")
    assert "told that it is back: 0, at Nov 19, 8:00 AM: 1" in board.text


async def test_an_agent_opens_no_outage_of_the_whole_system(edge: Edge, backend: Backend) -> None:
    await add_person(backend, "Cal", Role.AGENT)
    await sign_in_person(edge, "Cal")
    token = token_in(await edge.get("/staff/outages"))
    refused = await open_outage(edge, {"token": token, "area": "Mill Road, Everywhere", "tell": "no"})
    assert refused.status == 422
    assert "opened by a supervisor" in refused.text
    assert "<article" not in (await edge.get("/staff/outages")).text
    assert "<article" in (await open_outage(edge, {"token": token, "area": "Mill Road", "tell": "no"})).text
    part = await edge.post("/staff/outages/1/part", data={"token": token, "area": "everywhere", "sure": "yes"})
    assert part.status == 422


async def test_the_crews_news_is_read_back_and_told_once(edge: Edge, backend: Backend) -> None:
    await open_ticket(edge, kind="outage", place="12 Ridge Road")
    await become(edge, "ann")
    token = token_in(await edge.get("/staff/outages"))
    await open_outage(edge, {"token": token, "area": "Ridge Road", "tell": "no"})
    form = {"token": token, "where": "there", "estimate": ""}
    page = await edge.post("/staff/outages/1/crew", data=form)
    assert "a crew is at work on the outage at Ridge Road" in page.text
    assert "una cuadrilla ya trabaja en el apagón" in page.text
    assert "<dd>1</dd>" in page.text, "who reported it"
    assert await announcing.tell_members(backend, backend.today()) == {"told": 0}, "nothing before the button"
    for _ in range(2):
        await edge.post("/staff/outages/1/crew", data=form | {"sure": "yes", "token": token_in(page)})
    await announcing.tell_members(backend, backend.today())
    async with backend.db.read_session() as session:
        bodies = [each["body"] for each in await outbox.list_messages(session)]
    assert len([each for each in bodies if "a crew is at work" in each]) == 1
    saved = await edge.post("/staff/outages/1", data={"token": token, "cause": "a fallen limb", "estimate": ""})
    assert "Nobody was told of it" in saved.text


def test_the_same_road_of_another_town_is_not_in_it() -> None:
    area = parse_area("Ridge Road (Elizabeth)")
    assert area.contains(["12 Ridge Rd, Elizabeth, IL 61028"])
    assert area.contains(["Ridge Road"]), "who names no town"
    assert not area.contains(["12 Ridge Rd, Galena, IL 61036"])
