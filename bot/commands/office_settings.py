"""`memberline settings`: what the office has changed on its pages, and the present state as files again."""

from __future__ import annotations

from pathlib import Path

import click

from backend.app import Backend
from bot.commands.running import run_with_backend


@click.group()
def settings() -> None:
    """What the office changed at /staff/settings."""


@settings.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write coop.toml, knowledge/ and the logo, as they are in force, into FOLDER, which must be new or empty."""
    from backend.office_settings.export import export as export_settings

    async def work(backend: Backend) -> None:
        for name in export_settings(backend, folder):
            click.echo(f"{folder / name}")
        click.echo(f"version {backend.live.version} of the settings")

    run_with_backend(work)


@settings.command()
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
def history(limit: int) -> None:
    """List the versions: number, when (UTC), who, what, and why."""
    from backend.office_settings.service import list_versions

    async def work(backend: Backend) -> None:
        async with backend.db.read_session() as session:
            versions = await list_versions(session, limit)
        for one in versions:
            back = f" (back to {one.restores})" if one.restores is not None else ""
            click.echo(f"{one.id:>4}  {one.at:%Y-%m-%d %H:%M}  {one.by}  {one.area}{back}: {one.reason}")
        if not versions:
            click.echo("Nothing was changed: all is as in coop.toml and knowledge/.")

    run_with_backend(work)
