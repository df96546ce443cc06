"""Drivers on the wall's clock that know nothing of Ginsen, through pyvisa-py and a socket."""

import numpy as np
import pytest
from pymeasure.instruments.formfactor.velox import Velox
from pymeasure.instruments.keithley import Keithley2400, Keithley2450

from ginsen import Station
from ginsen.instruments import Keithley2450 as OurKeithley2450
from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.models import MODELS
from ginsen.sim_backend.server import served
from ginsen.types import Limits, Phase

pytestmark = pytest.mark.realtime

STATION = """
[station]
visa = "@py"
[smu]
driver = "keithley2450"
address = "{address}"
limits = {{ voltage = "6 V", current = "10 mA" }}
"""


@pytest.fixture
def address(tmp_path):
    """Serve one instrument of a model, with 1 kΩ on it if it sources; its address."""
    opened = []

    def serve(model, **options):
        if model not in MODELS:
            pytest.skip(f"there is no virtual {model} yet")
        ends = (*MODELS[model].outputs, *MODELS[model].grounds)
        bench = build_bench({
            "instruments": {"it": {"model": model, "address": "GPIB0::1::INSTR", **options}},
            "device": {"kind": "resistor", "resistance_ohm": 1e3},
            "wiring": {f"it.{end}": {"terminal": terminal}
                       for end, terminal in zip(ends, "AB", strict=False)}}, tmp_path)
        context = served(bench, speed=5.0)
        opened.append(context)
        return context.__enter__().doors[0].address

    yield serve
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def pymeasure(address):
    """One of PyMeasure's unmodified classes on a served instrument of a model."""
    opened = []

    def open_(driver, model, **options):
        instrument = driver(address(model, **options), visa_library="@py", read_termination="\n")
        opened.append(instrument)
        return instrument

    yield open_
    for instrument in opened:
        instrument.adapter.close()


def test_pymeasures_2450_does_what_its_documentation_shows(pymeasure):
    smu = pymeasure(Keithley2450, "keithley2450")
    smu.apply_current()
    smu.source_current_range = 10e-3
    smu.compliance_voltage = 10
    smu.source_current = 0
    smu.enable_source()
    smu.measure_voltage()
    smu.ramp_to_current(5e-3)
    assert smu.voltage == pytest.approx(5.0, rel=5e-3)
    smu.shutdown()
    assert not smu.source_enabled


def test_pymeasures_2400_does_what_its_documentation_shows(pymeasure):
    smu = pymeasure(Keithley2400, "keithley2400")
    smu.reset()
    smu.source_mode = "current"
    smu.source_enabled = True
    smu.ramp_to_current(5e-3)
    assert np.ravel(smu.voltage)[0] == pytest.approx(5.0, rel=5e-3)
    smu.shutdown()
    assert not smu.source_enabled


def test_pymeasures_velox_walks_a_wafer(pymeasure):
    wafer = [[0, 0], [1, 0], [1, 1]]
    prober = pymeasure(Velox, "velox", dies=wafer)
    visited = []
    die = prober.wafermap.step_first_die()
    while not prober.wafermap.end_reached:
        prober.chuck.move_contact()
        prober.chuck.move_separation()
        visited.append([int(number) for number in die[:2]])
        die = prober.wafermap.step_next_die()
    assert visited == wafer


def test_our_2450_runs_phases(address):
    smu = OurKeithley2450(address("keithley2450"), visa_library="@py",
                          limits=Limits(voltage=6.0, current=1e-2))
    try:
        assert "MODEL 2450" in smu.identify()
        smu.start([Phase("low", 0.1, 1.0, 0.05, 1e-2),
                   Phase("high", 2.0, 1.0, 0.02, 1e-2, nplc=0.1)])
        parts = []
        while smu.busy():
            smu.clock.sleep(0.05)
            parts.append(smu.fetch())
        parts.append(smu.fetch())
        current = np.concatenate([part.current for part in parts])
        assert current == pytest.approx(np.repeat([1e-4, 2e-3], [21, 51]), rel=1e-2)
        smu.off()
    finally:
        smu.close()


def test_a_station_opens_on_a_socket(address, tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(STATION.format(address=address("keithley2450")), encoding="utf-8")
    with Station.open(path) as lab:
        assert lab.identities["smu"].startswith("KEITHLEY INSTRUMENTS,MODEL 2450")
        assert not lab.caveat
        lab.smu.start([Phase("hold", 1.0, 0.5, 0.05, 1e-2)])
        assert lab.smu.busy()
