"""What the caller heard before they interrupted, and what their answer then means."""

from __future__ import annotations

import pytest

from bot.channels.voice.relay.hearing import Hearing
from tests.bot.channels.voice.relay.relay_socket import Socket, talk
from tests.bot.edge import Edge

HEARD_FIRST = "Auto Pay takes the whole bill. It goes out on"


async def interrupt(socket: Socket, heard: str) -> None:
    await socket.send(type="interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs="1200")


YES = {
    "by voice": lambda socket: socket.send(type="prompt", voicePrompt="yes", last=True),
    "by key": lambda socket: socket.press("1"),
    "with more": lambda socket: socket.send(type="prompt", voicePrompt="yeah go ahead", last=True),
}


@pytest.mark.parametrize("say_yes", YES.values(), ids=YES.keys())
async def test_a_yes_before_the_terms_were_heard_hears_the_rest_first(edge: Edge, say_yes: object) -> None:
    async with talk(edge) as socket:
        await socket.speak("terms")
        await interrupt(socket, HEARD_FIRST)
        await say_yes(socket)  # type: ignore[operator]
        frames = await socket.frames()
        said = "".join(frame["token"] for frame in frames)
        assert "It goes out on the due date. You can stop it at any time. Do you agree?" in said
        assert "Auto Pay takes" not in said, "what was heard is not said again"
        assert not any(frame["interruptible"] for frame in frames if "stop it" in frame["token"])
        assert edge.engine.texts_of(socket.conversation) == ["terms"]
        await socket.speak("yes")
    assert edge.engine.texts_of(socket.conversation) == ["terms", "yes"]


async def test_a_no_counts_at_any_time(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("terms")
        await interrupt(socket, HEARD_FIRST)
        assert "You said: no" in await socket.speak("no")


async def test_a_yes_after_the_whole_of_the_terms_counts_though_the_keys_were_cut_off(edge: Edge) -> None:
    async with talk(edge) as socket:
        said = await socket.speak("terms")
        await interrupt(socket, said[: said.index("For yes")] + "For")
        await socket.speak("yes")
    assert edge.engine.texts_of(socket.conversation) == ["terms", "yes"]


async def test_the_dialogue_is_told_what_was_heard(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("buttons")
        await interrupt(socket, "How much?")
        await socket.speak("the other amount")
        await socket.speak("hello")
    heard = [turn["metadata"].get("heard") for turn in edge.engine.turns]
    assert heard == [None, "How much?", None]


REACHED = {
    "all of it from the start": ("One two. Three", ("Three four.",)),
    "only the sentence that was being said": ("Three four.", ()),
    "in other letters": ("ONE, TWO", ("Three four.",)),
    "nothing": ("", ("One two.", "Three four.")),
    "what we did not say": ("Good morning", ("One two.", "Three four.")),
}


@pytest.mark.parametrize(("heard", "unheard"), REACHED.values(), ids=REACHED.keys())
def test_how_far_it_was_heard(heard: str, unheard: tuple[str, ...]) -> None:
    line = "One two. Three four."
    hearing = Hearing.of_lines((line, "Press 1."))
    assert hearing.list_unheard((line,)) == ()
    hearing.interrupt(heard)
    assert hearing.list_unheard((line,)) == unheard
