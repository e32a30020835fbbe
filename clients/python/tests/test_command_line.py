"""The command line against a fake server: files, what is printed, exit statuses."""
from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any

import grpc

from cvdvae._cli.models_command import table
from cvdvae.v1 import super_resolution_service_pb2 as pb
from fake_server import DRAWN_SEED, FakeServer, completed, picture, preview, refuse, result, started, unsteady
from test_proxies import proxy

LIMIT = 60


def command(*arguments: Any, **environment: str) -> subprocess.Popen[str]:
    """python -m cvdvae, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CVDVAE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "cvdvae", *map(str, arguments)], env={**kept, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def pillow() -> Any:
    """Pillow's images, without which a test is skipped."""
    try:
        import PIL.Image
    except ImportError:
        raise unittest.SkipTest("there is no Pillow") from None
    return PIL.Image


class CommandLineTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.image = self.folder / "small.png"
        self.image.write_bytes(b"small")
        self.output = self.folder / "out" / "portrait"
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)

    def run_command(self, *arguments: Any, status: int = 0, **environment: str) -> tuple[str, str]:
        process = command(*arguments, **{"CVDVAE_SERVER": self.server.address, **environment})
        output, error = process.communicate(timeout=LIMIT)
        self.assertEqual(status, process.returncode, output + error)
        return output, error

    def files(self) -> list[str]:
        return sorted(path.name for path in self.output.iterdir())


