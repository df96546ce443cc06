"""One channel of a Keithley 2600B by hand: within the station's limits, and off when told so."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

from ginsen.instruments.commanded_source_meter import CommandedSourceMeter
from ginsen.instruments.contact import Contact
from ginsen.instruments.conversation import NOT_A_NUMBER
from ginsen.instruments.keithley2600_corrected import CorrectedKeithley2600
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock, Emergency, Limits

OFF_MODES = {"open": 2, "zero": 0, "ramp": 2}
"""How the output rests when off, by the station's safe state: high impedance or 0 V."""

_CONTACT_CURRENT = 1e-3
"""A: the least limit of the off state with which contact is checked (Rev. B, page 7-193)."""


class GuardedKeithley2600(CommandedSourceMeter, CorrectedKeithley2600):
    """One channel, with what is set held against the station's limits; see `Keithley2600`."""

    letters: ClassVar[tuple[str, ...]] = ("a", "b")

    def __init__(self, adapter: Any, name: str = "Keithley 2600 SourceMeter", *,
                 channel: str = "a", limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", **kwargs: Any) -> None:
        if channel not in self.letters:
            raise ValueError(f"channel is {channel!r}; a {self.sheet.model} has a and b")
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._smu = f"smu{channel}"
        self._channel = self.ChA if channel == "a" else self.ChB
        self._off_mode = OFF_MODES[off_state]
        self._ramps = off_state == "ramp"
        self._stop = ("abort", f"{self._smu}.abort()")
        self._switch_off = f"{self._smu}.source.output=0"
        self._output_question = f"{self._smu}.source.output"

    # Set by hand, levels and limits are held against the station's limits too.

    @property
    def source_voltage(self) -> float:
        """Control the source voltage in V (float), within the station's limit."""
        return self._number(f"{self._smu}.source.levelv")

    @source_voltage.setter
    def source_voltage(self, level: float) -> None:
        self.check_level(level, "source_voltage")
        self._channel.source_voltage = level

    @property
    def source_current(self) -> float:
        """Control the source current in A (float), within the station's limit."""
        return self._number(f"{self._smu}.source.leveli")

    @source_current.setter
    def source_current(self, level: float) -> None:
        self.check_current(level, "source_current")
        self._channel.source_current = level

    @property
    def compliance_current(self) -> float:
        """Control the current limit of the voltage source in A (float)."""
        return self._number(f"{self._smu}.source.limiti")

    @compliance_current.setter
    def compliance_current(self, limit: float) -> None:
        self.check_current(limit, "compliance_current")
        self._channel.compliance_current = limit

    @property
    def source_enabled(self) -> bool:
        """Get whether the output is on."""
        return self._output_on()

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model."""
        identity = str(self.ask("*IDN?")).strip()
        if f"MODEL {self.sheet.model}" not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  f"station expects a Keithley {self.sheet.model}.")
        return identity

    def contact_check(self) -> Contact | None:
        """`smuX.contact.r()`; None where the station gives its leads no `contact_limit`.

        The check is refused with the relay open, so for its time the sample rests at 0 V, limited
        to 1 mA (Reference Manual 2600BS-901-01 Rev. B, pages 7-193 and 7-194).
        """
        if not self.leads.contact_limit:
            return None
        smu = self._smu
        if self._output_on():
            raise InstrumentError(f"contact is checked with the output off; that of {self._where}, "
                                  f"{smu}, is on.")
        for command in (f"{smu}.source.output=0", f"{smu}.source.offmode=0",
                        f"{smu}.source.offlimiti={_CONTACT_CURRENT:.9e}",
                        f"{smu}.contact.speed={smu}.CONTACT_SLOW"):
            self.write(command)
        try:
            found = self.ask_for(f'print(string.format("%.6e;%.6e",{smu}.contact.r()))',
                                 _two_resistances, "two resistances were")
        finally:
            self.write(f"{smu}.source.offmode={self._off_mode}")
        self._raise_errors("checking the contact")
        return Contact(*found, self.leads.contact_limit)

    def emergency(self, name: str) -> Emergency:
        """Abort and output off, whatever it is doing; its own off state decides how it rests."""
        return replace(super().emergency(name), question=self._echo(0, self._output_question),
                       off="0;0;")

    def _output_on(self) -> bool:
        return self._whole_number(self._output_question) == 1  # 2 is off with the relay open

    def _mains(self) -> float:
        """The power line frequency (Hz) it integrates by, asked once."""
        if self._hertz is None:
            self._hertz = self._number("localnode.linefreq")
        return self._hertz


def _two_resistances(answer: str) -> tuple[float, float]:
    high, low = (float(each) for each in answer.split(";"))
    return (high if high < NOT_A_NUMBER else math.inf, low if low < NOT_A_NUMBER else math.inf)
