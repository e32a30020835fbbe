"""The types of the package are whole and right, as far as mypy can tell."""
from __future__ import annotations

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import installed

HERE = pathlib.Path(__file__).resolve().parents[1]
USER = """
import cvdvae
import cvdvae.aio

with cvdvae.Client("http://127.0.0.1:5000", deadline=1.0) as client:
    for event in client.upscale("small.png", samples=5, fit="crop"):
        if isinstance(event, cvdvae.Preview):
            resolution: int = event.resolution
            reveal_type(event)
    names: list[str] = [model.name for model in client.models().models]

async def main() -> None:
    async for event in cvdvae.aio.Client().upscale(b"image"):
        reveal_type(event)

client.upscale("small.png", samples="five")
client.upscale("small.png", sample=5)
"""


@unittest.skipIf(shutil.which("mypy") is None, "mypy is not installed")
class TypeTests(unittest.TestCase):
    def mypy(self, *arguments: str) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as cache:
            command = ["mypy", "--cache-dir", cache, "--config-file", str(HERE / "pyproject.toml"), *arguments]
            done = subprocess.run(
                command, cwd=HERE, env=installed.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=installed.LIMIT
            )
        return done.returncode, done.stdout

    def test_the_package(self) -> None:
        status, output = self.mypy()
        self.assertEqual(0, status, output)

    def test_who_installs_it_gets_its_types(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "user.py")
            program.write_text(USER)
            _, output = self.mypy("--python-executable", str(installed.python()), str(program))
        self.assertIn('Revealed type is "cvdvae.events.Preview"', output)
        self.assertIn('Revealed type is "Union[cvdvae.events.Started, cvdvae.events.GroupDecoded, cvdvae.events.Preview', output)
        errors = [line.split(": error: ")[1] for line in output.splitlines() if ": error: " in line]
        self.assertEqual(2, len(errors), output)
        self.assertIn('has incompatible type "str"', errors[0])
        self.assertIn('Unexpected keyword argument "sample"', errors[1])