class UpscaleTests(CommandLineTest):
    def test_two_samples_every_file(self) -> None:
        output, error = self.run_command("upscale", self.image, "--output", self.output, "--samples", 2)

        names = [f"preview-{sample}-{size:03d}.png" for sample in (1, 2) for size in (1, 4, 8, 16, 32)] + ["sample-1.png", "sample-2.png"]
        self.assertEqual(names, self.files())
        self.assertEqual(picture(1, 64).data, (self.output / "sample-2.png").read_bytes())
        self.assertEqual(picture(0, 8).data, (self.output / "preview-1-008.png").read_bytes())
        self.assertEqual("", error)
        lines = output.splitlines()
        self.assertEqual(f"fake-64@1.2, x4: 16x16 to 64x64, seed {DRAWN_SEED}", lines[0])
        for line, size in zip(lines[1:7], (1, 4, 8, 16, 32, 64)):
            self.assertRegex(line, rf"^{size}x{size} after \d+\.\d{{3}} s$")
        self.assertEqual(f"{self.output / 'sample-1.png'}  low-res PSNR 41.5 dB", lines[7])
        self.assertRegex(lines[9], r"^first preview after \d+\.\d{3} s, all results after \d+\.\d{3} s$")
        self.assertEqual(f"--seed {DRAWN_SEED} gives these images again", lines[10])
        self.assertEqual(11, len(lines))

    def test_every_option_reaches_the_server(self) -> None:
        self.run_command(
            "upscale", self.image, "-o", self.output, "--samples", 2, "--scale", 4, "--seed", 7, "--temperature", 0.5, "--prior-temperature", 0.25,
            "--pixel-sampling", "MODE", "--consistency", "--fit", "crop", "--format", "webp", "--preview-format", "jpeg", "--quality", 70, "--stop-at", 16,
            "--preview-resolutions", "4:8:4", "--deadline", 30, "--model", "fake-64", "--request-id", "call-4", "--api-key", "key",
            "--token", "a.b.c",
        )

        self.assertEqual(
            pb.UpscaleRequest(
                model="fake-64", image=b"small", scale=4, sample_count=2, seed=7, encoder_temperature=0.5, prior_temperature=0.25,
                pixel_sampling=pb.PIXEL_SAMPLING_MODE, enforce_consistency=True, input_fit=pb.INPUT_FIT_CROP_AND_RESIZE,
                preview_format=pb.IMAGE_FORMAT_JPEG, result_format=pb.IMAGE_FORMAT_WEBP, quality=70, preview_resolutions=[4, 8], stop_at_resolution=16,
            ),
            self.server.requests[0],
        )
        sent = self.server.metadata[0]
        self.assertEqual(("call-4", "key", "Bearer a.b.c"), (sent["x-request-id"], sent["x-api-key"], sent["authorization"]))
        # grpc may send a deadline rounded up in its last digits.
        self.assertLess(self.server.remaining[0] or 99, 30.5)
        self.assertGreater(self.server.remaining[0] or 0, 20)
        self.assertEqual(["preview-1-004.jpg", "preview-1-008.jpg", "preview-2-004.jpg", "preview-2-008.jpg", "sample-1.webp", "sample-2.webp"], self.files())

    def test_sheet_has_a_row_for_each_sample(self) -> None:
        images = pillow()
        gradient = images.linear_gradient("L").resize((16, 16)).convert("RGB")
        gradient.save(self.image)
        self.run_command("upscale", self.image, "--output", self.output, "--samples", 2, "--sheet")

        with images.open(self.output / "sheet.png") as file:
            sheet = file.convert("RGB")
        self.assertEqual((8 + 8 * (128 + 8), 8 + 2 * (128 + 14 + 8)), sheet.size)
        top = 8 + (128 + 14 + 8)
        self.assertEqual(gradient.getpixel((3, 5)), sheet.getpixel((8 + 3 * 8 + 1, top + 5 * 8 + 1)))
        self.assertEqual((10, 200, 8), sheet.getpixel((8 + 4 * 136 + 64, top + 64)), "the second sample at 8x8")
        self.assertEqual((10, 200, 64), sheet.getpixel((8 + 7 * 136 + 64, top + 64)), "its result")

    def test_sheet_of_an_image_that_pillow_cannot_read_is_drawn_without_it(self) -> None:
        self.run_command("upscale", self.image, "--output", self.output, "--sheet", "--no-previews")

        with pillow().open(self.output / "sheet.png") as file:
            sheet = file.convert("RGB")
        self.assertEqual(8 + 3 * 136, sheet.width)
        self.assertEqual((255, 255, 255), sheet.getpixel((72, 72)))

    def test_no_previews_writes_none(self) -> None:
        self.run_command("upscale", self.image, "--output", self.output, "--no-previews")

        self.assertEqual(["sample-1.png"], self.files())
        self.assertEqual([1], list(self.server.requests[0].preview_resolutions))

    def test_earlier_files_are_replaced_and_others_stay(self) -> None:
        self.output.mkdir(parents=True)
        (self.output / "sample-1.png").write_bytes(b"old")
        (self.output / "notes.txt").write_bytes(b"mine")
        self.run_command("upscale", self.image, "--output", self.output, "--no-previews")

        self.assertEqual(["notes.txt", "sample-1.png"], self.files())
        self.assertEqual(picture(0, 64).data, (self.output / "sample-1.png").read_bytes())

    def test_near_deadline_is_said_and_no_failure(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 1)
            yield result(0, 1)
            yield completed(1, pb.COMPLETION_REASON_DEADLINE)

        self.server.script = script
        output, _ = self.run_command("upscale", self.image, "--output", self.output, "--deadline", 5)

        self.assertIn("the deadline was near: every sample reached 1x1\n", output)

    def test_deadline_after_previews_writes_them_as_the_results(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 4)
            yield preview(0, 8)
            yield preview(2, 4)
            self.server.wait_until_left()

        self.server.script = script
        output, error = self.run_command("upscale", self.image, "--output", self.output, "--samples", 3, "--deadline", 2)

        self.assertEqual(["preview-1-004.png", "preview-1-008.png", "preview-3-004.png", "sample-1.png", "sample-3.png"], self.files())
        self.assertEqual(picture(0, 8).data, (self.output / "sample-1.png").read_bytes())
        self.assertIn("the deadline was near: 2 of 3 samples reached 4x4, the others nothing\n", output)
        self.assertIn(f"--seed {DRAWN_SEED} gives these images again\n", output)
        self.assertEqual("", error)

    def test_format_of_the_results_has_two_names(self) -> None:
        for name in ("--result-format", "--format"):
            self.run_command("upscale", self.image, "--output", self.output, name, "jpeg")
            self.assertEqual(pb.IMAGE_FORMAT_JPEG, self.server.requests[-1].result_format)
        _, error = self.run_command("upscale", self.image, "--output", self.output, "--format", "png", "--result-format", "jpeg", status=2)
        self.assertIn("--result-format: not allowed with argument --format", error)

    def test_failures_are_one_line_and_status_1(self) -> None:
        def refusing(code: grpc.StatusCode, text: str) -> Any:
            def script(request: Any, context: Any) -> Any:
                refuse(context, code, text)
                yield

            return script

        cases = {
            "--scale: '3' is not accepted\n": (grpc.StatusCode.INVALID_ARGUMENT, "scale: '3' is not accepted"),
            "it broke (request call-5)\n": (grpc.StatusCode.INTERNAL, "it broke"),
        }
        for line, (code, text) in cases.items():
            with self.subTest(line):
                self.server.script = refusing(code, text)
                _, error = self.run_command("upscale", self.image, "--output", self.output, "--request-id", "call-5", status=1)
                self.assertEqual("error: " + line, error)

    def test_no_lines_of_grpc_stand_beside_ours(self) -> None:
        with proxy(401) as address:
            process = command("models", "--server", address)
            output, errors = process.communicate(timeout=LIMIT)
            self.assertEqual((1, "", f"error: can't reach {address}: what answers there wants credentials (HTTP 401)\n"), (process.returncode, output, errors))

    def test_dead_server_missing_image_and_unwritable_folder_are_status_1(self) -> None:
        missing = self.folder / "missing.png"
        _, error = self.run_command("upscale", missing, "--output", self.output, status=1)
        self.assertEqual(f"error: [Errno 2] No such file or directory: '{missing}'\n", error)
        _, error = self.run_command("upscale", self.image, "--output", self.image, status=1)
        self.assertRegex(error, r"^error: .*File exists.*\n$")
        _, error = self.run_command("upscale", self.image, "--output", self.output, "--server", "unix:/nowhere/socket", status=1)
        self.assertEqual("error: can't reach unix:/nowhere/socket: there is no such socket\n", error)

    def test_wrong_arguments_are_status_2(self) -> None:
        cases = [
            ["upscale"],
            ["upscale", self.image],
            ["upscale", self.image, "-o", self.output, "--samples", "0"],
            ["upscale", self.image, "-o", self.output, "--seed", "-1"],
            ["upscale", self.image, "-o", self.output, "--temperature", "nan"],
            ["upscale", self.image, "-o", self.output, "--fit", "stretch"],
            ["upscale", self.image, "-o", self.output, "--preview-resolutions", "8:4"],
            ["upscale", self.image, "-o", self.output, "--server", "nowhere"],
            ["upscale", self.image, "-o", self.output, "--api-key", "a b"],
            ["sing"],
            [],
        ]
        for arguments in cases:
            with self.subTest(arguments):
                _, error = self.run_command(*arguments, status=2)
                self.assertIn("error: ", error)
        self.assertEqual([], self.server.requests)

    def test_signals_stop_it_with_status_130(self) -> None:
        def script(request: Any, context: Any) -> Any:
            yield started(request, context)
            yield preview(0, 1)
            self.server.wait_until_left()

        self.server.script = script
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                self.server.left.clear()
                process = command("upscale", self.image, "--output", self.output, "--server", self.server.address)
                self.addCleanup(process.kill)
                end = time.monotonic() + LIMIT
                while not (self.output / "preview-1-001.png").exists() and time.monotonic() < end:
                    time.sleep(0.02)
                process.send_signal(number)
                _, error = process.communicate(timeout=LIMIT)
                self.assertEqual((130, "stopped\n"), (process.returncode, error))
                self.assertTrue(self.server.left.wait(5), "the server was not told")
                self.assertEqual(["preview-1-001.png"], self.files())
                (self.output / "preview-1-001.png").unlink()


