"""Memory and forgetting: a read, a pulse, then small-bias reads."""

from __future__ import annotations

from collections.abc import Sequence

from pymeasure.experiment.parameters import BooleanParameter, FloatParameter, ListParameter

from ginsen.protocols.protocol import Protocol
from ginsen.types import Phase


class Memory(Protocol):
    """Write with one pulse, then watch the network forget.

    Pulse and read level and the 100 s of reading are those of Diaz-Alvarez et al. 2019, Fig. 3
    (doi 10.1038/s41598-019-51330-6); pulse length, intervals, integration and compliance are not
    given there and are choices.
    """

    name = "memory"

    pulse_voltage = FloatParameter(
        "Pulse voltage", units="V", default=5.0, minimum=-210, maximum=210,
        description="Level of the pulse that writes")
    pulse_time = FloatParameter(
        "Pulse time", units="s", default=10.0, minimum=0, maximum=1e5,
        description="How long the pulse lasts")
    pulse_interval = FloatParameter(
        "Pulse interval", units="s", default=0.01, minimum=1e-3, maximum=1e3,
        description="Time between two samples in the pulse")
    pulse_nplc = FloatParameter(
        "Pulse NPLC", units="", default=0.1, minimum=0.01, maximum=10,
        description="Integration in the pulse, in power line cycles")
    pulse_compliance = FloatParameter(
        "Pulse compliance", units="A", default=1e-3, minimum=1e-9, maximum=1.05,
        description="Current limit in the pulse")
    read_voltage = FloatParameter(
        "Read voltage", units="V", default=0.01, minimum=-210, maximum=210,
        description="Level of the reads before and after the pulse")
    before_time = FloatParameter(
        "Before time", units="s", default=5.0, minimum=0, maximum=1e5,
        description="How long is read before the pulse")
    read_time = FloatParameter(
        "Read time", units="s", default=100.0, minimum=0, maximum=1e6,
        description="How long is read after the pulse")
    read_interval = FloatParameter(
        "Read interval", units="s", default=0.05, minimum=1e-3, maximum=1e4,
        description="Time between two reads")
    read_nplc = FloatParameter(
        "Read NPLC", units="", default=1.0, minimum=0.01, maximum=10,
        description="Integration of a read, in power line cycles")
    read_compliance = FloatParameter(
        "Read compliance", units="A", default=1e-5, minimum=1e-9, maximum=1.05,
        description="Current limit while reading; the measure range is the smallest that holds it")
    read_duty = FloatParameter(
        "Read duty", units="", default=1.0, minimum=1e-6, maximum=1,
        description="Share of the read interval during which the read level is applied")
    alternate = BooleanParameter(
        "Alternate", default=False,
        description="Take every other read at the opposite level, against offset and thermal "
                    "voltages")
    rest = ListParameter(
        "Rest", choices=["hold", "zero", "open"], default="hold",
        description="What the sample rests in between reads: the level held, 0 V, or open")

    def phases(self) -> Sequence[Phase]:
        """Read, pulse, read."""
        read = Phase("read", self.read_voltage, self.read_time, self.read_interval,
                     self.read_compliance, nplc=self.read_nplc, rest=self.rest,
                     duty=self.read_duty, alternate=self.alternate)
        pulse = Phase("pulse", self.pulse_voltage, self.pulse_time, self.pulse_interval,
                      self.pulse_compliance, nplc=self.pulse_nplc)
        return [read.named("before").lasting(self.before_time), pulse, read]
