"""The images that a reference file is made from."""

import os
import sys

import numpy
import torch


def synthetic(count, size, generator):
    """Soft colour fields with some grain, (N, H, W, 3) uint8: all levels occur, and neighbours look alike as in photographs."""
    coarse = torch.from_numpy(generator.uniform(-60, 315, (count, 3, 6, 6)))
    soft = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True)
    grain = torch.from_numpy(generator.normal(0, 6, tuple(soft.shape)))
    return _levels(soft + grain).permute(0, 2, 3, 1).contiguous()


def from_folder(folder, count, size):
    """The first images of a folder by name, cut to the middle square and resized, (N, H, W, 3) uint8."""
    images = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        is_image = name.lower().endswith((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".ppm")) and not name.startswith(".") and not os.path.isdir(path)
        if len(images) < count and is_image:
            try:
                images.append(_resized(_square(_decode(path)), size)[0])
            except (OSError, SyntaxError) as error:  # what Pillow raises for files that are damaged, empty or not there
                print(f"skipped: {path}: {error}", file=sys.stderr)
    if len(images) < count:
        raise ValueError(f"{folder} holds {len(images)} images that can be used (PNG, JPEG, WebP, BMP, PPM); {count} are needed")
    return torch.stack(images).permute(0, 2, 3, 1).contiguous()


def reduced(images, size):
    """Low-res versions, (N, 3, h, w) uint8. They are an input like any other, so the exact kernel does not matter."""
    return _resized(images.permute(0, 3, 1, 2), size)


def _decode(path):
    try:
        from PIL import Image
    except ImportError as error:
        raise ValueError("--images needs the package Pillow (pip install pillow)") from error
    with Image.open(path) as image:
        return torch.from_numpy(numpy.array(image.convert("RGB"))).permute(2, 0, 1)[None]


def _square(image):
    height, width = image.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[:, :, top:top + side, left:left + side]


def _resized(images, size):
    if images.shape[-1] == size:
        return images
    return _levels(torch.nn.functional.interpolate(images.float(), size=(size, size), mode="bicubic", align_corners=False, antialias=True))


def _levels(values):
    return values.round().clamp(0, 255).to(torch.uint8)
