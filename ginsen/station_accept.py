"""Does a source meter do at this bench what its data sheet says? Measured on parts one can trust.

Three fixtures, wired in turn by a person: nothing (the probes lifted), a resistor, and a resistor
in series with a capacitor. What is found stands beside what the data sheet allows, in a dated
report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pint

from ginsen.instruments import SourceMeter
from ginsen.station import Station
from ginsen.types import Array, Phase, Samples

NPLCS = (0.01, 0.1, 1.0, 10.0)
READINGS = 30
"""Readings an offset and a noise are taken from."""

_GONE = 10e-3
"""V between its terminals, below which nothing is driven through a sample any more (choice)."""

_SOON = 0.5
"""s that this may take (choice)."""

_SLOWEST_MAINS = 50.0
_WAIT = 0.05

_units: pint.UnitRegistry[float] = pint.UnitRegistry()


@dataclass(frozen=True)
class Fixture:
    """What is between the probes: `resistance` (Ω), infinite for nothing, `capacitance` (F)."""

    resistance: float = math.inf
    capacitance: float = 0.0

    @classmethod
    def named(cls, text: str) -> Fixture:
        """The fixture of "open", "1 MΩ", or "1 MΩ, 10 nF". Raises ValueError."""
        if text.strip().lower() == "open":
            return cls()
        resistance, _, capacitance = text.partition(",")
        try:
            return cls(_positive(resistance, "ohm"),
                       _positive(capacitance, "farad") if capacitance else 0.0)
        except Exception:  # pint raises its own for what is no quantity
            raise ValueError("a fixture is open, a resistor such as '1 MΩ' or one in series with "
                             f"a capacitor such as '1 MΩ, 10 nF'; it is not {text!r}.") from None

    def __str__(self) -> str:
        if math.isinf(self.resistance):
            return "open"
        return f"{self.resistance:g} Ω" + (f", {self.capacitance:g} F" if self.capacitance else "")


@dataclass(frozen=True)
class Finding:
    """One number: what it is, under which conditions, its unit, and what may be at most.

    `found` is None where it could not be measured, `allowed` NaN where nobody says.
    """

    what: str
    conditions: str
    found: float | None
    unit: str
    allowed: float = math.nan

    def __str__(self) -> str:
        return (f"{self.what}, {self.conditions}: {self.told}"
                + ("" if self.passed else ", too much"))

    @property
    def told(self) -> str:
        """The number with its unit, or that there is none."""
        return "not measured" if self.found is None else f"{self.found:.3g} {self.unit}"

    @property
    def passed(self) -> bool:
        """Whether it is within what is allowed, or nothing is known of one of them."""
        return (self.found is None or math.isnan(self.allowed)
                or abs(self.found) <= self.allowed)


def accept(lab: Station, fixture: Fixture, name: str = "") -> Iterator[Finding]:
    """Measure what a fixture can tell of a source meter, and yield it as it is found.

    No level or current is beyond the station's limits. The output is off and proved so in the end,
    however this is left.
    """
    meter = lab.source_meter(name)
    level = min(1.0, meter.limits.voltage)
    lab.watch()
    try:
        if math.isinf(fixture.resistance):
            yield from _zeros(lab, meter)
            yield _leakage(lab, meter)
        else:
            level = min(level, 0.5 * meter.limits.current * fixture.resistance)
            if not fixture.capacitance:
                yield from _gains(lab, meter, fixture.resistance)
            yield from _step(lab, meter, fixture, level)
        yield from _timing(lab, meter, level)
        yield from _switching_off(lab, meter, level, fixture)
    finally:
        lab.off()


def accept_station(path: str | Path, fixture: Fixture, name: str = "",
                   show: Callable[[Finding], object] = lambda finding: None) -> tuple[str, bool]:
    """Accept a source meter of a station file on one fixture: the report, and whether all passed.

    `show` is handed each finding as it is made. Raises StationError as `Station.open` does.
    """
    findings = []
    with Station.open(path) as lab:
        entry = lab.file.source_meter(name)
        for finding in accept(lab, fixture, entry.name):
            findings.append(finding)
            show(finding)
        told = report(findings, identity=lab.identities[entry.name], fixture=fixture,
                      station=lab.file.name, at=lab.clock.utc(), simulated=lab.simulated)
    return told, all(finding.passed for finding in findings)


def report(findings: Sequence[Finding], *, identity: str, fixture: Fixture, station: str,
           at: datetime, simulated: bool) -> str:
    """A section of Markdown: who, when, on what, whether any of it was real, and a table."""
    rows = [f"| {each.what} | {each.conditions} | {each.told} | "
            f"{'' if math.isnan(each.allowed) else f'{each.allowed:.3g} {each.unit}'} | "
            f"{'' if each.found is None else 'yes' if each.passed else '**no**'} |"
            for each in findings]
    return "\n".join((
        f"## {at:%Y-%m-%d %H:%M} UTC: {fixture}", "",
        f"{identity}, station {station!r}." + (
            " **Simulated: this says nothing of an instrument.**" if simulated else ""), "",
        "| what | at | found | at most | passed |", "|---|---|---|---|---|", *rows, "",
        "When the voltage itself is gone from a real sample takes an oscilloscope to see.", ""))


def _zeros(lab: Station, meter: SourceMeter) -> Iterator[Finding]:
    """Offset and noise at 0 V, by range and NPLC."""
    for scale in meter.sheet.measure_current.ranges:
        if scale.full_scale > meter.limits.current:
            continue
        for nplc in NPLCS:
            phase = _phase("zero", 0.0, scale.full_scale, nplc)
            current = _run(lab, meter, phase).current
            at = f"{scale.full_scale:g} A, {nplc:g} NPLC"
            allowed = math.sqrt(3) * float(scale.standard_uncertainty(0.0))
            noise = float(scale.noise_at(nplc))
            yield Finding("offset", at, float(np.mean(current)), "A",
                          allowed + 3 * noise / math.sqrt(READINGS))
            yield Finding("noise (rms)", at, float(np.std(current, ddof=1)), "A",
                          1.5 * math.hypot(noise, scale.resolution / 2))


def _leakage(lab: Station, meter: SourceMeter) -> Finding:
    """Half the difference of the currents at both signs: what flows past the lifted probes."""
    scale = meter.sheet.measure_current.ranges[0]
    level = min(10.0, meter.limits.voltage)
    plus, minus = (_run(lab, meter, _phase("leak", sign * level, scale.full_scale, 1.0)).current
                   for sign in (1, -1))
    return Finding("leakage", f"{level:g} V, {scale.full_scale:g} A",
                   float(np.mean(plus) - np.mean(minus)) / 2, "A")


def _gains(lab: Station, meter: SourceMeter, resistance: float) -> Iterator[Finding]:
    """The current of a known resistor on every range that it can reach half of.

    Ranges for which the source cannot set so little are left out.
    """
    for scale in meter.sheet.measure_current.ranges:
        level = min(0.9 * scale.full_scale * resistance, meter.limits.voltage)
        expected = level / resistance
        if (scale.full_scale > meter.limits.current or expected < 0.5 * scale.full_scale
                or level < meter.sheet.source_voltage.ranges[0].resolution):
            continue
        samples = _run(lab, meter, _phase("gain", level, scale.full_scale, 1.0))
        u = math.hypot(float(scale.standard_uncertainty(expected)),
                       float(np.mean(samples.u_voltage)) / resistance)
        wanted = float(np.mean(samples.voltage)) / resistance
        yield Finding("error of the current", f"{level:.3g} V, {scale.full_scale:g} A",
                      float(np.mean(samples.current)) - wanted, "A", math.sqrt(3) * u)


def _step(lab: Station, meter: SourceMeter, fixture: Fixture, level: float) -> Iterator[Finding]:
    """How far a step goes beyond its level, and how long a capacitor takes."""
    time_constant = fixture.resistance * fixture.capacitance
    phase = _phase("step", level, _range(meter, level / fixture.resistance), 0.01)
    if time_constant:
        phase = replace(phase, duration=phase.interval * max(
            READINGS, math.ceil(5 * time_constant / phase.interval)))
    samples = _run(lab, meter, phase)
    voltage = np.abs(samples.voltage)
    yield Finding("overshoot", f"{level:.3g} V", float(np.max(voltage) / level - 1), "of the level",
                  1e-2)
    if time_constant:
        current = np.abs(samples.current)
        past = np.flatnonzero(current <= current[0] / math.e)
        told = float(samples.time[past[0]] - samples.time[0]) if past.size else math.nan
        yield Finding("error of the time constant", f"{time_constant:.3g} s",
                      told - time_constant, "s", 0.2 * time_constant + phase.interval)


def _timing(lab: Station, meter: SourceMeter, level: float) -> Iterator[Finding]:
    """How evenly samples follow each other, by the instrument's own clock."""
    phase = _phase("timing", level, meter.limits.current, 0.1)
    steps = np.diff(_run(lab, meter, phase).time)
    at = f"{phase.interval:g} s"
    yield Finding("error of the interval", at, float(np.mean(steps)) - phase.interval, "s",
                  1e-3 * phase.interval)
    yield Finding("largest jitter", at, float(np.max(np.abs(steps - np.mean(steps)))), "s",
                  0.05 * phase.interval)


