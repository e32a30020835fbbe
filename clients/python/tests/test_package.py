"""The wheel: what is in it, and that it does its work where nothing else of the project is."""
from __future__ import annotations

import email
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile
from typing import Any

import installed
from cvdvae.images import png
from running_services import SAMPLES, addresses


class PackageTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def python(self, *arguments: Any, status: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [installed.python(), *map(str, arguments)], cwd=self.folder, env={**installed.environment(), **environment}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=installed.LIMIT,
        )
        self.assertEqual(status, done.returncode, done.stdout)
        return done.stdout


class WheelTests(PackageTest):
    def test_wheel_holds_code_types_and_stubs_and_nothing_else(self) -> None:
        with zipfile.ZipFile(installed.wheel()) as file:
            names = [name for name in file.namelist() if ".dist-info/" not in name]
        sources = installed.ROOT / "clients" / "python" / "src"
        written = {str(path.relative_to(sources)) for path in sources.rglob("*") if path.suffix in (".py", ".typed") and "_pb2" not in path.name}
        made = {f"cvdvae/v1/super_resolution_service_pb2{end}" for end in (".py", ".pyi", "_grpc.py")} | {f"cvdvae/_wire/error_details_pb2{end}" for end in (".py", ".pyi")}

        self.assertEqual(written | made, set(names))

    def test_metadata_states_the_ranges(self) -> None:
        with zipfile.ZipFile(installed.wheel()) as file:
            metadata = email.message_from_bytes(file.read(next(name for name in file.namelist() if name.endswith("/METADATA"))))

        needed = [requirement for requirement in metadata.get_all("Requires-Dist", []) if "extra" not in requirement]
        self.assertEqual([("grpcio", {">=1.51"}), ("protobuf", {">=4.21", "<6"})], [self.parts(requirement) for requirement in needed])
        self.assertEqual({"pillow", "numpy"}, set(metadata.get_all("Provides-Extra", [])))
        self.assertEqual(">=3.9", metadata["Requires-Python"])

    @staticmethod
    def parts(requirement: str) -> tuple[str, set[str]]:
        name = requirement.split(" ")[0].split("<")[0].split(">")[0]
        return name, {part for part in requirement[len(name) :].replace("(", "").replace(")", "").strip().split(",")}

    def test_it_is_the_installed_one_that_is_imported(self) -> None:
        path = self.python("-c", "import cvdvae.aio; print(cvdvae.__file__)").strip()

        self.assertTrue(path.startswith(str(installed.python().parents[1])), path)

    def test_compiler_of_another_line_is_refused(self) -> None:
        for version, accepted in (("3.12.4", False), ("26.1", False), ("3.21.12", True)):
            with self.subTest(version):
                source = installed.copy_sources(self.folder / version)
                tools = self.folder / version / "tools"
                tools.mkdir()
                for name in ("protoc", "grpc_python_plugin"):
                    (tools / name).write_text(f"#!/bin/sh\n[ \"$1\" != --version ] || echo libprotoc {version}\n")
                    (tools / name).chmod(0o755)
                environment = {**installed.environment(), "PATH": f"{tools}:{os.environ['PATH']}"}
                done = subprocess.run(
                    [sys.executable, "setup.py", "--quiet", "stubs"], cwd=source, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                    timeout=installed.LIMIT,
                )
                self.assertEqual(accepted, done.returncode == 0, done.stdout)
                self.assertEqual(not accepted, f"libprotoc {version} is not from 3.21 to 25" in done.stdout, done.stdout)


class ServiceTests(PackageTest):
    """The installed command against the real services."""

    def setUp(self) -> None:
        super().setUp()
        self.server = addresses()[0]

    def cvdvae(self, *arguments: Any, status: int = 0) -> str:
        return self.python("-m", "cvdvae", *arguments, status=status, CVDVAE_SERVER=self.server)

    def test_models(self) -> None:
        self.assertIn("(default)\n", self.cvdvae("models"))
        answer = json.loads(self.cvdvae("models", "--json"))
        self.assertIn(answer["default_model"], [model["name"] for model in answer["models"]])

    def test_upscale_writes_every_image_and_again_with_the_seed(self) -> None:
        output = self.cvdvae("upscale", SAMPLES[2], "--output", "first", "--samples", 2)
        seed = output.rsplit("--seed ", 1)[1].split(" ")[0]
        self.cvdvae("upscale", SAMPLES[2], "--output", "again", "--samples", 2, "--seed", seed)

        first, again = ({path.name: path.read_bytes() for path in (self.folder / name).iterdir()} for name in ("first", "again"))
        model = json.loads(self.cvdvae("models", "--json"))["models"][0]
        below = [info["resolution"] for info in model["resolutions"] if info["resolution"] < model["output_size"]]
        names = {f"preview-{sample}-{size:03d}.png" for sample in (1, 2) for size in below} | {"sample-1.png", "sample-2.png"}
        self.assertEqual(names, set(first))
        self.assertEqual(first, again)
        self.assertTrue(all(data.startswith(b"\x89PNG\r\n\x1a\n") for data in first.values()))
        self.assertNotEqual(first["sample-1.png"], first["sample-2.png"])

    def test_bad_file_is_one_line(self) -> None:
        (self.folder / "bad.png").write_bytes(b"this is no image")

        self.assertRegex(self.cvdvae("upscale", "bad.png", "--output", "out", status=1), r"^error: image: [^\n]*accepted[^\n]*\n$")

    def test_image_of_another_size_is_told_the_option(self) -> None:
        (self.folder / "photo.png").write_bytes(png(bytes(20 * 20 * 3), 20, 20))

        upscale = ("upscale", "photo.png", "--output", "out")

        self.assertRegex(self.cvdvae(*upscale, status=1), r"^error: image: [^\n]*, or any size with --fit crop\n$")
        self.cvdvae(*upscale, "--fit", "crop")
        self.assertRegex(self.cvdvae(*upscale, "--samples", 9999, status=1), r"^error: --samples: '9999' is not accepted[^\n]*\n$")

    def test_expired_deadline_is_one_line(self) -> None:
        self.assertEqual(
            "error: the deadline of 0.001 s passed before the call ended\n", self.cvdvae("upscale", SAMPLES[2], "--output", "out", "--deadline", 0.001, status=1)
        )
