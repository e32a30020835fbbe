"""Images in and out, with Pillow and numpy where they are installed."""
from __future__ import annotations

import importlib.util
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import cvdvae
from cvdvae import ImageFormat
from cvdvae.images import EncodedImage, png, read_image

HAS_PILLOW = importlib.util.find_spec("PIL") is not None
HAS_NUMPY = importlib.util.find_spec("numpy") is not None
PIXELS = bytes(range(2 * 3 * 3))


def encoded(data: bytes = png(PIXELS, 3, 2), width: int = 3, height: int = 2, form: ImageFormat = ImageFormat.PNG) -> EncodedImage:
    return EncodedImage(data, form, width, height)


class InputTests(unittest.TestCase):
    def test_bytes_of_any_kind_are_the_file(self) -> None:
        for kind in (bytes, bytearray, memoryview):
            self.assertEqual(b"abc", read_image(kind(b"abc")))

    def test_paths_and_files_are_read(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "image")
            path.write_bytes(b"abc")
            with open(path, "rb") as file:
                self.assertEqual([b"abc"] * 3, [read_image(path), read_image(str(path)), read_image(file)])

    def test_missing_file_is_an_os_error(self) -> None:
        with self.assertRaises(FileNotFoundError):
            read_image("/nowhere/image.png")

    def test_other_things_are_refused_by_name(self) -> None:
        for thing in (None, 7, [1, 2], io.StringIO("text")):
            with self.subTest(thing), self.assertRaisesRegex(TypeError, f"image: {type(thing).__name__} is not"):
                read_image(thing)  # type: ignore[arg-type]

    @unittest.skipUnless(HAS_PILLOW, "Pillow is not installed")
    def test_pillow_image_is_sent_without_loss(self) -> None:
        import PIL.Image

        image = PIL.Image.frombytes("RGB", (3, 2), PIXELS)
        self.assertEqual(PIXELS, PIL.Image.open(io.BytesIO(read_image(image))).tobytes())
        self.assertEqual("L", PIL.Image.open(io.BytesIO(read_image(image.convert("L")))).mode)
        for mode, advice in (("CMYK", "image.convert\\('RGB'\\) makes one"), ("F", "its levels brought to 0..255 and image.convert\\('L'\\) make one")):
            with self.subTest(mode), self.assertRaisesRegex(ValueError, f"image: the mode {mode} is not one of .*; {advice}"):
                read_image(image.convert("L").convert(mode))

    @unittest.skipUnless(HAS_PILLOW, "Pillow is not installed")
    def test_pillow_image_with_an_orientation_is_sent_upright(self) -> None:
        import PIL.Image
        import PIL.ImageOps

        for kind in ("PNG", "JPEG"):
            for orientation in range(1, 9):
                with self.subTest(kind, orientation=orientation):
                    stored, exif = PIL.Image.frombytes("RGB", (3, 2), PIXELS), PIL.Image.Exif()
                    exif[0x0112] = orientation
                    file = io.BytesIO()
                    stored.save(file, kind, exif=exif)
                    opened = PIL.Image.open(file)
                    expected = PIL.ImageOps.exif_transpose(opened)
                    sent = PIL.Image.open(io.BytesIO(read_image(opened)))
                    self.assertEqual((expected.size, expected.tobytes()), (sent.size, sent.tobytes()))
                    # A second turn, by whoever reads what was sent, must not follow.
                    self.assertEqual(1, sent.getexif().get(0x0112, 1))

    @unittest.skipUnless(HAS_PILLOW, "Pillow is not installed")
    def test_pillow_image_of_sixteen_bit_grey_is_sent_as_it_is(self) -> None:
        import PIL.Image

        levels = (0, 257, 25800, 65535)
        for mode, pixels in (
            ("I", struct.pack("=4i", *levels)),
            ("I;16", struct.pack("<4H", *levels)),
            ("I;16B", struct.pack(">4H", *levels)),
        ):
            with self.subTest(mode):
                sent = read_image(PIL.Image.frombytes(mode, (4, 1), pixels))
                self.assertEqual((16, 0), (sent[24], sent[25]))
                self.assertEqual(list(levels), list(PIL.Image.open(io.BytesIO(sent)).getdata()))
        for wrong in (-1, 65536):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "image: the mode I has levels from .* 0 to 65535 are accepted"):
                read_image(PIL.Image.new("I", (2, 2), wrong))

    @unittest.skipUnless(HAS_PILLOW and HAS_NUMPY, "Pillow or numpy is not installed")
    def test_array_is_sent_without_loss(self) -> None:
        import numpy
        import PIL.Image

        array = numpy.frombuffer(PIXELS, numpy.uint8).reshape(2, 3, 3)
        for given in (array, array[::-1], numpy.asfortranarray(array)):
            sent = numpy.asarray(PIL.Image.open(io.BytesIO(read_image(given))))
            self.assertTrue(numpy.array_equal(given, sent))

    @unittest.skipUnless(HAS_NUMPY, "numpy is not installed")
    def test_other_arrays_are_refused(self) -> None:
        import numpy

        for array in (numpy.zeros((2, 3)), numpy.zeros((2, 3, 3)), numpy.zeros((2, 3, 4), numpy.uint8), numpy.zeros((0, 3, 3), numpy.uint8)):
            with self.subTest(array.shape), self.assertRaisesRegex(ValueError, "image: an array of"):
                read_image(array)


