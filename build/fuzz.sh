#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other. Usage: build/fuzz.sh GO TIME
set -eu
cd "$(dirname "$0")/.."
go=$1 time=$2
for pkg in $("$go" list ./...); do
  for target in $("$go" test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
    echo "== $pkg $target"
    "$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$pkg"
  done
done
