"""Calls that begin while their server stops, and calls that grpc loses: each ends."""
from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
from collections import Counter
from typing import Any, Iterator, List
from unittest import mock

import grpc

import cvdvae
import cvdvae.aio
from cvdvae._read_ahead import ReadAhead
from cvdvae._settings import Settings
from cvdvae._watch import Silence, Watch
from fake_server import LIMIT
from running_services import ROOT

GATEWAY = ROOT / "services/Cvdvae.Gateway/bin/Release/net10.0/Cvdvae.Gateway"
LONG = os.environ.get("CVDVAE_LONG_TESTS") == "1"
AT_ONCE = 96
ROUNDS = 11 if LONG else 1
IDLE, READY = grpc.ChannelConnectivity.IDLE, grpc.ChannelConnectivity.READY


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def take_no_more(connection: socket.socket, listening: socket.socket, streams: int) -> None:
    """Speaks HTTP/2 until so many calls have begun, and then stops as a server does: it closes its port and says that it took none of them."""
    file = connection.makefile("rb")
    file.read(24)
    connection.sendall(frame(4, 0, 0))
    while streams > 0:
        head = file.read(9)
        if len(head) < 9:
            return
        kind, flags = head[3], head[4]
        payload = file.read(int.from_bytes(head[:3], "big"))
        if kind in (4, 6) and not flags & 1:
            connection.sendall(frame(kind, 1, 0, payload if kind == 6 else b""))
        streams -= kind == 1
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    connection.sendall(frame(7, 0, 0, struct.pack(">II", 2**31 - 1, 0)) + frame(7, 0, 0, struct.pack(">II", 0, 0)))
    connection.close()


@contextlib.contextmanager
def stopping_server(streams: int) -> Iterator[str]:
    """The address of a server that stops when so many calls have begun."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def run() -> None:
            with contextlib.suppress(OSError):
                take_no_more(listening.accept()[0], listening, streams)

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def gateway() -> Iterator[Any]:
    """A gateway without anybody behind it, and its address."""
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(socket.socket()) for _ in range(2)]
        for port in ports:
            port.bind(("127.0.0.1", 0))
        grpc_port, http_port = (port.getsockname()[1] for port in ports)
    options = {"Listen__Grpc": f"http://127.0.0.1:{grpc_port}", "Listen__Http1": f"http://127.0.0.1:{http_port}", "Gateway__Decoders__0": "http://127.0.0.1:1"}
    process = subprocess.Popen([GATEWAY], env={**os.environ, **options}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", grpc_port), 1):
                break
            time.sleep(0.05)
        yield process, f"http://127.0.0.1:{grpc_port}"
    finally:
        process.kill()
        process.wait(LIMIT)


def with_threads(address: str, calls: int, while_they_begin: Any = lambda: None) -> Counter[str]:
    """How so many calls ended that began within a moment; one that did not is counted as hung."""
    ends: Counter[str] = Counter()

    def call(client: cvdvae.Client) -> None:
        try:
            list(client.upscale(b"no image"))
        except cvdvae.CvdvaeError as error:
            ends[type(error).__name__] += 1

    with cvdvae.Client(address, retry_delay=0.01, max_attempts=2) as client:
        threads = [threading.Thread(target=call, args=(client,), daemon=True) for _ in range(calls)]
        for index, thread in enumerate(threads):
            thread.start()
            time.sleep(0.001)
            if index == calls // 3:
                while_they_begin()
        end = time.monotonic() + LIMIT
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        ends["hung"] = sum(thread.is_alive() for thread in threads)
    return ends


def with_asyncio(address: str, calls: int, while_they_begin: Any = lambda: None) -> Counter[str]:
    """The same from an event loop."""
    ends: Counter[str] = Counter()

    async def call(client: cvdvae.aio.Client) -> None:
        try:
            async for _ in client.upscale(b"no image"):
                pass
        except cvdvae.CvdvaeError as error:
            ends[type(error).__name__] += 1

    async def run() -> None:
        async with cvdvae.aio.Client(address, retry_delay=0.01, max_attempts=2) as client:
            tasks: List[Any] = []
            for index in range(calls):
                tasks.append(asyncio.ensure_future(call(client)))
                await asyncio.sleep(0.001)
                if index == calls // 3:
                    while_they_begin()
            _, left = await asyncio.wait(tasks, timeout=LIMIT)
            ends["hung"] = len(left)
            for task in left:
                task.cancel()

    asyncio.run(asyncio.wait_for(run(), 3 * LIMIT))
    return ends


class StoppingTests(unittest.TestCase):
    def test_calls_that_a_stopping_server_did_not_take_end(self) -> None:
        for calls in (with_threads, with_asyncio):
            with self.subTest(calls.__name__), stopping_server(12) as address:
                self.assertEqual(Counter(ConnectionFailed=32, hung=0), calls(address, 32))

    def test_calls_that_begin_when_the_gateway_is_told_to_stop_end(self) -> None:
        if not GATEWAY.exists():
            self.skipTest("the services are not built: make services")
        for calls in (with_threads, with_asyncio):
            ends: Counter[str] = Counter()
            for _ in range(ROUNDS):
                with gateway() as (process, address):
                    ends += calls(address, AT_ONCE, lambda: process.send_signal(signal.SIGTERM))
            with self.subTest(calls.__name__):
                self.assertEqual((0, ROUNDS * AT_ONCE), (ends["hung"], sum(ends.values())), ends)

    def test_what_grpc_loses_all_the_same_is_given_up(self) -> None:
        # With the retries of some versions of grpc the calls above are lost; a version that keeps them fails them itself.
        options = Settings.channel_options
        with mock.patch.object(Settings, "channel_options", lambda self: [pair for pair in options(self) if pair[0] != "grpc.enable_retries"]):
            with stopping_server(12) as address, cvdvae.Client(address, lost_after=1.0, max_attempts=1) as client:
                ends: List[BaseException] = []

                def call() -> None:
                    try:
                        list(client.upscale(b"no image"))
                    except cvdvae.CvdvaeError as error:
                        ends.append(error)

                threads = [threading.Thread(target=call, daemon=True) for _ in range(32)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(LIMIT)
                self.assertEqual([cvdvae.ConnectionFailed] * 32, [type(error) for error in ends])


class HungStream:
    """What grpc has lost: it neither ends nor can be cancelled."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.cancelled = False

    def __iter__(self) -> Iterator[Any]:
        self.over.wait(LIMIT)
        return iter(())

    def cancel(self) -> None:
        self.cancelled = True


