#!/usr/bin/env python3
"""
Makes a reference file for `cvdvae-trainer verify`: the tensors that the official programs compute from a checkpoint, with the random numbers
they drew, so that an imported model can be compared with them step by step.

The official programs come from your own clones (github.com/openai/vdvae, github.com/jprost76/srvdvae) and are only read. Runs on the
processor in float32. Needs Python 3.8, PyTorch 1.13 or later and numpy; Pillow for --images. No GPU, mpi4py, apex or Lightning.

example:
  python3 make_reference.py --vdvae ~/vdvae --checkpoint model-ema.th --hparams ffhq256 --output io.safetensors
  cvdvae-trainer verify --model models/ffhq256 --io io.safetensors
"""

import argparse
import os
import sys


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vdvae", metavar="FOLDER", required=True, help="your clone of openai/vdvae")
    parser.add_argument("--checkpoint", metavar="FILE", help="the prior's checkpoint (.th); without it the prior is taken from --conditional-checkpoint")
    parser.add_argument("--hparams", metavar="FILE", required=True,
                        help="JSON file of hyper-parameters in the official names, as `cvdvae-trainer import --hparams` takes, or cifar10, imagenet32, imagenet64, "
                             "ffhq256 or ffhq1024; for cond.* with width_y, image_size_y, enc_blocks_y and ky")
    parser.add_argument("--output", metavar="FILE", required=True, help="the safetensors file to write")
    parser.add_argument("--srvdvae", metavar="FOLDER", help="your clone of jprost76/srvdvae: adds y.* and cond.*")
    parser.add_argument("--conditional-checkpoint", metavar="FILE", help="the checkpoint of the low-res encoder and its prior (.ckpt)")
    parser.add_argument("--count", type=int, default=2, metavar="N", help="number of images (default 2)")
    parser.add_argument("--seed", type=int, default=0, metavar="K", help="seed of the random numbers and of the images without --images (default 0)")
    parser.add_argument("--images", metavar="FOLDER", help="take the first N images here, by name, cut to a square and resized; without it, drawn from the seed")
    parser.add_argument("--inputs", metavar="FILE", help="take x.u8, y.u8, eps.* and dmol.u.* from this reference file instead")
    options = parser.parse_args(arguments)
    if (options.srvdvae is None) != (options.conditional_checkpoint is None):
        parser.error("--srvdvae and --conditional-checkpoint belong together")
    if options.checkpoint is None and options.conditional_checkpoint is None:
        parser.error("--checkpoint is missing (only --conditional-checkpoint can stand in for it)")
    if options.count < 1:
        parser.error(f"--count is {options.count}; 1 or more are accepted")
    if options.seed < 0:
        parser.error(f"--seed is {options.seed}; 0 or more are accepted")
    if options.inputs and options.images:
        parser.error("--inputs and --images both give the images; use one")
    for name in ("vdvae", "srvdvae", "images"):
        folder = getattr(options, name)
        if folder is not None and not os.path.isdir(folder):
            parser.error(f"--{name}: there is no folder {folder}")
    for name in ("checkpoint", "conditional_checkpoint", "inputs"):
        file = getattr(options, name)
        if file is not None and not os.path.isfile(file):
            parser.error(f"--{name.replace('_', '-')}: there is no file {file}")
    return options


def run(options):
    import numpy
    import torch

    import checkpoint
    import official
    import pictures
    import reference_tensors
    import safetensors_file
    from recorded_noise import RecordedNormals

    torch.set_grad_enabled(False)
    hyperparameters = official.read_hyperparameters(options.hparams)
    conditional = checkpoint.load(options.conditional_checkpoint) if options.conditional_checkpoint else None
    prior = checkpoint.load(options.checkpoint) if options.checkpoint else conditional
    if conditional is not None:
        official.check_same_prior(prior, conditional)

    inputs = {name: torch.from_numpy(array.copy()) for name, array in safetensors_file.read(options.inputs).items()} if options.inputs else {}
    generator = numpy.random.default_rng(options.seed)
    images, size = inputs.get("x.u8"), hyperparameters.image_size
    if images is None:
        images = pictures.from_folder(options.images, options.count, size) if options.images else pictures.synthetic(options.count, size, generator)
    require_size("x.u8", images.shape[1:3], size)
    eps = []
    while f"eps.{len(eps)}" in inputs:
        eps.append(inputs[f"eps.{len(eps)}"])
    uniforms = {name: inputs[name] for name in reference_tensors.UNIFORM_NAMES} if all(name in inputs for name in reference_tensors.UNIFORM_NAMES) else None

    recorder, normals = reference_tensors.Recorder(), RecordedNormals(generator, eps)
    program = official.build_prior(options.vdvae, hyperparameters, prior)
    reference_tensors.record_prior(recorder, program, hyperparameters, images, normals)
    reference_tensors.record_pixels(recorder, program, hyperparameters, generator, uniforms)
    if conditional is not None:
        program = official.build_conditional(options.srvdvae, hyperparameters, conditional)
        low_res = inputs["y.u8"] if "y.u8" in inputs else pictures.reduced(images, hyperparameters.image_size_y)
        require_size("y.u8", low_res.shape[2:], hyperparameters.image_size_y)
        close = reference_tensors.record_conditional(recorder, program, images, low_res, normals)

    tensors = {name: tensor.numpy() for name, tensor in recorder.tensors.items()}
    safetensors_file.write(options.output, tensors, {"made_by": "make_reference.py", "torch": torch.__version__, "seed": options.seed})
    print(f"{options.output}: {len(tensors)} tensors of {images.shape[0]} images, {os.path.getsize(options.output) / 1e6:.1f} MB")
    if conditional is not None and close > 0:
        print(f"note: at {close} pixels of cond.t0.mode.u8.nhwc two mixture components are nearly as likely, and rounding may choose the other one")


def require_size(name, shape, size):
    if tuple(shape) != (size, size):
        raise ValueError(f"{name} has images of {'x'.join(map(str, shape))}; the hyper-parameters say {size}x{size}")


def main(arguments=None):
    options = parse(arguments)
    try:
        run(options)
    except ImportError as error:
        print(f"make_reference.py: {error}; PyTorch 1.13 or later and numpy are needed", file=sys.stderr)
        return 2
    except (ValueError, OSError, RuntimeError) as error:
        print(f"make_reference.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
