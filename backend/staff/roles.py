"""What people of the office may do. Each role may do what the ones before it may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from backend.language import mark


class Role(IntEnum):
    """Stored by its name in small letters."""

    READ = 1
    """Looks: talks, members, tickets, reports."""
    AGENT = 2
    """Answers members, works on tickets and outages, asks for refunds, books payments."""
    SUPERVISOR = 3
    """Decides: second person for money, review, settings of the assistant."""
    ADMIN = 4
    """Invites people and ends their sessions."""


ROLE_NAMES = {
    Role.READ: mark("read only"),
    Role.AGENT: mark("agent"),
    Role.SUPERVISOR: mark("supervisor"),
    Role.ADMIN: mark("administrator"),
}


@dataclass(frozen=True)
class SignedInStaff:
    """Who asks for a page of the office. `name` is what members and the audit trail see."""

    name: str
    role: Role
    language: str
