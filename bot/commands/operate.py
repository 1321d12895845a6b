"""The commands of whoever runs the server: backup, restore, holds."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend, make_database_folder
from backend.audit.service import verify
from backend.billing import ledger
from backend.billing.models import Account
from backend.config import Settings
from backend.db import Database
from backend.errors import MemberlineError
from backend.jobs import holds
from backend.jobs import locks as job_locks
from backend.payments.models import PENDING_STATUSES, Payment
from bot.commands.running import ExistingPath, print_json, run_with_backend, tell_database

AFTER_RESTORE = """Automatic payments, postings and alerts are on hold: what was taken, posted or sent after the
backup was made is not in it.
Next:
  1. put coop.toml and knowledge/ back, where this machine has not got them (docs/backup.md);
  2. start memberline, and watch /ready: the hold lasts;
  3. compare the payment network's and the billing system's list from {created} on with ours, and book what is missing;
  4. memberline hold release automatic-payments --reason '...'
  5. `memberline posting list`: mark as sent what the billing system has, then
     memberline hold release posting --reason '...'
  6. memberline hold release messages --reason '...'   (--discard drops what waits: it may have gone out)"""
BACKUP = "backup"
"""What the metrics call it, beside the jobs."""
OTHER_KEY = (
    "SECRET_KEY is not the one that the backup was made with. With this one everybody signs in anew, links and codes "
    "that are out stop working, and the digits that open an account must be taken again (docs/keys.md)."
)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), default=None, help="Delete all but the newest KEEP backups.")
def backup(folder: Path, keep: int | None) -> None:
    """Write a backup of everything into FOLDER, while the service runs."""
    from backend.backup.archive import create_backup, delete_old_backups  # Alembic is heavy, and few commands need it

    settings = Settings.from_env()
    tell_database(settings)
    asyncio.run(_reach_postgresql(settings))
    made = create_backup(settings, folder)
    click.echo(f"{made} ({made.stat().st_size:,} bytes)")
    asyncio.run(_note_backup(settings))
    for path in delete_old_backups(folder, keep) if keep else []:
        click.echo(f"deleted {path}")


async def _reach_postgresql(settings: Settings) -> None:
    """Raises DatabaseAway, which says in words of the settings what PostgreSQL's own tools say in theirs."""
    if settings.database_url.startswith("sqlite"):
        return
    database = Database(settings.database_url)
    try:
        await database.read_revision()
    finally:
        await database.close()


async def _note_backup(settings: Settings) -> None:
    """For the metrics, which tell how old the newest backup is. Migrates nothing: an older version may be serving."""
    backend = Backend.create(settings)
    try:
        async with backend.db.transaction() as session:
            await job_locks.note_done(session, backend, BACKUP)
    except (SQLAlchemyError, OSError) as failure:
        click.echo(f"The backup is whole, but its time could not be noted: {type(failure).__name__}", err=True)
    finally:
        await backend.close()


