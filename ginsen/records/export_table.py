"""The one table that other programs are given: a row a sample, the columns named for people."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ginsen.records.reading import Tables, pairs_of
from ginsen.types import Array


@dataclass(frozen=True, eq=False)
class Column:
    """`values`, one a sample, in `unit` (empty where there is none).

    `name` is short, of letters, digits and underscores; `label` and `comment` are for people.
    """

    name: str
    label: str
    unit: str
    comment: str
    values: npt.NDArray[Any]

    @property
    def heading(self) -> str:
        """Label and unit, as PyMeasure writes them: Time (s)."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def columns_of(tables: Tables) -> tuple[Column, ...]:
    """The samples of a run, and the live β on the sample at which its window ended.

    Where windows of several lengths end on one sample it is the longest one's. A sample without
    an estimate has NaN, and so has a conductance in compliance. The column of the time since the
    pulse is there if a phase's name begins with `pulse`; of several the last one counts.
    """
    samples = tables["samples"]
    resistance = pairs_of(tables["station"])["series_resistance_ohm"]
    origin = pairs_of(tables["provenance"])["origin"]
    phases = textwrap.shorten(", ".join(tables["phases"]["name"]), 100, placeholder=" ...")
    beta, low, high = _beta(tables)
    known = "standard uncertainty by the instrument's specification"
    return (
        Column("time_s", "Time", "s", f"since {origin}", samples["time_s"]),
        *_since_pulse(tables),
        Column("voltage_V", "Voltage", "V", "at the source meter", samples["voltage_V"]),
        Column("current_A", "Current", "A", "through the sample", samples["current_A"]),
        Column("conductance_S", "Conductance", "S", f"I / (V - I R), R = {resistance} ohm",
               samples["conductance_S"]),
        Column("u_voltage_V", "Voltage uncertainty", "V", known, samples["u_voltage_V"]),
        Column("u_current_A", "Current uncertainty", "A", known, samples["u_current_A"]),
        Column("u_conductance_S", "Conductance uncertainty", "S", known,
               samples["u_conductance_S"]),
        Column("compliance", "Compliance", "", "1 where the source was limited",
               samples["compliance"]),
        Column("phase", "Phase", "", f"from 0: {phases}", samples["phase"]),
        # Not `beta`: Igor has a function of that name and refuses the wave.
        Column("beta_mean", "Beta", "", "live, S ~ f^-beta, at its window's end", beta),
        Column("beta_low", "Beta low", "", "lower end of the 95 % interval", low),
        Column("beta_high", "Beta high", "", "upper end of the 95 % interval", high),
    )


def _since_pulse(tables: Tables) -> tuple[Column, ...]:
    phases = tables["phases"]
    stops = [stop for name, stop in zip(phases["name"], phases["stop_s"], strict=True)
             if name.startswith("pulse") and np.isfinite(stop)]
    if not stops:
        return ()
    return (Column("since_pulse_s", "Time since pulse", "s", "since the pulse's last sample",
                   tables["samples"]["time_s"] - stops[-1]),)


def _beta(tables: Tables) -> tuple[Array, Array, Array]:
    """β and its bounds, one a sample."""
    time, live = tables["samples"]["time_s"], tables["beta"]
    columns = np.full((3, time.size), np.nan)
    known = np.flatnonzero(np.isfinite(live["beta"]) & np.isfinite(live["stop_s"]))
    known = known[np.argsort(live["window"][known], kind="stable")]
    at = np.searchsorted(time, live["stop_s"][known], side="right") - 1
    # One by one: of several on one sample the last assigned, the longest window's, must stay.
    for sample, row in zip(at, known, strict=True):
        columns[:, sample] = live["beta"][row], live["beta_low"][row], live["beta_high"][row]
    beta, low, high = columns
    return beta, low, high