class HungChannel:
    """Tells its state to those who ask."""

    def __init__(self, state: grpc.ChannelConnectivity) -> None:
        self.state, self.callbacks = state, []  # type: ignore[var-annotated]

    def subscribe(self, callback: Any) -> None:
        self.callbacks.append(callback)
        threading.Thread(target=callback, args=(self.state,)).start()

    def unsubscribe(self, callback: Any) -> None:
        self.callbacks.remove(callback)


class WatchTests(unittest.TestCase):
    def wait(self, channel: HungChannel, lost_after: float, timeout: Any, stop: Any = None) -> grpc.StatusCode:
        """The status of a stream that never ends."""
        stream = HungStream()
        self.addCleanup(stream.over.set)
        ahead = ReadAhead(stream, lambda _: None, Watch(channel, Silence(lost_after, timeout)))
        if stop is not None:
            timer = threading.Timer(stop, ahead.stop)
            timer.start()
            self.addCleanup(timer.join)
        with self.assertRaises(grpc.RpcError) as caught:
            next(ahead)
        self.assertTrue(stream.cancelled)
        self.assertEqual([], channel.callbacks)
        return caught.exception.code()  # type: ignore[attr-defined, no-any-return]

    def test_without_a_connection_it_is_unavailable(self) -> None:
        self.assertEqual(grpc.StatusCode.UNAVAILABLE, self.wait(HungChannel(IDLE), 0.4, None))

    def test_after_its_deadline_it_is_that(self) -> None:
        with mock.patch("cvdvae._watch._LATE", 0.1):
            self.assertEqual(grpc.StatusCode.DEADLINE_EXCEEDED, self.wait(HungChannel(READY), 60, 0.3))

    def test_cancelling_wakes_whoever_waits(self) -> None:
        self.assertEqual(grpc.StatusCode.CANCELLED, self.wait(HungChannel(READY), 60, None, stop=0.2))

    def test_only_silence_without_a_connection_counts(self) -> None:
        now = [0.0]
        silence = Silence(10.0, None, lambda: now[0])
        steps = [
            # time, state of the connection, whether something is heard, whether the call is lost
            (6.0, READY, False, False),
            (60.0, READY, False, False),
            (61.0, IDLE, False, False),
            (65.9, IDLE, False, False),
            (66.0, IDLE, False, True),
            (67.0, READY, False, False),
            (68.0, IDLE, True, False),
            (77.9, IDLE, False, False),
        ]
        for moment, state, heard, lost in steps:
            now[0] = moment
            if silence.is_long:
                silence.connection(state)
            if heard:
                silence.heard()
            self.assertEqual(lost, silence.problem() is not None, moment)
