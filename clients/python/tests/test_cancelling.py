"""Leaving calls, with threads. What is different with asyncio is in test_aio."""
from __future__ import annotations

import subprocess
import sys
import threading
import time
import unittest
from typing import Any

import grpc

import cvdvae
from fake_server import FakeServer, answer, preview, refusing, retry_info, started


class CancelTests(unittest.TestCase):
    def setUp(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 1)
            self.server.wait_until_left()

        self.server = FakeServer(script)
        self.addCleanup(self.server.__exit__)
        self.client = cvdvae.Client(self.server.address, deadline=20)
        self.addCleanup(self.client.close)

    def left(self) -> None:
        self.assertTrue(self.server.left.wait(5), "the server was not told")

    def test_leaving_the_loop(self) -> None:
        for event in self.client.upscale(b"image"):
            if isinstance(event, cvdvae.Preview):
                break
        self.left()

    def test_close_ends_the_iteration(self) -> None:
        call = self.client.upscale(b"image")
        next(call)
        call.close()
        self.left()
        self.assertEqual([], list(call))

    def test_end_of_with(self) -> None:
        with self.client.upscale(b"image") as call:
            next(call)
            self.assertFalse(self.server.left.is_set())
        self.left()

    def test_cancel_from_another_thread_wakes_who_waits(self) -> None:
        call = self.client.upscale(b"image")
        next(call), next(call)
        timer = threading.Timer(0.2, call.cancel)
        timer.start()
        self.addCleanup(timer.join)
        with self.assertRaises(cvdvae.Cancelled) as caught:
            next(call)
        self.assertEqual(("the call was cancelled", "made-by-the-server"), (str(caught.exception), caught.exception.request_id))
        self.left()

    def test_cancel_before_the_beginning(self) -> None:
        call = self.client.upscale(b"image")
        call.cancel()
        with self.assertRaises(cvdvae.Cancelled):
            next(call)
        self.assertEqual(0, self.server.calls)

    def test_cancel_while_waiting_for_another_attempt(self) -> None:
        self.server.script = refusing(9, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(8))
        call = self.client.upscale(b"image")
        timer = threading.Timer(0.3, call.cancel)
        timer.start()
        self.addCleanup(timer.join)
        begin = time.monotonic()
        with self.assertRaises(cvdvae.Cancelled):
            next(call)
        self.assertLess(time.monotonic() - begin, 5)

    def test_an_error_ends_the_call(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield started(request, context)
            self.server.wait_until_left()

        self.server.script = script
        call = self.client.upscale(b"image")
        with self.assertRaises(cvdvae.ProtocolError):
            list(call)
        # While there still is a reference to it.
        self.left()
        self.assertEqual([], list(call))

    def test_process_that_ends_within_a_call_ends_at_once(self) -> None:
        # The call is still there while the interpreter clears up.
        program = f"import cvdvae; call = cvdvae.Client('{self.server.address}').upscale(b'image', deadline=300); next(call)"
        for _ in range(3):
            done = subprocess.run([sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            self.assertEqual((0, b""), (done.returncode, done.stdout))
            self.left()
            self.server.left.clear()

    def test_process_that_ends_after_a_refused_connection_ends_at_once(self) -> None:
        # The client is never closed, and its connection is still being tried.
        self.server.__exit__()
        program = f"import cvdvae; client = cvdvae.Client('{self.server.address}'); next(client.upscale(b'image'))"
        for _ in range(3):
            done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            self.assertEqual(1, done.returncode)
            self.assertIn(b"the connection was refused", done.stdout)

    def test_closing_the_client_ends_its_calls(self) -> None:
        call = self.client.upscale(b"image")
        next(call), next(call)
        self.client.close()
        with self.assertRaises(cvdvae.Cancelled):
            next(call)
        self.left()

    def test_a_call_that_is_read_to_its_end_was_not_cancelled(self) -> None:
        ended = []

        def script(request: Any, context: Any) -> Any:
            yield from answer(request, context)
            ended.append(context.is_active())

        self.server.script = script
        events = list(self.client.upscale(b"image"))
        self.assertIsInstance(events[-1], cvdvae.Completed)
        self.assertEqual([True], ended)
