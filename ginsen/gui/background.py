"""Work that takes its time, off the window's thread: its result comes back as a call."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from PyQt5.QtCore import QObject, pyqtSignal


class Background(QObject):
    """One thread for analysis. Where something goes wrong, `failed` says what."""

    failed = pyqtSignal(str)
    _done = pyqtSignal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ginsen analysis")
        self._done.connect(self._deliver)

    def ask(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do `work` there and call `then` with its result here."""
        self._pool.submit(work).add_done_callback(partial(self._hand_over, then))

    def close(self) -> None:
        """Take no more work; what is waiting is dropped, and what is under way not delivered."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _hand_over(self, then: Callable[[Any], None], future: Future[Any]) -> None:
        if not self._closed:  # else there may be no window any more, nor its half of this object
            self._done.emit(future, then)

    def _deliver(self, future: Future[Any], then: Callable[[Any], None]) -> None:
        if future.cancelled():
            return
        problem = future.exception()
        if problem is not None:
            self.failed.emit(str(problem) or type(problem).__name__)
        else:
            then(future.result())
