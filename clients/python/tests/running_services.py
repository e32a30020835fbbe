"""The real services with the embedded model, started once for all the tests of a run."""
from __future__ import annotations

import atexit
import contextlib
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest
from typing import IO, Optional, Tuple

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "samples").glob("portrait-*-x4.png"))
READY_SECONDS = 180
STOP_SECONDS = 60

_running: Optional[Tuple[str, str]] = None


def addresses() -> Tuple[str, str]:
    """URLs of the gateway's gRPC and HTTP/1.1 ports; the test is skipped where the services are not built."""
    global _running
    if _running is None:
        if not (ROOT / "services/Cvdvae.Gateway/bin/Release/net10.0/Cvdvae.Gateway").exists():
            raise unittest.SkipTest("the services are not built: make services")
        _running = _start()
    return _running


def _start() -> Tuple[str, str]:
    errors = tempfile.TemporaryFile()
    atexit.register(errors.close)
    # A group of its own: what the script started ends with it, whatever happens.
    process = subprocess.Popen([ROOT / "build" / "services.sh", "0", "0"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
    atexit.register(_stop, process)
    assert process.stdout is not None
    line = _line(process.stdout)
    found = re.match(r"gRPC on (\S+), HTTP/1.1 on (\S+);", line)
    if found is None:
        errors.seek(0)
        raise AssertionError(f"the services did not start: {line!r}\n{errors.read().decode()}")
    return f"http://{found[1]}", f"http://{found[2]}"


def _line(stream: IO[bytes]) -> str:
    data, end = b"", time.monotonic() + READY_SECONDS
    while not data.endswith(b"\n") and time.monotonic() < end:
        if select.select([stream], [], [], 0.5)[0]:
            part = os.read(stream.fileno(), 4096)
            if not part:
                break
            data += part
    return data.decode()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
    assert process.stdout is not None
    process.stdout.close()
