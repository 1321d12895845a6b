"""Figures, members and usage, from a server of another make."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.clock import ManualClock
from backend.config import Settings
from backend.providers.billing.multispeak import create_system
from backend.providers.billing.multispeak.system import MultiSpeakBilling, Options
from backend.providers.billing.system import (
    AccountFigures,
    BilledUsage,
    BillingSystem,
    Prepaid,
    RemoteAccount,
    SystemRejected,
    SystemUnavailable,
)
from backend.providers.multispeak.client import Login, MultiSpeakClient
from tests.standins.multispeak import PASSWORD, USER, MultiSpeakServer
from tests.standins.multispeak_wsdl import write_wsdl

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
NUMBER = "99999-001"
LOCATION = {"custID": "99999", "servAddr1": "12 Ridge Road", "servCity": "Elizabeth", "servStatus": "Active"}


def make(
    server: MultiSpeakServer, folder: Path, *, without: set[str] | None = None, **options: Any
) -> MultiSpeakBilling:
    wsdl = folder / "vendor.wsdl"
    client = MultiSpeakClient(server.url("CB"), str(wsdl), Login(USER, PASSWORD, ""), seconds=5)
    if without:
        wsdl.write_text(write_wsdl("CB", without=without))
    else:
        client._wsdl = server.loaded("CB")
    zone = ZoneInfo("America/Chicago")
    return MultiSpeakBilling(client, ManualClock(NOW), zone, Options(**options), folder / "sessions.json")


@pytest.fixture
async def system(multispeak: MultiSpeakServer, tmp_path: Path) -> AsyncIterator[MultiSpeakBilling]:
    made = make(multispeak, tmp_path)
    yield made
    await made.close()


def account(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"items": list(items), "location": LOCATION, **more}


async def rejected(system: MultiSpeakBilling, number: str = NUMBER) -> SystemRejected:
    with pytest.raises(SystemRejected) as refused:
        await system.account_figures(number)
    return refused.value


def test_it_is_a_billing_system(multispeak: MultiSpeakServer) -> None:
    assert isinstance(create_system(Settings(secret_key="for tests", **multispeak.settings())), BillingSystem)


async def test_figures_are_the_sum_of_the_items(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    first = {"pastDueAmount": "12.4", "currentAmount": "0", "dueDate": "2026-11-05T00:00:00"}
    second = {"currentAmount": "1.0E2", "dueDate": "2026-12-05T00:00:00", "disconnectDate": "2026-12-20T00:00:00"}
    multispeak.reset(accounts={NUMBER: account(first, second)})
    assert await system.account_figures(NUMBER) == AccountFigures(
        amount_due_cents=11240,
        past_due_cents=1240,
        due_on=date(2026, 11, 5),
        next_due_on=date(2026, 12, 5),
        disconnect_on=date(2026, 12, 20),
    )


async def test_a_credit_has_no_due_date(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    multispeak.reset(accounts={NUMBER: account({"currentAmount": "-25.07", "dueDate": "2026-12-05"})})
    assert await system.account_figures(NUMBER) == AccountFigures(-2507, 0, None)


async def test_what_is_past_due_may_be_counted_within_the_current_amount(
    multispeak: MultiSpeakServer, tmp_path: Path
) -> None:
    multispeak.reset(accounts={NUMBER: account({"pastDueAmount": "12.4", "currentAmount": "112.4"})})
    system = make(multispeak, tmp_path, current_has_past_due=True)
    assert await system.account_figures(NUMBER) == AccountFigures(11240, 1240, None)
    await system.close()


@pytest.mark.parametrize("spelling", ["12.345", "NaN", "INF", "twelve", "131072.01"])
async def test_no_amount_is_guessed(multispeak: MultiSpeakServer, system: MultiSpeakBilling, spelling: str) -> None:
    multispeak.reset(accounts={NUMBER: account({"currentAmount": "1"}, {"pastDueAmount": spelling})})
    refused = await rejected(system)
    assert (refused.code, spelling in str(refused), "pastDueAmount" in str(refused)) == ("invalid_answer", True, True)


async def test_an_item_without_an_amount_is_refused(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    multispeak.reset(accounts={NUMBER: account({"dueDate": "2026-12-05T00:00:00"})})
    assert (await rejected(system)).code == "invalid_answer"


async def test_an_empty_list_is_nothing_owed_only_for_an_account_that_exists(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, tmp_path: Path
) -> None:
    multispeak.reset(accounts={NUMBER: account(), "88888-001": {"items": []}})
    assert (await system.account_figures(NUMBER)).amount_due_cents == 0
    assert (await rejected(system, "88888-001")).code == "unknown_account"
    assert (await rejected(system, "77777-001")).code == "unknown_account"
    unsure = make(multispeak, tmp_path, without={"ServiceLocationByAccountNumber"})
    assert (await rejected(unsure)).code == "invalid_answer"
    await unsure.close()


async def test_the_answer_about_another_account_is_refused(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    multispeak.reset(accounts={NUMBER: account({"currentAmount": "1"})})
    multispeak.trouble(ServiceLocationByAccountNumber={"result": {"serviceLocation": [{"accountNumber": "88888-001"}]}})
    assert (await rejected(system)).code == "invalid_answer"


async def test_a_prepaid_account_tells_what_is_left(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    prepaid = {**account({"currentAmount": "0"}, prepaid={"totalBalance": "7.5"})}
    prepaid["location"] = {**LOCATION, "isPrePay": "true"}
    multispeak.reset(accounts={NUMBER: prepaid})
    assert (await system.account_figures(NUMBER)).prepaid == Prepaid(750, None)
    multispeak.trouble(PPMCustomer={"fault": "Client", "text": "Not implemented"})
    assert (await system.account_figures(NUMBER)).prepaid is None


async def test_numbers_without_a_dash(multispeak: MultiSpeakServer, tmp_path: Path) -> None:
    multispeak.reset(
        accounts={"99999001": account({"currentAmount": "5"}), "9999902": account()},
        customers={"99999": {"lastName": "Alvarez"}},
    )
    system = make(multispeak, tmp_path, account_numbers="digits")
    assert (await system.account_figures(NUMBER)).amount_due_cents == 500
    [member] = await system.changed_since(NOW)
    assert {each.number for each in member.accounts} == {NUMBER, "99999-02"}
    await system.close()


async def test_members_come_block_by_block_with_all_their_accounts(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    mobile = {"phone": "(555) 555-0143", "phoneType": "Mobile", "priorityOrder": "2"}
    home = {"phone": "555-555-0142", "phoneType": "Home", "priorityOrder": "1"}
    customers: dict[str, Any] = {str(number): {"lastName": f"N{number}"} for number in range(10000, 10011)}
    customers["99999"] = {
        "firstName": "Ruth",
        "lastName": "Alvarez",
        "contactInfo": {
            "phoneList": {"phoneNumber": [home, mobile]},
            "eMailList": {"eMailAddress": [{"eMail": "ruth@mail.example"}]},
        },
    }
    customers["88888"] = {"dBAName": "Mill Bakery", "homeAc": "555", "homePhone": "5550177"}
    customers["77777"] = {"lastName": "Gone", "homePhone": "0000000", "verb": "Delete"}
    multispeak.reset(
        customers=customers,
        accounts={
            NUMBER: account(),
            "99999-002": {"location": {**LOCATION, "servStatus": "Inactive"}},
            "77777-001": {"location": {**LOCATION, "custID": "77777"}},
        },
        page=4,
    )
    found = {each.number: each for each in await system.changed_since(NOW)}
    assert len(found) == 14
    ruth = found["99999"]
    assert (ruth.name, ruth.phone, ruth.email) == ("Ruth Alvarez", "+15555550143", "ruth@mail.example")
    assert ruth.accounts == (
        RemoteAccount(NUMBER, "12 Ridge Road, Elizabeth", True),
        RemoteAccount("99999-002", "12 Ridge Road, Elizabeth", False),
    )
    assert (found["88888"].name, found["88888"].phone) == ("Mill Bakery", "+15555550177")
    assert (found["77777"].phone, [each.is_open for each in found["77777"].accounts]) == ("", [False])
    operations = [each["operation"] for each in multispeak.calls]
    assert operations.count("AllCustomers") == 4
    assert "ServiceLocationByCustId" not in operations


async def test_changes_are_read_from_the_session_that_the_caller_has_stored(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling
) -> None:
    multispeak.reset(
        customers={"99999": {"lastName": "Alvarez"}, "88888": {"lastName": "Ek"}, "66666": {"lastName": "Lind"}},
        accounts={NUMBER: account(), "66666-001": {"location": {**LOCATION, "custID": "66666"}}},
    )
    assert len(await system.changed_since(NOW - timedelta(days=1))) == 3
    multispeak.change(changed=["99999"], changedAccounts=["66666-001"])
    changed = await system.changed_since(NOW)  # since the first reading
    assert [(each.number, each.name, len(each.accounts)) for each in changed] == [
        ("66666", "Lind", 1),
        ("99999", "Alvarez", 1),
    ]
    # the caller could not store the first reading: it is all read once more
    assert len(await system.changed_since(NOW - timedelta(hours=1))) == 3


async def test_a_session_file_that_cannot_be_read_means_all_members(
    multispeak: MultiSpeakServer, system: MultiSpeakBilling, tmp_path: Path
) -> None:
    multispeak.reset(customers={"99999": {"lastName": "Alvarez"}})
    (tmp_path / "sessions.json").write_text("{")
    assert len(await system.changed_since(NOW)) == 1
    assert json.loads((tmp_path / "sessions.json").read_text()) == [[NOW.isoformat(), "session-7"]]
    assert (tmp_path / "sessions.json").stat().st_mode & 0o077 == 0


async def test_a_list_that_does_not_go_on_is_refused(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    header = '<MultiSpeakMsgHeader ObjectsRemaining="5" LastSent=""/>'
    body = (
        "<AllCustomersResponse><AllCustomersResult><customer objectID='1'/></AllCustomersResult></AllCustomersResponse>"
    )
    envelope = f'<e:Envelope xmlns:e="urn:e"><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>'
    multispeak.trouble(AllCustomers={"body": envelope})
    with pytest.raises(SystemRejected, match="names no new LastSent"):
        await system.changed_since(NOW)


async def test_usage_by_month(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    months = [
        {"dateTime": f"2026-{month:02d}-01T00:00:00", "value": value, "uom": "kWh", "useDays": "30"}
        for month, value in ((11, "812.5"), (10, "-40"), (9, "7.0E2"), (8, "600"))
    ]
    demand = {"dateTime": "2026-11-01T00:00:00", "value": "11", "uom": "kW", "useDays": "30"}
    multispeak.reset(accounts={NUMBER: account(usage=[*months, demand])})
    assert await system.billed_usage(NUMBER, date(2026, 9, 1), date(2026, 11, 30)) == [
        BilledUsage(date(2026, 8, 2), date(2026, 9, 1), 700),
        BilledUsage(date(2026, 9, 1), date(2026, 10, 1), -40),
        BilledUsage(date(2026, 10, 2), date(2026, 11, 1), 813),
    ]


def bill(start: str, end: str, before: str, now: str) -> dict[str, str]:
    return {
        "usageType": "kWh",
        "multiplier": "10",
        "previousReading": before,
        "previousReadDate": f"{start}T00:00:00",
        "presentReading": now,
        "presentReadingDate": f"{end}T00:00:00",
    }


async def test_usage_bill_by_bill(multispeak: MultiSpeakServer, tmp_path: Path) -> None:
    bills = [
        bill("2026-10-01", "2026-11-01", "5100", "5181"),
        bill("2026-09-01", "2026-10-01", "5030", "5100"),
        bill("2026-08-01", "2026-09-01", "4970", "5030"),
    ]
    multispeak.reset(accounts={NUMBER: account(bills=bills)})
    system = make(multispeak, tmp_path, without={"UsageByAccountNumber"})
    assert await system.billed_usage(NUMBER, date(2026, 9, 15), date(2026, 11, 30)) == [
        BilledUsage(date(2026, 9, 1), date(2026, 10, 1), 700),
        BilledUsage(date(2026, 10, 1), date(2026, 11, 1), 810),
    ]
    multispeak.change(accounts={NUMBER: account(bills=[bill("2026-10-01", "2026-11-01", "9990", "12")])})
    with pytest.raises(SystemRejected, match="far below"):
        await system.billed_usage(NUMBER, date(2026, 9, 15), date(2026, 11, 30))
    await system.close()


async def test_an_extension_is_asked_for_and_not_taken(multispeak: MultiSpeakServer, system: MultiSpeakBilling) -> None:
    allowed = {"extendedTo": "2026-12-11", "utilityFee": "5.0", "responseCode": "Success"}
    multispeak.reset(
        accounts={NUMBER: account(extension=allowed), "88888-001": account(extension={"responseCode": "Failure"})}
    )
    found = await system.payment_extension(NUMBER)
    assert found is not None
    assert (found.until, found.fee_cents) == (date(2026, 12, 11), 500)
    assert await system.payment_extension("88888-001") is None
    assert {each["operation"] for each in multispeak.calls} == {"RequestPaymentExtension"}


async def test_a_wsdl_that_was_away_is_loaded_at_the_next_call(multispeak: MultiSpeakServer, tmp_path: Path) -> None:
    multispeak.reset(accounts={NUMBER: account({"currentAmount": "1"})})
    path = tmp_path / "late.wsdl"
    client = MultiSpeakClient(multispeak.url("CB"), str(path), Login(USER, PASSWORD, ""), seconds=5)
    with pytest.raises(SystemUnavailable):
        await client.call("PingURL")
    path.write_text(multispeak.wsdl("CB").read_text())
    await client.call("PingURL")
    await client.close()
