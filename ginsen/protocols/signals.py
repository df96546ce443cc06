"""Ctrl-C and SIGTERM while a sample is under voltage."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], object]


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    """Both signals go to `handler` meanwhile. Off the main thread, where Python has none: no-op."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, handler) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, old in zip(_SIGNALS, before, strict=True):
            signal.signal(number, old)


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """The first signal sets `stop`; a second one, if that was not enough, interrupts."""

    def handler(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    with _handled_by(handler):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Signals wait: switching off must not be cut short."""
    with _handled_by(lambda number, frame: None):
        yield
