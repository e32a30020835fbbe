"""
One call with all its attempts. Trying again is safe by two conditions: the server had not admitted the call, and the same request gives the
same images.
"""
from __future__ import annotations

import math
import random
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

import grpc

from . import errors
from ._failure import failure, one_line
from ._foreign import foreign_answer
from ._names import LIBRARY, Names
from ._settings import Settings, check_credential, check_request_id, check_seconds
from ._too_large import request_excess
from ._watch import Silence

_SHORTENED = 0.5
_LENGTHENED = 0.25
# What grpc makes of more seconds than this may lie in the past.
_LONGEST = 1e9
_LIMITS_WITHIN = 5.0


class Attempts:
    """Counts the attempts of a call, keeps its deadline, and says whether and when to try again."""

    def __init__(
        self,
        settings: Settings,
        deadline: Optional[float],
        request_id: Optional[str],
        api_key: Optional[str],
        token: Optional[str] = None,
        names: Names = LIBRARY,
        random_number: Callable[[], float] = random.random,
        request_bytes: Optional[int] = None,
    ) -> None:
        check_seconds("deadline", deadline)
        check_request_id(request_id)
        check_credential("api_key", api_key)
        check_credential("token", token)
        self._settings = settings
        limit = settings.deadline if deadline is None else deadline
        self._limit = None if limit == math.inf else limit
        self._request_id = request_id
        self._api_key = settings.api_key if api_key is None else api_key
        self._token = settings.token if token is None else token
        self._names = names
        self._random = random_number
        self._request_bytes = request_bytes
        self._begin = 0.0
        self._end: Optional[float] = None
        self._attempts = 0

    def begin(self) -> Dict[str, Any]:
        """The arguments of the next attempt. Time runs from the first one."""
        now = time.monotonic()
        if self._attempts == 0:
            self._begin = now
            self._end = None if self._limit is None else now + self._limit
        self._attempts += 1
        metadata: List[Tuple[str, str]] = []
        if self._request_id is not None:
            metadata.append(("x-request-id", self._request_id))
        if self._api_key is not None:
            metadata.append(("x-api-key", self._api_key))
        if self._token is not None:
            metadata.append(("authorization", f"Bearer {self._token}"))
        return {"metadata": tuple(metadata), "timeout": None if self._end is None else min(max(0.0, self._end - now), _LONGEST)}

    def silence(self, timeout: Optional[float]) -> Silence:
        """Of an attempt that has begun, with so many seconds left."""
        return Silence(self._settings.lost_after, timeout)

    def elapsed(self, until: float) -> float:
        """Seconds from the call's first attempt until then, by time.monotonic."""
        return until - self._begin

    def wait_after(self, error: grpc.RpcError) -> float:
        """Seconds until the next attempt, after one that failed before the server admitted the call; raises where there is none."""
        failed = self.failure(error)
        wait = self._wait(failed)
        if wait is None or (self._end is not None and time.monotonic() + wait >= self._end):
            raise failed from error
        return wait

    def failure(self, error: grpc.RpcError, admitted: bool = False, request_id: Optional[str] = None) -> errors.CvdvaeError:
        """The error of a failed attempt."""
        identity = request_id or self._request_id
        size = None if admitted else self._request_bytes
        return failure(error, self._settings.address, self._limit, self._attempts, identity, admitted, self._names, size)

    def asks_for_limit(self, failed: errors.TooLarge, error: grpc.RpcError) -> bool:
        """Whether the server may know more of a failure. What stands between has a limit of its own, which the server does not know."""
        return failed.size is not None and failed.limit is None and foreign_answer(one_line(error.details() or "")) is None

    def limits(self) -> Dict[str, Any]:
        """The arguments of a call that asks what the server would have taken of a request that was too large."""
        return {**self.begin(), "timeout": _LIMITS_WITHIN}

    def limited(self, failed: errors.TooLarge, limit: int) -> errors.TooLarge:
        """The same failure with what the server takes, which it says when it is asked."""
        assert self._request_bytes is not None
        if not limit:
            return failed
        known = request_excess(self._request_bytes, limit)
        return errors.TooLarge(
            known.message, size=known.size, limit=limit, status=failed.status, request_id=failed.request_id, attempts=failed.attempts
        )

    def protocol_error(self, problem: str, request_id: Optional[str] = None) -> errors.ProtocolError:
        """What the server sends is not of this protocol."""
        return errors.ProtocolError(
            f"{self._settings.address}: {problem}",
            status=grpc.StatusCode.INTERNAL,
            request_id=request_id or self._request_id,
            attempts=self._attempts,
        )

    def cancelled(self, request_id: Optional[str] = None) -> errors.Cancelled:
        """The caller cancelled the call."""
        return errors.Cancelled(
            "the call was cancelled", status=grpc.StatusCode.CANCELLED, request_id=request_id or self._request_id, attempts=self._attempts
        )

    def _wait(self, failed: errors.CvdvaeError) -> Optional[float]:
        asked, settings = failed.retry_after, self._settings
        retried = isinstance(failed, errors.Unavailable) or (isinstance(failed, errors.Overloaded) and asked is not None)
        if not retried or self._attempts >= settings.max_attempts or (asked is not None and asked > settings.max_retry_delay):
            return None
        # Many clients refused at once must not come back at once: each waits for a time of its own, never less than it was asked to.
        if asked:
            wait = asked * (1 + _LENGTHENED * self._random())
        else:
            wait = settings.retry_delay * 2.0 ** (self._attempts - 1) * (1 - _SHORTENED * self._random())
        return min(wait, settings.max_retry_delay, _LONGEST)
