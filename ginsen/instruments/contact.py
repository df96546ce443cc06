"""What is known of the contact between probes and pads, and in what words a recording has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

UNVERIFIED = "contact not verified"
"""Where nothing can judge it: a lifted probe and an unformed network both read as no current."""


@dataclass(frozen=True)
class Contact:
    """Resistances (Ω) from force to sense of HI and of LO, which meet on the pads only.

    Infinite where they do not meet. `limit` is the most that counts as contact.
    """

    high: float
    low: float
    limit: float

    @property
    def made(self) -> bool:
        """Whether both pads are contacted."""
        return max(self.high, self.low) <= self.limit

    def __str__(self) -> str:
        found = " and ".join(f"{name} {value:.3g} Ω" if math.isfinite(value) else f"{name} open"
                             for name, value in (("HI", self.high), ("LO", self.low)))
        verdict = "contact verified" if self.made else "no contact"
        return f"{verdict}: force to sense {found}, where {self.limit:g} Ω are allowed"


@dataclass(frozen=True)
class ContactVerdict:
    """Whether force and sense meet on every pad within `limit` (Ω), where no resistance is told."""

    made: bool
    limit: float

    def __str__(self) -> str:
        if self.made:
            return f"contact verified: force to sense at most {self.limit:g} Ω on every pad"
        return f"no contact: force to sense above {self.limit:g} Ω on one pad or more"
