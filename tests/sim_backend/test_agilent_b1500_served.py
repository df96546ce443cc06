"""A served B1500A: its own bit of the status byte tells of data, on links with their own queue."""

import time

import numpy as np
import pytest

from ginsen.instruments import AgilentB1500A
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.server import served
from ginsen.types import Limits, Phase, Samples

pytestmark = pytest.mark.realtime

BENCH = """
[instruments.smu]
model = "agilent_b1500"
address = "GPIB0::17::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e3
[wiring]
"smu.force_1" = { terminal = "A" }
"smu.gndu" = { terminal = "B" }
"""


@pytest.mark.parametrize("door", ["VXI-11", "HiSLIP"])
def test_our_driver_runs_a_phase_and_is_switched_off_in_the_next(tmp_path, door):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    with served(load_bench(str(path)), speed=20.0) as server:
        address = next(each.address for each in server.doors if each.name == door)
        smu = AgilentB1500A(address, visa_library="@py", limits=Limits(6.0, 2e-3))
        smu.identify()
        smu.start([Phase("hold", 1.0, 4.0, 0.2, 2e-3)])
        parts, deadline = [], time.monotonic() + 10.0
        while smu.busy() and time.monotonic() < deadline:
            parts.append(smu.fetch())
            time.sleep(0.02)
        samples = Samples.joined([*parts, smu.fetch()])
        assert samples.current == pytest.approx(np.full(21, 1e-3), rel=5e-3)
        smu.start([Phase("long", 1.0, 1000.0, 0.5, 2e-3)])
        smu.off()
        assert not smu.source_enabled
        smu.close()
