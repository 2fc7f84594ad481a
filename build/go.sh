#!/usr/bin/env bash
# Prints the path of a go command that can build this module: at least 1.21, which
# fetches the exact toolchain of go.mod by itself. Prints nothing if there is none.
set -u
for go in "$(command -v go)" /usr/local/go/bin/go "${HOME:-/}/sdk/go/bin/go" /usr/lib/go/bin/go; do
  [ -n "$go" ] && [ -x "$go" ] || continue
  # GOTOOLCHAIN=local: ask this very program, not one it would fetch.
  version=$(cd / && GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || continue
  minor=${version#go1.}
  minor=${minor%%[!0-9]*}
  if [ -n "$minor" ] && [ "$minor" -ge 21 ]; then
    echo "$go"
    exit 0
  fi
done
exit 1
