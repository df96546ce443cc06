"""A virtual Keithley 6517B electrometer: a table of commands beside a small electrical model.

docs/add_an_instrument.md tells how it was made. Commands as PyMeasure's Keithley6517B sends them;
ranges and errors of the ammeter are background knowledge, not checked against the data sheet.
Its voltmeter and its buffer are not here. Virtual only.
"""

from __future__ import annotations

import operator
from typing import Any, ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import Source
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiError,
    ScpiInstrument,
    action,
    boolean,
    choice,
    number,
    query,
    setting,
)

# The table.


def _meter(header: str, name: str, most: float) -> dict[str, Entry]:
    """Range, autorange and integration time of one function."""
    return {
        f"[:SENSe[1]]:{header}:RANGe[:UPPer]": setting(f"{name}_range", number(0, most)),
        f"[:SENSe[1]]:{header}:RANGe:AUTO": setting(f"{name}_autorange", boolean()),
        f"[:SENSe[1]]:{header}:NPLCycles": setting("nplc", number(0.01, 10)),
    }


COMMANDS: dict[str, Entry] = {
    ":OUTPut[1][:STATe]": setting("output", boolean()),
    ":SOURce:VOLTage[:LEVel][:IMMediate][:AMPLitude]": setting(
        "level", number(lambda meter: -meter.source_range, lambda meter: meter.source_range)),
    ":SOURce:VOLTage:RANGe": setting("source_range", number(-1000, 1000)),
    ":SOURce:VOLTage:RANGe:AUTO": setting("source_autorange", boolean()),
    ":SOURce:CURRent:RLIMit[:STATe]": setting("resistive_limit", boolean()),
    "[:SENSe[1]]:FUNCtion": setting("function", choice("CURRent[:DC]", "RESistance",
                                                       quoted=True)),
    **_meter("CURRent[:DC]", "current", 21e-3),
    **_meter("RESistance", "resistance", 100e18),
    ":READ?": query(lambda meter: meter.read()),
    ":MEASure?": query(lambda meter: meter.read()),
    ":MEASure:CURRent[:DC]?": query(lambda meter: meter.measure("CURR")),
    ":MEASure:RESistance?": query(lambda meter: meter.measure("RES")),
    ":ABORt": action(lambda meter: None),
    ":TRIGger:SOURce": setting("trigger", choice("IMMediate", "BUS")),
    ":STATus:QUEue:CLEar": action(lambda meter: meter.errors.clear()),
}

# The electrical model.

_RANGES = tuple(2.0 * 10.0**exponent for exponent in range(-11, -1))
"""Full scales of the ammeter (A), 20 pA to 20 mA."""

_OVER_RANGE = 1.05
_GAIN_ERROR = ((2e-10, 1e-2), (2e-8, 2e-3), (1.0, 1e-3))
"""Share of the reading it may be wrong by, up to a full scale (A); a third of it is drawn."""

_NOISE = 1e-5
"""Share of full scale by which a reading at 1 NPLC scatters; 0.75 fA at the least."""

_LIMIT_RESISTANCE = 20e6
"""Ω in series with the source while the resistive limit is on."""

_LOW_CURRENT, _HIGH_CURRENT = 10e-3, 1e-3
"""Most current (A) of the source up to 100 V and beyond."""


def _driven(name: str) -> property:
    """A setting of the source, kept under `name`; it takes effect at once."""
    def put(meter: VirtualKeithley6517B, value: Any) -> None:
        setattr(meter, name, value)
        meter.drive()

    return property(operator.attrgetter(name), put)


class VirtualKeithley6517B(ScpiInstrument):
    """A voltage source to 1 kV and an ammeter from 20 pA to 20 mA in series with the device."""

    identity: ClassVar[str] = "KEITHLEY INSTRUMENTS INC.,MODEL 6517B,{serial},A13/700x"
    options: ClassVar[dict[str, type]] = {"serial": str}
    outputs: ClassVar[tuple[str, ...]] = ("hi",)
    grounds: ClassVar[tuple[str, ...]] = ("lo",)
    command_cost: ClassVar[float] = 1e-3
    commands: ClassVar[dict[str, Entry]] = COMMANDS

    def __init__(self, bench: Bench, name: str, serial: str = "6517001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self._gain = {scale: self._allowed_error(scale) / 3 * self.random.standard_normal()
                      for scale in _RANGES}
        self.reset()

    def reset(self) -> None:
        """The source off at 0 V on 100 V, the ammeter on autorange at 1 NPLC."""
        self._level = 0.0
        self._source_range = 100.0
        self._output = self._resistive_limit = self.source_autorange = False
        self.function, self.trigger, self.nplc = "CURR", "IMM", 1.0
        self._current_range, self.resistance_range = _RANGES[-1], 2e6
        self.current_autorange = self.resistance_autorange = True
        self._readings = 0
        self.drive()

    # What a setting does beside being remembered.

    output = _driven("_output")
    level = _driven("_level")
    resistive_limit = _driven("_resistive_limit")

    @property
    def output_on(self) -> bool:
        """See `Instrument.output_on`."""
        return self._output

    @property
    def source_range(self) -> float:
        """100 V or 1000 V, whichever holds what was asked for."""
        return self._source_range

    @source_range.setter
    def source_range(self, volts: float) -> None:
        wanted = 100.0 if abs(volts) <= 100.0 else 1000.0
        if abs(self._level) > wanted:
            raise ScpiError(-221)
        self._source_range = wanted
        self.drive()

    @property
    def current_range(self) -> float:
        """The ammeter's full scale (A): the smallest that holds what was asked for."""
        return self._current_range

    @current_range.setter
    def current_range(self, amperes: float) -> None:
        self._current_range = _holding(amperes)

    def drive(self) -> None:
        """Make the port what the settings say; a source that is off is open."""
        limit = _LOW_CURRENT if self._source_range <= 100.0 else _HIGH_CURRENT
        self.port("hi").source = Source(
            self._level, _LIMIT_RESISTANCE if self._resistive_limit else 0.0, limit, self._output)

    # Readings.

    def measure(self, function: str) -> Waiting[str]:
        """MEASure:<function>?: select the function, then read."""
        self.function = function
        return self.read()

    def read(self) -> Waiting[str]:
        """One reading with its unit, its time and its number, as the instrument writes it."""
        port = self.port("hi")
        began = self.time.now
        before = port.totals()
        yield self.nplc / self.bench.line_frequency
        true = port.mean(before).current
        scale = _holding(abs(true)) if self.current_autorange else self._current_range
        self._readings += 1
        stamp = f"{began:+.6f}SECS,+{self._readings % 100000:05d}RDNG#"
        if abs(true) > scale * _OVER_RANGE:
            return f"+9.9E+37OADC,{stamp}"
        noise = max(_NOISE * scale, 0.75e-15) / self.nplc**0.5
        current = true * (1 + self._gain[scale]) + noise * self.random.standard_normal()
        if self.function == "RES":
            return f"{self._level / current if current else 9.9e37:+.6E}NOHM,{stamp}"
        return f"{current:+.6E}NADC,{stamp}"

    @staticmethod
    def _allowed_error(scale: float) -> float:
        return next(error for reach, error in _GAIN_ERROR if scale <= reach)


def _holding(amperes: float) -> float:
    """The smallest full scale that holds a current, or the largest there is."""
    return next((scale for scale in _RANGES if abs(amperes) <= scale * _OVER_RANGE), _RANGES[-1])
