"""One SMU of a Keithley 4200A by hand: within the station's limits, and off when told so."""

from __future__ import annotations

import contextlib
from typing import Any

from ginsen.datasheets.keithley4200 import KEITHLEY_4200_SMU
from ginsen.instruments.commanded_source_meter import RAMP, CommandedSourceMeter
from ginsen.instruments.conversation import BROKEN
from ginsen.instruments.keithley4200_corrected import LETTERS, CorrectedKeithley4200
from ginsen.instruments.kxci_conversation import ACKNOWLEDGED
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff
from ginsen.types import Clock, Emergency, Limits

BUSY = 16
"""Bit of the status byte while a test runs (Reference Manual 4200A-901-01 Rev. C, page 9-54)."""

OFF_VOLTAGE = 2e-3
"""V: what an SMU that is off, or at 0 V, may measure at most; its offset is a tenth of that."""

OFF_CURRENT = 1e-9  # A: likewise, of an SMU that is off


class GuardedKeithley4200(CommandedSourceMeter, CorrectedKeithley4200):
    """One SMU, with what is set held against the station's limits; see `Keithley4200`."""

    sheet = KEITHLEY_4200_SMU
    _installed: tuple[int, ...] | None = None

    def __init__(self, adapter: Any, name: str = "Keithley 4200A-SCS", *, channel: str = "1",
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", mains: float = 50.0, **kwargs: Any) -> None:
        if channel not in set("1234"):
            raise ValueError(f"channel is {channel!r}; of a 4200A it is 1, 2, 3 or 4")
        if isinstance(adapter, str) and not adapter.upper().endswith("::SOCKET"):
            raise ValueError(f"a 4200A is spoken to over Ethernet, TCPIP0::host::1225::SOCKET; "
                             f"{adapter} is none of that")
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._hertz = mains
        self._place = int(channel)
        self._at_zero = off_state == "zero"
        self._ramps = off_state == "ramp"
        self._stop = ("MD;ME4",)
        self._switch_off = f"US;DV{channel}" + (
            f",0,0,{self.limits.current:.9g}" if self._at_zero else "")
        self._compliance = self.limits.current

    # Set by hand, levels and limits are held against the station's limits too.

    @property
    def source_voltage(self) -> float:
        """Control the source voltage in V (float), measured; setting it switches the output on.

        It is limited to `compliance_current`.
        """
        return self.spot("V", self._place)[1]

    @source_voltage.setter
    def source_voltage(self, level: float) -> None:
        self.check_level(level, "source_voltage")
        self.force_voltage(self._place, level, self._compliance)

    @property
    def compliance_current(self) -> float:
        """Control the current limit in A (float) of the next `source_voltage`."""
        return self._compliance

    @compliance_current.setter
    def compliance_current(self, limit: float) -> None:
        self.check_current(limit, "compliance_current")
        if not limit >= self.sheet.least_current_limit:
            raise ValueError(f"compliance_current: {limit:g} A is below "
                             f"{self.sheet.least_current_limit:g} A, to which KXCI would raise it")
        self._compliance = limit

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model, or without this SMU."""
        identity = super().identify()
        if self._place not in self._smus():
            raise InstrumentError(f"{self.adapter.resource_name} has no SMU{self._place}; it has "
                                  f"{', '.join(filter(None, self.modules())) or 'none'}.")
        return identity

    def _smus(self) -> tuple[int, ...]:
        """The numbers of the SMUs, with a preamplifier ("SMUPA1") or without; asked once."""
        if self._installed is None:
            self._installed = tuple(int(module[-1]) for module in self.modules()
                                    if "SMU" in module and module[-1].isdecimal())
        return self._installed

    def calibrated(self) -> str:
        """KXCI does not tell."""
        return ""

    def testing(self) -> bool:
        """Whether a test runs."""
        return bool(self.ask_for("SP", _status_byte, "a status byte was") & BUSY)

    def off(self) -> None:
        """Abort, output off, and what can be shown of that: everything is tried three times.

        KXCI tells of no output whether it is on. Off is taken for proved once both commands were
        acknowledged, no test runs, and the SMU measures neither voltage nor current.
        """
        if self._ramps:
            with contextlib.suppress(Exception):
                self._ramp_down()
        problem = "no answer"
        given_up, self._given_up = self._given_up, False
        for attempt in range(3):
            with contextlib.suppress(Exception):
                if attempt == 2:
                    self.alarmed(f"{self._where} was not read back as off")
                if attempt == 2 and not given_up:
                    self._opened_anew()
                elif attempt or self._adrift:
                    self._reopen()
            try:
                problem = self._switched_off()
            except (*BROKEN, ValueError, IndexError) as broken:
                problem = str(broken)
                self._adrift = True
            if not problem:
                self._adrift = False
                if attempt:
                    # An output that is off stays off, whether or not that can be written down.
                    with contextlib.suppress(Exception):
                        self.noted(f"the output was read back as off at attempt {attempt + 1}")
                return
        self._given_up = True
        raise OutputNotOff(f"{self.adapter.resource_name}: the output could not be read back as "
                           f"off ({problem}). Look at the bench.")

    def _switched_off(self) -> str:
        """Abort and switch off, once; what speaks against its being off, nothing if it is."""
        self.heard()
        for command in (*self._stop, self._switch_off):
            answer = self._exchange(command).strip()
            if answer != ACKNOWLEDGED:
                return f"it answered {answer[:60]!r} to {command}"
        if _status_byte(self._exchange("SP").strip()) & BUSY:
            return "a test still runs"
        bounds = {"V": OFF_VOLTAGE} | ({} if self._at_zero else {"I": OFF_CURRENT})
        for function, most in bounds.items():
            answer = self._exchange(f"US;T{function}{self._place}").strip()
            if not (answer[1:3] == LETTERS[self._place - 1] + function
                    and abs(float(answer[3:])) <= most):
                return f"it still measures {answer[:60]!r}"
        return ""

    def _ramp_down(self) -> None:
        """Lower the level to 0 V in small steps."""
        self.command(*self._stop)
        if abs(self.source_voltage) > OFF_VOLTAGE:
            self.ramp_to_voltage(0.0, *RAMP)

    def emergency(self, name: str) -> Emergency:
        """Abort and output off; off is where the SMU then measures no voltage."""
        letter = LETTERS[self._place - 1]
        return Emergency(
            name, self._where, "\0", commands=(*self._stop, self._switch_off),
            question=f"US;TV{self._place}", off=f"N{letter}V", identity=f"{letter}V",
            within=OFF_VOLTAGE, write_termination="\0", answered=True)

    def shutdown(self) -> None:
        """Output off and proved, as `off`."""
        self.off()
        self.isShutdown = True


def _status_byte(answer: str) -> int:
    byte = int(answer)
    if not (answer.isascii() and answer.isdecimal() and byte < 256):
        raise ValueError
    return byte
