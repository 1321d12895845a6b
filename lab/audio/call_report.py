"""Reports whole calls: verdicts by wish and manner, seconds of talk, our share of a turn, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

from lab.audio.calls import PlayedCall
from lab.audio.judging import CLEAN, FAILED, VERDICTS

PAYMENTS = ("pay what is due", "pay another amount")


def build_result(calls: Sequence[PlayedCall], seed: int) -> dict[str, Any]:
    shares = [turn.share * 1000 for call in calls if call.caller for turn in call.caller.turns]
    return {
        "seed": seed,
        "calls": len(calls),
        "verdicts": _count(calls),
        "by_manner": {name: _count(some) for name, some in _group(calls, by_wish=False).items()},
        "by_wish": {name: _count(some) for name, some in _group(calls, by_wish=True).items()},
        "payment_seconds": {
            "keys": _typical_seconds(calls, by_voice=False),
            "voice": _typical_seconds(calls, by_voice=True),
        },
        "share_ms": {"p50": round(median(shares)), "p95": round(quantiles(shares, n=20)[-1])}
        if len(shares) > 1
        else {},
        "rows": [_build_row(call) for call in calls],
    }


def _count(calls: Sequence[PlayedCall]) -> dict[str, int]:
    counts = Counter(call.verdict for call in calls)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _group(calls: Sequence[PlayedCall], *, by_wish: bool) -> dict[str, list[PlayedCall]]:
    groups: dict[str, list[PlayedCall]] = {}
    for call in calls:
        name = call.plan.wish.name if by_wish else "voice" if call.plan.by_voice else "keys"
        groups.setdefault(name, []).append(call)
    return groups


def _typical_seconds(calls: Sequence[PlayedCall], *, by_voice: bool) -> int | None:
    """The median length of a payment from a phone on file that was not failed."""
    found = [
        call.seconds
        for call in calls
        if call.plan.wish.name in PAYMENTS
        and call.plan.by_voice is by_voice
        and call.plan.own_phone
        and call.verdict != FAILED
    ]
    return round(median(found)) if found else None


def _build_row(call: PlayedCall) -> dict[str, Any]:
    return {
        "index": call.plan.index,
        "about": call.plan.about,
        "verdict": call.verdict,
        "reasons": call.reasons,
        "seconds": round(call.seconds),
        "turns": len(call.caller.turns) if call.caller else 0,
        "transcript": call.transcript,
    }


def format_result(result: dict[str, Any]) -> str:
    """The tables, then each call that is not clean: the failed ones with their whole transcript."""
    lines = [f"{'':<22}" + "".join(f"{verdict:>10}" for verdict in VERDICTS)]
    tables = {**result["by_wish"], **result["by_manner"], "all": result["verdicts"]}
    lines += [
        f"{name:<22}" + "".join(f"{counts[verdict]:>10}" for verdict in VERDICTS) for name, counts in tables.items()
    ]
    seconds, share = result["payment_seconds"], result["share_ms"]
    lines.append(
        f"\na payment from a phone on file: {seconds['keys']} s of talk by keys, {seconds['voice']} s by voice"
    )
    if share:
        lines.append(f"our share of a turn: p50 {share['p50']} ms, p95 {share['p95']} ms")
    for row in result["rows"]:
        if row["verdict"] == CLEAN:
            continue
        heading = f"{row['verdict'].upper()} {row['index']}: {row['about']}: {'; '.join(row['reasons'])}"
        lines += ["", heading]
        if row["verdict"] == FAILED:
            lines += [f"    {line}" for line in row["transcript"].splitlines()]
    return "\n".join(lines)
