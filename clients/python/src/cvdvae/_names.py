"""
What a caller calls the parts of a request. The server's messages name them in the protocol's words, and a message must name what the caller
wrote: ``fit="crop"``, or ``--fit crop``, where the protocol has ``input_fit INPUT_FIT_CROP_AND_RESIZE``.
"""
from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterable, Mapping, Optional

from . import enums

FIELDS: Dict[str, str] = {
    "model": "model",
    "image": "image",
    "scale": "scale",
    "sample_count": "samples",
    "seed": "seed",
    "encoder_temperature": "encoder_temperature",
    "prior_temperature": "prior_temperature",
    "pixel_sampling": "pixel_sampling",
    "enforce_consistency": "consistency",
    "input_fit": "fit",
    "preview_format": "preview_format",
    "result_format": "result_format",
    "quality": "quality",
    "preview_resolutions": "preview_resolutions",
    "stop_at_resolution": "stop_at",
    "report_groups": "report_groups",
}
"""The argument of ``upscale`` for each field of the protocol's request."""

METADATA: Dict[str, str] = {
    "metadata x-api-key": "api_key",
    "metadata authorization: Bearer TOKEN": "token",
    "x-request-id": "request_id",
}
"""The argument for what is sent beside the request, as the server's messages name it."""

CHOICES: Dict[str, str] = enums.words()
"""The word for each choice of the protocol."""

# What the server offers at the end to those who speak its protocol, where 0 says that nothing was said.
_ZERO = re.compile(r", or 0 for [^;,']*(?:'s [^;,']*)?$")


def pick(used: Dict[str, str], part: str, **values: Optional[Any]) -> Any:
    """
    The value of what goes by more than one name, None where it is not given. TypeError where two are; used notes the one that was used for
    a part, where that is not the first.
    """
    given = [name for name, value in values.items() if value is not None]
    if len(given) > 1:
        raise TypeError(f"{' and '.join(given)} are names of the same argument: give one of them")
    if not given:
        return None
    if given[0] != next(iter(values)):
        used[part] = given[0]
    return values[given[0]]


class Names:
    """Puts the caller's names into the server's messages."""

    def __init__(self, name: Callable[[str], str], choose: Callable[[str, str], str], fields: Mapping[str, str] = FIELDS) -> None:
        """
        name: how the caller writes the name of an argument.
        choose: how the caller gives an argument, by its name, one of its choices, by its word.
        fields: the arguments by the protocol's fields.
        """
        self.argument = name
        self._choose = choose
        self._fields = fields
        field, choice = _any_of(fields), _any_of(CHOICES)
        # Words such as model and scale are plain English but for where a message begins.
        long = _any_of([name for name in fields if "_" in name])
        self._pattern = re.compile(
            rf"^(?P<first>{field})(?=[:\[.])|(?P<quoted>(?<!\w)'[^']*'(?!\w))|\b(?P<given>{field}) (?P<choice>{choice})\b"
            rf"|\b(?P<field>{long})\b|\b(?P<word>{choice})\b|(?P<metadata>{_any_of(METADATA)})\b"
        )

    def calling(self, **arguments: str) -> Names:
        """The same, where some fields came from other arguments."""
        return Names(self.argument, self._choose, {**self._fields, **arguments})

    def field(self, field: str) -> str:
        """The caller's name of a field, which may have an index or a part behind it."""
        name = re.match(r"[\w-]*", field)
        known = name[0] if name is not None else ""
        argument = self._fields.get(known) or METADATA.get(known)
        return field if argument is None else self.argument(argument) + field[len(known) :]

    def text(self, message: str) -> str:
        """A message of the server in the caller's names. What it quotes is what the caller wrote, and stays."""
        return self._pattern.sub(self._replaced, _ZERO.sub("", message))

    def _replaced(self, found: "re.Match[str]") -> str:
        kind = found.lastgroup
        if kind == "choice":
            return self._choose(self._fields[found["given"]], CHOICES[found["choice"]])
        if kind == "word":
            return CHOICES[found["word"]]
        if kind == "metadata":
            return self.argument(METADATA[found["metadata"]])
        return found[0] if kind == "quoted" else self.argument(self._fields[found[0]])


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


LIBRARY = Names(lambda name: name, lambda name, word: f'{name}="{word}"')
"""Keyword arguments of Python."""
