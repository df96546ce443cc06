"""The state a sample is in, while the samples come in: calm, unstable, forming or forgetting.

The names are those of the press release on Diaz-Alvarez et al., Sci. Rep. 9, 14920 (2019), and so
is the picture that β is near 1 in a calm network and near 2 in an unstable one. It is no law: the
threshold between them is a setting, and β itself is always told beside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from ginsen.analysis.change_points import (
    PARTS,
    RARE,
    Change,
    Past,
    where_noise_changed,
)
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.spectrum import FrontEnd
from ginsen.analysis.steps import find_steps
from ginsen.analysis.trend import trend
from ginsen.types import Samples, SpectralFit

State = Literal["calm", "unstable", "forming", "forgetting"]

UNSTABLE_ABOVE = 1.5
"""β between the press release's 1 and 2."""

FEWEST = 256
"""Samples of a window: with fewer a change can't be placed."""

SUSPECT = 1e-3
"""P of a jump by `estimate_beta` below which steps are looked for."""


@dataclass(frozen=True)
class StateEstimate:
    """What one window says of the sample's state.

    `time` (s) is the window's end. `state` is the likeliest and `probabilities` those of all four;
    what they lack to 1 is not told. `state` is None with a `reason` where none is above one half.
    `fit` is the window's β, `trend` the relative change of |I| over the window. `changed` is the
    change that lies in the window, if one does: then it mixes two states and has none itself;
    `new` says that this estimate is the first to tell of it.
    """

    time: float
    fit: SpectralFit
    state: State | None
    probabilities: Mapping[State, float]
    trend: float
    reason: str | None = None
    changed: Change | None = None
    new: bool = False


