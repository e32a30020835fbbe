"""What goes wrong, as exceptions that can be read. Wrong arguments are ValueError or TypeError, before anything is sent."""
from __future__ import annotations

from typing import Any, Optional

import grpc


class CvdvaeError(Exception):
    """A call failed; the text is a line for whoever made it."""

    def __init__(
        self,
        message: str,
        *,
        status: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        field: Optional[str] = None,
        wire_field: Optional[str] = None,
        retry_after: Optional[float] = None,
        request_id: Optional[str] = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.message = message
        """The text."""
        self.status = status
        """Status of the call."""
        self.field = field
        """The argument that was refused, where the server named one."""
        self.wire_field = wire_field
        """The same by the protocol's name, ``sample_count`` for ``samples``."""
        self.retry_after = retry_after
        """Seconds that the server asks to wait before the next attempt, where it does."""
        self.request_id = request_id
        """Identity of the call in the server's logs and traces, where known."""
        self.attempts = attempts
        """Attempts that were made."""


class InvalidArgument(CvdvaeError):
    """The server does not take the request; ``field`` says which argument."""


class NotFound(CvdvaeError):
    """There is no such model."""


class Unauthenticated(CvdvaeError):
    """The API key is missing, or not one that may do this."""


class Overloaded(CvdvaeError):
    """The server is busy, or a quota is used up; ``retry_after`` says how long to wait."""


class TooLarge(CvdvaeError):
    """A message was larger than its receiver takes: nothing that waiting would help."""

    def __init__(self, message: str, *, size: Optional[int] = None, limit: Optional[int] = None, **known: Any) -> None:
        super().__init__(message, **known)
        self.size = size
        """Bytes of the message, where known."""
        self.limit = limit
        """Most bytes that its receiver takes, where known."""


class Unavailable(CvdvaeError):
    """The server starts, stops or has nobody who does the work."""


class ConnectionFailed(Unavailable):
    """The server can't be reached, or the connection to it was lost."""


class DeadlineExceeded(CvdvaeError, TimeoutError):
    """The deadline passed before the call ended, and before it had an image to end with."""


class Cancelled(CvdvaeError):
    """The call was cancelled."""


class ProtocolError(CvdvaeError):
    """There is another server at the address, or it does not keep to the protocol."""


class BadImage(ProtocolError):
    """An image of the server is not what it says."""
