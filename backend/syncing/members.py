"""members.csv again: new members, and what changed of those that are there.

Phone, email, mailing address and language may be changed by the member as well as by the co-op. What was in the last
file tells who did it (a three-way merge): only the co-op, then the file is taken; only the member, then theirs is kept;
both, then theirs is kept and the row is named until the two agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.contact.service import ContactField, notify_changed_by_office, refer_to
from backend.importing import existing_rows
from backend.importing.members import MEMBERS
from backend.logins.models import HolderProof
from backend.logins.service import hash_holder_digits, hash_holder_digits_before
from backend.members.models import Member
from backend.syncing.feed import Feed, FeedKind
from backend.syncing.models import SyncRow

if TYPE_CHECKING:
    from backend.app import Backend

CONTACTS = ("phone", "email", "mailing_address", "language")
"""What both sides may change, in the order of SyncRow.contacts."""
CONTACT_DIGEST_BYTES = 8
PARTED = ":"
COLUMNS = ("line", "number", "name", "kind", *CONTACTS, "holder_digits")
NOTICE_NAMES: dict[str, ContactField] = {"phone": "phone", "email": "email", "mailing_address": "address"}


@dataclass
class KnownMembers:
    """What the database has on a batch of members."""

    members: dict[str, Member]
    first_accounts: dict[int, int]
    proofs: dict[int, str]
    last_files: dict[str, str | None]
    changed_address: set[int]


@dataclass
class MemberChange:
    """`values` are columns of the member; `conflicts` are fields that both sides changed."""

    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def set(self, name: str, old: Any, new: Any) -> None:
        self.values[name] = new
        self.before[name], self.after[name] = old, new

    def list_acts(self, backend: Backend) -> tuple[dict[str, Any], dict[str, Any]]:
        """Before and after for the audit trail, which names a contact detail by a keyed hash alone: it is never
        changed, and contact details must be erasable."""
        before, after = dict(self.before), dict(self.after)
        for name, what in NOTICE_NAMES.items():
            for side in (before, after):
                if name in side:
                    side |= refer_to(backend, what, side.pop(name) or "")
        return before, after


async def apply(feed: Feed) -> None:
    feed.split("EXISTS (SELECT 1 FROM member_ids i WHERE i.number = t.number AND i.id IS NOT NULL)")
    await existing_rows.reject_taken_user_ids(feed.session, feed.staging, feed.report)
    feed.report.raise_if_any()
    feed.outcome.note_all("added", (number for (number,) in feed.staging.rows("SELECT number FROM members")))
    for batch in feed.staging.batches(f"SELECT {', '.join(CONTACTS)}, line FROM members ORDER BY line"):  # noqa: S608
        _keep_contacts(
            feed, [(line, _digests(feed, dict(zip(CONTACTS, values, strict=True)))) for *values, line in batch]
        )
    await feed.kind.table.load(feed.loader)
    for (number,) in feed.staging.rows("SELECT number FROM members ORDER BY line"):
        feed.act("member_added", None, None, {"number": number})
    query = f"SELECT {', '.join(COLUMNS)} FROM old_members ORDER BY line"  # noqa: S608
    for batch in feed.staging.batches(query):
        await _change_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()


async def _change_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    known = await _load(feed, [row["number"] for row in rows])
    digests = []
    proofs = {}
    for row in rows:
        member = known.members[row["number"]]
        theirs, base = _digests(feed, row), known.last_files.get(member.number)
        change = _compare(feed, row, member, base.split(PARTED) if base else None, member.id in known.changed_address)
        if row["holder_digits"]:
            hashed = hash_holder_digits(feed.backend, member.number, row["holder_digits"])
            stored = known.proofs.get(member.id)
            if stored != hashed:
                proofs[member.id] = hashed
            if stored is not None and stored == _hash_before(feed, row):
                feed.outcome.note("stored_anew", f"{member.number} {member.name}")
            elif stored != hashed:
                change.before["holder_digits"], change.after["holder_digits"] = "(not shown)", "(changed)"
        await _write(feed, member, change, known.first_accounts.get(member.id))
        if change.conflicts:  # looked at again next time, against what the file lines before
            digests.append((row["line"], base or theirs))
            feed.staging.run("UPDATE row_keys SET digest = x'' WHERE line = ?", row["line"])
        else:
            digests.append((row["line"], theirs))
    _keep_contacts(feed, digests)
    await _save_proofs(feed, proofs)


def _hash_before(feed: Feed, row: dict[str, Any]) -> str | None:
    """While SECRET_KEY is being changed: the hash of the row's digits under the key before."""
    return hash_holder_digits_before(feed.backend, row["number"], row["holder_digits"])


