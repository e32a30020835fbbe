"""Arguments as a request of the protocol. What is out of range is for the server to judge; what can't be sent is refused here."""
from __future__ import annotations

import operator
from collections.abc import Iterable as AnyIterable
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Tuple, Union

from ._names import FIELDS
from .enums import ImageFormat, InputFit, PixelSampling, to_wire
from .images import ImageInput, read_image
from .v1 import super_resolution_service_pb2 as pb


def make_request(
    image: ImageInput,
    *,
    samples: int,
    scale: Optional[int],
    seed: Optional[int],
    temperature: Optional[float],
    encoder_temperature: Optional[float],
    prior_temperature: Optional[float],
    pixel_sampling: Union[PixelSampling, str, None],
    consistency: bool,
    fit: Union[InputFit, str, None],
    preview_format: Union[ImageFormat, str, None],
    result_format: Union[ImageFormat, str, None],
    quality: Optional[int],
    preview_resolutions: Iterable[int],
    stop_at: Optional[int],
    report_groups: bool,
    model: str,
    used: Mapping[str, str],
) -> pb.UpscaleRequest:
    """The request. ValueError or TypeError name the argument that can't be sent, by its name in used where that is not the usual one."""
    names = {**FIELDS, **used}
    request = pb.UpscaleRequest(image=read_image(image), enforce_consistency=consistency, report_groups=report_groups)
    request.pixel_sampling = to_wire(PixelSampling, "pixel_sampling", pixel_sampling)  # type: ignore[assignment]
    request.input_fit = to_wire(InputFit, names["input_fit"], fit)  # type: ignore[assignment]
    request.preview_format = to_wire(ImageFormat, "preview_format", preview_format)  # type: ignore[assignment]
    request.result_format = to_wire(ImageFormat, "result_format", result_format)  # type: ignore[assignment]
    given: Dict[str, Tuple[Callable[[str, Any], Any], Any]] = {
        "model": (_text, model),
        "sample_count": (_counted, samples),
        "scale": (_counted, scale),
        "seed": (_seed, seed),
        "quality": (_counted, quality),
        "stop_at_resolution": (_counted, stop_at),
        "encoder_temperature": (_number, temperature if encoder_temperature is None else encoder_temperature),
        "prior_temperature": (_number, temperature if prior_temperature is None else prior_temperature),
    }
    for field, (read, value) in given.items():
        if value is not None:
            setattr(request, field, read(names[field], value))
    if isinstance(preview_resolutions, (str, bytes)) or not isinstance(preview_resolutions, AnyIterable):
        raise TypeError(f"preview_resolutions: {preview_resolutions!r} is not a list of whole numbers")
    request.preview_resolutions.extend(_counted(f"preview_resolutions[{at}]", value) for at, value in enumerate(preview_resolutions))
    return request


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}: {value!r} is not a str")
    return value


def _counted(name: str, value: Any) -> int:
    # The protocol's 0 says that nothing was said, for which callers give None.
    return _whole(name, value, 1, 2**32 - 1)


def _seed(name: str, value: Any) -> int:
    return _whole(name, value, 0, 2**64 - 1)


def _whole(name: str, value: Any, least: int, most: int) -> int:
    accepted = f"a whole number from {least} to {most}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is not {accepted}") from None
    if isinstance(value, bool):
        raise TypeError(f"{name}: {value!r} is not {accepted}")
    if not least <= number <= most:
        raise ValueError(f"{name}: {value!r} is not {accepted}")
    return number


def _number(name: str, value: Any) -> float:
    # What numpy has for numbers is none of Python's, but knows how to become one; text does too, and is none.
    if isinstance(value, (str, bytes, bool)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name}: {value!r} is not a number")
    return float(value)
