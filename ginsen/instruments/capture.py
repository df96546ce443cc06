"""Everything that passes between programs and instruments, written down as it passes.

A capture is text, one JSON object a line: `time_s` since it began on the wall's clock, the
`address`, and `sent` or `received`, bytes as the characters of the same numbers (latin-1). The
virtual instrument `transcript` answers out of one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pyvisa


@contextmanager
def capturing(manager: pyvisa.ResourceManager, path: Path | str) -> Iterator[None]:
    """Write down what every session of a VISA library sends and receives, as long as this lasts.

    Sessions are known from when they are opened, so open them inside. Raises FileExistsError where
    there is a file already.
    """
    library: Any = manager.visalib
    with Path(path).open("x", encoding="utf-8", newline="\n") as file:
        capture = _Capture(file)
        wrapped = {"open": capture.opening(library.open), "write": capture.sending(library.write),
                   "read": capture.receiving(library.read)}
        vars(library).update(wrapped)  # over the methods of its class
        try:
            yield
        finally:
            for name in wrapped:
                del vars(library)[name]


class _Capture:
    """The file, and which session is at which address."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._began = time.monotonic()
        self._addresses: dict[Any, str] = {}

    def opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """As `open` of the library."""
        def open_(session: Any, name: str, *arguments: Any, **more: Any) -> Any:
            opened = call(session, name, *arguments, **more)
            self._addresses[opened[0]] = name
            return opened

        return open_

    def sending(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """As `write` of the library."""
        def write(session: Any, data: bytes) -> Any:
            self._note(session, "sent", bytes(data))
            return call(session, data)

        return write

    def receiving(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """As `read` of the library."""
        def read(session: Any, count: int) -> Any:
            answer = call(session, count)
            self._note(session, "received", bytes(answer[0]))
            return answer

        return read

    def _note(self, session: Any, way: str, data: bytes) -> None:
        if session in self._addresses:
            line = {"time_s": round(time.monotonic() - self._began, 6),
                    "address": self._addresses[session], way: data.decode("latin-1")}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
