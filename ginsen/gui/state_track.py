"""The state of a sample over time in bounded memory: calm, unstable, forming, forgetting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.analysis import LiveState, StateEstimate
from ginsen.analysis.states import FEWEST, UNSTABLE_ABOVE, State
from ginsen.types import Array, Samples, SpectralFit

STATES: tuple[State, ...] = ("calm", "unstable", "forming", "forgetting")
MOST = 600


class StateTrack:
    """States as they come, told by the shortest of `windows` that is long enough for one.

    Of a longer run only every second state is kept, then every fourth.
    """

    def __init__(self, windows: tuple[int, ...] = (), unstable_above: float = UNSTABLE_ABOVE,
                 most: int = MOST) -> None:
        window = min((each for each in windows if each >= FEWEST), default=0)
        self._live = LiveState(window, unstable_above=unstable_above) if window else None
        self.unstable_above = unstable_above
        self.newest: StateEstimate | None = None
        self._most = most
        self._rows: list[tuple[float, float, int]] = []  # from when to when, which of STATES
        self._since = float("nan")
        self._every, self._skipped = 1, 0

    def restart(self, time: float) -> None:
        """Another phase begins at `time` (s): its states have nothing to do with those before."""
        if self._live is not None:
            self._live.restart()
        self.newest, self._since = None, time

    def feed(self, samples: Samples, fits: Sequence[SpectralFit | None]) -> None:
        """Take in what β was estimated of, and the estimates."""
        if self._live is None:
            return
        try:
            told = self._live.feed(samples, fits)
        except ValueError:  # an estimate of samples that the screen was not told of
            return
        if told is None:
            return
        self.newest = told
        self._skipped += 1
        if told.state is not None and self._skipped >= self._every:
            self._skipped = 0
            self._rows.append((self._since, told.time, STATES.index(told.state)))
            if len(self._rows) > self._most:
                self._rows = self._rows[::2]
                self._every *= 2
        self._since = told.time

    def stretches(self, state: State) -> tuple[Array, Array]:
        """From when to when (s) the sample was told to be in a state."""
        rows = np.array([row[:2] for row in self._rows if row[2] == STATES.index(state)])
        start, stop = rows.reshape(-1, 2).T
        return start, stop
