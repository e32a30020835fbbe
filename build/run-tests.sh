#!/usr/bin/env bash
# Builds the solution, runs every test program, says once more what failed and ends with one line that adds all up: "N passed, N failed" or
# "N passed, N failed, N skipped". A test program that breaks off, fails to build or runs no test counts as one failure.
# The exit status is 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

passed=0
failed=0
skipped=0
log=$(mktemp)
failures=$(mktemp) # what failed, with its messages
trap 'rm -f "$log" "$failures"' EXIT

# What a failed test printed: dotnet test's "failed Name (1s)" and node's "not ok" with the indented lines behind them, node's list of failing
# tests at the end, unittest's "FAIL: name" up to a rule. At most 40 lines each.
failed_tests() {
  sed -E 's/\x1b\[[0-9;]*m//g' "$log" | awk '
    /^failed [^ ]+.* \(/ || /^ *not ok / { left = 40; indented = 1; print "  " $0; next }
    /^(FAIL|ERROR): / || /^ *✖ failing tests:/ { left = 40; indented = 0 }
    (indented && !/^ /) || /^=====/ || /^Ran [0-9]+ tests? in / { left = 0 }
    left-- > 0 { print "  " $0 }'
}

# add NAME STATUS PASSED FAILED SKIPPED: counts one test program.
add() {
  local name=$1 status=$2 good=${3:-0} bad=${4:-0} left=${5:-0}
  if [ $((good + bad)) -eq 0 ]; then
    echo "$name: no test ran (exit status $status)"
    bad=1
  elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "$name: broke off with exit status $status"
    bad=1
  fi

  if [ "$bad" -gt 0 ]; then
    { echo "$name:"; failed_tests; } >> "$failures"
  fi

  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + left))
}

# field LABEL: the number behind a label in the last summary of the log, 0 when there is none.
field() {
  sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/^[[:space:]]*$1:?[[:space:]]+([0-9]+)[[:space:]]*\$/\1/p" | tail -n 1 | grep . || echo 0
}

# node_clients: whether Node.js suits the TypeScript library and the page; the reason why not is the last line of the log.
node_clients() { build/ensure-node.sh clients < /dev/null > "$log" 2>&1; }

# The page is there before the gateway is built, which then takes it along.
build_page() {
  echo '== page'
  if node_clients; then
    "${MAKE:-make}" --no-print-directory web < /dev/null || echo 'the page was not built; its tests will fail'
  else
    echo "page: not built: $(tail -n 1 "$log")"
  fi
}

# test_npm FOLDER: runs the tests of a client against the services.
test_npm() {
  echo "== $1"
  if ! node_clients; then
    echo "$1: skipped: $(tail -n 1 "$log")"
    skipped=$((skipped + 1))
    return
  fi

  build/services.sh -- npm test --prefix "$1" < /dev/null 2>&1 | tee "$log"
  add "$1" "${PIPESTATUS[0]}" "$(field '# pass')" "$(($(field '# fail') + $(field '# cancelled')))" "$(field '# skipped')"
}

test_page() {
  # Without a browser its tests skip themselves.
  build/install-debian-packages.sh chromium < /dev/null || echo 'Chromium is not there'
  test_npm clients/web
}

test_dotnet() {
  echo '== .NET tests'
  if ! "${MAKE:-make}" --no-print-directory build < /dev/null; then
    echo 'the solution did not build'
    add '.NET tests' 1
    return
  fi

  # The tests that read the pictures fail without them, and say so.
  "${MAKE:-make}" --no-print-directory fixture-images < /dev/null || echo 'the pictures of tests/fixture-images were not installed'

  "${MAKE:-make}" --no-print-directory allocator < /dev/null

  # Images are built and started in a test; without these programs, or without root, it skips itself.
  build/install-debian-packages.sh buildah debootstrap < /dev/null || echo 'buildah or debootstrap is not there'

  # A registry to push them to, likewise; where the package would start one as a service, on the port that the services use, it is left alone.
  [ -d /run/systemd/system ] || build/install-debian-packages.sh docker-registry < /dev/null || echo 'docker-registry is not there'

  # For the compose files, and for the Helm chart, whose templates Go understands without Helm.
  build/install-debian-packages.sh docker-compose golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev < /dev/null || echo 'docker-compose or Go is not there'

  # Clusters of several hosts, likewise.
  build/install-debian-packages.sh dnsmasq-base iproute2 < /dev/null || echo 'dnsmasq or ip is not there'

  # Two programs at a time: each holds its own libtorch and its own models.
  dotnet test --solution CvdvaeGrpc.sln --configuration Release --no-build --max-parallel-test-modules 2 < /dev/null 2>&1 | tee "$log"
  # An error is a program that crashed or ran no test.
  add '.NET tests' "${PIPESTATUS[0]}" "$(field succeeded)" "$(($(field failed) + $(field error)))" "$(field skipped)"
}

