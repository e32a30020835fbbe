#!/usr/bin/env bash
# Runs the services (an encoder, a decoder or its stages, a gateway) as processes of their own on the loopback interface, waits until they are
# ready, and stops them at the end, also on Ctrl-C. Their warnings and errors are passed on as they come. When every model is refused it gives
# up at once. When one can't start, its own words say why; when one dies otherwise, or is not ready in time, the end of its log is shown; and all
# stop.
#
#   build/services.sh -- COMMAND...     runs a command with CVDVAE_SERVER (gRPC) and CVDVAE_HTTP (page, gRPC-Web) set to the
#                                       gateway; its exit status is the script's
#   build/services.sh --check GRPC HTTP only says whether it could start: models are there, the ports are free
#   build/services.sh [GRPC HTTP]       keeps them up until Ctrl-C, with the gateway on these ports (free ones when absent)
#
# Environment: MODELS    folder of models (models)
#              STAGES    resolutions of the decoder's stages, "1-32 64-256" for two processes (one process)
#              TRANSPORT unix for Unix domain sockets between the services, or tcp (unix, unless TMPDIR is too long for a socket)
#              ALLOCATOR of the networks' memory: tcmalloc (libtcmalloc_minimal.so.4, where it is installed) or glibc
#              READY_SECONDS   longest wait until a service is ready (120)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
models=${MODELS:-models}
stages=${STAGES:-}
ready_seconds=${READY_SECONDS:-120}
stop_seconds=15
log_lines=40

grpc_port=0
http_port=0
command=()
check_only=
if [ "${1:-}" = --check ]; then
  check_only=1
  shift
