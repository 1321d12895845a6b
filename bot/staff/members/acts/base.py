"""What all acts share: the form, what is read back, and how the clerk knows that it is the member."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import mark, tr
from backend.members.codes import CodeSent, mask_email
from backend.office_acts.service import Proof
from backend.staff.roles import Role
from bot.dialogue.normalize import redact_office_words

if TYPE_CHECKING:
    from backend.app import Backend
    from bot.staff.members.views import MemberView

Sent = Mapping[str, str]
CODE_BY_TEXT, CODE_BY_EMAIL, OTHER_PROOF = "code-text", "code-email", "other"
CALLBACK, CALLBACK_FORMER = "callback", "callback-former"
PROOFS = {
    "id": mark("Photo ID, seen at the counter"),
    CALLBACK: mark("I called back the phone on file"),
    OTHER_PROOF: mark("Something else"),
}
"""Besides a code, which is the best one."""


class ActRefused(Exception):
    """Nothing was done; the text says why."""


@dataclass(frozen=True)
class ReadBack:
    """What the clerk reads to the member before it is done.

    `rows` are (label, value). `message` is what the member will get, word for word. `note` is kept on the member.
    `code_by`: a code of this way has to be given first. `refusals`: why it cannot be done; then there is no button.
    """

    rows: Sequence[tuple[str, str]]
    button: str
    note: str
    perform: Callable[[AsyncSession], Awaitable[None]]
    message: str = ""
    warnings: Sequence[str] = ()
    code_by: str = ""
    refusals: Sequence[str] = ()


@dataclass(frozen=True)
class FormErrors:
    """By the name of the field, in the order of the page."""

    errors: Mapping[str, str] = field(default_factory=dict)


class Act:
    """One act. `template` is its form; `fields` are what the form posts, each kept when it comes back."""

    name: str
    title: str
    template: str
    fields: tuple[str, ...] = ()
    role = Role.AGENT

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    async def load_form(self, _session: AsyncSession, _view: MemberView) -> dict[str, Any]:
        """What the form shows. A `refusal` stands in place of the form; `defaults` are the fields' first values."""
        return {}

    async def read_back(
        self, session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        """What would be done with these fields, or what is wrong with them. Changes nothing."""
        raise NotImplementedError


PROOF_FIELDS = ("proof", "proof_words")


def list_proofs(view: MemberView) -> list[tuple[str, str]]:
    """(name, words) of the ways to show who it is, the best first."""
    member, found = view.member, []
    if member.phone and not view.texts_stopped and not is_new(view, "phone"):
        found.append((CODE_BY_TEXT, tr("A code by text to the phone ending {last4}", last4=member.phone_last4)))
    if member.email and not is_new(view, "email"):
        found.append((CODE_BY_EMAIL, tr("A code by email to {email}", email=mask_email(member.email))))
    proofs = {name: tr(words) for name, words in PROOFS.items()}
    if is_new(view, "phone"):
        proofs.pop(CALLBACK)
        if view.former_phone:
            words = tr("I called back the phone that was on file before, ending {last4}", last4=view.former_phone[-4:])
            found.append((CALLBACK_FORMER, words))
    return [*found, *proofs.items()]


def is_new(view: MemberView, way: str) -> bool:
    """Whether the phone or email is too new to prove anything."""
    return way in view.new_contacts


def list_told(view: MemberView) -> list[str]:
    """`the phone ending 0142`, `the email r***@example.com`: where notices to the member go."""
    member = view.member
    found = [CodeSent("text", member.phone_last4).masked] if member.phone else []
    return found + ([CodeSent("email", mask_email(member.email)).masked] if member.email else [])


def read_proof(view: MemberView, sent: Sent) -> Proof | FormErrors:
    kind, words = sent["proof"], redact_office_words(sent["proof_words"].strip()[:150])
    if kind == CALLBACK and is_new(view, "phone"):
        return FormErrors({"proof": tr("The phone on file is less than a day old: a call to it proves nothing yet.")})
    if kind not in dict(list_proofs(view)):
        return FormErrors({"proof": tr("Choose how you know that it is the member.")})
    if kind == OTHER_PROOF and len(words) < 3:
        return FormErrors({"proof_words": tr("Write what you saw or heard.")})
    return Proof(kind, words)


def format_proof(view: MemberView, proof: Proof) -> str:
    words = dict(list_proofs(view))[proof.kind]
    return f"{words}: {proof.words}" if proof.words else words


def code_way(proof: Proof) -> str:
    """`text` or `email` where a code is the proof, else empty."""
    return {CODE_BY_TEXT: "text", CODE_BY_EMAIL: "email"}.get(proof.kind, "")
