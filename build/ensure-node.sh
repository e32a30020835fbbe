#!/usr/bin/env bash
# Makes sure that Node.js 18 or newer and npm are there; installs Debian's where they are missing and this is root.
# On failure the last line on standard error is the reason.
set -euo pipefail

if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
  if ! "$(dirname "$0")/install-debian-packages.sh" nodejs npm; then
    echo "Node.js and npm are missing" >&2
    exit 1
  fi
fi

version=$(node --version)
major=${version#v}
if [ "${major%%.*}" -lt 18 ]; then
  echo "Node.js $version is too old: 18 or newer is needed" >&2
  exit 1
fi
