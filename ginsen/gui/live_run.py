"""What the screen knows of a run under way, gathered from its news in bounded memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.ring import Ring
from ginsen.analysis.states import UNSTABLE_ABOVE
from ginsen.gui.age_trace import AgeTrace
from ginsen.gui.beta_track import BetaTrack
from ginsen.gui.spectrum_curves import SpectrumCurves, spectrum_curves
from ginsen.gui.state_track import StateTrack
from ginsen.gui.thinning import ThinTrace
from ginsen.protocols.acquisition import News
from ginsen.types import Array, SpectralFit

MOST_BANDS = 1000
NEWEST_READS = 2048
"""In which steps are looked for, which takes a quarter of a second."""


@dataclass(frozen=True)
class Band:
    """A phase as far as it has come: times in s, level in V."""

    name: str
    level: float
    number: int
    start: float
    stop: float


@dataclass(frozen=True)
class Step:
    """A phase as a point: level (V), newest current (A) and conductance (S), and β.

    `limited` says that the source was in compliance at some time.
    """

    level: float
    current: float = float("nan")
    conductance: float = float("nan")
    fit: SpectralFit | None = None
    limited: bool = False


class LiveRun:
    """A run under way: traces over time, the phases, β per window, the newest window's spectrum.

    Fed with the news of a run, by one thread. `windows` are the lengths of its live β windows, in
    samples; a sample whose β is more than `unstable_above` is called unstable.
    """

    def __init__(self, windows: tuple[int, ...] = (),
                 unstable_above: float = UNSTABLE_ABOVE) -> None:
        self.windows = windows
        self.conductance, self.voltage, self.current = ThinTrace(), ThinTrace(), ThinTrace()
        self.states = StateTrack(windows, unstable_above)
        self.limited = ThinTrace()
        """1 where the source was in compliance, else a gap."""
        self.betas = {window: BetaTrack() for window in windows}
        self.bands: list[Band] = []
        self.pulse: Band | None = None
        """The last pulse that is over."""
        self.reads, self.reads_low, self.reads_high = AgeTrace(), AgeTrace(), AgeTrace()
        """Conductance (S) by the time (s) since it was over, and ± its standard uncertainty."""
        self.newest_reads = Ring(NEWEST_READS)
        """The newest of them as they came, by their age."""
        self.steps: list[Step] = []
        """What each phase gave."""
        self.latest: News | None = None
        self.count = 0
        """Samples so far."""
        self.changes = 0
        """Grows with every piece of news: who draws compares it."""
        self._window = np.empty((2, 0))
        self._window_fit: SpectralFit | None = None
        self._integration = float("nan")

    def feed(self, news: News, integration: float = float("nan")) -> None:
        """Take the newest piece in; `integration` (s) is that of one reading."""
        samples = news.samples
        time = samples.time
        if not self.bands or self.bands[-1].number != news.number:
            self._begin(news)
        here = self.bands[-1]
        self.bands[-1] = Band(here.name, here.level, here.number, here.start, float(time[-1]))
        self.count += len(samples)
        self.conductance.append(time, news.conductance)
        self.voltage.append(time, samples.voltage)
        self.current.append(time, samples.current)
        if self.pulse is not None and not is_pulse(here.name):
            self._read(time - self.pulse.stop, news)
        limited = samples.compliance
        self.limited.append(time, np.where(limited, 1.0, np.nan))
        self._take_spectrum(news, integration)
        self._take_step(news)
        self.latest = news
        self.changes += 1

    def _begin(self, news: News) -> None:
        """Another phase: no line leads from the last one into it."""
        for trace in (self.conductance, self.voltage, self.current, self.limited):
            trace.gap()
        for track in self.betas.values():
            track.gap()
        if self.bands and is_pulse(self.bands[-1].name):
            self.pulse = self.bands[-1]
            self.reads, self.reads_low, self.reads_high = AgeTrace(), AgeTrace(), AgeTrace()
            self.newest_reads.clear()
        start = float(news.samples.time[0])
        self.bands.append(Band(news.phase.name, news.phase.level, news.number, start, start))
        self.steps.append(Step(news.phase.level))
        del self.bands[:-MOST_BANDS], self.steps[:-MOST_BANDS]
        self._window, self._window_fit = np.empty((2, 0)), None
        self.states.restart(start)

    def _read(self, age: Array, news: News) -> None:
        samples = news.samples
        u = samples.u_current / abs(news.phase.level or np.nan)
        self.reads.append(age, news.conductance)
        self.newest_reads.append(news.conductance, age)
        self.reads_low.append(age, news.conductance - u)
        self.reads_high.append(age, news.conductance + u)

    def _take_step(self, news: News) -> None:
        """The newest mean of this phase's level, and its best β so far."""
        current, conductance = news.samples.current, news.conductance
        known = np.isfinite(conductance)
        self.steps[-1] = Step(
            news.phase.level, float(np.mean(current)),
            float(np.mean(conductance[known])) if known.any() else float("nan"),
            self._window_fit, self.steps[-1].limited or bool(news.samples.compliance.any()))

    def _take_spectrum(self, news: News, integration: float) -> None:
        """Keep the samples of the longest window, and the newest fit of the longest that has one.

        The values are those that β is estimated of: current over the phase's level.
        """
        samples = news.samples.per_volt(news.phase.level, alternate=news.phase.alternate)
        self.states.feed(samples, news.fits)
        longest = max(self.windows, default=0)
        # Twice as many: the newest window may end some samples before the newest piece does.
        self._window = np.hstack([self._window, [samples.time, samples.current]])[:, -2 * longest:]
        self._integration = integration
        for track, fit in zip(self.betas.values(), news.fits, strict=True):
            if fit is not None:
                track.append(fit)
                if (self._window_fit is None or fit.count >= self._window_fit.count
                        or self._window_fit.beta is None):
                    self._window_fit = fit

    @property
    def level(self) -> float:
        """The level (V) of the phase under way; 0 before the first."""
        return 0.0 if self.latest is None else self.latest.phase.level

    @property
    def fit(self) -> SpectralFit | None:
        """The newest estimate of the longest window that this phase has filled."""
        return self._window_fit

    def spectrum(self) -> SpectrumCurves | None:
        """The spectrum of the window that `fit` is of; None before the first."""
        fit, latest = self._window_fit, self.latest
        if fit is None or latest is None:
            return None
        time, values = self._window
        end = int(np.searchsorted(time, fit.stop, side="right"))
        return spectrum_curves(values[max(0, end - fit.count):end], latest.phase.interval, fit,
                               integration=self._integration,
                               mains=latest.phase.nplc / self._integration)


def is_pulse(phase: str) -> bool:
    """Whether a phase writes: as everywhere in Ginsen, its name begins with `pulse`.

    In a series the number of the run stands before the name.
    """
    return re.sub(r"^\d+/\d+ ", "", phase).startswith("pulse")
