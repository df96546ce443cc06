"""What every room shares: plain, frozen, in SI units. Arrays are float64 of shape (n,)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Rest = Literal["hold", "zero", "open"]
"""What the sample feels between two reads: the level held, 0 V, or an open circuit."""

NEAR = 3.0
"""A resistor stands for a sample whose resistance is within this factor of its own."""

VAGUE = 0.15
"""A floor that is known no better than to this, relative, may as well be left free."""


class Clock(Protocol):
    """The one time of a station: the wall's, or a simulated bench's."""

    def now(self) -> float:
        """Seconds since an arbitrary origin; never runs backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass on this clock."""
        ...

    def utc(self) -> datetime:
        """The date and time now, aware, in UTC."""
        ...


@dataclass(frozen=True, eq=False)
class Samples:
    """Consecutive readings of one source meter.

    `time` is in s on the instrument's clock, `voltage` (V) what it sourced, read back where the
    instrument can, `current` (A) what it measured. A reading that is not a number (overflow,
    9.91e37) is NaN. `compliance` marks points at which the source was limited: there V is not the
    level asked for. `u_voltage` and `u_current` are standard uncertainties by the instrument's
    specification (half-width / √3, GUM 4.3.7), NaN where unknown.
    """

    time: Array
    voltage: Array
    current: Array
    compliance: Flags
    u_voltage: Array
    u_current: Array

    def __len__(self) -> int:
        return int(self.time.size)

    def __getitem__(self, part: slice) -> Samples:
        return Samples(self.time[part], self.voltage[part], self.current[part],
                       self.compliance[part], self.u_voltage[part], self.u_current[part])

    def per_volt(self, level: float, *, alternate: bool = False) -> Samples:
        """With the current over the constant `level` (V), so that spectra are in S²/Hz.

        Dividing by one number leaves the spectrum that of the current; the voltmeter's noise stays
        out of it. At 0 V, where a conductance says nothing, the current is left as it is. Of
        readings at alternating levels the current is first counted positive in the direction of
        the voltage: an offset then alternates, at half the sampling rate, outside every band.
        """
        if not level:
            return self
        if alternate:
            return replace(self, current=self.current * np.sign(self.voltage) / abs(level))
        return replace(self, current=self.current / level)

    def shifted(self, seconds: float) -> Samples:
        """The same samples, `seconds` later."""
        return replace(self, time=self.time + seconds)

    def columns(self) -> tuple[Array, Array, Array, Flags, Array, Array]:
        """The six columns in the order of the constructor."""
        return (self.time, self.voltage, self.current, self.compliance,
                self.u_voltage, self.u_current)

    @classmethod
    def of(cls, time: npt.ArrayLike, voltage: npt.ArrayLike, current: npt.ArrayLike) -> Samples:
        """Samples of an instrument of which nothing more is known."""
        t, v, i = (np.array(column, dtype=np.float64) for column in (time, voltage, current))
        unknown = np.full(t.shape, np.nan)
        return cls(t, v, i, np.zeros(t.shape, dtype=np.bool_), unknown, unknown.copy())

    @classmethod
    def joined(cls, parts: list[Samples]) -> Samples:
        """One after the other; an empty list gives no samples."""
        if not parts:
            return cls.of([], [], [])
        return cls(*(np.concatenate(column) for column in zip(*(p.columns() for p in parts),
                                                              strict=True)))


@dataclass(frozen=True)
class Phase:
    """One row of a stimulus: what is applied, how it is sampled, how the sample rests between.

    `level` is the signed source level (V). Samples are taken at 0, `interval`, 2 `interval` … up to
    `duration` (s), both ends included; the level stays until the last of them has been integrated.
    `compliance` (A) limits the current.
    `source_range` (V) and `measure_range` (A) are fixed for the phase; None lets the driver take
    the smallest that holds the level and the compliance. `nplc` is the integration time in power
    line cycles. `duty` is the share of each interval during which the level is applied; for the
    remaining time the sample is left in `rest`. With `alternate` every other reading is taken at
    the opposite level, so that the offset of the meter and thermal voltages drop out of pairs; the
    number of readings is then even.
    """

    name: str
    level: float
    duration: float
    interval: float
    compliance: float
    nplc: float = 1.0
    source_range: float | None = None
    measure_range: float | None = None
    rest: Rest = "hold"
    duty: float = 1.0
    alternate: bool = False

    @property
    def count(self) -> int:
        """The number of samples of this phase."""
        count = round(self.duration / self.interval) + 1
        return count + count % 2 if self.alternate else count

    def named(self, name: str) -> Phase:
        """The same phase under another name."""
        return replace(self, name=name)

    def scaled(self, factor: float) -> Phase:
        """The same phase at `factor` times its level."""
        return replace(self, level=self.level * factor)

    def lasting(self, duration: float) -> Phase:
        """The same phase for another time (s)."""
        return replace(self, duration=duration)


@dataclass(frozen=True)
class Floor:
    """A white floor that was measured elsewhere.

    `density` is one-sided, in (unit of the values)²/Hz, and as uncertain as the mean of `count`
    squares of normal numbers: by √(2/count), relative.
    """

    density: float
    count: float


@dataclass(frozen=True)
class InstrumentNoise:
    """The white noise of a source meter at one setting, as one-sided densities of I over its level.

    At a conductance G (S) its floor is `meter` (S²/Hz) + G² `source` (1/Hz): the meter's own, and
    what the source's noise, S_V over the level squared, makes of G. `u_meter` and `u_source` are
    their standard uncertainties, `correlation` is that of both. They are of `standards`
    (conductances, S, an open left out), `measured` says when (ISO date and time).
    """

    meter: float
    source: float
    u_meter: float
    u_source: float
    correlation: float
    standards: tuple[float, ...]
    measured: str = ""

    def at(self, conductance: float) -> Floor | None:
        """The floor at a conductance (S); None where it was not measured well enough.

        That is further than a factor NEAR from all standards, or with a relative uncertainty above
        VAGUE.
        """
        G = abs(conductance)
        if not any(standard / NEAR <= G <= standard * NEAR for standard in self.standards):
            return None
        density = self.meter + G**2 * self.source
        variance = (self.u_meter**2 + (G**2 * self.u_source) ** 2
                    + 2 * G**2 * self.correlation * self.u_meter * self.u_source)
        if not 0 < variance <= (VAGUE * density) ** 2 or density <= 0:
            return None
        return Floor(density, 2 * density**2 / variance)


@dataclass(frozen=True)
class Span:
    """A phase as it happened: samples `first` up to, not including, `stop_index`.

    `start` and `stop` are the times (s) of its first and last sample on the record's clock,
    `level` (V) the voltage applied, `dead_time` (s) what passed between the last sample before it
    and its own first one (NaN for the first phase), `integration` (s) how long the meter
    integrated each reading and `measure_range` (A) the full scale it was on (NaN where unknown).
    `alternate` says that the level changed its sign from each reading to the next; `noise` is that
    of the instrument, where it was measured. `nplc` is the integration in power line cycles (NaN
    where unknown).
    """

    name: str
    level: float
    start: float
    stop: float
    first: int
    stop_index: int
    dead_time: float = float("nan")
    integration: float = float("nan")
    measure_range: float = float("nan")
    alternate: bool = False
    noise: InstrumentNoise | None = None
    nplc: float = float("nan")

    @property
    def mains(self) -> float:
        """The frequency (Hz) of the power line that the meter integrates by; NaN where unknown."""
        return self.nplc / self.integration if self.integration else float("nan")

    @property
    def part(self) -> slice:
        """The slice of the record's samples that belongs to this phase."""
        return slice(self.first, self.stop_index)