class LiveState:
    """The state of a sample, renewed with every estimate of β over `window` samples.

    Fed with the samples and with what `LiveBeta.feed` said to the same. Windows shorter than
    `window` help to see a change early, longer ones are passed over. A window whose level goes up
    or down by more than its noise would is forming or forgetting. One that does not is calm or
    unstable, as β lies below or above `unstable_above`. `rare` is the p-value of an alarm. From an
    alarm on until the change has left the window no state is told and no other change looked for.
    Memory is bounded by the window and the largest feed. Raises ValueError for a window below 256
    samples or a threshold that makes no sense.
    """

    def __init__(self, window: int = 1024, *, unstable_above: float = UNSTABLE_ABOVE,
                 rare: float = RARE) -> None:
        if window < FEWEST:
            raise ValueError(f"window is {window}: a state takes {FEWEST} samples or more")
        if not math.isfinite(unstable_above):
            raise ValueError(f"unstable_above is {unstable_above!r}: a value of β is finite")
        if not 0 < rare < 1:
            raise ValueError(f"rare is {rare!r}: a probability above 0 and below 1")
        self.window = window
        self._unstable_above, self._rare = unstable_above, rare
        self.restart()

    def restart(self) -> None:
        """Forget all: a new phase, level or range begins."""
        self._times, self._values = np.empty(0), np.empty(0)
        self._past: dict[int, tuple[Past, ...]] = {}
        self._change: Change | None = None

    def feed(self, samples: Samples, fits: Sequence[SpectralFit | None]) -> StateEstimate | None:
        """The newest state, if an estimate over the window or an alarm has come; else None.

        Raises ValueError for a fit of samples that were not fed.
        """
        self._keep(samples)
        ours = sorted((fit for fit in fits if fit is not None and fit.count <= self.window),
                      key=lambda fit: fit.count)
        for fit in ours:
            if (self._change is not None and fit.count == self.window
                    and fit.start >= self._change.latest):
                self._change = None
            new = self._change is None and self._alarmed(fit)
            if new or fit.count == self.window:
                return self._told(fit, new)
        return None

    def _keep(self, samples: Samples) -> None:
        if self._times.size and len(samples) and samples.time[0] <= self._times[-1]:
            self.restart()
        # A fit may end a hop before the newest sample.
        held = 2 * self.window + len(samples)
        self._times = np.concatenate([self._times, samples.time])[-held:]
        self._values = np.concatenate([self._values, samples.current])[-held:]

    def _since(self, start: float, stop: float) -> slice:
        """The samples from `start` to `stop` (s)."""
        first, last = np.searchsorted(self._times, [start, stop])
        return slice(int(first), int(last) + 1)

    def _alarmed(self, fit: SpectralFit) -> bool:
        """Whether a window tells of a change, which is then kept."""
        pasts = self._past.setdefault(fit.count, tuple(
            Past(new) for new in (PARTS if fit.count == self.window else PARTS[:1])))
        part = self._since(fit.start, fit.stop)
        if part.stop - part.start != fit.count:
            raise ValueError(f"a fit from {fit.start:g} to {fit.stop:g} s came without its "
                             "samples: feed LiveState what LiveBeta was fed")
        p = min(past.take(self._values[part], fit.start, fit.stop) for past in pasts)
        self._change = self._stepped(fit, part)
        if self._change is None and p < self._rare:
            part = slice(max(0, part.stop - self.window), part.stop)
            at, earliest, latest = self._times[part][list(where_noise_changed(self._values[part]))]
            self._change = Change(float(at), float(earliest), float(latest), fit.stop, "noise", p)
        if self._change is not None:
            self._past.clear()
        return self._change is not None

    def _stepped(self, fit: SpectralFit, part: slice) -> Change | None:
        """The last step in a window, if there is one that keeps it from having a β."""
        if fit.beta is not None or fit.jump is None or fit.jump >= SUSPECT:
            return None
        steps = find_steps(self._values[part], rare=self._rare)
        if not steps:
            return None
        before, at = self._times[part][steps[-1].index - 1:steps[-1].index + 1].tolist()
        return Change(at, before, at, fit.stop, "step", steps[-1].p)

    def _told(self, fit: SpectralFit, new: bool) -> StateEstimate:
        """The state of a window; none where it holds two."""
        if self._change is not None:
            what = "step" if self._change.what == "step" else "change of the noise"
            return StateEstimate(
                fit.stop, fit, None, {}, math.nan, f"two states: the {what} at "
                f"{self._change.time:.6g} s lies in the window", self._change, new)
        values = self._values[self._since(fit.start, fit.stop)]
        moved = trend(values)
        level = float(np.median(values))
        rising = (moved.change > 0) == (level > 0)
        odds: dict[State, float] = {"forming" if rising else "forgetting": moved.probability,
                                    "forgetting" if rising else "forming": 0.0}
        if fit.beta is not None and fit.beta_low is not None and fit.beta_high is not None:
            sigma = (fit.beta_high - fit.beta_low) / 3.92
            calm = float(ndtr((self._unstable_above - fit.beta) / sigma))
            odds["calm"] = (1 - moved.probability) * calm
            odds["unstable"] = (1 - moved.probability) * (1 - calm)
        likeliest = max(odds, key=lambda state: odds[state])
        relative = moved.change / abs(level) * (1 if level > 0 else -1) if level else math.nan
        if odds[likeliest] > 0.5:
            return StateEstimate(fit.stop, fit, likeliest, odds, relative)
        why = fit.reason or "no state is likelier than all others"
        return StateEstimate(fit.stop, fit, None, odds, relative, why)


def state_track(samples: Samples, window: int = 1024, *, unstable_above: float = UNSTABLE_ABOVE,
                rare: float = RARE,
                front_end: FrontEnd | None = None) -> tuple[StateEstimate, ...]:
    """Every state of consecutive samples of one phase, eight to the window's length."""
    state = LiveState(window, unstable_above=unstable_above, rare=rare)
    live = LiveBeta((window // 2, window), front_end=front_end)
    hop = window // 16
    blocks = (samples[first:first + hop] for first in range(0, len(samples), hop))
    estimates = (state.feed(block, live.feed(block)) for block in blocks)
    return tuple(each for each in estimates if each is not None)

