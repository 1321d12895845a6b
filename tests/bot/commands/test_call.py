"""`memberline call`: what a typed line means, against the running app."""

from __future__ import annotations

import aiohttp
import pytest

from backend.coop import Coop
from backend.errors import MemberlineError
from bot.commands.call import TerminalPhone, run_call
from tests.bot.edge import MEMBER, Edge


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("99999001", "99999001"),
        ("999 99001", "99999001"),
        ('"9 9 9 9 9 0 0 1', "9 9 9 9 9 0 0 1"),
        ("pay 12", "pay 12"),
        ("<hello>", "<hello>"),
    ],
)
async def test_digits_are_keys_and_all_else_is_said(app_server: Edge, line: str, heard: str) -> None:
    async with aiohttp.ClientSession(app_server.url) as http:
        phone = TerminalPhone(http, MEMBER, attested=True)
        await phone.begin()
        await phone.enter("expect member_number")
        await phone.enter(line)
        assert app_server.engine.texts_of(f"call-{phone.state['call']}")[-1] == heard


async def test_a_whole_call_at_the_terminal(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Coop, "is_open", lambda coop, at: True)  # a closed office is not rung
    lines = iter(["/text hello by text", "", "transfer", "/answer", "/personleaves", "/nothing", "/hangup", "/again"])

    def type_line(_prompt: str) -> str:
        line = next(lines, None)
        if line is None:
            raise EOFError
        return line

    monkeypatch.setattr("builtins.input", type_line)
    await run_call(app_server.url, MEMBER, attested=True)
    shown = capsys.readouterr().out
    assert shown.count("I am an automated assistant") == 2
    for part in (
        "hello by text",
        "I did not hear anything",
        "/answer: They answer",
        "/personleaves",
        "no /nothing now",
        "/again calls again",
    ):
        assert part in shown


async def test_without_a_running_memberline_it_says_what_to_do() -> None:
    with pytest.raises(MemberlineError, match="make run"):
        await run_call("http://127.0.0.1:9", MEMBER, attested=True)