@dataclass(frozen=True)
class Limits:
    """How far an instrument may go on this sample, at its terminals.

    |V| (V) and |I| (A) always; and where the station states them power (W), and for each phase
    charge (C) and energy (J), and how fast the level may change, `slew` (V/s).
    """

    voltage: float
    current: float
    power: float = math.inf
    charge: float = math.inf
    energy: float = math.inf
    slew: float = math.inf


@dataclass(frozen=True)
class Leads:
    """What lies between a source meter and its sample.

    `series_resistance` (Ω) beside the sample and `capacitance` (F) of the cable across it. When a
    filament closes, that charge passes whatever the compliance is. `contact_limit` (Ω) is the most
    between force and sense that counts as contact, where both end on each pad; 0 where they don't.
    """

    series_resistance: float = 0.0
    capacitance: float = 0.0
    contact_limit: float = 0.0


@dataclass(frozen=True)
class Emergency:
    """How an instrument is made safe by somebody who knows nothing else of it.

    `commands` are sent, before and after a device clear; then `question`, whose answer begins with
    `off` and contains `identity` (in capitals) once the output is off. With `within` the rest of
    that answer is a number, and between plus and minus it. `write_termination` ends what is sent
    where it is not VISA's own; `answered` says that commands are answered, too.
    """

    name: str
    address: str
    read_termination: str
    commands: tuple[str, ...]
    question: str
    off: str
    identity: str
    within: float | None = None
    write_termination: str = ""
    answered: bool = False