def _switching_off(lab: Station, meter: SourceMeter, level: float,
                   fixture: Fixture) -> Iterator[Finding]:
    """How long it takes, a run under way, from an order to the proof of off, and to no voltage.

    The order is the driver's, and what the guard gives when a run hangs or ends. The voltage is the
    sample's own, where a bench can tell it; a capacitor keeps its.
    """
    at = f"{level:.3g} V on {fixture}"
    orders: dict[str, Callable[[], object]] = {"order": meter.off}
    if lab.simulated:  # at a real bench the guard is a process, and would end this run
        orders["guard's order"] = lab.rehearse_emergency
    for who, order in orders.items():
        meter.start([_phase("off", level, meter.limits.current, 0.1, 1000)])
        lab.clock.sleep(0.2)
        began = lab.clock.now()
        order()
        yield Finding(f"{who} to proof of off", at, lab.clock.now() - began, "s", _SOON)
        if not fixture.capacitance and level > _GONE:
            yield Finding(f"{who} to less than {_GONE:g} V", at, _gone_after(lab, began), "s",
                          _SOON)
        lab.off()


def _gone_after(lab: Station, began: float) -> float | None:
    """Seconds until less than `_GONE` was between the terminals of the sample for good.

    Infinite where there still is more, None where there was none or nobody can tell.
    """
    history = lab.sample_history() if lab.simulated else []
    loud = [place for place, each in enumerate(history)
            if max(each["voltage_V"].values()) - min(each["voltage_V"].values()) >= _GONE]
    if not loud:
        return None
    if loud[-1] == len(history) - 1:
        return math.inf
    return max(float(history[loud[-1] + 1]["time_s"]) - began, 0.0)


