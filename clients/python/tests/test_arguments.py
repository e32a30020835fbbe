"""Arguments that are refused before anything is sent."""
from __future__ import annotations

import unittest
from typing import Any

import cvdvae
import cvdvae.aio
from cvdvae._settings import split


class ArgumentTests(unittest.TestCase):
    def client(self, *arguments: Any, **options: Any) -> cvdvae.Client:
        client = cvdvae.Client(*arguments, **options)
        self.addCleanup(client.close)
        return client

    def test_addresses(self) -> None:
        targets = {
            "http://127.0.0.1:5000": "dns:///127.0.0.1:5000",
            "http://host": "dns:///host:80",
            "https://host/": "dns:///host:443",
            "http://[::1]:5000": "dns:///[::1]:5000",
            "unix:/run/socket": "unix:/run/socket",
            "unix:///run/socket": "unix:/run/socket",
            "dns:///gateway:5000": "dns:///gateway:5000",
        }
        self.assertEqual(targets, {address: split(address)[1] for address in targets})
        for address in ("", " ", "localhost:5000", "ftp://host", "http://", "http://host:99999", "http://host/path", "http://user@host", "http://ho st",
                        "http://host?x", "unix:socket", "dns:///", "http://[::1", "http://host:port"):
            with self.subTest(address), self.assertRaisesRegex(ValueError, "^address: .*http://host:port"):
                self.client(address)

    def test_options_out_of_range(self) -> None:
        cases = {
            "api_key": [{"api_key": ""}, {"api_key": "a b"}, {"api_key": "a\nb"}, {"api_key": "ü"}],
            "token": [{"token": ""}, {"token": "a b"}],
            "deadline": [{"deadline": 0}, {"deadline": -1.0}, {"deadline": float("nan")}],
            "connect_timeout": [{"connect_timeout": 0}],
            "lost_after": [{"lost_after": 0}, {"lost_after": float("nan")}],
            "max_attempts": [{"max_attempts": 0}, {"max_attempts": 21}],
            "retry_delay": [{"retry_delay": 0}],
            "max_retry_delay": [{"max_retry_delay": 0.1}],
            "max_message_bytes": [{"max_message_bytes": 1023}, {"max_message_bytes": 2**31}],
            "root_certificates": [{"root_certificates": b"no PEM"}, {"root_certificates": b"-----BEGIN CERTIFICATE-----"}],
            "client_certificate": [
                {"client_certificate": b"no PEM"},
                {"address": "https://host", "client_certificate": b"-----BEGIN CERTIFICATE-----"},
                {"address": "https://host", "client_key": b"-----BEGIN PRIVATE KEY-----"},
            ],
            "client_key": [{"client_key": b"no PEM"}, {"client_key": b"-----BEGIN ENCRYPTED PRIVATE KEY-----"}],
        }
        for name, wrong in cases.items():
            for options in wrong:
                with self.subTest(options), self.assertRaisesRegex(ValueError, f"^{name}"):
                    self.client(**options)

    def test_arguments_that_cannot_be_sent(self) -> None:
        cases = {
            "samples": [-1, 0, 2**32, "three", 1.5, True],
            "scale": [-4, 0],
            "seed": [-1, 2**64, "7", 0.5],
            "temperature": ["hot", "1", [1], True],
            "quality": [-1, 0],
            "stop_at": [-1, 0],
            "preview_resolutions": [[-1], ["a"], [0], "8", 8],
            "model": [7],
            "pixel_sampling": ["guess", 3],
            "fit": ["stretch"],
            "preview_format": ["gif"],
            "result_format": [""],
            "deadline": [0],
            "request_id": ["", "a b", "x" * 129, "a\n"],
            "api_key": ["a\r\nb"],
            "token": ["a\r\nb", ""],
        }
        client = self.client()
        for name, values in cases.items():
            for value in values:
                named = "(encoder_)?temperature" if name == "temperature" else name
                with self.subTest(f"{name}={value!r}"), self.assertRaisesRegex((ValueError, TypeError), rf"^{named}(\[0\])?: (?!.*(built-in|protobuf|expected one of))"):
                    client.upscale(b"image", **{name: value})

    def test_numbers_of_other_kinds_are_numbers(self) -> None:
        class Whole:
            def __index__(self) -> int:
                return 3

        class Real:
            def __float__(self) -> float:
                return 0.5

        self.client().upscale(b"image", samples=Whole(), seed=Whole(), preview_resolutions=(Whole(),), temperature=Real())  # type: ignore

    def test_unknown_arguments_name_the_class_and_the_nearest_one(self) -> None:
        client = self.client()
        for call, text in (
            (lambda: client.upscale(b"image", timeout=1), r"Client\.upscale has no argument 'timeout'; did you mean 'deadline'\?"),  # type: ignore
            (lambda: client.upscale(b"image", sample=1), r"Client\.upscale has no argument 'sample'; did you mean 'samples'\?"),  # type: ignore
            (lambda: client.list_models(timeout=1), r"Client\.list_models has no argument 'timeout'; did you mean 'deadline'\?"),  # type: ignore
            (lambda: client.models(dedline=1), r"Client\.list_models has no argument 'dedline'; did you mean 'deadline'\?"),  # type: ignore
            (lambda: cvdvae.Client(apikey="k"), r"Client has no argument 'apikey'; did you mean 'api_key'\?"),  # type: ignore
            (lambda: cvdvae.aio.Client(url="k"), r"Client has no argument 'url'; did you mean 'address'\?"),  # type: ignore
            (lambda: cvdvae.Client(zzzz=1), r"Client has no argument 'zzzz'; there are: address, api_key, "),  # type: ignore
        ):
            with self.subTest(text), self.assertRaisesRegex(TypeError, f"^{text}"):
                call()

    def test_secrets_are_not_shown(self) -> None:
        certificate, key = b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PRIVATE KEY-----secret"
        client = self.client("https://host", api_key="secret-key", token="secret-token", client_certificate=certificate, client_key=key)
        self.assertNotIn("secret", repr(client._settings))