@dataclass(frozen=True)
class SpectralFit:
    """One estimate of β in S(f) = amplitude · (f / 1 Hz)^-β + floor, one-sided.

    `beta` is the posterior median and `beta_low`, `beta_high` bound its 95 % interval, conditional
    on the power law. All three are None where none is honest; `reason` then says why in one
    sentence. `amplitude` and `floor` are in (unit of the values)² / Hz, `band` in Hz.

    `model` says what describes the record: "power law", "power law and floor", or with a `corner`
    (Hz) "power law above a knee" or "Lorentzian". A polynomial of degree `detrend` and `curves`
    pairs of curves were taken out; `drift` is the probability that what is left is noise.
    """

    beta: float | None
    beta_low: float | None
    beta_high: float | None
    reason: str | None = None
    amplitude: float | None = None
    floor: float | None = None
    p_no_floor: float | None = None
    band: tuple[float, float] = (float("nan"), float("nan"))
    count: int = 0
    effective_count: float = 0.0
    interval: float = float("nan")
    start: float = float("nan")
    stop: float = float("nan")
    goodness: float | None = None
    half_split_beta: float | None = None
    half_split_power: float | None = None
    jump: float | None = None
    overdispersion: float | None = None
    sub_bands: tuple[tuple[float, float, float, float], ...] = ()
    model: str = ""
    corner: float | None = None
    detrend: int = 1
    curves: int = 1
    drift: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `running`, `finished`, `aborted`, `failed` or `interrupted`, and why."""

    state: Literal["running", "finished", "aborted", "failed", "interrupted"]
    why: str = ""

    def __str__(self) -> str:
        return f"{self.state}: {self.why}" if self.why else self.state

    @classmethod
    def parse(cls, text: str) -> Outcome:
        """The inverse of `str`. Raises ValueError for a state that does not exist."""
        state, _, why = text.partition(": ")
        for known in ("running", "finished", "aborted", "failed", "interrupted"):
            if state == known:
                return cls(known, why)
        raise ValueError(f"{text!r} is no outcome: it begins with running, finished, aborted, "
                         "failed or interrupted")


@dataclass(frozen=True, eq=False)
class Record:
    """A measured record, whoever measured it: samples, the phases found in or told of it.

    `spans` is in order of time. `series_resistance` (Ω) lay between source meter and sample.
    `about` says who and what, `origin` the date and time at which `samples.time` is zero.
    `notes` are sentences about oddities met while reading (a lone point between two levels).
    """

    samples: Samples
    spans: tuple[Span, ...]
    series_resistance: float = 0.0
    about: Mapping[str, str] = field(default_factory=dict)
    origin: datetime | None = None
    outcome: Outcome = Outcome("finished")
    notes: tuple[str, ...] = ()
