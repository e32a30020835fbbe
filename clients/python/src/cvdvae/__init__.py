"""
Client of the CVDVAE super-resolution service: several plausible images of one small image, from coarse to fine.

    with cvdvae.Client("http://127.0.0.1:5000") as client:
        for event in client.upscale("small.png", samples=5):
            if isinstance(event, cvdvae.Result):
                event.image.save(f"sample-{event.sample_index + 1}.png")

``cvdvae.aio`` has the same for asyncio, ``python -m cvdvae`` for the command line.
"""
from ._client import Client, UpscaleCall
from .enums import CompletionReason, ImageFormat, InputFit, PixelSampling
from .errors import (
    BadImage,
    Cancelled,
    ConnectionFailed,
    CvdvaeError,
    DeadlineExceeded,
    InvalidArgument,
    NotFound,
    Overloaded,
    ProtocolError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from .events import Completed, Event, GroupDecoded, Preview, ResolutionTiming, Result, Started, Timings
from .images import EncodedImage, ImageInput
from .models import Limits, Model, Models, Resolution, Scale

__all__ = [
    "BadImage",
    "Cancelled",
    "Client",
    "Completed",
    "CompletionReason",
    "ConnectionFailed",
    "CvdvaeError",
    "DeadlineExceeded",
    "EncodedImage",
    "Event",
    "GroupDecoded",
    "ImageFormat",
    "ImageInput",
    "InputFit",
    "InvalidArgument",
    "Limits",
    "Model",
    "Models",
    "NotFound",
    "Overloaded",
    "PixelSampling",
    "Preview",
    "ProtocolError",
    "Resolution",
    "ResolutionTiming",
    "Result",
    "Scale",
    "Started",
    "Timings",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "UpscaleCall",
]
