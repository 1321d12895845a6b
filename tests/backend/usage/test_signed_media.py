"""Addresses of pictures: ours alone, and for an hour."""

from __future__ import annotations

from backend.app import Backend
from backend.clock import ManualClock
from backend.language import use_language
from backend.usage import signed_media


def token_of(url: str) -> str:
    return url.rpartition("/")[2].removesuffix(".png")


async def test_it_opens_for_an_hour(backend: Backend, clock: ManualClock) -> None:
    token = token_of(signed_media.usage_chart_url(backend, 7))
    assert signed_media.open_token(backend, token) == signed_media.ChartRequest(7)
    clock.advance(minutes=59)
    assert signed_media.open_token(backend, token) == signed_media.ChartRequest(7)
    clock.advance(minutes=2)
    assert signed_media.open_token(backend, token) is None


async def test_chart_is_drawn_in_the_conversation_language(backend: Backend) -> None:
    with use_language("es"):
        token = token_of(signed_media.usage_chart_url(backend, 7))
    assert signed_media.open_token(backend, token) == signed_media.ChartRequest(7, "es")


async def test_no_forged_address_opens(backend: Backend) -> None:
    token = token_of(signed_media.usage_chart_url(backend, 7))
    other = token_of(signed_media.usage_chart_url(backend, 8))
    forged = other[: -len(token[-24:])] + token[-24:]
    wrong = [token[:-1] + ("A" if token[-1] != "A" else "B"), forged, token[1:], token + "A", "", "A" * 60, token[-24:]]
    assert [signed_media.open_token(backend, each) for each in wrong] == [None] * len(wrong)
