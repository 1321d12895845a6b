"""The lab's commands: play scripts, and simulate members."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from backend.config import Settings
from backend.errors import MemberlineError
from backend.progress import Progress
from lab.noise import KINDS

CHANNEL_OPTION = click.option(
    "--channel", "channels", multiple=True, type=click.Choice(["sms", "web", "voice"]), help="Only these."
)
RUNNING_OPTION = click.option(
    "--running", is_flag=True, help="Talk to the memberline that runs with these settings, not one of its own."
)
OUT_OPTION = click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write report.json, report.txt and report.png here."
)
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="As JSON instead of a table.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@CHANNEL_OPTION
@click.option("--noise", "noise", multiple=True, type=click.Choice(KINDS), help="Disturb the line; may be given again.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same noise.")
@RUNNING_OPTION
@OUT_OPTION
@JSON_OPTION
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
    from lab import report
    from lab.player import NoiseOptions

    with ExitStack() as stack:
        settings = Settings.from_env()
        systems = report.use_running_system(settings) if running else stack.enter_context(report.start_own_systems())
        result = report.evaluate_transcripts(systems, folder, channels or report.CHANNELS, NoiseOptions(noise, seed))
    if out:
        report.write_report(result, out)
    click.echo(json.dumps(result, indent=2, default=str) if as_json else report.format_report(result))
    sys.exit(0 if all(row["success"] for row in result["scripts"]) else 1)


@click.command()
@click.option(
    "--count", type=click.IntRange(1, 1_000_000), default=200, show_default=True, help="How many conversations."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same members.")
@click.option("--only", type=click.IntRange(0), help="Only the member at this place, to see a conversation again.")
@click.option("--workers", type=click.IntRange(1, 32), default=4, show_default=True, help="Conversations at once.")
@CHANNEL_OPTION
@RUNNING_OPTION
@OUT_OPTION
@JSON_OPTION
def simulate(
    count: int,
    seed: int,
    only: int | None,
    workers: int,
    channels: tuple[str, ...],
    running: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Let simulated members talk, and assert what must hold of each conversation. Exit 1 when something did not."""
    from lab import report
    from lab.channel_clients import CHANNELS
    from lab.served_system import CLOSED, ServedSystem
    from lab.simulation import results, runner

    with ExitStack() as stack:
        settings = Settings.from_env()
        systems = report.use_running_system(settings) if running else stack.enter_context(report.start_own_systems())
        system = systems.get_system(CLOSED)
        folder = system.folder if isinstance(system, ServedSystem) else None
        personas = runner.compose_personas(seed, count, channels or CHANNELS, only)
        with Progress(len(personas), "Conversations") as progress:
            simulation = runner.simulate(
                system, personas, workers=workers, folder=folder, report_progress=progress.reach
            )
        result = results.build_result(simulation)
    if out:
        results.write_report(result, out)
    for row in result["rows"]:
        if not row["breaches"] and only is None:
            del row["transcript"]  # it is printed of conversations with a breach, and of the one asked for with --only
    click.echo(json.dumps(result, indent=2, default=str) if as_json else results.format_table(result))
    sys.exit(0 if not result["broken"] and not result["breaches"] else 1)


def _require_audio() -> None:
    """Raise MemberlineError where the packages of the real audio are missing: the app's environment has none."""
    try:
        importlib.import_module("lab.audio.line")
        importlib.import_module("faster_whisper")
    except ModuleNotFoundError as missing:
        raise MemberlineError(f"real audio needs the tools of the tests ({missing.name}): make setup-test") from None


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same numbers and noise.")
@RUNNING_OPTION
@JSON_OPTION
def utterances(seed: int, running: bool, as_json: bool) -> None:
    """Say sixty things callers say over a telephone line with noise; tell how many were taken as they were meant."""
    _require_audio()
    from lab import report
    from lab.audio import utterances as spoken
    from lab.audio.line import open_line
    from lab.served_system import CLOSED

    with ExitStack() as stack:
        settings = Settings.from_env()
        systems = report.use_running_system(settings) if running else stack.enter_context(report.start_own_systems())
        system = systems.get_system(CLOSED)
        line = stack.enter_context(open_line(seed))
        members = spoken.create_speakers(system, seed, sum(spoken.ALL.values()))
        composed = spoken.compose_utterances(members)
        captures = []
        with Progress(len(composed), "Utterances") as progress:
            for utterance in composed:
                captures.append(spoken.play_utterance(system, line, utterance, members[utterance.index]))
                progress.reach(len(captures))
    click.echo(spoken.build_json(captures) if as_json else spoken.format_captures(captures))


@click.command()
@click.option(
    "--count",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="How many, half by voice.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same callers and noise.")
@click.option("--only", type=click.IntRange(0), help="Only the call at this place, with its transcript.")
@click.option("--relay", is_flag=True, help="Over the socket of a relay instead of <Gather>.")
@RUNNING_OPTION
@JSON_OPTION
def calls(count: int, seed: int, only: int | None, relay: bool, running: bool, as_json: bool) -> None:
    """Play whole phone calls, half over a real line and half by keys, and judge them clean, repaired or failed."""
    _require_audio()
    from lab import report
    from lab.audio import call_report
    from lab.audio.caller import MeasuredCaller
    from lab.audio.calls import plan_calls, play_calls
    from lab.audio.line import open_line
    from lab.audio.relay_caller import RelayCaller
    from lab.served_system import OPEN

    with ExitStack() as stack:
        settings = Settings.from_env()
        systems = report.use_running_system(settings) if running else stack.enter_context(report.start_own_systems())
        line = stack.enter_context(open_line(seed))
        plans = [plan for plan in plan_calls(seed, max(count, (only or 0) + 1)) if only in (None, plan.index)]
        with Progress(len(plans), "Calls") as progress:
            transport = RelayCaller if relay else MeasuredCaller
            played = play_calls(systems.get_system(OPEN), line, plans, seed, progress.reach, transport=transport)
    result = call_report.build_result(played, seed)
    click.echo(json.dumps(result, indent=2) if as_json else call_report.format_result(result))
    if only is not None and not as_json:
        click.echo(played[0].transcript)
