"""Waiting with asyncio."""
from __future__ import annotations

import asyncio


async def pause(event: asyncio.Event, seconds: float) -> None:
    """
    Waits until the event is set, which happens after so many seconds by itself. Not by asyncio.wait_for, which up to Python 3.11 loses a
    cancellation that comes together with the event.
    """
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()
