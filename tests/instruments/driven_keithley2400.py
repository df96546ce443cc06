"""The 2400 driver on a virtual instrument with a resistor on it, and what is asked of both."""

from contextlib import contextmanager

from pyvisa import VisaIOError
from pyvisa.constants import StatusCode

from ginsen.instruments import Keithley2400
from ginsen.types import Limits, Phase, Samples

GPIB, SOCKET = "GPIB0::24::INSTR", "TCPIP0::gateway::5025::SOCKET"
BENCH = f"""
[instruments.smu]
model = "keithley2400"
address = ["{GPIB}", "{SOCKET}"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
LONG = Phase("long", 1.0, 26.0, 0.01, 1e-3, nplc=0.1)
"""2601 samples: more than the buffer holds."""


@contextmanager
def drivers_on_a_resistor(folder):
    """Opens drivers at one of the two addresses; the bench is closed behind them."""
    path = folder / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    opened = []

    def open_at(address, **settings):
        opened.append(Keithley2400(address, visa_library=f"{path}@ginsen",
                                   limits=Limits(voltage=6.0, current=2e-3), **settings))
        return opened[-1]

    try:
        yield open_at
    finally:
        opened[0].adapter.manager.close()


def everything(smu, pause=0.1):
    parts = []
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(pause)
    return Samples.joined([*parts, smu.fetch()])


def not_supported():
    raise VisaIOError(StatusCode.error_nonsupported_operation)


def virtual(smu):
    """The instrument itself, for what no command does."""
    return smu.adapter.manager.visalib.bench.addresses[GPIB]


def felt(smu):
    return smu.adapter.manager.visalib.bench.port("smu.hi").totals()


def mean_voltage(before, after):
    return (after.flux - before.flux) / (after.time - before.time)
