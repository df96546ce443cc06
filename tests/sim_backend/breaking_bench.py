"""A bench on which things break, and what the tests of its faults ask of it."""

import json
from contextlib import contextmanager

import pytest
import pyvisa
from keithley2450_on_a_resistor import SOURCE_1_V
from pyvisa.errors import VisaIOError

LAN, GPIB, SOCKET = "TCPIP0::smu::inst0::INSTR", "GPIB0::18::INSTR", "TCPIP0::smu::5025::SOCKET"

BENCH = """
[bench]
seed = 3
[instruments.smu]
model = "{model}"
address = ["TCPIP0::smu::inst0::INSTR", "GPIB0::18::INSTR", "TCPIP0::smu::5025::SOCKET"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


class Bench:
    """A bench with an instrument and faults, and what a test asks of it."""

    def __init__(self, manager):
        self.manager = manager
        self.clock = manager.visalib.clock
        self.own = manager.open_resource("TCPIP0::bench::inst0::INSTR")

    def open(self, address=LAN, **options):
        return self.manager.open_resource(address, read_termination="\n", **options)

    def log(self):
        return [(each["kind"], each["message"]) for each in json.loads(
            self.own.query(":FAULT:LOG?"))]

    def truth(self):
        return json.loads(self.own.query(":DEV:TERM?"))


@contextmanager
def benches(folder):
    """Opens a bench with the faults given, each a line of TOML."""
    managers = []

    def make(*faults, model="keithley2450"):
        path = folder / f"{len(managers)}.toml"
        tables = "".join("[[faults]]\n" + fault.replace(", ", "\n") + "\n" for fault in faults)
        path.write_text(BENCH.format(model=model) + tables, encoding="utf-8")
        managers.append(pyvisa.ResourceManager(f"{path}@ginsen"))
        return Bench(managers[-1])

    yield make
    for manager in managers:
        manager.close()


@contextmanager
def refused(code):
    with pytest.raises(VisaIOError) as caught:
        yield
    assert caught.value.error_code == code


def source(smu, *more):
    for command in (*SOURCE_1_V, *more, "OUTP ON"):
        smu.write(command)
