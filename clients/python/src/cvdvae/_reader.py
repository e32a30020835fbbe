"""The order of a call's events, whichever way they are waited for."""
from __future__ import annotations

import time
from typing import Dict, List, Optional

from ._attempts import Attempts
from .enums import CompletionReason
from .events import Completed, Event, Preview, Result, Started, Timings, read_event
from .images import EncodedImage
from .v1 import super_resolution_service_pb2 as pb


class EventReader:
    """Reads the messages of one call; what the protocol does not allow is an error."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self.started: Optional[Started] = None
        self.completed = False
        self._previews: Dict[int, EncodedImage] = {}
        self._reached: Dict[int, int] = {}
        self._first_preview: Optional[float] = None
        self._last = 0.0

    @property
    def request_id(self) -> Optional[str]:
        """Identity of the call, once the server has said it."""
        return self.started.request_id if self.started is not None else None

    def arrived(self, response: Optional[pb.UpscaleResponse]) -> None:
        """Notes the time when a message came, or the end of them (None); it may be read later, and on another thread."""
        self._last = time.monotonic()
        if self._first_preview is None and response is not None and response.HasField("preview"):
            self._first_preview = self._last

    def read(self, response: pb.UpscaleResponse) -> Optional[Event]:
        """The event of a message; None for a kind that this version does not know."""
        event = read_event(response)
        if self.started is None:
            if not isinstance(event, Started):
                raise self._attempts.protocol_error("the server's first event is not Started")
            self.started = event
        elif event is not None and (self.completed or isinstance(event, Started)):
            raise self._attempts.protocol_error(f"the server sent {type(event).__name__} out of its order", self.request_id)
        if isinstance(event, Preview) and event.sample_index not in self._reached:
            finest = self._previews.get(event.sample_index)
            if finest is None or finest.width <= event.image.width:
                self._previews[event.sample_index] = event.image
        elif isinstance(event, Result):
            self._previews.pop(event.sample_index, None)
            self._reached[event.sample_index] = event.image.width
        self.completed = self.completed or isinstance(event, Completed)
        return event

    def end(self) -> None:
        """The server ended the call well."""
        if self.started is None:
            raise self._attempts.protocol_error("the server ended the call without an event")
        if not self.completed:
            raise self._attempts.protocol_error("the server ended the call before it was completed", self.request_id)

    def end_at_deadline(self) -> Optional[List[Event]]:
        """
        The deadline passed before the server's own end of the call had come: the events that are missing for the call to end well, made of
        the finest previews that have. None where there is no image at all.
        """
        if self.completed:
            return []
        if not self._previews and not self._reached:
            return None
        results = [Result(sample, self._previews[sample], 0.0) for sample in sorted(self._previews)]
        reached = min([*self._reached.values(), *(result.image.width for result in results)])
        first = 0.0 if self._first_preview is None else self._attempts.elapsed(self._first_preview)
        return [*results, Completed(reached, CompletionReason.DEADLINE, Timings(first, self._attempts.elapsed(self._last), 0.0, 0.0, ()))]
