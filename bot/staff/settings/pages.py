"""The pages of the settings: a list, a form each, and the page before publishing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.exc import IntegrityError

from backend.coop_presentation import STARTERS
from backend.language import tr
from backend.office_settings import live, service
from backend.office_settings.logos import LogoRefused, clean_logo, find_logo, keep_logo
from backend.office_settings.service import SettingsOutdated, SettingsRefused
from backend.office_settings.state import WHOLE_TABLES, State, merge_tables
from backend.staff.roles import Role
from bot.dialogue.engine_client import EngineError
from bot.dialogue.normalize import redact_office_words
from bot.staff.settings.describing import AREAS, USUAL, describe_area, list_changes
from bot.staff.settings.fields import Area, Group, Reading, Sample, Typed
from bot.staff.settings.look import LOOK, data_url
from bot.staff.settings.money import FarAmount, list_far_amounts
from bot.staff.settings.subject_words import ShownChange
from bot.staff.settings.words import BANNER
from bot.staff.views import format_local_time
from bot.web import pages
from bot.web.pages import form_field
from bot.workers.engine_knowledge import give_knowledge

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

URL = "/staff/settings"
LEAST_REASON = 3
MOST_MEANWHILE = 5
LONGEST_TYPED = 4000
OWN_FIELDS = frozenset(("token", "step", "base", "reason", "act", "sure"))
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
    far: list[FarAmount] = field(default_factory=list)

    @property
    def can_be_edited(self) -> bool:
        """Whether there is a form to go back to: not where something is taken back."""
        return self.restores is None and bool(self.typed)

    @property
    def sure(self) -> str:
        """What a tick on the page says was read: these amounts and no others."""
        return ",".join(f"{one.before}>{one.after}" for one in self.far)


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

    async def list_meanwhile(self, since: int) -> list[str]:
        """Who published what after the version `since`."""
        async with self.backend.db.read_session() as session:
            rows = await service.list_versions_after(session, since)
        shown = rows[-MOST_MEANWHILE:]
        return [
            tr("{who} published “{area}” {when}: {reason}", who=row.by, area=describe_area(row.area, row.restores),
               when=format_local_time(self.backend, row.at), reason=row.reason)
            for row in shown
        ]  # fmt: skip

    def render_draft(
        self, draft: Draft, base: int, *, status: int = 200, trouble: str = "", reason: str = "", **faults: str
    ) -> HTTPResponse:
        """The page before publishing. `faults` are `fault`, what is wrong with the reason, and `sure_fault`, that of
        the tick."""
        faults = {"fault": "", "sure_fault": ""} | faults
        return self.staff.render_page(
            "settings/publish.html", status, draft=draft, base=base, trouble=trouble, reason=reason, **faults
        )

    async def publish(self, request: Request, name: str, draft: Draft, base: int) -> HTTPResponse:
        """Publish what was read on the page before, if it is still what it would change."""
        reason = redact_office_words(" ".join(form_field(request, "reason").split()))[: service.LONGEST_REASON]
        opened = form_field(request, "base")
        if opened != str(base):
            draft.warnings += await self.list_meanwhile(int(opened) if opened.isdecimal() and len(opened) < 9 else base)
            words = tr(
                "Somebody published another change meanwhile. This is what yours changes now. Please look again."
            )
            return self.render_draft(draft, base, status=409, trouble=words, reason=reason)
        faults = {}
        if draft.far and form_field(request, "sure") != draft.sure:
            faults["sure_fault"] = tr("Please read the amounts and tick that they are right.")
        if len(reason) < LEAST_REASON:
            faults["fault"] = tr("Please say in a few words why, for who looks back later.")
        if faults:
            return self.render_draft(draft, base, status=422, reason=reason, **faults)
        try:
            async with self.backend.db.transaction() as session:
                row = await service.publish(
                    session, self.backend, draft.state, by=name, area=draft.area, reason=reason, base=base,
                    restores=draft.restores,
                )  # fmt: skip
                version = row.id
        except (SettingsOutdated, IntegrityError):
            words = tr("Somebody published another change at the same moment. Please look again.")
            draft.warnings += await self.list_meanwhile(base)
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
        version, state = await self.load_now()
        return self._render_form(area, state, {**area.show(self.tables(state)), "opened": str(version)}, {})

    def _render_form(
        self, area: Area, state: State, typed: Typed, errors: Mapping[str, str], trouble: str = ""
    ) -> HTTPResponse:
        groups: list[Group] = area.groups(self.tables(state), typed)
        first = next((one.name for group in groups for one in group.fields if one.name in errors), "")
        shown = {one.name: typed.get(one.name, "") for group in groups for one in group.fields}
        return self.staff.render_page(
            "settings/form.html", 422 if errors or trouble else 200, one=area, groups=groups, typed=shown,
            errors=errors, first=first, trouble=trouble, logo=typed.get("logo", ""), opened=typed.get("opened", ""),
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
        if area is BANNER:
            errors |= self._find_past_end(reading)
        if errors:
            return self._render_form(area, state, typed, errors)
        opened = await self._find_opened(typed, base, state)
        draft = self._make_draft(area, state, opened, typed, reading)
        if opened is not state:
            draft.warnings += await self.list_meanwhile(int(typed["opened"]))
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

    async def _find_opened(self, typed: Typed, base: int, state: State) -> State:
        """The state from which the form was made: what was not touched in it follows what others published since."""
        opened = typed.get("opened", "")
        if not opened.isdecimal() or len(opened) > 8 or int(opened) >= base:
            return state
        async with self.backend.db.read_session() as session:
            return await service.load_state(session, int(opened)) or state

    def _find_past_end(self, reading: Reading) -> dict[str, str]:
        """A banner that ends before it begins would never be seen."""
        until = reading.tables.get("banner", {}).get("until")
        now = self.backend.clock.now().astimezone(self.backend.coop.zone).replace(tzinfo=None)
        if until is None or datetime.fromisoformat(until) > now:
            return {}
        return {"banner_until": tr("This time is past: nobody would see the banner. Please give a later one.")}

    def _make_draft(self, area: Area, state: State, opened: State, typed: Typed, reading: Reading) -> Draft:
        after = state.with_tables(_only_changed(self.tables(opened), reading.tables))
        changes = list_changes(self.backend.live.raw, state, after)
        back = f"{URL}/areas/{area.key}"
        far = list_far_amounts(self.tables(state), self.tables(after))
        return Draft(after, area.key, back, typed, changes, is_money=area.money, far=far)

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
