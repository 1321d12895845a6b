"""A member's own data, as the member may have it: no secrets, hashes or tokens, and nothing of another member."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.transcript import read_transcript
from backend.billing.models import Account
from backend.conversations.models import Conversation, InboundMessage
from backend.members.models import Member
from backend.members.service import find_account
from backend.models import list_models
from backend.payments.models import PaymentMethod
from backend.privacy.belongings import Belongings, collect_belongings, messages_to
from backend.privacy.decisions import DECISIONS

if TYPE_CHECKING:
    from backend.app import Backend

WHOLE_CONVERSATION = 1_000_000  # lines
REFERENCE_SUFFIX = "_ref"  # of keyed hashes in audit rows
TOLD_IN_CONVERSATIONS = ("InboundMessage", "OfficeMessage")
"""Tables whose words are exported as the lines of a conversation."""

Row = dict[str, Any]


async def export_member(session: AsyncSession, backend: Backend, number: str) -> dict[str, Any]:
    """Everything of the member `99999` by section, amounts in cents, times in UTC. Raises NoSuchMember.

    The number of an account of the member, `99999-001`, will do: the export is of the whole member.
    """
    if account := await find_account(session, number):
        number = (await session.get_one(Member, account.member_id)).number
    belongings = await collect_belongings(session, backend, number)
    sections: dict[str, list[Row]] = {}
    models = {model.__name__: model for model in list_models()}
    methods = await _method_labels(session, belongings)
    for name, decision in DECISIONS.items():
        if not decision.export or name in TOLD_IN_CONVERSATIONS:
            continue
        model = models[name]
        query = select(model).where(owned_by(belongings, model)).order_by(*model.__table__.primary_key)
        sections[_section(model)] = [
            _describe(belongings, methods, row, decision.export) for row in await session.scalars(query)
        ]
    sections["conversation_lines"] = await _conversation_lines(session, belongings)
    return {
        "coop": backend.coop.name,
        "member": belongings.member.number,
        "exported_at": backend.clock.now(),
        "zone": str(backend.coop.zone),
        "left_out": _explain_left_out(belongings),
        "sections": sections,
    }


def owned_by(belongings: Belongings, model: Any) -> ColumnElement[bool]:
    """The condition for the rows of a table that are this member's, by the table's decision."""
    decision = DECISIONS[model.__name__]
    found: dict[str, Callable[[], ColumnElement[bool]]] = {
        "member": lambda: (model.id if model is Member else model.member_id) == belongings.member.id,
        "account": lambda: (model.id if model is Account else model.account_id).in_(belongings.account_ids),
        "conversation": lambda: _in_conversations(belongings, model),
        "login": lambda: model.login_id == (belongings.login_id or 0),
        "recipient": lambda: (
            messages_to(belongings)
            if hasattr(model, "recipient")
            else model.phone.in_([address.value for address in belongings.addresses if not address.until])
        ),
    }
    return found[decision.owner]() if decision.owner in found else false()


def _in_conversations(belongings: Belongings, model: Any) -> ColumnElement[bool]:
    if model is Conversation:
        return model.id.in_(belongings.conversations)
    if hasattr(model, "inbound_id"):
        mine = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(belongings.conversations))
        return model.inbound_id.in_(mine)
    return model.conversation_id.in_(belongings.conversations)


def _section(model: Any) -> str:
    return str(model.shown_as or model.__tablename__)


async def _method_labels(session: AsyncSession, belongings: Belongings) -> dict[int, str]:
    query = select(PaymentMethod).where(PaymentMethod.member_id == belongings.member.id)
    return {method.id: method.label for method in await session.scalars(query)}


def _describe(belongings: Belongings, methods: dict[int, str], row: Any, names: tuple[str, ...]) -> Row:
    """The row's columns, with its account and method by name, and without what another person wrote or owns."""
    numbers = {account.id: account.number for account in belongings.accounts}
    told: Row = {}
    if getattr(row, "account_id", None) in numbers:
        told["account"] = numbers[row.account_id]
    told |= {name: getattr(row, name) for name in names}
    if hasattr(row, "method_id"):
        told["method"] = methods.get(row.method_id, "")
    own = {address.value for address in belongings.addresses}
    for name in ("sender", "phone"):
        if name in told and told[name] not in own and not isinstance(row, Member):
            told[name] = None
    if "details" in told:
        told |= _own_words(belongings, row)
    for name in ("before", "after"):
        if isinstance(told.get(name), dict):
            told[name] = {key: value for key, value in told[name].items() if not key.endswith(REFERENCE_SUFFIX)}
    return told


def _own_words(belongings: Belongings, ticket: Any) -> Row:
    """What the member said of a ticket; what a neighbor, the office or the crew said of it is theirs."""
    if ticket.conversation_id not in belongings.conversations:
        return {"details": {}, "notes": [], "place": None}
    mine = [note for note in ticket.notes if note.get("conversation") in belongings.conversations]
    return {"notes": [{"at": note.get("at"), "words": note.get("words")} for note in mine if "crew" not in note]}


async def _conversation_lines(session: AsyncSession, belongings: Belongings) -> list[Row]:
    """The words of each conversation as they are stored: without what was redacted; codes and last fours masked."""
    lines: list[Row] = []
    for count, conversation in enumerate(belongings.conversations, 1):
        for line in await read_transcript(session, conversation, WHOLE_CONVERSATION):
            who = line.who if line.who in ("member", "assistant") else "office"
            lines.append({"conversation": count, "at": line.at, "who": who, "text": line.text})
    return lines


def _explain_left_out(belongings: Belongings) -> list[str]:
    explained = [
        "Passwords, codes, links, tokens and hashes are left out, and so is what the crew and the office wrote.",
        "Card and bank numbers were never stored: a method has its kind and its last four digits.",
    ]
    if belongings.shared:
        named = ", ".join(belongings.shared)
        explained.append(f"Messages to {named} are left out: another member has the same phone or email on file.")
    if belongings.mixed:
        count = len(belongings.mixed)
        explained.append(
            f"{count} conversation{'s' if count > 1 else ''} left out: another member's account was talked about too. "
            "The office can look through them by hand."
        )
    return explained


def local_text(value: Any, zone: Any) -> Any:
    """A time in the co-op's zone, as people read it; anything else as it is."""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z") if isinstance(value, datetime) else value
