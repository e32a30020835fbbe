"""Both clients against the real services and the embedded model."""
from __future__ import annotations

import asyncio
import importlib.util
import re
import time
import unittest
import urllib.request
from typing import Any, List

import grpc

import cvdvae
import cvdvae.aio
from both_clients import BothClients, load
from cvdvae.images import png
from running_services import SAMPLES, addresses

LIMIT = 90.0
"""Seconds of a call: the machine may be busy with other tests."""

OPTIONS = {"deadline": LIMIT}
HAS_IMAGES = importlib.util.find_spec("PIL") is not None and importlib.util.find_spec("numpy") is not None


def setUpModule() -> None:
    addresses()


def images(events: List[cvdvae.Event]) -> List[bytes]:
    return [event.image.data for event in sorted((event for event in events if isinstance(event, cvdvae.Result)), key=lambda event: event.sample_index)]


class Services(BothClients):
    def setUp(self: Any) -> None:
        self.address = addresses()[0]

    def draw(self: Any, image: Any = None, **arguments: Any) -> List[cvdvae.Event]:
        events: List[cvdvae.Event] = self.collect(self.address, SAMPLES[0] if image is None else image, options=OPTIONS, **arguments)
        return events

    def test_models_have_the_embedded_one(self: Any) -> None:
        models = self.models(self.address, options=OPTIONS)
        model = models.find()

        self.assertEqual("toonhead-64", model.name)
        self.assertIn(16, [scale.input_size for scale in model.scales])
        self.assertEqual(model.group_count, sum(info.group_count for info in model.resolutions))
        self.assertTrue(all((info.preview_psnr_db is None) == (info.resolution == model.output_size) for info in model.resolutions))
        self.assertEqual(64, len(model.content_hash))
        self.assertGreater(models.limits.max_samples, 1)
        self.assertGreater(models.limits.deadline_margin, 0)

    def test_previews_of_all_samples_at_every_resolution_then_results(self: Any) -> None:
        events = self.draw(samples=3, request_id="python-1", report_groups=True)

        start, end = events[0], events[-1]
        self.assertEqual(("python-1", 4, 16, 64), (start.request_id, start.scale, start.input_size, start.output_size))
        below = [size for size in start.resolutions if size < start.output_size]
        self.assertGreaterEqual(len(below), 4)
        for sample in range(3):
            own = [event for event in events if getattr(event, "sample_index", None) == sample]
            self.assertEqual(below, [event.resolution for event in own[:-1]], "coarse to fine")
            self.assertIsInstance(own[-1], cvdvae.Result)
            self.assertTrue(all(event.image.width == event.image.height == event.resolution for event in own[:-1]))
            self.assertEqual(64, own[-1].image.width)
            self.assertTrue(0 < own[-1].lr_psnr_db <= 100)
        self.assertEqual(list(range(start.group_count)), [event.group for event in events if isinstance(event, cvdvae.GroupDecoded)])
        self.assertEqual((64, cvdvae.CompletionReason.FINISHED), (end.reached_resolution, end.reason))
        self.assertEqual(list(start.resolutions), [timing.resolution for timing in end.timings.resolutions])
        self.assertTrue(0 < end.timings.first_preview <= end.timings.total)
        self.assertEqual(3, len(set(images(events))), "samples differ")

    @unittest.skipUnless(HAS_IMAGES, "Pillow or numpy is not installed")
    def test_images_for_pillow_and_numpy_both_ways(self: Any) -> None:
        import numpy
        import PIL.Image

        with PIL.Image.open(SAMPLES[1]) as file:
            picture = file.convert("RGB")
        arguments = {"seed": 5, "result_format": "raw", "preview_resolutions": [4]}
        from_path, from_pillow, from_array = (self.draw(image, **arguments) for image in (SAMPLES[1], picture, numpy.asarray(picture)))

        self.assertEqual(images(from_path), images(from_pillow))
        self.assertEqual(images(from_path), images(from_array))
        result = next(event for event in from_path if isinstance(event, cvdvae.Result))
        self.assertEqual(((64, 64, 3), "uint8"), (result.image.to_numpy().shape, result.image.to_numpy().dtype.name))
        preview = next(event for event in from_path if isinstance(event, cvdvae.Preview))
        self.assertEqual((4, 4), preview.image.to_pil().size)
        # What comes back is an enlargement of what was sent: downscaled, it is near to it.
        small = numpy.asarray(result.image.to_pil().resize((16, 16), PIL.Image.BOX), numpy.float32)
        self.assertLess(float(numpy.abs(small - numpy.asarray(picture, numpy.float32)).mean()), 25.0)

    @unittest.skipUnless(HAS_IMAGES, "Pillow or numpy is not installed")
    def test_every_format_is_read(self: Any) -> None:
        for form in cvdvae.ImageFormat:
            if form is not cvdvae.ImageFormat.UNSPECIFIED:
                with self.subTest(form):
                    events = self.draw(seed=1, result_format=form, preview_format=form, preview_resolutions=[8])
                    self.assertEqual([(8, 8), (64, 64)], [event.image.to_pil().size for event in events if hasattr(event, "image")])
                    self.assertTrue(all(event.image.format is form for event in events if hasattr(event, "image")))

    def test_same_seed_gives_the_same_images_and_another_does_not(self: Any) -> None:
        first = self.draw(samples=2)
        again = self.draw(samples=2, seed=first[0].seed)
        other = self.draw(samples=2, seed=(first[0].seed + 1) % 2**64)

        self.assertEqual(images(first), images(again))
        self.assertNotEqual(images(first), images(other))

    def test_options_change_what_is_drawn(self: Any) -> None:
        cold, mean = self.draw(seed=3, temperature=0.0, pixel_sampling="mode"), self.draw(seed=3, temperature=1.0, pixel_sampling="mode")
        self.assertNotEqual(images(cold), images(mean))
        agreeing = self.draw(seed=3, consistency=True)
        plain = self.draw(seed=3)
        psnr = [next(event.lr_psnr_db for event in events if isinstance(event, cvdvae.Result)) for events in (plain, agreeing)]
        self.assertGreater(psnr[1], psnr[0])

    def test_stop_gives_the_preview_as_the_result(self: Any) -> None:
        events = self.draw(seed=4, stop_at=16)
        result = next(event for event in events if isinstance(event, cvdvae.Result))

        self.assertEqual((16, cvdvae.CompletionReason.STOPPED_AT_RESOLUTION), (result.image.width, events[-1].reason))

    def test_bad_files_are_refused_by_field(self: Any) -> None:
        for image in (b"", b"this is no image", SAMPLES[0].read_bytes()[:60]):
            with self.subTest(image[:16]):
                error = self.fails(cvdvae.InvalidArgument, self.address, image=image, options=OPTIONS)
                self.assertEqual("image", error.field)
                self.assertRegex(str(error), r"^image: .")
                self.assertIsNotNone(error.request_id)

    def test_wrong_arguments_are_refused_by_field(self: Any) -> None:
        cases = {"scale": {"scale": 3}, "sample_count": {"samples": 100_000}, "encoder_temperature": {"encoder_temperature": float("nan")},
                 "stop_at_resolution": {"stop_at": 5}, "preview_resolutions": {"preview_resolutions": [7]}, "quality": {"quality": 101}}
        for field, arguments in cases.items():
            with self.subTest(field):
                error = self.fails(cvdvae.InvalidArgument, self.address, image=SAMPLES[0], options=OPTIONS, **arguments)
                self.assertTrue((error.wire_field or "").startswith(field), error.wire_field)
                name = next(iter(arguments))
                self.assertTrue((error.field or "").startswith(name), error.field)
                self.assertTrue(str(error).startswith(f"{name}"), error)
        self.assertEqual(grpc.StatusCode.NOT_FOUND, self.fails(cvdvae.NotFound, self.address, image=SAMPLES[0], options=OPTIONS, model="nobody").status)

    def test_image_of_another_size_is_told_what_to_write(self: Any) -> None:
        image = png(bytes(20 * 20 * 3), 20, 20)
        error = self.fails(cvdvae.InvalidArgument, self.address, image=image, options=OPTIONS)

        self.assertRegex(str(error), r'^image: .*, or any size with fit="crop"$')
        self.assertEqual((16, 64), (self.draw(image, fit="crop")[0].input_size, self.draw(image, input_fit="crop")[0].output_size))

    def test_deadline_in_the_middle_gives_what_is_finished_or_says_so(self: Any) -> None:
        begin = time.monotonic()
        try:
            events = self.collect(self.address, SAMPLES[0], samples=64, deadline=0.5)
            self.assertIs(cvdvae.CompletionReason.DEADLINE, events[-1].reason)
            self.assertLess(events[-1].reached_resolution, 64)
        except cvdvae.DeadlineExceeded as error:
            self.assertEqual("the deadline of 0.5 s passed before the call ended", str(error))
        self.assertLess(time.monotonic() - begin, 5)

    def test_expired_deadline_is_an_error(self: Any) -> None:
        error = self.fails(cvdvae.DeadlineExceeded, self.address, image=SAMPLES[0], deadline=1e-4)
        self.assertEqual("the deadline of 0.0001 s passed before the call ended", str(error))

    def test_tls_to_a_server_without_it(self: Any) -> None:
        address = self.address.replace("http:", "https:")
        error = self.fails(cvdvae.ConnectionFailed, address, options={"deadline": LIMIT, "max_attempts": 2})
        self.assertEqual(f"can't reach {address}: the TLS handshake failed; does the server speak TLS?", str(error))

    def test_the_wrong_port_of_the_gateway(self: Any) -> None:
        address = addresses()[1]
        error = self.fails(cvdvae.ConnectionFailed, address, options={"deadline": LIMIT, "max_attempts": 2})
        self.assertEqual(f"can't reach {address}: the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)", str(error))


