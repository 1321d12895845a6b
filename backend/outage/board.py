"""The outage board: open reports that belong to no known outage yet, grouped by town and road."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.outage.areas import normalize_place
from backend.outage.only_here import ONLY_HERE_LABEL
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import DANGER, POWER_KINDS
from backend.tickets.models import Ticket

HOUSE_NUMBER = re.compile(r"^#?\d+[A-Za-z]?\s+|\s+#?\d+[A-Za-z]?$")
NO_TOWN = re.compile(r"\d|[()]|^(?:apt|apartment|unit|lot|suite|ste|trailer|bldg|building)\b", re.IGNORECASE)
MAX_LISTED = 1_000


@dataclass(slots=True)
class RoadReports:
    """The reports of one road, the oldest first. `name` is as the first one wrote it."""

    name: str
    town: str = ""
    tickets: list[Ticket] = field(default_factory=list)

    @property
    def area(self) -> str:
        """The words of an outage there: with the town, so that the same road of another one is not in it."""
        return f"{self.name} ({self.town})" if self.town else self.name

    @property
    def since(self) -> datetime:
        return self.tickets[0].created_at


@dataclass(slots=True)
class TownReports:
    """The reports of one town; `name` is empty where none was told."""

    name: str
    roads: list[RoadReports] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(road.tickets) for road in self.roads)


@dataclass(slots=True)
class Board:
    """`towns` with the most reports first; `unplaced` are reports without a place, `dangers` the open dangers, and
    `only_here` the outages of one home: they are on no road, so that no area is made of them."""

    towns: list[TownReports]
    unplaced: list[Ticket]
    dangers: list[Ticket]
    only_here: list[Ticket]

    @property
    def count(self) -> int:
        return sum(town.count for town in self.towns) + len(self.unplaced) + len(self.only_here)

    @property
    def road_count(self) -> int:
        return sum(len(town.roads) for town in self.towns)


async def load_board(session: AsyncSession) -> Board:
    """All open reports of no power without a known outage, and the open dangers."""
    query = (
        select(Ticket, Account.service_address)
        .outerjoin(Account, Account.id == Ticket.account_id)
        .where(Ticket.kind.in_(POWER_KINDS), Ticket.status.in_(OPEN_STATUSES))
        .where(Ticket.outage_id.is_(None) | (Ticket.kind == DANGER))
        .order_by(Ticket.id)
        .limit(MAX_LISTED)
    )
    towns: dict[str, TownReports] = {}
    roads: dict[tuple[str, str], RoadReports] = {}
    unplaced, dangers, only_here = [], [], []
    for ticket, address in await session.execute(query):
        place = ticket.place or address or ""
        if ticket.kind == DANGER:
            dangers.append(ticket)
        elif ONLY_HERE_LABEL in ticket.details:
            only_here.append(ticket)
        elif not place.strip():
            unplaced.append(ticket)
        else:
            road_name, town_name = split_place(place)
            town = towns.setdefault(normalize_place(town_name), TownReports(town_name))
            key = (normalize_place(town_name), normalize_place(road_name))
            if key not in roads:
                roads[key] = RoadReports(road_name, town_name)
                town.roads.append(roads[key])
            roads[key].tickets.append(ticket)
    for town in towns.values():
        town.roads.sort(key=lambda road: -len(road.tickets))
    return Board(sorted(towns.values(), key=lambda town: -town.count), unplaced, dangers, only_here)


def split_place(place: str) -> tuple[str, str]:
    """Road and town of an address: `12 Ridge Road, Elizabeth, IL 61028` is `Ridge Road` and `Elizabeth`."""
    parts = [part.strip() for part in re.split(r"[,;\n]", place) if part.strip()]
    road = HOUSE_NUMBER.sub("", parts[0], count=1).strip()
    towns = [part for part in parts[1:] if not NO_TOWN.search(part)]
    return road or parts[0], towns[0] if towns else ""
