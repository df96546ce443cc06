"""Make instruments safe that nobody else talks to any more, each on its own thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyvisa
from pyvisa.resources import MessageBasedResource

from ginsen.types import Emergency

PERSISTENCE = 120.0
"""Seconds for which an instrument is tried that does not answer: time to plug a cable in again."""

PAUSE = 0.05
"""Seconds between two attempts."""

PATIENCE = 0.4
"""Seconds, after which a session that a hung program keeps is taken for the obstacle."""

GRACE = 10.0
"""Seconds that a last attempt may take; a call that never comes back is left behind."""

CLEAR = "device clear"

TIMEOUT = 1000
"""Milliseconds that an answer may take."""


@dataclass
class Effort:
    """One instrument on its way to safety; `proved` once its output was read back as off."""

    emergency: Emergency
    proved: threading.Event = field(default_factory=threading.Event)
    seconds: float = 0.0
    problem: str = "not tried yet"

    def __str__(self) -> str:
        if self.proved.is_set():
            return f"{self.emergency.name} is off, read back after {self.seconds:.2f} s"
        return (f"{self.emergency.name} at {self.emergency.address} could not be read back as off: "
                f"{self.problem}. Look at the bench")


def make_safe(manager: pyvisa.ResourceManager, emergencies: Sequence[Emergency], *,
              free: Callable[[], object] = lambda: None,
              persistence: float = PERSISTENCE) -> list[Effort]:
    """Switch every output off and read it back; returns what became of each instrument.

    All are tried at once, over and over for `persistence` s. Where one has not answered after
    PATIENCE, `free` is called, once: it may take the bus from whoever holds it.
    """
    begun = time.monotonic()
    efforts = [Effort(emergency) for emergency in emergencies]
    threads = [threading.Thread(target=_try, args=(manager, effort, begun, persistence),
                                daemon=True) for effort in efforts]
    for thread in threads:
        thread.start()
    for effort in efforts:
        effort.proved.wait(max(0.0, begun + PATIENCE - time.monotonic()))
    if not all(effort.proved.is_set() for effort in efforts):
        free()
    for thread in threads:
        thread.join(timeout=max(0.0, begun + persistence + GRACE - time.monotonic()))
    return efforts


def _try(manager: pyvisa.ResourceManager, effort: Effort, begun: float,
         persistence: float) -> None:
    while True:
        try:
            _switch_off(manager, effort.emergency)
        except Exception as problem:  # whatever it is, it is tried again
            effort.problem = str(problem) or type(problem).__name__
        else:
            effort.seconds = time.monotonic() - begun
            effort.proved.set()
            return
        if time.monotonic() > begun + persistence:
            return
        time.sleep(PAUSE)


def _switch_off(manager: pyvisa.ResourceManager, emergency: Emergency) -> None:
    """Open, switch off, prove it, close. Raises where one of these does not go."""
    resource = manager.open_resource(emergency.address, open_timeout=TIMEOUT)
    assert isinstance(resource, MessageBasedResource)
    try:
        resource.timeout = TIMEOUT
        if emergency.read_termination:
            resource.read_termination = emergency.read_termination
        if emergency.write_termination:
            resource.write_termination = emergency.write_termination
        command = resource.query if emergency.answered else resource.write
        for step in (*emergency.commands, CLEAR, *emergency.commands):
            with contextlib.suppress(pyvisa.Error, OSError, NotImplementedError):
                if step != CLEAR:
                    command(step)
                elif not emergency.address.upper().endswith("::SOCKET"):
                    # On a socket it does nothing for the instrument, and with pyvisa-py never ends
                    # once the other end has hung up.
                    resource.clear()
        answer = resource.query(emergency.question).strip()
        if not _says_off(answer, emergency):
            raise RuntimeError(f"it answered {answer[:60]!r}")
    finally:
        with contextlib.suppress(Exception):
            resource.close()


def _says_off(answer: str, emergency: Emergency) -> bool:
    """Whether the answer to its question says that the output is off."""
    if not (answer.startswith(emergency.off) and emergency.identity in answer.upper()):
        return False
    if emergency.within is None:
        return True
    try:
        return abs(float(answer.removeprefix(emergency.off))) <= emergency.within
    except ValueError:
        return False
