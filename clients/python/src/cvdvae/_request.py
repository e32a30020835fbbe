"""Arguments as a request of the protocol. What is out of range is for the server to judge; what can't be sent is refused here."""
from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Union

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
    _set(request, names, "model", model)
    _set(request, names, "sample_count", samples)
    _set(request, names, "scale", scale)
    _set(request, names, "seed", seed)
    _set(request, names, "quality", quality)
    _set(request, names, "stop_at_resolution", stop_at)
    _set(request, names, "encoder_temperature", temperature if encoder_temperature is None else encoder_temperature)
    _set(request, names, "prior_temperature", temperature if prior_temperature is None else prior_temperature)
    try:
        request.preview_resolutions.extend(preview_resolutions)
    except (TypeError, ValueError) as error:
        raise type(error)(f"preview_resolutions: {error}") from None
    return request


def _set(request: pb.UpscaleRequest, names: Mapping[str, str], field: str, value: Any) -> None:
    if value is not None:
        try:
            setattr(request, field, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{names[field]}: {value!r} can't be sent: {error}") from None
