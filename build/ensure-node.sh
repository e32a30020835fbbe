#!/usr/bin/env bash
# Makes sure that Node.js and npm are there: ensure-node.sh [FOLDER], as new as the package in a folder wants it ("engines": {"node": ">=..."} in its
# package.json), version 18 or newer without one. Installs Debian's where they are missing and this is root. On failure the last line on standard
# error is the reason.
set -euo pipefail

if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
  if ! "$(dirname "$0")/install-debian-packages.sh" nodejs npm; then
    echo "Node.js and npm are missing" >&2
    exit 1
  fi
fi

oldest=18
if [ $# -gt 0 ]; then
  oldest=$(sed -nE 's/^ *"node": *">=([0-9.]+)".*/\1/p' "$1/package.json")
  [ -n "$oldest" ] || { echo "$1/package.json does not say which Node.js it needs" >&2; exit 1; }
fi
version=$(node --version)
if [ "$(printf '%s\n' "$oldest" "${version#v}" | sort --version-sort | head -n 1)" != "$oldest" ]; then
  echo "Node.js $version is too old: $oldest or newer is needed" >&2
  exit 1
fi
