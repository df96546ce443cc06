"""The file of noise floors: data, replaced whole, read strictly."""

import json
import math
from dataclasses import replace

import pytest

from ginsen.records import RecordError
from ginsen.records.floor_event import floor_text, floor_told
from ginsen.records.noise_floors import (
    MeasuredStandard,
    NoiseFloorError,
    Setting,
    keep_standard,
    read_standards,
    usual_place,
)
from ginsen.types import InstrumentNoise, Phase

SETTING = Setting("KEITHLEY INSTRUMENTS,MODEL 2450,1,1.7", 0.1, 0.2, 1e-5, 0.2, 0.01)
OPEN = MeasuredStandard(SETTING, math.inf, 0.0, 1.6e-22, 7200.0, "2026-11-20T10:00:00+00:00")
RESISTOR = MeasuredStandard(SETTING, 1e5, 1.001e-5, 1.7e-22, 7000.0, "2026-11-20T11:00:00+00:00")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ginsen" / "noise_floors.json"


def test_without_a_file_there_are_none(path):
    assert read_standards(path) == ()


def test_what_was_kept_is_read_back_and_the_same_standard_is_replaced(path):
    keep_standard(OPEN, path)
    keep_standard(RESISTOR, path)
    keep_standard(replace(OPEN, setting=replace(SETTING, nplc=1.0)), path)
    newer = replace(OPEN, density=1.5e-22, measured="2026-11-21T10:00:00+00:00")
    keep_standard(newer, path)
    assert set(read_standards(path)) == {
        RESISTOR, newer, replace(OPEN, setting=replace(SETTING, nplc=1.0))}
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_its_place_is_the_state_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert usual_place() == tmp_path / "ginsen" / "noise_floors.json"


@pytest.mark.parametrize(("change", "sentence"), [
    ({"level_V": 0}, "standard 1: level_V is 0; it must be a number above 0"),
    ({"density_A2_per_Hz": "1e-22"}, "density_A2_per_Hz is '1e-22'; it must be a number above 0"),
    ({"count": True}, "count is True; it must be a number"),
    ({"instrument": 7}, "instrument is 7; it must be a text"),
    ({"measured": "yesterday"}, "measured is 'yesterday'; it must be an ISO date and time"),
    ({"conductance_S": 1e-6}, "conductance_S of an open is 1e-06; it must be 0"),
    ({"more": 1}, "does not have the fields of a standard"),
])
def test_a_standard_that_is_none(path, change, sentence):
    keep_standard(OPEN, path)
    told = json.loads(path.read_text(encoding="utf-8"))
    told["standards"][0].update(change)
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(NoiseFloorError, match=sentence):
        read_standards(path)


@pytest.mark.parametrize(("text", "sentence"), [
    ("{", "can't be read as noise floors"), ("[" * 100_000, "can't be read as noise floors"),
    ("[]", "is not of format 'ginsen noise floors'"),
    ('{"format": "ginsen noise floors", "version": 2}', "is not of format"),
    ('{"format": "ginsen noise floors", "version": 1}', "has no list of standards"),
    ('{"format": "ginsen noise floors", "version": 1, "standards": [3]}', "does not have the"),
    ('{"a": ' + " " * 5_000_000 + "1}", "is larger than"),
])
def test_a_file_that_is_none_is_left_as_it_is(path, text, sentence):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoiseFloorError, match=sentence):
        keep_standard(OPEN, path)
    assert path.read_text(encoding="utf-8") == text


def test_where_it_cant_be_written_that_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NoiseFloorError, match=r"can't be (written|read)"):
        keep_standard(OPEN, tmp_path / "file" / "noise_floors.json")


def test_a_setting_takes_the_size_of_the_level_and_ranges_that_are_known():
    phase = Phase("bias", -0.1, 1.0, 0.01, 1e-5, nplc=0.2, source_range=0.2, measure_range=1e-5)
    assert Setting.of(SETTING.identity, phase) == SETTING
    with pytest.raises(ValueError, match="ranges that are left open"):
        Setting.of("", replace(phase, source_range=None))


NOISE = InstrumentNoise(1.6e-20, 1e-9, 1e-22, 2e-11, -0.3, (1e-5, 2e-5), "2026-11-20T11:00")


def test_an_event_tells_it_all():
    assert floor_told(floor_text(NOISE), "run.h5") == NOISE


@pytest.mark.parametrize("text", [
    "", "7", "{}", "[" * 100_000, floor_text(NOISE).replace("-0.3", "-3"),
    floor_text(NOISE).replace("1.6e-20", "NaN"), floor_text(NOISE).replace("1e-22", "-1"),
    floor_text(NOISE)[:-1] + ', "more": 1}',
])
def test_an_event_that_tells_of_no_noise(text):
    with pytest.raises(RecordError, match=r"run\.h5: the event .* does not tell the noise"):
        floor_told(text, "run.h5")
