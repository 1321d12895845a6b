"""The pages of the settings: a list, a form each, the page before publishing, and the history with undo."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.exc import IntegrityError

from backend.coop_presentation import STARTERS
from backend.language import tr
from backend.office_settings import live, service
from backend.office_settings.logos import LogoRefused, clean_logo, find_logo, keep_logo
from backend.office_settings.models import SettingsVersion
from backend.office_settings.service import SettingsOutdated, SettingsRefused
from backend.office_settings.state import WHOLE_TABLES, State, merge_tables
from backend.staff.roles import Role
from bot.dialogue.engine_client import EngineError
from bot.dialogue.normalize import clean_and_redact
from bot.staff.settings.describing import AREAS, USUAL, ShownChange, describe_area, list_changes
from bot.staff.settings.fields import Area, Group, Reading, Sample, Typed
from bot.staff.settings.look import LOOK, data_url
from bot.web import pages
from bot.web.pages import form_field
from bot.workers.engine_knowledge import give_knowledge

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

URL = "/staff/settings"
LEAST_REASON = 3
LONGEST_TYPED = 4000
OWN_FIELDS = frozenset(("token", "step", "base", "reason", "act"))
"""Of every form; the others are the area's."""


@dataclass
class Draft:
    """A state that somebody is about to publish, and how it is shown on the page before that."""

    state: State
    area: str
    back: str  # the address of its form
    typed: Typed
    changes: list[ShownChange]
    samples: list[Sample] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    restores: int | None = None
    is_money: bool = False


class SettingsBase:
    """What all pages of the settings share."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    async def load_now(self) -> tuple[int, State]:
        """The newest version and its state, which this process may take only in a second."""
        await live.refresh(self.backend)
        async with self.backend.db.read_session() as session:
            version = await service.newest_version(session)
            return version, await service.load_state(session, version) or State()

    def tables(self, state: State) -> dict[str, Any]:
        return merge_tables(self.backend.live.raw, state)

    def render_draft(
        self, draft: Draft, base: int, *, status: int = 200, trouble: str = "", reason: str = "", fault: str = ""
    ) -> HTTPResponse:
        """The page before publishing. `fault` is what is wrong with the reason."""
        return self.staff.render_page(
            "settings/publish.html", status, draft=draft, base=base, trouble=trouble, reason=reason, fault=fault
        )

    async def publish(self, request: Request, name: str, draft: Draft, base: int) -> HTTPResponse:
        """Publish what was read on the page before, if it is still what it would change."""
        reason = clean_and_redact(" ".join(form_field(request, "reason").split()))[: service.LONGEST_REASON]
        if len(reason) < LEAST_REASON:
            fault = tr("Please say in a few words why, for who looks back later.")
            return self.render_draft(draft, base, status=422, reason=reason, fault=fault)
        if form_field(request, "base") != str(base):
            words = tr(
                "Somebody published another change meanwhile. This is what yours changes now. Please look again."
            )
            return self.render_draft(draft, base, status=409, trouble=words, reason=reason)
        try:
            async with self.backend.db.transaction() as session:
                row = await service.publish(
                    session, self.backend, draft.state, by=name, area=draft.area, reason=reason, base=base,
                    restores=draft.restores,
                )  # fmt: skip
                version = row.id
        except (SettingsOutdated, IntegrityError):
            words = tr("Somebody published another change at the same moment. Please look again.")
            return self.render_draft(draft, base, status=409, trouble=words, reason=reason)
        except SettingsRefused as refused:
            return self.render_draft(draft, base, status=422, trouble=str(refused), reason=reason)
        await live.refresh(self.backend)
        with suppress(EngineError):  # at once where it can be, so that who asks now is told; else within seconds
            await give_knowledge(self.backend, self.staff.services.engine)
        return pages.redirect(f"{URL}/history?published={version}")


def read_typed(request: Request) -> dict[str, str]:
    """The fields of the area's form."""
    form: Any = request.get_form() or {}
    return {
        name: str(form.get(name) or "")[:LONGEST_TYPED].replace("\r\n", "\n") for name in form if name not in OWN_FIELDS
    }


