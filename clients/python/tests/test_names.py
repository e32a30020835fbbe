"""One name for one thing, the names that work as well, and errors in the names that the caller uses."""
from __future__ import annotations

import argparse
import inspect
import tempfile
import unittest
from typing import Any, Dict, List, Type

import grpc

import cvdvae
import cvdvae.aio
from both_clients import BothClients, load
from cvdvae import _names
from cvdvae._cli import arguments, upscale_command
from cvdvae._wire import error_details_pb2 as wire
from cvdvae.enums import ImageFormat, InputFit, PixelSampling, to_wire
from cvdvae.v1 import super_resolution_service_pb2 as pb
from fake_server import refusing

REQUEST = pb.UpscaleRequest.DESCRIPTOR
KINDS: Dict[str, Type[Any]] = {"PixelSampling": PixelSampling, "InputFit": InputFit, "ImageFormat": ImageFormat}
NO_OPTION = {"report_groups"}
"""What the command line never asks for."""


def options() -> Dict[str, argparse.Action]:
    commands = argparse.ArgumentParser().add_subparsers()
    upscale_command.add_to(commands)
    return dict(commands.choices["upscale"]._option_string_actions)


class TableTests(unittest.TestCase):
    """The tables against the protocol's descriptor, so that a field cannot be forgotten."""

    def test_every_field_has_the_name_of_an_argument(self) -> None:
        self.assertEqual({field.name for field in REQUEST.fields}, set(_names.FIELDS))
        for client in (cvdvae.Client, cvdvae.aio.Client):
            self.assertLessEqual(set(_names.FIELDS.values()), set(inspect.signature(client.upscale).parameters))

    def test_every_choice_has_a_word_that_is_taken(self) -> None:
        enums = [field.enum_type for field in REQUEST.fields if field.enum_type is not None]
        self.assertEqual(set(KINDS), {enum.name for enum in enums})
        for enum in enums:
            for value in enum.values:
                with self.subTest(value.name):
                    self.assertEqual(value.number, to_wire(KINDS[enum.name], "argument", _names.CHOICES[value.name]))

    def test_every_field_is_an_option_of_the_command_line(self) -> None:
        known = options()
        for field in set(_names.FIELDS) - NO_OPTION - {"image"}:
            with self.subTest(field):
                self.assertIn(arguments.option(_names.FIELDS[field]), known)
        for field in REQUEST.fields:
            if field.enum_type is not None:
                choices = known[arguments.option(_names.FIELDS[field.name])].choices
                self.assertLessEqual(set(choices or ()), {_names.CHOICES[value.name] for value in field.enum_type.values})

    def test_what_goes_beside_the_request_is_an_argument_and_an_option(self) -> None:
        for argument in _names.METADATA.values():
            self.assertIn(argument, inspect.signature(cvdvae.Client.upscale).parameters)
            self.assertIn(arguments.option(argument), options())


