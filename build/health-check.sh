#!/usr/bin/env bash
# Whether the service behind a port of this host lives: health-check.sh PORT. For a container engine; Kubernetes asks the service itself.
set -euo pipefail

exec 3<> "/dev/tcp/127.0.0.1/$1"
printf 'GET /healthz/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 2 line <&3
[[ $line == 'HTTP/1.1 200'* ]]
