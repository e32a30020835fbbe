#!/usr/bin/env python3
"""Writes a checkpoint in the format of openai/vdvae (.th) with random weights, to rehearse what is to be done with a real one.

It needs Python 3.8 alone: the file is what torch.save writes, a zip of a pickle and the numbers of each tensor.
"""

import argparse
import array
import json
import pathlib
import random
import struct
import sys
import zipfile

CONFIGURATIONS = pathlib.Path(__file__).resolve().parents[2] / "services" / "Cvdvae.Trainer" / "Configurations"
BLOCK = 1 << 18  # random numbers drawn for each width of a convolution; larger weights repeat them


def blocks(text):
    """(resolution, what follows 'm' or 'd') of each block of a block string, in order."""
    for part in text.split(","):
        if "x" in part:
            resolution, count = map(int, part.split("x"))
            yield from [(resolution, None)] * count
        elif "m" in part or "d" in part:
            resolution, other = map(int, part.replace("d", "m").split("m"))
            yield resolution, other
        else:
            yield int(part), None


def block(prefix, inputs, middle, outputs, resolution):
    """Names and shapes of the four convolutions of a block."""
    side = 3 if resolution > 2 else 1
    for name, shape in (("c1", (middle, inputs, 1, 1)), ("c2", (middle, middle, side, side)), ("c3", (middle, middle, side, side)), ("c4", (outputs, middle, 1, 1))):
        yield f"{prefix}.{name}.weight", shape
        yield f"{prefix}.{name}.bias", (shape[0],)


def parameters(h):
    """Names and shapes of all parameters of a prior."""
    custom = dict(map(int, pair.split(":")) for pair in h.get("custom_width_str", "").split(",") if pair)
    width = lambda resolution: custom.get(resolution, h["width"])
    inner = lambda resolution: int(width(resolution) * h["bottleneck_multiple"])
    zdim, top = h["zdim"], h["width"]
    yield "encoder.in_conv.weight", (top, 3, 3, 3)
    yield "encoder.in_conv.bias", (top,)
    for index, (r, _) in enumerate(blocks(h["enc_blocks"])):
        yield from block(f"encoder.enc_blocks.{index}", width(r), inner(r), width(r), r)
    groups = list(blocks(h["dec_blocks"]))
    for index, (r, _) in enumerate(groups):
        name = f"decoder.dec_blocks.{index}"
        yield from block(f"{name}.enc", 2 * width(r), inner(r), 2 * zdim, r)
        yield from block(f"{name}.prior", width(r), inner(r), 2 * zdim + width(r), r)
        yield f"{name}.z_proj.weight", (width(r), zdim, 1, 1)
        yield f"{name}.z_proj.bias", (width(r),)
        yield from block(f"{name}.resnet", width(r), inner(r), width(r), r)
    for index, r in enumerate(sorted({r for r, _ in groups if r <= h["no_bias_above"]})):
        yield f"decoder.bias_xs.{index}", (1, width(r), r, r)
    yield "decoder.gain", (1, top, 1, 1)
    yield "decoder.bias", (1, top, 1, 1)
    yield "decoder.out_net.out_conv.weight", (10 * h["num_mixtures"], top, 1, 1)
    yield "decoder.out_net.out_conv.bias", (10 * h["num_mixtures"],)


def count(shape):
    result = 1
    for size in shape:
        result *= size
    return result


def spread(name, shape, depth):
    """Largest magnitude of a tensor's numbers: as the official program draws them, but nowhere all zero, so that a part that is left out shows."""
    if name.endswith("decoder.gain"):
        return None
    if len(shape) < 4 or shape[0] == 1:
        return 0.01
    fan = count(shape[1:])
    last = name.endswith((".resnet.c4.weight", ".z_proj.weight", ".prior.c4.weight")) or ("enc_blocks" in name and name.endswith(".c4.weight"))
    return fan ** -0.5 * (depth ** -0.5 if last else 1)


def pickled(tensors):
    """The pickle of a state dict whose tensors are in storages 0, 1, ..."""
    text = lambda value: b"X" + struct.pack("<i", len(value)) + value.encode()
    number = lambda value: b"\x8a\x08" + struct.pack("<q", value)
    row = lambda values: b"(" + b"".join(map(number, values)) + b"t"
    out = [b"\x80\x02ccollections\nOrderedDict\n)R("]
    for index, (name, shape) in enumerate(tensors):
        strides = [count(shape[axis + 1:]) for axis in range(len(shape))]
        storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(index)) + text("cpu") + number(count(shape)) + b"tQ"
        out.append(text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(0) + row(shape) + row(strides) + b"\x89ccollections\nOrderedDict\n)RtR")
    return b"".join(out) + b"u."


def write(path, h, seed):
    draw = random.Random(seed)
    tensors = list(parameters(h))
    depth = len(list(blocks(h["dec_blocks"])))
    drawn = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("model/data.pkl", pickled(tensors))
        for index, (name, shape) in enumerate(tensors):
            most = spread(name, shape, depth)
            size = count(shape)
            if most is None:
                numbers = array.array("f", [1.0]).tobytes() * size
            else:
                if most not in drawn:
                    drawn[most] = array.array("f", (draw.uniform(-most, most) for _ in range(BLOCK)))
                start = draw.randrange(BLOCK)
                ring = drawn[most]
                numbers = ((ring[start:] + ring[:start]).tobytes() * (size // BLOCK + 1))[:4 * size]
            archive.writestr(f"model/data/{index}", numbers)
        archive.writestr("model/version", "3\n")
    return len(tensors), sum(count(shape) for _, shape in tensors)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hparams", required=True, help="JSON file of hyper-parameters in the official names, or the name of an official configuration")
    parser.add_argument("--output", required=True, help="file to write (.th)")
    parser.add_argument("--seed", type=int, default=0, help="of the numbers (0)")
    options = parser.parse_args(arguments)
    source = pathlib.Path(options.hparams)
    if not source.exists():
        source = CONFIGURATIONS / f"{options.hparams}.json"
    if not source.exists():
        names = ", ".join(sorted(file.stem for file in CONFIGURATIONS.glob("*.json")))
        parser.error(f"--hparams: {options.hparams} is neither a file nor an official configuration ({names})")
    tensors, numbers = write(options.output, json.loads(source.read_text()), options.seed)
    print(f"{options.output}: {tensors} tensors, {numbers:,} parameters, random")


if __name__ == "__main__":
    main(sys.argv[1:])
