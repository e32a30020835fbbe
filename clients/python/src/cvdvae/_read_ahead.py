"""Reading before the caller asks, with threads."""
from __future__ import annotations

import atexit
import collections
import threading
import time
from typing import Any, Callable, Deque, Iterator, Optional, Set

import grpc

from ._watch import LostCall, Watch
from .v1 import super_resolution_service_pb2 as pb

MOST_BYTES = 4 << 20
"""What is read before the caller asks for it. The server keeps what comes after that, and lets older previews give way to newer ones."""

# On some systems a signal is only seen between two waits.
_WAIT = 0.2

_LAST_WAIT = 2.0
_running: "Set[ReadAhead]" = set()


class ReadAhead(Iterator[pb.UpscaleResponse]):
    """
    Reads a stream of responses on a thread of its own. When a deadline passes, grpc throws away what has come and was not yet read; a caller
    who is busy with one event would lose those that came meanwhile. And who waits here is not lost with a stream that grpc never ends, not
    even when it is cancelled.
    """

    def __init__(self, stream: Any, arrived: Callable[[Optional[pb.UpscaleResponse]], None], watch: Watch) -> None:
        self._stream = stream
        self._arrived = arrived
        self._watch = watch
        self._changed = threading.Condition()
        self._waiting: Deque[pb.UpscaleResponse] = collections.deque()
        self._bytes = 0
        self._stopped: Optional[float] = None
        self._end: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, name="cvdvae-read-ahead", daemon=True)
        _running.add(self)
        self._thread.start()

    def __next__(self) -> pb.UpscaleResponse:
        with self._changed:
            while not self._waiting:
                self._end = self._end or self._lost()
                if self._end is not None:
                    raise self._end
                self._changed.wait(_WAIT)
            response = self._waiting.popleft()
            self._bytes -= response.ByteSize()
            self._changed.notify_all()
        return response

    def stop(self) -> None:
        """Nobody reads on: cancels the stream, and lets the thread end."""
        self._stream.cancel()
        self._watch.end()
        with self._changed:
            self._stopped = self._stopped or time.monotonic()
            self._changed.notify_all()

    def join(self, until: float) -> None:
        """Waits for the thread to end, until then by time.monotonic."""
        self._thread.join(max(0.0, until - time.monotonic()))

    def _lost(self) -> Optional[LostCall]:
        if self._stopped is not None:
            return LostCall(grpc.StatusCode.CANCELLED, "cancelled") if time.monotonic() - self._stopped >= _LAST_WAIT else None
        lost = self._watch.problem()
        if lost is not None:
            self._stream.cancel()
            self._watch.end()
        return lost

    def _run(self) -> None:
        end: BaseException = StopIteration()
        try:
            for response in self._stream:
                self._watch.heard()
                self._arrived(response)
                with self._changed:
                    self._waiting.append(response)
                    self._bytes += response.ByteSize()
                    self._changed.notify_all()
                    while self._bytes > MOST_BYTES and self._stopped is None:
                        self._changed.wait()
        except BaseException as error:
            end = error
        self._watch.end()
        with self._changed:
            if self._end is None:
                self._arrived(None)
                self._end = end
            self._changed.notify_all()
        _running.discard(self)


@atexit.register
def _end_all() -> None:
    """A thread that the interpreter freezes at its end may hold a lock of grpc's, for which what is cleared up after it would wait for ever."""
    left = list(_running)
    for ahead in left:
        ahead.stop()
    end = time.monotonic() + _LAST_WAIT
    for ahead in left:
        ahead.join(end)
