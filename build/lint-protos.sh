#!/usr/bin/env bash
# Checks the protocol: buf's lint, and that nothing breaks for programs built against the branch main (another one: BASE=NAME).
# Prints a line "ok ..." or "not ok ..." or "skipped ..." for each check; the exit status is 0 when none failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
buf=$PWD/tools/protos/node_modules/.bin/buf
base=${BASE:-main}
status=0

if report=$("$buf" lint protos 2>&1); then
  echo 'ok lint of the protocol'
else
  printf '%s\n' "$report"
  echo 'not ok lint of the protocol'
  status=1
fi

# The protocol as it is on that branch; in a checkout without it (a fork, a shallow clone) there is nothing to compare with.
reference=$(git rev-parse --quiet --verify "$base^{commit}" 2> /dev/null || git rev-parse --quiet --verify "origin/$base^{commit}" 2> /dev/null)
if [ -z "$reference" ] || ! git cat-file -e "$reference:protos" 2> /dev/null; then
  echo "skipped comparison of the protocol with $base: there is none here"
  exit "$status"
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
if ! git archive "$reference" protos | tar -x -C "$copy"; then
  echo "not ok comparison of the protocol with $base: it can't be read"
  exit 1
fi

if report=$("$buf" breaking protos --against "$copy/protos" 2>&1); then
  echo "ok comparison of the protocol with $base"
else
  printf '%s\n' "$report"
  echo "not ok comparison of the protocol with $base"
  status=1
fi
exit "$status"
