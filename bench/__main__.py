"""`python -m bench [--quick] [--check]`: measure memberline and stock Rasa side by side on this machine."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench import stock_project, understanding
from bench.environment import BenchError, prepare_stock_model, set_up_stock, time_own_training
from bench.measure import FULL, QUICK, BenchRun
from bench.report import check_targets, format_report
from bench.stock_project import ROOT, STOCK
from bench.systems import MemberlineServer, StockRasa

RESULTS = ROOT / "bench" / "results" / "latest.json"


def main() -> int:
    """Return the exit status: 0, 1 for a missed target with --check, 2 when it could not measure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer turns: an impression within 90 s")
    parser.add_argument("--check", action="store_true", help="end with status 1 when a target is missed")
    parser.add_argument("--retrain", action="store_true", help="train both models anew to time it")
    parser.add_argument(
        "--keep-stock-model", action="store_true", help="use the newest stock model though sentences have changed"
    )
    options = parser.parse_args()
    try:
        result = _run_bench(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(format_report(result))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"All figures: {RESULTS.relative_to(ROOT)}")
    missed = [target for target in check_targets(result["memberline"], result["stock"]) if not target.reached]
    if options.check and missed:
        print("bench: missed: " + "; ".join(f"{target.text} ({target.figure})" for target in missed), file=sys.stderr)
        return 1
    return 0


def _run_bench(options: argparse.Namespace) -> dict[str, Any]:
    set_up_stock()
    project = stock_project.build_project(STOCK / "work" / "project")
    model, stock_training = prepare_stock_model(project, retrain=options.retrain, keep=options.keep_stock_model)
    own_training = time_own_training(retrain=options.retrain)
    began = time.monotonic()
    folder = STOCK / "work" / f"run-{os.getpid()}"
    try:
        run = BenchRun(
            StockRasa(folder / "stock", project, model),
            MemberlineServer(folder / "memberline"),
            QUICK if options.quick else FULL,
            lambda words: print(words, flush=True),
        )
        asyncio.run(run.measure())
    except* BenchError as errors:
        raise BenchError(f"{errors.exceptions[0]} (logs are kept in {folder})") from None
    print("Timing the understanding of a message ...", flush=True)
    understood = understanding.measure_understanding(folder)
    shutil.rmtree(folder, ignore_errors=True)
    result = _build_result(run, quick=options.quick, seconds=time.monotonic() - began)
    result["memberline"]["understanding"] = understood
    for side, training in (("memberline", own_training), ("stock", stock_training)):
        result[side] |= {f"train_{name}": value for name, value in asdict(training).items()}
    return result


def _build_result(run: BenchRun, *, quick: bool, seconds: float) -> dict[str, Any]:
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds, 1),
        "cores": os.cpu_count(),
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "others_share": round(run.others_share(), 3),
    }
    for side, measured in run.measured.items():
        wrong = [words for made in measured.blocks.values() for words in made.unexpected]
        result[side] = {**measured.to_numbers(), "first_unexpected": wrong[0] if wrong else None}
    return result


if __name__ == "__main__":
    sys.exit(main())
