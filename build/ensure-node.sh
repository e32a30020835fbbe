#!/usr/bin/env bash
# Makes sure that Node.js and npm are there: ensure-node.sh [OLDEST], version 18 or newer by default. Installs Debian's where they are missing
# and this is root. On failure the last line on standard error is the reason.
set -euo pipefail

if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
  if ! "$(dirname "$0")/install-debian-packages.sh" nodejs npm; then
    echo "Node.js and npm are missing" >&2
    exit 1
  fi
fi

oldest=${1:-18}
version=$(node --version)
if [ "$(printf '%s\n' "$oldest" "${version#v}" | sort --version-sort | head -n 1)" != "$oldest" ]; then
  echo "Node.js $version is too old: $oldest or newer is needed" >&2
  exit 1
fi
