#!/usr/bin/env python3
"""Draws samples with grpcio and stubs that protoc makes from protos/, and checks the order of the events: upscale.py ADDRESS IMAGE SAMPLES."""
import importlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

MISSING = 77
PROTOS = pathlib.Path(__file__).resolve().parents[3] / "protos"
TIMEOUT_SECONDS = 120


def make_stubs(folder):
    """Makes the stubs and returns the modules of messages and of the service."""
    plugin = shutil.which("grpc_python_plugin")
    if shutil.which("protoc") is None or plugin is None:
        print("protoc or grpc_python_plugin is missing", file=sys.stderr)
        sys.exit(MISSING)
    files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    command = ["protoc", f"--proto_path={PROTOS}", f"--python_out={folder}", f"--plugin=protoc-gen-grpc={plugin}", f"--grpc_out={folder}", *files]
    subprocess.run(command, check=True)
    sys.path.insert(0, folder)
    name = "cvdvae.v1.super_resolution_service_pb2"
    return importlib.import_module(name), importlib.import_module(name + "_grpc")


class Check:
    """Follows the events of a call."""

    def __init__(self, samples):
        self.previews = {index: [] for index in range(samples)}
        self.results = {}
        self.started = None
        self.completed = None

    def take(self, response):
        kind = response.WhichOneof("event")
        assert self.completed is None, f"{kind} came after completed"
        assert (kind == "started") == (self.started is None), f"{kind} came where started has to be first, once"
        if kind == "started":
            self.started = response.started
        elif kind == "preview":
            preview = response.preview
            seen = self.previews[preview.sample_index]
            assert preview.sample_index not in self.results, "a preview came after the result of its sample"
            assert not seen or seen[-1] < preview.resolution, "previews are not coarse to fine"
            assert preview.image.width == preview.image.height == preview.resolution
            assert preview.image.data.startswith(b"\x89PNG\r\n\x1a\n")
            seen.append(preview.resolution)
        elif kind == "result":
            assert response.result.sample_index not in self.results, "a sample has two results"
            assert response.result.image.width == self.started.output_size
            self.results[response.result.sample_index] = round(response.result.lr_psnr_db, 2)
        elif kind == "completed":
            self.completed = response.completed

    def finish(self):
        assert self.completed is not None, "completed did not come"
        below = [resolution for resolution in self.started.resolutions if resolution < self.started.output_size]
        assert all(seen == below for seen in self.previews.values()), f"not every resolution was previewed: {self.previews}"
        assert sorted(self.results) == sorted(self.previews), "not every sample has a result"
        assert self.completed.reached_resolution == self.started.output_size
        return {
            "model": self.started.model,
            "seed": self.started.seed,
            "resolutions": list(self.started.resolutions),
            "previews": sum(len(seen) for seen in self.previews.values()),
            "results": [self.results[index] for index in sorted(self.results)],
        }


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import grpc
        import google.protobuf  # noqa: F401
    except ImportError as error:
        print(error, file=sys.stderr)
        return MISSING
    address, image, samples = arguments[0], pathlib.Path(arguments[1]).read_bytes(), int(arguments[2])
    with tempfile.TemporaryDirectory() as folder:
        messages, services = make_stubs(folder)
        check = Check(samples)
        with grpc.insecure_channel(address) as channel:
            service = services.SuperResolutionServiceStub(channel)
            assert service.ListModels(messages.ListModelsRequest(), timeout=TIMEOUT_SECONDS).models, "no model is ready"
            request = messages.UpscaleRequest(image=image, sample_count=samples, seed=7)
            for response in service.Upscale(request, timeout=TIMEOUT_SECONDS, metadata=[("x-request-id", "outside-python")]):
                check.take(response)
        assert check.started.request_id == "outside-python"
        print(json.dumps(check.finish()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
