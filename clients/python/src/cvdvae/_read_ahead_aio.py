"""Reading before the caller asks, with asyncio."""
from __future__ import annotations

import asyncio
import collections
from typing import Any, Callable, Deque, Optional

import grpc.aio

from ._pause_aio import pause
from ._read_ahead import MOST_BYTES
from ._watch import Silence
from .v1 import super_resolution_service_pb2 as pb

_LOOK = 1.0
"""Seconds between two looks at the connection of a silent call."""


class ReadAhead:
    """Reads a stream of responses in a task of its own, for the reason that its namesake for threads has."""

    def __init__(self, channel: Any, stream: Any, arrived: Callable[[Optional[pb.UpscaleResponse]], None], silence: Silence) -> None:
        self._channel = channel
        self._stream = stream
        self._arrived = arrived
        self._silence = silence
        self._waiting: Deque[pb.UpscaleResponse] = collections.deque()
        self._bytes = 0
        self._stopped = False
        self._ended = False
        self._error: Optional[BaseException] = None
        self._came, self._went = asyncio.Event(), asyncio.Event()
        self._task = asyncio.ensure_future(self._run())

    async def read(self) -> Any:
        """The next response, or grpc.aio.EOF."""
        while not self._waiting:
            if self._error is not None:
                raise self._error
            if self._ended:
                return grpc.aio.EOF
            self._came.clear()
            self._give_up_where_lost()
            await pause(self._came, _LOOK)
        response = self._waiting.popleft()
        self._bytes -= response.ByteSize()
        self._went.set()
        return response

    def stop(self) -> None:
        """Nobody reads on: lets the task end, once the stream is cancelled."""
        self._stopped = True
        self._went.set()

    def _give_up_where_lost(self) -> None:
        if self._silence.is_long:
            self._silence.connection(self._channel.get_state())
        lost = self._silence.problem()
        if lost is not None:
            self._stream.cancel()
            self._stopped = True
            raise lost

    async def _run(self) -> None:
        try:
            while (response := await self._stream.read()) is not grpc.aio.EOF:
                self._silence.heard()
                self._arrived(response)
                self._waiting.append(response)
                self._bytes += response.ByteSize()
                self._came.set()
                while self._bytes > MOST_BYTES and not self._stopped:
                    self._went.clear()
                    await self._went.wait()
        except BaseException as error:
            # Also a cancellation: grpc raises that for the call's, which is for the caller to judge.
            self._error = error
        self._arrived(None)
        self._ended = True
        self._came.set()
