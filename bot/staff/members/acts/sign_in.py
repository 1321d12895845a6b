"""Unlocks a member after wrong tries, and sends mail about signing in to the email on file."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import mark, tr
from backend.logins import recovery_mail
from backend.members.codes import mask_email
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
    read_proof,
)
from bot.staff.members.views import MemberView
from bot.staff.views import format_local_time


class UnlockAct(Act):
    name, title, template = "unlock", mark("Unlock"), "members/acts/unlock.html"
    fields = PROOF_FIELDS

    async def load_form(self, _session: AsyncSession, view: MemberView) -> dict[str, Any]:
        locked = view.locked_until or view.slowed
        return {
            "refusal": "" if locked else tr("Nothing is locked."),
            "proofs": list_proofs(view),
            "defaults": {"proof": list_proofs(view)[0][0], "proof_words": ""},
        }

    async def read_back(
        self, _session: AsyncSession, view: MemberView, sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        proof = read_proof(view, sent)
        if isinstance(proof, FormErrors):
            return proof

        async def perform(session: AsyncSession) -> None:
            await service.unlock(session, self.backend, view.account, proof=proof, by=by)

        what = [tr("text, chat and phone")] * bool(view.locked_until) + [tr("the account page")] * view.slowed
        return ReadBack(
            rows=[(tr("Unlocks"), ", ".join(what)), (tr("How you know"), format_proof(view, proof))],
            button=tr("Unlock now"),
            note=tr("Unlocked after wrong tries. {proof}", proof=format_proof(view, proof)),
            warnings=[tr("The wrong tries are forgotten: whoever made them could try again.")],
            code_by=code_way(proof),
            perform=perform,
        )


class LoginMailAct(Act):
    template = "members/acts/login_mail.html"
    kind: ClassVar[str]
    button: ClassVar[str]
    about: ClassVar[str]

    async def load_form(self, session: AsyncSession, view: MemberView) -> dict[str, Any]:
        refusal = await self._word_wait(session, view)
        if not view.member.email:
            refusal = tr("There is no email on file. Put one on file first.")
        elif not view.member.can_receive_login_mail(self.backend.clock.now()):
            refusal = tr("The email on file is less than a day old and not proven: no such mail goes there yet.")
        return {"refusal": refusal, "email": mask_email(view.member.email or ""), "about": tr(self.about)}

    async def read_back(
        self, session: AsyncSession, view: MemberView, _sent: Sent, *, by: str, key: str
    ) -> ReadBack | FormErrors:
        if refusal := (await self.load_form(session, view))["refusal"]:
            return FormErrors({"form": refusal})

        async def perform(session: AsyncSession) -> None:
            if refusal := await self._word_wait(session, view):
                raise ActRefused(refusal)
            await service.send_login_mail(session, self.backend, view.account, self.kind, by=by)

        email = mask_email(view.member.email or "")
        return ReadBack(
            rows=[(tr("What"), tr(self.about)), (tr("Goes to"), email)],
            button=tr(self.button),
            note=tr("{what} Sent to {email}.", what=tr(self.about), email=email),
            warnings=[tr("At most three in half an hour are sent.")],
            perform=perform,
        )

    async def _word_wait(self, session: AsyncSession, view: MemberView) -> str:
        """Why none is sent now, in words; empty when it is."""
        next_at = await recovery_mail.find_wait(session, self.backend, self.kind, view.member.id)
        if next_at is None:
            return ""
        return tr(
            "Nothing was sent: three of these were asked for in the last half hour, which is the most. The next one "
            "can go at {when}. Did the member look in the folder for unwanted mail?",
            when=format_local_time(self.backend, next_at),
        )


class ResetAct(LoginMailAct):
    name, title, kind = "reset", mark("Send a password link"), recovery_mail.RESET
    button = mark("Send the password link")
    about = mark("A link to set a new password. It works once, for 30 minutes.")


class UserIdAct(LoginMailAct):
    name, title, kind = "user-id", mark("Send the user ID"), recovery_mail.USER_ID
    button = mark("Send the user ID")
    about = mark("The user ID of the account page.")
