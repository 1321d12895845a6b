"""`memberline review`: what the office marked, for whoever trains the assistant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from backend.app import Backend
from backend.errors import MemberlineError
from bot.commands.running import run_with_backend, write_private_file


@click.group()
def review() -> None:
    """What the office marked as wrong at /staff/review, without names and numbers. docs/review.md."""


@review.command()
def sentences() -> None:
    """Marked messages with the wish that was meant, as JSON lines of {text, intent, language}."""
    from backend.review.export import export_sentences, format_sentences

    async def work(backend: Backend) -> Any:
        async with backend.db.read_session() as session:
            return await export_sentences(session)

    click.echo(format_sentences(run_with_backend(work)), nl=False)


@review.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def transcripts(folder: Path) -> None:
    """Marked talks as scripts for `memberline evaluate transcripts`, one a file, into FOLDER."""
    from backend.review.export import export_transcripts

    async def work(backend: Backend) -> Any:
        async with backend.db.read_session() as session:
            return await export_transcripts(session, backend.db)

    found = run_with_backend(work)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MemberlineError(f"{folder} cannot be made: {error.strerror}") from None
    for name, text in found.items():
        write_private_file(folder / name, text.encode())
    if not found:
        click.echo("Wrote nothing: no talk is marked. Mark messages at /staff/review.")
        return
    count = "1 script" if len(found) == 1 else f"{len(found)} scripts"
    click.echo(f"Wrote {count} to {folder}. Read each, and say in `hear` what should have been answered.")