class OutputTests(unittest.TestCase):
    @unittest.skipUnless(HAS_PILLOW and HAS_NUMPY, "Pillow or numpy is not installed")
    def test_png_and_raw_are_the_same_pixels(self) -> None:
        import numpy

        for image in (encoded(), encoded(PIXELS, form=ImageFormat.RAW_RGB)):
            self.assertEqual(PIXELS, image.to_pil().tobytes())
            self.assertEqual(((2, 3, 3), "uint8"), (image.to_numpy().shape, image.to_numpy().dtype.name))
            self.assertEqual(PIXELS, image.to_numpy().tobytes())
            image.to_numpy()[:] = 0
            self.assertEqual(PIXELS, numpy.asarray(image).tobytes())
            self.assertEqual("float32", numpy.asarray(image, numpy.float32).dtype.name)

    @unittest.skipUnless(HAS_PILLOW, "Pillow is not installed")
    def test_jpeg_and_webp_are_read(self) -> None:
        import PIL.Image

        for name, form in (("JPEG", ImageFormat.JPEG), ("WEBP", ImageFormat.WEBP)):
            buffer = io.BytesIO()
            PIL.Image.new("RGB", (16, 16), (250, 10, 10)).save(buffer, name)
            red, green, blue = encoded(buffer.getvalue(), 16, 16, form).to_pil().getpixel((8, 8))
            self.assertTrue(red > 240 and green < 20 and blue < 20, (name, red, green, blue))

    def test_saved_bytes_are_those_that_came(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "image.png")
            encoded().save(path)
            self.assertEqual(encoded().data, path.read_bytes())
            encoded(PIXELS, form=ImageFormat.RAW_RGB).save(str(path))
            self.assertEqual(png(PIXELS, 3, 2), path.read_bytes())

    def test_our_png_is_one(self) -> None:
        # Taken apart by the letter of the standard, not by what wrote it.
        data = png(PIXELS, 3, 2)
        self.assertEqual(b"\x89PNG\r\n\x1a\n", data[:8])
        chunks, position = [], 8
        while position < len(data):
            (length,) = struct.unpack(">I", data[position : position + 4])
            kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
            (check,) = struct.unpack(">I", data[position + 8 + length : position + 12 + length])
            self.assertEqual(zlib.crc32(kind + body), check)
            chunks.append((kind, body))
            position += 12 + length
        self.assertEqual([b"IHDR", b"IDAT", b"IEND"], [kind for kind, _ in chunks])
        self.assertEqual(b"\0" + PIXELS[:9] + b"\0" + PIXELS[9:], zlib.decompress(chunks[1][1]))

    @unittest.skipUnless(HAS_PILLOW and HAS_NUMPY, "Pillow or numpy is not installed")
    def test_images_that_are_not_what_they_say(self) -> None:
        import PIL.Image

        bomb = b"".join((b"\x89PNG\r\n\x1a\n", self.chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)), self.chunk(b"IDAT", b"")))
        bitmap = io.BytesIO()
        PIL.Image.frombytes("RGB", (3, 2), PIXELS).save(bitmap, "BMP")
        cases = {
            "nothing": encoded(b""),
            "no image": encoded(b"no image at all"),
            "cut off": encoded(png(PIXELS, 3, 2)[:-30]),
            "another size": encoded(width=4),
            "a bomb": encoded(bomb, 2**31 - 1, 2**31 - 1),
            "a small bomb": encoded(bomb, 3, 2),
            "too few bytes": encoded(PIXELS[:-1], form=ImageFormat.RAW_RGB),
            "too many bytes": encoded(PIXELS + b"x", form=ImageFormat.RAW_RGB),
            "raw without pixels": encoded(b"", 0, 0, ImageFormat.RAW_RGB),
            "a format that the service does not have": encoded(bitmap.getvalue()),
        }
        for name, image in cases.items():
            with self.subTest(name):
                with self.assertRaises(cvdvae.BadImage):
                    image.to_pil()
                with self.assertRaises(cvdvae.CvdvaeError):
                    image.to_numpy()

    def test_without_pillow_and_numpy_all_the_rest_works(self) -> None:
        program = (
            "import sys; sys.modules['PIL'] = sys.modules['numpy'] = None\n"
            "import cvdvae, cvdvae.aio\n"
            "from cvdvae.images import EncodedImage, read_image\n"
            "assert read_image(b'abc') == b'abc'\n"
            "try: EncodedImage(b'', cvdvae.ImageFormat.PNG, 1, 1).to_pil()\n"
            "except ImportError: print('as it should be')\n"
        )
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        self.assertEqual("as it should be\n", done.stdout)

    @staticmethod
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
