"""Contact details: the phone, the email, the mailing address and the language of letters, each changed by itself.

A change asks for the password again: codes and links for a new password go to what is on file, so an open session alone
must not move it. It sends the same notices as in the talk: to the old address first. A new email gets a code; until it
comes back, or for a day, no password link goes there.
"""

from __future__ import annotations

from typing import cast

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.audit.service import record
from backend.contact import email_verification
from backend.contact import service as contact
from backend.contact.own_contacts import describe_own, is_own
from backend.contact.service import ContactField
from backend.coop import format_at_clock
from backend.language import LANGUAGES, format_day, join_words, mark, tr
from backend.logins.portal_conversations import PORTAL
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.models import PROBATION_PERIOD, Member
from bot.portal.acting import ActingPages, ReadBack, Result, is_confirmed, is_edited_again, with_account
from bot.portal.signed_in import Visit
from bot.portal.talk_words import talk_words
from bot.web.pages import form_field, redirect

CONTACT_URL = "/portal/contact"
FIELDS = ("phone", "email", "address")
TITLES = {"phone": mark("Phone"), "email": mark("Email"), "address": mark("Mailing address")}
HEADINGS = {
    "phone": mark("Change your phone"),
    "email": mark("Change your email"),
    "address": mark("Change your mailing address"),
}
PROBLEMS = {
    "phone": mark("That is not a phone number we can use. All 10 digits, please, such as 815-555-0123."),
    "email": mark("That does not look like an email address. It has an @ and a dot, such as ann@example.com."),
    "address": mark("A whole address, please, such as PO Box 12, Hanover IL 61041."),
}
SAME = mark("That is what we have on file already.")
NOTICE_RECIPIENTS = {
    "old": mark("the old one"),
    "new": mark("the new one"),
    "email": mark("your email"),
    "phone": mark("your phone"),
}
LANGUAGE_NAMES = {"en": "English", "es": "Español"}
CODE_PROBLEMS = {
    "wrong": mark("That is not the code of our newest email."),
    "expired": mark("That code is used up or too old. Links for your password go to the new email after 24 hours."),
    "locked": mark("Too many tries. Links for your password go to the new email after 24 hours."),
}


