"""
Calls with a short deadline in a loop, and how they end: a tool, and what test_deadlines counts with.

    python3 deadline_loop.py --server http://127.0.0.1:5000 --image small.png --calls 40 --deadline 0.05 [--asyncio] [--load 2]

The column "failed after a preview" must be 0: where a preview has arrived, a call ends well.
"""
from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import pathlib
import threading
import time
from typing import Any, Counter, Iterator, List

import cvdvae
import cvdvae.aio

WHOLE, CUT_SHORT, NOTHING, LOST = "whole", "cut short", "failed without a preview", "failed after a preview"
OUTCOMES = (WHOLE, CUT_SHORT, NOTHING, LOST)
SAMPLES = 5


def outcome(events: List[cvdvae.Event], failed: bool) -> str:
    """How a call ended, by what its caller saw of it."""
    if failed:
        return LOST if any(isinstance(event, (cvdvae.Preview, cvdvae.Result)) for event in events) else NOTHING
    last = events[-1]
    assert isinstance(last, cvdvae.Completed), last
    return CUT_SHORT if last.reason is cvdvae.CompletionReason.DEADLINE else WHOLE


def with_threads(address: str, image: Any, calls: int, deadline: float) -> Counter[str]:
    """One call after the other."""
    found: Counter[str] = collections.Counter()
    with cvdvae.Client(address, deadline=deadline) as client:
        for _ in range(calls):
            events: List[cvdvae.Event] = []
            failed = False
            try:
                for event in client.upscale(image, samples=SAMPLES):
                    events.append(event)
            except cvdvae.DeadlineExceeded:
                failed = True
            found[outcome(events, failed)] += 1
    return found


def with_asyncio(address: str, image: Any, calls: int, deadline: float) -> Counter[str]:
    """The same from an event loop."""

    async def run() -> Counter[str]:
        found: Counter[str] = collections.Counter()
        async with cvdvae.aio.Client(address, deadline=deadline) as client:
            for _ in range(calls):
                events: List[cvdvae.Event] = []
                failed = False
                try:
                    async for event in client.upscale(image, samples=SAMPLES):
                        events.append(event)
                except cvdvae.DeadlineExceeded:
                    failed = True
                found[outcome(events, failed)] += 1
        return found

    return asyncio.run(run())


@contextlib.contextmanager
def load(address: str, image: Any, callers: int) -> Iterator[None]:
    """So many callers who call without end and without a deadline, meanwhile."""
    stop = threading.Event()

    def call() -> None:
        with cvdvae.Client(address) as client:
            while not stop.is_set():
                with contextlib.suppress(cvdvae.Overloaded):
                    for _ in client.upscale(image, samples=SAMPLES):
                        if stop.is_set():
                            break

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts how calls with a short deadline end.")
    parser.add_argument("--server", default="http://127.0.0.1:5000")
    parser.add_argument("--image", required=True, type=pathlib.Path)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--deadline", type=float, nargs="+", default=[0.05, 0.1])
    parser.add_argument("--asyncio", action="store_true")
    parser.add_argument("--load", type=int, default=0, metavar="CALLERS")
    parsed = parser.parse_args()
    image = parsed.image.read_bytes()
    run = with_asyncio if parsed.asyncio else with_threads
    print(f"| deadline | {' | '.join(OUTCOMES)} | seconds |\n{'| --: ' * (2 + len(OUTCOMES))}|")
    with load(parsed.server, image, parsed.load):
        for deadline in parsed.deadline:
            begin = time.monotonic()
            found = run(parsed.server, image, parsed.calls, deadline)
            row = [f"{deadline * 1000:g} ms", *(str(found[kind]) for kind in OUTCOMES), f"{time.monotonic() - begin:.1f}"]
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
