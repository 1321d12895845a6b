"""What the jobs and the command line run: movements go where the setting POSTING says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from backend.jobs import holds
from backend.posting import batches, sending
from backend.posting.targets import choose_target
from backend.providers.billing.system import find_system

if TYPE_CHECKING:
    from backend.app import Backend


async def run_postings(backend: Backend, _on: date | None = None) -> dict[str, Any]:
    """Each minute: finish files that were begun, and send by the provider's calls where that is the way."""
    files = await batches.finish_batches(backend)
    result: dict[str, Any] = {"files": [asdict(file) for file in files]}
    system = find_system(backend.billing)
    if choose_target(backend) == "provider" and system is not None:
        result |= await sending.send_waiting(backend, system)
    return result


async def write_posting_file(backend: Backend, _on: date | None = None) -> dict[str, Any]:
    """Each morning: a file of all that waits, where files are the way."""
    if choose_target(backend) != "csv":
        return {"files": []}
    await sending.review_unknown(backend)
    return {"files": [asdict(file) for file in await batches.write_files(backend)]}


async def send_now(backend: Backend) -> dict[str, Any]:
    """Send by whichever way is set. Raises OnHold."""
    async with backend.db.read_session() as session:
        await holds.check_job(session, "posting")
    return await (write_posting_file if choose_target(backend) == "csv" else run_postings)(backend)
