"""The order of a call's events, whichever way they are waited for."""
from __future__ import annotations

from typing import Optional

from ._attempts import Attempts
from .events import Completed, Event, Started, read_event
from .v1 import super_resolution_service_pb2 as pb


class EventReader:
    """Reads the messages of one call; what the protocol does not allow is an error."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self.started: Optional[Started] = None
        self.completed = False

    @property
    def request_id(self) -> Optional[str]:
        """Identity of the call, once the server has said it."""
        return self.started.request_id if self.started is not None else None

    def read(self, response: pb.UpscaleResponse) -> Optional[Event]:
        """The event of a message; None for a kind that this version does not know."""
        event = read_event(response)
        if self.started is None:
            if not isinstance(event, Started):
                raise self._attempts.protocol_error("the server's first event is not Started")
            self.started = event
        elif event is not None and (self.completed or isinstance(event, Started)):
            raise self._attempts.protocol_error(f"the server sent {type(event).__name__} out of its order", self.request_id)
        self.completed = self.completed or isinstance(event, Completed)
        return event

    def end(self) -> None:
        """The server ended the call well."""
        if self.started is None:
            raise self._attempts.protocol_error("the server ended the call without an event")
        if not self.completed:
            raise self._attempts.protocol_error("the server ended the call before it was completed", self.request_id)
