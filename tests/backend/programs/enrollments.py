"""Accounts with enough bills for a billing program, and their enrollments."""

from __future__ import annotations

from datetime import timedelta

from backend.app import Backend
from backend.consents.service import Agreement
from backend.programs import service as programs
from backend.programs.models import ProgramEnrollment
from tests.backend.household import TODAY, Household, add_bill

YES = Agreement("sms-99999", 2, "sms", "Please check: budget billing ...", "ENROLL")


async def with_history(backend: Backend, home: Household, bills: int = 12) -> None:
    """Bills not due yet, so that nothing is past due."""
    for _ in range(bills):
        await add_bill(backend, home.account_id, 10_000, TODAY + timedelta(days=20))


async def enroll(backend: Backend, home: Household, program: str = "budget") -> ProgramEnrollment:
    async with backend.db.transaction() as session:
        return await programs.enroll(session, backend, home.account_id, program, YES)
