"""A virtual 2636B, each channel on a resistor, behind a real PyVISA session."""

from contextlib import contextmanager

import numpy as np
import pyvisa

GPIB, SOCKET = "GPIB0::26::INSTR", "TCPIP0::k2636::5025::SOCKET"
BENCH = f"""
[instruments.smu]
model = "{{model}}"
address = ["{GPIB}", "{SOCKET}"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi_a" = {{{{ terminal = "A" }}}}
"smu.lo_a" = {{{{ terminal = "B" }}}}
"""

SOURCE_1_V = ("smua.source.func=smua.OUTPUT_DCVOLTS", "smua.source.rangev=2",
              "smua.source.limiti=1e-3", "smua.source.levelv=1", "smua.measure.rangei=1e-3",
              "smua.measure.nplc=0.1", "smua.measure.autozero=smua.AUTOZERO_OFF")


class Session:
    """A PyVISA session with what the tests ask again and again."""

    def __init__(self, manager, resource):
        self.manager = manager
        self.bench = manager.visalib.bench
        self.clock = manager.visalib.clock
        self.resource = resource

    def __call__(self, *lines):
        """Send lines; each must leave the error queue empty."""
        for line in lines:
            self.resource.write(line)
            assert self.error() == 0, line

    def ask(self, expressions):
        return self.resource.query(f"print({expressions})").strip()

    def numbers(self, expressions):
        return np.array(self.ask(expressions).split("\t"), dtype=float)

    def printed(self, arguments):
        return np.array(self.resource.query(f"printbuffer({arguments})").split(","), dtype=float)

    def error(self):
        """The number of the oldest error."""
        return int(float(self.ask("errorqueue.next()").split("\t")[0]))

    def refuses(self, line):
        """The error a line leaves behind."""
        self.resource.write(line)
        return self.error()


@contextmanager
def keithley2600(folder, *, model="keithley2636b", address=GPIB):
    path = folder / "bench.toml"
    path.write_text(BENCH.format(model=model), encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    try:
        resource = manager.open_resource(address)
        resource.timeout = 10_000
        if address == SOCKET:
            resource.read_termination = resource.write_termination = "\n"
        yield Session(manager, resource)
    finally:
        manager.close()
