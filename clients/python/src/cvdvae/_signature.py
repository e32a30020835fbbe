"""Arguments that there are not: the error names the class that the caller knows, and the argument that was meant."""
from __future__ import annotations

import difflib
import functools
import inspect
from typing import Any, Callable, Dict, TypeVar, cast

_FunctionT = TypeVar("_FunctionT", bound=Callable[..., Any])

# What other libraries call it, where no letters are alike.
_ELSEWHERE: Dict[str, str] = {"timeout": "deadline", "host": "address", "url": "address", "n": "samples", "format": "result_format"}


def checked(method: _FunctionT) -> _FunctionT:
    """The method; a keyword argument that it has not is a TypeError that names the nearest one."""
    known = [name for name in inspect.signature(method).parameters if name != "self"]

    @functools.wraps(method)
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        for name in options:
            if name not in known:
                raise TypeError(f"{type(self).__name__}{_called(method)} has no argument '{name}'{_meant(name, known)}")
        return method(self, *arguments, **options)

    return cast(_FunctionT, call)


def _called(method: Callable[..., Any]) -> str:
    return "" if method.__name__ == "__init__" else f".{method.__name__}"


def _meant(name: str, known: list[str]) -> str:
    elsewhere = _ELSEWHERE.get(name)
    near = [elsewhere] if elsewhere in known else difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are: {', '.join(known)}"
