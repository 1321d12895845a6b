"""Outages of an outage management system: told as of when, and never from what is too old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.config import Settings
from backend.language import SPANISH, use_language
from backend.outage import service as office
from backend.providers.billing.multispeak.customers import AccountNumbers
from backend.providers.billing.system import SystemRejected, SystemUnavailable
from backend.providers.multispeak.client import Login, MultiSpeakClient
from backend.providers.outages.base import OutageInfo, OutageProvider, ProviderOutage, TakesReports
from backend.providers.outages.multispeak import MultiSpeakOutages
from tests.backend.databases import Databases
from tests.backend.household import NOW, Household
from tests.standins.multispeak import PASSWORD, USER, MultiSpeakServer
from tests.standins.multispeak_wsdl import write_wsdl

ZONE = ZoneInfo("America/Chicago")
TREE = {
    "area": "Ridge Road, Elizabeth",
    "outageStatus": "Confirmed",
    "ETOR": "2026-11-27T18:30:00-06:00",
    "outageReasonCodeList": {"OutageCause": {"description": "a tree on the line"}},
}
ESTIMATE = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)


def make(
    server: MultiSpeakServer, clock: ManualClock, office_list: OutageProvider, wsdl: Path | None = None
) -> MultiSpeakOutages:
    client = MultiSpeakClient(server.url("OA"), str(wsdl), Login(USER, PASSWORD, ""), seconds=5)
    if wsdl is None:
        client._wsdl = server.loaded("OA")
    return MultiSpeakOutages(client, clock, ZONE, AccountNumbers("dash"), office_list)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """SQLite alone: nothing here depends on the database."""
    url = databases.new("sqlite")
    yield url
    databases.drop(url)


@pytest.fixture
async def provider(
    multispeak: MultiSpeakServer, backend: Backend, clock: ManualClock
) -> AsyncIterator[MultiSpeakOutages]:
    made = make(multispeak, clock, backend.outages)
    yield made
    await made.close()


async def find(backend: Backend, provider: MultiSpeakOutages, place: str | None, account: int | None = None) -> Any:
    async with backend.db.read_session() as session:
        return await provider.find_outage(session, place, account)


async def test_by_place_with_cause_and_estimate(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages
) -> None:
    multispeak.reset(outages={"O1": TREE})
    assert await find(backend, provider, "12 ridge rd") is None  # nothing was asked yet
    await provider.refresh()
    found = await find(backend, provider, "12 ridge rd")
    assert found == OutageInfo("Ridge Road, Elizabeth", "a tree on the line", ESTIMATE, NOW)
    assert await find(backend, provider, "9 Mill Road") is None
    listed = await provider.list_outages()
    assert listed == [ProviderOutage("O1", ("Ridge Road, Elizabeth",), "a tree on the line", ESTIMATE)]


async def test_what_is_too_old_is_not_told(
    multispeak: MultiSpeakServer, backend: Backend, clock: ManualClock, provider: MultiSpeakOutages
) -> None:
    multispeak.reset(outages={"O1": TREE})
    await provider.refresh()
    multispeak.trouble(GetAllActiveOutageEvents={"body": "", "status": 503})
    clock.advance(minutes=29)
    with pytest.raises(SystemUnavailable):
        await provider.refresh()
    found = await find(backend, provider, "Ridge Road")
    assert found is not None
    assert found.updated == NOW  # as of the last answer
    clock.advance(minutes=2)
    assert await find(backend, provider, "Ridge Road") is None


@pytest.mark.parametrize(
    "event",
    [
        {**TREE, "outageStatus": "Restored"},
        {**TREE, "outageStatus": "NonPay"},
        {**TREE, "completed": "2026-11-27T10:00:00"},
        {**TREE, "area": "12"},  # would be in every address with a 12
    ],
)
async def test_no_outage_is_made_of_something_else(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages, event: dict[str, Any]
) -> None:
    multispeak.reset(outages={"O1": event})
    await provider.refresh()
    assert await find(backend, provider, "12 Ridge Road, Elizabeth") is None


async def test_planned_work_and_an_estimate_that_stands_with_the_status(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages
) -> None:
    multispeak.reset(
        outages={
            "O1": {"problemLocation": "Mill Road", "outageStatus": "Scheduled", "later": "2026-11-27T18:30:00"},
            "O2": {"problemLocation": "Ridge Road", "outageStatus": "Confirmed", "ETOR": "0001-01-01T00:00:00"},
        },
    )
    await provider.refresh()
    with use_language(SPANISH):
        assert await find(backend, provider, "9 Mill Road") == OutageInfo(
            "Mill Road", "trabajos programados", ESTIMATE, NOW
        )
    assert (await find(backend, provider, "9 Ridge Road")).estimate is None


async def test_by_account(
    multispeak: MultiSpeakServer, backend: Backend, clock: ManualClock, provider: MultiSpeakOutages, home: Household
) -> None:
    async with backend.db.read_session() as session:
        number = (await session.get_one(Account, home.account_id)).number
    multispeak.reset(accounts={number: {"outage": "O1"}}, outages={"O1": {**TREE, "area": "Feeder 7"}})
    await provider.refresh()
    assert await find(backend, provider, None, home.account_id) is None
    await asyncio.gather(*provider._asking.values())  # it was asked in the background
    found = await find(backend, provider, None, home.account_id)
    assert found == OutageInfo("Feeder 7", "a tree on the line", ESTIMATE, NOW)
    clock.advance(minutes=4)
    multispeak.change(accounts={number: {}})
    assert not (await provider.ask(number)).is_out
    assert await find(backend, provider, None, home.account_id) is None


async def test_an_outage_without_an_event_does_not_tell_the_address(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages, home: Household
) -> None:
    async with backend.db.read_session() as session:
        number = (await session.get_one(Account, home.account_id)).number
    multispeak.reset(accounts={number: {"outage": "O9"}}, outages={"O9": {"ETOR": "2026-11-27T18:30:00"}})
    await provider.ask(number)
    assert await find(backend, provider, None, home.account_id) == OutageInfo("your area", "", ESTIMATE, NOW)


async def test_the_office_s_own_list_is_told_too(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages
) -> None:
    async with backend.db.transaction() as session:
        await office.add(session, backend, "ann", area="Mill Road", cause="", estimate_at=None)
    assert (await find(backend, provider, "9 Mill Road")).area == "Mill Road"


async def test_events_one_by_one_where_there_is_no_list_of_them(
    multispeak: MultiSpeakServer, backend: Backend, clock: ManualClock, tmp_path: Path
) -> None:
    wsdl = tmp_path / "vendor.wsdl"
    wsdl.write_text(write_wsdl("OA", without={"GetAllActiveOutageEvents"}))
    provider = make(multispeak, clock, backend.outages, wsdl)
    multispeak.reset(outages={"O1": TREE, "O2": {**TREE, "area": "Mill Road"}})
    await provider.refresh()
    assert (await find(backend, provider, "9 Mill Road")).cause == "a tree on the line"
    await provider.close()


async def test_a_long_list_comes_block_by_block(
    multispeak: MultiSpeakServer, backend: Backend, provider: MultiSpeakOutages
) -> None:
    multispeak.reset(outages={f"O{n}": {**TREE, "area": f"Road {n}00"} for n in range(1, 8)}, page=3)
    await provider.refresh()
    assert (await find(backend, provider, "5 Road 700")).area == "Road 700"


async def test_a_call_is_reported_once_with_the_phone(
    multispeak: MultiSpeakServer, provider: MultiSpeakOutages
) -> None:
    report = {"key": "T-1", "account_number": "99999-001", "phone": "+15555550142", "at": NOW}
    await provider.report_outage(**report)  # type: ignore[arg-type]
    [call] = multispeak.calls
    [event] = call["args"]["ODEvents"]["outageDetectionEvent"]
    assert (call["args"]["transactionID"], event["attributes"]) == ("T-1", {"objectID": "T-1"})
    assert (event["outageEventType"], event["outageDetectDeviceType"]) == ("Outage", "Call")
    assert event["outageLocation"] == {"areaCode": "555", "phone": "5550142", "accountNumber": "99999-001"}
    multispeak.trouble(
        ODEventNotification={"result": {"errorObject": [{"attributes": {"errorString": "No such meter"}}]}}
    )
    with pytest.raises(SystemRejected):
        await provider.report_outage(**report)  # type: ignore[arg-type]


async def test_the_app_keeps_it_fresh_and_closes_it(
    multispeak: MultiSpeakServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Backend.create(
        Settings(
            secret_key="for tests",
            runtime_dir=tmp_path,
            outages_provider="multispeak",
            multispeak_takes_reports=True,
            **multispeak.settings(),
        )
    )
    assert isinstance(made.outages, MultiSpeakOutages)
    assert isinstance(made.outages, TakesReports)
    assert made.outages.takes_reports
    multispeak.reset(outages={"O1": TREE})
    refresh, refreshed = made.outages.refresh, asyncio.Event()

    async def refresh_and_note() -> None:
        await refresh()
        refreshed.set()

    monkeypatch.setattr(made.outages, "refresh", refresh_and_note)
    work = asyncio.create_task(made.outages.keep_fresh())
    await asyncio.wait_for(refreshed.wait(), 10)
    work.cancel()
    await made.close()
    assert made.outages._as_of is not None
    assert datetime.now(UTC) - made.outages._as_of < timedelta(minutes=1)
