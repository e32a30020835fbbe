"""A server inside the test's process that does what a script says."""
from __future__ import annotations

import concurrent.futures
import contextlib
import socket
import threading
import time
from typing import Any, Callable, Iterator, List, Optional

import grpc

from cvdvae._wire import error_details_pb2 as wire
from cvdvae.images import png
from cvdvae.v1 import super_resolution_service_pb2 as pb
from cvdvae.v1 import super_resolution_service_pb2_grpc as pb_grpc

RESOLUTIONS = (1, 4, 8, 16, 32, 64)
DRAWN_SEED = 2**63 + 11
LIMIT = 20.0
"""Seconds that no call of a test may take."""

Script = Callable[[pb.UpscaleRequest, grpc.ServicerContext], Iterator[pb.UpscaleResponse]]


def picture(sample: int, size: int, form: int = pb.IMAGE_FORMAT_PNG) -> pb.Image:
    """A picture of one colour, by which the sample is known."""
    pixels = bytes((10 * sample % 256, 200, size)) * (size * size)
    data = pixels if form == pb.IMAGE_FORMAT_RAW_RGB else png(pixels, size, size)
    return pb.Image(data=data, format=form or pb.IMAGE_FORMAT_PNG, width=size, height=size)


def started(request: pb.UpscaleRequest, context: grpc.ServicerContext) -> pb.UpscaleResponse:
    metadata = dict(context.invocation_metadata())
    seed = request.seed if request.HasField("seed") else DRAWN_SEED
    return pb.UpscaleResponse(
        started=pb.Started(
            request_id=metadata.get("x-request-id", "made-by-the-server"), model="fake-64@1.2", scale=4, input_size=16, output_size=64,
            group_count=12, conditioned_group_count=7, resolutions=RESOLUTIONS, seed=seed,
        )
    )


def preview(sample: int, resolution: int, form: int = pb.IMAGE_FORMAT_PNG) -> pb.UpscaleResponse:
    return pb.UpscaleResponse(preview=pb.Preview(sample_index=sample, resolution=resolution, image=picture(sample, resolution, form)))


def result(sample: int, size: int = 64, form: int = pb.IMAGE_FORMAT_PNG) -> pb.UpscaleResponse:
    return pb.UpscaleResponse(result=pb.Result(sample_index=sample, image=picture(sample, size, form), lr_psnr_db=41.5))


def completed(resolution: int = 64, reason: int = pb.COMPLETION_REASON_FINISHED) -> pb.UpscaleResponse:
    message = pb.UpscaleResponse(completed=pb.Completed(reached_resolution=resolution, reason=reason))
    message.completed.timings.first_preview.nanos = 125_000_000
    message.completed.timings.total.seconds = 2
    message.completed.timings.queued.nanos = 500_000_000
    message.completed.timings.device.seconds = 1
    timing = message.completed.timings.resolutions.add(resolution=1)
    timing.elapsed.nanos = 250_000_000
    return message


def answer(request: pb.UpscaleRequest, context: grpc.ServicerContext) -> Iterator[pb.UpscaleResponse]:
    """What a server does when all goes well."""
    yield started(request, context)
    last = request.stop_at_resolution or RESOLUTIONS[-1]
    wanted = [size for size in RESOLUTIONS[:-1] if size <= last and (not request.preview_resolutions or size in request.preview_resolutions)]
    for group, size in enumerate(RESOLUTIONS):
        if request.report_groups:
            yield pb.UpscaleResponse(group_decoded=pb.GroupDecoded(group=group, resolution=size))
        for sample in range(max(1, request.sample_count)):
            if size in wanted:
                yield preview(sample, size, request.preview_format)
    for sample in range(max(1, request.sample_count)):
        yield result(sample, last, request.result_format)
    yield completed(last, pb.COMPLETION_REASON_STOPPED_AT_RESOLUTION if request.stop_at_resolution else pb.COMPLETION_REASON_FINISHED)


def refuse(context: grpc.ServicerContext, code: grpc.StatusCode, text: str, *details: Any) -> None:
    """Ends a call with a status, with messages of google.rpc."""
    if details:
        status = wire.Status(code=code.value[0], message=text)
        for detail in details:
            status.details.add(type_url=f"type.googleapis.com/google.rpc.{detail.DESCRIPTOR.name}", value=detail.SerializeToString())
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, text)


def refusing(times: int, code: grpc.StatusCode, text: str, *details: Any) -> Script:
    """Refuses so many calls and answers the next ones."""
    left = [times]

    def script(request: pb.UpscaleRequest, context: grpc.ServicerContext) -> Iterator[pb.UpscaleResponse]:
        if left[0] > 0:
            left[0] -= 1
            refuse(context, code, text, *details)
        yield from answer(request, context)

    return script


