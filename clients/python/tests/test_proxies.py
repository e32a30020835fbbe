"""What a proxy answers in HTTP's words, in place of a server."""
from __future__ import annotations

import contextlib
import socket
import struct
import threading
import unittest
from typing import Any, Iterator

import grpc

import cvdvae
from both_clients import BothClients, load

ONCE = {"max_attempts": 1}


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def literal(name: bytes, value: bytes) -> bytes:
    """A header that is not kept in any table."""
    return b"\0" + bytes((len(name),)) + name + bytes((len(value),)) + value


def answer(connection: socket.socket, status: int) -> None:
    """Answers each request with the status and a page."""
    file = connection.makefile("rb")
    file.read(24)
    connection.sendall(frame(4, 0, 0))
    while len(head := file.read(9)) == 9:
        payload = file.read(int.from_bytes(head[:3], "big"))
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big")
        if kind in (4, 6) and not flags & 1:
            connection.sendall(frame(kind, 1, 0, payload if kind == 6 else b""))
        elif kind == 1:
            headers = literal(b":status", str(status).encode()) + literal(b"content-type", b"text/html")
            connection.sendall(frame(1, 4, stream, headers) + frame(0, 1, stream, b"<html>no</html>"))


@contextlib.contextmanager
def proxy(status: int) -> Iterator[str]:
    """The address of a proxy that answers everything with a status."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                answer(connection, status)

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=talk, args=(listening.accept()[0],), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            # A thread that waits in accept would keep the socket: shutdown wakes it.
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


class Proxies(BothClients):
    def test_each_status_is_explained(self: Any) -> None:
        unreachable = "what answers there does not reach the service"
        for http, kind, status, meaning in (
            (401, cvdvae.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED, "what answers there wants credentials"),
            (403, cvdvae.Unauthenticated, grpc.StatusCode.PERMISSION_DENIED, "what answers there refuses this client"),
            (404, cvdvae.ProtocolError, grpc.StatusCode.UNIMPLEMENTED, "the server does not speak gRPC there"),
            (421, cvdvae.CvdvaeError, grpc.StatusCode.UNKNOWN, "the server is not one of this name"),
            (429, cvdvae.Unavailable, grpc.StatusCode.UNAVAILABLE, "what answers there takes no more calls for now"),
            (502, cvdvae.Unavailable, grpc.StatusCode.UNAVAILABLE, unreachable),
            (503, cvdvae.Unavailable, grpc.StatusCode.UNAVAILABLE, unreachable),
            (504, cvdvae.Unavailable, grpc.StatusCode.UNAVAILABLE, unreachable),
        ):
            with self.subTest(http), proxy(http) as address:
                error = self.fails(kind, address, options=ONCE)
                self.assertEqual((status, f"can't reach {address}: {meaning} (HTTP {http})"), (error.status, str(error)))

    def test_a_request_that_is_too_large_for_it(self: Any) -> None:
        with proxy(413) as address:
            error = self.fails(cvdvae.TooLarge, address, image=b"x" * 100, options={"retry_delay": 0.01})
            size = error.size
            message = f"can't reach {address}: the request is too large for what answers there (HTTP 413): {size} bytes"
            self.assertEqual((grpc.StatusCode.RESOURCE_EXHAUSTED, message, None, 1), (error.status, str(error), error.limit, error.attempts))
            self.assertGreater(size, 100)


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    return load(loader, [Proxies])
