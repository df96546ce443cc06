"""The run's side of its guard: the process started, its heartbeats, the last word."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from ginsen.guard.orders import Orders
from ginsen.guard.watch import DONE
from ginsen.types import Emergency

log = logging.getLogger(__name__)

SILENCE = 5.0
"""Seconds without a heartbeat after which a run counts as hung; an answer may take two."""

BEAT_EVERY = 0.2
"""Seconds between two heartbeats at least."""

READY_WITHIN = 30.0
"""Seconds for the guard's process to come up; on a quiet machine it takes a quarter."""


class GuardFailed(RuntimeError):
    """The guard is not there, so a run cannot be left alone."""


class WasHung(RuntimeError):
    """The run said nothing for so long that its guard has switched off."""


class Guard:
    """A process of its own that makes instruments safe when this one ends or hangs.

    It learns of an end by the end of its pipe, which no exit of this process can avoid, and of a
    hang by heartbeats that stop. It is in a process group of its own, so Ctrl-C does not reach it.
    `beat` may be called from any thread, as often as one likes.
    """

    def __init__(self, visa: str, emergencies: Sequence[Emergency], *,
                 silence: float = SILENCE) -> None:
        self._orders = Orders(visa, tuple(emergencies), os.getpid(), silence)
        self._lock = threading.Lock()
        self._last_beat = 0.0
        self._late = False  # whether a heartbeat came after the guard must have acted
        self._words: dict[str, str] = {}  # what a guard that takes the place of a lost one is told
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        # Ctrl-C goes to a whole process group; Windows has a flag for that.
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        process = subprocess.Popen(
            [sys.executable, "-m", "ginsen.guard"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=not flags, creationflags=flags)
        assert process.stdin is not None
        process.stdin.write(self._orders.to_line().encode() + b"\n")
        process.stdin.flush()
        if hasattr(os, "set_blocking") and sys.platform != "win32":
            # A guard that is stopped reads nothing: a full pipe must not stop the run too.
            os.set_blocking(process.stdin.fileno(), False)
        return process

    def watch(self) -> None:
        """From now on heartbeats are due. Raises GuardFailed unless the guard is up and ready."""
        self._await_ready()
        self._words["state"] = "watch"
        self._last_beat, self._late = time.monotonic(), False
        self._say("watch")

    def beat(self) -> None:
        """Say that this process is alive and in control."""
        now = time.monotonic()
        if self._words.get("state") == "watch" and now > self._last_beat + self._orders.silence:
            self._late = True
        if now >= self._last_beat + BEAT_EVERY:
            self._last_beat = now
            self._say("beat")

    def check(self) -> None:
        """Raises WasHung where the guard has acted meanwhile: it watches no more."""
        if self._late:
            raise WasHung(f"nothing was heard of this program for {self._orders.silence:g} s, so "
                          "its guard has switched the outputs off.")

    def rest(self) -> None:
        """Every output was read back as off: no heartbeats are due until the next `watch`."""
        self._words["state"] = "rest"
        self._say("rest")

    def record(self, path: Path) -> None:
        """Where the run is recorded: what the guard does is noted beside it, in PATH.guard.txt."""
        self._words["record"] = f"record {path.resolve()}"
        self._say(self._words["record"])

    def act(self, reason: str) -> None:
        """Make everything safe now, whatever this process is doing; `reason` is one sentence."""
        self._say("act " + " ".join(reason.split()))

    def done(self) -> None:
        """Every output was read back as off and every session is closed; the guard may go."""
        self._say(DONE)
        self.leave()

    def leave(self) -> None:
        """Close the pipe; unless told `done`, the guard acts at once and goes when all is safe."""
        with self._lock:
            self._part_from(self._process)

    @staticmethod
    def _part_from(process: subprocess.Popen[bytes]) -> None:
        """Close what leads to a guard, and see it off when it goes, so that none is left over."""
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was left to be said to one that is gone
                    pipe.close()
        threading.Thread(target=process.wait, daemon=True).start()

    @property
    def pid(self) -> int:
        """The guard's process."""
        return self._process.pid

    def _await_ready(self) -> None:
        """The guard says so once; asked again it is remembered."""
        stdout = self._process.stdout
        if self._process.poll() is not None:
            raise GuardFailed(f"the guard ended with code {self._process.returncode}; nothing "
                              "would switch the outputs off if this program ended.")
        if stdout is None or stdout.closed:
            return
        answer: list[bytes] = []
        reader = threading.Thread(target=lambda: answer.append(stdout.readline()), daemon=True)
        reader.start()
        reader.join(READY_WITHIN)
        if answer != [b"ready\n"]:
            raise GuardFailed("the guard did not come up; nothing would switch the outputs off if "
                              "this program ended.")
        stdout.close()

    def _say(self, word: str) -> None:
        """One line; a guard that does not listen must not end or hold up the run."""
        with self._lock:
            stdin = self._process.stdin
            if stdin is None or stdin.closed:
                return
            try:
                os.write(stdin.fileno(), word.encode() + b"\n")
            except BlockingIOError:
                log.debug("the guard is not listening")
            except OSError as problem:
                log.error("the guard is gone (%s); another takes its place", problem)
                self._part_from(self._process)
                self._process = self._started()
                stdin = self._process.stdin
                assert stdin is not None
                for told in (*self._words.values(), word):
                    os.write(stdin.fileno(), told.encode() + b"\n")
