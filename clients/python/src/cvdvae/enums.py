"""The choices of the protocol. Where one is an argument, its value (``"png"``) does as well."""
from __future__ import annotations

import enum
from typing import Dict, Type, TypeVar, Union

from .v1 import super_resolution_service_pb2 as pb


class ImageFormat(enum.Enum):
    """How an image is stored."""

    UNSPECIFIED = "unspecified"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    RAW_RGB = "raw"
    """Rows of 8-bit RGB from the top, without a header."""


class PixelSampling(enum.Enum):
    """How the colours of the pixels are taken from the mixture of logistics that the decoder ends in."""

    UNSPECIFIED = "unspecified"
    SAMPLE = "sample"
    MODE = "mode"
    MEAN = "mean"


class InputFit(enum.Enum):
    """What happens to an image whose size is not an input size of the model: it is refused, or its middle square resized."""

    UNSPECIFIED = "unspecified"
    EXACT = "exact"
    CROP_AND_RESIZE = "crop"


class CompletionReason(enum.Enum):
    """Why a call came to its end."""

    UNSPECIFIED = "unspecified"
    FINISHED = "finished"
    STOPPED_AT_RESOLUTION = "stopped_at_resolution"
    DEADLINE = "deadline"


_Choice = TypeVar("_Choice", bound=enum.Enum)
_UNSPECIFIED = "UNSPECIFIED"

_PREFIXES: dict[type, tuple[str, object]] = {
    ImageFormat: ("IMAGE_FORMAT_", pb.ImageFormat),
    PixelSampling: ("PIXEL_SAMPLING_", pb.PixelSampling),
    InputFit: ("INPUT_FIT_", pb.InputFit),
    CompletionReason: ("COMPLETION_REASON_", pb.CompletionReason),
}


def words() -> Dict[str, str]:
    """The word of each choice by the protocol's name of it."""
    prefixes = {kind: prefix for kind, (prefix, _) in _PREFIXES.items()}
    return {prefixes[kind] + choice.name: str(choice.value) for kind in prefixes for choice in kind}  # type: ignore[attr-defined]


def to_wire(kind: Type[_Choice], name: str, choice: Union[_Choice, str, None]) -> int:
    """The number of a choice; None is the unspecified one. A choice that there is not is a ValueError which names the argument."""
    if choice is None:
        return 0
    try:
        known = kind(choice)
    except ValueError:
        accepted = ", ".join(member.value for member in kind if member.name != _UNSPECIFIED)
        raise ValueError(f"{name}: {choice!r} is not one of {accepted}") from None
    prefix, numbers = _PREFIXES[kind]
    return int(numbers.Value(prefix + known.name))  # type: ignore[attr-defined]


def of_number(kind: Type[_Choice], name: str, number: int) -> _Choice:
    """The choice of a number of the protocol's; ValueError names the argument where there is none."""
    choice = from_wire(kind, number)
    if number and choice.name == _UNSPECIFIED:
        raise ValueError(f"{name}: {number} is not one of {', '.join(str(known) for known in range(len(kind)))}")
    return choice


def from_wire(kind: Type[_Choice], number: int) -> _Choice:
    """The choice of a number; of one that this version does not know, the unspecified one."""
    prefix, numbers = _PREFIXES[kind]
    try:
        return kind[numbers.Name(number)[len(prefix):]]  # type: ignore[attr-defined]
    except (KeyError, ValueError):
        return kind[_UNSPECIFIED]
