"""A member with something in every kind of table, each text carrying a mark, and every secret the word SECRET."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.alerts.models import AlertSent, AlertSetting
from backend.app import Backend
from backend.audit import service as audit
from backend.billing.models import Account, OutsideEntry
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.consents.models import Consent
from backend.conversations.models import ActionResult, Conversation, InboundMessage, PushEvent
from backend.db import Database
from backend.logins.models import CreationCode, CreationLink, HolderProof, Login, PortalSession, ResetToken
from backend.members.models import IdentityMiss, Member, OneTimeCode
from backend.outbox.models import OutboxMessage
from backend.payments.models import PayLink, Payment, PaymentMethod, Quote
from backend.tickets.models import Ticket

TRACKER_TABLES = (
    "CREATE TABLE tracker_events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, "
    "type_name VARCHAR(255) NOT NULL, timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), "
    "data TEXT NOT NULL)",
    "CREATE TABLE tracker_snapshots (sender_id VARCHAR(255) PRIMARY KEY, upto INTEGER NOT NULL, state TEXT NOT NULL)",
    "CREATE TABLE tracker_answers (id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, "
    "message_id VARCHAR(255) NOT NULL, said TEXT NOT NULL)",
)


async def plant(backend: Backend, number: str, mark: str, phone: str) -> str:
    """Add the member, closed and owing nothing; returns the id of the conversation."""
    async with backend.db.transaction() as session:
        member = Member(
            number=number, name=f"Name {mark}", phone=phone, email=f"{mark}@example.com".lower(),
            mailing_address=f"1 {mark} Road",
        )  # fmt: skip
        session.add(member)
        await session.flush()
        account = Account(
            member_id=member.id, separator="001", number=f"{number}-001", number_digits=f"{number}001",
            service_address=f"2 {mark} Road", status="closed",
        )  # fmt: skip
        session.add(account)
        await session.flush()
        talk = await _plant_conversation(session, backend, member, account, mark)
        await _plant_login(session, backend, member, account, mark)
        await _plant_money(session, backend, member, account, mark)
        for act in ("identified", "payment_confirmed"):
            await audit.record(
                session, backend, actor=talk, level=2, channel="sms", act=act, account_id=account.id,
                after={"mark": mark},
            )  # fmt: skip
    return talk


async def _plant_conversation(
    session: AsyncSession, backend: Backend, member: Member, account: Account, mark: str
) -> str:
    now = backend.clock.now()
    talk = Conversation(
        id=f"sms-{member.number}", channel="sms", address=member.phone, source="SECRET-source",
        browser="SECRET-browser", level=2, account_id=account.id, member_id=member.id, started_at=now, last_seen_at=now,
    )  # fmt: skip
    session.add(talk)
    await session.flush()
    inbound = InboundMessage(
        channel="sms", provider_id=f"SM{member.number}", conversation_id=talk.id, text=f"hello {mark}",
        status="answered", reply={"messages": [{"text": f"welcome {mark}"}]}, received_at=now, answered_at=now,
    )  # fmt: skip
    ticket = Ticket(
        number=f"T{member.number}", kind="light", status="closed", account_id=account.id, conversation_id=talk.id,
        place=f"3 {mark} Road", phone=member.phone, details={"words": mark}, created_at=now, closed_at=now,
        notes=[{"at": "", "conversation": talk.id, "words": f"note {mark}"}, {"crew": "SECRET-crew", "words": "x"}],
    )  # fmt: skip
    session.add_all(
        [
            inbound,
            ticket,
            OfficeMessage(conversation_id=talk.id, author="SECRET-ann", text=f"office {mark}", at=now),
            AgentHandoff(
                conversation_id=talk.id, account_id=account.id, status="closed", summary={"lines": [mark]},
                created_at=now, closed_at=now,
            ),
            PushEvent(conversation_id=talk.id, data={"text": mark}, at=now),
            OneTimeCode(
                conversation_id=talk.id, member_id=member.id, code_hash="SECRET-code", sent_at=now, expires_at=now
            ),
            IdentityMiss(at=now, kind="identity", source="SECRET-source", target="SECRET", conversation_id=talk.id),
            *(_message(backend, member, purpose, mark) for purpose in ("receipt", "code")),
        ]
    )  # fmt: skip
    await session.flush()
    session.add(ActionResult(inbound_id=inbound.id, step="1", result={"text": mark}))
    callout = Callout(ticket_id=ticket.id, status="over", created_at=now)
    told = _message(backend, member, "callout", mark)
    session.add_all([callout, told])
    await session.flush()
    session.add_all(
        [
            CalloutCode(callout_id=callout.id, name="SECRET-crew"),
            CalloutNotice(
                callout_id=callout.id, name="SECRET-crew", way="text", what="call", outbox_id=told.id, at=now
            ),
        ]
    )
    await session.flush()
    return talk.id


def _message(backend: Backend, member: Member, purpose: str, mark: str) -> OutboxMessage:
    now, crew = backend.clock.now(), purpose == "callout"
    return OutboxMessage(
        dedupe_key=f"{purpose}:{member.number}", kind="sms", recipient="+18155550107" if crew else member.phone,
        subject="", body=f"{purpose} {mark}", purpose=purpose, status="delivered", created_at=now, updated_at=now,
    )  # fmt: skip


async def _plant_login(session: AsyncSession, backend: Backend, member: Member, account: Account, mark: str) -> None:
    now = backend.clock.now()
    login = Login(
        member_id=member.id, user_id=f"user-{mark}", user_key=f"user-{mark}".lower(), password_hash="SECRET-password",
        created_at=now, password_set_at=now,
    )  # fmt: skip
    link = CreationLink(
        token_hash=f"SECRET-link-{mark}", asked_by="SECRET-asker", account_id=account.id, created_at=now, expires_at=now
    )
    session.add_all([login, link, HolderProof(member_id=member.id, digits_hash=f"SECRET-holder-{mark}")])
    await session.flush()
    session.add_all(
        [
            PortalSession(token_hash=f"SECRET-session-{mark}", login_id=login.id, started_at=now, seen_at=now),
            ResetToken(token_hash=f"SECRET-reset-{mark}", login_id=login.id, created_at=now, expires_at=now),
            CreationCode(
                link_id=link.id, member_id=member.id, kind="file", sent_by="text", sent_to=member.phone,
                code_hash="SECRET-creation", sent_at=now, expires_at=now,
            ),
        ]
    )  # fmt: skip


async def _plant_money(session: AsyncSession, backend: Backend, member: Member, account: Account, mark: str) -> None:
    now = backend.clock.now()
    method = PaymentMethod(member_id=member.id, token=f"SECRET-token-{mark}", kind="card", brand="Visa", last4="4242")
    session.add(method)
    await session.flush()
    terms = {"account_id": account.id, "amount_cents": 5000}
    quote = Quote(
        key=f"key-{mark}", conversation_id=f"sms-{member.number}", method_id=method.id, fee_cents=0, pay_now=True,
        pay_on=backend.today(), level=2, due_cents=0, created_at=now, expires_at=now, **terms,
    )  # fmt: skip
    session.add(quote)
    await session.flush()
    session.add_all(
        [
            PayLink(
                token_hash=f"SECRET-pay-{mark}", conversation_id=f"sms-{member.number}", quote_id=quote.id,
                pay_on=backend.today(), pay_now=True, created_at=now, expires_at=now, **terms,
            ),
            Payment(
                key=f"key-{mark}", confirmation=f"P{member.number}", method_id=method.id, fee_cents=0, status="posted",
                channel="sms", created_at=now, updated_at=now, posted_on=backend.today(), provider_ref="SECRET-ref",
                **terms,
            ),
            OutsideEntry(
                number=f"R-{member.number}", kind="payment", posted_on=backend.today(), source="mail",
                reference=f"check {mark}", created_at=now, received_at=now, **terms,
            ),
            Consent(
                account_id=account.id, kind="payment", wording=f"Pay $50.00 {mark}?", reply="yes", channel="sms",
                reference=f"P{member.number}", at=now, ends_on=backend.today(), sender=member.phone,
                conversation_id=f"sms-{member.number}", level=2,
            ),
            AlertSetting(account_id=account.id, kind="payment_posted", by_text=True, since=now),
            AlertSent(account_id=account.id, kind="payment_posted", event="1", at=now),
        ]
    )  # fmt: skip


async def plant_tracker(url: str, senders: dict[str, list[float]], upto: dict[str, int] | None = None) -> Database:
    """The engine's tables with an event per time (seconds since 1970) of each sender, and snapshots up to these ids."""
    database = Database(url)
    async with database.transaction() as session:
        for statement in TRACKER_TABLES:
            await session.execute(sa.text(statement))
        count = 0
        for sender, times in senders.items():
            for at in times:
                count += 1
                await session.execute(
                    sa.text(
                        "INSERT INTO tracker_events (id, sender_id, type_name, timestamp, data) "
                        "VALUES (:id, :sender, 'user', :at, '{}')"
                    ),
                    {"id": count, "sender": sender, "at": at},
                )
            await session.execute(
                sa.text("INSERT INTO tracker_answers (id, sender_id, message_id, said) VALUES (:id, :sender, 'm', '')"),
                {"id": count, "sender": sender},
            )
        for sender, last in (upto or {}).items():
            await session.execute(
                sa.text("INSERT INTO tracker_snapshots (sender_id, upto, state) VALUES (:sender, :upto, '[]')"),
                {"sender": sender, "upto": last},
            )
    return database


async def tracker_ids(database: Database) -> list[int]:
    async with database.read_session() as session:
        return list(await session.scalars(sa.text("SELECT id FROM tracker_events ORDER BY id")))


def later(backend: Backend, days: int) -> None:
    """Move the tests' clock on."""
    backend.clock.advance(days=days)  # type: ignore[attr-defined]
