"""Images in and out. Pillow and numpy are used where they are installed and not needed otherwise."""
from __future__ import annotations

import dataclasses
import io
import os
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Union

from .enums import ImageFormat
from .errors import BadImage

if TYPE_CHECKING:
    import numpy
    import PIL.Image

ImageInput = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", BinaryIO, "PIL.Image.Image", "numpy.ndarray[Any, Any]"]
"""A file's bytes, its path, an open binary file, a Pillow image or a numpy array (uint8, height x width x 3)."""

# What a PNG can hold as it is; other modes have more than 8 bits a channel or another meaning of the colours.
_PILLOW_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16", "I;16L", "I;16B", "I;16N")
_DEEPEST = 65535
_CHANNELS = 3


@dataclasses.dataclass(frozen=True)
class EncodedImage:
    """An image as it came; it is decoded only when asked for."""

    data: bytes = dataclasses.field(repr=False)
    format: ImageFormat
    width: int
    height: int

    def to_pil(self) -> "PIL.Image.Image":
        """The image for Pillow, in RGB. BadImage where the bytes are not what they should be; ImportError without Pillow."""
        import PIL.Image

        if self.format is ImageFormat.RAW_RGB:
            return PIL.Image.frombytes("RGB", (self.width, self.height), self._raw())
        try:
            image = PIL.Image.open(io.BytesIO(self.data), formats=["PNG", "JPEG", "WEBP"])
            # Looked at before any pixel is decoded: the header may promise more than there is memory. Pillow has a limit of its own too.
            if image.size == (self.width, self.height):
                return image.convert("RGB")
        except (OSError, ValueError, SyntaxError, zlib.error, PIL.Image.DecompressionBombError) as error:
            raise BadImage(f"the server's image can't be read: {error}") from error
        raise BadImage(f"the server's image is {image.width}x{image.height} and not {self.width}x{self.height} as it says")

    def to_numpy(self) -> "numpy.ndarray[Any, Any]":
        """The image for numpy: uint8, height x width x 3, to be written to. Needs Pillow too, except for raw images."""
        import numpy

        data = self._raw() if self.format is ImageFormat.RAW_RGB else self.to_pil().tobytes()
        return numpy.frombuffer(bytearray(data), numpy.uint8).reshape(self.height, self.width, _CHANNELS)

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the bytes as they came; a raw image as PNG."""
        data = png(self._raw(), self.width, self.height) if self.format is ImageFormat.RAW_RGB else self.data
        with open(path, "wb") as file:
            file.write(data)

    def __array__(self, dtype: Any = None, copy: Any = None) -> "numpy.ndarray[Any, Any]":
        # numpy 2 asks with copy: what is decoded here is new each time, so that there is never anything to share.
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    def _raw(self) -> bytes:
        if len(self.data) != self.width * self.height * _CHANNELS or not self.data:
            raise BadImage(f"the server's image has {len(self.data)} bytes, which is not {self.width}x{self.height} pixels of RGB")
        return self.data


def read_image(image: ImageInput) -> bytes:
    """An image as the bytes of a file. What is in the file is for the server to judge."""
    if isinstance(image, (bytes, bytearray, memoryview)):
        return bytes(image)
    if isinstance(image, (str, os.PathLike)):
        with open(image, "rb") as file:
            return file.read()
    # Whoever has an image of such a library has imported it: there is no need to import it here.
    pillow, numpy_ = sys.modules.get("PIL.Image"), sys.modules.get("numpy")
    if pillow is not None and isinstance(image, pillow.Image):
        return _from_pillow(image)
    if numpy_ is not None and isinstance(image, numpy_.ndarray):
        return _from_numpy(image)
    if hasattr(image, "read"):
        data = image.read()
        if isinstance(data, bytes):
            return data
    raise TypeError(f"image: {type(image).__name__} is not bytes, a path, a binary file, a Pillow image or a numpy array")


def _from_pillow(image: Any) -> bytes:
    import PIL.ImageOps

    if image.mode not in _PILLOW_MODES:
        # convert() cuts such numbers off at 255 instead of bringing them into the range.
        advice = "its levels brought to 0..255 and image.convert('L') make" if image.mode == "F" else "image.convert('RGB') makes"
        raise ValueError(f"image: the mode {image.mode} is not one of {', '.join(_PILLOW_MODES)}; {advice} one")
    # As the same file by its path stands. Pillow keeps the orientation beside the pixels, and not every version writes it.
    upright = PIL.ImageOps.exif_transpose(image) or image
    if upright.mode.startswith("I"):
        upright = _sixteen_bits(upright)
    buffer = io.BytesIO()
    upright.save(buffer, "PNG")
    return buffer.getvalue()


def _sixteen_bits(image: Any) -> Any:
    """Grey of 16 bits, as Pillow opens a PNG or TIFF that has them, in the one mode that every version of Pillow writes to PNG as 16 bits."""
    grey = image if image.mode == "I" else image.convert("I")
    lowest, highest = grey.getextrema()
    if lowest < 0 or highest > _DEEPEST:
        raise ValueError(f"image: the mode {image.mode} has levels from {lowest} to {highest}; 0 to {_DEEPEST} are accepted")
    return grey


def _from_numpy(array: Any) -> bytes:
    if array.ndim != 3 or array.shape[2] != _CHANNELS or array.dtype.name != "uint8" or 0 in array.shape:
        raise ValueError(f"image: an array of {array.dtype} and shape {array.shape} is not uint8 and height x width x 3")
    height, width, _ = array.shape
    return png(array.tobytes(), width, height)


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG of rows of 8-bit RGB, without a need for Pillow."""
    row = width * _CHANNELS
    # Each row begins with the number of its filter: none.
    rows = b"".join(b"\0" + pixels[start : start + row] for start in range(0, height * row, row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
