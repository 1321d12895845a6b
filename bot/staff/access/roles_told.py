"""What each role may do, in the words of the pages."""

from __future__ import annotations

from backend.language import mark
from backend.staff.roles import Role

ROLE_MAY = {
    Role.READ: mark("sees talks, members, tickets and reports; changes nothing"),
    Role.AGENT: mark("answers members, works on tickets and outages, books payments, asks for refunds"),
    Role.SUPERVISOR: mark(
        "does what an agent does; approves refunds, reviews talks, changes settings, reads the audit trail"
    ),
    Role.ADMIN: mark("does everything; invites people, changes roles, ends sessions"),
}
WAYS = {
    "password": mark("password"),
    "code": mark("password and code"),
    "recovery": mark("password and recovery code"),
    "passkey": mark("passkey"),
    "single_sign_on": mark("single sign-on"),
}
STATES = {"invited": mark("invited"), "active": mark("active"), "off": mark("switched off")}
