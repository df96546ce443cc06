"""What is to be run, one after the other: a list of entries, changed by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ginsen.gui.language import tr

State = Literal["waiting", "running", "finished", "aborted", "failed", "interrupted"]


@dataclass(frozen=True)
class Entry:
    """One run: the protocol's name and what its fields say; later how it ended, and where."""

    number: int
    protocol: str
    texts: Mapping[str, str]
    state: State = "waiting"
    why: str = ""
    recording: Path | None = None

    @property
    def title(self) -> str:
        """What is measured where: protocol, sample, pair, polarity, and which cycle of the pair."""
        known = [self.texts.get(name, "unknown")
                 for name in ("electrode_pair", "polarity", "cycle_on_this_pair")]
        if known[2] != "unknown":
            known[2] = tr("cycle {n}").format(n=known[2])
        return " · ".join((self.told, *(each for each in known if each not in ("", "unknown"))))

    @property
    def told(self) -> str:
        """What tells this run from others, for people."""
        sample = self.texts.get("sample", "unknown")
        return self.protocol if sample in ("", "unknown") else f"{self.protocol} · {sample}"


Queue = tuple[Entry, ...]


def added(queue: Queue, protocol: str, texts: Mapping[str, str]) -> Queue:
    """The queue with one more run at its end."""
    number = max((entry.number for entry in queue), default=0) + 1
    return (*queue, Entry(number, protocol, dict(texts)))


def sequence(queue: Queue, protocol: str, texts: Mapping[str, str], parameter: str,
             values: Sequence[str]) -> Queue:
    """The queue with a run for each value of one parameter."""
    for value in values:
        queue = added(queue, protocol, {**texts, parameter: value})
    return queue


def next_waiting(queue: Queue) -> Entry | None:
    """The run whose turn it is; None while one is running or when none is left."""
    if any(entry.state == "running" for entry in queue):
        return None
    return next((entry for entry in queue if entry.state == "waiting"), None)


def changed(queue: Queue, number: int, state: State, why: str = "",
            recording: Path | None = None) -> Queue:
    """The queue in which one run has another state."""
    return tuple(replace(entry, state=state, why=why, recording=recording)
                 if entry.number == number else entry for entry in queue)


def removed(queue: Queue, number: int) -> Queue:
    """The queue without one run; the one that is running stays."""
    return tuple(entry for entry in queue if entry.number != number or entry.state == "running")


def moved(queue: Queue, number: int, by: int) -> Queue:
    """The queue with one waiting run `by` places later; it never passes one that has begun."""
    at = next((at for at, entry in enumerate(queue) if entry.number == number), None)
    if at is None or queue[at].state != "waiting":
        return queue
    begun = sum(entry.state != "waiting" for entry in queue)
    rest = [entry for entry in queue if entry.number != number]
    rest.insert(min(max(at + by, begun), len(rest)), queue[at])
    return tuple(rest)


def stopped(queue: Queue) -> Queue:
    """The queue of which nothing waits any more: what had not begun is taken out."""
    return tuple(entry for entry in queue if entry.state != "waiting")
