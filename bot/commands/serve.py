"""`memberline serve`: runs the app, the engine and the sandbox network as one service."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend import logs
from backend.app import Backend
from backend.config import NETWORK_URL_FILE, ROOT, Settings
from backend.config.remarks import find_misspelled, find_remarks
from backend.coop import load_coop
from backend.demo import find_demo_accounts, seed
from backend.demo_facts import find_demo_facts
from backend.errors import SettingsError
from backend.office_settings.live import refresh
from backend.private_files import make_private_runtime
from backend.staff.accounts import is_office_open
from backend.staff.demo_clerk import add_demo_clerk, find_demo_clerk
from bot.commands.child_processes import (
    ProcessSupervisor,
    create_engine_process,
    create_sandbox_process,
    find_free_port,
)
from bot.commands.training import describe_stale

log = logging.getLogger("memberline.start")
MODEL = ROOT / "models" / "current.tar.gz"
STOP_AGAIN_SECONDS = 0.2
EXAMPLE_MESSAGES = ("pay my bill", "what do I owe", "how do I reset my password")


def serve(environ: dict[str, str] | None = None, model: Path = MODEL) -> None:
    """Run until Ctrl-C or SIGTERM. Raises SettingsError, with a one-line message, when it cannot start."""
    began = time.monotonic()
    settings = _read_settings(os.environ if environ is None else environ)
    logs.configure(settings.log_format, settings.log_level or "INFO")
    for remark in find_remarks(settings, os.environ if environ is None else environ):
        log.warning("%s", remark)
    _warn_of_demo_facts(settings)
    if stale := describe_stale(model, os.environ):  # it answers, only less well: no reason to be away
        log.warning("the model %s", stale)
    _check_port_free(settings)
    os.umask(0o077)
    make_private_runtime(settings.runtime_dir)
    settings, children = _plan_processes(settings, model)
    children.start()
    # service managers stop a process by SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        print("Starting the engine and the app …", flush=True)
        _run_app(settings, children, began)
    finally:
        children.stop()


def _read_settings(environ: Mapping[str, str]) -> Settings:
    """Beside a fault a misspelled setting is told too: it may be the reason."""
    try:
        return Settings.from_env(environ)
    except SettingsError as error:
        raise SettingsError("\n".join([str(error), *find_misspelled(environ, Settings.names())])) from None


def _warn_of_demo_facts(settings: Settings) -> None:
    for line in find_demo_facts(load_coop(settings.coop_file)) if settings.production else ():
        log.warning("COOP_FILE: %s: %s", settings.coop_file, line)


def _check_port_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                f"Stop what uses it, or choose another: PORT={settings.port + 1} make run"
            ) from None


def _plan_processes(settings: Settings, model: Path) -> tuple[Settings, ProcessSupervisor]:
    """Choose the inner ports. An engine or network whose URL is given in the environment is not started here."""
    members = []
    if "SANDBOX_NETWORK_URL" not in os.environ and settings.payment_provider == "sandbox":
        port = int(os.environ.get("SANDBOX_NETWORK_PORT") or find_free_port())
        settings = settings.with_values(sandbox_network_url=f"http://127.0.0.1:{port}")
        (settings.runtime_dir / NETWORK_URL_FILE).write_text(settings.sandbox_network_url)
        members.append(create_sandbox_process(settings, port))
    if "ENGINE_URL" not in os.environ:
        port = int(os.environ.get("ENGINE_PORT") or find_free_port())
        settings = settings.with_values(engine_url=f"http://127.0.0.1:{port}")
        members.insert(0, create_engine_process(settings, port, model))
    return settings, ProcessSupervisor(members)


def _run_app(settings: Settings, children: ProcessSupervisor, began: float) -> None:
    # the web stack is imported while the engine is already starting
    from bot.app import create_app
    from bot.web.connections import TimedProtocol

    backend = Backend.create(settings)
    asyncio.run(_prepare_database(backend))  # in a loop of its own
    app = create_app(backend)

    background: list[asyncio.Task[None]] = []

    @app.after_server_start
    async def _start_beside(app: Any) -> None:
        wanted = _catch_stop_signals()
        # what is loaded now is never freed; without the freeze each full collection would stop the app for 0.25 seconds
        gc.collect()
        gc.freeze()
        works = (_stop_when(wanted, app), children.watch(), _announce_ready(app, settings, began))
        background.extend(asyncio.create_task(work) for work in works)

    @app.before_server_stop
    async def _stop_beside(_app: Any) -> None:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)

    app.run(
        host=settings.host,
        port=settings.port,
        protocol=TimedProtocol,
        single_process=True,
        access_log=False,
        motd=False,
        debug=False,
    )


def _catch_stop_signals() -> asyncio.Event:
    """Set at SIGTERM or SIGINT. Sanic's own handler forgets one that comes while the start's last listeners run, since
    the loop that it stops is begun anew."""
    wanted = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, wanted.set)
    return wanted


async def _stop_when(wanted: asyncio.Event, app: Any) -> None:
    await wanted.wait()
    while True:  # until the stop itself cancels this
        app.stop(terminate=False)
        await asyncio.sleep(STOP_AGAIN_SECONDS)


async def _prepare_database(backend: Backend) -> None:
    """Migrate the schema and, outside production, add the demo members and a clerk."""
    await backend.db.migrate()
    if not backend.settings.production:
        await seed(backend)
        await add_demo_clerk(backend)
    await refresh(backend)
    async with backend.db.read_session() as session:
        if not await is_office_open(session, backend.settings):
            log.warning("nobody works at /staff yet: invite the first person with `memberline staff invite`")
    await backend.db.close()


async def _announce_ready(app: Any, settings: Settings, began: float) -> None:
    """Wait for the engine, then print the address and the demo members."""
    engine = app.ctx.services.engine
    while not await engine.is_healthy():
        print(".", end="", flush=True)
        await asyncio.sleep(0.5)
    print(f"\nReady after {time.monotonic() - began:.1f} s: {settings.public_url}\n")
    if settings.production:
        return
    there = await find_demo_accounts(app.ctx.services.backend)
    if there:
        print("Demo members (full number, last four of the phone on file):")
    for number, last4, purpose in there:
        print(f"  {number:<11} {last4}  {purpose}")
    clerk = await find_demo_clerk(app.ctx.services.backend)
    if clerk:
        print(f"\nThe office: {settings.public_url}/staff, as {clerk.name} with the password: {clerk.password}")
    print("\nThings to say: " + ", ".join(f'"{said}"' for said in EXAMPLE_MESSAGES))
    print(f"A phone to call and text with: {settings.public_url}/dev/phone (or make call)")
    print(f"Messages that would go out: {settings.public_url}/dev/outbox   Ctrl-C ends everything.", flush=True)
