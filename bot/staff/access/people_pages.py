"""The people of the office: invite, change a role, switch off, new link, end sessions. Administrators only.

Every change is read back before it is done. `change` is the account's count of changes as the page showed it, so that
a form sent twice does its work once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.contact.own_contacts import describe_own_to_office, is_own
from backend.language import LANGUAGES, tr
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone
from backend.staff import accounts, leaving, second_steps, sessions
from backend.staff.accounts import StaffAccountError, StaffLink
from backend.staff.models import StaffAccount
from backend.staff.roles import ROLE_NAMES, Role
from bot.staff.access.own_pages import OWN_URL, tell_done
from bot.staff.access.roles_told import ROLE_MAY, STATES
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

PEOPLE_URL = "/staff/people"


@dataclass(frozen=True)
class PersonRow:
    """A line of the list. `account` is None for a name from the setting; `seen_at` is UTC."""

    name: str
    role: Role
    account: StaffAccount | None
    steps: second_steps.SecondSteps
    seen_at: Any


class PeoplePages:
    """The routes below /staff/people."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        admin = Role.ADMIN
        return (
            (self.show_people, "GET", "/people", admin),
            (self.invitation_form, "GET", "/people/invite", admin),
            (self.invite, "POST", "/people/invite", admin),
            (self.show_person, "GET", "/people/<person:int>", admin),
            (self.change_role, "POST", "/people/<person:int>/role", admin),
            (self.change_contact, "POST", "/people/<person:int>/contact", admin),
            (self.make_link, "POST", "/people/<person:int>/link", admin),
            (self.switch_off, "POST", "/people/<person:int>/off", admin),
            (self.switch_on, "POST", "/people/<person:int>/on", admin),
            (self.end_sessions, "POST", "/people/<person:int>/sessions", admin),
            (self.remove_second_steps, "POST", "/people/<person:int>/steps", admin),
        )

    async def show_people(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            seen = await sessions.last_seen(session)
            known = await accounts.list_accounts(session)
            rows = [await self._row(session, seen, each.name, _role(each), each) for each in known]
            listed = {each.name for each in known if each.status != accounts.INVITED}
            for login in await accounts.list_logins(session, self.backend):
                if login.account is None and login.name not in listed:
                    rows.append(await self._row(session, seen, login.name, login.role, None))
        rows.sort(key=lambda row: (row.account is not None and row.account.status == accounts.OFF, row.name.casefold()))
        return self.staff.render_page(
            "access/people.html", rows=rows, may=ROLE_MAY, role_names=ROLE_NAMES, states=STATES,
            two_step=self.backend.settings.staff_two_step,
        )  # fmt: skip

    async def invitation_form(self, request: Request, name: str) -> HTTPResponse:
        return self._render_form({}, {})

    async def invite(self, request: Request, name: str) -> HTTPResponse:
        """First the read-back, then the invitation."""
        typed = {field: " ".join(form_field(request, field).split()) for field in ("name", "email", "phone", "role")}
        typed["language"] = form_field(request, "language") if form_field(request, "language") in LANGUAGES else "en"
        role = accounts.parse_role(typed["role"])
        errors: dict[str, str] = {}
        phone = _read_phone(self.backend, typed["phone"], errors)
        if role is None:
            errors["role"] = tr("Please choose what this person may do.")
        async with self.backend.db.read_session() as session:
            try:
                await accounts.check_new(session, typed["name"], typed["email"])
            except StaffAccountError as error:
                if again := await self._sent_twice(session, request, typed):
                    return again
                errors[error.field] = str(error)
        if errors or role is None:
            return self._render_form(typed, errors, 422)
        if form_field(request, "confirmed") != "yes":
            return self._read_back_invitation(typed, role)
        try:
            async with self.backend.db.transaction() as session:
                link = await accounts.invite(
                    session, self.backend, name=typed["name"], email=typed["email"], role=role, phone=phone,
                    language=typed["language"], by=name,
                )  # fmt: skip
        except StaffAccountError as error:
            return self._render_form(typed, {error.field: str(error)}, 422)
        return self._render_link(link)

    async def _sent_twice(self, session: AsyncSession, request: Request, typed: dict[str, str]) -> HTTPResponse | None:
        """A confirmed invitation that is there already was sent twice: its page is shown."""
        there = await accounts.find_account(session, typed["name"])
        same = there is not None and there.email == typed["email"] and there.role == typed["role"]
        if there is None or not same or form_field(request, "confirmed") != "yes":
            return None
        return pages.redirect(f"{PEOPLE_URL}/{there.id}")

    async def show_person(self, request: Request, name: str, person: int) -> HTTPResponse:
        return await self._render_person(person, done=str(request.args.get("done") or ""))

    async def change_role(self, request: Request, name: str, person: int) -> HTTPResponse:
        role = accounts.parse_role(form_field(request, "role"))
        account = await self._find(person)
        if role is None or account.role == accounts.role_key(role):
            return pages.redirect(_url(person))
        facts = (
            (tr("Now"), tr(ROLE_NAMES[_role(account)])),
            (tr("From now on"), tr(ROLE_NAMES[role])),
            (tr("May do"), tr(ROLE_MAY[role])),
        )
        if form_field(request, "confirmed") != "yes":
            text = tr("It holds at once, also where {name} is signed in.", name=account.name)
            work_facts, told = await self._tell_work(account) if role < Role.AGENT else ((), "")
            return self._read_back(
                request, account, tr("Change the role of {name}?", name=account.name), (*facts, *work_facts),
                f"{text} {told}",
                tr("Change the role"), {"role": accounts.role_key(role)},
            )  # fmt: skip

        async def work(session: AsyncSession, row: StaffAccount) -> leaving.OpenWork:
            return await leaving.change_role(session, self.backend, row, role, by=name)

        return await self._do(request, person, "role", work)

    async def change_contact(self, request: Request, name: str, person: int) -> HTTPResponse:
        errors: dict[str, str] = {}
        typed = {"email": form_field(request, "email").strip(), "phone": form_field(request, "phone").strip()}
        phone = _read_phone(self.backend, typed["phone"], errors)
        if errors:
            return await self._render_person(person, errors=errors, typed=typed, status=422)

        async def work(session: AsyncSession, row: StaffAccount) -> None:
            await accounts.change_contact(session, self.backend, row, typed["email"], phone, by=name)

        return await self._do(request, person, "contact", work, typed)

    async def switch_off(self, request: Request, name: str, person: int) -> HTTPResponse:
        account = await self._find(person)
        if form_field(request, "confirmed") != "yes":
            text = tr("{name} is signed out at once and cannot sign in any more. Past answers keep the name.",
                      name=account.name)  # fmt: skip
            heading, button = tr("Switch {name} off?", name=account.name), tr("Switch off")
            if account.status == accounts.OFF:
                text, heading = "", tr("Give the open work of {name} back?", name=account.name)
                button = tr("Give it back to the lists")
            facts, told = await self._tell_work(account)
            return self._read_back(request, account, heading, facts, f"{text} {told}", button)

        async def work(session: AsyncSession, row: StaffAccount) -> leaving.OpenWork:
            return await leaving.switch_off(session, self.backend, row, by=name)

        return await self._do(request, person, "off", work)

    async def make_link(self, request: Request, name: str, person: int) -> HTTPResponse:
        account = await self._find(person)
        if form_field(request, "confirmed") != "yes":
            text = tr("The link sets a new password, once, for three days. The link before it ends.")
            text = self._tell_way(account, text)
            heading = tr("Make a new link for {name}?", name=account.name)
            return self._read_back(request, account, heading, (), text, tr("Make the link"))
        return await self._do_link(request, person, accounts.make_link, name)

    async def switch_on(self, request: Request, name: str, person: int) -> HTTPResponse:
        account = await self._find(person)
        if account.status != accounts.OFF:
            return pages.redirect(_url(person))
        if form_field(request, "confirmed") != "yes":
            facts = ((tr("Role"), tr(ROLE_NAMES[_role(account)])),)
            text = self._tell_way(account, tr("{name} gets a link to set a new password.", name=account.name))
            heading = tr("Switch {name} on again?", name=account.name)
            return self._read_back(request, account, heading, facts, text, tr("Switch on"))
        return await self._do_link(request, person, accounts.switch_on, name)

    async def end_sessions(self, request: Request, name: str, person: int) -> HTTPResponse:
        async def work(session: AsyncSession, row: StaffAccount) -> bool:
            return await sessions.end_all(session, self.backend, row.name, by=name)

        return await self._do(request, person, "session", work)

    async def remove_second_steps(self, request: Request, name: str, person: int) -> HTTPResponse:
        account = await self._find(person)
        if form_field(request, "confirmed") != "yes":
            text = tr(
                "For somebody who lost the phone. Be sure that it is {name} who asks: see them, or call them on a "
                "number that you know.",
                name=account.name,
            )
            heading = tr("Remove the codes and passkeys of {name}?", name=account.name)
            return self._read_back(request, account, heading, (), text, tr("Remove codes and passkeys"))

        async def work(session: AsyncSession, row: StaffAccount) -> None:
            row.change += 1
            await second_steps.remove_all(session, self.backend, row.name, by=name)

        return await self._do(request, person, "steps", work)

    async def _do(
        self, request: Request, person: int, done: str, work: Any, typed: dict[str, str] | None = None
    ) -> HTTPResponse:
        """Do it unless the account was changed since the page was made. `work` returns False where nothing was done."""
        try:
            async with self.backend.db.transaction() as session:
                row = await session.get(StaffAccount, person, with_for_update=True)
                if row is None:
                    raise NotFound()
                if str(row.change) != form_field(request, "change"):
                    return pages.redirect(f"{_url(person)}?done=meanwhile")
                result = await work(session, row)
                if result is False:
                    return pages.redirect(f"{_url(person)}?done=meanwhile")
                stays = row.name != request.ctx.staff.name or row.role == accounts.role_key(Role.ADMIN)
        except StaffAccountError as error:
            return await self._render_person(person, errors={error.field: str(error)}, typed=typed, status=422)
        if isinstance(result, leaving.OpenWork):
            for talk in result.talks:
                self.staff.services.pushes.notify(talk)
        return pages.redirect(f"{_url(person) if stays else OWN_URL}?done={done}")

    async def _do_link(self, request: Request, person: int, make: Any, by: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            row = await session.get(StaffAccount, person, with_for_update=True)
            if row is None:
                raise NotFound()
            if str(row.change) != form_field(request, "change"):
                return pages.redirect(f"{_url(person)}?done=meanwhile")
            link = await make(session, self.backend, row, by=by)
        return self._render_link(link)

    async def _find(self, person: int) -> StaffAccount:
        async with self.backend.db.read_session() as session:
            account = await session.get(StaffAccount, person)
        if account is None:
            raise NotFound()
        return account

    async def _row(
        self, session: AsyncSession, seen: dict[str, Any], name: str, role: Role, account: StaffAccount | None
    ) -> PersonRow:
        return PersonRow(name, role, account, await second_steps.find(session, name), seen.get(name))

    async def _render_person(
        self, person: int, *, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None,
        done: str = "", status: int = 200,
    ) -> HTTPResponse:  # fmt: skip
        account = await self._find(person)
        async with self.backend.db.read_session() as session:
            steps = await second_steps.find(session, account.name)
            left = await leaving.find_open_work(session, self.backend, account)
            shown = await sessions.list_of(session, self.backend, account.name)
        typed = typed or {"email": account.email, "phone": account.phone or ""}
        return self.staff.render_page(
            "access/person.html", status, account=account, role=_role(account), steps=steps, sessions=shown,
            errors=errors or {}, typed=typed, may=ROLE_MAY, role_names=ROLE_NAMES, states=STATES,
            done=tell_done(done), open_work=leaving.describe_open_work(left),
        )  # fmt: skip

    def _render_form(self, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> HTTPResponse:
        return self.staff.render_page(
            "access/invite.html", status, typed=typed, errors=errors, may=ROLE_MAY, role_names=ROLE_NAMES
        )

    def _read_back_invitation(self, typed: dict[str, str], role: Role) -> HTTPResponse:
        facts = (
            (tr("Name that members see"), typed["name"]),
            (tr("Email"), typed["email"]),
            (tr("Role"), tr(ROLE_NAMES[role])),
            (tr("May do"), tr(ROLE_MAY[role])),
        )
        mailed = bool(self.backend.settings.smtp_url)
        text = (
            tr("An email with a link goes to {email}. It sets the password, once, for three days.",
               email=typed["email"])
            if mailed
            else tr("The link is not mailed: you get it here, to hand on. It sets the password, once, for three days.")
        )  # fmt: skip
        text = f"{text} {_tell_one_person(typed['name'])}"
        return self.staff.render_page(
            "access/confirm.html", heading=tr("Invite {name}?", name=typed["name"]), facts=facts, text=text,
            button=tr("Invite {name}", name=typed["name"]), action=f"{PEOPLE_URL}/invite", back=f"{PEOPLE_URL}/invite",
            hidden=typed,
        )  # fmt: skip

    def _read_back(
        self, request: Request, account: StaffAccount, heading: str, facts: tuple[tuple[str, str], ...], text: str,
        button: str, hidden: dict[str, str] | None = None,
    ) -> HTTPResponse:  # fmt: skip
        return self.staff.render_page(
            "access/confirm.html", heading=heading, facts=facts, text=text, button=button, action=request.path,
            back=_url(account.id), hidden={"change": form_field(request, "change"), **(hidden or {})},
        )  # fmt: skip

    async def _tell_work(self, account: StaffAccount) -> tuple[tuple[tuple[str, str], ...], str]:
        """What the person has that goes back to the lists of all, as facts, and who is told of it."""
        async with self.backend.db.read_session() as session:
            found = await leaving.find_open_work(session, self.backend, account)
        if not found:
            return (), tr("{name} has no open talks, tickets or calls.", name=account.name)
        told = tr("Who chats with {name} on the web site now is told that somebody else goes on.", name=account.name)
        facts = ((tr("Goes back to the lists"), leaving.describe_open_work(found)),)
        return facts, told if found.talks else ""

    def _tell_way(self, account: StaffAccount, text: str) -> str:
        """`text`, where the link goes, and what follows from it."""
        if self.backend.settings.smtp_url:
            way = tr("It goes to {email} alone; you do not see it.", email=account.email)
        else:
            way = tr("No mail goes out here, so the link is shown to you, to hand on.")
        return f"{text} {way} {_tell_one_person(account.name)}"

    def _render_link(self, link: StaffLink) -> HTTPResponse:
        mailed = bool(self.backend.settings.smtp_url)
        return self.staff.render_page("access/link.html", account=link.account, url=link.url, mailed=mailed)


def _read_phone(backend: Backend, typed: str, errors: dict[str, str]) -> str | None:
    """E.164, or None for an empty field; a fault goes into `errors`."""
    try:
        phone = parse_phone(typed) if typed else None
    except InvalidPhone:
        errors["phone"] = tr("This is no phone number that can be called. Leave it empty if there is none.")
        return None
    if phone and is_own(backend, phone):
        errors["phone"] = describe_own_to_office(phone)
    return phone


def _tell_one_person(name: str) -> str:
    return tr(
        "{name} and the other administrators are told by email. For seven days {name} and you do not count as two "
        "persons where money needs a second one, nor do {name} and anybody else whom you let in within these days.",
        name=name,
    )


def _role(account: StaffAccount) -> Role:
    return accounts.parse_role(account.role) or Role.READ


def _url(person: int) -> str:
    return f"{PEOPLE_URL}/{person}"
