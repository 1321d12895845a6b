"""Acts of the office for a member: a pay link, an arrangement, locks, mail about signing in, codes, the language.

Functions flush; the caller commits. Each is called only by who has claimed the form (`notes.claim`). `by` is a staff
sign-in name. Messages to the member are in the member's language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement import service as arrangements
from backend.arrangement.models import Arrangement
from backend.arrangement.rules import PlanPart
from backend.audit.service import record
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.errors import MemberlineError
from backend.language import format_short_date, tr, use_language
from backend.logins import recovery_mail, signin
from backend.logins.service import login_of_member
from backend.members import codes, rate_limits
from backend.members.codes import CodeRefused, CodeSent
from backend.members.models import Member
from backend.money import format_cents
from backend.office_acts.models import MemberNote
from backend.outbox.service import enqueue
from backend.payments import pay_links

if TYPE_CHECKING:
    from backend.app import Backend

CHANNEL = "office"
Way = Literal["sms", "email"]
MOST_PAY_LINKS = 3
"""The office sends one member so many links to pay in an hour."""


class NotSent(MemberlineError):
    """The phone takes no texts, or there is no address."""

    code = "not_sent"


@dataclass(frozen=True, slots=True)
class Proof:
    """How a clerk knows that it is the member: `kind` is of PROOFS in bot/staff/members, `words` what they wrote."""

    kind: str
    words: str = ""

    def for_audit(self) -> str:
        return f"{self.kind}: {self.words}"[:200] if self.words else self.kind


async def open_conversation(session: AsyncSession, backend: Backend, account: Account, by: str) -> Conversation:
    """What this clerk does for this account, as a conversation: codes, links and plans belong to one.

    Nobody writes in it, and it has no identity: what is in it was done by the clerk named in its id.
    """
    number = hashlib.sha256(account.number.encode()).hexdigest()[:12]
    name, now = f"office-{by}-{number}"[:80], backend.clock.now()
    found = await session.get(Conversation, name)
    member = await session.get_one(Member, account.member_id)
    if found is None:
        found = Conversation(id=name, channel=CHANNEL, started_at=now, last_seen_at=now)
        session.add(found)
    found.account_id, found.member_id, found.last_seen_at = account.id, member.id, now
    found.language = member.language
    await session.flush()
    return found


async def count_pay_links(session: AsyncSession, backend: Backend, member_id: int) -> int:
    """How many links to pay the office sent this member in the last hour; others wait until the commit."""
    await rate_limits.lock_attempts(session, backend, f"pay links of member {member_id}")
    query = select(func.count()).select_from(MemberNote).where(
        MemberNote.member_id == member_id, MemberNote.act == "pay-link",
        MemberNote.at > backend.clock.now() - timedelta(hours=1),
    )  # fmt: skip
    return await session.scalar(query) or 0


async def send_pay_link(
    session: AsyncSession, backend: Backend, account: Account, *, amount_cents: int, pay_on: date, way: Way, by: str,
    key: str,
) -> None:  # fmt: skip
    """Send the link to the phone or email on file. Raises PaymentRefused, NotSent, FiguresUnknown."""
    member = await session.get_one(Member, account.member_id)
    talk = await open_conversation(session, backend, account, by)
    url = await pay_links.create(
        session, backend, talk.id, account_id=account.id, amount_cents=amount_cents, pay_on=pay_on
    )
    with use_language(member.language):
        sent = await enqueue(
            session, backend, kind=way, recipient=(member.phone if way == "sms" else member.email) or "",
            body=format_pay_link(backend, account, amount_cents, pay_on, url),
            subject=tr("Pay your {coop} bill", coop=backend.coop.short_name) if way == "email" else "",
            purpose="link", dedupe_key=f"office-link:{key}",
        )  # fmt: skip
    if sent.status == "refused" or not sent.recipient:
        raise NotSent()
    await _record(
        session, backend, account, by, "pay_link_sent",
        after={"amount_cents": amount_cents, "pay_on": pay_on.isoformat(), "way": way},
    )  # fmt: skip


def format_pay_link(backend: Backend, account: Account, amount_cents: int, pay_on: date, link: str) -> str:
    """The words that the member gets, in the current language."""
    text = tr(
        "{coop}: here you can pay {amount} on acct {account}: {link} The link works once, for 30 minutes.",
        coop=backend.coop.short_name, amount=format_cents(amount_cents), account=account.masked_number, link=link,
    )  # fmt: skip
    if pay_on == backend.today():
        return text
    return f"{text} {tr('It will be paid on {day}.', day=format_short_date(pay_on))}"


async def grant_arrangement(
    session: AsyncSession, backend: Backend, account: Account, parts: Sequence[PlanPart], *, by: str
) -> Arrangement | None:
    """Grant a plan that the rules allow; None when there is one already. The member is told by phone and email.

    The caller has asked `refusal_reasons`.
    """
    member = await session.get_one(Member, account.member_id)
    talk = await open_conversation(session, backend, account, by)
    with use_language(member.language):
        made = await arrangements.grant(session, backend, talk.id, account.id, parts, by_office=True)
    if made is not None:
        await _record(session, backend, account, by, "arrangement_by_office", after={"number": made.number})
    return made


async def unlock(session: AsyncSession, backend: Backend, account: Account, *, proof: Proof, by: str) -> int:
    """Forget the wrong tries at this member, by text, chat, phone and at the account page; returns how many."""
    member = await session.get_one(Member, account.member_id)
    gone = await rate_limits.forget_misses(session, rate_limits.hash_target(backend, account.number_digits))
    login = await login_of_member(session, member.id)
    if login is not None:
        gone += await signin.clear_misses(session, backend, login)
    await _record(session, backend, account, by, "unlocked", after={"tries": gone, "proof": proof.for_audit()})
    return gone


async def send_login_mail(session: AsyncSession, backend: Backend, account: Account, kind: str, *, by: str) -> str:
    """Ask for a password link (`reset`) or the user ID (`user_id`) to the email on file; returns the reference."""
    member = await session.get_one(Member, account.member_id)
    with use_language(member.language):
        reference = await recovery_mail.request_mail_for_member(
            session, backend, kind, member, asked_by=f"office:{by}"[:80], channel=CHANNEL
        )
    await _record(session, backend, account, by, f"{kind}_by_office", after={"reference": reference})
    return reference


async def send_proof_code(
    session: AsyncSession, backend: Backend, account: Account, *, by_email: bool, by: str
) -> CodeSent | CodeRefused:
    """A code to the phone or email on file; the member reads it to the clerk, or the clerk is at their side."""
    member = await session.get_one(Member, account.member_id)
    talk = await open_conversation(session, backend, account, by)
    with use_language(member.language):
        sent = await codes.send(session, backend, talk.id, member, by_email=by_email, asker=CHANNEL)
    if isinstance(sent, CodeSent):
        await _record(session, backend, account, by, "proof_code_sent", after={"way": sent.channel})
    return sent


async def check_proof_code(session: AsyncSession, backend: Backend, account: Account, code: str, *, by: str) -> str:
    """`ok`, or why not, as `codes.verify_code` says."""
    member = await session.get_one(Member, account.member_id)
    talk = await open_conversation(session, backend, account, by)
    result = await codes.verify_code(session, backend, talk.id, member, code)
    if result == "ok":
        await codes.record_verified_contact(session, backend, talk.id, member)
    return result


async def set_language(session: AsyncSession, backend: Backend, account: Account, language: str, *, by: str) -> None:
    member = await session.get_one(Member, account.member_id)
    before, member.language = member.language, language
    await session.flush()
    await _record(
        session, backend, account, by, "language", before={"language": before}, after={"language": language}
    )  # fmt: skip


async def _record(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    by: str,
    act: str,
    *,
    before: dict[str, str | int] | None = None,
    after: dict[str, str | int] | None = None,
) -> None:
    await record(
        session, backend, actor=f"office:{by}"[:80], level=0, channel=CHANNEL, act=act, account_id=account.id,
        before=before, after=after,
    )  # fmt: skip
