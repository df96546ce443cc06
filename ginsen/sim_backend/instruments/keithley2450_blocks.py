"""The blocks of the Keithley 2450's trigger model: what each is told to do, and how it is listed.

Reference Manual 2450-901-01, :TRIGger:BLOCk; listed as :TRIGger:BLOCk:LIST? does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ClearBuffer:
    """Empty a reading buffer."""

    buffer: str

    def __str__(self) -> str:
        return f"BUFFER_CLEAR BUFFER: {self.buffer}"


@dataclass(frozen=True)
class Recall:
    """Recall configurations: (list, index), index None for the next one of that list."""

    lists: tuple[tuple[str, int | None], ...]

    def __str__(self) -> str:
        kind = "CONFIG_NEXT" if self.lists[0][1] is None else "CONFIG_RECALL"
        parts = " ".join(f"CONFIG_LIST: {name}" + ("" if index is None else f" INDEX: {index}")
                         for name, index in self.lists)
        return f"{kind} {parts}"


@dataclass(frozen=True)
class Measure:
    """Take `count` readings into a buffer."""

    buffer: str
    count: int = 1

    def __str__(self) -> str:
        return f"MEASURE BUFFER: {self.buffer} COUNT: {self.count}"


@dataclass(frozen=True)
class Delay:
    """Wait `seconds`, or as long as user delay `user` ("SOUR1", "MEAS2") says."""

    seconds: float = 0.0
    user: str = ""

    def __str__(self) -> str:
        if self.user:
            return f"DELAY_DYNAMIC DELAY: {self.user}"
        return f"DELAY_CONSTANT DELAY: {self.seconds:.9f}"


@dataclass(frozen=True)
class Count:
    """Branch to block `to` while reached fewer than `target` times."""

    target: int
    to: int

    def __str__(self) -> str:
        return f"BRANCH_COUNTER VALUE: {self.target} BRANCH_BLOCK: {self.to}"


@dataclass(frozen=True)
class ResetCount:
    """Set the counter of block `counter` to 0."""

    counter: int

    def __str__(self) -> str:
        return f"RESET_BRANCH_COUNT COUNTER: {self.counter}"


@dataclass(frozen=True)
class Branch:
    """Branch to block `to`: always, the first time only (`once`), or every time but the first."""

    to: int
    when: Literal["ALWAYS", "ONCE", "ONCE_EXCLUDED"] = "ALWAYS"

    def __str__(self) -> str:
        return f"BRANCH_{self.when} BRANCH_BLOCK: {self.to}"


@dataclass(frozen=True)
class BranchOnLimit:
    """Branch to block `to` if the last reading is above, below, inside or outside limits."""

    kind: Literal["ABOV", "BEL", "IN", "OUT"]
    low: float
    high: float
    to: int

    def __str__(self) -> str:
        return (f"BRANCH_LIMIT_CONSTANT TYPE: {self.kind} LIMIT_A: {self.low:g} "
                f"LIMIT_B: {self.high:g} BRANCH_BLOCK: {self.to}")

    def holds(self, value: float) -> bool:
        """Whether a reading of `value` branches."""
        low, high = min(self.low, self.high), max(self.low, self.high)
        return {"ABOV": value > self.high, "BEL": value < self.low,
                "IN": low <= value <= high, "OUT": not low <= value <= high}[self.kind]


@dataclass(frozen=True)
class BranchOnEvent:
    """Branch to block `to` if `event` came since this block was last reached."""

    event: str
    to: int

    def __str__(self) -> str:
        return f"BRANCH_ON_EVENT EVENT: {self.event} BRANCH_BLOCK: {self.to}"


@dataclass(frozen=True)
class Notify:
    """Generate the event NOT1 to NOT8."""

    number: int

    def __str__(self) -> str:
        return f"NOTIFY ID: {self.number}"


@dataclass(frozen=True)
class Output:
    """Switch the output."""

    on: bool

    def __str__(self) -> str:
        return f"SOURCE_OUTPUT OUTPUT: {'ON' if self.on else 'OFF'}"


@dataclass(frozen=True)
class Wait:
    """Wait for one of `events`, or with `every` for each of them."""

    events: tuple[str, ...]
    clear: bool = False
    every: bool = False

    def __str__(self) -> str:
        return (f"WAIT EVENT: {' '.join(self.events)} CLEAR: {'ENTER' if self.clear else 'NEVER'} "
                f"LOGIC: {'AND' if self.every else 'OR'}")


@dataclass(frozen=True)
class Nothing:
    """Hold a place."""

    def __str__(self) -> str:
        return "NO_OPERATION"


Block = (ClearBuffer | Recall | Measure | Delay | Count | ResetCount | Branch | BranchOnLimit
         | BranchOnEvent | Notify | Output | Wait | Nothing)
"""One block; `str` of it is its line in :TRIGger:BLOCk:LIST?."""