class SettingsPages(SettingsBase):
    def routes(self) -> Routes:
        return (
            (self.list_settings, "GET", "/settings", Role.SUPERVISOR),
            (self.show_history, "GET", "/settings/history", Role.SUPERVISOR),
            (self.show_version, "GET", "/settings/history/<version:int>", Role.SUPERVISOR),
            (self.undo_version, "POST", "/settings/history/<version:int>", Role.SUPERVISOR),
            (self.show_setting, "GET", "/settings/areas/<key:str>", Role.SUPERVISOR),
            (self.change_setting, "POST", "/settings/areas/<key:str>", Role.SUPERVISOR),
        )

    async def list_settings(self, request: Request, name: str) -> HTTPResponse:
        version, state = await self.load_now()
        async with self.backend.db.read_session() as session:
            newest = await service.list_versions(session, 3)
        coop = self.backend.coop
        cards = [(area, area.summary(coop)) for area in AREAS.values()]
        return self.staff.render_page(
            "settings/list.html", cards=cards, version=version, newest=newest, describe_area=describe_area,
            subjects=len(self.backend.knowledge.subjects), changed_subjects=len(state.knowledge),
        )  # fmt: skip

    async def show_setting(self, request: Request, name: str, key: str) -> HTTPResponse:
        area = _find_area(key)
        _, state = await self.load_now()
        return self._render_form(area, state, area.show(self.tables(state)), {})

    def _render_form(
        self, area: Area, state: State, typed: Typed, errors: Mapping[str, str], trouble: str = ""
    ) -> HTTPResponse:
        groups: list[Group] = area.groups(self.tables(state), typed)
        first = next((one.name for group in groups for one in group.fields if one.name in errors), "")
        shown = {one.name: typed.get(one.name, "") for group in groups for one in group.fields}
        return self.staff.render_page(
            "settings/form.html", 422 if errors or trouble else 200, one=area, groups=groups, typed=shown,
            errors=errors, first=first, trouble=trouble, logo=typed.get("logo", ""),
        )  # fmt: skip

    async def change_setting(self, request: Request, name: str, key: str) -> HTTPResponse:
        """The form's next step: what it would change, back to the form, or publish it."""
        area = _find_area(key)
        base, state = await self.load_now()
        typed = read_typed(request)
        errors = await self._take_logo(request, typed) if area is LOOK else {}
        tables = self.tables(state)
        if form_field(request, "step") == "edit":
            return self._render_form(area, state, typed, {})
        reading = area.read(typed, tables)
        errors |= reading.errors
        if errors:
            return self._render_form(area, state, typed, errors)
        draft = self._make_draft(area, state, typed, reading)
        if not draft.changes:
            if form_field(request, "step") == "publish":
                return pages.redirect(f"{URL}/history?published={base}")  # the form was sent twice
            return self._render_form(area, state, typed, {}, tr("Nothing is different from what is in force now."))
        try:
            service.check_state(self.backend, draft.state)
            draft.samples = area.samples(self.backend.live.build_coop(draft.state))
            if area is LOOK:
                draft.samples += await self._show_logo(typed.get("logo", ""), reading)
        except SettingsRefused as refused:
            return self._render_form(area, state, typed, {}, str(refused))
        if form_field(request, "step") == "publish":
            return await self.publish(request, name, draft, base)
        return self.render_draft(draft, base)

    def _make_draft(self, area: Area, state: State, typed: Typed, reading: Reading) -> Draft:
        changed = _only_changed(self.tables(state), reading.tables)
        after = state.with_tables(changed)
        changes = list_changes(self.backend.live.raw, state, after)
        back = f"{URL}/areas/{area.key}"
        return Draft(after, area.key, back, typed, changes, is_money=area.money)

    async def _take_logo(self, request: Request, typed: dict[str, str]) -> dict[str, str]:
        """Clean an uploaded logo and keep it; nobody sees it before it is published."""
        file = request.files.get("logo_file") if request.files else None
        typed.pop("logo_file", None)
        if file is None or not file.body:
            return {}
        try:
            logo = clean_logo(file.body)
        except LogoRefused as refused:
            return {"logo_file": tr(str(refused))}
        async with self.backend.db.transaction() as session:
            await keep_logo(session, self.backend, logo)
        typed["logo"] = logo.digest
        return {}

    async def _show_logo(self, logo: str, reading: Reading) -> list[Sample]:
        """The uploaded logo, where it is what would be published."""
        async with self.backend.db.read_session() as session:
            found = await find_logo(session, logo) if reading.tables["look"]["logo"] == logo else None
        return [Sample(tr("Logo"), "", picture=data_url(found.media_type, found.content))] if found else []

    # -- history

    async def show_history(self, request: Request, name: str) -> HTTPResponse:
        await live.refresh(self.backend)
        async with self.backend.db.read_session() as session:
            versions = await service.list_versions(session)
        published = str(request.args.get("published") or "")
        done = int(published) if published.isdecimal() and len(published) < 9 else 0
        return self.staff.render_page(
            "settings/history.html", versions=versions, published=done, describe_area=describe_area
        )

    async def show_version(self, request: Request, name: str, version: int) -> HTTPResponse:
        """What a version changed, and what going back to it would change."""
        now, state_now = await self.load_now()
        async with self.backend.db.read_session() as session:
            state, before = await service.load_state(session, version), await service.load_state(session, version - 1)
            row = await session.get(SettingsVersion, version)
        if state is None:
            raise NotFound()
        raw = self.backend.live.raw
        return self.staff.render_page(
            "settings/version.html", version=version, row=row, now=now, describe_area=describe_area,
            changes=list_changes(raw, before or State(), state), back=list_changes(raw, state_now, state),
        )  # fmt: skip

    async def undo_version(self, request: Request, name: str, version: int) -> HTTPResponse:
        """Go back to a version: read back first, then published as a new one."""
        base, state_now = await self.load_now()
        async with self.backend.db.read_session() as session:
            state = await service.load_state(session, version)
        if state is None:
            raise NotFound()
        changes = list_changes(self.backend.live.raw, state_now, state)
        if not changes:
            return pages.redirect(f"{URL}/history?published={base}")
        is_money = _touches_money(state_now, state)
        draft = Draft(state, service.UNDO, f"{URL}/history/{version}", {}, changes, restores=version, is_money=is_money)
        if form_field(request, "step") == "publish":
            return await self.publish(request, name, draft, base)
        return self.render_draft(draft, base)


def _touches_money(before: State, after: State) -> bool:
    tables = ("fees", "payments", "arrangements")
    return any(before.tables.get(table) != after.tables.get(table) for table in tables)


def _find_area(key: str) -> Area:
    if key not in AREAS:
        raise NotFound()
    return AREAS[key]


def _only_changed(tables: Mapping[str, Any], read: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What differs from what is in force: the rest goes on following coop.toml."""
    changed = {}
    for section, table in read.items():
        now = tables.get(section) or {}
        if section == "starters" and not now:
            now = {language: list(titles) for language, titles in STARTERS.items()}
        if section in WHOLE_TABLES:
            differing = table if table != now else None
        else:
            differing = {
                key: value for key, value in table.items() if value != now.get(key, USUAL.get(f"{section}.{key}"))
            } or None
        if differing is not None:
            changed[section] = differing
    return changed
