"""The noise of the instrument, measured once, known to later runs, told in their recordings."""

import h5py
import numpy as np
import pytest

from ginsen.analysis import summarise
from ginsen.protocols import BiasSteps, Noise, NoiseFloor, ParameterError
from ginsen.protocols.run import RunFailed, run
from ginsen.records.noise_floors import keep_standard, read_standards, usual_place
from ginsen.records.reading import read_record

DEVICE = 'kind = "resistor"\nresistance_ohm = {}'
NEARBY = DEVICE.format(1.5e5)


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))


_KEPT = {}
"""What was measured once, by what the standard is said to be."""


@pytest.fixture
def measured(bench, tmp_path):
    """A function that measures standards, 10 s each, or keeps again what was measured before."""

    def measure(*standards):
        for standard in standards:
            if standard in _KEPT:
                keep_standard(_KEPT[standard], usual_place())
                continue
            ohm = 1e15 if standard == "open" else float(standard)
            station = bench(device=DEVICE.format(ohm))
            run(NoiseFloor(station=str(station), folder=str(tmp_path / "floors"), time=10.0,
                           standard=standard))
            _KEPT[standard] = read_standards(usual_place())[-1]

    return measure


def events(path):
    with h5py.File(path, "r") as file:
        return list(zip(file["events/kind"].asstr(), file["events/text"].asstr(), strict=True))


def noise(bench, tmp_path, device=NEARBY, **parameters):
    return run(Noise(station=str(bench(device=device)), folder=str(tmp_path),
                     **{"time": 12.0, **parameters}))


def test_an_open_and_a_resistor_are_kept(measured):
    measured("open", "1e5")
    by_open, by_resistor = read_standards(usual_place())
    assert (by_open.ohm, by_open.conductance) == (np.inf, 0.0)
    assert by_resistor.conductance == pytest.approx(1e-5, rel=1e-2)
    for each in (by_open, by_resistor):
        # 40 pA at one line cycle on the 10 µA range, at 0.2 of it 89 pA.
        assert each.density == pytest.approx(2 * 0.01 * 8.94e-11**2, rel=0.2)
        assert each.setting.measure_range == 1e-5
        assert each.setting.source_range == 0.2


def test_a_later_run_has_its_floor_known_and_its_recording_tells_it(measured, bench, tmp_path):
    measured("open", "1e5")
    result = noise(bench, tmp_path)
    known = result.record.spans[0].noise
    assert known is not None
    assert not [text for kind, text in events(result.recording) if kind == "no floor"]
    # The resistor is silent: all of the noise is the meter's.
    density = known.at(1 / 1.5e5).density
    values = result.record.samples.current / 0.1
    assert density == pytest.approx(2 * 0.01 * np.var(np.diff(values)) / 2, rel=0.15)
    usual_place().unlink()
    again = read_record(result.recording)
    assert again.spans[0].noise == known
    assert summarise(again).phases[0].fit == result.summary.phases[0].fit


def test_live_windows_use_the_floor_that_the_recording_tells(measured, bench, tmp_path):
    """On a conductance that walks, and so has β = 2 over the meter's floor."""
    time = 0.01 * np.arange(2000)
    walk = 1e-5 + 2e-10 * np.cumsum(np.random.default_rng(3).normal(size=time.size))
    rows = np.column_stack([time, np.ones(time.size), walk])
    np.savetxt(tmp_path / "walk.txt", rows, header="time_s voltage_V current_A", comments="")
    device = 'kind = "replay"\nrecord_file = "walk.txt"'
    blind = noise(bench, tmp_path / "blind", device)
    assert blind.record.spans[0].noise is None
    measured("open", "1e5")
    told = noise(bench, tmp_path / "told", device)
    assert np.array_equal(told.record.samples.current, blind.record.samples.current)
    with h5py.File(told.recording, "r") as file, h5py.File(blind.recording, "r") as other:
        floors, free = (each["beta/floor_S2_per_Hz"][:] for each in (file, other))
    expected = told.record.spans[0].noise.at(1e-5).density
    assert np.isfinite(floors).any()
    assert floors[np.isfinite(floors)] == pytest.approx(expected, rel=0.15)
    assert not np.array_equal(floors, free, equal_nan=True)
    known, unknown = (each.phases["bias"].fit for each in (told, blind))
    assert known.beta_low < 2 < known.beta_high
    assert known.beta_high - known.beta_low < 0.95 * (unknown.beta_high - unknown.beta_low)


