"""The client for threads."""
from __future__ import annotations

import atexit
import threading
import weakref
from types import TracebackType
from typing import Any, Iterator, Optional, Type

import grpc

from ._attempts import Attempts
from ._base import ClientBase
from ._read_ahead import ReadAhead
from ._reader import EventReader
from ._settings import Settings
from ._signature import checked
from ._watch import Watch
from .errors import DeadlineExceeded, TooLarge
from .events import Event
from .models import Models, read_models
from .v1 import super_resolution_service_pb2 as pb
from .v1 import super_resolution_service_pb2_grpc as pb_grpc


class UpscaleCall(Iterator[Event]):
    """
    The events of one call, as they come. Leaving it (``close``, the end of a ``with``, or no more references to it) cancels the call, and the
    server stops working for it.
    """

    def __init__(self, channel: grpc.Channel, service: Any, request: pb.UpscaleRequest, attempts: Attempts) -> None:
        self._channel = channel
        self._service = service
        self._request = request
        self._attempts = attempts
        self._reader = EventReader(attempts)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._ahead: Optional[ReadAhead] = None
        self._rest: Optional[Iterator[Event]] = None
        self._ended = False

    def __iter__(self) -> UpscaleCall:
        return self

    def __next__(self) -> Event:
        if self._ended:
            raise StopIteration
        try:
            while self._rest is None:
                try:
                    response = self._read() if self._reader.started is not None else self._first()
                except DeadlineExceeded:
                    rest = self._reader.end_at_deadline()
                    if rest is None:
                        raise
                    self._rest = iter(rest)
                    break
                if response is None:
                    self._reader.end()
                    self._ended = True
                    raise StopIteration
                event = self._reader.read(response)
                if event is not None:
                    return event
            if self._stop.is_set():
                raise self._attempts.cancelled(self._reader.request_id)
            return next(self._rest)
        except BaseException:
            # Whatever it was, also Ctrl-C: nobody reads on, and the server need not work on.
            self.close()
            raise

    def cancel(self) -> None:
        """Cancels the call, from any thread; whoever waits for its next event gets Cancelled."""
        self._stop.set()
        with self._lock:
            ahead = self._ahead
        if ahead is not None:
            ahead.stop()

    def close(self) -> None:
        """Cancels the call where it still runs; there are no more events."""
        self._ended = True
        self.cancel()

    def __enter__(self) -> UpscaleCall:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self.close()

    def __del__(self) -> None:
        # An object whose constructor failed has nothing to close.
        if hasattr(self, "_ended"):
            self.close()

    def _first(self) -> Optional[pb.UpscaleResponse]:
        """Begins the call and waits for its first event: with it the server has admitted the call."""
        while True:
            with self._lock:
                # Under the lock, so that a cancel either sees the stream or is seen here.
                if self._stop.is_set():
                    raise self._attempts.cancelled()
                arguments = self._attempts.begin()
                stream = self._service.Upscale(self._request, **arguments)
                watch = Watch(self._channel, self._attempts.silence(arguments["timeout"]))
                self._ahead = ReadAhead(stream, self._reader.arrived, watch)
            try:
                return self._next()
            except grpc.RpcError as error:
                if self._stop.is_set():
                    raise self._attempts.cancelled() from error
                try:
                    wait = self._attempts.wait_after(error)
                except TooLarge as failed:
                    raise self._with_limit(failed, error) from error
            _pause(self._channel, self._stop, wait)

    def _with_limit(self, failed: TooLarge, error: grpc.RpcError) -> TooLarge:
        """Where the server does not say what it takes, it is asked; where it does not answer that either, the failure is told as it is."""
        if not self._attempts.asks_for_limit(failed, error):
            return failed
        try:
            answer: pb.ListModelsResponse = self._service.ListModels(pb.ListModelsRequest(), **self._attempts.limits())
        except grpc.RpcError:
            return failed
        return self._attempts.limited(failed, answer.limits.max_message_bytes)

    def _read(self) -> Optional[pb.UpscaleResponse]:
        if self._stop.is_set():
            raise self._attempts.cancelled(self._reader.request_id)
        try:
            return self._next()
        except grpc.RpcError as error:
            if self._stop.is_set():
                raise self._attempts.cancelled(self._reader.request_id) from error
            raise self._attempts.failure(error, admitted=True, request_id=self._reader.request_id) from error

    def _next(self) -> Optional[pb.UpscaleResponse]:
        assert self._ahead is not None
        return next(self._ahead, None)


class Client(ClientBase[UpscaleCall]):
    """Calls a super-resolution server. Safe for use by many threads; make one and keep it."""

    def _open(self) -> None:
        self._channel = _connect(self._settings)
        _open.add(self._channel)
        self._service = pb_grpc.SuperResolutionServiceStub(self._channel)

    @checked
    def list_models(
        self, *, deadline: Optional[float] = None, request_id: Optional[str] = None, api_key: Optional[str] = None, token: Optional[str] = None
    ) -> Models:
        """The models that are ready, and the limits of the server. Raises CvdvaeError."""
        return read_models(self._list_models(self._attempts(deadline, request_id, api_key, token)))

    models = list_models
    """Another name of it."""

    def close(self) -> None:
        """Closes the connection; running calls end."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self.close()

    def _begin(self, request: pb.UpscaleRequest, attempts: Attempts) -> UpscaleCall:
        return UpscaleCall(self._channel, self._service, request, attempts)

    def _list_models(self, attempts: Attempts) -> pb.ListModelsResponse:
        while True:
            try:
                response: pb.ListModelsResponse = self._service.ListModels(pb.ListModelsRequest(), **attempts.begin())
                return response
            except grpc.RpcError as error:
                wait = attempts.wait_after(error)
            _pause(self._channel, threading.Event(), wait)


# A thread of grpc's that the interpreter freezes at its end may hold a lock for which the clearing up of an open channel would wait for ever.
_open: "weakref.WeakSet[grpc.Channel]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for channel in list(_open):
        channel.close()


def _connect(settings: Settings) -> grpc.Channel:
    credentials = settings.credentials()
    if credentials is None:
        return grpc.insecure_channel(settings.target, settings.channel_options())
    return grpc.secure_channel(settings.target, credentials, settings.channel_options())


_FIRST_LOOK = 1.0


def _pause(channel: grpc.Channel, stop: threading.Event, seconds: float) -> None:
    """
    Waits before the next attempt, while the channel connects anew. grpc goes on with a connection only while somebody waits for something of it, and
    an attempt that comes too early ends at once; without a watcher the connection would lie until grpc's own timer of 5 s.
    """

    told = threading.Event()

    def watch(_: grpc.ChannelConnectivity) -> None:
        told.set()

    channel.subscribe(watch, try_to_connect=True)
    try:
        stop.wait(seconds)
        # grpc's thread complains on standard error about a channel that is closed before it has looked at it.
        told.wait(_FIRST_LOOK)
    finally:
        channel.unsubscribe(watch)
