"""A virtual 2450 with a resistor on it, behind a real PyVISA session."""

from contextlib import contextmanager

import numpy as np
import pyvisa

BENCH = """
[bench]
mode = "virtual"
seed = {seed}
line_frequency_Hz = 50
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::k2450::inst0::INSTR"
language = "{language}"
[device]
kind = "resistor"
resistance_ohm = {resistance}
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


class Session:
    """A PyVISA session with what the tests ask again and again."""

    def __init__(self, manager, resource):
        self.clock = manager.visalib.clock
        self.resource = resource

    def __call__(self, *commands):
        """Send commands one by one; each must leave the error queue empty."""
        for command in commands:
            self.resource.write(command)
            error = self.error()
            assert error == 0, f"{command}: {error}"

    def ask(self, query):
        return self.resource.query(query).strip()

    def numbers(self, query):
        return np.array(self.ask(query).split(","), dtype=float)

    def error(self):
        """The number of the oldest error."""
        return int(self.ask("SYST:ERR?").split(",")[0])

    def refuses(self, command):
        """The error a command leaves behind."""
        self.resource.write(command)
        return self.error()

    def table(self, elements, name="defbuffer1"):
        """Everything in a buffer, one row a reading."""
        count = int(self.ask(f'TRAC:ACT? "{name}"'))
        values = self.numbers(f'TRAC:DATA? 1,{count},"{name}",{elements}')
        return values.reshape(count, -1)

    def run(self):
        """Start the trigger model and wait for its end."""
        self.resource.write("INIT")
        assert self.ask("*OPC?") == "1"
        assert self.error() == 0


@contextmanager
def keithley(folder, *, resistance=1e4, seed=1, language="SCPI"):
    path = folder / "bench.toml"
    path.write_text(BENCH.format(seed=seed, resistance=resistance, language=language),
                    encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    try:
        resource = manager.open_resource("TCPIP0::k2450::inst0::INSTR")
        resource.timeout = 1e7
        yield Session(manager, resource)
    finally:
        manager.close()


SOURCE_1_V = ("SOUR:FUNC VOLT", 'SENS:FUNC "CURR"', "SOUR:VOLT:RANG 2", "SOUR:VOLT:ILIM 1e-3",
              "SOUR:VOLT 1", "SOUR:VOLT:DEL 0", "SENS:CURR:RANG 1e-3", "SENS:CURR:NPLC 0.1",
              "SENS:CURR:AZER OFF", "FORM:ASC:PREC 16")
