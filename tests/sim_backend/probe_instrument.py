"""The tests' own instrument: one of everything the engine offers, and a bench file for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import Source
from ginsen.sim_backend.scpi import (
    ScpiError,
    ScpiInstrument,
    action,
    block,
    boolean,
    channels,
    choice,
    integer,
    number,
    optional,
    query,
    repeated,
    setting,
    string,
)

INTEGRATION = 0.02
SWEEP = 0.5


def read(probe: Probe) -> Any:
    """Mean current over one integration, plus a little of the instrument's own noise."""
    if not probe.output:
        raise ScpiError(-221)
    before = probe.port("hi").totals()
    yield INTEGRATION
    after = probe.port("hi").totals()
    probe.readings += 1
    return (after.charge - before.charge) / INTEGRATION


def sweep() -> Any:
    yield SWEEP


class Probe(ScpiInstrument):
    """An instrument with one of everything, for the tests of the bench and its language."""

    identity = "GINSEN,PROBE,{serial},0"
    outputs = ("hi",)
    grounds = ("lo",)
    options = {"serial": str}  # noqa: RUF012
    command_cost = 1e-3
    error_capacity = 3
    input_capacity = 200
    commands = {  # noqa: RUF012
        "[:SOURce[1]]:VOLTage[:LEVel][:IMMediate][:AMPLitude]":
            setting("level", number(-10, 10, 0.5, unit="V")),
        "[:SOURce[1]]:VOLTage:RANGe": setting("range", number(lambda probe: abs(probe.level), 100)),
        ":OUTPut[1][:STATe]": setting("output", boolean()),
        ":SENSe:FUNCtion[:ON]": setting("function", choice("VOLTage[:DC]", "CURRent[:DC]",
                                                          quoted=True)),
        ":COUNt": setting("count", integer(1, 100, 10)),
        ":NAME": setting("label", string()),
        ":DATA": action(lambda probe, data: setattr(probe, "data", data), block()),
        ":DATA?": query(lambda probe: probe.data),
        ":ROUTe:CLOSe": action(lambda probe, numbers: setattr(probe, "closed", numbers),
                               channels()),
        ":LIST": action(lambda probe, *values: setattr(probe, "points", values),
                        repeated(number())),
        ":LIST?": query(lambda probe: np.array(probe.points)),
        ":CHANnel<n>:GAIN?": query(lambda probe, channel, word: f"{channel},{word}",
                                   optional(string(bare=True))),
        ":READ?": query(read),
        ":NOISe?": query(lambda probe: float(probe.random.standard_normal())),
        ":INITiate": action(lambda probe: probe.overlap(sweep()) and None),
        ":SLOW": action(lambda probe: None, cost=1.0),
        ":FETCh?": query(lambda probe, count: "x" * count, integer(0, 100000)),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "1") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.readings = 0
        self.data = b""
        self.closed: tuple[int, ...] = ()
        self.points: tuple[float, ...] = ()
        self.reset()

    def reset(self) -> None:
        self.level = 0.5
        self.range = 10.0
        self.function = "VOLT"
        self.count = 10
        self.label = ""
        self.output = False

    @property
    def output(self) -> bool:
        return self._output

    @output.setter
    def output(self, on: bool) -> None:
        self._output = on
        self.port("hi").source = Source(self.level, connected=on)

    def bus_trigger(self) -> None:
        self.level = 7.0


PROBE_ADDRESSES = ("TCPIP0::probe::inst0::INSTR", "TCPIP0::probe::5025::SOCKET",
                   "GPIB0::7::INSTR", "ASRL3::INSTR",
                   "USB0::0x1234::0x5678::1::0::INSTR")

BENCH_FILE = """
[bench]
mode = "{mode}"
speed = {speed}
seed = 5
[instruments.probe]
model = "probe"
address = [{addresses}]
serial = "42"
[device]
kind = "resistor"
resistance_ohm = 900
[wiring]
"probe.hi" = {{ terminal = "A", series_resistance_ohm = 100 }}
"probe.lo" = {{ terminal = "B" }}
"""
