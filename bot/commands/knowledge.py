"""`memberline knowledge`: checks and prints the answers in knowledge/."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from backend.config import Settings
from backend.coop import load_coop
from backend.knowledge.check import check as check_folder
from backend.knowledge.service import FOLDER, load
from backend.language import ENGLISH, LANGUAGES


@click.group()
def knowledge() -> None:
    """What the co-op tells: the files of knowledge/."""


@knowledge.command()
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER, metavar="[FOLDER]"
)
def check(folder: Path) -> None:
    """Look for faults and gaps; exit 1 when a file cannot be read or a question stands in two subjects."""
    report = check_folder(folder, load_coop(Settings.from_env().coop_file))
    for title, lines in report.sections().items():
        if lines:
            click.echo(f"{title} ({len(lines)})")
            for line in lines:
                click.echo(f"  {line}")
    click.echo(f"{report.count} subjects, {'with faults to mend' if report.has_errors else 'no fault'}")
    sys.exit(1 if report.has_errors else 0)


@knowledge.command()
@click.argument("subject")
@click.option("--language", type=click.Choice(LANGUAGES), default=ENGLISH)
def tell(subject: str, language: str) -> None:
    """Print what members are told of SUBJECT, the name of its file, with the co-op's facts in it."""
    answer = load().answer_subject(subject, load_coop(Settings.from_env().coop_file), language)
    click.echo(answer.text)
    if answer.offer:
        click.echo(answer.offer)
