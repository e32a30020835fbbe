"""What pyproject.toml has no words for: the stubs of the protocol are made by protoc while the package is built."""
from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Command, setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
FOLDERS = [HERE.parents[1] / "protos", HERE / "protos"]
SERVICE = "cvdvae/v1/super_resolution_service.proto"
DETAILS = "cvdvae/_wire/error_details.proto"

# Stubs of older compilers lack what the package needs, those of newer ones refuse the older of the runtimes in pyproject.toml.
OLDEST, NEWEST = (3, 21), (25,)


def make_stubs(folder: pathlib.Path) -> None:
    """Makes the modules of messages (with their types) and of the service, each beside the package that it belongs to."""
    protoc, plugin = shutil.which("protoc"), shutil.which("grpc_python_plugin")
    if protoc is None or plugin is None:
        sys.exit("protoc or grpc_python_plugin is missing: Debian's protobuf-compiler, protobuf-compiler-grpc and libprotobuf-dev have them")
    text = subprocess.run([protoc, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", text))
    if not OLDEST <= version or version[:1] > NEWEST:
        sys.exit(f"{text.strip()} is not from {'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}")
    command = [protoc, *(f"--proto_path={path}" for path in FOLDERS)]
    subprocess.run([*command, f"--python_out={folder}", f"--pyi_out={folder}", SERVICE, DETAILS], check=True)
    subprocess.run([*command, f"--plugin=protoc-gen-grpc_python={plugin}", f"--grpc_python_out={folder}", SERVICE], check=True)


class BuildWithStubs(build_py):
    def run(self) -> None:
        super().run()
        make_stubs(HERE / "src" if getattr(self, "editable_mode", False) else pathlib.Path(self.build_lib))


class Stubs(Command):
    """For work on the package itself: python3 setup.py stubs."""

    description = "make the stubs of the protocol inside src"
    user_options: list[tuple[str, str, str]] = []

    def initialize_options(self) -> None:
        pass

    def finalize_options(self) -> None:
        pass

    def run(self) -> None:
        make_stubs(HERE / "src")


setup(cmdclass={"build_py": BuildWithStubs, "stubs": Stubs})
