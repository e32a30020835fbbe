"""How a client reaches its server."""
from __future__ import annotations

import dataclasses
import json
import os
import re
import urllib.parse
from typing import List, Optional, Tuple, Union

import grpc

ACCEPTED = "http://host:port, https://host:port, unix:/path or dns:///name:port"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_LEAST_MESSAGE_BYTES = 1024
_MOST_ATTEMPTS = 20
# Of what grpc keeps in 32 bits.
_MOST = 2**31 - 1
_PING_MS = 30_000
_PING_TIMEOUT_MS = 10_000
_PORTS = {"http": 80, "https": 443}

Pem = Union[bytes, str, "os.PathLike[str]", None]
"""PEM, or a file of it."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of a client, checked. A message names the argument, its value and what is accepted."""

    address: str
    tls: bool
    ca: Optional[bytes]
    cert: Optional[bytes]
    key: Optional[bytes] = dataclasses.field(repr=False)
    tls_names: Tuple[str, str, str]
    """What the caller calls ca, cert and key."""
    tls_name: Optional[str]
    api_key: Optional[str] = dataclasses.field(repr=False)
    token: Optional[str] = dataclasses.field(repr=False)
    deadline: Optional[float]
    connect_timeout: float
    max_attempts: int
    retry_delay: float
    max_retry_delay: float
    max_message_bytes: int
    lost_after: float

    def __post_init__(self) -> None:
        split(self.address)
        check_credential("api_key", self.api_key)
        check_credential("token", self.token)
        for name in ("deadline", "connect_timeout", "retry_delay", "lost_after"):
            check_seconds(name, getattr(self, name))
        if not 1 <= self.max_attempts <= _MOST_ATTEMPTS:
            raise ValueError(f"max_attempts: {self.max_attempts} is not from 1 to {_MOST_ATTEMPTS}")
        if not self.max_retry_delay >= self.retry_delay:
            raise ValueError(f"max_retry_delay: {self.max_retry_delay} is less than retry_delay, {self.retry_delay}")
        if self.max_message_bytes < _LEAST_MESSAGE_BYTES:
            raise ValueError(f"max_message_bytes: {self.max_message_bytes} is not {_LEAST_MESSAGE_BYTES} or more")
        if self.max_message_bytes > _MOST:
            raise ValueError(f"max_message_bytes: {self.max_message_bytes} is more than a message can have, {_MOST}")
        ca, cert, key = self.tls_names
        if (self.cert is None) != (self.key is None):
            raise ValueError(f"{cert} and {key} go together")
        if not self.secure and any(value is not None for value in (self.ca, self.cert, self.tls_name)):
            raise ValueError(f"{ca}, {cert} and tls_name are for TLS, which '{self.address}' does not use")

    @property
    def secure(self) -> bool:
        """Whether the connection is over TLS."""
        return self.address.startswith("https:") or (self.tls and self.address.startswith("dns:"))

    @property
    def target(self) -> str:
        """The address in grpc's terms."""
        return split(self.address)[1]

    def credentials(self) -> Optional[grpc.ChannelCredentials]:
        """What TLS needs; None without TLS."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.cert) if self.secure else None

    def channel_options(self) -> List[Tuple[str, Union[str, int]]]:
        """Options of the channel."""
        options: List[Tuple[str, Union[str, int]]] = [
            ("grpc.max_receive_message_length", self.max_message_bytes),
            ("grpc.max_send_message_length", -1),
            # The time for making a connection goes by this name. Later attempts must not be answered from the memory of an earlier one.
            ("grpc.min_reconnect_backoff_ms", _milliseconds(self.connect_timeout)),
            ("grpc.initial_reconnect_backoff_ms", _milliseconds(self.retry_delay / 2)),
            ("grpc.max_reconnect_backoff_ms", max(1000, _milliseconds(self.max_retry_delay))),
            ("grpc.use_local_subchannel_pool", 1),
            # Calls that a stopping server did not take any more are lost for ever by the retries of some versions of grpc. Ours do the same.
            ("grpc.enable_retries", 0),
            # A server that is cut off without a reset is noticed while a call waits for it.
            ("grpc.keepalive_time_ms", _PING_MS),
            ("grpc.keepalive_timeout_ms", _PING_TIMEOUT_MS),
            ("grpc.http2.max_pings_without_data", 0),
        ]
        scheme = split(self.address)[0]
        if scheme == "dns":
            options.append(("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})))
        if self.tls_name is not None:
            options.append(("grpc.ssl_target_name_override", self.tls_name))
        return options


def split(address: str) -> Tuple[str, str]:
    """Scheme and grpc target of an address."""
    if not isinstance(address, str) or not address.strip():
        raise ValueError(f"address: it is empty; {ACCEPTED} is accepted")
    wrong = ValueError(f"address: '{address}' is not {ACCEPTED}")
    if address.startswith("unix:"):
        path = address[len("unix://") :] if address.startswith("unix:///") else address[len("unix:") :]
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"address: '{address}' has no absolute path; {ACCEPTED} is accepted")
        return "unix", f"unix:{path}"
    try:
        parts = urllib.parse.urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if any(character.isspace() for character in address) or parts.query or parts.fragment:
        raise wrong
    if parts.scheme == "dns":
        if len(parts.path) < 2:
            raise wrong
        return "dns", address
    if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.username is not None:
        raise wrong
    name = f"[{host}]" if ":" in host else host
    return parts.scheme, f"dns:///{name}:{_PORTS[parts.scheme] if port is None else port}"


def read_certificates(name: str, certificates: Pem) -> Optional[bytes]:
    """Certificates as PEM, from bytes or a file."""
    return _read_pem(name, certificates, b"-----BEGIN CERTIFICATE-----", "certificate")


def read_key(name: str, key: Pem) -> Optional[bytes]:
    """A private key as PEM, from bytes or a file."""
    data = _read_pem(name, key, b"PRIVATE KEY-----", "private key")
    if data is not None and b"ENCRYPTED" in data:
        raise ValueError(f"{name}: the key needs a password; openssl pkey writes one without")
    return data


def _read_pem(name: str, pem: Pem, marker: bytes, what: str) -> Optional[bytes]:
    if pem is None or isinstance(pem, bytes):
        data = pem
    else:
        with open(pem, "rb") as file:
            data = file.read()
    # grpc would take anything here and fail at each call without a word about it.
    if data is not None and marker not in data:
        raise ValueError(f"{name}: no {what} in PEM is in it")
    return data


def _milliseconds(seconds: float) -> int:
    return max(1, round(min(seconds * 1000, _MOST)))


def check_seconds(name: str, value: Optional[float]) -> None:
    """Refuses a time that is not above 0."""
    if value is not None and not value > 0:
        raise ValueError(f"{name}: {value} is not above 0 seconds")


def check_credential(name: str, value: Optional[str]) -> None:
    """Refuses a key or a token that can't be sent."""
    if value is not None and not (value and all(" " < character <= "~" for character in value)):
        raise ValueError(f"{name}: is empty or has a character that is not printable ASCII")


def check_request_id(request_id: Optional[str]) -> None:
    """Refuses an identity that the server would refuse."""
    if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
        raise ValueError(f"request_id: {request_id!r} is not 1 to 128 letters, digits, '-', '_', '.' or ':'")
