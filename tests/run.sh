#!/usr/bin/env bash
# Everything that must hold, cheapest first; the model is trained once and reused.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$1"; }
step "style, types, layers, training data"
make --no-print-directory lint
step "model"
engine/.venv/bin/python engine/train.py --if-stale
step "tests"
# `make test SEED=7`: in a random order, which shows what only passes after another test
.venv/bin/python -m pytest --durations=40 --durations-min=3 -n auto --dist loadfile --no-loadscope-reorder ${SEED:+--random-order-seed="$SEED"}
