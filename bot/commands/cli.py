"""The command line of memberline."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.config import ROOT, Settings
from backend.errors import MemberlineError
from backend.progress import Progress, StepProgress
from bot.commands.check import check
from bot.commands.conformance import conformance
from bot.commands.errors import explain_error
from bot.commands.knowledge import knowledge
from bot.commands.office_settings import settings
from bot.commands.operate import backup, hold, migrate, restore
from bot.commands.posting import posting, reconcile
from bot.commands.records import COMMANDS as RECORDS_COMMANDS
from bot.commands.review import review
from bot.commands.running import ExistingPath
from bot.commands.running import print_json as _print_json
from bot.commands.running import run_with_backend as _run_with_backend
from bot.commands.staff import staff
from bot.commands.tables import format_member, format_table
from bot.commands.version import describe_version
from bot.commands.voice_fallback import voice_fallback

as_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
file_argument = click.argument("file", type=ExistingPath(exists=True, dir_okay=False, path_type=Path))
model_option = click.option("--model", type=click.Path(path_type=Path), default=ROOT / "models" / "current.tar.gz")


class OneLineErrors(click.Group):
    """Prints what a person can mend as one line instead of a traceback: status 1 for a wrong file or value, 2 for a
    database or a machine that does not do its part."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (MemberlineError, SQLAlchemyError, OSError, ValueError) as error:
            said = explain_error(error)
            if said is None:
                raise
            click.echo(f"memberline: {said[0]}", err=True)
            ctx.exit(said[1])


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(describe_version())
        ctx.exit()


@click.group(cls=OneLineErrors)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="The version, the commit and the database's revision.",
)
def main() -> None:
    """memberline: an electric cooperative's assistant."""


def _print_query(
    query: Callable[[AsyncSession, Backend], Awaitable[Any]], format_text: Callable[[Any, ZoneInfo], str] | None = None
) -> None:
    """Print what `query` returns, as JSON or as `format_text` shows it with times in the co-op's zone."""

    async def work(backend: Backend) -> tuple[Any, ZoneInfo]:
        async with backend.db.read_session() as session:
            return await query(session, backend), backend.coop.zone

    found, zone = _run_with_backend(work)
    if format_text is None:
        _print_json(found)
    else:
        click.echo(format_text(found, zone))


@main.command()
def serve() -> None:
    """Run the app, the engine and the sandbox network until Ctrl-C."""
    from bot.commands.serve import serve as run

    run()


@main.command()
@click.option("--if-stale", is_flag=True, help="Only when the data or the configuration has changed.")
def train(if_stale: bool) -> None:
    """Train the model into models/current.tar.gz."""
    from bot.commands.training import train as run

    sys.exit(run(if_stale=if_stale))


@main.command()
@click.option("--url", default=None, help="Where the app is served; by default this machine's PORT.")
def chat(url: str | None) -> None:
    """Talk to a running memberline in the terminal."""
    from bot.commands.chat import run_chat

    asyncio.run(run_chat(url or f"http://127.0.0.1:{Settings.from_env().port}"))


@main.command()
@click.option("--url", default=None, help="Where the app is served; by default this machine's PORT.")
@click.option("--from", "phone", default="+15555550142", help="The caller's number; empty withholds it.")
@click.option("--unattested", is_flag=True, help="The carrier does not vouch for the number.")
def call(url: str | None, phone: str, unattested: bool) -> None:
    """Call a running memberline in the terminal; without --from as the demo member Ruth Alvarez."""
    from bot.commands.call import run_call

    base = url or f"http://127.0.0.1:{Settings.from_env().port}"
    asyncio.run(run_call(base, phone, attested=not unattested))


@main.command()
@click.argument("number")
@as_json_option
def show(number: str, as_json: bool) -> None:
    """Everything about one member or account number."""
    from backend.show import show as show_member

    _print_query(lambda session, backend: show_member(session, backend, number), None if as_json else format_member)


@main.command()
@as_json_option
def outbox(as_json: bool) -> None:
    """Every message out, the oldest first."""
    from backend.outbox.service import list_messages

    _print_query(lambda session, _: list_messages(session), None if as_json else format_table)


@main.command()
@as_json_option
@click.option("--open", "only_open", is_flag=True, help="Only what is still to be done.")
def tickets(as_json: bool, only_open: bool) -> None:
    """Every ticket and promised call, linked to a member or not, the newest first."""
    from backend.tickets.listing import list_tickets

    _print_query(lambda session, _: list_tickets(session, only_open=only_open))


@main.command()
@as_json_option
@click.option("--status", default=None, help="Only those with this status, such as requested or failed.")
def refunds(as_json: bool, status: str | None) -> None:
    """Every refund by the office, the newest first."""
    from backend.payments.refunds import list_refunds, refund_to_dict

    async def query(session: AsyncSession, _backend: Backend) -> Any:
        return [await refund_to_dict(session, refund) for refund in await list_refunds(session, status=status)]

    _print_query(query)