class ContactPages(ActingPages):
    PAGES = (
        ("contact", "GET", "/contact"),
        ("check_language", "POST", "/contact/language"),
        ("save_language", "POST", "/contact/language/save"),
        ("code", "GET", "/contact/email/code"),
        ("check_code", "POST", "/contact/email/code"),
        ("send_code", "POST", "/contact/email/code/again"),
        ("field", "GET", "/contact/<what:str>"),
        ("check", "POST", "/contact/<what:str>"),
        ("save", "POST", "/contact/<what:str>/save"),
    )

    async def contact(self, _request: Request, visit: Visit) -> HTTPResponse:
        return self._show(visit)

    def _show(self, visit: Visit, status: int = 200, note: str = "") -> HTTPResponse:
        member = visit.member
        rows = [
            (name, tr(TITLES[name]), contact.format_value(name, contact.current_value(member, name)))
            for name in cast(tuple[ContactField, ...], FIELDS)
        ]
        return self.render_page(
            "profile/contact.html",
            status,
            rows=rows,
            member=member,
            languages=LANGUAGE_NAMES,
            note=note,
            changed=self._list_new_contacts(member),
            is_unconfirmed=self._is_unconfirmed(visit),
        )

    def _is_unconfirmed(self, visit: Visit) -> bool:
        """Whether the email was changed less than a day ago and no code from it has come back."""
        return bool(visit.member.email) and not visit.member.can_receive_login_mail(self.backend.clock.now())

    async def field(self, _request: Request, visit: Visit, what: str) -> HTTPResponse:
        return self._ask(visit, _read_field(what), "")

    def _ask(self, visit: Visit, what: ContactField, typed: str, errors: dict[str, str] | None = None) -> HTTPResponse:
        current = contact.format_value(what, contact.current_value(visit.member, what))
        heading = tr(HEADINGS[what])
        return self.render_form(
            "profile/contact_field.html", errors, what=what, heading=heading, typed=typed, current=current
        )

    async def check(self, request: Request, visit: Visit, what: str) -> HTTPResponse:
        field = _read_field(what)
        typed = form_field(request, "value")[:256]
        if is_edited_again(request):
            return self._ask(visit, field, typed)
        value = self._read(field, typed)
        if value is None:
            return self._ask(visit, field, typed, {"value": self._describe_problem(field, typed)})
        if value == contact.current_value(visit.member, field):
            return self._ask(visit, field, typed, {"value": tr(SAME)})
        return self.render_read_back(self._describe(visit, field, value))

    def _describe(self, visit: Visit, field: ContactField, value: str) -> ReadBack:
        words = [
            talk_words(
                "contact",
                "utter_question_contact_confirm",
                {"contact_what": field},
                value=contact.format_value(field, value),
            )
        ]
        facts = []
        if before := contact.current_value(visit.member, field):
            facts.append((tr("On file until now"), contact.format_value(field, before)))
        words.append(tr("A notice goes to what is on file now, so that nobody else can change it unseen."))
        if field == "phone":
            words.append(self._tell_of_codes(visit.member))
        url = f"{CONTACT_URL}/{field}/save"
        back = with_account(f"{CONTACT_URL}/{field}", visit)
        return ReadBack(tr(HEADINGS[field]), words, tr("Yes, change it"), url, back, {"value": value}, facts,
                        edit=f"{CONTACT_URL}/{field}", asks_password=True, about_account=False)  # fmt: skip

    async def save(self, request: Request, visit: Visit, what: str) -> HTTPResponse:
        field = _read_field(what)
        typed = form_field(request, "value")[:256]
        value = self._read(field, typed)
        if value is None or not is_confirmed(request):
            return self._ask(visit, field, typed, {"value": self._describe_problem(field, typed)})
        if problem := await self.find_password_problem(request, visit):
            return self.render_read_back(self._describe(visit, field, value), {"password": problem})
        conversation, is_code_sent = self.conversation_id(request), False
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            changed = await contact.change(session, self.backend, conversation, identity, field, value)
            if changed and field == "email":
                is_code_sent = await email_verification.send(session, self.backend, conversation, identity)
            words = await self._describe_result(session, conversation, identity, field, value, changed)
        if is_code_sent:
            return self._ask_code(value, words, heading=tr("Your email is changed"))
        links = [(tr("Contact details"), with_account(CONTACT_URL, visit))]
        return self.render_result(Result(tr(HEADINGS[field]), words, "", links))

    async def _describe_result(
        self, session: object, conversation: str, identity: Identity, field: ContactField, value: str, changed: bool
    ) -> list[str]:
        shown = contact.format_value(field, value)
        if not changed:  # the form came twice
            return [tr("It is {value} now.", value=shown)]
        words = [tr("Done: it is {value} now.", value=shown)]
        notified = await contact.list_notified(session, self.backend, conversation, field)  # type: ignore[arg-type]
        if notified:
            names = [_name_recipient(way, which) for way, which in notified]
            words.append(tr("A notice goes to {places}.", places=join_words(list(dict.fromkeys(names)))))
        else:
            words.append(tr("No notice of it can be sent to what is on file."))
        if field == "phone":
            words.append(self._tell_of_codes(identity.known_member))
        phone = self.backend.coop.office_phone_display
        return [*words, tr("To take it back, call {phone}.", phone=phone)]

    def _tell_of_codes(self, member: Member) -> str:
        """That a new phone gets no codes for a day, and what to do meanwhile."""
        now, phone = self.backend.clock.now(), self.backend.coop.office_phone_display
        told = tr("For 24 hours no codes go to the new phone.")
        if member.email and member.is_established("email", now):
            return f"{told} {tr('In that time a code that you need goes to your email.')}"
        return f"{told} {tr('If you need one in that time, call our office: {phone}.', phone=phone)}"

    def _list_new_contacts(self, member: Member) -> list[str]:
        """What was changed within a day, and how it is taken back."""
        now, zone, found = self.backend.clock.now(), self.backend.coop.zone, []
        for way, at in (("phone", member.phone_changed_at), ("email", member.email_changed_at)):
            if at is None or member.is_established(way, now):
                continue
            until = (at + PROBATION_PERIOD).astimezone(zone)
            found.append(
                tr(
                    "{what}: changed less than a day ago. Until {day} {time} no codes go there. To take it back, call "
                    "{phone}.",
                    what=tr(TITLES[way]),
                    day=format_day(until.date(), self.backend.today()),
                    time=format_at_clock(until.time()),
                    phone=self.backend.coop.office_phone_display,
                )
            )
        return found

    def _ask_code(
        self, email: str, words: list[str], errors: dict[str, str] | None = None, heading: str = ""
    ) -> HTTPResponse:
        heading = heading or tr("Confirm your email")
        return self.render_form("profile/email_code.html", errors, email=email, words=words, heading=heading)

    async def code(self, _request: Request, visit: Visit) -> HTTPResponse:
        """The page where the code is typed, for who left it."""
        if not self._is_unconfirmed(visit):
            return redirect(with_account(CONTACT_URL, visit))
        return self._ask_code(visit.member.email or "", [])

    async def send_code(self, request: Request, visit: Visit) -> HTTPResponse:
        if not self._is_unconfirmed(visit):
            return redirect(with_account(CONTACT_URL, visit))
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            is_sent = await email_verification.send(session, self.backend, self.conversation_id(request), identity)
        words = tr("A new code is on its way.") if is_sent else tr("No more codes now. Please try again later.")
        return self._ask_code(visit.member.email or "", [words])

    async def check_code(self, request: Request, visit: Visit) -> HTTPResponse:
        code = form_field(request, "code")[:20]
        async with self.backend.db.transaction() as session:
            await self.begin(session, request, visit)
            result = await email_verification.check(session, self.backend, self.conversation_id(request), code)
        email = visit.member.email or ""
        if result == "wrong":
            return self._ask_code(email, [], {"code": tr(CODE_PROBLEMS["wrong"])})
        links = [(tr("Contact details"), with_account(CONTACT_URL, visit))]
        if result == "ok":
            words = tr(
                "Thank you, that confirms {email}. Links for your password can go there from now on.", email=email
            )
            return self.render_result(Result(tr("Your email is confirmed"), [words], "", links))
        words = tr(CODE_PROBLEMS.get(result, CODE_PROBLEMS["expired"]))
        return self.render_result(Result(tr("Your email is on file"), [words], "", links, "warn"))

    async def check_language(self, request: Request, visit: Visit) -> HTTPResponse:
        language = form_field(request, "language")
        if language not in LANGUAGES:
            raise NotFound()
        back = with_account(CONTACT_URL, visit)
        if language == visit.member.language:
            return self._show(visit, note=tr(SAME))
        words = [
            tr("Texts, emails and alerts about your account come in {language} from now on.",
               language=LANGUAGE_NAMES[language])
        ]  # fmt: skip
        url = f"{CONTACT_URL}/language/save"
        asked = ReadBack(tr("Change the language"), words, tr("Yes, change it"), url, back, {"language": language},
                         about_account=False)  # fmt: skip
        return self.render_read_back(asked)

    async def save_language(self, request: Request, visit: Visit) -> HTTPResponse:
        language = form_field(request, "language")
        if language not in LANGUAGES or not is_confirmed(request):
            raise NotFound()
        async with self.backend.db.transaction() as session:
            identity = await self.begin(session, request, visit)
            member, before = identity.known_member, identity.known_member.language
            if before != language:
                member.language = language
                await session.flush()
                await record(
                    session, self.backend, actor=self.conversation_id(request), level=int(Level.STEPPED_UP),
                    channel=PORTAL, act="contact_language", account_id=identity.known_account.id,
                    before={"language": before}, after={"language": language},
                )  # fmt: skip
        words = [tr("Done: it is {value} now.", value=LANGUAGE_NAMES[language])]
        links = [(tr("Contact details"), with_account(CONTACT_URL, visit))]
        return self.render_result(Result(tr("Change the language"), words, "", links))

    def _read(self, field: ContactField, typed: str) -> str | None:
        """The value as it goes on file; None where it is none, or the co-op's own."""
        value = self._parse(field, typed)
        return value if value and contact.is_usable(self.backend, field, value) else None

    def _parse(self, field: ContactField, typed: str) -> str | None:
        """Outside production the demo's phones count too."""
        if field == "phone":
            return contact.extract_phone(typed, strict=self.settings.production)
        return contact.extract_email(typed) if field == "email" else contact.extract_address(typed, asked=True)

    def _describe_problem(self, field: ContactField, typed: str) -> str:
        value = self._parse(field, typed)
        return describe_own(value) if value and is_own(self.backend, value) else tr(PROBLEMS[field])


def _read_field(what: str) -> ContactField:
    if what not in FIELDS:
        raise NotFound()
    return cast(ContactField, what)


def _name_recipient(way: str, which: str) -> str:
    return tr(NOTICE_RECIPIENTS[which] if which != "other" else NOTICE_RECIPIENTS["email" if "@" in way else "phone"])
