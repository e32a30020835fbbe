"""What is different with asyncio: leaving calls, and calls beside each other."""
from __future__ import annotations

import asyncio
import time
import unittest
from typing import Any

import grpc

import cvdvae
import cvdvae.aio
from cvdvae._read_ahead_aio import ReadAhead
from cvdvae._watch import Silence
from cvdvae.v1 import super_resolution_service_pb2 as pb
from fake_server import FakeServer, answer, preview, refusing, retry_info, started


class CancelTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 1)
            self.server.wait_until_left()

        self.server = FakeServer(script)
        self.addCleanup(self.server.__exit__)
        self.client = cvdvae.aio.Client(self.server.address, deadline=20)
        self.addAsyncCleanup(self.client.close)

    async def left(self) -> None:
        told = await asyncio.get_running_loop().run_in_executor(None, self.server.left.wait, 5)
        self.assertTrue(told, "the server was not told")

    async def test_leaving_the_loop(self) -> None:
        async for event in self.client.upscale(b"image"):
            if isinstance(event, cvdvae.Preview):
                break
        await self.left()

    async def test_close_ends_the_iteration(self) -> None:
        call = self.client.upscale(b"image")
        await call.__anext__()
        await call.aclose()
        await self.left()
        self.assertEqual([], [event async for event in call])

    async def test_end_of_with(self) -> None:
        async with self.client.upscale(b"image") as call:
            await call.__anext__()
            self.assertFalse(self.server.left.is_set())
        await self.left()

    async def test_cancelled_task_cancels_the_call(self) -> None:
        seen = asyncio.Event()

        async def read() -> None:
            async for event in self.client.upscale(b"image"):
                if isinstance(event, cvdvae.Preview):
                    seen.set()

        task = asyncio.ensure_future(read())
        await asyncio.wait_for(seen.wait(), 10)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        await self.left()

    async def test_wait_for_is_a_deadline(self) -> None:
        async def read() -> None:
            async for _ in self.client.upscale(b"image"):
                pass

        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(read(), 2)
        await self.left()

    async def test_cancel_wakes_who_waits(self) -> None:
        call = self.client.upscale(b"image")
        await call.__anext__()
        await call.__anext__()
        asyncio.get_running_loop().call_later(0.2, call.cancel)
        with self.assertRaises(cvdvae.Cancelled) as caught:
            await call.__anext__()
        self.assertEqual("made-by-the-server", caught.exception.request_id)
        await self.left()

    async def test_cancel_before_the_beginning(self) -> None:
        call = self.client.upscale(b"image")
        call.cancel()
        with self.assertRaises(cvdvae.Cancelled):
            await call.__anext__()
        self.assertEqual(0, self.server.calls)

    async def test_cancel_while_waiting_for_another_attempt(self) -> None:
        self.server.script = refusing(9, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(8))
        call = self.client.upscale(b"image")
        asyncio.get_running_loop().call_later(0.3, call.cancel)
        begin = time.monotonic()
        with self.assertRaises(cvdvae.Cancelled):
            await call.__anext__()
        self.assertLess(time.monotonic() - begin, 5)

    async def test_an_error_ends_the_call(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield started(request, context)
            self.server.wait_until_left()

        self.server.script = script
        call = self.client.upscale(b"image")
        with self.assertRaises(cvdvae.ProtocolError):
            [event async for event in call]
        # While there still is a reference to it.
        await self.left()
        self.assertEqual([], [event async for event in call])

    async def test_calls_beside_each_other(self) -> None:
        self.server.script = answer

        async def last(seed: int) -> Any:
            return [event async for event in self.client.upscale(b"image", seed=seed)]

        calls = await asyncio.wait_for(asyncio.gather(*(last(seed) for seed in range(6))), 20)

        self.assertEqual(list(range(6)), [events[0].seed for events in calls])
        self.assertTrue(all(isinstance(events[-1], cvdvae.Completed) for events in calls))


class LoopTests(unittest.TestCase):
    def test_client_is_made_outside_of_a_loop(self) -> None:
        with FakeServer() as server:
            client = cvdvae.aio.Client(server.address, deadline=20)

            async def read() -> Any:
                async with client:
                    return [event async for event in client.upscale(b"image")]

            self.assertIsInstance(asyncio.run(read())[-1], cvdvae.Completed)

    def test_client_that_made_no_call_closes(self) -> None:
        async def run() -> None:
            async with cvdvae.aio.Client():
                pass

        asyncio.run(run())

class SilentStream:
    """A stream of grpc.aio on which nothing comes by itself."""

    async def read(self) -> Any:
        await asyncio.Event().wait()

    def cancel(self) -> None:
        pass


class CancelledTaskTests(unittest.TestCase):
    def test_a_task_that_is_cancelled_when_an_event_comes_ends(self) -> None:
        async def run() -> None:
            ahead = ReadAhead(None, SilentStream(), lambda _: None, Silence(60, None))
            reader = asyncio.ensure_future(ahead.read())
            await asyncio.sleep(0.01)
            # Both before the task runs again.
            ahead._waiting.append(pb.UpscaleResponse())
            ahead._came.set()
            reader.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await reader
            ahead.stop()

        asyncio.run(run())
