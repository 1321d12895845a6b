"""What a failed call means, for one that only reads and for one that may have booked something."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.config import Settings
from backend.errors import SettingsError
from backend.providers.billing.system import (
    BillingSystemError,
    SystemRejected,
    SystemTimeout,
    SystemUnavailable,
)
from backend.providers.multispeak.client import MultiSpeakClient, create_client
from backend.providers.multispeak.wsdl import Wsdl
from tests.standins.multispeak import COMPANY, PASSWORD, USER, MultiSpeakServer

SOAP = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
ACCOUNT = {"accountNumber": "99999-001"}


def settings(server: MultiSpeakServer, **changes: Any) -> Settings:
    return Settings(secret_key="a key for tests alone", **{**server.settings(), **changes})


@pytest.fixture
async def client(multispeak: MultiSpeakServer) -> AsyncIterator[MultiSpeakClient]:
    multispeak.reset(accounts={"99999-001": {"items": [{"currentAmount": "1"}]}})
    made = create_client(settings(multispeak), "CB")
    made._wsdl = multispeak.loaded("CB")
    yield made
    await made.close()


async def fails(client: MultiSpeakClient, changes: bool) -> BillingSystemError:
    with pytest.raises(BillingSystemError) as failure:
        await client.call("PayableItemsList", ACCOUNT, changes=changes)
    return failure.value


async def test_the_header_says_who_we_are(client: MultiSpeakClient, multispeak: MultiSpeakServer) -> None:
    await client.call("PayableItemsList", ACCOUNT)
    [call] = multispeak.calls
    header = call["header"]
    assert (header["UserID"], header["Pwd"], header["Company"]) == (USER, PASSWORD, COMPANY)
    assert (header["AppName"], header["Version"]) == ("memberline", "3.0")
    assert header["AppVersion"]
    # a connection that is kept may be closed by the server just as a payment goes out: nobody knows then what happened
    assert call["connection"] == "close"


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"fault": "Client", "text": "Account 1 is not valid"}, "unknown_account"),
        ({"fault": "Client", "text": "No such customer", "status": 500}, "unknown_account"),
        ({"fault": "Server", "text": "Method is not implemented", "status": 500}, "unsupported"),
        ({"fault": "Server", "text": "Login failed for user", "status": 500}, "unauthorized"),
        ({"fault": "Client", "text": "Closed for the night"}, "refused"),
        ({"body": "no", "status": 401}, "unauthorized"),
        ({"body": "<p>Bad Request</p>", "status": 400}, "refused"),
    ],
)
async def test_a_clear_no_changed_nothing(
    client: MultiSpeakClient, multispeak: MultiSpeakServer, wrong: dict[str, Any], code: str, changes: bool
) -> None:
    multispeak.trouble(PayableItemsList=wrong)
    failure = await fails(client, changes)
    assert isinstance(failure, SystemRejected)
    assert failure.code == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": "", "status": 404},
        {"body": "", "status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    ],
)
@pytest.mark.parametrize("changes", [False, True])
async def test_no_service_there_changed_nothing(
    client: MultiSpeakClient, multispeak: MultiSpeakServer, wrong: dict[str, Any], changes: bool
) -> None:
    multispeak.trouble(PayableItemsList=wrong)
    assert isinstance(await fails(client, changes), SystemUnavailable)


@pytest.mark.parametrize(
    ("wrong", "reading"),
    [
        ({"fault": "Server", "text": "Deadlock victim", "status": 500}, SystemUnavailable),
        ({"fault": "Server", "text": "Deadlock victim"}, SystemUnavailable),  # with status 200, as some do
        ({"fault": "Server", "text": "Could not find the account", "status": 500}, "unknown_account"),
        ({"fault": "Server", "text": "Not able to read the account", "status": 500}, SystemUnavailable),
        ({"body": "<h1>Bad Gateway</h1>", "status": 502}, SystemUnavailable),
        ({"body": "", "status": 503}, SystemUnavailable),
        ({"body": "<h1>Sign in</h1>"}, "invalid_answer"),
        ({"body": ""}, "invalid_answer"),
        ({"body": SOAP.format("")}, "invalid_answer"),
        ({"body": "<!DOCTYPE x [<!ENTITY a 'b'>]>" + SOAP.format("<r>&a;</r>")}, "invalid_answer"),
        ({"body": SOAP.format("<r/>")[:-20]}, "invalid_answer"),
        ({"body": "x" * 100_000, "repeat": 81}, "invalid_answer"),
        ({"hangUp": True}, SystemTimeout),
    ],
)
async def test_an_unclear_answer_may_have_booked(
    client: MultiSpeakClient, multispeak: MultiSpeakServer, wrong: dict[str, Any], reading: Any
) -> None:
    multispeak.trouble(PayableItemsList=wrong)
    assert isinstance(await fails(client, True), SystemTimeout)
    failure = await fails(client, False)
    if isinstance(reading, str):
        assert isinstance(failure, SystemRejected)
        assert failure.code == reading
    else:
        assert isinstance(failure, reading)


async def test_a_slow_answer_is_given_up(multispeak: MultiSpeakServer) -> None:
    client = create_client(settings(multispeak, multispeak_seconds=1), "CB")
    client._seconds = 0.2
    multispeak.trouble(PingURL={"delay": 5_000})
    with pytest.raises(SystemTimeout):
        await client.call("PingURL")
    await client.close()


async def test_a_slow_wsdl_is_loaded_once_though_nobody_waits_for_it(
    multispeak: MultiSpeakServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_client(settings(multispeak), "CB")
    load, may_go_on, loads = Wsdl.load, threading.Event(), []

    def slow_load(location: str, **limits: Any) -> Wsdl:
        loads.append(location)
        may_go_on.wait(10)
        return load(location, **limits)

    monkeypatch.setattr(Wsdl, "load", slow_load)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await client.load()
    may_go_on.set()
    await client.call("PingURL")
    assert len(loads) == 1
    await client.close()


async def test_nobody_there(multispeak: MultiSpeakServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refused
        client = create_client(
            settings(multispeak, multispeak_cb_url=f"http://127.0.0.1:{unused.getsockname()[1]}/x"), "CB"
        )
        with pytest.raises(SystemUnavailable, match="nobody answers at "):
            await client.call("PingURL", changes=True)
        await client.close()


async def test_errors_in_place_of_a_result_are_errors(client: MultiSpeakClient, multispeak: MultiSpeakServer) -> None:
    for words, fine in (("", True), ("Success", True), ("0", True), ("The database is down", False)):
        multispeak.trouble(PingURL={"result": {"errorObject": [{"attributes": {"errorString": words}}]}})
        if fine:
            await client.call("PingURL")
        else:
            with pytest.raises(SystemRejected, match="The database is down"):
                await client.call("PingURL")


async def test_the_password_is_nowhere_to_be_seen(
    client: MultiSpeakClient, multispeak: MultiSpeakServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = create_client(settings(multispeak, multispeak_password="wrong-7c1e"), "CB")
    with pytest.raises(SystemRejected) as refused:  # this server repeats the password in its answer
        await wrong.call("PayableItemsList", ACCOUNT)
    assert refused.value.code == "unauthorized"
    await client.call("PayableItemsList", ACCOUNT)
    await wrong.close()
    seen = caplog.text + str(refused.value) + repr(wrong._login) + repr(settings(multispeak))
    assert "wrong-7c1e" not in seen
    assert PASSWORD not in seen


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"multispeak_cb_url": None}, "MULTISPEAK_CB_URL is not set"),
        ({"multispeak_cb_url": "https://u:p@vendor.example/x"}, "MULTISPEAK_USER"),
        ({"multispeak_cb_url": "http://vendor.example/x", "environment": "production"}, "in the clear"),
        ({"multispeak_ca_file": Path("/nowhere/ca.pem")}, "there is no file"),
    ],
)
def test_wrong_settings_are_named(multispeak: MultiSpeakServer, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        create_client(settings(multispeak, **changes), "CB")


def test_this_machine_and_permitted_http_are_allowed_in_production(multispeak: MultiSpeakServer) -> None:
    create_client(settings(multispeak, environment="production"), "CB")
    allowed = {"multispeak_cb_url": "http://10.1.2.3/CB", "multispeak_allow_http": True, "environment": "production"}
    assert create_client(settings(multispeak, **allowed), "CB").wsdl_location.endswith("CB_Server.wsdl")


async def test_the_wsdl_may_come_from_the_server_itself(multispeak: MultiSpeakServer) -> None:
    client = create_client(settings(multispeak, multispeak_cb_wsdl=None), "CB")
    assert client.wsdl_location == f"{multispeak.url('CB')}?WSDL"
    await client.call("PingURL")
    await client.close()
