"""Errors, retries and deadlines."""
from __future__ import annotations

import math
import time
import unittest
from typing import Any

import grpc

import cvdvae
from both_clients import BothClients, load
from cvdvae._attempts import Attempts
from cvdvae._wire import error_details_pb2 as wire
from fake_server import refuse, refusing, retry_info, started

QUICK = {"retry_delay": 0.01}


class Errors(BothClients):
    def test_each_status_is_a_class_of_its_own(self: Any) -> None:
        kinds = {
            grpc.StatusCode.INVALID_ARGUMENT: cvdvae.InvalidArgument,
            grpc.StatusCode.NOT_FOUND: cvdvae.NotFound,
            grpc.StatusCode.UNAUTHENTICATED: cvdvae.Unauthenticated,
            grpc.StatusCode.PERMISSION_DENIED: cvdvae.Unauthenticated,
            grpc.StatusCode.RESOURCE_EXHAUSTED: cvdvae.Overloaded,
            grpc.StatusCode.UNAVAILABLE: cvdvae.Unavailable,
            grpc.StatusCode.CANCELLED: cvdvae.Cancelled,
            grpc.StatusCode.INTERNAL: cvdvae.CvdvaeError,
            grpc.StatusCode.DATA_LOSS: cvdvae.CvdvaeError,
        }
        for status, kind in kinds.items():
            with self.subTest(status):
                server = self.server(refusing(1, status, "the reason"))
                error = self.fails(kind, server.address, options={"max_attempts": 1}, request_id="call-3")
                self.assertEqual(("the reason", status, "call-3", None, None), (str(error), error.status, error.request_id, error.field, error.retry_after))

    def test_no_reason_names_the_status(self: Any) -> None:
        error = self.fails(cvdvae.CvdvaeError, self.server(refusing(1, grpc.StatusCode.INTERNAL, "")).address)

        self.assertEqual("the server answered INTERNAL", str(error))

    def test_refused_field_is_named(self: Any) -> None:
        bad = wire.BadRequest(field_violations=[wire.BadRequest.FieldViolation(field="scale", description="'3' is not accepted")])
        for text in ("scale: '3' is not accepted", "something is wrong"):
            with self.subTest(text):
                error = self.fails(cvdvae.InvalidArgument, self.server(refusing(1, grpc.StatusCode.INVALID_ARGUMENT, text, bad)).address)
                self.assertEqual(("scale: '3' is not accepted", "scale"), (str(error), error.field))

    def test_server_without_the_service_says_so(self: Any) -> None:
        server = self.server(refusing(1, grpc.StatusCode.UNIMPLEMENTED, "Method not found!"))
        error = self.fails(cvdvae.ProtocolError, server.address)

        self.assertEqual(f"{server.address} does not offer this service (Method not found!)", str(error))

    def test_garbage_as_details_leaves_the_status(self: Any) -> None:
        for garbage in (b"\xff\xff\xff\xff", b"", b"\x1a\x05\x0a\x03abc"):
            with self.subTest(garbage):

                def script(request: Any, context: Any, garbage: bytes = garbage) -> Any:
                    context.set_trailing_metadata((("grpc-status-details-bin", garbage),))
                    context.abort(grpc.StatusCode.NOT_FOUND, "no such model")
                    yield

                self.assertEqual("no such model", str(self.fails(cvdvae.NotFound, self.server(script).address)))

    def test_hostile_text_becomes_one_line(self: Any) -> None:
        error = self.fails(cvdvae.NotFound, self.server(refusing(1, grpc.StatusCode.NOT_FOUND, "a\nb\x1b[31m\u2028c" + "x" * 3000)).address)

        self.assertTrue(str(error).startswith("a b [31m cxxx"), str(error)[:50])
        self.assertTrue(str(error).isprintable())
        self.assertLess(len(str(error)), 600)

    def test_hostile_wait_is_not_waited_for(self: Any) -> None:
        endless = wire.RetryInfo()
        endless.retry_delay.seconds = 2**62
        error = self.fails(cvdvae.Overloaded, self.server(refusing(1, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", endless)).address)
        self.assertEqual(2.0**62, error.retry_after)

        backwards = wire.RetryInfo()
        backwards.retry_delay.seconds = -5
        server = self.server(refusing(2, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", backwards))
        self.assertEqual(0.0, self.fails(cvdvae.Overloaded, server.address, options={"max_attempts": 1}).retry_after)
        self.assertIsInstance(self.collect(server.address, options=QUICK)[-1], cvdvae.Completed)

    def test_message_over_the_limit_is_refused(self: Any) -> None:
        error = self.fails(cvdvae.TooLarge, self.server().address, options={"max_message_bytes": 1024}, result_format="raw")

        self.assertEqual(f"the server's answer is too large: {error.size} bytes; max_message_bytes is 1024", str(error))
        self.assertEqual(1024, error.limit)
        self.assertGreater(error.size, 1024)

    def test_request_over_the_limit_of_the_server_names_both(self: Any) -> None:
        for text, limit in (
            ("Received message exceeds the maximum configured message size.", None),
            ("grpc: received message larger than max (26214409 vs. 4194304)", 4194304),
            ("gRPC message exceeds maximum size 4194304: 26214409", 4194304),
        ):
            with self.subTest(text):
                server = self.server(refusing(9, grpc.StatusCode.RESOURCE_EXHAUSTED, text))
                error = self.fails(cvdvae.TooLarge, server.address, options=QUICK, request_id="call-4")
                # A server that does not say what it takes is asked for its limits.
                expected = 20 << 20 if limit is None else limit
                size = server.requests[0].ByteSize()
                self.assertEqual(f"the request is too large: {size} bytes; the server takes at most {expected}", str(error))
                self.assertEqual((size, expected, grpc.StatusCode.RESOURCE_EXHAUSTED, "call-4", 1), (error.size, error.limit, error.status, error.request_id, error.attempts))
                self.assertEqual(1, server.calls)

    def test_request_over_a_limit_that_nobody_tells_names_its_size(self: Any) -> None:
        server = self.server(refusing(9, grpc.StatusCode.RESOURCE_EXHAUSTED, "message exceeds what is taken"))
        server.models_failures = 9
        error = self.fails(cvdvae.TooLarge, server.address)

        size = server.requests[0].ByteSize()
        self.assertEqual((f"the request is too large: {size} bytes; the server takes less", size, None), (str(error), error.size, error.limit))

    def test_message_of_its_real_size_is_refused_by_a_real_limit(self: Any) -> None:
        # By grpc's own limit of a server, 4 MiB, whose words name both.
        error = self.fails(cvdvae.TooLarge, self.server().address, image=b"x" * (5 << 20))

        self.assertEqual(4 << 20, error.limit)
        self.assertGreater(error.size, 5 << 20)


class Retries(BothClients):
    def test_unavailable_twice_succeeds_at_the_third_attempt(self: Any) -> None:
        server = self.server(refusing(2, grpc.StatusCode.UNAVAILABLE, "starting"))

        self.assertIsInstance(self.collect(server.address, options=QUICK)[-1], cvdvae.Completed)
        self.assertEqual(3, server.calls)

    def test_overload_waits_as_long_as_asked(self: Any) -> None:
        server = self.server(refusing(1, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(0.3)))

        self.collect(server.address, options=QUICK)

        self.assertEqual(2, server.calls)
        self.assertGreaterEqual(server.times[1] - server.times[0], 0.3)

    def test_overload_for_long_fails_at_once_with_the_wait(self: Any) -> None:
        server = self.server(refusing(9, grpc.StatusCode.RESOURCE_EXHAUSTED, "too much work", retry_info(42)))
        error = self.fails(cvdvae.Overloaded, server.address)

        self.assertEqual(("too much work; try again in 42 s", 42.0, 1, 1), (str(error), error.retry_after, error.attempts, server.calls))

    def test_other_failures_are_not_tried_again(self: Any) -> None:
        for status in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL, grpc.StatusCode.ABORTED, grpc.StatusCode.UNAUTHENTICATED):
            with self.subTest(status):
                server = self.server(refusing(9, status, "no"))
                with self.assertRaises(cvdvae.CvdvaeError):
                    self.collect(server.address, options=QUICK)
                self.assertEqual(1, server.calls)

    def test_always_unavailable_gives_up_after_all_attempts(self: Any) -> None:
        server = self.server(refusing(99, grpc.StatusCode.UNAVAILABLE, "stopping"))
        error = self.fails(cvdvae.Unavailable, server.address, options=QUICK)

        self.assertEqual(("stopping", 4, 4), (str(error), error.attempts, server.calls))

    def test_nothing_is_tried_again_after_started(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            refuse(context, grpc.StatusCode.UNAVAILABLE, "stopping")

        server = self.server(script)
        error = self.fails(cvdvae.Unavailable, server.address, options=QUICK)

        self.assertEqual(("stopping", "made-by-the-server", 1), (str(error), error.request_id, server.calls))

    def test_wait_past_the_deadline_is_not_begun(self: Any) -> None:
        server = self.server(refusing(99, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(5)))
        begin = time.monotonic()
        error = self.fails(cvdvae.Overloaded, server.address, deadline=4)

        self.assertEqual((5.0, 1), (error.retry_after, server.calls))
        self.assertLess(time.monotonic() - begin, 4)

    def test_models_are_tried_again(self: Any) -> None:
        server = self.server()
        server.models_failures = 2

        self.assertEqual("fake-64", self.models(server.address, options=QUICK).default_model)
        self.assertEqual(3, len(server.times))


class Deadlines(BothClients):
    def test_deadline_in_the_middle_is_an_error(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            server.wait_until_left()

        server = self.server(script)
        begin = time.monotonic()
        error = self.fails(cvdvae.DeadlineExceeded, server.address, deadline=2)

        self.assertEqual(("the deadline of 2 s passed before the call ended", "made-by-the-server"), (str(error), error.request_id))
        self.assertIsInstance(error, TimeoutError)
        self.assertLess(time.monotonic() - begin, 10)

    def test_deadline_before_the_first_event_is_an_error(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            server.wait_until_left()
            yield

        server = self.server(script)
        self.fails(cvdvae.DeadlineExceeded, server.address, options={"deadline": 0.5})

    def test_deadline_so_near_that_it_is_past(self: Any) -> None:
        def script(request: Any, context: Any) -> Any:
            server.wait_until_left()
            yield

        # One that answered at once could be faster than grpc's clock.
        server = self.server(script)
        error = self.fails(cvdvae.DeadlineExceeded, server.address, deadline=1e-6)

        self.assertEqual("the deadline of 1e-06 s passed before the call ended", str(error))

    def test_the_server_knows_the_deadline_and_it_holds_for_all_attempts(self: Any) -> None:
        server = self.server(refusing(1, grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry_info(0.5)))
        self.collect(server.address, deadline=10, options={"deadline": 100})

        # On the wire a deadline is a few digits, rounded up.
        self.assertLess(server.remaining[0], 10.5)
        self.assertGreater(server.remaining[0], 8)
        self.assertLessEqual(server.remaining[1], server.remaining[0] - 0.4)

    def test_models_have_a_deadline_too(self: Any) -> None:
        server = self.server()
        server.models_wait = True
        with self.assertRaises(cvdvae.DeadlineExceeded):
            self.models(server.address, deadline=0.5)


class EndlessTimes(BothClients):
    def test_deadline_without_end_is_none(self: Any) -> None:
        server = self.server()
        self.collect(server.address, options={"deadline": math.inf})
        self.collect(server.address, options={"deadline": 60.0}, deadline=math.inf)
        # grpc's word for none is a time of centuries in some versions.
        self.assertEqual([True, True], [left is None or left > 1e9 for left in server.remaining])

    def test_times_that_no_timer_keeps_are_its_longest(self: Any) -> None:
        for options in (
            {"connect_timeout": math.inf, "max_retry_delay": math.inf, "lost_after": math.inf},
            {"connect_timeout": 1e12, "max_retry_delay": 1e12, "max_message_bytes": 2**31 - 1},
        ):
            with self.subTest(options):
                server = self.server(refusing(1, grpc.StatusCode.UNAVAILABLE, "starting"))
                self.collect(server.address, options={"retry_delay": 0.01, **options})
                self.assertEqual(2, server.calls)


class PolicyTests(unittest.TestCase):
    """The lengths of waits, by themselves."""

    def wait(self, attempts: int, retry_after: Any, number: float) -> Any:
        client = cvdvae.Client("http://127.0.0.1:1", retry_delay=0.2, max_retry_delay=1.0, max_attempts=5)
        self.addCleanup(client.close)
        call = Attempts(client._settings, None, None, None, random_number=lambda: number)
        for _ in range(attempts):
            call.begin()
        return call._wait(cvdvae.Unavailable("x", retry_after=retry_after))

    def test_waits_double_and_are_shortened_by_up_to_half(self) -> None:
        self.assertEqual([0.2, 0.4, 0.8, 1.0], [self.wait(attempts, None, 0.0) for attempts in range(1, 5)])
        self.assertEqual([0.1, 0.2, 0.4, 0.8], [self.wait(attempts, None, 1.0) for attempts in range(1, 5)])

    def test_asked_waits_are_never_shortened(self) -> None:
        self.assertEqual([0.8, 1.0, 0.9], [self.wait(1, 0.8, number) for number in (0.0, 1.0, 0.5)])
        self.assertIsNone(self.wait(1, 1.1, 0.0))

    def test_the_last_attempt_is_the_last(self) -> None:
        self.assertIsNone(self.wait(5, None, 0.0))


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    suite = load(loader, [Errors, Retries, Deadlines, EndlessTimes])
    suite.addTests(loader.loadTestsFromTestCase(PolicyTests))
    return suite
