"""What an instrument of the station was last heard to say: for its card."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from ginsen.instruments.probe_station import ProbeStation
from ginsen.instruments.source_meter import SourceMeter
from ginsen.report import quantity
from ginsen.station import Station
from ginsen.station_file import SURROUNDINGS, SurroundingsEntry

Output = Literal["off", "on", "unknown", "none"]

SILENT_WHILE_MEASURING = frozenset({"2400"})
"""Models that answer nothing while their buffer fills (User's Manual 2400S-900-01, section 11)."""


@dataclass(frozen=True)
class InstrumentState:
    """One instrument: who it says it is, and how its output was read back.

    `output` is `unknown` where the read-back failed, `none` for what has no output; `heard` is the
    wall's monotonic time (s) at which it was told. `problem` says what went wrong.
    """

    name: str
    identity: str
    address: str
    kind: Literal["source meter", "probe station", "temperature controller"]
    output: Output
    heard: float
    state: str = ""
    problem: str = ""


def look(lab: Station, *, measuring: bool = False,
         before: tuple[InstrumentState, ...] = ()) -> tuple[InstrumentState, ...]:
    """Ask every instrument of an open station how it is; never raises, switches nothing.

    While something is measured, an instrument that could not answer is left alone: what it said
    `before` stands, with the time at which it said so.
    """
    known = {state.name: state for state in before}
    states = []
    for name, meter in lab.source_meters.items():
        if measuring and meter.sheet.model in SILENT_WHILE_MEASURING and name in known:
            states.append(known[name])
        else:
            states.append(_meter(lab, name, meter))
    entry = lab.file.prober
    if entry is not None:
        states.append(_prober(lab, entry.name, lab.prober))
    for around in lab.file.surroundings:
        if "K" in SURROUNDINGS[around.driver].values():  # whose limits are temperatures
            states.append(_temperature(lab, around))
            break
    return tuple(states)


def _meter(lab: Station, name: str, meter: SourceMeter) -> InstrumentState:
    output: Output = "unknown"
    problem = ""
    driver: Any = meter  # PyMeasure's property, which both Keithleys have
    try:
        output = "on" if driver.source_enabled else "off"
    except Exception as fault:  # whatever it is, the card says it
        problem = str(fault)
    return InstrumentState(name, lab.identities[name], lab.file.source_meter(name).address,
                           "source meter", output, time.monotonic(), problem=problem)


def _prober(lab: Station, name: str, prober: ProbeStation) -> InstrumentState:
    contact = {True: "in contact", False: "separated", None: "height not known"}[prober.in_contact]
    address = "" if lab.file.prober is None else lab.file.prober.address
    return InstrumentState(name, lab.identities[name], address, "probe station", "none",
                           time.monotonic(), state=contact)


def _temperature(lab: Station, entry: SurroundingsEntry) -> InstrumentState:
    state = problem = ""
    try:
        state = quantity(lab.temperature.temperature, "K")
    except Exception as fault:  # no run is ended for a thermometer
        problem = str(fault)
    return InstrumentState(entry.name, lab.identities[entry.name], entry.address,
                           "temperature controller", "none", time.monotonic(), state, problem)


def worst(states: tuple[InstrumentState, ...]) -> Output:
    """The output state of a station: on if any is, else unknown if any is, else off."""
    outputs = {state.output for state in states} - {"none"}
    for each in ("on", "unknown", "off"):
        if each in outputs:
            return each
    return "none"
