"""Answers in HTTP's own words: of some other server, or of one in between."""
from __future__ import annotations

import re
from typing import Dict, NamedTuple, Optional

CONTENT_TOO_LARGE = 413
_NO_GRPC = "the server does not speak gRPC there"
_MEANINGS: Dict[int, str] = {
    401: "what answers there wants credentials",
    403: "what answers there refuses this client",
    407: "what answers there wants credentials",
    CONTENT_TOO_LARGE: "the request is too large for what answers there",
    421: "the server is not one of this name",
    429: "what answers there takes no more calls for now",
    502: "what answers there does not reach the service",
    503: "what answers there does not reach the service",
    504: "what answers there does not reach the service",
}
# What grpc says of an answer with another status than 200, and of one that is a page.
_STATUS = re.compile(r"Received http2 (?:header with status|:status header with non-200 OK status): (\d{3})")


class ForeignAnswer(NamedTuple):
    """What was answered in place of gRPC."""

    http: int
    meaning: str


def foreign_answer(text: str) -> Optional[ForeignAnswer]:
    """Reads the text of a status; None where gRPC was answered."""
    found = _STATUS.match(text)
    if found is None:
        return None
    http = int(found[1])
    return ForeignAnswer(http, f"{_MEANINGS.get(http, _NO_GRPC)} (HTTP {http})")
