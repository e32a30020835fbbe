"""What a server has and takes."""
from __future__ import annotations

import dataclasses
from typing import Optional, Tuple

from .enums import PixelSampling, from_wire
from .events import seconds
from .v1 import super_resolution_service_pb2 as pb


@dataclasses.dataclass(frozen=True)
class Scale:
    """A scale of a model."""

    scale: int
    """Factor between the sides of result and input."""
    input_size: int
    """Side of the input in pixels."""
    conditioned_group_count: int
    """Latent groups that the input conditions, k."""


@dataclasses.dataclass(frozen=True)
class Resolution:
    """A resolution of a model."""

    resolution: int
    """Side in pixels."""
    group_count: int
    """Latent groups at it."""
    preview_psnr_db: Optional[float]
    """PSNR in dB of its previews to the downsampled final images; None at the output size."""


@dataclasses.dataclass(frozen=True)
class Model:
    """A model that is ready."""

    name: str
    version: str
    content_hash: str
    """SHA-256 of its files, hexadecimal."""
    scales: Tuple[Scale, ...]
    output_size: int
    """Side of the full result in pixels."""
    group_count: int
    """Latent groups, L."""
    resolutions: Tuple[Resolution, ...]
    """Coarse to fine."""
    encoder_temperature: float
    """Default temperature of the conditioned latent groups."""
    prior_temperature: float
    """Default temperature of the other latent groups."""
    pixel_sampling: PixelSampling
    """Default way to take pixels."""
    licence: str
    """Licence and credits."""
    description: str = ""
    """What the model draws and was trained on, for people; empty where nobody has said it."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a server accepts."""

    max_samples: int
    max_image_bytes: int
    max_image_side: int
    """In pixels."""
    max_message_bytes: int
    deadline_margin: float
    """Seconds before its deadline at which a call of few samples is brought to its end; never more than half of its time."""
    max_waiting_preview_bytes: int
    """Bytes that may wait for a slow reader before older previews give way to newer ones."""


@dataclasses.dataclass(frozen=True)
class Models:
    """The models of a server, by name and then by version, newest first."""

    models: Tuple[Model, ...]
    default_model: str
    """Name of the model that no name means."""
    limits: Limits

    def find(self, name: str = "") -> Optional[Model]:
        """The model of a ``name`` (its newest version) or ``name@version``, the default one of an empty name; None where there is none."""
        wanted = name or self.default_model
        return next((model for model in self.models if wanted in (model.name, f"{model.name}@{model.version}")), None)


def read_models(response: pb.ListModelsResponse) -> Models:
    """The models of a message."""
    limits = response.limits
    return Models(
        models=tuple(_model(model) for model in response.models),
        default_model=response.default_model,
        limits=Limits(
            max_samples=limits.max_samples,
            max_image_bytes=limits.max_image_bytes,
            max_image_side=limits.max_image_side,
            max_message_bytes=limits.max_message_bytes,
            deadline_margin=seconds(limits.deadline_margin),
            max_waiting_preview_bytes=limits.max_waiting_preview_bytes,
        ),
    )


def _model(model: pb.ModelInfo) -> Model:
    return Model(
        name=model.name,
        version=model.version,
        content_hash=model.content_hash,
        scales=tuple(Scale(scale.scale, scale.input_size, scale.conditioned_group_count) for scale in model.scales),
        output_size=model.output_size,
        group_count=model.group_count,
        resolutions=tuple(_resolution(resolution) for resolution in model.resolutions),
        encoder_temperature=model.encoder_temperature,
        prior_temperature=model.prior_temperature,
        pixel_sampling=from_wire(PixelSampling, model.pixel_sampling),
        licence=model.licence,
        description=model.description,
    )


def _resolution(info: pb.ResolutionInfo) -> Resolution:
    psnr = info.preview_psnr_db if info.HasField("preview_psnr_db") else None
    return Resolution(info.resolution, info.group_count, psnr)
