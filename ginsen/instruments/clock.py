"""Which clock a VISA library lives by."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from pyvisa import ResourceManager

from ginsen.types import Clock


class WallClock:
    """The clock of a real laboratory."""

    def now(self) -> float:
        """Seconds since an arbitrary origin."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))

    def utc(self) -> datetime:
        """The date and time now."""
        return datetime.now(timezone.utc)


def clock_of(manager: ResourceManager) -> Clock:
    """The bench's clock where the VISA library offers one, else the wall's."""
    clock: Clock | None = getattr(manager.visalib, "clock", None)
    return WallClock() if clock is None else clock
