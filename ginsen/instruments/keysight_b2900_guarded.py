"""One channel of a Keysight B2912A by hand: within the station's limits, and off when told so.

PyMeasure has no class for the B2900 series; its `Instrument` carries the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pymeasure.instruments import Instrument, SCPIMixin

from ginsen.datasheets.keysight_b2900 import KEYSIGHT_B2912A
from ginsen.instruments.clock import clock_of
from ginsen.instruments.conversation import BROKEN, NOT_A_NUMBER, TRIES
from ginsen.instruments.guarded_levels import GuardedLevels, LevelCommands
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Array, Clock, Limits

OFF_MODES = {"open": "HIZ", "zero": "NORM", "ramp": "HIZ"}
"""How the output rests when off, by the station's safe state."""

_CHANNELS = {"1": 1, "2": 2}


class GuardedKeysightB2912A(GuardedLevels, SCPIMixin, Instrument):  # type: ignore[misc]
    """One channel, with what is set held against the station's limits; see `KeysightB2912A`."""

    model = "B2912A"
    sheet = KEYSIGHT_B2912A

    def __init__(self, adapter: Any, name: str = "Keysight B2912A SMU", *, channel: str = "1",
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", **kwargs: Any) -> None:
        if channel not in _CHANNELS:
            raise ValueError(f"channel is {channel!r}; a B2912A has 1 and 2")
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        super().__init__(adapter, name, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._place = number = _CHANNELS[channel]
        self._list = f"(@{number})"
        self._levels = LevelCommands(f":SOUR{number}:VOLT", f":SOUR{number}:CURR",
                                     f":SENS{number}:CURR:PROT", f":SENS{number}:VOLT:PROT")
        self._off_mode = OFF_MODES[off_state]
        self._ramps = off_state == "ramp"
        self._stop = (f":ABOR:ALL {self._list}",)
        self._switch_off = f":OUTP{number} OFF"
        self._output_question = f":OUTP{number}?"

    @property
    def source_enabled(self) -> bool:
        """Get whether the output is on."""
        return self._switch(self._output_question)

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model."""
        identity = str(self.ask("*IDN?")).strip()
        if self._known_by not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  f"station expects a Keysight {self.model}.")
        return identity

    @property
    def _known_by(self) -> str:
        return f",{self.model},"

    def _block(self, query: str, shape: tuple[int, int],
               sound: Callable[[Array], bool]) -> Array:
        """Numbers of 64 bits: in text a time stamp has seven digits, 10 ms after three hours.

        Asked again where they were lost or are not `sound`. Raises InstrumentError if they are not
        to be had.
        """
        if self._adrift:
            self._find_back()
        for _ in range(TRIES):
            try:
                values = np.asarray(self.adapter.connection.query_binary_values(
                    query, datatype="d", is_big_endian=True), np.float64)
                rows = values.reshape(shape)
                if sound(rows):
                    self.heard()
                    return np.where(np.abs(rows) >= NOT_A_NUMBER, np.nan, rows)
                problem: Exception = ValueError("these are no readings")
            except (*BROKEN, ValueError) as broken:
                problem = broken
            self._adrift = True
            self._find_back()
            self.noted(f"no answer to {query!r} ({problem}); asked again")
        raise InstrumentError(f"{self._where} gave no answer to {query!r}: {problem}")
