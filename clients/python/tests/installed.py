"""The package as somebody gets it: its wheel, built from a clean copy of the sources, in a virtual environment of its own."""
from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import Optional

from running_services import ROOT

LIMIT = 180
_folder: Optional[tempfile.TemporaryDirectory[str]] = None


def environment() -> dict[str, str]:
    """This process's environment without what leads to the sources or to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CVDVAE_"))}


def wheel() -> pathlib.Path:
    """The wheel."""
    return next((_made() / "dist").glob("*.whl"))


def python() -> pathlib.Path:
    """The interpreter of the virtual environment."""
    return _made() / "venv" / "bin" / "python3"


def copy_sources(target: pathlib.Path) -> pathlib.Path:
    """Copies what the package is built from, and nothing that an earlier build left; the package's folder."""
    left = shutil.ignore_patterns("build", "dist", "tests", "*.egg-info", "*_pb2*", "__pycache__", ".*")
    for name in ("clients/python", "protos"):
        shutil.copytree(ROOT / name, target / name, ignore=left)
    return target / "clients" / "python"


def _made() -> pathlib.Path:
    global _folder
    if _folder is None:
        folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(folder.name)
        source = copy_sources(path / "source")
        # Nothing is fetched: what the package needs is there, or the test fails and says what is missing.
        _run([sys.executable, "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", path / "dist", source])
        _run([sys.executable, "-m", "venv", "--system-site-packages", path / "venv"])
        _run([path / "venv" / "bin" / "python3", "-m", "pip", "install", "--no-index", *(path / "dist").glob("*.whl")])
        _folder = folder
    return pathlib.Path(_folder.name)


def _run(command: list[object]) -> None:
    done = subprocess.run(list(map(str, command)), cwd="/", env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stdout}")
