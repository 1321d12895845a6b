"""Publishes versions of the office's settings, and reads them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.errors import MemberlineError
from backend.knowledge.check import check_subjects
from backend.knowledge.parsing import KnowledgeError
from backend.office_settings.models import SettingsVersion
from backend.office_settings.raised_limits import tell_raised_limits
from backend.office_settings.state import State, find_changed_subjects, find_changes, merge_tables

if TYPE_CHECKING:
    from backend.app import Backend

UNDO = "undo"
"""Area of a version that made all as it was in an earlier one."""
UNDO_ONE = "undo_one"
"""Area of a version that took the change of one earlier version back."""
LONGEST_REASON = 300


class SettingsRefused(MemberlineError):
    """The state cannot be in force; the text names what is wrong."""

    code = "settings_refused"


class SettingsOutdated(MemberlineError):
    """Somebody published a version after the one that the form was made from."""

    code = "settings_outdated"


async def newest_version(session: AsyncSession) -> int:
    """The number of the version in force; 0 where nothing was changed yet."""
    return await session.scalar(select(func.max(SettingsVersion.id))) or 0


async def load_state(session: AsyncSession, version: int) -> State | None:
    """The state of a version; None for one that there is not."""
    if version == 0:
        return State()
    row = await session.get(SettingsVersion, version)
    return State.from_json(row.state) if row else None


async def list_versions(session: AsyncSession, limit: int = 200) -> Sequence[SettingsVersion]:
    """The newest first."""
    query = select(SettingsVersion).order_by(SettingsVersion.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def list_versions_after(session: AsyncSession, version: int) -> Sequence[SettingsVersion]:
    """Those that were published after `version`, the oldest first."""
    query = select(SettingsVersion).where(SettingsVersion.id > version).order_by(SettingsVersion.id)
    return list(await session.scalars(query))


def check_state(backend: Backend, state: State) -> None:
    """Raises SettingsRefused naming what cannot be in force, such as a question that two subjects have."""
    try:
        coop, knowledge = backend.live.build_coop(state), backend.live.build_knowledge(state)
    except (ValueError, KnowledgeError) as fault:
        raise SettingsRefused(str(fault)) from None
    if state.knowledge and (twice := check_subjects(list(knowledge.subjects.values()), coop).duplicates):
        raise SettingsRefused("; ".join(twice))


async def publish(
    session: AsyncSession,
    backend: Backend,
    state: State,
    *,
    by: str,
    area: str,
    reason: str,
    base: int,
    restores: int | None = None,
) -> SettingsVersion:
    """Store `state` as the next version after `base`, the version that its form was made from; the audit trail names
    what changed. It is in force once `live.refresh` has run, in other processes a second later.

    Raises SettingsRefused, or SettingsOutdated where `base` is no longer the newest.
    """
    check_state(backend, state)
    if await newest_version(session) != base:
        raise SettingsOutdated()
    before = await load_state(session, base) or State()
    row = SettingsVersion(
        id=base + 1, at=backend.clock.now(), by=by, area=area, reason=reason[:LONGEST_REASON], state=state.to_json(),
        restores=restores,
    )  # fmt: skip
    session.add(row)
    await session.flush()  # a second one at the same moment has the same number, and fails here
    raw = backend.live.raw
    changes = find_changes(merge_tables(raw, before), merge_tables(raw, state))
    subjects = find_changed_subjects(before, state)
    await record(
        session, backend, actor=f"office:{by}"[:80], level=0, channel="office", act="settings_changed", account_id=None,
        before={"version": base, **{each.key: str(each.before) for each in changes}},
        after={
            "version": row.id,
            "area": area,
            "reason": row.reason,
            **{each.key: str(each.after) for each in changes},
            **{f"knowledge.{each}": "changed" for each in subjects},
        },
    )  # fmt: skip
    await tell_raised_limits(session, backend, row, changes)
    return row
