#!/usr/bin/env bash
# Installs the servers that others wrote and our tests run against, into .tools/peers. Production uses none of them.
# They have no place in our locks: localstripe is under the GPL, the others are for Node.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=.tools/peers
mkdir -p "$target"

if ! command -v npm >/dev/null; then
  if [ "${CI:-}" = true ]; then
    echo "npm is missing: the tests of payments and billing systems need it (Debian: apt-get install nodejs npm)" >&2
    exit 1
  fi
  echo "npm is missing: tests against other people's servers will be skipped (Debian: apt-get install nodejs npm)" >&2
  exit 0
fi
cp tests/peers/package.json tests/peers/package-lock.json "$target/"
npm ci --prefix "$target" --no-audit --no-fund --ignore-scripts --silent
PYTHONPATH=.tools/uv .tools/uv/bin/uv venv --quiet --clear --python "${PYTHON:-python3.11}" "$target/venv"
PYTHONPATH=.tools/uv .tools/uv/bin/uv pip install --quiet --python "$target/venv/bin/python" localstripe==1.15.10
touch "$target/.ready"
