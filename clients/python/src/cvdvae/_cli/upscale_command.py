"""``upscale``: draws samples of one image and writes them with their previews."""
from __future__ import annotations

import argparse
import time
from typing import Any, Dict, List, Optional

from .._client import Client
from ..enums import CompletionReason, ImageFormat, InputFit, PixelSampling
from ..events import Completed, Preview, Result, Started
from .arguments import add_server, connect, real, resolutions, whole
from .output_folder import OutputFolder
from .sample_sheet import SampleSheet

_LONGEST_DEADLINE = 86400
_FORMATS = [choice.value for choice in (ImageFormat.PNG, ImageFormat.JPEG, ImageFormat.WEBP)]


def add_to(commands: Any) -> None:
    """Adds the command."""
    temperature = real(0, 10)
    parser: argparse.ArgumentParser = commands.add_parser("upscale", help="draw samples of an image", description="Draws samples of an image.")
    parser.add_argument("image", metavar="IMAGE", help="the small image: PNG, JPEG or WebP")
    parser.add_argument("--output", "-o", metavar="DIR", required=True, help="folder to write sample-N.png and preview-N-RRR.png to")
    parser.add_argument("--samples", metavar="N", type=whole(1, 100_000), default=1, help="samples to draw (1)")
    parser.add_argument("--scale", metavar="S", type=whole(1, 1024), help="factor between the sides of result and input; from the image's size otherwise")
    parser.add_argument("--seed", metavar="K", type=whole(0, 2**64 - 1), help="seed of what is drawn; the server draws one by default")
    parser.add_argument("--temperature", metavar="T", type=temperature, help="temperature of all latent groups, 0 to 10; the model's by default")
    parser.add_argument("--encoder-temperature", metavar="T", type=temperature, help="of the groups that the image conditions, in place of --temperature")
    parser.add_argument("--prior-temperature", metavar="T", type=temperature, help="of the other groups, in place of --temperature")
    parser.add_argument("--pixel-sampling", type=str.lower, choices=_names(PixelSampling), help="how pixels are taken; the model's own way by default")
    parser.add_argument("--consistency", action="store_true", help="make the results agree with the input when they are downscaled")
    parser.add_argument("--fit", type=str.lower, choices=_names(InputFit), help="refuse an image of another size (exact), or take its middle square and resize it (crop)")
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--result-format", type=str.lower, choices=_FORMATS, help="format of the results (png)")
    formats.add_argument("--format", dest="result_format", type=str.lower, choices=_FORMATS, help="the same as --result-format")
    parser.add_argument("--preview-format", type=str.lower, choices=_FORMATS, help="format of the previews (png)")
    parser.add_argument("--quality", metavar="Q", type=whole(1, 100), default=90, help="quality of JPEG and WebP (90)")
    parser.add_argument("--stop-at", metavar="R", type=whole(1, 65536), help="last resolution to compute; the full one otherwise")
    parser.add_argument("--preview-resolutions", metavar="LIST", type=resolutions, default=(), help="resolutions to preview, as 8,16,32; all otherwise")
    parser.add_argument("--no-previews", action="store_true", help="write no previews")
    parser.add_argument("--sheet", action="store_true", help="write sheet.png too, with all samples and previews; needs Pillow")
    parser.add_argument("--deadline", metavar="SECONDS", type=real(0.001, _LONGEST_DEADLINE), help="end by then with what is finished")
    parser.add_argument("--model", metavar="NAME", default="", help="model as NAME or NAME@VERSION; the server's default otherwise")
    parser.add_argument("--request-id", metavar="ID", help="identity of the call in the server's logs; the server makes one otherwise")
    add_server(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> None:
    with open(parsed.image, "rb") as file:
        image = file.read()
    with connect(parsed) as client:
        options: Dict[str, Any] = {
            "samples": parsed.samples,
            "scale": parsed.scale,
            "seed": parsed.seed,
            "temperature": parsed.temperature,
            "encoder_temperature": parsed.encoder_temperature,
            "prior_temperature": parsed.prior_temperature,
            "pixel_sampling": parsed.pixel_sampling,
            "consistency": parsed.consistency,
            "fit": parsed.fit,
            "preview_format": parsed.preview_format,
            "result_format": parsed.result_format,
            "quality": parsed.quality,
            "preview_resolutions": _previews(client, parsed),
            "stop_at": parsed.stop_at,
            "model": parsed.model,
            "deadline": parsed.deadline,
            "request_id": parsed.request_id,
        }
        sheet = SampleSheet(image) if parsed.sheet else None
        _Run(OutputFolder(parsed.output), sheet, parsed).take_all(client, image, options)


def _previews(client: Client, parsed: argparse.Namespace) -> List[int]:
    if parsed.no_previews:
        # There is no way to ask for none: the coarsest costs next to nothing.
        model = client.list_models(deadline=parsed.deadline).find(parsed.model)
        return [model.resolutions[0].resolution] if model is not None and len(model.resolutions) > 1 else []
    return list(parsed.preview_resolutions)


class _Run:
    """One call: its images go to files as they come."""

    def __init__(self, folder: OutputFolder, sheet: Optional[SampleSheet], parsed: argparse.Namespace) -> None:
        self._folder = folder
        self._sheet = sheet
        self._parsed = parsed
        self._begin = time.monotonic()
        self._first_preview: Optional[float] = None
        self._last_result = 0.0
        self._results: Dict[int, str] = {}
        self._smallest = 0
        self._missing: Dict[int, int] = {}

    def take_all(self, client: Client, image: bytes, options: Dict[str, Any]) -> None:
        started: Optional[Started] = None
        with client.upscale(image, **options) as events:
            for event in events:
                if isinstance(event, Started):
                    started = event
                    self._start(event, options["preview_resolutions"])
                elif isinstance(event, Preview):
                    self._take_preview(event)
                elif isinstance(event, Result):
                    self._take_result(event)
                elif isinstance(event, Completed) and started is not None:
                    self._finish(event, started)

    def _start(self, started: Started, previews: List[int]) -> None:
        _say(f"{started.model}, x{started.scale}: {started.input_size}x{started.input_size} to {started.output_size}x{started.output_size}, seed {started.seed}")
        last = self._parsed.stop_at or started.output_size
        for resolution in started.resolutions:
            previewed = resolution < started.output_size and (not previews or resolution in previews)
            self._missing[resolution] = self._parsed.samples * (previewed + (resolution == last)) if resolution <= last else 0

    def _take_preview(self, preview: Preview) -> None:
        self._first_preview = self._first_preview or time.monotonic() - self._begin
        if not self._parsed.no_previews:
            self._folder.write_preview(preview)
            if self._sheet is not None:
                self._sheet.add_preview(preview)
        self._count(preview.resolution)

    def _take_result(self, result: Result) -> None:
        self._last_result = time.monotonic() - self._begin
        agreement = f"  low-res PSNR {result.lr_psnr_db:.1f} dB" if result.lr_psnr_db > 0 else ""
        self._results[result.sample_index] = self._folder.write_result(result) + agreement
        self._smallest = min(self._smallest or result.image.width, result.image.width)
        if self._sheet is not None:
            self._sheet.add_result(result)
        self._count(result.image.width)

    def _count(self, resolution: int) -> None:
        self._missing[resolution] = self._missing.get(resolution, 0) - 1
        if self._missing[resolution] == 0:
            _say(f"{resolution}x{resolution} after {time.monotonic() - self._begin:.3f} s")

    def _reached(self) -> str:
        size = f"{self._smallest}x{self._smallest}"
        if len(self._results) >= self._parsed.samples:
            return f"every sample reached {size}"
        return f"{len(self._results)} of {self._parsed.samples} samples reached {size}, the others nothing"

    def _finish(self, completed: Completed, started: Started) -> None:
        for sample in sorted(self._results):
            _say(self._results[sample])
        if self._sheet is not None:
            _say(self._folder.write_sheet(self._sheet.render(started)))
        if completed.reason is CompletionReason.DEADLINE:
            _say(f"the deadline was near: {self._reached()}")
        first = f"first preview after {self._first_preview:.3f} s, " if self._first_preview is not None else ""
        _say(f"{first}all results after {self._last_result:.3f} s")
        _say(f"--seed {started.seed} gives these images again")


def _names(kind: Any) -> List[str]:
    return [choice.value for choice in kind if choice.name != "UNSPECIFIED"]


def _say(line: str) -> None:
    # At once, also into a pipe: a line tells how far the call is.
    print(line, flush=True)
