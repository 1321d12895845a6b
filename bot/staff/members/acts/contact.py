"""Changes the phone, email or mailing address on file, and the language, for a member who has shown who they are."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contact import own_contacts
from backend.contact import service as contact
from backend.contact.service import ContactField
from backend.language import join_words, mark, tr
from backend.office_acts import service
from bot.staff.members.acts.base import (
    PROOF_FIELDS,
    Act,
    ActRefused,
    FormErrors,
    ReadBack,
    Sent,
    code_way,
    format_proof,
    list_proofs,
    list_told,
    read_proof,
)
from bot.staff.members.views import MemberView


class ContactAct(Act):
    template = "members/acts/contact.html"
    fields = ("value", *PROOF_FIELDS)
    what: ClassVar[ContactField]
    label: ClassVar[str]
    fault: ClassVar[str]

    async def load_form(self, _session: AsyncSession, view: MemberView) -> dict[str, Any]:
        current = contact.format_value(self.what, contact.current_value(view.member, self.what))
        return {
            "what": self.what, "label": tr(self.label), "current": current, "proofs": list_proofs(view),
            "defaults": {"value": "", "proof": list_proofs(view)[0][0], "proof_words": ""},
        }  # fmt: skip

    def parse(self, text: str) -> str | None:
        raise NotImplementedError

    async def read_back(
        self, _session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        value, proof = self.parse(sent["value"].strip()[:200]), read_proof(view, sent)
        before = contact.current_value(view.member, self.what)
        if own_contacts.is_own(self.backend, value):
            return FormErrors({"value": own_contacts.describe_own_to_office(value or "")})
        if value is None or not contact.is_usable(self.backend, self.what, value):
            return FormErrors({"value": tr(self.fault)})
        if value == before:
            return FormErrors({"value": tr("This is on file already.")})
        if isinstance(proof, FormErrors):
            return proof

        async def perform(session: AsyncSession) -> None:
            changed = await contact.change_by_office(
                session, self.backend, view.account, self.what, value, proof=proof.for_audit(), by=by
            )
            if not changed:
                raise ActRefused(tr("This is on file already."))

        label, shown = tr(self.label), contact.format_value(self.what, value)
        old = contact.format_value(self.what, before) or tr("none")
        rows = [(tr("On file now"), old), (tr("New"), shown), (tr("How you know"), format_proof(view, proof))]
        return ReadBack(
            rows=rows,
            button=tr("Change it to {value}", value=shown),
            note=tr("{what} changed. {proof}", what=label, proof=format_proof(view, proof)),
            warnings=self.list_warnings(view),
            code_by=code_way(proof),
            perform=perform,
        )

    def list_warnings(self, view: MemberView) -> list[str]:
        ways = join_words(list_told(view))
        if self.what == "address":
            return [tr("The member is told at {ways}.", ways=ways)]
        told = tr("The member is told at {ways}, and at the new one.", ways=ways)
        return [f"{told} {tr('For 24 hours no codes go to the new one, so that the member can object.')}"]


class PhoneAct(ContactAct):
    name, title, what = "phone", mark("Change the phone"), "phone"
    label = mark("Phone")
    fault = mark("Write one phone number with its area code, such as 815-555-0142.")

    def parse(self, text: str) -> str | None:
        return contact.extract_phone(text, strict=self.backend.settings.production)


class EmailAct(ContactAct):
    name, title, what = "email", mark("Change the email"), "email"
    label = mark("Email")
    fault = mark("Write one email address, such as ruth@example.com.")

    def parse(self, text: str) -> str | None:
        return contact.extract_email(text)


class AddressAct(ContactAct):
    name, title, what = "address", mark("Change the mailing address"), "address"
    label = mark("Mailing address")
    fault = mark("Write number and street or box, town, state and ZIP code.")

    def parse(self, text: str) -> str | None:
        return contact.extract_address(text, True)


LANGUAGES = {"en": mark("English"), "es": mark("Spanish")}


class LanguageAct(Act):
    name, title, template = "language", mark("Change the language"), "members/acts/language.html"
    fields = ("language",)

    async def load_form(self, _session: AsyncSession, view: MemberView) -> dict[str, Any]:
        choices = [(code, tr(words)) for code, words in LANGUAGES.items()]
        return {"choices": choices, "defaults": {"language": view.member.language}}

    async def read_back(
        self, _session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        wanted, now = sent["language"], view.member.language
        if wanted not in LANGUAGES:
            return FormErrors({"language": tr("Choose a language.")})
        if wanted == now:
            return FormErrors({"language": tr("This is on file already.")})

        async def perform(session: AsyncSession) -> None:
            await service.set_language(session, self.backend, view.account, wanted, by=by)

        words = tr(LANGUAGES[wanted])
        return ReadBack(
            rows=[(tr("Language now"), tr(LANGUAGES.get(now, now))), (tr("From now on"), words)],
            button=tr("Write to the member in {language}", language=words),
            note=tr("Language changed to {language}", language=words),
            perform=perform,
        )
