"""What can break on this side of the wire: disks, displays, protocols, and people who interrupt."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ginsen.instruments.commanded_source_meter import CommandedSourceMeter
from ginsen.protocols import Series
from ginsen.protocols.acquisition import News
from ginsen.protocols.protocol import Protocol
from ginsen.records.disk import DiskFile
from ginsen.sim_backend.bench import Bench


@dataclass(frozen=True)
class Scene:
    """A run that is about to begin, and the bench time (s) from which on something is broken."""

    protocol: Protocol
    bench: Bench
    at: float
    stop: threading.Event

    def at_last(self, action: Callable[[], object]) -> None:
        """Have something done at the first look at the data from then on."""
        left = [action]

        def show(news: News) -> None:
            if left and self.bench.now >= self.at:
                left.pop()()

        self.protocol.show = show


Breaks = Callable[[Scene], AbstractContextManager[None]]


@dataclass(frozen=True)
class Breakage:
    """Something that breaks; `timed` says that it can at any moment of a run.

    Unless `recordable`, nothing can be recorded from then on.
    """

    name: str
    breaks: Breaks
    timed: bool = True
    recordable: bool = True


@contextmanager
def _unwritable(scene: Scene, *, error: int, everywhere: bool = False) -> Iterator[None]:
    """The folder of the run can no longer be written, or no folder can."""
    broken = threading.Event()
    put, runs = DiskFile._put, Path(scene.protocol.folder)

    def failing(file: DiskFile, parts: Any) -> None:
        if broken.is_set() and (everywhere or runs in file.path.parents):
            raise OSError(error, os.strerror(error), str(file.path))
        put(file, parts)

    scene.at_last(broken.set)
    with patch.object(DiskFile, "_put", failing):
        yield


@contextmanager
def _deleted(scene: Scene) -> Iterator[None]:
    """Somebody deletes the folder of the run."""
    scene.at_last(lambda: shutil.rmtree(scene.protocol.folder))
    yield


@contextmanager
def _display(scene: Scene, *, problem: BaseException) -> Iterator[None]:
    """The display raises."""
    def fail() -> None:
        raise problem

    scene.at_last(fail)
    yield


@contextmanager
def _stopped(scene: Scene) -> Iterator[None]:
    """Somebody stops the run, whatever the instrument is doing."""
    scene.bench.schedule(scene.at, scene.stop.set)
    yield


@contextmanager
def _method(scene: Scene, *, of: type | None = None, name: str = "", problem: Exception,
            after: bool = False) -> Iterator[None]:
    """A method raises, of the protocol or of a class; `after` it has done its work."""
    owner: Any = scene.protocol if of is None else of
    whole = getattr(owner, name)

    def failing(*values: Any, **named: Any) -> Any:
        if after:
            whole(*values, **named)
        raise problem

    with patch.object(owner, name, failing):
        yield


@contextmanager
def _measure(scene: Scene) -> Iterator[None]:
    """What a protocol does between two of its phases raises; in a series, between two runs."""
    name = "_go_on" if isinstance(scene.protocol, Series) else "apply"
    with _method(scene, name=name, problem=ZeroDivisionError("division by zero"), after=True):
        yield


BREAKAGES = (
    Breakage("disk full", partial(_unwritable, error=errno.ENOSPC)),
    Breakage("permission lost", partial(_unwritable, error=errno.EACCES)),
    Breakage("every disk full", partial(_unwritable, error=errno.ENOSPC, everywhere=True),
             recordable=False),
    Breakage("folder deleted", _deleted),
    Breakage("display raises", partial(_display, problem=RuntimeError("no display"))),
    Breakage("interrupted in the display", partial(_display, problem=KeyboardInterrupt())),
    Breakage("stopped", _stopped),
    Breakage("measure raises", _measure, timed=False),
    Breakage("startup raises", partial(_method, name="phases", problem=ValueError("no phases")),
             timed=False),
    Breakage("closing a session raises", partial(
        _method, of=CommandedSourceMeter, name="close", problem=OSError("bad descriptor"),
        after=True), timed=False),
)
