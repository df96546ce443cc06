"""The bench's own instrument, through PyVISA."""

import json

import numpy as np
import pyvisa


def snapshot(bench):
    return json.loads(bytes(bench.query_binary_values(":DEV:SNAP?", datatype="B")))


def test_a_snapshot_is_the_network_as_it_is_now():
    manager = pyvisa.ResourceManager("simulated@ginsen")
    try:
        bench = manager.open_resource("TCPIP0::bench::inst0::INSTR")
        smu = manager.open_resource("TCPIP0::ginsen-2450::inst0::INSTR")
        dark = snapshot(bench)
        for command in (":SOUR:FUNC VOLT", ":SOUR:VOLT:RANG 20", ":SOUR:VOLT:ILIM 1e-3",
                        ":SOUR:VOLT 5", ":OUTP ON"):
            smu.write(command)
        manager.visalib.clock.sleep(10.0)
        smu.query(":READ?")
        lit = snapshot(bench)
    finally:
        manager.close()
    assert len(lit["wires"]) == 100
    assert lit["time_s"] > 10
    assert max(lit["potentials"]) == np.float64(lit["potentials"]).max() > 4.9
    assert np.sum(np.float64(lit["conductances"]) > 1e-6) > np.sum(
        np.float64(dark["conductances"]) > 1e-6)


def test_a_device_that_cannot_be_drawn_tells_the_time():
    manager = pyvisa.ResourceManager("everything@ginsen")
    try:
        bench = manager.open_resource("TCPIP0::bench::inst0::INSTR")
        assert "time_s" in snapshot(bench)
    finally:
        manager.close()
