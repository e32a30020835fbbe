"""Reading before the caller asks, with threads."""
from __future__ import annotations

import atexit
import collections
import threading
from typing import Any, Callable, Deque, Iterator, Optional, Set

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
    who is busy with one event would lose those that came meanwhile.
    """

    def __init__(self, stream: Any, arrived: Callable[[Optional[pb.UpscaleResponse]], None]) -> None:
        self._stream = stream
        self._arrived = arrived
        self._changed = threading.Condition()
        self._waiting: Deque[pb.UpscaleResponse] = collections.deque()
        self._bytes = 0
        self._stopped = False
        self._end: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, name="cvdvae-read-ahead", daemon=True)
        _running.add(self)
        self._thread.start()

    def __next__(self) -> pb.UpscaleResponse:
        with self._changed:
            while not self._waiting:
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
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Waits a moment for the thread to end."""
        self._thread.join(_LAST_WAIT)

    def _run(self) -> None:
        end: BaseException = StopIteration()
        try:
            for response in self._stream:
                self._arrived(response)
                with self._changed:
                    self._waiting.append(response)
                    self._bytes += response.ByteSize()
                    self._changed.notify_all()
                    while self._bytes > MOST_BYTES and not self._stopped:
                        self._changed.wait()
        except BaseException as error:
            end = error
        self._arrived(None)
        with self._changed:
            self._end = end
            self._changed.notify_all()
        _running.discard(self)


@atexit.register
def _end_all() -> None:
    """A thread that the interpreter freezes at its end may hold a lock of grpc's, for which what is cleared up after it would wait for ever."""
    left = list(_running)
    for ahead in left:
        ahead.stop()
    for ahead in left:
        ahead.join()
