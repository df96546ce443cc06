"""A twin fitted to records that another twin made: what was put in is found, what can be."""

from pathlib import Path

import numpy as np
import pytest

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

from ginsen.calibration import TwinModel, calibrate, device_file
from ginsen.calibration.statistics import statistics
from ginsen.calibration.stimulus import Hold, formed_before, holds_of, latency
from ginsen.calibration.twin import imagined
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.sim_backend.devices.loader import load_device
from ginsen.types import Record, Samples, Span

SMALL = TwinModel(FilamentModel(), FluctuatorModel(count=2), wires=20, box=12e-6, seed=1)
"""Four junctions from end to end."""

FORMING = Hold("bias", 1.5, 0.2, 0.2, 0.0, np.r_[np.full(200, 1e-9), np.full(300, 3e-5)], 3e-6)
READ = Hold("read", 0.01, 0.5, 0.02, 0.6, np.full(36, 1e-5), None)


def record(*holds):
    """The holds of a run as if they had been measured, even in time."""
    samples, spans, now, first = [], [], 0.0, 0
    for hold in holds:
        time = now + hold.dead_time + hold.interval * np.arange(hold.G.size)
        samples.append(Samples.of(time, np.full(time.size, hold.level), hold.G * hold.level))
        spans.append(Span(hold.name, hold.level, time[0], time[-1], first, first + time.size,
                          dead_time=hold.dead_time, integration=hold.integration))
        now, first = time[-1], first + time.size
    return Record(Samples.joined(samples), tuple(spans))


def test_holds_of_a_record():
    bias, read = holds_of(record(FORMING, READ))
    assert (bias.level, read.level) == (1.5, 0.01)
    assert (bias.interval, read.interval) == (pytest.approx(0.2), pytest.approx(0.5))
    assert read.integration == 0.02
    assert bias.trigger == pytest.approx(3e-6)
    assert read.trigger is None
    assert not formed_before((bias, read))
    assert formed_before((read,))
    assert latency(bias.G, bias.interval, bias.trigger) == pytest.approx(40.2)
    cut = holds_of(record(FORMING, READ), until=50.0)
    assert [hold.G.size for hold in cut] == [250]


def test_a_record_without_conductance_is_refused():
    nothing = Hold("read", 0.01, 0.5, 0.5, 0.0, np.zeros(60), None)
    with pytest.raises(ValueError, match="phase 'read' holds readings without a conductance"):
        holds_of(record(nothing))
    with pytest.raises(ValueError, match="no phase of 32 readings"):
        holds_of(record(FORMING), until=1.0)
    with pytest.raises(ValueError, match="there is no record to fit"):
        calibrate([])
    with pytest.raises(ValueError, match="some records begin with a formed path"):
        calibrate([record(FORMING), record(READ)])


def test_the_twin_is_read_as_the_record_was():
    made = imagined(SMALL, (FORMING, READ), 3, after_activation=20.0)
    bias, read = made
    assert bias.G.max() > 3e-6 > bias.G[0]
    at = latency(bias.G, bias.interval, bias.trigger)
    assert bias.duration == pytest.approx(at + 20, abs=0.21)
    assert read.G.size == READ.G.size
    again = imagined(SMALL, (FORMING, READ), 3, after_activation=20.0)
    np.testing.assert_array_equal(bias.G, again[0].G)
    assert statistics(made).keys() == statistics((FORMING, READ)).keys()
    assert all(map(np.isfinite, statistics(made).values()))


def test_pads_make_short_paths_side_by_side():
    long, alone = TwinModel.of(60).path()
    short, many = TwinModel.of(60, 4e-6).path()
    assert alone == 1 < 5 < many
    assert short < long
    with pytest.raises(ValueError, match="no path of junctions joins pads of"):
        TwinModel(wires=6, box=200e-6, pad=1e-6).path()
    with pytest.raises(ValueError, match="no path of junctions joins the electrodes"):
        imagined(TwinModel(wires=20, box=60e-6, pad=5e-6), (READ,), 0)


def test_a_run_that_forms_no_path_has_no_statistics_of_it():
    hold = Hold("bias", 0.1, 0.1, 0.1, 0.0, FORMING.G, 3e-6)
    assert np.isnan(statistics(imagined(SMALL, (hold,), 1))["1 bias: ln latency"])


def test_statistics_of_known_noise():
    """White noise about 2e-5 S: β 0, its level, its rms; a fall by half after ten seconds."""
    random = np.random.default_rng(1)
    G = 2e-5 * (1 + 0.01 * random.standard_normal(6000))
    fall = np.where(np.arange(400) * 0.1 < 10, 1.0, 0.5) * (
        1 + 1e-4 * random.standard_normal(400)) * 1e-5
    found = statistics((Hold("bias", 2.0, 0.02, 0.02, 0.0, G, None),
                        Hold("read", 0.01, 0.1, 0.1, 0.0, fall, None)))
    assert found["1 bias: ln G"] == pytest.approx(np.log(2e-5), abs=0.01)
    assert found["1 bias: ln rms/G"] == pytest.approx(np.log(0.01), abs=0.05)
    # One-sided, σ² dt · 2.
    assert found["1 bias: ln S at 1 Hz"] == pytest.approx(np.log(1e-4 * 0.04), abs=0.15)
    assert found["1 bias: β 0.1-1 Hz"] == pytest.approx(0, abs=0.2)
    assert found["1 bias: β 1-10 Hz"] == pytest.approx(0, abs=0.1)
    assert found["2 read: ln G(3 s)/G"] == pytest.approx(0, abs=0.01)
    assert found["2 read: ln G(30 s)/G"] == pytest.approx(np.log(0.5), abs=0.01)
    assert found["2 read: ln largest fall"] == pytest.approx(np.log(0.5), abs=0.01)


@pytest.fixture(scope="module")
def found():
    made = imagined(SMALL, (FORMING, READ), 5, after_activation=10.0)
    return calibrate([record(*made)], base=SMALL, members=40, seed=1)


def test_what_was_put_in_is_found(found):
    """Within the 95 % ranges, most of it; and the forgetting determines the loss barrier."""
    truth = {"growth_barrier": 1.03, "growth_spread": 0.02, "loss_barrier": 0.88,
             "loss_spread": 0.06, "supply": 100, "widest": 6, "size": 0.14, "barrier": 1.0,
             "barrier_spread": 0.2, "box": 12, "leak": 1e-8}
    inside = [name for name, value in truth.items() if name != "box"
              and (lambda low, high: low <= value <= high)(*found.percentiles(name, (2.5, 97.5)))]
    assert len(inside) >= 7, inside
    assert found.directions[0].width < 0.5
    assert found.directions[-1].width > 0.5
    assert found.sound > 0.5


def test_its_device_file_is_loaded_by_a_bench(found):
    text = device_file(found, ["somewhere.h5"])
    assert "somewhere.h5" in text
    device = load_device(tomllib.loads(text), Path())
    assert len(device.network.wires) == SMALL.wires
    assert len(device.snapshot()["conductances"]) == len(found.twin.network().junctions)


def test_draws_differ(found):
    first, second = found.draw(2, seed=1)
    assert first.filament.growth_barrier != second.filament.growth_barrier
    assert first.wires == SMALL.wires
    with pytest.raises(KeyError):
        found.percentiles("beta")