class ModelsTests(CommandLineTest):
    def test_models_as_text(self) -> None:
        output, _ = self.run_command("models")

        self.assertIn("fake-64@1.2 (default)\n", output)
        self.assertIn("x4 (16 to 64 pixels, 7 groups conditioned)", output)
        self.assertIn("|          1 |      2 |              31.2 |\n|         64 |     10 |                   |\n", output)
        self.assertIn("| margin before a deadline           |         50 ms |\n", output)
        self.assertIn("| MIT / none", output)
        self.assertIn("| Grey squares.", output)

    def test_models_as_json(self) -> None:
        output, _ = self.run_command("models", "--json")

        answer = json.loads(output)
        self.assertEqual(("fake-64", "0.050s"), (answer["default_model"], answer["limits"]["deadline_margin"]))
        self.assertEqual(0, answer["models"][1]["output_size"])

    def test_closed_pipe_is_no_traceback(self) -> None:
        process = command("models", "--server", self.server.address)
        assert process.stdout is not None
        process.stdout.close()
        self.assertEqual("", process.stderr.read() if process.stderr is not None else None)
        process.wait(LIMIT)

    def test_table_pads_and_aligns(self) -> None:
        self.assertEqual("| name |   n |\n| ---- | --: |\n| a/b  |   x |\n", table(("name", "n:"), [("a|b", "x")]))


class RetryTests(CommandLineTest):
    def test_connection_that_is_closed_at_once_is_tried_again(self) -> None:
        # In a process of its own, where no server's threads go on with the client's connections.
        for arguments in (("models",), ("upscale", self.image, "--output", self.output)):
            with self.subTest(arguments[0]), unsteady(self.server.port) as address:
                self.run_command(*arguments, "--server", address)
