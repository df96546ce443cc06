"""What a guard is told when it is started: which instruments, and how each is made safe."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ginsen.types import Emergency


@dataclass(frozen=True)
class Orders:
    """The VISA library, the way to make each instrument safe, and the process that is watched."""

    visa: str
    emergencies: tuple[Emergency, ...]
    watched: int
    silence: float
    """Seconds without a heartbeat after which the run has hung."""

    def to_line(self) -> str:
        """One line of text; `from_line` is the inverse."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Orders:
        """Raises ValueError for a line that is none of `to_line`."""
        try:
            told = json.loads(line)
            emergencies = tuple(
                Emergency(**{**each, "commands": tuple(each["commands"])})
                for each in told.pop("emergencies"))
            return cls(emergencies=emergencies, **told)
        except (TypeError, KeyError, AttributeError) as problem:
            raise ValueError(f"{line[:80]!r} are no orders for a guard: {problem}") from None
