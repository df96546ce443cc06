"""The 4200A driver and its guard through pyvisa-py and a socket, on the wall's clock."""

import numpy as np
import pytest
import pyvisa

from ginsen.guard.safe import make_safe
from ginsen.instruments import Keithley4200
from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.server import served
from ginsen.types import Limits, Phase, Samples

pytestmark = pytest.mark.realtime


@pytest.fixture
def smu(tmp_path):
    bench = build_bench({
        "instruments": {"spa": {"model": "keithley4200",
                                "address": "TCPIP0::k4200::1225::SOCKET"}},
        "device": {"kind": "resistor", "resistance_ohm": 1e4},
        "wiring": {"spa.hi_1": {"terminal": "A"}, "spa.lo_1": {"terminal": "B"}}}, tmp_path)
    with served(bench, speed=2.0) as server:
        smu = Keithley4200(server.doors[0].address, visa_library="@py",
                           limits=Limits(voltage=6.0, current=1e-3))
        smu.served = bench
        yield smu
        smu.close()


def test_a_phase_over_the_wire(smu):
    smu.start([Phase("hold", 1.0, 1.0, 0.05, 1e-3, nplc=0.1)])
    parts = []
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(0.02)
    parts.append(smu.fetch())
    samples = Samples.joined(parts)
    assert samples.current == pytest.approx(np.full(21, 1e-4), rel=5e-3)
    assert np.diff(samples.time) == pytest.approx(np.full(20, 0.05), abs=1e-3)
    smu.off()
    assert not smu.served.addresses["TCPIP0::k4200::1225::SOCKET"].output_on


def test_the_guard_over_the_wire(smu):
    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    smu.clock.sleep(0.3)
    effort, = make_safe(pyvisa.ResourceManager("@py"), [smu.emergency("smu")], persistence=2.0)
    assert effort.proved.is_set(), effort.problem
    assert not smu.served.addresses["TCPIP0::k4200::1225::SOCKET"].output_on
