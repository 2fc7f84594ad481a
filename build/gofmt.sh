#!/usr/bin/env bash
# Fails if gofmt would change a file. Usage: build/gofmt.sh GOFMT
set -eu
cd "$(dirname "$0")/.."
bad=$(find . -name '*.go' -not -path './frontend/node_modules/*' -print0 | xargs -0 "$1" -l)
if [ -n "$bad" ]; then
  printf 'gofmt would change:\n%s\n' "$bad" >&2
  exit 1
fi
