"""What the measurements of the official programs share: the clones' import, arguments, timing and the report."""

import argparse
import json
import os
import re
import statistics
import sys
import time

import torch

# The clones are imported as for reference files.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "tools", "reference"))


def arguments(description, clone):
    """A parser with the options that all the measurements have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(f"--{clone}", dest="clone", metavar="FOLDER", required=True, help=f"clone of the official program {clone}")
    parser.add_argument("--hparams", metavar="FILE", required=True, help="hyper-parameters in the official names")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="threads of PyTorch (default 2)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="timed runs, after one that is not (default 5)")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="cpu, cuda or cuda:N (default cpu)")
    parser.add_argument("--tf32", action="store_true", help="lets a graphics card round the factors of float32 products to TF32")
    return parser


def start(options):
    """Sets the threads, the seed and the precision, before anything else uses PyTorch."""
    for name in ("threads", "runs"):
        if getattr(options, name) < 1:
            sys.exit(f"--{name} is {getattr(options, name)}; 1 or more are accepted")
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32


class Clock:
    """Times named parts of a run, one after another."""

    def __init__(self, device):
        self.seconds = {}
        self._device = device
        self._last = time.perf_counter()

    def lap(self, name):
        if self._device != "cpu":
            torch.cuda.synchronize(self._device)
        now = time.perf_counter()
        self.seconds[name] = now - self._last
        self._last = now


def measure(run, options):
    """Calls run(clock) once to warm up and then as often as the options say. Returns by part, and as `total`, the seconds of each run."""
    times = {}
    for index in range(options.runs + 1):
        clock = Clock(options.device)
        begin = time.perf_counter()
        run(clock)
        total = time.perf_counter() - begin
        if index > 0:
            for name, seconds in {**clock.seconds, "total": total}.items():
                times.setdefault(name, []).append(seconds)
    return times


def report(what, options, model, times, **more):
    """Prints one line of JSON: medians and all times in seconds, and what they were measured with."""
    build = torch.__config__.show()
    blas, capability, onednn = (re.search(pattern, build) for pattern in (r"BLAS_INFO=(\w+)", r"CPU capability usage: (\S+)", r"MKL-DNN (v[\d.]+)"))
    print(json.dumps({
        "what": what,
        "median_s": {name: round(statistics.median(seconds), 4) for name, seconds in times.items()},
        "times_s": {name: [round(value, 4) for value in seconds] for name, seconds in times.items()},
        **more,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "hparams": os.path.basename(options.hparams),
        "threads": torch.get_num_threads(),
        "device": options.device if options.device == "cpu" else torch.cuda.get_device_name(options.device),
        "torch": torch.__version__,
        "blas": blas.group(1) if blas else "unknown",
        "onednn": onednn.group(1) if onednn else "none",
        "cpu_capability": capability.group(1) if capability else "unknown",
        "python": sys.version.split()[0],
    }))