@pytest.mark.parametrize(("standards", "parameters", "sentence"), [
    ((), {}, "neither an open nor a resistor was measured by noise-floor at 0.1 V on 0.2 V and "
             "1e-05 A, NPLC 0.2, every 0.01 s"),
    (("open",), {}, "no resistor was measured"),
    (("1e5",), {}, "no open was measured"),
    (("open", "1e5"), {"voltage": 0.05}, "neither an open nor a resistor was measured"),
    (("open", "1e5"), {"interval": 0.02}, "neither an open nor a resistor was measured"),
])
def test_where_none_is_used_the_recording_says_why(measured, bench, tmp_path, standards, parameters,
                                                   sentence):
    measured(*standards)
    result = noise(bench, tmp_path, time=1.0, **parameters)
    assert result.record.spans[0].noise is None
    [why] = [text for kind, text in events(result.recording) if kind == "no floor"]
    assert sentence in why


def test_a_sample_far_from_every_resistor_has_its_floor_free(measured, bench, tmp_path):
    measured("open", "1e5")
    result = noise(bench, tmp_path, DEVICE.format(1e6), time=4.0)
    [why] = [text for kind, text in events(result.recording) if kind == "no floor"]
    assert why.startswith("the noise floor is not used at 1e-06 S")
    assert result.record.spans[0].noise.at(1e-6) is None


def test_a_reason_is_told_once_while_it_stays_the_same(bench, tmp_path):
    protocol = BiasSteps(station=str(bench()), folder=str(tmp_path), dwell=0.1, count=3,
                         minimum=3.0, maximum=3.1)
    path = run(protocol).recording
    told = [text for kind, text in events(path) if kind == "no floor"]
    assert len(told) == 5  # of five levels each its own
    protocol.set("maximum", 3.0)
    path = run(protocol).recording
    assert [kind for kind, _ in events(path)].count("no floor") == 1


def test_a_file_that_cant_be_read_does_not_end_a_run(bench, tmp_path):
    usual_place().parent.mkdir(parents=True)
    usual_place().write_text("{", encoding="utf-8")
    result = noise(bench, tmp_path, time=1.0)
    [why] = [text for kind, text in events(result.recording) if kind == "no floor"]
    assert "can't be read as noise floors" in why


@pytest.mark.parametrize(("standard", "ohm", "sentence"), [
    ("open", 1e6, "is said to be an open, but it conducts"),
    ("1e5", 2e5, "is said to be 100000 Ω, but it conducts 5"),
])
def test_what_is_not_the_standard_is_not_kept(bench, tmp_path, standard, ohm, sentence):
    protocol = NoiseFloor(station=str(bench(device=DEVICE.format(ohm))), folder=str(tmp_path),
                          time=5.0, standard=standard)
    with pytest.raises(RunFailed, match=sentence):
        run(protocol)
    assert read_standards(usual_place()) == ()


def test_a_run_too_short_to_tell_is_not_kept(bench, tmp_path):
    result = run(NoiseFloor(station=str(bench(device=DEVICE.format(1e15))), folder=str(tmp_path),
                            time=1.0))
    assert "nothing is kept: phase 'standard' has 101 readings" in result.record.notes[-1]
    assert result.summary.finding is None
    assert read_standards(usual_place()) == ()


def test_behind_a_series_resistor_the_standard_is_what_lies_beside_it(bench, tmp_path):
    station = bench(device=DEVICE.format(1e5), resistance=10_000)
    run(NoiseFloor(station=str(station), folder=str(tmp_path), time=5.0, standard="1e5"))
    [kept] = read_standards(usual_place())
    assert kept.ohm == 1e5
    assert kept.conductance == pytest.approx(1 / 1.1e5, rel=1e-2)


@pytest.mark.parametrize("standard", ["closed", "0", "-5", "nan", "inf", ""])
def test_a_standard_that_is_none(standard):
    with pytest.raises(ParameterError, match="it takes open or a resistance in Ω above 0"):
        NoiseFloor(standard=standard).phases()


def test_a_level_of_zero_has_no_floor():
    with pytest.raises(ParameterError, match="voltage = 0 is not allowed"):
        NoiseFloor(voltage=0.0).phases()