fi
if [ "${1:-}" = -- ]; then
  shift
  command=("$@")
  [ $# -gt 0 ] || { echo "usage: ${0##*/} -- COMMAND..." >&2; exit 2; }
elif [ $# -eq 2 ]; then
  grpc_port=$1
  http_port=$2
elif [ $# -ne 0 ]; then
  echo "usage: ${0##*/} [GRPC_PORT HTTP_PORT] | --check GRPC_PORT HTTP_PORT | -- COMMAND..." >&2
  exit 2
fi

if ! compgen -G "$models/*/model.json" > /dev/null && ! compgen -G "$models/*/*/model.json" > /dev/null; then
  echo "$models: holds no model (a folder with model.json); MODELS=folder names another place" >&2
  exit 1
fi
models=$(cd "$models" && pwd)
model_count=$({ compgen -G "$models/*/model.json" || true; compgen -G "$models/*/*/model.json" || true; } | wc -l)

# Said before anything is started: whoever has the port may be another run of this script.
for port in "$grpc_port" "$http_port"; do
  if ! [[ $port =~ ^[0-9]{1,5}$ ]] || [ "$port" -gt 65535 ]; then
    echo "'$port' is no port; 0 (any free one) to 65535 are" >&2
    exit 2
  fi
  if [ "$port" -ne 0 ] && timeout 5 bash -c ": < /dev/tcp/127.0.0.1/$port" 2> /dev/null; then
    {
      echo "port $port of 127.0.0.1 is in use; end the program that listens there (ss -ltnp 'sport = :$port' names it),"
      echo "or take other ports: make serve PORTS=\"5010 5011\", or ${0##*/} 5010 5011"
    } >&2
    exit 1
  fi
done
if [ "$grpc_port" -ne 0 ] && [ "$grpc_port" -eq "$http_port" ]; then
  echo "gRPC and HTTP/1.1 can't have the same port, $grpc_port" >&2
  exit 2
fi
[ -z "$check_only" ] || exit 0

work=$(mktemp -d "${TMPDIR:-/tmp}/cvdvae-services.XXXXXX")

# A socket's path has at most 107 bytes.
longest=$work/decoder-00.sock
transport=${TRANSPORT:-$([ ${#longest} -le 107 ] && echo unix || echo tcp)}
names=()
pids=()
followers=()
command_pid=

alive() { kill -0 "$1" 2> /dev/null; }

# stop PID: asks a child to end, and ends it when it does not.
stop() {
  local waited=0
  kill -TERM "$1" 2> /dev/null || return 0
  while alive "$1" && [ "$waited" -lt $((stop_seconds * 10)) ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -KILL "$1" 2> /dev/null || true
}

clean_up() {
  trap - EXIT
  trap '' INT TERM
  [ -z "$command_pid" ] || stop "$command_pid"
  local index
  for ((index = ${#pids[@]} - 1; index >= 0; index--)); do
    stop "${pids[index]}"
  done
  for index in "${!followers[@]}"; do
    kill "${followers[index]}" 2> /dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# give_up NAME REASON: shows why a service could not start, or the end of its log, and stops everything.
give_up() {
  {
    if grep -E "^cvdvae-${1%%-*}: " "$work/$1.log"; then
      exit 1
    fi
    echo "the $1 $2; its log ends with:"
    tail -n "$log_lines" "$work/$1.log" | sed 's/^/  /'
  } >&2
  exit 1
}

# refusals NAME: the folders that a service refused to serve a model from, and why.
refusals() { sed -nE 's/^.*model folder (.+) is refused: (.*); served from it: nothing$/\1: \2/p' "$work/$1.log" | sort -u; }

# give_up_if_none NAME: ends where a service has refused every model that there is: nothing will come of waiting.
give_up_if_none() {
  local refused
  refused=$(refusals "$1")
  if [ -z "$refused" ] || grep -q ' is served from ' "$work/$1.log" || [ "$(cut -d: -f1 <<< "$refused" | sort -u | wc -l)" -lt "$model_count" ]; then
    return 0
  fi
  {
    echo "the $1 serves no model: each that it found in $models was refused"
    sed 's/^/  /' <<< "$refused"
  } >&2
  exit 1
}

check() {
  local index
  for index in "${!pids[@]}"; do
    alive "${pids[index]}" || give_up "${names[index]}" 'died'
  done
}

# start NAME PROJECT GRPC HTTP [SETTING=VALUE...]: starts a service.
start() {
  local name=$1 project=$2 grpc=$3 http=$4
  shift 4
  local program="$root/services/$project/bin/Release/net10.0/$project"
  [ -x "$program" ] || { echo "$program is missing: make build" >&2; exit 1; }
  env "Listen__Grpc=$grpc" "Listen__Http1=$http" "Listen__AddressFile=$work/$name.json" "Models__Path=$models" "$@" \
    "$program" > "$work/$name.log" 2>&1 < /dev/null &
  names+=("$name")
  pids+=($!)
  # Ends with the service.
  tail -n +1 -s 0.2 -f --pid=$! "$work/$name.log" 2> /dev/null | sed -unE "s/^[^ ]+ (warn|fail|crit): /$name: \\1: /p" >&2 &
  followers+=($!)
}

# address NAME FIELD: where a service listens, once it does; the answer is in $answer.
address() {
  local waited=0
  until [ -s "$work/$1.json" ]; do
    check
    [ "$waited" -lt $((ready_seconds * 10)) ] || give_up "$1" "did not listen within $ready_seconds s"
    sleep 0.1
    waited=$((waited + 1))
  done
  answer=$(sed -nE "s/.*\"$2\"[[:space:]]*:[[:space:]]*\"([^\"]*)\".*/\1/p" "$work/$1.json" | head -n 1)
}

# answers PORT: whether the health check behind a port says ready.
answers() (
  exec 3<> "/dev/tcp/127.0.0.1/$1"
  printf 'GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  IFS= read -r -t 2 line <&3
  [[ $line == 'HTTP/1.1 200'* ]]
) 2> /dev/null

await_ready() {
  local waited=0
  address "$1" http
  until answers "${answer##*:}"; do
    check
    give_up_if_none "$1"
    [ "$waited" -lt $((ready_seconds * 5)) ] || give_up "$1" "was not ready within $ready_seconds s"
    sleep 0.2
    waited=$((waited + 1))
  done
}

# inner NAME: where a service listens for its neighbours.
inner() { if [ "$transport" = unix ]; then echo "unix:$work/$1.sock"; else echo 'http://127.0.0.1:0'; fi; }

free=http://127.0.0.1:0
# What runs networks allocates much, on several threads. Those of glibc wait for each other where they share a heap, and give large buffers back to the system again and again
# where they don't; tcmalloc does neither.
library=libtcmalloc_minimal.so.4
allocator=${ALLOCATOR:-$(if PATH=$PATH:/sbin ldconfig -p 2> /dev/null | grep -F "$library" > /dev/null; then echo tcmalloc; else echo glibc; fi)}
case $allocator in
  tcmalloc) networks=("LD_PRELOAD=${LD_PRELOAD:-$library}" "TCMALLOC_RELEASE_RATE=${TCMALLOC_RELEASE_RATE:-0}") ;;
  glibc) networks=("MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}") ;;
  *) echo "ALLOCATOR '$allocator' is not tcmalloc or glibc" >&2; exit 1 ;;
esac

# OpenMP's threads wait awake between two operations of a network, which are some microseconds apart, but not for longer: its default of some milliseconds would take a processor from the
# service that comes next.
networks+=("GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-20000}")
start encoder Cvdvae.EncoderHost "$(inner encoder)" "$free" "${networks[@]}"
address encoder grpc
encoder=$answer

# The last stage first: each needs the address of the next.
read -ra ranges <<< "$stages"
next=
for ((index = ${#ranges[@]} > 0 ? ${#ranges[@]} - 1 : 0; index >= 0; index--)); do
  name=decoder$([ ${#ranges[@]} -lt 2 ] || echo "-$index")
  settings=("Encoder__Address=$encoder")
  [ ${#ranges[@]} -eq 0 ] || settings+=("Decoder__Stages=${ranges[index]}")
  [ -z "$next" ] || settings+=("Decoder__Next=$next")
  start "$name" Cvdvae.DecoderHost "$(inner "$name")" "$free" "${networks[@]}" "${settings[@]}"
  address "$name" grpc
  next=$answer
done

start gateway Cvdvae.Gateway "http://127.0.0.1:$grpc_port" "http://127.0.0.1:$http_port" "Gateway__Decoders__0=$next"
for name in "${names[@]}"; do
  await_ready "$name"
done
address gateway grpc
export CVDVAE_SERVER=$answer
address gateway http
export CVDVAE_HTTP=$answer

if [ ${#command[@]} -gt 0 ]; then
  "${command[@]}" &
  command_pid=$!
  wait -n "$command_pid" "${pids[@]}" || true
  if ! alive "$command_pid"; then
    status=0
    wait "$command_pid" || status=$?
    command_pid=
    exit "$status"
  fi
  check
else
  echo "gRPC on ${CVDVAE_SERVER#http://}, HTTP/1.1 on ${CVDVAE_HTTP#http://}; Ctrl-C stops"
  echo "logs: $work/*.log, as long as the services run"
  wait -n "${pids[@]}" || true
  check
fi
give_up "${names[0]}" 'ended'
