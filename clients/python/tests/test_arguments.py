"""Arguments that are refused before anything is sent."""
from __future__ import annotations

import unittest
from typing import Any

import cvdvae
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
            "deadline": [{"deadline": 0}, {"deadline": -1.0}, {"deadline": float("nan")}, {"deadline": float("inf")}],
            "connect_timeout": [{"connect_timeout": 0}],
            "max_attempts": [{"max_attempts": 0}, {"max_attempts": 21}],
            "retry_delay": [{"retry_delay": 0}],
            "max_retry_delay": [{"max_retry_delay": 0.1}],
            "max_message_bytes": [{"max_message_bytes": 1023}],
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
            "samples": [-1, 2**32, "three", 1.5],
            "scale": [-4],
            "seed": [-1, 2**64],
            "temperature": ["hot"],
            "quality": [-1],
            "stop_at": [-1],
            "preview_resolutions": [[-1], ["a"]],
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
                with self.subTest(f"{name}={value!r}"), self.assertRaisesRegex((ValueError, TypeError), f"^{named}: "):
                    client.upscale(b"image", **{name: value})

    def test_secrets_are_not_shown(self) -> None:
        certificate, key = b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PRIVATE KEY-----secret"
        client = self.client("https://host", api_key="secret-key", token="secret-token", client_certificate=certificate, client_key=key)
        self.assertNotIn("secret", repr(client._settings))
