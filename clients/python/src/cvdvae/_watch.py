"""Calls that grpc loses: they neither hear anything nor end, whatever happens to their connection."""
from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional, Tuple

import grpc

_LATE = 5.0
"""Seconds after its deadline by which grpc ends a call, on the busiest machine."""


class LostCall(grpc.RpcError):
    """What grpc would say of a call that it has lost, if it said anything."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self._code, self._details = code, details

    def code(self) -> grpc.StatusCode:
        """Status of the call."""
        return self._code

    def details(self) -> str:
        """The text of the status."""
        return self._details

    def trailing_metadata(self) -> Tuple[Tuple[str, str], ...]:
        """Nothing came."""
        return ()

    def debug_error_string(self) -> str:
        """grpc has none either."""
        return ""


class Silence:
    """How long a call has heard nothing, and for how long of it there was no connection."""

    def __init__(self, lost_after: float, timeout: Optional[float], clock: Callable[[], float] = time.monotonic) -> None:
        self._lost_after = lost_after
        self._clock = clock
        self._heard = clock()
        self._end = None if timeout is None else self._heard + timeout + _LATE
        self._away: Optional[float] = None

    def heard(self) -> None:
        """A message has come."""
        self._heard, self._away = self._clock(), None

    @property
    def is_long(self) -> bool:
        """Whether it is time to look at the connection."""
        return self._clock() - self._heard >= self._lost_after / 2

    def connection(self, state: grpc.ChannelConnectivity) -> None:
        """What the connection is like now. A stopping server's last calls go on while there is no new one, so its loss alone says nothing."""
        if state is grpc.ChannelConnectivity.READY:
            self._away = None
        elif self._away is None:
            self._away = self._clock()

    def problem(self) -> Optional[LostCall]:
        """What the call fails with; None while it may still hear something."""
        now, away = self._clock(), self._away
        if self._end is not None and now >= self._end:
            return LostCall(grpc.StatusCode.DEADLINE_EXCEEDED, "the deadline passed")
        if away is None or now - self._heard < self._lost_after or now - away < self._lost_after / 2:
            return None
        return LostCall(grpc.StatusCode.UNAVAILABLE, f"nothing was heard for {self._lost_after:g} s, and there is no connection")


class Watch:
    """The same for a channel of threads, whose state is only told to those who subscribe: which costs a thread, so only when it is time."""

    def __init__(self, channel: Any, silence: Silence) -> None:
        self._channel = channel
        self._silence = silence
        self._lock = threading.Lock()
        self._subscribed = False
        self._ended = False

    def heard(self) -> None:
        """A message has come."""
        with self._lock:
            self._silence.heard()
            self._unsubscribe()

    def end(self) -> None:
        """Nobody waits any longer."""
        with self._lock:
            self._ended = True
            self._unsubscribe()

    def problem(self) -> Optional[LostCall]:
        """What the call fails with; None while it may still hear something."""
        with self._lock:
            if self._silence.is_long and not self._subscribed and not self._ended:
                self._subscribed = True
                self._channel.subscribe(self._changed)
            return self._silence.problem()

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        with self._lock:
            if self._subscribed:
                self._silence.connection(state)

    def _unsubscribe(self) -> None:
        if self._subscribed:
            self._subscribed = False
            self._channel.unsubscribe(self._changed)
