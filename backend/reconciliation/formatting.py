"""The report as a page for a clerk, as a table for a spreadsheet, and as JSON data."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backend.money import format_cents
from backend.payments.counter_totals import CounterTotal, sum_by_kind
from backend.reconciliation.model import DIFFERENCES, Difference, Report, Total, net_cents

if TYPE_CHECKING:
    from backend.app import Backend

COLUMNS = ("day", "account", "kind", "key", "confirmation", "ours", "theirs", "difference")


def format_text(backend: Backend, report: Report, *, masked: bool = False) -> str:
    """Plain text of 100 columns or so. `masked` hides the beginning of account numbers, for mail."""
    count = len(report.differences)
    made = report.made_at.astimezone(backend.coop.zone)
    lines = [
        f"Payments of {report.on:%A, %B} {report.on.day}, {report.on.year}: ours and theirs",
        f"{backend.coop.name}, made on {made:%Y-%m-%d at %H:%M}",
        f"Compared with: {'; '.join(report.sources) or 'nothing'}",
        "",
        f"{count} difference{'' if count == 1 else 's'}." if count else "No difference.",
        *report.notes,
        "",
        *_format_totals(report),
    ]
    lines += _format_refund_ends(report)
    if report.elsewhere.count:
        lines.append(
            f"  Also in their list: {_format_count(report.elsewhere)} made elsewhere, without a number of ours."
        )
    if report.other_days.count:
        lines.append(f"  Also in their list: {_format_count(report.other_days)} of ours of other days.")
    if report.refunds_booked.count:
        sides = [_format_count(each) for each in (report.refunds_booked, report.refunds_at_network)]
        lines.append(f"  Refunds with their fees: {sides[0]} booked here, {sides[1]} made by the payment network.")
    lines += _format_counter(report.counter)
    by_name: dict[str, list[Difference]] = defaultdict(list)
    for difference in report.differences:
        by_name[difference.name].append(difference)
    for name, (meaning, what_to_do) in DIFFERENCES.items():
        if name in by_name:
            lines += ["", f"{name} ({len(by_name[name])}): {meaning}"]
            lines += [_format_difference(each, masked=masked) for each in by_name[name]]
            lines.append(f"  What to do: {what_to_do}")
    if report.theirs is not None and (accounts := report.by_account()):
        lines += ["", "Accounts on which the day's sums differ (ours, theirs, theirs less ours)"]
        lines += [
            f"  {_account(account, masked=masked):18}"
            f"{format_cents(ours):>14}{format_cents(theirs):>14}{format_cents(theirs - ours):>14}"
            for account, (ours, theirs) in accounts.items()
        ]
    return "\n".join(lines) + "\n"


def _format_refund_ends(report: Report) -> list[str]:
    """What stands among the payments and refunds above and is none of a member's or of the network's."""
    lines = []
    if report.refunds_back.count:
        lines.append(f"  Of the payments: {_format_count(report.refunds_back)} are refunds that failed, booked back.")
    if report.refunds_given.count:
        given = _format_count(report.refunds_given)
        lines.append(f"  Of the refunds: {given} were given by the office itself, for refunds that failed.")
    return lines


def _format_totals(report: Report) -> list[str]:
    lines = [f"  {'':10}{'ours':>22}" + (f"{'theirs':>22}" if report.theirs else "")]
    for kind in ("payment", "return", "refund"):
        sides = [report.ours[kind], *([report.theirs[kind]] if report.theirs else [])]
        lines.append(f"  {kind + 's':10}" + "".join(f"{side.count:8,}{format_cents(side.cents):>14}" for side in sides))
    nets = [net_cents(report.ours.values()), *([net_cents(report.theirs.values())] if report.theirs else [])]
    lines.append(f"  {'net':10}" + "".join(f"{'':8}{format_cents(net):>14}" for net in nets))
    fees = sum(total.fee_cents for total in report.ours.values())
    lines.append(f"  {'fees':10}{'':8}{format_cents(fees):>14}")
    return lines


def _format_counter(totals: Sequence[CounterTotal]) -> list[str]:
    """What the office took, by kind and clerk; the last column is what the drawer has to have."""
    if not totals:
        return []
    lines = [
        "",
        "Taken at the counter, booked on this day",
        f"  {'':12} {'clerk':16}{'taken':>22}{'taken off':>20}{'drawer':>14}",
    ]
    for each in totals:
        taken = f"{each.taken:8,}{format_cents(each.taken_cents):>14}"
        off = f"{each.taken_off:6,}{format_cents(-each.taken_off_cents):>14}"
        kind = each.kind.replace("_", " ")
        lines.append(f"  {kind:12} {each.clerk[:15]:16}{taken}{off}{format_cents(each.net_cents):>14}")
    sums = sum_by_kind(totals)
    lines += [f"  {kind.replace('_', ' ') + ' in all':71}{format_cents(cents):>14}" for kind, cents in sums.items()]
    lines.append(f"  {'in all':71}{format_cents(sum(sums.values())):>14}")
    if given := sum(each.given_back for each in totals):
        cents = format_cents(sum(each.given_back_cents for each in totals))
        lines.append(f"  Given back in cash for refunds that failed, and off the drawer above: {given:,} of {cents}.")
    if waiting := sum(each.waiting for each in totals):
        cents = format_cents(sum(each.waiting_cents for each in totals))
        lines.append(f"  Not booked yet, a second person has to approve: {waiting:,} of {cents} in all.")
    return lines


def _format_count(total: Total) -> str:
    return f"{total.count:,} of {format_cents(total.cents)} in all"


def _format_difference(each: Difference, *, masked: bool) -> str:
    sides = [f"ours {_cents(each.ours_cents)}", f"theirs {_cents(each.theirs_cents)}"]
    number = f"{each.kind} {each.confirmation}".strip()
    detail = f"; {each.detail}" if each.detail else ""
    return f"  {_account(each.account, masked=masked):18}{number}: {', '.join(sides)}{detail}  [{each.key}]"


def _account(number: str, *, masked: bool) -> str:
    return f"..{number[-5:]}" if masked and number else number or "(no account)"


def _cents(cents: int | None) -> str:
    return "none" if cents is None else format_cents(cents)


def format_csv(report: Report) -> str:
    """A row for each movement and each entry of theirs. Amounts are dollars, empty where a side has nothing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    compared = {(line.key, line.difference) for line in report.lines}
    extra = [each for each in report.differences if (each.key, each.name) not in compared]
    for line in report.lines:
        amounts = (_dollars(line.ours_cents), _dollars(line.theirs_cents))
        named = (line.account, line.kind, line.key, line.confirmation)
        writer.writerow((report.on.isoformat(), *named, *amounts, line.difference))
    for each in extra:
        amounts = (_dollars(each.ours_cents), _dollars(each.theirs_cents))
        named = (each.account, each.kind, each.key, each.confirmation)
        writer.writerow((report.on.isoformat(), *named, *amounts, each.name))
    return text.getvalue()


def _dollars(cents: int | None) -> str:
    return "" if cents is None else format_cents(cents).replace("$", "").replace(",", "")


def to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON data. Amounts are cents."""
    return {
        "on": report.on,
        "made_at": report.made_at,
        "sources": report.sources,
        "notes": report.notes,
        "ours": {kind: asdict(total) for kind, total in report.ours.items()},
        "theirs": {kind: asdict(total) for kind, total in report.theirs.items()} if report.theirs else None,
        "elsewhere": asdict(report.elsewhere),
        "other_days": asdict(report.other_days),
        "refunds_booked": asdict(report.refunds_booked),
        "refunds_at_network": asdict(report.refunds_at_network),
        "refunds_back": asdict(report.refunds_back),
        "refunds_given": asdict(report.refunds_given),
        "counter": [asdict(each) for each in report.counter],
        "differences": [asdict(each) | {"meaning": DIFFERENCES[each.name][0]} for each in report.differences],
    }
