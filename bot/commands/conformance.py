"""`memberline conformance`: tries another system's interface, operation by operation."""

from __future__ import annotations

import asyncio
import json
import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from backend.clock import SystemClock
from backend.config import Settings
from backend.coop import load_coop
from backend.errors import SettingsError
from backend.money import format_cents

if TYPE_CHECKING:
    from backend.providers.multispeak.conformance.report import Row


class Amount(click.ParamType):
    """Dollars and cents above zero, as cents."""

    name = "amount"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            cents = Decimal(str(value)) * 100
        except InvalidOperation:
            cents = Decimal(0)
        if not 0 < cents <= 10_000 or cents != int(cents):
            self.fail("expected dollars and cents from 0.01 to 100.00", param, ctx)
        return int(cents)


@click.group()
def conformance() -> None:
    """Try the interface of a vendor, and see what works."""


@conformance.command()
@click.option("--account", help="An account to ask about, as the co-op writes its number.")
@click.option("--member", help="A member to ask about.")
@click.option(
    "--write-test",
    "write_cents",
    type=Amount(),
    metavar="AMOUNT",
    help="Book a payment of AMOUNT dollars to --account. Choose an account for tests; take it back by hand.",
)
@click.option("--yes", is_flag=True, help="Do not ask before --write-test.")
@click.option("--json", "as_json_text", is_flag=True, help="As JSON.")
def multispeak(account: str | None, member: str | None, write_cents: int | None, yes: bool, as_json_text: bool) -> None:
    """Try the MultiSpeak servers of the settings. docs/multispeak.md explains each line.

    It only reads. With --write-test it books one payment as well. Exit 1 when something needed is missing, or anything
    answers wrongly.
    """
    # here and not above: every other command would wait for the SOAP library too
    from backend.providers.multispeak.conformance.report import as_json, as_table, is_conforming

    if write_cents is not None and account is None:
        raise click.UsageError("--write-test needs --account: the account to book the payment to")
    if write_cents is not None and not yes:
        click.confirm(
            f"Book a payment of {format_cents(write_cents)} to {account} in the billing system?", abort=True, err=True
        )
    rows = asyncio.run(_run(account, member, write_cents))
    click.echo(json.dumps(as_json(rows), indent=2) if as_json_text else as_table(rows))
    sys.exit(0 if is_conforming(rows) else 1)


async def _run(account: str | None, member: str | None, write_cents: int | None) -> list[Row]:
    from backend.providers.billing import multispeak as billing
    from backend.providers.multispeak.conformance.billing import BillingChecks, Subject
    from backend.providers.multispeak.conformance.outages import OutageChecks
    from backend.providers.multispeak.conformance.report import run_checks
    from backend.providers.outages import multispeak as outages

    settings = Settings.from_env()
    if not settings.multispeak_cb_url and not settings.multispeak_oa_url:
        raise SettingsError("set MULTISPEAK_CB_URL or MULTISPEAK_OA_URL: the address of the vendor's server")
    zone = load_coop(settings.coop_file).zone
    rows: list[Row] = []
    if settings.multispeak_cb_url:
        system = billing.create_system(settings)
        checks = BillingChecks(system, Subject(account, member, write_cents), SystemClock(settings.clock_shift), zone)
        rows += await run_checks("CB", system.client, checks.all(), _tell)
        await system.close()
    if settings.multispeak_oa_url:
        provider = outages.create(settings)
        rows += await run_checks("OA", provider.client, OutageChecks(provider, account, zone).all(), _tell)
        await provider.close()
    return rows


def _tell(step: str) -> None:
    """A slow server takes its time for each operation."""
    if sys.stderr.isatty():
        click.echo(f"{step} …", err=True)
