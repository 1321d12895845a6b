"""The menu of the office's pages: one line an area, in the order of the day's work."""

from __future__ import annotations

from dataclasses import dataclass

from backend.language import mark
from backend.staff.roles import Role


@dataclass(frozen=True)
class Area:
    """`role` is the lowest that sees it; `behind_more`: not of every hour, so it stands behind "More"."""

    title: str
    url: str
    role: Role = Role.READ
    behind_more: bool = False


AREAS = (
    Area(mark("Inbox"), "/staff"),
    Area(mark("Members"), "/staff/members"),
    Area(mark("Tickets"), "/staff/tickets"),
    Area(mark("Calls"), "/staff/calls"),
    Area(mark("Outages"), "/staff/outages"),
    Area(mark("Money"), "/staff/money"),
    Area(mark("Review"), "/staff/review", behind_more=True),
    Area(mark("Reports"), "/staff/reports", behind_more=True),
    Area(mark("Settings"), "/staff/settings", Role.SUPERVISOR, behind_more=True),
    Area(mark("People"), "/staff/people", Role.ADMIN, behind_more=True),
    Area(mark("Audit"), "/staff/audit", Role.SUPERVISOR, behind_more=True),
)
OWN_PAGE = "/staff/me"


def list_areas(role: Role) -> list[Area]:
    return [area for area in AREAS if role >= area.role]


def find_area(path: str) -> Area | None:
    """The area of a page: the longest address that the path begins with. One's own account is in none."""
    if path == OWN_PAGE or path.startswith(f"{OWN_PAGE}/"):
        return None
    fitting = [area for area in AREAS if path == area.url or path.startswith(area.url + "/")]
    return max(fitting, key=lambda area: len(area.url), default=None)