def retry_info(wait: float) -> wire.RetryInfo:
    info = wire.RetryInfo()
    info.retry_delay.seconds = int(wait)
    info.retry_delay.nanos = round((wait - int(wait)) * 1e9)
    return info


class FakeServer(pb_grpc.SuperResolutionServiceServicer):
    """Answers calls by its script, and remembers them."""

    def __init__(self, script: Script = answer, credentials: Optional[grpc.ServerCredentials] = None, address: str = "127.0.0.1:0") -> None:
        self.script = script
        self.requests: List[pb.UpscaleRequest] = []
        self.metadata: List[dict[str, str]] = []
        self.remaining: List[Optional[float]] = []
        self.times: List[float] = []
        self.left = threading.Event()
        """Set once the client has left a call, or a call has ended."""
        self.models_failures = 0
        self.models_wait = False
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
        pb_grpc.add_SuperResolutionServiceServicer_to_server(self, self._server)
        if credentials is not None:
            port = self._server.add_secure_port(address, credentials)
        else:
            port = self._server.add_insecure_port(address)
        self.port = port
        self.address = address if address.startswith("unix:") else f"http{'' if credentials is None else 's'}://127.0.0.1:{port}"
        self._server.start()

    @property
    def calls(self) -> int:
        return len(self.requests)

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.left.set()
        self._server.stop(0).wait(LIMIT)

    def Upscale(self, request: pb.UpscaleRequest, context: grpc.ServicerContext) -> Iterator[pb.UpscaleResponse]:
        self.requests.append(request)
        self._remember(context)
        context.add_callback(self.left.set)
        yield from self.script(request, context)

    def ListModels(self, request: pb.ListModelsRequest, context: grpc.ServicerContext) -> pb.ListModelsResponse:
        self._remember(context)
        if self.models_wait:
            context.add_callback(self.left.set)
            self.wait_until_left()
        if self.models_failures > 0:
            self.models_failures -= 1
            refuse(context, grpc.StatusCode.UNAVAILABLE, "starting")
        return models()

    def wait_until_left(self) -> None:
        """For scripts: until the client leaves, and then a moment more than it needs to see the end."""
        assert self.left.wait(LIMIT), "the client did not leave"

    def _remember(self, context: grpc.ServicerContext) -> None:
        self.metadata.append({key: value for key, value in context.invocation_metadata()})
        self.remaining.append(context.time_remaining())
        self.times.append(time.monotonic())


def models() -> pb.ListModelsResponse:
    """Two models."""
    first = pb.ModelInfo(
        name="fake-64", version="1.2", content_hash="0123456789abcdef" * 4, output_size=64, group_count=12, encoder_temperature=0.8,
        prior_temperature=0.7, pixel_sampling=pb.PIXEL_SAMPLING_MEAN, licence="MIT | none", description="Grey squares.",
        scales=[pb.ScaleInfo(scale=4, input_size=16, conditioned_group_count=7)],
        resolutions=[pb.ResolutionInfo(resolution=1, group_count=2, preview_psnr_db=31.25), pb.ResolutionInfo(resolution=64, group_count=10)],
    )
    limits = pb.ServerLimits(max_samples=64, max_image_bytes=1 << 24, max_image_side=4096, max_message_bytes=20 << 20, max_waiting_preview_bytes=4 << 20)
    limits.deadline_margin.nanos = 50_000_000
    return pb.ListModelsResponse(models=[first, pb.ModelInfo(name="fake-64", version="1.1")], default_model="fake-64", limits=limits)


@contextlib.contextmanager
def unsteady(port: int) -> Iterator[str]:
    """In front of a server, the address of a gate that closes the first connection without a word and hands the next ones on."""
    with socket.create_server(("127.0.0.1", 0)) as gate:

        def run() -> None:
            with contextlib.suppress(OSError):
                gate.accept()[0].close()
                while True:
                    threading.Thread(target=hand_on, args=(gate.accept()[0],), daemon=True).start()

        def hand_on(client: socket.socket) -> None:
            with client, socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=copy, args=(server, client), daemon=True)
                back.start()
                copy(client, server)
                back.join(LIMIT)

        def copy(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=run, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{gate.getsockname()[1]}"
        finally:
            # A thread that waits in accept would keep the socket: shutdown wakes it.
            with contextlib.suppress(OSError):
                gate.shutdown(socket.SHUT_RDWR)
