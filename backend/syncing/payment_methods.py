"""payment_methods.csv again: new methods, and cards with another expiry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from backend.importing.payment_methods import METHODS
from backend.members.models import Member
from backend.payments.models import PaymentMethod
from backend.syncing.feed import Feed, FeedKind

SHOWN = ("brand", "last4", "exp_month", "exp_year")
COLUMNS = ("member", "token", "kind", *SHOWN)


async def apply(feed: Feed) -> None:
    feed.staging.run("CREATE TABLE known_tokens (member TEXT, token TEXT, PRIMARY KEY (member, token)) WITHOUT ROWID")
    query = f"SELECT {', '.join(COLUMNS)} FROM payment_methods ORDER BY line"  # noqa: S608
    for batch in feed.staging.batches(query):
        await _change_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()
    feed.split("EXISTS (SELECT 1 FROM known_tokens k WHERE k.member = t.member AND k.token = t.token)")
    new = list(feed.staging.rows("SELECT member, brand, last4 FROM payment_methods ORDER BY line"))
    for member, brand, last4 in new:
        feed.outcome.note("added", f"{member} {brand} {last4}")
        feed.act("member_added_to", None, None, {"number": member, "method": f"{brand} {last4}"})
    await feed.kind.table.load(feed.loader)


async def _change_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    numbers = {row["member"] for row in rows}
    query = (
        select(PaymentMethod, Member.number)
        .join(Member, Member.id == PaymentMethod.member_id)
        .where(Member.number.in_(numbers), PaymentMethod.token.in_({row["token"] for row in rows}))
        .order_by(PaymentMethod.active, PaymentMethod.id)  # an active one of the same token comes last and wins
    )
    known = {(number, method.token): method for method, number in await feed.session.execute(query)}
    feed.session.expunge_all()
    feed.staging.insert("known_tokens", list(known))
    for row in rows:
        method = known.get((row["member"], row["token"]))
        if method is None:
            continue
        name = f"{row['member']} {row['brand']} {row['last4']}"
        if not method.active:
            feed.outcome.note("kept", f"{name}: removed by the member")
            continue
        names = [each for each in SHOWN if each in feed.given and row[each] != getattr(method, each)]
        if names:
            feed.update(PaymentMethod, method.id, {each: row[each] for each in names})
            feed.outcome.note("changed", f"{name}: {', '.join(names)}")
            before = {"number": row["member"], **{each: getattr(method, each) for each in names}}
            feed.act("method_changed", None, before, {each: row[each] for each in names})


FEED = FeedKind(METHODS, key="t.member || ' ' || t.token", apply=apply)
