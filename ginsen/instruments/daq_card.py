"""What a data acquisition card does for a source meter, however it is spoken to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ginsen.types import Array, Emergency


@dataclass(frozen=True)
class Scan:
    """Steps of the output and conversions of the inputs, by one clock.

    `rate` is in scans/s, `steps` are levels (V), each with the number of scans it stands for; they
    repeat until `count` scans are done, and leave the output at `after` (V). A level stands from
    one tick of the clock to the next, at which all inputs are converted.
    """

    rate: float
    steps: tuple[tuple[float, int], ...]
    count: int
    after: float


class Card(Protocol):
    """One output and some inputs of a card. Everything raises InstrumentError if it fails.

    No call blocks for longer than 100 ms, unless an answer was lost. `heard` and `noted` are those
    of a `SourceMeter`.
    """

    heard: Callable[[], object]
    noted: Callable[[str], object]

    @property
    def where(self) -> str:
        """Its address, for people."""
        ...

    def identify(self) -> str:
        """Who it is. Raises InstrumentError for what is no such card."""
        ...

    def start(self, scan: Scan) -> None:
        """Set up and start a scan; until then the output stays as it is."""
        ...

    def taken(self) -> tuple[bool, int]:
        """Whether a scan runs, and how many there are so far.

        Raises InstrumentError where scans were lost since they were not read in time.
        """
        ...

    def scans(self, first: int, count: int) -> Array:
        """Scans `first` to `first + count` (V), shape (count, inputs); those before are let go."""
        ...

    def halt(self) -> None:
        """End the scan; the output stays at its level. What was converted can be read."""
        ...

    def put(self, level: float) -> None:
        """Put a level (V) out, at once; no scan may run."""
        ...

    def output(self) -> float:
        """The voltage at the output, measured (V)."""
        ...

    def proved(self) -> float:
        """As `output`, at once or not at all, from an answer that is proved to be to this."""
        ...

    def reopen(self) -> None:
        """Try for some seconds to reach a card that does not answer."""
        ...

    def emergency(self, name: str) -> Emergency:
        """How somebody else puts its output to 0 V."""
        ...

    def close(self) -> None:
        """Let go of the card; the output is left as it is."""
        ...
