"""Messages that are larger than their receivers take."""
from __future__ import annotations

import re
from typing import NamedTuple, Optional

# The words of gRPC's implementations: C and Go, .NET, Java, Connect.
_REFUSED = re.compile(r"message (exceeds|larger than|size)|larger than max", re.I)
_NUMBERS = re.compile(r"\((\d+) vs\. (\d+)\)|maximum size (\d+)")


class Excess(NamedTuple):
    """What was too large."""

    message: str
    size: Optional[int]
    limit: Optional[int]


def excess(text: str, request_bytes: Optional[int]) -> Optional[Excess]:
    """
    Reads the text of RESOURCE_EXHAUSTED without a time to come back; None where it says something else. request_bytes is the size of the
    request, where it has something that can be large and was not taken yet: otherwise it is an answer that this side does not take.
    """
    if not _REFUSED.search(text):
        return None
    numbers = _NUMBERS.search(text)
    first, limit, maximum = (None if value is None else int(value) for value in numbers.groups()) if numbers else (None, None, None)
    if request_bytes is None:
        return Excess(f"the server's answer is too large: {first} bytes; max_message_bytes is {limit}" if numbers else text, first, limit)
    return request_excess(request_bytes, limit if maximum is None else maximum)


def request_excess(size: int, limit: Optional[int]) -> Excess:
    """A request that the server does not take, and what it would take where that is known."""
    taken = "the server takes less" if limit is None else f"the server takes at most {limit}"
    return Excess(f"the request is too large: {size} bytes; {taken}", size, limit)
