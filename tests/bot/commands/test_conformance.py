"""`memberline conformance multispeak`: what a vendor's server can do, and what members lose without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.commands.cli import main
from tests.standins.multispeak import PASSWORD, MultiSpeakServer
from tests.standins.multispeak_wsdl import write_wsdl

NUMBER = "99999-001"
BILL = {
    "usageType": "kWh",
    "previousReading": "5100",
    "previousReadDate": "2026-10-01T00:00:00",
    "presentReading": "5912",
    "presentReadingDate": "2026-11-01T00:00:00",
}
BOOKS: dict[str, Any] = {
    "accounts": {
        NUMBER: {
            "items": [{"pastDueAmount": "12.4", "currentAmount": "1.0E2", "dueDate": "2026-12-05T00:00:00"}],
            "location": {"custID": "99999", "isPrePay": "false", "acRecvBal": "112.400002"},
            "usage": [{"dateTime": "2026-11-01T00:00:00", "value": "812", "uom": "kWh", "useDays": "31"}],
            "bills": [BILL],
            "outage": "O1",
            "prepaid": {"totalBalance": "7.5"},
        }
    },
    "customers": {"99999": {"lastName": "Alvarez", "homeAc": "555", "homePhone": "5550142"}},
    "outages": {"O1": {"area": "Ridge Road", "outageStatus": "Confirmed", "later": "2026-11-27T18:30:00"}},
}


@pytest.fixture(autouse=True)
def environment(multispeak: MultiSpeakServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    names = {name.upper(): value for name, value in multispeak.settings().items()}
    assert {"MULTISPEAK_OA_WSDL", "MULTISPEAK_COMPANY"} < set(names)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    multispeak.reset(**BOOKS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["conformance", "multispeak", *arguments], catch_exceptions=False)


def results(*arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and result and detail by server and operation."""
    done = run("--json", *arguments)
    rows = json.loads(done.stdout)["operations"]
    return done.exit_code, {f"{row['server']} {row['operation']}": (row["result"], row["detail"]) for row in rows}


def test_a_whole_server_read_only(multispeak: MultiSpeakServer) -> None:
    code, found = results("--account", NUMBER, "--member", "99999")
    assert code == 0
    assert {name for name, (result, _) in found.items() if result != "works"} == {
        "CB CommitPaymentTransaction",
        "CB RequestPaymentExtension",
        "OA ODEventNotification",
    }
    assert found["CB PayableItemsList"][1].startswith("$112.40 due, $12.40 of it past due, due 2026-12-05")
    assert "acRecvBal is $112.40 as well" in found["CB ServiceLocationByAccountNumber"][1]
    assert found["CB CustomerByCustId"][1] == "a name, a phone ending 0142, no email"
    assert found["CB PPMCustomer"][1].startswith("$7.50 left")
    assert "812 kWh" in found["CB BilledUsage"][1]
    assert found["OA GetOutageEventStatus"][1] == "power is expected back 2026-11-27 18:30"
    assert multispeak.payments == []
    called = {each["operation"] for each in multispeak.calls}
    assert not called & {"CommitPaymentTransaction", "ProcessPaymentTransaction", "ODEventNotification"}


def test_a_payment_is_written_only_when_account_and_amount_are_named(multispeak: MultiSpeakServer) -> None:
    for arguments, code in (
        (("--write-test", "1.00"), 2),
        (("--write-test", "0", "--account", NUMBER), 2),
        (("--write-test", "1.005", "--account", NUMBER), 2),
        (("--write-test", "100.01", "--account", NUMBER), 2),
        (("--write-test", "1.00", "--account", NUMBER), 1),  # asked, and not answered
    ):
        assert run(*arguments).exit_code == code
    assert multispeak.payments == []
    code, found = results("--write-test", "1.00", "--account", NUMBER, "--yes")
    assert (code, found["CB CommitPaymentTransaction"][0]) == (0, "works")
    assert found["CB PPMPayments"][1].endswith("MULTISPEAK_LISTS_PAYMENTS=yes fits")
    assert [each["amount"] for each in multispeak.payments] == ["1"]
    multispeak.change(hidesPayments=True)
    code, found = results("--write-test", "1.00", "--account", NUMBER, "--yes")
    assert (code, found["CB PPMPayments"][0]) == (1, "answers wrongly")


