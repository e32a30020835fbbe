"""Servers that are not there, not this one or not over TLS: a readable error each, and no hang."""
from __future__ import annotations

import contextlib
import http.server
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from typing import Any, Iterator

import grpc

import cvdvae
from both_clients import BothClients, load
from fake_server import FakeServer, preview, started

NO_HANG = 15.0
ONCE = {"max_attempts": 1, "connect_timeout": 2.0, "deadline": NO_HANG}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def listener(talk: bytes = b"") -> Iterator[str]:
    """Takes connections and says no more than this."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])
                    taken[-1].sendall(talk)

        threading.Thread(target=run, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            # A thread that waits in accept would keep the socket: shutdown wakes it.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for connection in taken:
                connection.close()


class Connections(BothClients):
    def fails_soon(self: Any, message: str, address: str, options: Any = None) -> cvdvae.CvdvaeError:
        begin = time.monotonic()
        error = self.fails(cvdvae.ConnectionFailed, address, options={**ONCE, **(options or {})})
        self.assertLess(time.monotonic() - begin, NO_HANG)
        self.assertEqual(message, str(error))
        self.assertEqual(grpc.StatusCode.UNAVAILABLE, error.status)
        with self.assertRaises(cvdvae.ConnectionFailed) as caught:
            self.models(address, options={**ONCE, **(options or {})})
        self.assertEqual(message, str(caught.exception))
        return error

    def test_dead_server(self: Any) -> None:
        address = f"http://127.0.0.1:{free_port()}"
        self.fails_soon(f"can't reach {address}: the connection was refused", address)

    def test_dead_server_is_tried_again(self: Any) -> None:
        address = f"http://127.0.0.1:{free_port()}"
        error = self.fails(cvdvae.ConnectionFailed, address, options={"retry_delay": 0.05})
        self.assertEqual(4, error.attempts)

    def test_server_that_comes_late_is_found(self: Any) -> None:
        port = free_port()
        late: list[FakeServer] = []
        timer = threading.Timer(0.5, lambda: late.append(FakeServer(address=f"127.0.0.1:{port}")))
        timer.start()
        try:
            events = self.collect(f"http://127.0.0.1:{port}", options={"max_attempts": 20, "retry_delay": 0.2, "max_retry_delay": 1.0})
            self.assertIsInstance(events[-1], cvdvae.Completed)
        finally:
            timer.join()
            for server in late:
                server.__exit__()

    def test_no_such_host(self: Any) -> None:
        address = "http://no-such-host.invalid:5000"
        self.fails_soon(f"can't reach {address}: there is no host of this name", address)

    def test_no_such_socket(self: Any) -> None:
        self.fails_soon("can't reach unix:/nowhere/socket: there is no such socket", "unix:/nowhere/socket")

    def test_server_of_another_protocol(self: Any) -> None:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        server.RequestHandlerClass.log_message = lambda *_: None  # type: ignore[method-assign, assignment]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        self.fails_soon(f"can't reach {address}: the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)", address)

    def test_server_that_talks_nonsense(self: Any) -> None:
        with listener(b"220 mail.example ready\r\n" * 20) as address:
            self.fails_soon(f"can't reach {address}: the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)", address)

    def test_server_that_says_nothing(self: Any) -> None:
        with listener() as address:
            self.fails_soon(f"can't reach {address}: the server does not answer", address)

    def test_server_that_says_nothing_and_a_deadline(self: Any) -> None:
        with listener() as address:
            begin = time.monotonic()
            self.fails(cvdvae.DeadlineExceeded, address, options={"deadline": 0.5})
            self.assertLess(time.monotonic() - begin, 5)

    def test_server_dies_in_the_middle(self: Any) -> None:
        # A relay that is cut, so that no server says goodbye.
        server = self.server(lambda request, context: self.half(server, request, context))
        with socket.create_server(("127.0.0.1", 0)) as gate:
            threading.Thread(target=self.relay, args=(gate, server.port), daemon=True).start()
            address = f"http://127.0.0.1:{gate.getsockname()[1]}"
            error = self.fails(cvdvae.ConnectionFailed, address, options={"deadline": NO_HANG})
        self.assertEqual((f"lost {address}: the connection was closed", "made-by-the-server"), (str(error), error.request_id))

    @staticmethod
    def half(server: FakeServer, request: Any, context: Any) -> Iterator[Any]:
        yield started(request, context)
        yield preview(0, 1)
        server.wait_until_left()

    @staticmethod
    def relay(gate: socket.socket, port: int) -> None:
        with gate.accept()[0] as client, socket.create_connection(("127.0.0.1", port)) as server:

            def copy(source: socket.socket, target: socket.socket) -> None:
                with contextlib.suppress(OSError):
                    while data := source.recv(65536):
                        target.sendall(data)

            threads = [threading.Thread(target=copy, args=pair, daemon=True) for pair in ((client, server), (server, client))]
            for thread in threads:
                thread.start()
            time.sleep(2)
            for connection in (client, server):
                connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(NO_HANG)


class Reconnecting(unittest.TestCase):
    def refused(self, port: int, retry_delay: float) -> cvdvae.Client:
        """A client that found no server."""
        client = cvdvae.Client(f"http://127.0.0.1:{port}", max_attempts=1, retry_delay=retry_delay, deadline=NO_HANG)
        self.addCleanup(client.close)
        with self.assertRaises(cvdvae.ConnectionFailed):
            client.models()
        return client

    def start(self, port: int) -> None:
        server = FakeServer(address=f"127.0.0.1:{port}")
        self.addCleanup(server.__exit__)

    def test_client_looks_again_as_soon_as_it_tries_again(self) -> None:
        port = free_port()
        client = self.refused(port, 0.1)
        self.start(port)
        time.sleep(0.3)
        self.assertEqual("fake-64", client.models().default_model)

    def test_client_does_not_go_by_what_another_one_found(self) -> None:
        port = free_port()
        self.refused(port, 9.0)
        self.start(port)
        with cvdvae.Client(f"http://127.0.0.1:{port}", max_attempts=1, retry_delay=9.0, deadline=NO_HANG) as other:
            self.assertEqual("fake-64", other.models().default_model)


@unittest.skipIf(shutil.which("openssl") is None, "there is no openssl to make certificates")
class Tls(BothClients):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)  # type: ignore[attr-defined]
        cls.folder = pathlib.Path(folder.name)
        for name, alternative in (("right", "DNS:localhost,IP:127.0.0.1"), ("other", "DNS:elsewhere.example")):
            command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
            command += ["-addext", f"subjectAltName={alternative}", "-keyout", str(cls.folder / f"{name}.key"), "-out", str(cls.folder / f"{name}.pem")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)

    def secure_server(self: Any, name: str) -> FakeServer:
        pair = (self.folder / f"{name}.key").read_bytes(), (self.folder / f"{name}.pem").read_bytes()
        return self.server(credentials=grpc.ssl_server_credentials([pair]))

    def certificates(self: Any, name: str) -> pathlib.Path:
        return self.folder / f"{name}.pem"

    def refused(self: Any, message: str, address: str, **options: Any) -> None:
        begin = time.monotonic()
        error = self.fails(cvdvae.ConnectionFailed, address, options={**ONCE, **options})
        self.assertLess(time.monotonic() - begin, NO_HANG)
        self.assertEqual(f"can't reach {address}: {message}", str(error))

    def test_trusted_server(self: Any) -> None:
        server = self.secure_server("right")
        for certificates in (self.certificates("right"), self.certificates("right").read_bytes()):
            for name in ("ca", "root_certificates"):
                events = self.collect(server.address, options={name: certificates})
                self.assertIsInstance(events[-1], cvdvae.Completed)

    def test_trusted_server_behind_a_dns_address(self: Any) -> None:
        server = self.secure_server("right")
        events = self.collect(f"dns:///localhost:{server.port}", options={"tls": True, "root_certificates": self.certificates("right")})
        self.assertIsInstance(events[-1], cvdvae.Completed)

    def test_server_of_another_name(self: Any) -> None:
        server = self.secure_server("other")
        self.refused("the server's certificate is for another name", server.address, root_certificates=self.certificates("other"))
        events = self.collect(server.address, options={"root_certificates": self.certificates("other"), "tls_name": "elsewhere.example"})
        self.assertIsInstance(events[-1], cvdvae.Completed)

    def test_server_that_nobody_vouches_for(self: Any) -> None:
        self.refused(
            "the server's certificate is not one that the root certificates vouch for",
            self.secure_server("right").address,
            root_certificates=self.certificates("other"),
        )

    def careful_server(self: Any) -> FakeServer:
        """A server that takes clients of the authority "other"."""
        pair = (self.folder / "right.key").read_bytes(), (self.folder / "right.pem").read_bytes()
        return self.server(credentials=grpc.ssl_server_credentials([pair], self.certificates("other").read_bytes(), True))

    def test_client_with_a_certificate(self: Any) -> None:
        certificate, key = self.folder / "other.pem", self.folder / "other.key"
        for pair in ((certificate, key), (certificate.read_bytes(), key.read_bytes())):
            for names in (("ca", "cert", "key"), ("root_certificates", "client_certificate", "client_key")):
                options = dict(zip(names, (self.certificates("right"), *pair)))
                self.assertIsInstance(self.collect(self.careful_server().address, options=options)[-1], cvdvae.Completed)

    def test_client_without_a_certificate(self: Any) -> None:
        address = self.careful_server().address
        error = self.fails(cvdvae.ConnectionFailed, address, options={**ONCE, "root_certificates": self.certificates("right")})
        self.assertRegex(str(error), "does the server want a certificate of the client, or another one")

    def test_client_with_another_certificate(self: Any) -> None:
        address = self.careful_server().address
        options = {"root_certificates": self.certificates("right"), "client_certificate": self.folder / "right.pem", "client_key": self.folder / "right.key"}
        error = self.fails(cvdvae.ConnectionFailed, address, options={**ONCE, **options})
        self.assertRegex(str(error), "does the server want a certificate of the client, or another one")

    def test_server_without_tls(self: Any) -> None:
        address = self.server().address.replace("http:", "https:")
        self.refused("the TLS handshake failed; does the server speak TLS?", address, root_certificates=self.certificates("right"))

    def test_server_with_tls_and_a_client_without(self: Any) -> None:
        address = self.secure_server("right").address.replace("https:", "http:")
        self.refused("the connection was closed; does the server expect TLS (https)?", address)


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    suite = load(loader, [Connections, Tls])
    suite.addTests(loader.loadTestsFromTestCase(Reconnecting))
    return suite
