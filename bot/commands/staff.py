"""`memberline staff …`: the first person of the office, and what to do when nobody can get in any more."""

from __future__ import annotations

from typing import Any

import click

from backend.app import Backend
from backend.errors import MemberlineError
from backend.reading.contact.phone_numbers import parse_phone
from backend.staff import accounts, leaving, second_steps
from backend.staff.accounts import StaffLink
from backend.staff.leaving import OpenWork
from backend.staff.models import StaffAccount
from backend.staff.roles import Role
from backend.staff.ways_in import SERVER
from bot.commands.running import print_json, run_with_backend

role_option = click.option("--role", type=click.Choice([accounts.role_key(role) for role in Role]), required=True)


@click.group()
def staff() -> None:
    """The people of the office. The first is invited here, the others at /staff/people. docs/staff-access.md."""


@staff.command()
@click.argument("name")
@click.option("--email", required=True, help="Where links and codes go.")
@role_option
@click.option("--phone", default=None, help="For notices.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en")
def invite(name: str, email: str, role: str, phone: str | None, language: str) -> None:
    """Let NAME in: prints the link that sets a password. It works once, for three days."""

    async def work(backend: Backend) -> StaffLink:
        async with backend.db.transaction() as session:
            return await accounts.invite(
                session, backend, name=" ".join(name.split()), email=email, role=_role(role),
                phone=parse_phone(phone) if phone else None, language=language, by=SERVER,
            )  # fmt: skip

    _print_link(run_with_backend(work))


@staff.command()
@click.argument("name")
def link(name: str) -> None:
    """A new link for NAME, who lost the invitation or the password; switches NAME on again where that is off."""

    async def work(backend: Backend) -> StaffLink:
        async with backend.db.transaction() as session:
            account = await _find(session, name)
            make = accounts.switch_on if account.status == accounts.OFF else accounts.make_link
            return await make(session, backend, account, by=SERVER)

    _print_link(run_with_backend(work))


@staff.command("role")
@click.argument("name")
@role_option
def change_role(name: str, role: str) -> None:
    """Give NAME another role. With `read` their open work goes back to the lists."""

    async def work(backend: Backend) -> OpenWork:
        async with backend.db.transaction() as session:
            return await leaving.change_role(session, backend, await _find(session, name), _role(role), by=SERVER)

    _print_work(run_with_backend(work))


@staff.command()
@click.argument("name")
def off(name: str) -> None:
    """Switch NAME off: out at once, on every browser. Their open talks, tickets and calls go back to the lists."""

    async def work(backend: Backend) -> OpenWork:
        async with backend.db.transaction() as session:
            return await leaving.switch_off(session, backend, await _find(session, name), by=SERVER)

    _print_work(run_with_backend(work))


@staff.command("reset-steps")
@click.argument("name")
def reset_steps(name: str) -> None:
    """Remove the codes and passkeys of NAME, who lost the phone. The password stays."""

    async def work(backend: Backend) -> None:
        async with backend.db.transaction() as session:
            login = await accounts.find_login(session, backend, name)
            if login is None:
                raise MemberlineError(f"nobody of the office is called {name!r}")
            await second_steps.remove_all(session, backend, login.name, by=SERVER)

    run_with_backend(work)


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_people(as_json: bool) -> None:
    """Who may work in the office."""

    async def work(backend: Backend) -> list[dict[str, Any]]:
        async with backend.db.read_session() as session:
            known = await accounts.list_accounts(session)
            found = [
                {"name": each.name, "role": each.role, "state": each.status, "email": each.email} for each in known
            ]
            for login in await accounts.list_logins(session, backend):
                if login.account is None:
                    found.append({"name": login.name, "role": "admin", "state": "from STAFF_ACCOUNTS", "email": ""})
        return found

    found = run_with_backend(work)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(
            "Nobody may work in the office yet, so /staff answers 404. Let the first person in as administrator:"
        )
        click.echo("  memberline staff invite NAME --email ADDRESS --role admin")
    for each in found:
        click.echo(f"{each['name']:<24} {each['role']:<11} {each['state']:<20} {each['email']}")


async def _find(session: Any, name: str) -> StaffAccount:
    account = await accounts.find_account(session, " ".join(name.split()))
    if account is None:
        raise MemberlineError(f"nobody was invited as {name!r}: `memberline staff list` tells the names")
    return account


def _role(name: str) -> Role:
    return Role[name.upper()]


def _print_work(found: OpenWork) -> None:
    if found:
        click.echo(f"Back in the lists, for anybody to take: {leaving.describe_open_work(found)}.")


def _print_link(made: StaffLink) -> None:
    click.echo(f"{made.account.name} sets a password here, once, within three days:\n{made.url}")
