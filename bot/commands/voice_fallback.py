"""`memberline voice-fallback`: the files with which the phone line says that it is out of order."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from backend.config import Settings
from backend.coop import load_coop
from bot.channels.voice.fallback.twiml import list_files


@click.command("voice-fallback")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write all files into this folder, instead of printing the one for a TwiML Bin.",
)
def voice_fallback(out: Path | None) -> None:
    """What callers hear when the app is away, from coop.toml: for a TwiML Bin and for the proxy."""
    settings = Settings.from_env()
    files = list_files(load_coop(settings.coop_file), urlsplit(settings.public_url).path)
    if out is None:
        click.echo(files["fallback.xml"])
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(f"{text}\n", encoding="utf-8")
        click.echo(str(out / name))
