"""Where an image has arrived, a deadline ends the call well: with the server's own end, or with what the client makes of what it has."""
from __future__ import annotations

import os
import time
import unittest
from typing import Any, List, Tuple

import grpc

import cvdvae
import deadline_loop
from both_clients import BothClients, WithThreads, load
from cvdvae._read_ahead import MOST_BYTES
from cvdvae.v1 import super_resolution_service_pb2 as pb
from fake_server import answer, completed, picture, preview, refuse, refusing, result, retry_info, started
from running_services import SAMPLES, addresses

DEADLINE = 2.0
LONG = os.environ.get("CVDVAE_LONG_TESTS") == "1"
CALLS = 1000 if LONG else 40


def images(events: List[cvdvae.Event]) -> List[Tuple[int, int]]:
    return [(event.sample_index, event.image.width) for event in events if isinstance(event, cvdvae.Result)]


class EndsOfCalls(BothClients):
    def cut(self: Any, *responses: pb.UpscaleResponse, **arguments: Any) -> List[cvdvae.Event]:
        """The events of a call of which the server sends this much and no end."""

        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield from responses
            server.wait_until_left()

        server = self.server(script)
        events: List[cvdvae.Event] = self.collect(server.address, deadline=DEADLINE, **arguments)
        return events

    def test_finest_previews_become_the_results(self: Any) -> None:
        begin = time.monotonic()
        events = self.cut(preview(1, 1), preview(0, 1), preview(0, 4), preview(1, 4), preview(1, 8), samples=2, preview_format="png")
        took = time.monotonic() - begin

        self.assertEqual(["Started"] + ["Preview"] * 5 + ["Result"] * 2 + ["Completed"], [type(event).__name__ for event in events])
        self.assertEqual([(0, 4), (1, 8)], images(events), "in the order of the samples")
        first, second = events[6:8]
        self.assertEqual((picture(0, 4).data, cvdvae.ImageFormat.PNG, 0.0), (first.image.data, first.image.format, first.lr_psnr_db))
        self.assertEqual(picture(1, 8).data, second.image.data)
        self.assertEqual((4, cvdvae.CompletionReason.DEADLINE), (events[-1].reached_resolution, events[-1].reason))
        timings = events[-1].timings
        self.assertEqual((0.0, 0.0, ()), (timings.queued, timings.device, timings.resolutions))
        self.assertTrue(0 < timings.first_preview <= timings.total <= took, timings)
        self.assertGreater(timings.total, DEADLINE / 2, "the time when the deadline passed")

    def test_result_that_came_stays_and_a_sample_without_anything_has_none(self: Any) -> None:
        events = self.cut(preview(0, 32), preview(2, 16), result(0), samples=3)

        self.assertEqual([(0, 64), (2, 16)], images(events))
        self.assertEqual(41.5, events[3].lr_psnr_db)
        self.assertEqual((16, cvdvae.CompletionReason.DEADLINE), (events[-1].reached_resolution, events[-1].reason))

    def test_results_alone_are_enough(self: Any) -> None:
        events = self.cut(result(1), result(0), samples=2)

        self.assertEqual([(1, 64), (0, 64)], images(events))
        end = events[-1]
        self.assertEqual((64, cvdvae.CompletionReason.DEADLINE, 0.0), (end.reached_resolution, end.reason, end.timings.first_preview))

    def test_completed_call_whose_end_does_not_come_is_complete(self: Any) -> None:
        events = self.cut(result(0), completed())

        self.assertEqual([cvdvae.Started, cvdvae.Result, cvdvae.Completed], [type(event) for event in events])
        self.assertIs(cvdvae.CompletionReason.FINISHED, events[-1].reason)

    def test_status_of_the_server_counts_as_well(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 1)
            yield preview(0, 4)
            refuse(context, grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")

        for options in ({}, {"deadline": None}):
            with self.subTest(options):
                events = self.collect(self.server(script).address, options=options)
                self.assertEqual([(0, 4)], images(events))
                self.assertIs(cvdvae.CompletionReason.DEADLINE, events[-1].reason)

    def test_nothing_to_show_is_an_error(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield pb.UpscaleResponse(group_decoded=pb.GroupDecoded(group=0, resolution=1))
            refuse(context, grpc.StatusCode.DEADLINE_EXCEEDED, "no sample had reached a resolution before the deadline")

        self.fails(cvdvae.DeadlineExceeded, self.server(script).address, report_groups=True)

    def test_every_other_failure_stays_one(self: Any) -> None:
        for status in set(grpc.StatusCode) - {grpc.StatusCode.OK, grpc.StatusCode.DEADLINE_EXCEEDED}:
            with self.subTest(status):

                def script(request: Any, context: Any, status: grpc.StatusCode = status) -> Any:
                    yield started(request, context)
                    yield preview(0, 1)
                    refuse(context, status, "no")

                with self.assertRaises(cvdvae.CvdvaeError) as caught:
                    self.collect(self.server(script).address)
                self.assertIs(status, caught.exception.status)

    def test_deadline_at_a_later_attempt_ends_well_too(self: Any) -> None:
        refused = []

        def script(request: Any, context: Any) -> Any:
            if not refused:
                refused.append(True)
                refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(0.3))
            server.left.clear()
            yield started(request, context)
            yield preview(0, 1)
            server.wait_until_left()

        server = self.server(script)
        events = self.collect(server.address, deadline=DEADLINE, options={"retry_delay": 0.01})

        self.assertEqual([(0, 1)], images(events))
        self.assertGreater(events[-1].timings.first_preview, 0.3, "the wait counts, as it does for the deadline")

    def test_deadline_while_waiting_for_another_attempt_is_the_refusal(self: Any) -> None:
        server = self.server(refusing(99, grpc.StatusCode.UNAVAILABLE, "starting"))
        error = self.fails(cvdvae.Unavailable, server.address, deadline=0.3, options={"retry_delay": 0.2, "max_attempts": 20})

        self.assertEqual("starting", str(error))


class LateReaders(BothClients):
    """Who does something else while the deadline passes loses nothing of what had come."""

    def test_previews_that_came_before_the_deadline_are_read_after_it(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            for size in (1, 4, 8):
                yield preview(0, size)
                yield preview(1, size)
            server.wait_until_left()

        server = self.server(script)
        events = self.collect(server.address, deadline=DEADLINE, pause=DEADLINE + 0.5, samples=2)

        self.assertEqual(6, sum(isinstance(event, cvdvae.Preview) for event in events))
        self.assertEqual([(0, 8), (1, 8)], images(events))
        self.assertLess(events[-1].timings.first_preview, DEADLINE, "when it came, not when it was read")

    def test_call_that_was_whole_in_time_is_whole(self: Any) -> None:
        events = self.collect(self.server(answer).address, deadline=DEADLINE, pause=DEADLINE + 0.5, samples=3)

        self.assertEqual([(0, 64), (1, 64), (2, 64)], images(events))
        self.assertIs(cvdvae.CompletionReason.FINISHED, events[-1].reason)
        self.assertEqual(15, sum(isinstance(event, cvdvae.Preview) for event in events))

    def test_reading_ahead_is_bounded(self: Any) -> None:
        large = preview(0, 64)
        large.preview.image.data = bytes(MOST_BYTES // 4)
        times: List[float] = []

        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            for _ in range(160):
                times.append(time.monotonic())
                yield large
            yield result(0)
            yield completed()

        events = self.collect(self.server(script).address, pause=1.5)

        # 4 MiB are read ahead, and HTTP/2 lets some more be on its way.
        self.assertLess(sum(sent - times[0] < 1.2 for sent in times), 60)
        self.assertEqual(160, sum(isinstance(event, cvdvae.Preview) for event in events))
        self.assertIs(cvdvae.CompletionReason.FINISHED, events[-1].reason)


class Lengths(BothClients):
    def test_endless_deadlines_are_none(self: Any) -> None:
        for deadline in (1e9, 1e18, 1e300):
            with self.subTest(deadline):
                self.assertIsInstance(self.collect(self.server().address, deadline=deadline)[-1], cvdvae.Completed)
                self.assertEqual("fake-64", self.models(self.server().address, deadline=deadline).default_model)

    def test_a_millisecond_ends_one_way_or_the_other(self: Any) -> None:
        address = self.server().address
        for _ in range(20):
            try:
                self.assertIsInstance(self.collect(address, deadline=0.001)[-1], cvdvae.Completed)
            except cvdvae.DeadlineExceeded as error:
                self.assertEqual("the deadline of 0.001 s passed before the call ended", str(error))


class Services(BothClients):
    """The real services: with another caller beside, so that the machine is busy."""

    def run_loop(self: Any, deadline: float) -> None:
        address, image = addresses()[0], SAMPLES[0].read_bytes()
        run = deadline_loop.with_threads if isinstance(self, WithThreads) else deadline_loop.with_asyncio
        with deadline_loop.load(address, image, 2):
            found = run(address, image, CALLS, deadline)
        self.assertEqual((CALLS, 0), (sum(found.values()), found[deadline_loop.LOST]), found)
        if LONG:
            print(f"{type(self).__name__}, {deadline * 1000:g} ms: {dict(found)}")

    def test_fifty_milliseconds(self: Any) -> None:
        self.run_loop(0.05)

    def test_a_hundred_milliseconds(self: Any) -> None:
        self.run_loop(0.1)

    def test_stop_and_few_previews_with_a_deadline(self: Any) -> None:
        for arguments in ({"stop_at": 16}, {"preview_resolutions": [32]}, {"stop_at": 4, "preview_resolutions": [32]}):
            with self.subTest(arguments):
                events = self.collect(addresses()[0], SAMPLES[0], samples=2, deadline=60, **arguments)
                self.assertEqual([(0, arguments.get("stop_at", 64)), (1, arguments.get("stop_at", 64))], sorted(images(events)))
                short = []
                for _ in range(5):
                    try:
                        short = self.collect(addresses()[0], SAMPLES[0], samples=5, deadline=0.1, **arguments)
                    except cvdvae.DeadlineExceeded:
                        continue
                    # The server says 0 where a sample reached nothing, the client goes by the results.
                    self.assertIn(short[-1].reached_resolution, (0, min(width for _, width in images(short))))


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    return load(loader, [EndsOfCalls, LateReaders, Lengths, Services])