@click.command()
@click.argument("file", type=ExistingPath(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Move aside (SQLite) or drop (PostgreSQL) what is there.")
def restore(file: Path, replace: bool) -> None:
    """Put the databases of a backup back, check them, and place all holds. Stop the service first."""
    from backend.backup.archive import restore_backup

    settings = Settings.from_env()
    tell_database(settings, always=True)
    make_database_folder(settings)
    asyncio.run(_reach_postgresql(settings))
    done = restore_backup(settings, file, replace=replace)
    created = done.manifest.created_at
    checked = asyncio.run(_check_restored(settings, created))
    for name in done.moved_aside:
        click.echo(f"What was there is now {name}")
    for label, value in checked.items():
        click.echo(f"{label}: {value}")
    if not done.same_key:
        click.echo(OTHER_KEY, err=True)
    click.echo(AFTER_RESTORE.format(created=f"{created[:16].replace('T', ' ')} UTC"))
    if checked["audit trail"] != "whole" or checked["ledger"] != "balanced":
        raise MemberlineError("what was restored is damaged: do not start the service with it")


async def _check_restored(settings: Settings, created_at: str) -> dict[str, str]:
    backend = Backend.create(settings)
    try:
        await backend.db.migrate()
        async with backend.db.transaction() as session:
            for name in (holds.AUTOMATIC_PAYMENTS, holds.POSTING, holds.MESSAGES):
                await holds.place(session, backend, name, f"restored from the backup of {created_at}")
        async with backend.db.read_session() as session:
            return await _describe(session)
    finally:
        await backend.close()


async def _describe(session: AsyncSession) -> dict[str, str]:
    broken = await verify(session)
    imbalances = await ledger.find_imbalances(session)
    unfinished = await session.scalar(select(func.count(Payment.id)).where(Payment.status.in_(PENDING_STATUSES)))
    return {
        "accounts": f"{await session.scalar(select(func.count(Account.id))):,}",
        "payments": f"{await session.scalar(select(func.count(Payment.id))):,}",
        "payments without an outcome": f"{unfinished:,} (the network is asked for it when the service starts)",
        "ledger": "balanced" if not imbalances else f"does not sum to zero: {', '.join(imbalances[:5])}",
        "audit trail": "whole" if broken is None else f"broken at row {broken.id}: {broken.reason}",
    }


@click.command()
def migrate() -> None:
    """Bring the database's schema to this version's, as a start does. Stop the service and take a backup first."""
    settings = Settings.from_env()
    tell_database(settings, always=True)
    before, after = asyncio.run(_migrate(settings))
    click.echo(f"schema {after}, as it was" if before == after else f"schema {before or 'none'} -> {after}")


async def _migrate(settings: Settings) -> tuple[str | None, str | None]:
    backend = Backend.create(settings)
    try:
        before = await backend.db.read_revision()
        await backend.db.migrate()
        return before, await backend.db.read_revision()
    finally:
        await backend.close()


@click.group()
def hold() -> None:
    """Stop automatic debits or alerts, and let them go on."""


@hold.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_holds(as_json: bool) -> None:
    """What is on hold, and why."""

    async def work(backend: Backend) -> Any:
        async with backend.db.read_session() as session:
            return await holds.list_holds(session), await holds.count_held(session)

    found, waiting = run_with_backend(work)
    if as_json:
        shown = [{"name": row.name, "since": row.since.isoformat(), "reason": row.reason} for row in found]
        print_json(shown)
        return
    for row in found:
        click.echo(f"{row.name}  since {row.since:%Y-%m-%d %H:%M} UTC  {row.reason}")
        if row.name == holds.MESSAGES:
            click.echo(f"  {waiting} messages wait in the outbox")
    if not found:
        click.echo("Nothing is on hold.")


@hold.command()
@click.argument("name", default=holds.AUTOMATIC_PAYMENTS)
@click.option("--reason", required=True, help="For the audit trail.")
def place(name: str, reason: str) -> None:
    """Stop Auto Pay, drafts and scheduled payments until they are released; or postings, or alerts.

    NAME is automatic-payments (the default); posting: nothing goes to the billing system; or messages: alerts,
    reminders and campaign messages are not made and not sent. Codes, links, answers, receipts, notices and what is
    about danger go on.
    """

    async def work(backend: Backend) -> None:
        async with backend.db.transaction() as session:
            await holds.place(session, backend, name, reason)

    run_with_backend(work)
    click.echo(f"{name}: on hold")


@hold.command()
@click.argument("name", default=holds.AUTOMATIC_PAYMENTS)
@click.option("--reason", required=True, help="For the audit trail.")
@click.option("--discard", is_flag=True, help="Of messages: those that wait in the outbox are never sent.")
def release(name: str, reason: str, discard: bool) -> None:
    """Let them run again; what was due meanwhile runs within three minutes."""
    if discard and name != holds.MESSAGES:
        raise click.UsageError("--discard is for messages: memberline hold release messages --discard --reason ...")

    async def work(backend: Backend) -> int:
        async with backend.db.transaction() as session:
            await holds.release(session, backend, name, reason)
            return await (holds.discard_held(session, backend) if discard else holds.count_held(session))

    waiting = run_with_backend(work)
    click.echo(f"{name}: released")
    if name == holds.MESSAGES:
        click.echo(f"{waiting} messages that waited " + ("are not sent any more" if discard else "go out now"))