test_portraits() {
  echo '== tools/portraits'
  if ! build/ensure-node.sh < /dev/null 2>&1 | tee "$log"; then
    echo "tools/portraits: skipped: $(tail -n 1 "$log")"
    skipped=$((skipped + 1))
    return
  fi
  if ! "${MAKE:-make}" --no-print-directory portraits < /dev/null; then
    echo 'the packages of tools/portraits were not installed'
    add 'tools/portraits' 1
    return
  fi

  (cd tools/portraits && npm test) < /dev/null 2>&1 | tee "$log"
  add 'tools/portraits' "${PIPESTATUS[0]}" "$(field '# pass')" "$(($(field '# fail') + $(field '# cancelled')))" \
    "$(field '# skipped')"
}

test_protos() {
  echo '== protos'
  if ! build/ensure-node.sh < /dev/null 2>&1 | tee "$log"; then
    echo "protos: skipped: $(tail -n 1 "$log")"
    skipped=$((skipped + 1))
    return
  fi
  if ! "${MAKE:-make}" --no-print-directory tools/protos/node_modules/.installed < /dev/null; then
    echo 'the packages of tools/protos were not installed'
    add 'protos' 1
    return
  fi

  build/lint-protos.sh < /dev/null 2>&1 | tee "$log"
  add 'protos' "${PIPESTATUS[0]}" "$(grep -c '^ok ' "$log")" "$(grep -c '^not ok ' "$log")" "$(grep -c '^skipped ' "$log")"
}

# unittest LABEL: the number behind a label ("failures=2") in the last line of unittest's report, 0 when there is none.
unittest() {
  tail -n 1 "$log" | sed -nE "s/^(OK|FAILED) \(.*\b$1=([0-9]+).*/\2/p" | grep . || echo 0
}

# add_unittest NAME STATUS: counts what unittest reported in the log.
add_unittest() {
  local ran bad left
  ran=$(sed -nE 's/^Ran ([0-9]+) tests? in .*/\1/p' "$log" | tail -n 1)
  bad=$(($(unittest failures) + $(unittest errors)))
  left=$(unittest skipped)
  add "$1" "$2" "$((${ran:-0} > bad + left ? ${ran:-0} - bad - left : 0))" "$bad" "$left"
}

test_reference() {
  echo '== tools/reference'
  local python=${PYTHON:-python3}
  if ! command -v "$python" > /dev/null; then
    echo "tools/reference: skipped: there is no $python"
    skipped=$((skipped + 1))
    return
  fi

  (cd tools/reference && "$python" -B -m unittest --verbose) < /dev/null 2>&1 | tee "$log"
  add_unittest 'tools/reference' "${PIPESTATUS[0]}"
}

test_python() {
  echo '== clients/python'
  if ! "${MAKE:-make}" --no-print-directory python-packages < /dev/null 2>&1 | tee "$log"; then
    echo "clients/python: skipped: $(grep -v '^make: ' "$log" | tail -n 1)"
    skipped=$((skipped + 1))
    return
  fi

  "${MAKE:-make}" --no-print-directory python-test < /dev/null 2>&1 | sed --unbuffered '/^make: \*\*\* .*: python-test\] Error/d' | tee "$log"
  add_unittest 'clients/python' "${PIPESTATUS[0]}"
}

build_page
test_dotnet
test_npm clients/typescript
test_page
test_portraits
test_protos
test_reference
test_python

if [ -s "$failures" ]; then
  echo '== what failed'
  cat "$failures"
fi

summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]
