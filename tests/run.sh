#!/usr/bin/env bash
# Everything that must hold; the model is trained once and reused.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$1"; }
step "model; meanwhile style, types, layers, training data"
# training keeps little more than one core busy
engine/.venv/bin/python engine/train.py --if-stale &
training=$!
trap 'kill "$training" 2>/dev/null || true' EXIT
make --no-print-directory lint
# compiles the tests, which each worker would else do for itself; what it finds wrong is told when they run
.venv/bin/python -m pytest --collect-only -qq >/dev/null 2>&1 || true
# `make test SEED=7`: in a random order, which shows what only passes after another test
order=${SEED:+--random-order-seed="$SEED"}
# folders that need no model: the second core has them while the first still trains
early=(tests/backend/reading tests/backend/callout tests/backend/account_question)
step "tests that need no model, meanwhile"
.venv/bin/python -m pytest -p no:xdist "${early[@]}" $order
wait "$training"
step "tests"
.venv/bin/python -m pytest --durations=40 --durations-min=3 -n auto --dist loadfile --no-loadscope-reorder \
  "${early[@]/#/--ignore=}" $order
