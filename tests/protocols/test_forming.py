"""Forming: only behind a resistor, only once, and no further than the first step."""

import numpy as np
import pytest

from ginsen.protocols import Forming, ParameterError
from ginsen.protocols.acquisition import News
from ginsen.protocols.forming import FirstStep
from ginsen.protocols.run import RunFailed, run
from ginsen.records.reading import read_record
from ginsen.types import Phase, Samples

SHORT = {"read_time": 1.0, "dwell": 1.0, "step": 0.25}


def test_a_virgin_pair_forms_and_is_left_there(bench, tmp_path):
    station = bench(resistance=10_000)
    result = run(Forming(folder=str(tmp_path), station=str(station), **SHORT))
    spans = result.record.spans
    assert spans[0].name == "before"
    assert spans[-1].name == "formed"
    levels = spans[1:-1]
    assert [span.level for span in levels] == pytest.approx(
        [0.25 * k for k in range(1, len(levels) + 1)])
    found = result.summary.finding
    assert found.formed
    assert found.level == levels[-1].level
    # The network's threshold is 2.52 V; the rest of the staircase up to 6 V was not applied.
    assert 2.4 < found.level < 4.5
    assert found.after > 2 * found.before
    assert np.max(np.abs(result.record.samples.current)) < 1.1e-6


def test_without_a_series_resistor_nothing_is_applied(network, tmp_path):
    with pytest.raises(RunFailed, match="forming needs a series resistor") as caught:
        run(Forming(folder=str(tmp_path)), network)
    assert caught.value.recording is None
    with pytest.raises(ParameterError, match=r"the station 'simulated' has none"):
        Forming().phases()


def test_a_pair_that_conducts_is_left_alone(bench, tmp_path):
    station = bench(device='kind = "resistor"\nresistance_ohm = 1e5', resistance=10_000)
    protocol = Forming(folder=str(tmp_path), station=str(station), **SHORT)
    with pytest.raises(RunFailed, match="conducts more than 1e-06 S already"):
        run(protocol)
    record = read_record(protocol.recording_path)
    assert [span.name for span in record.spans] == ["before"]
    assert np.max(np.abs(record.samples.voltage)) < 0.011


def test_a_pair_that_does_not_form_is_told_and_finished(bench, tmp_path):
    station = bench(device='kind = "resistor"\nresistance_ohm = 1e9', resistance=10_000)
    result = run(Forming(folder=str(tmp_path), station=str(station), maximum=2.0, **SHORT))
    assert not result.summary.finding.formed
    assert result.summary.finding.level == 2.0
    assert result.record.spans[-1].name == "level 8"


def piece(number, conductance, *, level=1.0, limited=False, u=1e-12):
    G = np.asarray(conductance, dtype=float)
    samples = Samples(np.arange(G.size) * 1.0, np.full(G.size, level), G * level,
                      np.full(G.size, limited), np.full(G.size, 1e-6), np.full(G.size, u))
    return News(Phase(f"level {number}", level, 1, 0.1, 1e-6), number, samples, G, (), 0, 0)


def test_the_first_step_is_told_from_the_level_before():
    rule = FirstStep(3.0, 3)
    assert not rule(piece(1, [1e-9] * 5))
    assert not rule(piece(2, [2.5e-9] * 5))
    assert not rule(piece(3, [7e-9] * 5))
    assert rule(piece(4, [2.2e-8] * 5))


def test_a_spark_that_goes_out_is_no_step():
    rule = FirstStep(3.0, 3)
    rule(piece(1, [1e-9] * 5))
    assert not rule(piece(2, [1e-9, 1e-7, 1e-7, 1e-9, 1e-9]))


def test_samples_of_the_level_before_do_not_count():
    rule = FirstStep(3.0, 3)
    rule(piece(1, [1e-9] * 5))
    assert not rule(piece(2, [1e-7] * 2))
    assert rule(piece(2, [1e-7]))


def test_the_meters_noise_is_no_step():
    rule = FirstStep(3.0, 3)
    rule(piece(1, [1e-12] * 5, u=1e-9))
    assert not rule(piece(2, [1e-10] * 5, u=1e-9))
    assert rule(piece(3, [1e-6] * 5, u=1e-9))


def test_the_compliance_is_a_step_once_it_lasts():
    rule = FirstStep(3.0, 3)
    rule(piece(1, [1e-9] * 5))
    assert not rule(piece(2, [1e-6] * 2, limited=True))
    assert rule(piece(2, [1e-6], limited=True))
