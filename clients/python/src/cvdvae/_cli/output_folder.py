"""The folder that images are written to. A file is there as a whole or not at all."""
from __future__ import annotations

import os
import tempfile

from ..enums import ImageFormat
from ..events import Preview, Result

_EXTENSIONS = {ImageFormat.JPEG: ".jpg", ImageFormat.WEBP: ".webp"}


class OutputFolder:
    """Makes the folder where it is missing."""

    def __init__(self, path: str) -> None:
        self._path = path
        os.makedirs(path, exist_ok=True)

    def write_result(self, result: Result) -> str:
        """Writes a result; the path of the file."""
        return self._write(f"sample-{result.sample_index + 1}{_EXTENSIONS.get(result.image.format, '.png')}", result.image.data)

    def write_preview(self, preview: Preview) -> str:
        """Writes a preview; the path of the file."""
        name = f"preview-{preview.sample_index + 1}-{preview.resolution:03d}{_EXTENSIONS.get(preview.image.format, '.png')}"
        return self._write(name, preview.image.data)

    def write_sheet(self, data: bytes) -> str:
        """Writes the contact sheet, a PNG; the path of the file."""
        return self._write("sheet.png", data)

    def _write(self, name: str, data: bytes) -> str:
        path = os.path.join(self._path, name)
        handle, part = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=self._path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # A temporary file is its maker's alone; this one is as any other file.
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(part, 0o666 & ~mask)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
        return path