def _phase(name: str, level: float, scale: float, nplc: float, readings: int = READINGS) -> Phase:
    interval = max(0.02, math.ceil(4e3 * nplc / _SLOWEST_MAINS + 10) * 1e-3)
    return Phase(name, level, round(interval * (readings - 1), 9), interval, scale, nplc,
                 measure_range=scale)


def _range(meter: SourceMeter, current: float) -> float:
    """The full scale (A) of the smallest range that holds a current within the limits."""
    scales = [each.full_scale for each in meter.sheet.measure_current.ranges
              if current <= each.full_scale <= meter.limits.current]
    return scales[0] if scales else meter.limits.current


def _run(lab: Station, meter: SourceMeter, phase: Phase) -> Samples:
    """The samples of one phase."""
    meter.start([phase])
    parts = [meter.fetch()]
    while meter.busy():
        lab.alive()
        lab.clock.sleep(_WAIT)
        parts.append(meter.fetch())
    parts.append(meter.fetch())
    columns: dict[str, Array] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("time", "voltage", "current", "compliance", "u_voltage", "u_current")}
    return Samples(**columns)  # type: ignore[arg-type]  # flags among them


def _positive(text: str, unit: str) -> float:
    value = float(_units.Quantity(text.strip().replace("Ω", "ohm")).to(unit).magnitude)
    if not 0 < value < math.inf:
        raise ValueError(text)
    return value
