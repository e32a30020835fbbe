#!/usr/bin/env bash
# Installs the named Debian packages that are missing: install-debian-packages.sh NAME...
# Calls apt-get only when something is missing, so that it costs nothing, and needs neither root nor a network, otherwise.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: ${0##*/} NAME..." >&2
  exit 2
fi
if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  echo "${0##*/}: no Debian system: install by hand: $*" >&2
  exit 1
fi

missing=()
for name in "$@"; do
  status=$(dpkg-query --show --showformat '${db:Status-Status}' "$name" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "${0##*/}: missing packages, and only root can install them: apt-get install ${missing[*]}" >&2
  exit 1
fi

echo "installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install --yes --quiet --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}")
# The lists may be absent or refer to versions that are gone; then they are fetched and the installation is tried once more.
"${install[@]}" < /dev/null || { apt-get update --quiet < /dev/null && "${install[@]}" < /dev/null; }
