"""`memberline posting` and `memberline reconcile`: payments on their way to the billing system, and whether they
agree."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import click

from backend.app import Backend
from backend.posting.models import STATUSES
from bot.commands.running import print_json, run_with_backend

WORDS = {
    "waiting": "waiting to be sent",
    "sending": "being sent, or looked up after a call without an answer",
    "failed": "refused by the billing system: look them up, then `memberline posting mark`",
    "review": "may be booked there or not: look them up, then `memberline posting mark`",
}
TARGETS = {
    "provider": "They go to the billing system by its provider's calls, each minute.",
    "csv": "They go into a file in POSTING_DIR each morning, or now: memberline posting run",
    "none": "They go nowhere yet: set POSTING_DIR, or a BILLING_PROVIDER that speaks to the billing system.",
}


@click.group(invoke_without_command=True)
@click.pass_context
def posting(context: click.Context) -> None:
    """Payments, returns and refunds on their way to the billing system; alone: how many wait.

    docs/reconciliation.md explains it.
    """
    if context.invoked_subcommand is None:
        for line in run_with_backend(_describe_queue):
            click.echo(line)


async def _describe_queue(backend: Backend) -> list[str]:
    from backend.posting.service import state
    from backend.posting.targets import choose_target

    async with backend.db.read_session() as session:
        queue = await state(session)
    lines = [f"{queue.counts[status]:7,} {words}" for status, words in WORDS.items()]
    if queue.oldest_open_at is not None:
        oldest = queue.oldest_open_at.astimezone(backend.coop.zone)
        lines.append(f"The oldest that is not sent was made on {oldest:%Y-%m-%d at %H:%M}.")
    return [*lines, TARGETS[choose_target(backend)]]


@posting.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the files.")
def list_postings(status: str | None, as_json: bool) -> None:
    """Every movement, the oldest first."""
    from backend.money import format_cents
    from backend.posting import service

    async def work(backend: Backend) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        async with backend.db.read_session() as session:
            return await service.list_postings(session, status), await service.list_batches(session)

    postings, batches = run_with_backend(work)
    if as_json:
        print_json({"postings": postings, "batches": batches})
        return
    for each in postings:
        amount = format_cents(each["amount_cents"])
        click.echo(
            f"{each['status']:8} {each['on_date']} {each['account_number']:14} {amount:>12}  {each['key']}"
            f"  {each['reference'] or each['problem'] or ''}".rstrip()
        )


@posting.command()
def run() -> None:
    """Send what waits now, by the way that POSTING sets."""
    from backend.posting.run import send_now

    print_json(run_with_backend(send_now))


@posting.command()
@click.option("--batch", type=click.IntRange(min=1), required=True, help="The number in the file's name.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
def export(batch: int, folder: Path) -> None:
    """Make the file of a batch again in DIR, byte for byte. First make sure that it was not loaded."""
    from backend.posting.batches import export_batch

    async def work(backend: Backend) -> Path:
        return await export_batch(backend, batch, folder)

    click.echo(run_with_backend(work))


@posting.command()
@click.argument("key")
@click.argument("status", type=click.Choice(["sent", "waiting"]))
@click.option("--reason", required=True, help="What you found; it goes into the audit trail.")
@click.option("--by", default=getpass.getuser, help="Who looked; by default the user of this machine.")
@click.option("--reference", help="The billing system's number of it.")
def mark(key: str, status: Literal["sent", "waiting"], reason: str, by: str, reference: str | None) -> None:
    """Say that the billing system has a movement (sent), or that it shall be sent again (waiting)."""
    from backend.posting.service import resolve

    async def work(backend: Backend) -> None:
        async with backend.db.transaction() as session:
            await resolve(session, backend, key, status, by=by, reason=reason, reference=reference)

    run_with_backend(work)
    click.echo(f"{key} is {status} now")


@click.command()
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The co-op's local date; by default yesterday.")
@click.option(
    "--theirs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The billing system's list of the day, as CSV.",
)
@click.option("--json", "form", flag_value="json", help="As JSON.")
@click.option("--csv", "form", flag_value="csv", help="As a table, a row for each movement.")
def reconcile(on: datetime | None, theirs: Path | None, form: str | None) -> None:
    """Compare a day's payments with the billing system and the payment network; exit 1 when they differ.

    docs/reconciliation.md tells what each line means and what to do.
    """
    from backend.reconciliation import formatting, service

    async def work(backend: Backend) -> tuple[Any, bool]:
        day = on.date() if on else backend.today() - timedelta(days=1)
        their_file = theirs or service.find_their_file(backend, day)
        report = await service.reconcile(backend, day, their_file)
        if form == "json":
            return formatting.to_dict(report), bool(report.differences)
        text = formatting.format_csv(report) if form == "csv" else formatting.format_text(backend, report)
        return text, bool(report.differences)

    result, differs = run_with_backend(work)
    if form == "json":
        print_json(result)
    else:
        click.echo(result, nl=False)
    sys.exit(1 if differs else 0)