class TextTests(unittest.TestCase):
    CASES = (
        (
            "image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with input_fit INPUT_FIT_CROP_AND_RESIZE",
            "image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with fit=\"crop\"",
            "image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with --fit crop",
        ),
        (
            "sample_count: '99' is not accepted; accepted: 1 to 64, or 0 for 1",
            "samples: '99' is not accepted; accepted: 1 to 64",
            "--samples: '99' is not accepted; accepted: 1 to 64",
        ),
        (
            "scale: '3' is not accepted; accepted: 4, 8, or 0 for the one of the image's size",
            "scale: '3' is not accepted; accepted: 4, 8",
            "--scale: '3' is not accepted; accepted: 4, 8",
        ),
        ("sample_count: '99' is not accepted", "samples: '99' is not accepted", "--samples: '99' is not accepted"),
        ("preview_resolutions[2]: '7' is", "preview_resolutions[2]: '7' is", "--preview-resolutions[2]: '7' is"),
        ("model: 'sample_count' is not served", "model: 'sample_count' is not served", "--model: 'sample_count' is not served"),
        ("the model has no scale for the image", "the model has no scale for the image", "the model has no scale for the image"),
        ("too much for stop_at_resolution 64", "too much for stop_at 64", "too much for --stop-at 64"),
        ("PIXEL_SAMPLING_MEAN is slow, IMAGE_FORMAT_RAW_RGB large", "mean is slow, raw large", "mean is slow, raw large"),
        (
            "quality: it isn't read; input_fit and pixel_sampling aren't",
            "quality: it isn't read; fit and pixel_sampling aren't",
            "--quality: it isn't read; --fit and --pixel-sampling aren't",
        ),
        ("resampled: input_fits", "resampled: input_fits", "resampled: input_fits"),
        (
            "the caller needs an API key as metadata x-api-key or a token as metadata authorization: Bearer TOKEN",
            "the caller needs an API key as api_key or a token as token",
            "the caller needs an API key as --api-key or a token as --token",
        ),
        ("x-request-id: 'a b' is not accepted", "request_id: 'a b' is not accepted", "--request-id: 'a b' is not accepted"),
    )

    def test_messages_of_the_server(self) -> None:
        for message, library, command_line in self.CASES:
            with self.subTest(message):
                self.assertEqual(library, _names.LIBRARY.text(message))
                self.assertEqual(command_line, arguments.CommandClient._names.text(message))

    def test_fields(self) -> None:
        cases = {"sample_count": "samples", "input_fit[1]": "fit[1]", "samples.index": "samples.index", "x-request-id": "request_id", "": ""}
        self.assertEqual(cases, {field: _names.LIBRARY.field(field) for field in cases})


class Errors(BothClients):
    def refused(self: Any, field: str, text: str, **given: Any) -> cvdvae.CvdvaeError:
        bad = wire.BadRequest(field_violations=[wire.BadRequest.FieldViolation(field=field, description=text)])
        error: cvdvae.CvdvaeError = self.fails(
            cvdvae.InvalidArgument, self.server(refusing(1, grpc.StatusCode.INVALID_ARGUMENT, f"{field}: {text}", bad)).address, **given
        )
        return error

    def test_field_and_text_are_the_callers(self: Any) -> None:
        error = self.refused("stop_at_resolution", "'5' is not accepted; accepted: 4, 8", stop_at=5)

        self.assertEqual("stop_at: '5' is not accepted; accepted: 4, 8", str(error))
        self.assertEqual(("stop_at", "stop_at_resolution"), (error.field, error.wire_field))

    def test_who_uses_another_name_reads_that_one(self: Any) -> None:
        cases: List[Any] = [
            ("sample_count", {"sample_count": 99}, "sample_count"),
            ("stop_at_resolution", {"stop_at_resolution": 5}, "stop_at_resolution"),
            ("encoder_temperature", {"temperature": 11}, "temperature"),
            ("prior_temperature", {"temperature": 1, "prior_temperature": 11}, "prior_temperature"),
            ("encoder_temperature", {"encoder_temperature": 11}, "encoder_temperature"),
        ]
        for field, given, name in cases:
            with self.subTest(given):
                error = self.refused(field, "no", **given)
                self.assertEqual((f"{name}: no", name, field), (str(error), error.field, error.wire_field))

    def test_overload_speaks_the_callers_names_too(self: Any) -> None:
        server = self.server(refusing(1, grpc.StatusCode.RESOURCE_EXHAUSTED, "too much: a smaller sample_count may go"))
        error = self.fails(cvdvae.Overloaded, server.address)

        self.assertEqual("too much: a smaller samples may go", str(error))


