"""Fills in a page's form as a browser does: every field with what the page shows, and some of them changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.bot.edge import Edge


class FormReader(HTMLParser):
    """The fields of the form that posts to `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.fields: dict[str, str] = {}
        self._inside = False
        self._area: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = found.get("action") == self.action and found.get("method") == "post"
        elif not self._inside:
            return
        elif tag == "input" and found.get("type") != "file":
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "textarea":
            self._area = found["name"]
            self.fields[self._area] = ""
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data


def read_form(page: str, action: str) -> dict[str, str]:
    reader = FormReader(action)
    reader.feed(page)
    reader.close()
    return reader.fields


async def preview(edge: Edge, path: str, **changed: str) -> Any:
    """The page before publishing, or the form with what is wrong."""
    page = await edge.get(path)
    assert page.status == 200, page.text
    fields = read_form(page.text, path) | {"step": "preview"} | changed
    return await edge.post(path, data=fields)


async def publish(edge: Edge, path: str, page: Any, reason: str = "as the board decided", **changed: str) -> Any:
    """Press "Publish now" on the page before publishing."""
    assert page.status == 200, page.text
    fields = read_form(page.text, path) | {"step": "publish", "reason": reason} | changed
    return await edge.post(path, data=fields)


async def change(edge: Edge, area: str, **changed: str) -> Any:
    path = f"/staff/settings/areas/{area}"
    done = await publish(edge, path, await preview(edge, path, **changed))
    assert done.status == 200, done.text
    assert "is published and in force" in done.text
    return done
