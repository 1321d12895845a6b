"""The lab's commands: scripts played, and members simulated."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from backend.config import Settings
from bot.lab.noise import KINDS

CHANNEL = click.option(
    "--channel", "channels", multiple=True, type=click.Choice(["sms", "web", "voice"]), help="Only these."
)
RUNNING = click.option(
    "--running", is_flag=True, help="Talk to the memberline that runs with these settings, not one of its own."
)
OUT = click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write report.json, report.txt and report.png here."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON instead of a table.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@CHANNEL
@click.option("--noise", "noise", multiple=True, type=click.Choice(KINDS), help="Disturb the line; may be given again.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same noise.")
@RUNNING
@OUT
@AS_JSON
def transcripts(
    folder: Path,
    channels: tuple[str, ...],
    noise: tuple[str, ...],
    seed: int,
    running: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Play the scripts of FOLDER; tell which tasks succeeded on which channel. Exit 1 when one did not."""
    from bot.lab import report
    from bot.lab.player import Noise

    with ExitStack() as stack:
        settings = Settings.from_env()
        offices = report.running_office(settings) if running else stack.enter_context(report.own_offices())
        result = report.evaluate(offices, folder, channels or report.CHANNELS, Noise(noise, seed))
    if out:
        report.write(result, out)
    click.echo(json.dumps(result, indent=2, default=str) if as_json else report.table(result))
    sys.exit(0 if all(row["success"] for row in result["scripts"]) else 1)
