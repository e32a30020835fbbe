"""Arguments that more than one command has, and the kinds of values."""
from __future__ import annotations

import argparse
import os
from typing import Callable, Tuple

from .. import _settings
from .._client import Client
from .._names import Names

_MOST_NUMBERS = 1000


def option(name: str) -> str:
    """The option of an argument of the library; the image has none, but a place."""
    return name if name == "image" else f"--{name.replace('_', '-')}"


class CommandClient(Client):
    """A client whose errors speak of options."""

    _names = Names(option, lambda name, word: f"{option(name)} {word}")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number in a range."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least} to {most}")
        return number

    return parse


def real(least: float, most: float) -> Callable[[str], float]:
    """A number in a range."""

    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {least:g} to {most:g}")
        return number

    return parse


def resolutions(text: str) -> Tuple[int, ...]:
    """Numbers as 8,16,32 or FIRST:LAST:STEP."""
    number = whole(1, 65536)
    try:
        if ":" in text:
            parts = [number(part) for part in text.split(":")]
            first, last, step = parts if len(parts) == 3 else (*parts, 1)
            found = tuple(range(first, last + 1, step))
        else:
            found = tuple(number(part) for part in text.split(","))
    except (argparse.ArgumentTypeError, ValueError):
        found = ()
    if not 1 <= len(found) <= _MOST_NUMBERS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers from 1 to 65536, as 1,2,8 or FIRST:LAST:STEP")
    return found


def add_server(parser: argparse.ArgumentParser) -> None:
    """Adds what says which server to call."""
    group = parser.add_argument_group("server")
    group.add_argument(
        "--server",
        metavar="URL",
        type=_server,
        default=os.environ.get("CVDVAE_SERVER") or "http://127.0.0.1:5000",
        help=f"address of the server: {_settings.ACCEPTED}; CVDVAE_SERVER by default, http://127.0.0.1:5000 without it",
    )
    group.add_argument("--api-key", metavar="KEY", type=_credential("api_key"), default=os.environ.get("CVDVAE_API_KEY") or None, help="key to send; CVDVAE_API_KEY by default")
    group.add_argument("--token", metavar="TOKEN", type=_credential("token"), default=os.environ.get("CVDVAE_TOKEN") or None, help="bearer token to send; CVDVAE_TOKEN by default")
    group.add_argument("--tls", action="store_true", help="reach a dns:/// address over TLS")
    group.add_argument("--ca", metavar="FILE", help="PEM file of the certificates to trust; those that come with grpc by default")
    group.add_argument("--cert", metavar="FILE", help="PEM file of this client's certificate, where the server asks for one")
    group.add_argument("--key", metavar="FILE", help="PEM file of its private key")


def connect(parsed: argparse.Namespace) -> Client:
    """A client of the server."""
    return CommandClient(
        parsed.server,
        api_key=parsed.api_key,
        token=parsed.token,
        tls=parsed.tls,
        ca=parsed.ca,
        cert=parsed.cert,
        key=parsed.key,
    )


def _server(text: str) -> str:
    try:
        _settings.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _credential(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        try:
            _settings.check_credential(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return parse
