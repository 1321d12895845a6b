"""The history of the settings: what each version changed, taking one change back, and going back to a whole state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.office_settings import live, service, undo
from backend.office_settings.models import SettingsVersion
from backend.office_settings.state import State
from backend.staff.roles import Role
from bot.staff.settings.describing import describe_area, describe_key, list_changes
from bot.staff.settings.money import list_far_amounts
from bot.staff.settings.pages import URL, Draft, SettingsBase, read_typed
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes

ALSO = "also."
"""Begins the name of a tick: take back this unit too, though it was changed again later."""


@dataclass(frozen=True)
class TakeBack:
    """What taking a version's change back means now: `units` of it are not back yet, and `later` of those were changed
    again by a later version."""

    before: State
    now: State
    units: list[str]
    later: list[str]


class HistoryPages(SettingsBase):
    def routes(self) -> Routes:
        return (
            (self.show_history, "GET", "/settings/history", Role.SUPERVISOR),
            (self.show_version, "GET", "/settings/history/<version:int>", Role.SUPERVISOR),
            (self.undo_version, "POST", "/settings/history/<version:int>", Role.SUPERVISOR),
            (self.take_back, "POST", "/settings/history/<version:int>/take-back", Role.SUPERVISOR),
        )

    async def show_history(self, request: Request, name: str) -> HTTPResponse:
        await live.refresh(self.backend)
        async with self.backend.db.read_session() as session:
            versions = await service.list_versions(session)
        published = str(request.args.get("published") or "")
        done = int(published) if published.isdecimal() and len(published) < 9 else 0
        return self.staff.render_page(
            "settings/history.html", versions=versions, published=done, describe_area=describe_area
        )

    async def _load(self, version: int) -> tuple[State, State, SettingsVersion | None]:
        """The state before a version, that of it, and its row; raises NotFound."""
        async with self.backend.db.read_session() as session:
            state = await service.load_state(session, version)
            before = await service.load_state(session, version - 1) if version else None
            row = await session.get(SettingsVersion, version)
        if state is None:
            raise NotFound()
        return before or State(), state, row

    async def show_version(self, request: Request, name: str, version: int) -> HTTPResponse:
        """What a version changed, and what taking it back or going back to it would change."""
        now, state_now = await self.load_now()
        before, state, row = await self._load(version)
        raw = self.backend.live.raw
        found = self._find_take_back(before, state, state_now)
        return self.staff.render_page(
            "settings/version.html", version=version, row=row, now=now, describe_area=describe_area,
            changes=list_changes(raw, before, state), back=list_changes(raw, state_now, state), found=found,
            later=self._show_later(found, state_now), also=ALSO, nothing=bool(request.args.get("nothing")),
        )  # fmt: skip

    def _find_take_back(self, before: State, state: State, now: State) -> TakeBack:
        raw = self.backend.live.raw
        left = undo.list_left(raw, before, state, now)
        return TakeBack(before, now, left, undo.list_changed_later(raw, state, now, left))

    def _show_later(self, found: TakeBack, now: State) -> list[tuple[str, str, list[str]]]:
        """(unit, its name, the lines of taking it back) of what a later version changed again."""
        raw = self.backend.live.raw
        rows = []
        for unit in found.later:
            after = undo.take_back(raw, found.before, now, [unit])
            lines = [f"{one.before} → {one.after}" for one in list_changes(raw, now, after)]
            rows.append((unit, describe_key(unit), lines))
        return rows

    async def take_back(self, request: Request, name: str, version: int) -> HTTPResponse:
        """Take one version's change back and leave the later ones: read back first, then published as a new one."""
        base, now = await self.load_now()
        before, state, row = await self._load(version)
        if row is None:
            raise NotFound()
        found = self._find_take_back(before, state, now)
        typed = {key: value for key, value in read_typed(request).items() if key.startswith(ALSO)}
        chosen = [unit for unit in found.units if unit not in found.later or ALSO + unit in typed]
        after = undo.take_back(self.backend.live.raw, before, now, chosen)
        back = f"{URL}/history/{version}/take-back"
        draft = self._make_draft(now, after, service.UNDO_ONE, version, back)
        draft.typed = typed
        return await self._publish_or_show(request, name, draft, base)

    async def undo_version(self, request: Request, name: str, version: int) -> HTTPResponse:
        """Go back to a whole state: read back first, then published as a new version."""
        base, now = await self.load_now()
        _, state, _ = await self._load(version)
        draft = self._make_draft(now, state, service.UNDO, version, f"{URL}/history/{version}")
        return await self._publish_or_show(request, name, draft, base)

    def _make_draft(self, now: State, after: State, area: str, version: int, back: str) -> Draft:
        changes = list_changes(self.backend.live.raw, now, after)
        far = list_far_amounts(self.tables(now), self.tables(after))
        is_money = _touches_money(now, after)
        return Draft(after, area, back, {}, changes, restores=version, is_money=is_money, far=far)

    async def _publish_or_show(self, request: Request, name: str, draft: Draft, base: int) -> HTTPResponse:
        if not draft.changes:
            if form_field(request, "step") == "publish":
                return pages.redirect(f"{URL}/history?published={base}")  # the form was sent twice
            return pages.redirect(f"{URL}/history/{draft.restores}?nothing=1")
        if form_field(request, "step") == "publish":
            return await self.publish(request, name, draft, base)
        return self.render_draft(draft, base)


def _touches_money(before: State, after: State) -> bool:
    tables = ("fees", "payments", "arrangements")
    return any(before.tables.get(table) != after.tables.get(table) for table in tables)
