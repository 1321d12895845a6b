"""What the commands share: a backend for as long as one runs, and their output."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import click

from backend.app import Backend
from backend.config import Settings


def run_with_backend(work: Callable[[Backend], Awaitable[Any]]) -> Any:
    """Run `work` with a backend on a migrated database, and close it."""

    async def run() -> Any:
        backend = Backend.create(Settings.from_env())
        try:
            await backend.db.migrate()
            return await work(backend)
        finally:
            await backend.close()

    return asyncio.run(run())


def print_json(value: Any) -> None:
    from backend.show import json_default

    click.echo(json.dumps(value, indent=2, default=json_default))