@main.command()
@click.argument("file", type=ExistingPath(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be booked.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def returns(file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Book a bank's FILE of ACH returns (Nacha); without FILE, list what waits for the office. docs/office-money.md."""
    from backend.payments import return_files

    if file is None:
        _print_query(return_files.list_open_as_dicts)
        return
    data = file.read_bytes()

    async def work(backend: Backend) -> Any:
        return await return_files.apply_return_file(backend, file.name, data, dry_run=dry_run)

    try:
        report = _run_with_backend(work)
    except return_files.BadReturnFile as error:
        if as_json:
            _print_json({"file": file.name, "faults": [{"line": one.line, "text": one.text} for one in error.faults]})
        for fault in error.faults if not as_json else ():
            click.echo(f"{file}: {fault}", err=True)
        sys.exit(1)
    if as_json:
        _print_json(report.to_dict() | {"dry_run": dry_run})
    else:
        click.echo("\n".join(return_files.format_report(report, dry_run=dry_run)))


@main.command("import")
@click.argument("folder", type=ExistingPath(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for faults; write nothing.")
def import_csv(folder: Path, check: bool) -> None:
    """Take over the CSV files of FOLDER, all or nothing. docs/import.md tells their columns."""
    from backend.importing.service import TABLES, import_folder

    async def work(backend: Backend) -> Any:
        # each file is read and written, and all are checked once
        with Progress(2 * len(TABLES) + 1, "Import") as progress:
            return await import_folder(backend, folder, check_only=check, tell=lambda step: progress.advance(1, step))

    found = _run_with_backend(work, names_database=True)
    _print_json({"would_import" if check else "imported": found})


@main.command()
@click.argument("folder", type=ExistingPath(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
@click.option("--force", is_flag=True, help="Take files of which much changed or is missing, too.")
@click.option("--file-wins", is_flag=True, help="Take a contact from the file where the member changed it too.")
def sync(folder: Path, dry_run: bool, as_json: bool, force: bool, file_wins: bool) -> None:
    """Take the co-op's CSV files of FOLDER, as often as they come. docs/sync.md tells what happens."""
    from backend.syncing.service import SyncOptions, sync_folder

    async def work(backend: Backend) -> Any:
        with StepProgress() as line:
            return await sync_folder(backend, folder, SyncOptions(dry_run, force, file_wins), progress=line.show)

    outcome = _run_with_backend(work, names_database=True)
    if as_json:
        _print_json(outcome.to_dict())
    else:
        click.echo("\n".join(outcome.lines()))
    sys.exit(1 if outcome.refused else 0)


@main.group()
def jobs() -> None:
    """Work that is done by the calendar."""


@jobs.command("run")
@click.argument("name")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The co-op's local date.")
def run_job(name: str, on: datetime | None) -> None:
    """Run one job for one day; a job run twice does its work once. Ctrl-C ends it after what it has in hand."""
    from bot.commands.job_progress import run_watched

    result = _run_with_backend(lambda backend: run_watched(backend, name, on.date() if on else backend.today()))
    _print_json(result)
    sys.exit(130 if result.get("stopped") else 0)


@main.command("staff-password")
@click.argument("name")
@click.password_option()
def staff_password(name: str, password: str) -> None:
    """Print what STAFF_ACCOUNTS, the older way, needs to let NAME into the office's pages."""
    from backend.demo import DEMO_PASSWORD
    from backend.logins import passwords

    if password.casefold() == DEMO_PASSWORD:
        raise MemberlineError("this password is that of the demo members, which everybody can read: choose another one")
    if not 12 <= len(password) <= passwords.MAX_LENGTH:
        raise MemberlineError(f"a password for the office's pages needs 12 to {passwords.MAX_LENGTH} characters")
    click.echo(f"{name}={asyncio.run(passwords.hash_password(password))}")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Check the hash chain; exit 1 and name the first row that does not fit."""
    from backend.audit.service import verify as check

    async def work(backend: Backend) -> Any:
        async with backend.db.read_session() as session:
            return await check(session)

    broken = _run_with_backend(work)
    _print_json({"ok": broken is None, "first_broken_row": broken})
    sys.exit(0 if broken is None else 1)


@main.group()
def evaluate() -> None:
    """Measure."""


@evaluate.command()
@file_argument
@model_option
def nlu(file: Path, model: Path) -> None:
    """Accuracy, macro-F1 and out-of-scope figures on FILE, JSON lines of {text, intent[, alt]}."""
    from bot.commands.evaluate_nlu import evaluate_nlu

    _print_json(evaluate_nlu(file, model))


@evaluate.command()
@file_argument
@model_option
def acts(file: Path, model: Path) -> None:
    """What replies do in their context, on FILE: JSON lines of {text, acts, task, asked, question[, options, lang]}."""
    from bot.commands.evaluate_acts import evaluate_acts

    _print_json(evaluate_acts(file, model))


@evaluate.command()
@file_argument
def numbers(file: Path) -> None:
    """How exactly numbers, money and days are read on FILE, JSON lines of {text, kind, value[, ask, ref_date]}."""
    from bot.commands.evaluate_numbers import evaluate_numbers

    _print_json(evaluate_numbers(file))


for command in (
    check,
    knowledge,
    conformance,
    backup,
    restore,
    migrate,
    hold,
    posting,
    reconcile,
    settings,
    staff,
    review,
    voice_fallback,
    *RECORDS_COMMANDS,
):
    main.add_command(command)


# commands of packages that production code does not import; pyproject.toml lists them
for entry_point in entry_points(group="memberline.commands"):
    (evaluate if entry_point.name == "transcripts" else main).add_command(entry_point.load())


if __name__ == "__main__":
    main()