class Aliases(BothClients):
    def sent(self: Any, **given: Any) -> pb.UpscaleRequest:
        server = self.server()
        self.collect(server.address, b"image", **given)
        return server.requests[0]

    def test_the_protocols_names_are_taken(self: Any) -> None:
        same = {"samples": 2, "consistency": True, "fit": "crop", "stop_at": 16}
        older = {"sample_count": 2, "enforce_consistency": True, "input_fit": "crop", "stop_at_resolution": 16}

        self.assertEqual(self.sent(**same), self.sent(**older))
        self.assertEqual(pb.INPUT_FIT_CROP_AND_RESIZE, self.sent(input_fit=pb.INPUT_FIT_CROP_AND_RESIZE).input_fit)
        self.assertEqual(pb.INPUT_FIT_EXACT, self.sent(input_fit=cvdvae.InputFit.EXACT).input_fit)

    def test_models_is_list_models(self: Any) -> None:
        for client in (cvdvae.Client, cvdvae.aio.Client):
            self.assertIs(client.models, client.list_models)
        self.assertEqual("fake-64", self.models(self.server().address).default_model)


class ArgumentTests(unittest.TestCase):
    def setUp(self) -> None:
        self.client = cvdvae.Client()
        self.addCleanup(self.client.close)

    def test_two_names_at_once_are_refused_with_both(self) -> None:
        pairs: List[Dict[str, Any]] = [
            {"samples": 1, "sample_count": 2},
            {"consistency": False, "enforce_consistency": True},
            {"fit": "crop", "input_fit": "crop"},
            {"stop_at": 8, "stop_at_resolution": 8},
        ]
        for pair in pairs:
            with self.subTest(pair), self.assertRaisesRegex(TypeError, " and ".join(pair)):
                self.client.upscale(b"image", **pair)
        for names in (("ca", "root_certificates"), ("cert", "client_certificate"), ("key", "client_key")):
            pair = dict.fromkeys(names, b"x")
            with self.subTest(pair), self.assertRaisesRegex(TypeError, " and ".join(pair)):
                cvdvae.Client("https://host", **pair)  # type: ignore[arg-type]

    def test_unknown_option_is_named(self) -> None:
        with self.assertRaisesRegex(TypeError, "'sampels'"):
            self.client.upscale(b"image", sampels=5)  # type: ignore[call-arg]

    def test_wrong_values_are_named_as_given(self) -> None:
        cases: Dict[str, Any] = {"sample_count": -1, "stop_at_resolution": "x", "input_fit": 7, "fit": "stretch", "temperature": "hot"}
        for name, value in cases.items():
            with self.subTest(name), self.assertRaisesRegex((ValueError, TypeError), f"^{name}: "):
                self.client.upscale(b"image", **{name: value})
        with self.assertRaisesRegex(ValueError, "^input_fit: 'stretch' is not one of exact, crop"):
            self.client.upscale(b"image", input_fit="stretch")

    def test_certificates_are_named_as_given(self) -> None:
        certificate = b"-----BEGIN CERTIFICATE-----"
        cases: List[Any] = [
            ({"ca": b"no PEM"}, "^ca: "),
            ({"root_certificates": b"no PEM"}, "^root_certificates: "),
            ({"ca": certificate, "address": "http://host"}, "^ca, cert and tls_name are for TLS"),
            ({"cert": certificate}, "^cert and key go together"),
            ({"client_certificate": certificate}, "^client_certificate and client_key go together"),
            ({"key": b"-----BEGIN ENCRYPTED PRIVATE KEY-----"}, "^key: "),
        ]
        for given, message in cases:
            with self.subTest(given), self.assertRaisesRegex(ValueError, message):
                cvdvae.Client(**{"address": "https://host", **given})

    def test_command_line_names_its_options(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            with self.assertRaisesRegex(ValueError, "^--ca: "):
                arguments.CommandClient("https://host", ca=file.name)
        with self.assertRaisesRegex(ValueError, "^--cert and --key go together"):
            arguments.CommandClient("https://host", cert=b"-----BEGIN CERTIFICATE-----")


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any) -> unittest.TestSuite:
    suite = load(loader, [Errors, Aliases])
    for case in (TableTests, TextTests, ArgumentTests):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite
