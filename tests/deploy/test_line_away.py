"""What the proxies answer a carrier while the app behind them is dead."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from backend.config import ROOT
from backend.coop import load_coop
from bot.commands.voice_fallback import voice_fallback
from tests.bot.channels.voice.twiml_check import check
from tests.deploy.proxies import TWIML, Proxy, caddy, nginx, proxy_at
from tests.support.ports import free_port

COOP = load_coop(ROOT / "coop.toml")


def test_files_are_what_the_command_writes(tmp_path: Path) -> None:
    done = CliRunner().invoke(voice_fallback, ["--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text() for path in TWIML.iterdir()}


def test_file_for_the_carrier_names_and_dials_the_numbers_in_both_languages() -> None:
    root = check((TWIML / "fallback.xml").read_text())
    assert root.findtext("Dial") == COOP.outage_phone  # a file does not know the hour: no closed office is dialed
    for language in ("en-US", "es-US"):
        words = " ".join(say.text or "" for say in root.iter("Say") if say.get("language") == language)
        assert "5 5 5, 5 5 5, 0 1 0 0" in words
        assert "5 5 5, 5 5 5, 0 1 0 2" in words
    assert root.find("Redirect") is None  # at the carrier it would lead nowhere


@pytest.mark.parametrize("make", [nginx, caddy])
async def test_a_caller_is_asked_to_hold_and_then_told_the_numbers(tmp_path: Path, make: Proxy) -> None:
    async with proxy_at(tmp_path, make, free_port(), free_port()) as url, aiohttp.ClientSession() as carrier:
        path = "/twilio/voice/turn?turn=3&asked=2"
        heard: list[ET.Element] = []
        while path:
            async with carrier.post(url + path, data={"CallSid": "CA1", "SpeechResult": "pay my bill"}) as answer:
                assert (answer.status, answer.content_type) == (200, "text/xml")
                heard.append(check(await answer.text()))
            path = heard[-1].findtext("Redirect") or ""
        assert ["Please hold" in (root.findtext("Say") or "") for root in heard] == [True, False, False]
        assert heard[-1].findtext("Dial") == COOP.outage_phone
        async with carrier.post(f"{url}/twilio/voice") as answer:
            assert check(await answer.text()).find("Redirect") is not None
        async with carrier.post(f"{url}/twilio/sms") as answer:
            assert answer.status == 502  # no caller waits for it
        async with carrier.get(f"{url}/memberline-away/fallback.xml") as answer:
            assert answer.status in (404, 502)
