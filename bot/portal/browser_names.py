"""The name of a browser, as the member would say it: what its User-Agent header tells, and no more."""

from __future__ import annotations

from sanic import Request

# in this order: Edge and Chrome say Safari too, and Android says Linux
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip


def name_browser(request: Request) -> str:
    """`Firefox, Windows`; empty for one that is not known."""
    agent = str(request.headers.get("user-agent") or "")
    found = (next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))
