"""Ctrl-C, SIGTERM and a closed terminal while a sample is under voltage."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# SIGHUP, a terminal that is gone, does not exist on Windows.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")
                 if hasattr(signal, name))


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """Meanwhile these signals set `stop` and do nothing else, however often they come.

    An exception out of a signal could land anywhere, also between the instrument and its being
    switched off; a run looks at `stop` several times a second. Off the main thread, where Python
    has no signals, nothing happens.
    """

    def handler(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, handler) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, old in zip(_SIGNALS, before, strict=True):
            signal.signal(number, old)
