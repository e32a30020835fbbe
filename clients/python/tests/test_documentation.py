"""The snippets of README.md and the commands of docs/client.md, run as it stands with the installed package, but for the server's address."""
from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import installed
from running_services import ROOT, SAMPLES, addresses

ADDRESS = "http://127.0.0.1:5000"
README = ROOT / "clients" / "python" / "README.md"
GUIDE = ROOT / "docs" / "client.md"


def snippets(path: pathlib.Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.M | re.S)


class DocumentationTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        shutil.copy(SAMPLES[0], self.folder / "small.png")
        (self.folder / "samples").symlink_to(ROOT / "samples")
        self.address = addresses()[0]

    def run_in_folder(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env={**installed.environment(), "CVDVAE_SERVER": self.address}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=installed.LIMIT,
        )
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)
        return done.stdout

    def run_python(self, snippet: str) -> str:
        return self.run_in_folder([str(installed.python()), "-W", "error", "-c", snippet.replace(ADDRESS, self.address)])

    def samples(self, folder: str = ".") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).glob("sample-*.png"))

    def test_readme_installs_into_an_environment(self) -> None:
        (block,) = snippets(README, "sh")
        target = self.folder / "clone"
        installed.copy_sources(target)
        # make would write into the tree that is under test; what it runs is written here.
        make = "make python-wheel\n"
        self.assertIn(make, block)
        wheel = self.folder / "clone" / "clients" / "python" / "dist"
        wheel.mkdir()
        shutil.copy(installed.wheel(), wheel)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.replace(make, "").replace("python3 -m venv", f"{sys.executable} -m venv").replace("pip install", "pip install --no-index")],
            cwd=target, env=installed.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=installed.LIMIT,
        )

        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("<class 'cvdvae._client.Client'>", done.stdout)

    def test_readme_with_threads_writes_five_samples(self) -> None:
        snippet = snippets(README, "python")[0]

        self.assertEqual(5, sum(line.strip() != "" for line in snippet.splitlines()), "the five lines")
        self.run_python(snippet)
        self.assertEqual([f"sample-{number}.png" for number in range(1, 6)], self.samples())

    def test_readme_with_asyncio_tells_every_preview(self) -> None:
        lines = self.run_python(snippets(README, "python")[1]).splitlines()

        for sample in range(5):
            self.assertIn(f"sample {sample} at 32x32", lines)

    def test_guide_commands(self) -> None:
        commands = [line for block in snippets(GUIDE, "") for line in block.splitlines() if line.startswith("python3 -m cvdvae")]

        self.assertEqual(["upscale", "models"], [command.split()[3] for command in commands])
        for command in commands:
            self.run_in_folder([str(installed.python()), *command.split()[1:]])
        self.assertEqual([f"sample-{number}.png" for number in range(1, 6)], self.samples("out/portrait"))
        self.assertTrue((self.folder / "out" / "portrait" / "sheet.png").exists())
