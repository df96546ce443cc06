"""PyMeasure's Keithley 4200, corrected where it harms a measurement.

PyMeasure's class carries the terminators and the channels' names. Each thing that it gets wrong is
corrected here with its reason beside it.
"""

from __future__ import annotations

from typing import Any

from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley4200

from ginsen.instruments.clock import clock_of
from ginsen.instruments.kxci_conversation import KxciConversation
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock

LETTERS = "ABCD"
"""What user mode calls SMU1 to SMU4 (Reference Manual 4200A-901-01 Rev. C, page 9-53)."""


class CorrectedKeithley4200(KxciConversation, Keithley4200):  # type: ignore[misc]
    """Keithley 4200A-SCS under KXCI, over Ethernet.

    `adapter` is a VISA resource name. Waiting is done on `clock`, by default the VISA library's.
    Nothing is sent on opening.
    """

    model = "4200A"

    def __init__(self, adapter: Any, name: str = "Keithley 4200A-SCS", *,
                 clock: Clock | None = None, **kwargs: Any) -> None:
        # Past PyMeasure's constructor, which asks for the modules and takes the last character of
        # each for its number: an empty slot ("SMU1,,SMU3") is an IndexError, a single module is no
        # list and becomes SMUs "S", "M", "U".
        Instrument.__init__(self, adapter, name, includeSCPI=False,
                            tcpip={"write_termination": "\0", "read_termination": "\0"}, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)

    def modules(self) -> tuple[str, ...]:
        """What *OPT? says sits in the slots, "" for an empty one."""
        return tuple(each.strip() for each in self.ask("*OPT?").strip().strip('"').split(","))

    # PyMeasure's setpoints send %g, six digits: 0.1234567 V becomes 0.123457 V.

    def force_voltage(self, smu: int, level: float, compliance: float) -> None:
        """Source a voltage (V) on the smallest range, limited to a current (A); the output is on.

        Raises InstrumentError where it is not acknowledged.
        """
        self.command(f"US;DV{smu},0,{level:.9g},{compliance:.9g}")

    def force_current(self, smu: int, level: float, compliance: float) -> None:
        """Source a current (A) on the smallest range, limited to a voltage (V); the output is on.

        Raises InstrumentError where it is not acknowledged.
        """
        self.command(f"US;DI{smu},0,{level:.9g},{compliance:.9g}")

    # PyMeasure's readings drop the status: a clamped current looks like any other.

    def spot(self, function: str, smu: int) -> tuple[str, float]:
        """Measure "V" or "I" of an SMU once: its status letter, and the value in V or A.

        The status is N (normal), L (interval too short), V (overflow), X (oscillation), C (in
        compliance) or T (another channel is). Raises InstrumentError for anything else.
        """
        return self.ask_for(f"US;T{function}{smu}",
                            lambda answer: _reading(answer, LETTERS[smu - 1] + function),
                            "status, channel and a number were")

    # PyMeasure's shutdown sends nothing: outputs stay on.

    def shutdown(self) -> None:
        """Every SMU off; then nothing more is sent."""
        for module in self.modules():
            if module.startswith("SMU"):
                self.command(f"US;DV{module[3:]}")
        self.isShutdown = True

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model."""
        identity = self.ask("*IDN?").strip()
        if self._known_by not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  f"station expects a Keithley {self.model}.")
        return identity

    @property
    def _known_by(self) -> str:
        return self.model


def _reading(answer: str, expected: str) -> tuple[str, float]:
    if answer[:1] not in set("LVXCTN") or answer[1:3] != expected:
        raise ValueError
    return answer[0], float(answer[3:])
