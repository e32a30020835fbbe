"""Cases for the client for threads and the one for asyncio alike."""
from __future__ import annotations

import asyncio
import time
import unittest
from typing import Any, List, Type

import cvdvae
import cvdvae.aio
from fake_server import LIMIT, FakeServer, Script, answer

IMAGE = b"an image, as far as a fake server cares"


class BothClients:
    """Mixed into a TestCase by one of the classes below."""

    def collect(self, address: str, image: Any = IMAGE, options: Any = None, pause: float = 0, **arguments: Any) -> List[cvdvae.Event]:
        """All the events of a call of a new client, which does something else for some seconds after the first."""
        raise NotImplementedError

    def models(self, address: str, options: Any = None, **arguments: Any) -> cvdvae.Models:
        """The models of a server, through a new client."""
        raise NotImplementedError

    def server(self, script: Script = answer, **arguments: Any) -> FakeServer:
        """A server for the length of the test."""
        server = FakeServer(script, **arguments)
        self.addCleanup(server.__exit__)  # type: ignore[attr-defined]
        return server

    def fails(self, kind: Type[cvdvae.CvdvaeError], address: str, options: Any = None, **arguments: Any) -> cvdvae.CvdvaeError:
        """The error of a call, of exactly this kind."""
        with self.assertRaises(cvdvae.CvdvaeError) as caught:  # type: ignore[attr-defined]
            self.collect(address, options=options, **arguments)
        self.assertIs(kind, type(caught.exception), caught.exception)  # type: ignore[attr-defined]
        return caught.exception


class WithThreads(BothClients):
    def collect(self, address: str, image: Any = IMAGE, options: Any = None, pause: float = 0, **arguments: Any) -> List[cvdvae.Event]:
        with cvdvae.Client(address, **{"deadline": LIMIT, **(options or {})}) as client:
            call = client.upscale(image, **arguments)
            events = [next(call)]
            time.sleep(pause)
            return events + list(call)

    def models(self, address: str, options: Any = None, **arguments: Any) -> cvdvae.Models:
        with cvdvae.Client(address, **{"deadline": LIMIT, **(options or {})}) as client:
            return client.list_models(**arguments)


class WithAsyncio(BothClients):
    def collect(self, address: str, image: Any = IMAGE, options: Any = None, pause: float = 0, **arguments: Any) -> List[cvdvae.Event]:
        async def run() -> List[cvdvae.Event]:
            async with cvdvae.aio.Client(address, **{"deadline": LIMIT, **(options or {})}) as client:
                call = client.upscale(image, **arguments)
                events = [await call.__anext__()]
                await asyncio.sleep(pause)
                return events + [event async for event in call]

        return asyncio.run(asyncio.wait_for(run(), 2 * LIMIT))

    def models(self, address: str, options: Any = None, **arguments: Any) -> cvdvae.Models:
        async def run() -> cvdvae.Models:
            async with cvdvae.aio.Client(address, **{"deadline": LIMIT, **(options or {})}) as client:
                return await client.list_models(**arguments)

        return asyncio.run(asyncio.wait_for(run(), 2 * LIMIT))


def load(loader: unittest.TestLoader, cases: List[type]) -> unittest.TestSuite:
    """Each class of cases once with each client."""
    suite = unittest.TestSuite()
    for case in cases:
        for client in (WithThreads, WithAsyncio):
            both = type(f"{case.__name__}{client.__name__}", (case, client, unittest.TestCase), {"__module__": case.__module__})
            suite.addTests(loader.loadTestsFromTestCase(both))
    return suite
