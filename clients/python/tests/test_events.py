"""Requests as they are sent and events as they come."""
from __future__ import annotations

import os
import tempfile
import unittest
from typing import Any

import grpc

import cvdvae
from both_clients import BothClients, load
from cvdvae.v1 import super_resolution_service_pb2 as pb
from fake_server import DRAWN_SEED, RESOLUTIONS, answer, completed, preview, result, started

UNKNOWN_EVENT = pb.UpscaleResponse.FromString(b"\x9a\x06\x02hi")


class Events(BothClients):
    def test_three_samples_every_event_in_order(self: Any) -> None:
        events = self.collect(self.server().address, samples=3)

        self.assertEqual(
            cvdvae.Started("made-by-the-server", "fake-64@1.2", 4, 16, 64, 12, 7, RESOLUTIONS, DRAWN_SEED),
            events[0],
        )
        previews = [event for event in events if isinstance(event, cvdvae.Preview)]
        self.assertEqual([(sample, size) for size in RESOLUTIONS[:-1] for sample in range(3)], [(item.sample_index, item.resolution) for item in previews])
        results = [event for event in events if isinstance(event, cvdvae.Result)]
        self.assertEqual([(0, 64, 41.5), (1, 64, 41.5), (2, 64, 41.5)], [(item.sample_index, item.image.width, item.lr_psnr_db) for item in results])
        timings = cvdvae.Timings(0.125, 2.0, 0.5, 1.0, (cvdvae.ResolutionTiming(1, 0.25),))
        self.assertEqual(cvdvae.Completed(64, cvdvae.CompletionReason.FINISHED, timings), events[-1])
        self.assertEqual(1 + 15 + 3 + 1, len(events))

    def test_every_argument_is_sent_in_its_field(self: Any) -> None:
        server = self.server()
        self.collect(
            server.address, b"image", samples=2, scale=4, seed=2**64 - 1, temperature=0.5, prior_temperature=0.25, pixel_sampling="mode", consistency=True,
            fit=cvdvae.InputFit.CROP_AND_RESIZE, preview_format="jpeg", result_format=cvdvae.ImageFormat.WEBP, quality=77, preview_resolutions=(4, 8),
            stop_at=16, report_groups=True, model="fake-64@1.2",
        )

        self.assertEqual(
            pb.UpscaleRequest(
                model="fake-64@1.2", image=b"image", scale=4, sample_count=2, seed=2**64 - 1, encoder_temperature=0.5, prior_temperature=0.25,
                pixel_sampling=pb.PIXEL_SAMPLING_MODE, enforce_consistency=True, input_fit=pb.INPUT_FIT_CROP_AND_RESIZE,
                preview_format=pb.IMAGE_FORMAT_JPEG, result_format=pb.IMAGE_FORMAT_WEBP, quality=77, preview_resolutions=[4, 8], stop_at_resolution=16,
                report_groups=True,
            ),
            server.requests[0],
        )

    def test_no_arguments_leaves_all_to_the_server(self: Any) -> None:
        server = self.server()
        self.collect(server.address, b"image")

        self.assertEqual(pb.UpscaleRequest(image=b"image", sample_count=1), server.requests[0])
        self.assertNotIn("x-request-id", server.metadata[0])
        self.assertNotIn("x-api-key", server.metadata[0])

    def test_seed_zero_is_a_seed(self: Any) -> None:
        self.assertEqual(0, self.collect(self.server().address, seed=0)[0].seed)

    def test_groups_come_when_asked_for(self: Any) -> None:
        groups = [event for event in self.collect(self.server().address, report_groups=True) if isinstance(event, cvdvae.GroupDecoded)]

        self.assertEqual([cvdvae.GroupDecoded(group, size) for group, size in enumerate(RESOLUTIONS)], groups)

    def test_stop_says_so(self: Any) -> None:
        events = self.collect(self.server().address, stop_at=8)

        self.assertEqual((8, cvdvae.CompletionReason.STOPPED_AT_RESOLUTION), (events[-1].reached_resolution, events[-1].reason))

    def test_keys_and_request_id_are_metadata(self: Any) -> None:
        server = self.server()
        events = self.collect(server.address, options={"api_key": "the-client's"}, request_id="call-1")
        self.collect(server.address, options={"api_key": "the-client's"}, api_key="the-call's")
        self.models(server.address, api_key="the-list's", request_id="list-1")

        self.assertEqual("call-1", events[0].request_id)
        self.assertEqual(["the-client's", "the-call's", "the-list's"], [metadata["x-api-key"] for metadata in server.metadata])
        self.assertEqual("list-1", server.metadata[2]["x-request-id"])

    def test_models_every_field(self: Any) -> None:
        models = self.models(self.server().address)

        self.assertEqual(["1.2", "1.1"], [model.version for model in models.models])
        model = models.models[0]
        self.assertEqual(("fake-64", 64, 12, "MIT | none"), (model.name, model.output_size, model.group_count, model.licence))
        self.assertEqual(["Grey squares.", ""], [model.description for model in models.models])
        self.assertEqual((cvdvae.Scale(4, 16, 7),), model.scales)
        self.assertEqual((cvdvae.Resolution(1, 2, 31.25), cvdvae.Resolution(64, 10, None)), model.resolutions)
        self.assertEqual((0.8, 0.7), (round(model.encoder_temperature, 5), round(model.prior_temperature, 5)))
        self.assertIs(cvdvae.PixelSampling.MEAN, model.pixel_sampling)
        self.assertEqual(cvdvae.Limits(64, 1 << 24, 4096, 20 << 20, 0.05, 4 << 20), models.limits)
        self.assertIs(model, models.find())
        self.assertIs(models.models[1], models.find("fake-64@1.1"))
        self.assertIsNone(models.find("other"))

    def test_unknown_events_are_left_out(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            for item in answer(request, context):
                yield item
                yield UNKNOWN_EVENT

        self.assertEqual(8, len(self.collect(self.server(script).address)))

    def test_unknown_numbers_are_unspecified(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            strange = result(2**32 - 1)
            strange.result.image.format = 99
            strange.result.image.width = 2**32 - 1
            yield strange
            last = completed(reason=99)
            last.completed.timings.total.seconds = 2**62
            last.completed.timings.queued.nanos = -1
            yield last

        events = self.collect(self.server(script).address)

        self.assertIs(cvdvae.ImageFormat.UNSPECIFIED, events[1].image.format)
        self.assertEqual((2**32 - 1, 2**32 - 1), (events[1].sample_index, events[1].image.width))
        self.assertIs(cvdvae.CompletionReason.UNSPECIFIED, events[2].reason)
        self.assertEqual((2.0**62, -1e-9), (events[2].timings.total, events[2].timings.queued))

    def test_empty_messages_are_no_crash(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield pb.UpscaleResponse(started=pb.Started())
            yield pb.UpscaleResponse(preview=pb.Preview())
            yield pb.UpscaleResponse(completed=pb.Completed())

        events = self.collect(self.server(script).address)

        self.assertEqual(b"", events[1].image.data)
        self.assertEqual((), events[0].resolutions)

    def test_wrong_order_is_a_protocol_error(self: Any) -> None:
        cases = {
            "the server ended the call without an event": lambda request, context: iter(()),
            "the server's first event is not Started": lambda request, context: iter([preview(0, 1)]),
            "the server ended the call before it was completed": lambda request, context: iter([started(request, context), result(0)]),
            "the server sent Started out of its order": lambda request, context: iter([started(request, context), started(request, context)]),
            "the server sent Result out of its order": lambda request, context: iter([started(request, context), completed(), result(0)]),
        }
        for problem, script in cases.items():
            with self.subTest(problem):
                server = self.server(script)
                error = self.fails(cvdvae.ProtocolError, server.address, request_id="call-2")
                self.assertEqual(f"{server.address}: {problem}", str(error))
                self.assertEqual((grpc.StatusCode.INTERNAL, "call-2", 1), (error.status, error.request_id, server.calls))

    def test_unix_socket(self: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            server = self.server(address=f"unix:{os.path.join(folder, 'socket')}")
            self.assertIsInstance(self.collect(server.address)[-1], cvdvae.Completed)

    def test_dns_name(self: Any) -> None:
        server = self.server()
        self.assertIsInstance(self.collect(f"dns:///localhost:{server.port}")[-1], cvdvae.Completed)


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    return load(loader, [Events])
