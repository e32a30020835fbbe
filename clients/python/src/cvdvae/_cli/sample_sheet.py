"""The contact sheet of a call, by Pillow."""
from __future__ import annotations

import io
from typing import Any, Dict, List, Optional, Tuple

from ..events import Preview, Result, Started
from ..images import EncodedImage

_LEAST_CELL, _LARGEST_CELL = 128, 256
_GAP, _LABEL = 8, 14
_BACKGROUND, _TEXT = (255, 255, 255), (64, 64, 64)


class SampleSheet:
    """A row for each sample: the input, its bicubic enlargement, the previews from coarse to fine, the result."""

    def __init__(self, image: bytes) -> None:
        """ValueError without Pillow."""
        try:
            import PIL.Image
        except ImportError:
            raise ValueError("the contact sheet needs Pillow: install cvdvae[pillow]") from None
        self._pil = PIL.Image
        self._image = image
        self._previews: Dict[int, Dict[int, EncodedImage]] = {}
        self._results: Dict[int, Result] = {}

    def add_preview(self, preview: Preview) -> None:
        self._previews.setdefault(preview.resolution, {})[preview.sample_index] = preview.image

    def add_result(self, result: Result) -> None:
        self._results[result.sample_index] = result

    def render(self, started: Started) -> bytes:
        """Draws the sheet, a PNG; every image is as large as a cell, small ones with visible pixels."""
        import PIL.ImageDraw

        size = started.output_size
        cell = _LARGEST_CELL if size >= _LARGEST_CELL else size * max(1, _LEAST_CELL // size)
        rows = [self._row(sample, started) for sample in sorted(self._results)]
        columns = len(rows[0])
        sheet = self._pil.new("RGB", (_GAP + columns * (cell + _GAP), _GAP + len(rows) * (cell + _LABEL + _GAP)), _BACKGROUND)
        draw = PIL.ImageDraw.Draw(sheet)
        for row, cells in enumerate(rows):
            for column, (image, label) in enumerate(cells):
                left, top = _GAP + column * (cell + _GAP), _GAP + row * (cell + _LABEL + _GAP)
                if image is not None:
                    sheet.paste(self._fit(image, cell), (left, top))
                draw.text((left, top + cell + 1), label, fill=_TEXT)
        buffer = io.BytesIO()
        sheet.save(buffer, "PNG")
        return buffer.getvalue()

    def _row(self, sample: int, started: Started) -> List[Tuple[Any, str]]:
        small = self._input(started.input_size)
        size = started.output_size
        cells = [
            (small, f"input {started.input_size}x{started.input_size}"),
            (None if small is None else small.resize((size, size), self._pil.Resampling.BICUBIC), "bicubic"),
        ]
        for resolution in sorted(self._previews):
            preview = self._previews[resolution].get(sample)
            cells.append((None if preview is None else preview.to_pil(), f"{resolution}x{resolution}"))
        result = self._results[sample].image
        reached = "" if result.width == size else f" {result.width}x{result.width}"
        cells.append((result.to_pil(), f"sample {sample + 1}{reached}"))
        return cells

    def _input(self, size: int) -> Optional[Any]:
        """The image as the model saw it; None where Pillow can't read what the server could."""
        import PIL.ImageOps

        try:
            image = self._pil.open(io.BytesIO(self._image))
            upright = PIL.ImageOps.exif_transpose(image).convert("RGB")
        except (OSError, ValueError, SyntaxError, self._pil.DecompressionBombError):
            return None
        return upright if upright.size == (size, size) else PIL.ImageOps.fit(upright, (size, size), self._pil.Resampling.BICUBIC)

    def _fit(self, image: Any, cell: int) -> Any:
        """An image that fills a cell: in whole pixels where it is small."""
        if max(image.size) > cell:
            return image.resize((cell, cell), self._pil.Resampling.BICUBIC)
        side = image.width * (cell // image.width)
        enlarged = image.resize((side, side), self._pil.Resampling.NEAREST)
        framed = self._pil.new("RGB", (cell, cell), _BACKGROUND)
        framed.paste(enlarged, ((cell - side) // 2, (cell - side) // 2))
        return framed
