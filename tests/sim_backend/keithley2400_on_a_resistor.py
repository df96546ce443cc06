"""A virtual 2400 with a resistor on it, behind a real PyVISA session."""

from contextlib import contextmanager

import pyvisa
from keithley2450_on_a_resistor import Session

ADDRESS = "GPIB0::24::INSTR"
BENCH = """
[bench]
mode = "{mode}"
speed = 50.0
seed = {seed}
line_frequency_Hz = 50
[instruments.smu]
model = "keithley2400"
address = "GPIB0::24::INSTR"
[device]
kind = "resistor"
resistance_ohm = {resistance}
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


@contextmanager
def keithley2400(folder, *, resistance=1e4, seed=1, mode="virtual"):
    path = folder / "bench.toml"
    path.write_text(BENCH.format(seed=seed, resistance=resistance, mode=mode), encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    try:
        resource = manager.open_resource(ADDRESS)
        resource.timeout = 1e7
        yield Session(manager, resource)
    finally:
        manager.close()


SOURCE_1_V = ("SOUR:VOLT:RANG 2", "SENS:CURR:PROT 1e-3", "SENS:CURR:RANG 1e-3", "SOUR:VOLT 1",
              "SOUR:DEL 0", "SENS:CURR:NPLC 0.1", "SYST:AZER OFF")
