"""``models``: lists what a server has and takes."""
from __future__ import annotations

import argparse
from typing import Any, Dict, List, Sequence

from google.protobuf import json_format

from ..models import Limits, Model, Models, read_models
from ..v1 import super_resolution_service_pb2 as pb
from .arguments import add_server, connect, real

_HASH_DIGITS = 12


def add_to(commands: Any) -> None:
    """Adds the command."""
    text = "list the models and the limits of a server"
    parser: argparse.ArgumentParser = commands.add_parser("models", help=text, description=text.capitalize() + ".")
    parser.add_argument("--json", action="store_true", help="print the server's answer as JSON, with the protocol's field names")
    parser.add_argument("--deadline", metavar="SECONDS", type=real(0.001, 86400), help="give up by then")
    add_server(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> None:
    with connect(parsed) as client:
        response = client._list_models(client._attempts(parsed.deadline, None, None, None))
    print(_json(response) if parsed.json else models_text(read_models(response)), end="\n" if parsed.json else "")


def _json(response: pb.ListModelsResponse) -> str:
    options: Dict[str, Any] = {"preserving_proto_field_name": True}
    try:
        return json_format.MessageToJson(response, including_default_value_fields=True, **options)
    except TypeError:
        # Its name since protobuf 5.26.
        return json_format.MessageToJson(response, always_print_fields_with_no_presence=True, **options)


def models_text(models: Models) -> str:
    """Models and limits as text."""
    parts = [] if models.models else ["no model is ready\n"]
    for model in models.models:
        default = " (default)" if model.name == models.default_model else ""
        parts.append(f"{model.name}@{model.version}{default}\n\n{_facts(model)}\n{_resolutions(model)}\n")
    return "".join(parts) + _limits(models.limits)


def _facts(model: Model) -> str:
    scales = (f"x{scale.scale} ({scale.input_size} to {model.output_size} pixels, {scale.conditioned_group_count} groups conditioned)" for scale in model.scales)
    return table(
        ("", ""),
        [
            ("scales", ", ".join(scales)),
            ("latent groups", str(model.group_count)),
            ("temperatures", f"encoder {model.encoder_temperature:.3g}, prior {model.prior_temperature:.3g}"),
            ("pixels", model.pixel_sampling.value),
            ("content", model.content_hash[:_HASH_DIGITS]),
            *([("draws", model.description)] if model.description else []),
            ("licence", model.licence),
        ],
    )


def _resolutions(model: Model) -> str:
    return table(
        ("resolution:", "groups:", "preview PSNR (dB):"),
        [
            (str(info.resolution), str(info.group_count), "" if info.preview_psnr_db is None else f"{info.preview_psnr_db:.1f}")
            for info in model.resolutions
        ],
    )


def _limits(limits: Limits) -> str:
    return table(
        ("limit", "value:"),
        [
            ("samples in a request", str(limits.max_samples)),
            ("bytes of an image", str(limits.max_image_bytes)),
            ("longest side in pixels", str(limits.max_image_side)),
            ("bytes of a request", str(limits.max_message_bytes)),
            ("margin before a deadline", f"{limits.deadline_margin * 1000:g} ms"),
            ("previews waiting for a slow reader", f"{limits.max_waiting_preview_bytes} bytes"),
        ],
    )


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Text that is also a Markdown table; a header that ends with a colon (not shown) is of a column aligned to the right."""
    right = [header.endswith(":") for header in headers]
    cells: List[List[str]] = [[header.rstrip(":") for header in headers]]
    cells += [[" ".join(cell.splitlines()).replace("|", "/") for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(headers))]
    lines = ["| " + " | ".join(_pad(cell, width, to_right) for cell, width, to_right in zip(row, widths, right)) + " |\n" for row in cells]
    rule = "| " + " | ".join("-" * (width - 1) + (":" if to_right else "-") for width, to_right in zip(widths, right)) + " |\n"
    return lines[0] + rule + "".join(lines[1:])


def _pad(cell: str, width: int, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