def test_what_is_wrong_and_missing_is_told_with_what_members_lose(
    multispeak: MultiSpeakServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = tmp_path / "vendor.wsdl"
    vendor.write_text(write_wsdl("CB", without={"PPMPayments"}))
    monkeypatch.setenv("MULTISPEAK_CB_WSDL", str(vendor))
    monkeypatch.delenv("MULTISPEAK_OA_URL")
    header = "<e:Header><MultiSpeakMsgHeader/></e:Header>"
    multispeak.trouble(
        PayableItemsList={"result": {"payableItem": [{"currentAmount": "112.405"}]}},
        UsageByAccountNumber={"body": "<h1>Bad Gateway</h1>", "status": 502},
        BilledUsage={"fault": "Server", "text": "BilledUsage is not implemented", "status": 500},
        ModifiedCustomers={"body": f'<e:Envelope xmlns:e="urn:e">{header}<e:Body><r><l/></r></e:Body></e:Envelope>'},
    )
    done = run("--account", NUMBER)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()

    def told(operation: str) -> str:
        at = next(place for place, line in enumerate(lines) if f" {operation} " in line)
        return "\n".join(lines[at : at + 3])

    assert "answers wrongly" in told("PayableItemsList")
    assert "currentAmount is no whole number of cents: '112.405'" in told("PayableItemsList")
    assert "Without it: no payment can be taken" in told("PayableItemsList")
    assert "missing" in told("PPMPayments")
    assert "it is not in the WSDL" in told("PPMPayments")
    assert "no answer" in told("UsageByAccountNumber")
    assert "missing" in told("BilledUsage")
    assert "no SessionID in the header" in told("ModifiedCustomers")
    assert "name a member: --member NUMBER" in told("CustomerByCustId")
    assert lines[-1].startswith("Not fit for use yet")
    assert not [line for line in lines if line.startswith("OA")]


def test_the_other_reading_of_the_current_amount_is_pointed_out(multispeak: MultiSpeakServer) -> None:
    account = {**BOOKS["accounts"][NUMBER], "items": [{"pastDueAmount": "12.4", "currentAmount": "112.4"}]}
    multispeak.change(accounts={NUMBER: account})
    _, found = results("--account", NUMBER)
    assert "see MULTISPEAK_CURRENT_AMOUNT" in found["CB ServiceLocationByAccountNumber"][1]


@pytest.mark.parametrize(
    ("setting", "value", "operation", "result"),
    [
        ("MULTISPEAK_PASSWORD", "wrong-7c1e", "PingURL", ("answers wrongly", "unauthorized")),
        ("MULTISPEAK_CB_WSDL", "/nowhere/vendor.wsdl", "WSDL", ("no answer", "there is no such file")),
        ("MULTISPEAK_CB_WSDL", "http://127.0.0.1:1/CB", "WSDL", ("no answer", "nobody answers at http://127.0.0.1:1/")),
        ("MULTISPEAK_CB_URL", "http://127.0.0.1:1/CB", "PingURL", ("no answer", "127.0.0.1 refuses the connection")),
    ],
)
def test_what_keeps_all_from_working_is_said(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, operation: str, result: tuple[str, str]
) -> None:
    monkeypatch.delenv("MULTISPEAK_OA_URL")
    monkeypatch.setenv(setting, value)
    code, found = results("--account", NUMBER)
    assert code == 1
    assert found[f"CB {operation}"][0] == result[0]
    assert result[1] in found[f"CB {operation}"][1]
    assert not [detail for _, detail in found.values() if value == "wrong-7c1e" and value in detail]
    assert PASSWORD not in str(found)


@pytest.mark.parametrize("setting", ["MULTISPEAK_CB_URL", "MULTISPEAK_CB_WSDL"])
def test_a_server_that_is_away_is_told_once(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.delenv("MULTISPEAK_OA_URL")
    monkeypatch.setenv(setting, "http://no-such-host.invalid/CB")
    done = run("--account", NUMBER)
    assert done.exit_code == 1
    assert done.stdout.count("there is no host named no-such-host.invalid") == 1
    assert "more operations were not tried" in done.stdout
    assert "HTTPConnectionPool" not in done.stdout
    assert len(done.stdout.splitlines()) < 12


def test_without_a_server_the_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MULTISPEAK_CB_URL")
    monkeypatch.delenv("MULTISPEAK_OA_URL")
    done = run()
    assert (done.exit_code, "set MULTISPEAK_CB_URL or MULTISPEAK_OA_URL" in done.stderr) == (1, True)
