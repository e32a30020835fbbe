"""What grpc raises, as the errors of this package."""
from __future__ import annotations

import re
from typing import Any, Dict, Optional, Tuple, Type, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from . import errors
from ._foreign import CONTENT_TOO_LARGE, foreign_answer
from ._too_large import excess
from ._wire import error_details_pb2 as wire
from ._names import LIBRARY, Names
from .events import seconds

_DETAILS = "grpc-status-details-bin"
_REQUEST_ID = "x-request-id"
_MAX_TEXT = 500

_KINDS: dict[grpc.StatusCode, Type[errors.CvdvaeError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: errors.InvalidArgument,
    grpc.StatusCode.NOT_FOUND: errors.NotFound,
    grpc.StatusCode.UNAUTHENTICATED: errors.Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: errors.Unauthenticated,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.Overloaded,
    grpc.StatusCode.UNAVAILABLE: errors.Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
    grpc.StatusCode.CANCELLED: errors.Cancelled,
    grpc.StatusCode.UNIMPLEMENTED: errors.ProtocolError,
}

_WANTS_TLS = "does the server expect TLS (https)?"
_WANTS_CERTIFICATE = "does the server want a certificate of the client, or another one?"

# What the transport says, and what it means to whoever typed the address.
_CAUSES = (
    (re.compile(r"certificate.verify.failed", re.I), "the server's certificate is not one that the root certificates vouch for"),
    (re.compile(r"Hostname Verification Check failed|is not in peer certificate|No match found for server name", re.I), "the server's certificate is for another name"),
    (re.compile(r"alert.(certificate|bad.certificate|unknown.ca|handshake.failure|access.denied)", re.I), f"the server refuses the TLS connection; {_WANTS_CERTIFICATE}"),
    (re.compile(r"wrong.version.number|Ssl handshake failed|Handshake read failed|Handshake failed", re.I), "the TLS handshake failed; does the server speak TLS?"),
    (re.compile(r"http1\.x server|Failed parsing HTTP/2|Expected SETTINGS frame", re.I), "the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)"),
    (re.compile(r"DNS resolution failed|Name or service not known|Name resolution|Could not contact DNS|Domain name not found", re.I), "there is no host of this name"),
    (re.compile(r"Connection refused", re.I), "the connection was refused"),
    (re.compile(r"No such file or directory", re.I), "there is no such socket"),
    (re.compile(r"keepalive|Ping timeout", re.I), "the server does not answer any longer"),
    (
        re.compile(r"failed to receive SETTINGS|connection attempt timed out|Connection timed out|Deadline Exceeded|timed? ?out", re.I),
        "the server does not answer",
    ),
    (
        re.compile(r"Socket closed|Connection reset|Broken pipe|Endpoint read failed|recvmsg|GOAWAY", re.I),
        f"the connection was closed; {_WANTS_TLS}",
    ),
)

_NOT_CONNECTED = "failed to connect"

# These come as if the server had said them, when a connection ends under a call.
_LOST = re.compile(r"(Socket closed|Connection (reset|closed|dropped).*|Broken pipe|(Transport|Endpoint) .*|GOAWAY received.*|recvmsg.*|keepalive.*|Ping timeout)", re.I)

_Details = TypeVar("_Details", bound=Message)


def failure(
    error: Any,
    address: str,
    deadline: Optional[float],
    attempts: int,
    request_id: Optional[str],
    admitted: bool = False,
    names: Names = LIBRARY,
    request_bytes: Optional[int] = None,
) -> errors.CvdvaeError:
    """
    The error for what grpc raised (grpc.RpcError with the state of the call).

    deadline is the longest time of the call in seconds, attempts counts the one that failed, admitted says whether the server had accepted
    the call, names are those that its caller knows, and request_bytes is the size of a request that has something that can be large.
    """
    status: grpc.StatusCode = error.code() or grpc.StatusCode.UNKNOWN
    text = one_line(error.details() or "")
    trailers = [(key, value) for key, value in error.trailing_metadata() or ()]
    details = _details(trailers)
    violation = _first_violation(details)
    retry = _detail(details, "google.rpc.RetryInfo", wire.RetryInfo)
    retry_after = max(0.0, seconds(retry.retry_delay)) if retry is not None else None
    kind = _KINDS.get(status, errors.CvdvaeError)
    foreign = foreign_answer(text)
    known = next((value for key, value in trailers if key == _REQUEST_ID and isinstance(value, str)), None)
    facts: Dict[str, Any] = {
        "status": status,
        "field": names.field(violation[0]) if violation is not None else None,
        "wire_field": violation[0] if violation is not None else None,
        "retry_after": retry_after,
        "request_id": one_line(known) if known is not None else request_id,
        "attempts": attempts,
    }
    if foreign is not None and foreign.http == CONTENT_TOO_LARGE and request_bytes is not None:
        facts["status"] = grpc.StatusCode.RESOURCE_EXHAUSTED
        return errors.TooLarge(f"can't reach {address}: {foreign.meaning}: {request_bytes} bytes", size=request_bytes, **facts)
    if status is grpc.StatusCode.RESOURCE_EXHAUSTED and retry is None:
        too_large = excess(text, request_bytes)
        if too_large is not None:
            return errors.TooLarge(too_large.message, size=too_large.size, limit=too_large.limit, **facts)
    if foreign is not None:
        message = f"can't reach {address}: {foreign.meaning}"
    elif status is grpc.StatusCode.UNAVAILABLE and not _from_server(error, text):
        kind = errors.ConnectionFailed
        problem = "lost" if admitted else "can't reach"
        message = f"{problem} {address}: {_cause(text, address)}"
    elif status is grpc.StatusCode.DEADLINE_EXCEEDED:
        limit = "the deadline" if deadline is None else f"the deadline of {deadline:g} s"
        message = f"{limit} passed before the call ended"
    elif status is grpc.StatusCode.UNIMPLEMENTED:
        message = f"{address} does not offer this service" + (f" ({text})" if text else "")
    elif violation is not None and not text.startswith(violation[0]):
        message = names.text(f"{violation[0]}: {violation[1]}")
    else:
        message = names.text(text) or f"the server answered {status.name}"
        if retry_after is not None:
            message += f"; try again in {retry_after:g} s"
    return kind(message, **facts)


def one_line(text: str) -> str:
    """Text of the network as a line that can be shown: without control characters, and not without end."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= _MAX_TEXT else line[:_MAX_TEXT] + "..."


def _from_server(error: Any, text: str) -> bool:
    """Whether the server itself answered, rather than the connection to it failed."""
    return not _LOST.fullmatch(text) and "Error received from peer" in (error.debug_error_string() or "")


def _cause(text: str, address: str) -> str:
    for pattern, meaning in _CAUSES:
        if pattern.search(text):
            # What is asked behind the semicolon is no question for a connection that was there before.
            if not text.startswith(_NOT_CONNECTED):
                return meaning.partition(";")[0]
            return meaning.replace(_WANTS_TLS, _WANTS_CERTIFICATE) if address.startswith("https:") else meaning
    return re.sub(rf"^{_NOT_CONNECTED}[^;]*; last error: ([A-Z]+: )?", "", text) or "the connection failed"


def _details(trailers: list[Tuple[str, Any]]) -> wire.Status:
    # What comes from the network may be anything; the status itself is known.
    for key, value in trailers:
        if key == _DETAILS and isinstance(value, bytes):
            try:
                return wire.Status.FromString(value)
            except DecodeError:
                break
    return wire.Status()


def _detail(status: wire.Status, name: str, kind: Type[_Details]) -> Optional[_Details]:
    for detail in status.details:
        if detail.type_url.rpartition("/")[2] == name:
            try:
                return kind.FromString(detail.value)
            except DecodeError:
                return None
    return None


def _first_violation(status: wire.Status) -> Optional[Tuple[str, str]]:
    bad = _detail(status, "google.rpc.BadRequest", wire.BadRequest)
    if bad is None or not bad.field_violations:
        return None
    return one_line(bad.field_violations[0].field), one_line(bad.field_violations[0].description)
