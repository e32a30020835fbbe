#!/usr/bin/env python3
"""Stands in for a service in the tests of build/services.sh: listens, writes its address file, answers the health check.

STUB_DIES=NAME: the service of that name ends after a moment. STUB_REFUSES=NAME: it can't start, and says why as services do. STUB_NEVER_READY=NAME: it never says ready. STUB_DEAF=NAME: it ignores SIGTERM.
STUB_WARNS=NAME: it has a warning in its log. STUB_REFUSES_MODELS=NAME: it refuses the model in the folder "one".
A line with name and process id is added to STUB_PIDS.
"""
import http.server
import json
import os
import signal
import sys
import threading

ALLOCATION = ("LD_PRELOAD", "MALLOC_ARENA_MAX")
name = os.path.basename(sys.argv[0]).removeprefix("Cvdvae.").removesuffix("Host").lower()


def is_meant(variable):
    return os.environ.get(variable) == name


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/healthz/ready" and not is_meant("STUB_NEVER_READY")
        self.protocol_version = "HTTP/1.1"
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def end():
    print(f"{name}: out of luck", flush=True)
    os._exit(3)


with open(os.environ["STUB_PIDS"], "a", encoding="ascii") as pids:
    pids.write(f"{name} {os.getpid()} {json.dumps({key: value for key, value in os.environ.items() if '__' in key or key in ALLOCATION})}\n")
if is_meant("STUB_REFUSES"):
    print("2026-11-30T12:00:00.000Z info: Something[1] of no interest", flush=True)
    print(f"cvdvae-{name}: Models:Path: there is no folder '/no/where'", file=sys.stderr, flush=True)
    os._exit(1)
if is_meant("STUB_WARNS"):
    print("2026-11-30T12:00:00.000Z warn: Something[2] of interest", flush=True)
if is_meant("STUB_REFUSES_MODELS"):
    folder = os.path.join(os.environ["Models__Path"], "one")
    print(f"2026-11-30T12:00:00.000Z warn: Something[201] model folder {folder} is refused: it is of clay; served from it: nothing", flush=True)
if is_meant("STUB_DEAF"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health)
address = f"http://127.0.0.1:{server.server_port}"
grpc = os.environ["Listen__Grpc"]
path = os.environ["Listen__AddressFile"]
with open(path + ".part", "w", encoding="ascii") as file:
    json.dump({"grpc": grpc if grpc.startswith("unix:") else address, "http": address}, file)
os.replace(path + ".part", path)
if is_meant("STUB_DIES"):
    threading.Timer(0.5, end).start()
server.serve_forever()
