"""The whole command line, from arguments to an exit status."""
from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType
from typing import List, Optional

import grpc

from ..errors import CvdvaeError
from . import models_command, upscale_command

DONE, FAILED, STOPPED = 0, 1, 130


def main(arguments: List[str]) -> int:
    """Runs a command. Wrong arguments end the program with 2, as argparse does it."""
    # grpc's own lines about a connection would stand beside ours; it reads this when it makes the first one.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    parser = argparse.ArgumentParser(
        prog="python -m cvdvae", description="Calls a super-resolution server: several plausible images of one small image, from coarse to fine."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    upscale_command.add_to(commands)
    models_command.add_to(commands)
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        parsed = parser.parse_args(arguments)
        parsed.run(parsed)
        sys.stdout.flush()
        return DONE
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except CvdvaeError as error:
        unexplained = error.status in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN) and error.request_id is not None
        return _failed(f"{error} (request {error.request_id})" if unexplained else str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain once more while it flushes at the end.
        sys.stderr.close()
        return FAILED
    except (OSError, ValueError) as error:
        return _failed(str(error))


def _failed(line: str) -> int:
    print(f"error: {line}", file=sys.stderr)
    return FAILED


def _stop(number: int, frame: Optional[FrameType]) -> None:
    # A second signal ends the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt
