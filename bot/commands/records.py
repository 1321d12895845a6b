"""`memberline export`, `erase`, `retention` and `evidence`: a member's data, and what is kept of it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from backend.app import Backend
from bot.commands.running import print_json, run_with_backend, write_private_file


@click.command()
@click.argument("member")
@click.option("--out", type=click.Path(path_type=Path), help="FILE.zip or a folder; by default member-MEMBER.zip here.")
def export(member: str, out: Path | None) -> None:
    """A member's own data, for MEMBER (99999, or an account, 99999-001). docs/privacy.md tells what is in it."""
    from backend.privacy.export import export_member
    from backend.privacy.export_files import write_export

    async def work(backend: Backend) -> dict[str, Any]:
        async with backend.db.read_session() as session:
            return await export_member(session, backend, member)

    exported = run_with_backend(work)
    target = out or Path(f"member-{exported['member']}.zip")
    files = write_export(exported, target)
    click.echo(f"Wrote {target}: {len(files)} files. It is personal: hand it to the member alone, and delete it.")
    for line in exported["left_out"]:
        click.echo(f"  {line}")


@click.command()
@click.argument("member")
@click.option("--reason", required=True, help="A line for the audit trail, without a name or an address.")
@click.option("--apply", "apply_it", is_flag=True, help="Erase; without it, only what would go is shown.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def erase(member: str, reason: str, apply_it: bool, as_json: bool) -> None:
    """Erase what the law lets go about MEMBER (99999, without the dash), who has left; shows what must stay."""
    from backend.conversations.engine_store import open_engine_store
    from backend.privacy.erasure import erase_member, plan_erasure

    async def work(backend: Backend) -> Any:
        async with open_engine_store(backend.settings) as engine:
            if apply_it:
                return await erase_member(backend, engine, member, reason, getpass.getuser())
            return await plan_erasure(backend, engine, member)

    plan = run_with_backend(work)
    told = plan.to_dict(applied=apply_it)
    if as_json:
        print_json(told)
    else:
        _print_plan(told)


def _print_plan(told: dict[str, Any]) -> None:
    click.echo(f"Member {told['member']}: " + ("erased." if told["erased"] else "nothing was erased; this would be:"))
    for name, what in (("deleted", "deleted"), ("blanked", "kept without what they say of the member")):
        for table, rows in told[name].items():
            click.echo(f"  {rows:>7,}  {table}: {what}")
    for table, kept in told["kept"].items():
        click.echo(f"  {kept['rows']:>7,}  {table}: kept ({kept['why']})")
    for note in told["notes"]:
        click.echo(f"Note: {note}.")
    for obstacle in told["obstacles"]:
        click.echo(f"In the way: {obstacle}.")
    if not told["erased"]:
        click.echo("Settle these first." if told["obstacles"] else "Run it again with --apply to erase.")


@click.command()
@click.option("--apply", "apply_it", is_flag=True, help="Delete; without it, only what would go is counted.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def retention(apply_it: bool, as_json: bool) -> None:
    """What is past its period ([retention] of coop.toml), by table. A job applies it each night."""
    from backend.conversations.engine_store import open_engine_store
    from backend.privacy.retention import apply_periods, count_expired

    async def work(backend: Backend) -> Any:
        async with open_engine_store(backend.settings) as engine:
            return await (apply_periods if apply_it else count_expired)(backend, engine)

    rows = run_with_backend(work)
    if as_json:
        print_json({"applied": apply_it, "rows": rows})
        return
    for table, count in rows.items():
        click.echo(f"{count:>9,}  {table}")
    if not rows:
        click.echo("Nothing is past its period.")
    elif not apply_it:
        click.echo("Nothing was deleted; --apply deletes it, and so does the job `retention` each night.")


@click.command()
@click.argument("account")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="By default evidence-ACCOUNT.pdf here.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output, instead of a PDF file.")
def evidence(account: str, out: Path | None, as_json: bool) -> None:
    """Consents of ACCOUNT (99999-001), their exact words and what was paid under them, for a bank or a regulator."""
    from backend.evidence.pdf import build_pdf
    from backend.evidence.service import collect_evidence

    async def work(backend: Backend) -> dict[str, Any]:
        async with backend.db.read_session() as session:
            return await collect_evidence(session, backend, account)

    found = run_with_backend(work)
    if as_json:
        print_json(found)
        return
    target = out or Path(f"evidence-{found['account']}.pdf")
    write_private_file(target, build_pdf(found))
    click.echo(f"Wrote {target}: {len(found['consents'])} consents, SHA-256 {found['digest']}.")
    if not found["audit"]["verified"]:
        click.echo(f"The audit trail does not verify: row {found['audit']['first_broken_row']}", err=True)


COMMANDS = (export, erase, retention, evidence)
