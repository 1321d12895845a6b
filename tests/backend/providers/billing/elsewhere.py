"""A backend whose books are in another system."""

from __future__ import annotations

from datetime import date

from backend.app import Backend
from backend.clock import Clock
from backend.providers.billing.remote import RemoteBilling
from tests.backend.household import TODAY
from tests.standins.billing_system import BillingSystemStandIn

NUMBER = "99999-001"
LIMIT = 0.3
"""Seconds that the system may take to answer."""


def make_provider(backend: Backend, system: BillingSystemStandIn, clock: Clock) -> RemoteBilling:
    return RemoteBilling(system, backend.settings.with_values(billing_timeout=LIMIT), clock)


async def move_books(backend: Backend, *, cents: int = 8420, due_on: date = TODAY) -> BillingSystemStandIn:
    """Let another system have the books, by which Ruth owes $84.20."""
    system = BillingSystemStandIn()
    system.owe(NUMBER, cents, due_on=due_on)
    backend.billing = make_provider(backend, system, backend.clock)
    return system
