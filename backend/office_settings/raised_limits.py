"""Tells the office when somebody raises a limit above which a second person decides about money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.coop import Coop
from backend.language import ENGLISH, mark, tr
from backend.money import format_cents
from backend.office_settings.models import SettingsVersion
from backend.office_settings.state import Change
from backend.staff.accounts import list_logins
from backend.staff.mail import mail_people
from backend.staff.roles import Role

if TYPE_CHECKING:
    from backend.app import Backend

SECOND_PERSON_LIMITS = {
    "payments.refund_second_person_cents": mark("A second person approves refunds above"),
    "payments.booking_second_person_cents": mark("A second person approves a payment booked at the counter above"),
}


async def tell_raised_limits(
    session: AsyncSession, backend: Backend, version: SettingsVersion, changes: Sequence[Change]
) -> None:
    """Mail the office, and every supervisor and administrator but who published the version."""
    raised = []
    for change in changes:
        if change.key in SECOND_PERSON_LIMITS:
            usual = int(getattr(Coop, change.key.partition(".")[2]))
            before, after = (usual if value is None else int(value) for value in (change.before, change.after))
            if after > before:
                raised.append((SECOND_PERSON_LIMITS[change.key], before, after))
    if not raised:
        return

    def write() -> tuple[str, str]:
        lines = [
            tr("{what}: from {before} to {after}", what=tr(label), before=format_cents(old), after=format_cents(new))
            for label, old, new in raised
        ]
        body = tr(
            "{who} has changed this in the settings:\n\n{lines}\n\nReason: {reason}\n\nThe lower limit still holds for "
            "24 hours. If this was not agreed, take the change back at {url}.",
            who=version.by, lines="\n".join(lines), reason=version.reason,
            url=f"{backend.settings.public_url}/staff/settings",
        )  # fmt: skip
        return tr("A limit of the second person was raised"), body

    people = [
        (login.email, login.language)
        for login in await list_logins(session, backend)
        if login.role >= Role.SUPERVISOR and login.name != version.by
    ]
    office = [(backend.coop.email, ENGLISH)] if backend.coop.email else []
    await mail_people(session, backend, write, [*people, *office], key=f"raised-limits-{version.id}")
