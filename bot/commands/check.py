"""`memberline check`: is everything set up? It starts nothing, changes nothing and prints no secret."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from backend.app import Backend
from backend.config import Settings
from backend.config.remarks import describe_database, find_misspelled, find_remarks
from backend.coop import Coop, load_coop
from backend.db import Database
from backend.demo_facts import find_demo_facts
from backend.errors import MemberlineError, SettingsError
from backend.knowledge.check import check as check_folder
from backend.knowledge.service import FOLDER
from bot.commands.findings import Finding, fault, ok, remark
from bot.commands.running import print_json
from bot.commands.training import describe_stale
from bot.commands.version import read_revision


@click.command()
@click.option("--offline", is_flag=True, help="Ask no server but the database and Redis.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check(offline: bool, as_json: bool) -> None:
    """Look at settings, coop.toml, knowledge/, database, folders and servers; exit 1 when something must be mended."""
    findings = list(find_all(os.environ, offline=offline))
    if as_json:
        print_json([{"level": each.level, "what": each.what, "text": each.text} for each in findings])
    else:
        for each in findings:
            click.echo(f"{each.level:<7} {each.what}: {each.text}")
    sys.exit(1 if any(each.level == "fault" for each in findings) else 0)


def find_all(environ: Mapping[str, str], *, offline: bool) -> Iterator[Finding]:
    """A finding for each thing that is looked at, in the order in which they are mended."""
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        for line in str(error).splitlines():
            name, _, text = line.partition(" ")
            yield fault(name, text)
        yield from (_named(remark, line) for line in find_misspelled(environ, Settings.names()))
        return
    yield ok("settings", f"read; this is {settings.environment}")
    yield from _check_files(settings, environ)
    yield from _check_folders(settings)
    yield asyncio.run(_check_database(settings))
    yield from asyncio.run(_check_people(settings))
    from bot.commands.check_outside import check_servers  # the clients of the servers are heavy

    yield from asyncio.run(check_servers(settings, offline=offline))


def _check_files(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        coop = load_coop(settings.coop_file)
        remarks = find_remarks(settings, environ)
    except SettingsError as error:
        yield _named(fault, str(error))
        return
    demo = find_demo_facts(coop) if settings.production else []
    yield from (fault("COOP_FILE", f"{settings.coop_file}: {line}") for line in demo)
    if not demo:
        yield ok("COOP_FILE", f"{settings.coop_file}: {coop.name}")
    yield from (_named(remark, line) for line in remarks)
    if not coop.on_call:
        yield remark("COOP_FILE", "has no [[on_call]]: nobody is told of danger at once (docs/on-call.md)")
    yield _check_knowledge(coop)
    yield _check_providers(settings)
    from bot.commands.serve import MODEL

    if stale := describe_stale(MODEL, environ):
        yield fault("model", stale)
    elif MODEL.is_file():
        yield ok("model", str(MODEL))
    elif "ENGINE_URL" not in environ:
        yield fault("model", f"{MODEL} is not there: make it with `memberline train`")


def _check_knowledge(coop: Coop) -> Finding:
    try:
        found = check_folder(FOLDER, coop)
    except MemberlineError as error:
        return fault("knowledge", str(error))
    if found.has_errors:
        return fault("knowledge", "has faults: `memberline knowledge check` lists them")
    return ok("knowledge", f"{found.count} subjects")


def _check_providers(settings: Settings) -> Finding:
    """Whether every provider can be made of the settings, as at a start. No connection is opened."""
    if not settings.runtime_dir.is_dir():
        return remark("MEMBERLINE_RUNTIME_DIR", f"{settings.runtime_dir} is not there: it is made at the first start")
    try:
        Backend.create(settings)
    except MemberlineError as error:
        return _named(fault, str(error))
    return ok("providers", f"billing {settings.billing_provider}, payments {settings.payment_provider}")


def _check_folders(settings: Settings) -> Iterator[Finding]:
    folders = {
        # one that is missing is made at the first start
        "MEMBERLINE_RUNTIME_DIR": (
            settings.runtime_dir if settings.runtime_dir.exists() else None,
            os.R_OK | os.W_OK | os.X_OK,
            "read and written to",
        ),
        "SYNC_DIR": (settings.sync_dir, os.R_OK | os.W_OK | os.X_OK, "read and written to"),
        "POSTING_DIR": (settings.posting_dir, os.R_OK | os.W_OK | os.X_OK, "read and written to"),
        "RETURNS_DIR": (settings.returns_dir, os.R_OK | os.X_OK, "read"),
    }
    for name, (folder, mode, what) in folders.items():
        if folder is None:
            continue
        if not folder.is_dir():
            yield fault(name, f"{folder} is no folder, or this account may not enter the one above it: make it")
        elif not os.access(folder, mode):
            yield fault(name, f"{folder} cannot be {what} by this account: give it the rights")
        else:
            yield ok(name, str(folder))


async def _check_people(settings: Settings) -> list[Finding]:
    """Whether anybody can work at /staff; nothing where the database cannot tell, or the demo's clerk is there."""
    from backend.migrations.run import newest_revision
    from backend.staff.accounts import is_office_open

    if not settings.production or await read_revision(settings.database_url) != newest_revision():
        return []
    database = Database(settings.database_url)
    try:
        async with database.read_session() as session:
            there = await is_office_open(session, settings)
    finally:
        await database.close()
    text = "nobody works at /staff yet: `memberline staff invite` lets the first in"
    return [] if there else [remark("office", text)]


async def _check_database(settings: Settings) -> Finding:
    from backend.migrations.run import known_revisions, newer_schema_text, newest_revision

    shown, newest = describe_database(settings), newest_revision()
    if settings.database_url.startswith("sqlite"):
        folder = Path(settings.database_url.split(":///", 1)[1]).parent
        if not folder.is_dir() and not folder.is_relative_to(settings.runtime_dir):
            return fault("DATABASE_URL", f"the folder {folder} is not there: make it first, or correct the address")
    found = await read_revision(settings.database_url)
    if found == newest:
        return ok("DATABASE_URL", f"{shown}: schema {found}, the newest")
    if found in known_revisions():
        return remark(
            "DATABASE_URL", f"{shown}: schema {found}; the next start brings it to {newest}, or `memberline migrate`"
        )
    if found.isdigit():
        return _named(fault, newer_schema_text(found))
    if found.startswith("not readable"):
        return fault("DATABASE_URL", f"{shown}: {found.replace('DATABASE_URL: ', '')}")
    return ok("DATABASE_URL", f"{shown}: {found}, the first start makes the tables")


def _named(level: Callable[[str, str], Finding], line: str) -> Finding:
    """A finding of a line that begins with its setting."""
    name, _, text = line.partition(" ")
    return level(name.rstrip(":"), text)