async def _write(feed: Feed, member: Member, change: MemberChange, account_id: int | None) -> None:
    name = f"{member.number} {member.name}"
    for sort, fields in (("conflict", change.conflicts), ("kept", change.kept)):
        if fields:
            feed.outcome.note(sort, f"{name}: {', '.join(fields)}")
    if not change.after:
        return
    feed.outcome.note("changed", f"{name}: {', '.join(change.after)}")
    before, after = change.list_acts(feed.backend)
    feed.act("member_changed", account_id, {"number": member.number, **before}, after)
    for way in ("phone", "email"):
        if way in change.values:  # a new phone or email proves nothing for a day (Member.is_established)
            change.values |= member.contact_values(way, change.values[way], feed.now)
    if change.values:
        feed.update(Member, member.id, change.values)
    for what, name_there in NOTICE_NAMES.items():
        if what in change.values:
            await notify_changed_by_office(
                feed.session, feed.backend, member, name_there, change.values[what] or "", f"{feed.now:%y%m%d%H%M%S}"
            )


def _compare(feed: Feed, row: dict[str, Any], member: Member, base: list[str] | None, moved: bool) -> MemberChange:
    change = MemberChange()
    for name in ("name", "kind"):
        if name in feed.given and row[name] != getattr(member, name):
            change.set(name, getattr(member, name), row[name])
    for place, name in enumerate(CONTACTS):
        old, new = getattr(member, name), row[name]
        if name not in feed.given or _same(name, old, new):
            continue
        if base:
            by_coop = not _is_as_filed(feed, name, new, base[place])
            by_member = not _is_as_filed(feed, name, old, base[place])
        else:
            by_member = _changed_here(member, name, moved)
            by_coop = not by_member
        if by_coop and (not by_member or feed.file_wins):
            change.set(name, old, new)
        else:
            (change.conflicts if by_coop else change.kept).append(name)
    return change


def _same(name: str, old: str | None, new: str | None) -> bool:
    if name == "email":  # in another case it is the same mailbox
        return (old or "").casefold() == (new or "").casefold()
    return (old or "") == (new or "")


def _changed_here(member: Member, name: str, moved: bool) -> bool:
    """Where no earlier file tells: whether the member has changed it through memberline."""
    if name == "phone":
        return member.phone_changed_at is not None
    if name == "email":
        return member.email_changed_at is not None
    return moved if name == "mailing_address" else True


def _digests(feed: Feed, row: dict[str, Any]) -> str:
    return PARTED.join(_digest(feed, name, row[name]) for name in CONTACTS)


def _is_as_filed(feed: Feed, name: str, value: str | None, filed: str) -> bool:
    """Whether the last file had this value. Its digest may be of before SECRET_KEY was changed."""
    before = feed.backend.settings.previous_derived_key("sync")
    return filed == _digest(feed, name, value) or (before is not None and filed == _digest(feed, name, value, before))


def _digest(feed: Feed, name: str, value: str | None, secret: str | None = None) -> str:
    key = (secret or feed.backend.settings.derived_key("sync")).encode()
    text = f"{name}={(value or '').casefold()}"
    return hashlib.blake2b(text.encode(), digest_size=CONTACT_DIGEST_BYTES, key=key).hexdigest()


def _keep_contacts(feed: Feed, digests: Sequence[tuple[int, str]]) -> None:
    for line, text in digests:
        feed.staging.run("UPDATE row_keys SET contacts = ? WHERE line = ?", text, line)


async def _load(feed: Feed, numbers: Sequence[str]) -> KnownMembers:
    session = feed.session
    query = select(Member).where(Member.number.in_(numbers)).with_for_update(key_share=True)
    members = {member.number: member for member in await session.scalars(query)}
    session.expunge_all()  # plain values: what is written goes by id
    ids = [member.id for member in members.values()]
    accounts = select(Account.member_id, func.min(Account.id)).where(Account.member_id.in_(ids))
    proofs = select(HolderProof.member_id, HolderProof.digits_hash).where(HolderProof.member_id.in_(ids))
    files = select(SyncRow.key, SyncRow.contacts).where(SyncRow.kind == "members", SyncRow.key.in_(numbers))
    moved = (
        select(Account.member_id)
        .join(AuditRow, AuditRow.account_id == Account.id)
        .where(Account.member_id.in_(ids), AuditRow.act == "contact_address")
    )
    return KnownMembers(
        members=members,
        first_accounts=dict(_pairs(await session.execute(accounts.group_by(Account.member_id)))),
        proofs=dict(_pairs(await session.execute(proofs))),
        last_files=dict(_pairs(await session.execute(files))),
        changed_address=set(await session.scalars(moved)),
    )


def _pairs(result: Any) -> list[tuple[Any, Any]]:
    return [(first, second) for first, second in result]


async def _save_proofs(feed: Feed, proofs: dict[int, str]) -> None:
    if not proofs:
        return
    insert: Any = sqlite_insert if feed.backend.db.sqlite else postgresql_insert
    statement = insert(HolderProof)
    statement = statement.on_conflict_do_update(
        index_elements=[HolderProof.member_id], set_={"digits_hash": statement.excluded.digits_hash}
    )
    await feed.session.execute(statement, [{"member_id": id_, "digits_hash": text} for id_, text in proofs.items()])


FEED = FeedKind(MEMBERS, key="t.number", apply=apply)
