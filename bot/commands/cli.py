"""The command line of memberline."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.config import ROOT, Settings
from backend.errors import MemberlineError
from bot.commands.knowledge import knowledge

ENGINE_PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"


class OneLineErrors(click.Group):
    """Prints a MemberlineError as one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MemberlineError as error:
            click.echo(f"memberline: {error}", err=True)
            ctx.exit(1)


@click.group(cls=OneLineErrors)
def main() -> None:
    """memberline: an electric cooperative's assistant."""


def _run_with_backend(work: Callable[[Backend], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        backend = Backend.create(Settings.from_env())
        try:
            await backend.db.migrate()
            return await work(backend)
        finally:
            await backend.close()

    return asyncio.run(run())


def _print_query(query: Callable[[AsyncSession, Backend], Awaitable[Any]]) -> None:
    async def work(backend: Backend) -> Any:
        async with backend.db.read_session() as session:
            return await query(session, backend)

    _print_json(_run_with_backend(work))


def _print_progress(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(step, err=True)


def _print_json(value: Any) -> None:
    from backend.show import json_default

    click.echo(json.dumps(value, indent=2, default=json_default))


@main.command()
def serve() -> None:
    """Run the app, the engine and the sandbox network until Ctrl-C."""
    from bot.commands.serve import serve as run

    run()


@main.command()
@click.option("--if-stale", is_flag=True, help="Only when the data or the configuration has changed.")
def train(if_stale: bool) -> None:
    """Train the model into models/current.tar.gz."""
    command = [str(ENGINE_PYTHON), "engine/train.py", *(["--if-stale"] if if_stale else [])]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603 - our own program


@main.command()
@click.option("--url", default=None, help="Where the app is served; by default this machine's PORT.")
def chat(url: str | None) -> None:
    """Talk to a running memberline in the terminal."""
    from bot.commands.chat import run_chat

    asyncio.run(run_chat(url or f"http://127.0.0.1:{Settings.from_env().port}"))


@main.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="As JSON (the only form so far).")
def show(number: str, as_json: bool) -> None:
    """Everything about one member or account number."""
    from backend.show import show as show_member

    _print_query(lambda session, backend: show_member(session, backend, number))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON (the only form so far).")
def outbox(as_json: bool) -> None:
    """Every message out, the oldest first."""
    from backend.outbox.service import list_messages

    _print_query(lambda session, _: list_messages(session))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON (the only form so far).")
@click.option("--open", "only_open", is_flag=True, help="Only what is still to be done.")
def tickets(as_json: bool, only_open: bool) -> None:
    """Every ticket and promised call, linked to a member or not, the newest first."""
    from backend.tickets.listing import list_tickets

    _print_query(lambda session, _: list_tickets(session, only_open=only_open))


@main.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for faults; write nothing.")
def import_csv(folder: Path, check: bool) -> None:
    """Take over the CSV files of FOLDER, all or nothing. docs/import.md tells their columns."""
    from backend.importing.service import import_folder

    async def work(backend: Backend) -> Any:
        return await import_folder(backend, folder, check_only=check, tell=_print_progress)

    _print_json({"imported" if not check else "would_import": _run_with_backend(work)})


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
@click.option("--force", is_flag=True, help="Take files of which much changed or is missing, too.")
@click.option("--file-wins", is_flag=True, help="Take a contact from the file where the member changed it too.")
def sync(folder: Path, dry_run: bool, as_json: bool, force: bool, file_wins: bool) -> None:
    """Take the co-op's CSV files of FOLDER, as often as they come. docs/sync.md tells what happens."""
    from backend.syncing.service import SyncOptions, sync_folder
    from bot.commands.progress import ProgressLine

    async def work(backend: Backend) -> Any:
        with ProgressLine() as line:
            return await sync_folder(backend, folder, SyncOptions(dry_run, force, file_wins), progress=line.show)

    outcome = _run_with_backend(work)
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
def run_job(name: str, on: Any) -> None:
    """Run one job for one day; a job run twice does its work once."""
    from backend.jobs import run_named_job

    async def work(backend: Backend) -> Any:
        day: date = on.date() if on else backend.today()
        return await run_named_job(backend, name, day)

    _print_json(_run_with_backend(work))


@main.command("staff-password")
@click.argument("name")
@click.password_option()
def staff_password(name: str, password: str) -> None:
    """Print what STAFF_ACCOUNTS needs to let NAME into the office's pages."""
    from backend.logins import passwords

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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), default=ROOT / "models" / "current.tar.gz")
def nlu(file: Path, model: Path) -> None:
    """Accuracy, macro-F1 and out-of-scope figures on FILE, JSON lines of {text, intent[, alt]}."""
    from bot.commands.evaluate_nlu import evaluate_nlu

    _print_json(evaluate_nlu(file, model))


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), default=ROOT / "models" / "current.tar.gz")
def acts(file: Path, model: Path) -> None:
    """What replies do in their context, on FILE: JSON lines of {text, acts, task, asked, question[, options, lang]}."""
    from bot.commands.evaluate_acts import evaluate_acts

    _print_json(evaluate_acts(file, model))


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def numbers(file: Path) -> None:
    """How exactly numbers, money and days are read on FILE, JSON lines of {text, kind, value[, ask, ref_date]}."""
    from bot.commands.evaluate_numbers import evaluate_numbers

    _print_json(evaluate_numbers(file))


main.add_command(knowledge)


def _add_installed_commands() -> None:
    """Commands of packages that production code does not import; pyproject.toml lists them as `memberline.commands`."""
    for found in entry_points(group="memberline.commands"):
        command = found.load()
        (evaluate if found.name == "transcripts" else main).add_command(command)


_add_installed_commands()


if __name__ == "__main__":
    main()