class Cancelling(unittest.TestCase):
    """A call that is left in the middle frees the server for the next one."""

    def count(self, metric: str) -> float:
        """A sum over the gateway's metric."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{addresses()[1]}/metrics", timeout=30) as response:
            text = response.read().decode()
        return sum(float(value) for value in re.findall(rf"^{metric}(?:{{[^}}]*}})? (\S+)", text, re.M))

    def awaited(self, metric: str, value: float) -> None:
        end = time.monotonic() + 20
        while self.count(metric) != value:
            self.assertLess(time.monotonic(), end, f"{metric} is {self.count(metric)} and not {value}")
            time.sleep(0.1)

    def setUp(self) -> None:
        self.client = cvdvae.Client(addresses()[0], deadline=LIMIT)
        self.addCleanup(self.client.close)
        self.before = self.count("cvdvae_gateway_calls_cancelled_total")

    def told(self) -> None:
        self.awaited("cvdvae_gateway_calls_cancelled_total", self.before + 1)
        self.awaited("cvdvae_gateway_calls_running", 0)
        self.assertIsInstance(list(self.client.upscale(SAMPLES[0]))[-1], cvdvae.Completed)
        self.awaited("cvdvae_gateway_calls_cancelled_total", self.before + 1)

    def test_leaving_after_the_first_preview(self) -> None:
        for event in self.client.upscale(SAMPLES[0], samples=32):
            if isinstance(event, cvdvae.Preview):
                break
        self.told()

    def test_cancelling_while_events_come(self) -> None:
        call = self.client.upscale(SAMPLES[0], samples=32)
        with self.assertRaises(cvdvae.Cancelled):
            for event in call:
                if isinstance(event, cvdvae.Preview):
                    call.cancel()
        self.assertEqual([], list(call))
        self.told()

    def test_cancelled_task(self) -> None:
        async def run() -> None:
            async with cvdvae.aio.Client(addresses()[0], deadline=LIMIT) as client:
                seen = asyncio.Event()

                async def read() -> None:
                    async for event in client.upscale(SAMPLES[0], samples=32):
                        if isinstance(event, cvdvae.Preview):
                            seen.set()

                task = asyncio.ensure_future(read())
                await asyncio.wait_for(seen.wait(), LIMIT)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                # While the client still lives: it is the call's end that tells the server, not the connection's.
                await asyncio.get_running_loop().run_in_executor(None, self.told)

        asyncio.run(asyncio.wait_for(run(), 2 * LIMIT))


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    suite = load(loader, [Services])
    suite.addTests(loader.loadTestsFromTestCase(Cancelling))
    return suite
