"""What LabVIEW left behind: measurement files and TDMS, read as meant or refused in a sentence."""

import json
import sys
from datetime import datetime, timezone

import numpy as np
import pytest

from ginsen.cli import main
from ginsen.records import RecordError, read_record, read_text

T = 0.5 + 0.01 * np.arange(5)
V = np.array([2.0, 2.0, 2.0, 0.01, 0.01])
I = np.array([3.1e-6, 3.2e-6, 3.3e-6, 1.2e-8, 1.1e-8])  # noqa: E741

HEADER = """LabVIEW Measurement
Writer_Version\t2
Reader_Version\t2
Separator\tTab
Decimal_Separator\t{decimal}
Multi_Headings\tYes
X_Columns\t{x_columns}
Time_Pref\tAbsolute
Operator\tA person
Date\t2019/07/09
Time\t16:41:05,1
***End_of_Header***\t\t
\t\t
Channels\t2\t\t
Samples\t5\t5\t
Date\t2019/07/09\t2019/07/09\t
Y_Unit_Label\tVolts\tAmps\t
X_Dimension\tTime\tTime\t
X0\t{x0}\t{x0}\t
Delta_X\t{dx}\t{dx}\t
***End_of_Header***\t\t\t
X_Value\tVoltage\tCurrent\tComment
"""


def lvm(path, *, x_columns="No", decimal=".", header=HEADER):
    def written(number):
        return repr(float(number)).replace(".", decimal)

    rows = [f"{written(t) if x_columns == 'One' else ''}\t{written(v)}\t{written(i)}"
            + ("\tas found" if n == 0 else "")
            for n, (t, v, i) in enumerate(zip(T, V, I, strict=True))]
    text = header.format(decimal=decimal, x_columns=x_columns, x0=written(0.5), dx=written(0.01))
    path.write_text(text + "\n".join(rows) + "\n", encoding="utf-8", newline="\r\n")
    return path


def assert_read(record):
    np.testing.assert_allclose(record.samples.time, T, rtol=1e-12)
    np.testing.assert_allclose(record.samples.voltage, V, rtol=1e-12)
    np.testing.assert_allclose(record.samples.current, I, rtol=1e-12)


@pytest.mark.parametrize("x_columns", ["No", "One"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_a_labview_measurement_file(tmp_path, x_columns, decimal):
    record = read_record(lvm(tmp_path / "old.lvm", x_columns=x_columns, decimal=decimal))
    assert_read(record)
    assert record.notes[0] == "a LabVIEW measurement file"


@pytest.mark.parametrize(("change", "sentence"), [
    (("X_Columns\t{x_columns}", "X_Columns\tMulti"), "each channel has times of its own"),
    (("Separator\tTab", "Separator\tSpace"), "its separator is 'Space'; Tab or Comma is read"),
    (("Delta_X\t{dx}\t{dx}", "Delta_X\t{dx}\t1"), "tells no time"),
    (("X0\t{x0}\t{x0}\t\n", ""), "tells no time"),
    (("***End_of_Header***\t\t\n", ""), "has 0 segments of data"),
    (("X_Value\tVoltage\tCurrent", "X_Value\tVoltage\tVoltage_1\tCurrent"),
     "is not a row of 4 numbers"),
    (("Volts\tAmps", "Volts\tVolts"), "Current"),
])
def test_one_that_is_no_record_is_refused_in_a_sentence(tmp_path, change, sentence):
    with pytest.raises(RecordError, match=sentence) as refusal:
        read_text(lvm(tmp_path / "old.lvm", header=HEADER.replace(*change)))
    assert "\n" not in str(refusal.value)


@pytest.fixture
def tdms(tmp_path):
    nptdms = pytest.importorskip("nptdms", reason="npTDMS is not installed")

    def write(*channels, group="Untitled"):
        path = tmp_path / "old.tdms"
        with nptdms.TdmsWriter(path) as writer:
            writer.write_segment([nptdms.ChannelObject(group, name, data, properties=properties)
                                  for name, data, properties in channels])
        return path

    return write


WAVE = {"wf_start_offset": 0.5, "wf_increment": 0.01,
        "wf_start_time": np.datetime64("2019-07-09T16:41:05")}


def test_tdms_waveforms(tdms):
    record = read_record(tdms(("Voltage", V, {**WAVE, "unit_string": "Volts"}),
                              ("Current", I * 1e6, {**WAVE, "unit_string": "uA"}),
                              ("Remarks", ["as found"] * 5, {})))
    assert_read(record)
    assert record.origin == datetime(2019, 7, 9, 16, 41, 5, tzinfo=timezone.utc)
    assert record.notes[0] == "a TDMS file"


def test_tdms_with_a_time_channel_and_columns_by_choice(tdms):
    path = tdms(("time", T * 1e3, {"unit_string": "ms"}), ("ai0", V, {}), ("ai1", I, {}))
    with pytest.raises(RecordError, match="--time, --voltage and --current"):
        read_record(path)
    assert_read(read_text(path, voltage="ai0", current="ai1"))


@pytest.mark.parametrize(("channels", "sentence"), [
    ([("Voltage", V, {}), ("Current", I, {})], "tells no time"),
    ([("Voltage", V, WAVE), ("Current", I, {**WAVE, "wf_increment": 0.02})], "tells no time"),
    ([("Voltage", V, WAVE), ("Current", I[:3], WAVE)], "Voltage 5, Current 3"),
    ([("Voltage", V, WAVE), ("Voltage 2", V, WAVE)], "no column is named as a current"),
    ([("Remarks", ["a", "b"], {})], "no channel of numbers"),
])
def test_tdms_that_is_no_record_is_refused_in_a_sentence(tdms, channels, sentence):
    with pytest.raises(RecordError, match=sentence):
        read_record(tdms(*channels))


def test_damaged_tdms_is_refused_in_a_sentence(tdms, tmp_path):
    whole = tdms(("Voltage", V, WAVE), ("Current", I, WAVE)).read_bytes()
    for size in (4, 28, 60, len(whole) // 2):
        path = tmp_path / "cut.tdms"
        path.write_bytes(whole[:size])
        with pytest.raises(RecordError, match=r"damaged TDMS|no channel of numbers|lengths|column"):
            read_record(path)


def test_without_nptdms_it_says_what_to_install(tdms, monkeypatch):
    path = tdms(("Voltage", V, WAVE), ("Current", I, WAVE))
    monkeypatch.setitem(sys.modules, "nptdms", None)
    with pytest.raises(RecordError, match=r'pip install "ginsen\[tdms\]"'):
        read_record(path)


def test_analyse_gives_beta_of_an_old_tdms(tdms, capsys):
    from scipy.fft import irfft

    random = np.random.default_rng(3)
    frequency = np.arange(1, 2049)
    spectrum = (random.standard_normal(2048) + 1j * random.standard_normal(2048)) / frequency**0.5
    noise = irfft(np.concatenate(([0.0], spectrum)))
    current = 1e-5 * (1 + 0.01 * noise / noise.std())
    wave = {"wf_increment": 0.01, "wf_start_offset": 0.0}
    path = tdms(("Voltage", np.full(current.size, 0.1), {**wave, "unit_string": "V"}),
                ("Current", current, {**wave, "unit_string": "A"}))
    assert main(["analyse", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    phase, = told["phases"]
    assert phase["beta_low"] < 1.0 < phase["beta_high"]
    assert phase["beta_high"] - phase["beta_low"] < 0.3
