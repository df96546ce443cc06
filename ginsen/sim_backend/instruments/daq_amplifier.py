"""A current amplifier and the converter behind it: from the current of a wire to volts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ginsen.datasheets.daq_with_amplifier import (
    CONVERTER_GAIN_ACCURACY,
    CONVERTER_NOISE,
    CONVERTER_OFFSET,
    GAIN_ACCURACY,
    REACH,
    STEP,
    Amplifier,
)

_FOUR_K_T = 4 * 1.380649e-23 * 296.0
"""J; thermal noise of a resistor has the density 4kT/R, in A²/Hz."""

_KEYS = {"gain_V_per_A": "gain", "bandwidth_Hz": "bandwidth", "offset_V": "offset"}


def amplifier_of(entry: object) -> Amplifier:
    """The amplifier a bench file describes. Raises ValueError, in one sentence."""
    if not isinstance(entry, Mapping) or not set(entry) <= set(_KEYS):
        raise ValueError(f"amplifiers: write {{ gain_V_per_A = 1e6, bandwidth_Hz = 1e4, "
                         f"offset_V = 0 }}, not {entry!r}")
    for key in ("gain_V_per_A", "bandwidth_Hz"):
        if not _is_number(entry.get(key)) or not 0 < entry[key] < math.inf:
            raise ValueError(f"amplifiers: {key} is a number above 0, not {entry.get(key)!r}")
    if not _is_number(entry.get("offset_V", 0.0)) or not abs(entry.get("offset_V", 0.0)) < REACH:
        raise ValueError(f"amplifiers: offset_V is within ± {REACH:g}, "
                         f"not {entry['offset_V']!r}")
    return Amplifier(**{_KEYS[key]: float(value) for key, value in entry.items()})


class AmplifiedInput:
    """One input of the card. Gain and offset errors of this specimen are drawn once.

    The amplifier holds its input at 0 V, also when its output is at the rail: there its protection
    diodes do, to a few tenths of a volt, which are left out.
    """

    def __init__(self, amplifier: Amplifier, random: np.random.Generator) -> None:
        self.amplifier = amplifier
        self._gain = amplifier.gain * (1 + GAIN_ACCURACY * random.uniform(-1, 1))
        self._scale = 1 + CONVERTER_GAIN_ACCURACY * random.uniform(-1, 1)
        self._offset = CONVERTER_OFFSET * random.uniform(-1, 1)
        # A first-order low-pass of bandwidth B passes as much white noise as π B / 2.
        self._noise = amplifier.gain * math.sqrt(
            _FOUR_K_T / amplifier.gain * math.pi * amplifier.bandwidth / 2)
        self._before = self._state = 0.0

    def settle(self, current: float) -> None:
        """Begin with a current (A) that has flowed for long."""
        self._before = self._state = current

    def jump(self, current: float) -> None:
        """The current (A) is another, at once; the low-pass is where it was."""
        self._before = current

    def pass_on(self, current: float, elapsed: float) -> None:
        """Follow a current (A) that went straight from its last value within `elapsed` (s).

        The exact response of a low-pass of time constant τ to a ramp of slope s: it lags by s τ,
        and what is left of the state before decays with τ.
        """
        constant = self.amplifier.time_constant
        lag = (current - self._before) / elapsed * constant
        rest = self._state - (self._before - lag)
        self._state = current - lag + rest * math.exp(-elapsed / constant)
        self._before = current

    def convert(self, random: np.random.Generator) -> float:
        """One conversion (V), at the rails of amplifier and converter if it must."""
        thermal, own = random.standard_normal(2)
        out = self._gain * self._state + self.amplifier.offset + self._noise * thermal
        out = min(max(out, -REACH), REACH)
        return digitised(out * self._scale + self._offset + CONVERTER_NOISE * own)


def digitised(volts: float) -> float:
    """The nearest voltage of a 16-bit converter."""
    return min(max(round(volts / STEP), -2**15), 2**15 - 1) * STEP


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
