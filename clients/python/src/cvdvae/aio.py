"""
The client for asyncio.

    async with cvdvae.aio.Client("http://127.0.0.1:5000") as client:
        async for event in client.upscale("small.png", samples=5):
            ...
"""
from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, AsyncIterator, Callable, Iterator, Optional, Type

import grpc
import grpc.aio

from ._attempts import Attempts
from ._base import ClientBase
from ._pause_aio import pause
from ._read_ahead_aio import ReadAhead
from ._reader import EventReader
from ._settings import Settings
from ._signature import checked
from .errors import DeadlineExceeded, TooLarge
from .events import Event
from .models import Models, read_models
from .v1 import super_resolution_service_pb2 as pb
from .v1 import super_resolution_service_pb2_grpc as pb_grpc

__all__ = ["Client", "UpscaleCall"]


class UpscaleCall(AsyncIterator[Event]):
    """
    The events of one call, as they come. Leaving it (``aclose``, the end of an ``async with``, the task's cancellation, or no more references
    to it) cancels the call, and the server stops working for it.
    """

    def __init__(self, channel: Callable[[], Any], request: pb.UpscaleRequest, attempts: Attempts) -> None:
        self._channel = channel
        self._request = request
        self._attempts = attempts
        self._reader = EventReader(attempts)
        self._stream: Any = None
        self._ahead: Optional[ReadAhead] = None
        self._rest: Optional[Iterator[Event]] = None
        self._pause: Optional["asyncio.Event"] = None
        self._stopped = False
        self._ended = False

    def __aiter__(self) -> UpscaleCall:
        return self

    async def __anext__(self) -> Event:
        if self._ended:
            raise StopAsyncIteration
        try:
            while self._rest is None:
                try:
                    response = await self._read() if self._reader.started is not None else await self._first()
                except DeadlineExceeded:
                    rest = self._reader.end_at_deadline()
                    if rest is None:
                        raise
                    self._rest = iter(rest)
                    break
                if response is None:
                    self._reader.end()
                    self._ended = True
                    raise StopAsyncIteration
                event = self._reader.read(response)
                if event is not None:
                    return event
            if self._stopped:
                raise self._attempts.cancelled(self._reader.request_id)
            event = next(self._rest, None)
            if event is None:
                raise StopAsyncIteration
            return event
        except BaseException:
            # Whatever it was, also the task's cancellation: nobody reads on, and the server need not work on.
            self._close()
            raise

    def cancel(self) -> None:
        """Cancels the call; whoever waits for its next event gets Cancelled."""
        self._stopped = True
        if self._pause is not None:
            self._pause.set()
        if self._stream is not None:
            self._stream.cancel()
        if self._ahead is not None:
            self._ahead.stop()

    async def aclose(self) -> None:
        """Cancels the call where it still runs; there are no more events."""
        self._close()

    async def __aenter__(self) -> UpscaleCall:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self._close()

    def __del__(self) -> None:
        # Without its loop there is nothing left to tell the server; a constructor that failed has nothing to close.
        if getattr(self, "_stream", None) is not None and not self._ended:
            try:
                self._close()
            except RuntimeError:
                pass

    def _close(self) -> None:
        self._ended = True
        self.cancel()

    async def _first(self) -> Optional[pb.UpscaleResponse]:
        """Begins the call and waits for its first event: with it the server has admitted the call."""
        while True:
            if self._stopped:
                raise self._attempts.cancelled()
            arguments = self._attempts.begin()
            self._stream = pb_grpc.SuperResolutionServiceStub(self._channel()).Upscale(self._request, **arguments)
            silence = self._attempts.silence(arguments["timeout"])
            self._ahead = ReadAhead(self._channel(), self._stream, self._reader.arrived, silence)
            try:
                return await self._next()
            except grpc.RpcError as error:
                if self._stopped:
                    raise self._attempts.cancelled() from error
                try:
                    wait = self._attempts.wait_after(error)
                except TooLarge as failed:
                    raise await self._with_limit(failed, error) from error
            self._pause = asyncio.Event()
            await pause(self._pause, wait)

    async def _with_limit(self, failed: TooLarge, error: grpc.RpcError) -> TooLarge:
        """Where the server does not say what it takes, it is asked; where it does not answer that either, the failure is told as it is."""
        if not self._attempts.asks_for_limit(failed, error):
            return failed
        try:
            service = pb_grpc.SuperResolutionServiceStub(self._channel())
            answer: pb.ListModelsResponse = await service.ListModels(pb.ListModelsRequest(), **self._attempts.limits())
        except grpc.RpcError:
            return failed
        return self._attempts.limited(failed, answer.limits.max_message_bytes)

    async def _read(self) -> Optional[pb.UpscaleResponse]:
        if self._stopped:
            raise self._attempts.cancelled(self._reader.request_id)
        try:
            return await self._next()
        except grpc.RpcError as error:
            if self._stopped:
                raise self._attempts.cancelled(self._reader.request_id) from error
            raise self._attempts.failure(error, admitted=True, request_id=self._reader.request_id) from error

    async def _next(self) -> Optional[pb.UpscaleResponse]:
        try:
            assert self._ahead is not None
            response = await self._ahead.read()
        except asyncio.CancelledError as error:
            # grpc raises this for the call's cancellation as well, which must not be taken for the task's.
            if self._stopped:
                raise self._attempts.cancelled(self._reader.request_id) from error
            raise
        return None if response is grpc.aio.EOF else response


class Client(ClientBase[UpscaleCall]):
    """Calls a super-resolution server from one event loop; make one and keep it."""

    def _open(self) -> None:
        # By the first call: a channel belongs to the loop that runs when it is made.
        self._channel: Any = None

    @checked
    async def list_models(
        self, *, deadline: Optional[float] = None, request_id: Optional[str] = None, api_key: Optional[str] = None, token: Optional[str] = None
    ) -> Models:
        """The models that are ready, and the limits of the server. Raises CvdvaeError."""
        attempts = self._attempts(deadline, request_id, api_key, token)
        while True:
            try:
                service = pb_grpc.SuperResolutionServiceStub(self._connected())
                return read_models(await service.ListModels(pb.ListModelsRequest(), **attempts.begin()))
            except grpc.RpcError as error:
                wait = attempts.wait_after(error)
            await asyncio.sleep(wait)

    models = list_models
    """Another name of it."""

    async def close(self) -> None:
        """Closes the connection; running calls end."""
        if self._channel is not None:
            await self._channel.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        await self.close()

    def _begin(self, request: pb.UpscaleRequest, attempts: Attempts) -> UpscaleCall:
        return UpscaleCall(self._connected, request, attempts)

    def _connected(self) -> Any:
        if self._channel is None:
            self._channel = _connect(self._settings)
        return self._channel


def _connect(settings: Settings) -> Any:
    credentials = settings.credentials()
    if credentials is None:
        return grpc.aio.insecure_channel(settings.target, settings.channel_options())
    return grpc.aio.secure_channel(settings.target, credentials, settings.channel_options())
