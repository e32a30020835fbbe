"""What happens to a call, in this order: Started; GroupDecoded and Preview, coarse to fine for each sample; one Result a sample; Completed."""
from __future__ import annotations

import dataclasses
from typing import Optional, Tuple, Union

from google.protobuf.duration_pb2 import Duration

from .enums import CompletionReason, ImageFormat, from_wire
from .images import EncodedImage
from .v1 import super_resolution_service_pb2 as pb

_NANOS = 1e-9


@dataclasses.dataclass(frozen=True)
class Started:
    """The call was admitted. First, always."""

    request_id: str
    """Identity of the call in the server's logs and traces."""
    model: str
    """The model as ``name@version``."""
    scale: int
    """Factor between the sides of result and input."""
    input_size: int
    """Side of the input in pixels."""
    output_size: int
    """Side of the full result in pixels."""
    group_count: int
    """Latent groups, L."""
    conditioned_group_count: int
    """Latent groups that the input conditions, k."""
    resolutions: Tuple[int, ...]
    """Resolutions of the decoder, coarse to fine; the last is output_size."""
    seed: int
    """The seed in use: with it the same images can be had again."""


@dataclasses.dataclass(frozen=True)
class GroupDecoded:
    """A latent group is decoded for all samples. Only with ``report_groups``."""

    group: int
    """Its index, from 0."""
    resolution: int
    """Its resolution."""


@dataclasses.dataclass(frozen=True)
class Preview:
    """A sample reached a resolution below the output size."""

    sample_index: int
    """Index of the sample, from 0."""
    resolution: int
    """Side in pixels."""
    image: EncodedImage
    """What the sample looks like."""


@dataclasses.dataclass(frozen=True)
class Result:
    """A sample is finished."""

    sample_index: int
    """Index of the sample, from 0."""
    image: EncodedImage
    """The image; smaller than the output size only after a stop or near the deadline."""
    lr_psnr_db: float
    """
    PSNR in dB of the result, downscaled, to the input; at most 100. 0 where the result is smaller than the input, or was made of a preview
    by the client because the deadline passed.
    """


@dataclasses.dataclass(frozen=True)
class ResolutionTiming:
    """Time of a resolution."""

    resolution: int
    """The resolution."""
    elapsed: float
    """Seconds from the call's arrival until every sample had reached it."""


@dataclasses.dataclass(frozen=True)
class Timings:
    """Seconds of a call, from its arrival at the server."""

    first_preview: float
    """Until the first preview left."""
    total: float
    """Until the last result left."""
    queued: float
    """In queues, summed over the stages of the decoder."""
    device: float
    """On the devices, summed over the stages."""
    resolutions: Tuple[ResolutionTiming, ...]
    """Until every sample had reached a resolution, coarse to fine."""


@dataclasses.dataclass(frozen=True)
class Completed:
    """The call is at its end. Last, always."""

    reached_resolution: int
    """The coarsest of the resolutions that the samples reached."""
    reason: CompletionReason
    """Why it ended."""
    timings: Timings
    """Where the time went, as the server saw it; where the client ended the call at its deadline, two times by its own clock."""


Event = Union[Started, GroupDecoded, Preview, Result, Completed]


def read_event(response: pb.UpscaleResponse) -> Optional[Event]:
    """The event of a message; None for a kind that this version does not know."""
    kind = response.WhichOneof("event")
    if kind == "preview":
        preview = response.preview
        return Preview(preview.sample_index, preview.resolution, _image(preview.image))
    if kind == "result":
        result = response.result
        return Result(result.sample_index, _image(result.image), result.lr_psnr_db)
    if kind == "group_decoded":
        return GroupDecoded(response.group_decoded.group, response.group_decoded.resolution)
    if kind == "started":
        return _started(response.started)
    if kind == "completed":
        completed = response.completed
        return Completed(completed.reached_resolution, from_wire(CompletionReason, completed.reason), _timings(completed.timings))
    return None


def seconds(duration: Duration) -> float:
    """A duration in seconds. Duration's own conversion raises for what a server should not send."""
    return float(duration.seconds) + duration.nanos * _NANOS


def _image(image: pb.Image) -> EncodedImage:
    return EncodedImage(image.data, from_wire(ImageFormat, image.format), image.width, image.height)


def _started(started: pb.Started) -> Started:
    return Started(
        request_id=started.request_id,
        model=started.model,
        scale=started.scale,
        input_size=started.input_size,
        output_size=started.output_size,
        group_count=started.group_count,
        conditioned_group_count=started.conditioned_group_count,
        resolutions=tuple(started.resolutions),
        seed=started.seed,
    )


def _timings(timings: pb.Timings) -> Timings:
    return Timings(
        first_preview=seconds(timings.first_preview),
        total=seconds(timings.total),
        queued=seconds(timings.queued),
        device=seconds(timings.device),
        resolutions=tuple(ResolutionTiming(timing.resolution, seconds(timing.elapsed)) for timing in timings.resolutions),
    )
