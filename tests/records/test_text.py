"""Laboratory text in many dialects: read as meant, or refused in one sentence."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginsen.records import RecordError, read_record, read_text

T = 0.1 * np.arange(1, 7)
V = np.array([2.0, 2.0, 2.0, 0.01, 0.01, 0.01])
I = np.array([3.1e-6, 3.2e-6, 3.3e-6, 1.2e-8, 1.1e-8, 1.0e-8])  # noqa: E741


def table(*columns, delimiter="\t", header=None, newline="\n", decimal="."):
    lines = [] if header is None else [header]
    lines += [delimiter.join(repr(float(x)).replace(".", decimal) for x in row)
              for row in zip(*columns, strict=True)]
    return newline.join(lines) + newline


def read(tmp_path, text, **options):
    path = tmp_path / "record.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_text(path, **options)


def assert_read(record, t=T, v=V, i=I):
    np.testing.assert_allclose(record.samples.time, t, rtol=1e-12)
    np.testing.assert_allclose(record.samples.voltage, v, rtol=1e-12)
    np.testing.assert_allclose(record.samples.current, i, rtol=1e-12)
    assert record.spans == ()
    assert any(note.startswith("columns:") for note in record.notes)


@pytest.mark.parametrize("header", [None, "time_s{0}voltage_V{0}current_A", "Time (s){0}V{0}I (A)",
                                    "t [s]{0}U / V{0}I / A", '"Time"{0}"Voltage"{0}"Current"'])
@pytest.mark.parametrize(("delimiter", "decimal"), [
    ("\t", "."), ("\t", ","), (";", "."), (";", ","), (",", "."), (" ", "."), (" ", ","),
    ("  \t", "."), (", ", "."), ("; ", ",")])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_dialects(tmp_path, header, delimiter, decimal, newline):
    if header and delimiter == " " and "(" in header + "[/" and " " in header:
        header = header.replace("{0}", "  ")
    text = table(T, V, I, delimiter=delimiter, decimal=decimal, newline=newline,
                 header=header and header.format(delimiter))
    assert_read(read(tmp_path, text))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be",
                                      "cp1252"])
def test_encodings(tmp_path, encoding):
    text = table(T, V, I * 1e6, header="Time (s)\tVoltage (V)\tCurrent (µA)")
    assert_read(read(tmp_path, text.encode(encoding)))


def test_units_are_converted(tmp_path):
    text = table(T * 1e3, I * 1e9, V * 1e3, header="t (ms),I (nA),U (mV)", delimiter=",")
    assert_read(read(tmp_path, text))


def test_an_unknown_unit_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"'furlong'; known are .*ms"):
        read(tmp_path, table(T, V, I, header="t (furlong)\tV\tI"))


def test_comments_blank_lines_and_a_preamble(tmp_path):
    text = ("# Keithley 2450\n% run 7\n\nSample: W3\nOperator: unknown\n"
            "Time (s)\tVoltage (V)\tCurrent (A)\n\n" + table(T[:3], V[:3], I[:3])
            + "\n# pulse over\n" + table(T[3:], V[3:], I[3:]))
    record = read(tmp_path, text)
    assert_read(record)
    assert "2 lines above the numbers were passed over" in record.notes


def test_a_header_behind_a_comment_sign_as_numpy_writes_it(tmp_path):
    path = tmp_path / "numpy.txt"
    np.savetxt(path, np.column_stack([I * 1e3, V, T]), header="current_mA voltage_V time_s")
    assert_read(read_text(path))


def test_extra_columns_and_choice(tmp_path):
    text = table(T, V, I, I / V, V * 0, header="t,Bias (V),Lock-in,Measured current,temp",
                 delimiter=",")
    np.testing.assert_allclose(read(tmp_path, text).samples.current, I / V)
    assert_read(read(tmp_path, text, current="Lock-in"))
    assert_read(read(tmp_path, text, current=3))
    assert_read(read(tmp_path, text, time="1", voltage="bias", current="3"))
    with pytest.raises(RecordError, match=r"no column 'nothing' for the current; .* 1 to 5"):
        read(tmp_path, text, current="nothing")
    with pytest.raises(RecordError, match="come from one column"):
        read(tmp_path, text, current=1)


def test_a_header_that_does_not_decide_is_refused(tmp_path):
    for header in ("x\ty\tz", "t\tV\tpower", "t\tVoltage 1\tVoltage 2"):
        with pytest.raises(RecordError, match="--time, --voltage and --current"):
            read(tmp_path, table(T, V, I, header=header))


def test_current_before_voltage_is_seen_by_the_resistance_that_follows(tmp_path):
    for extra in ((V / I,), (I / V,), (V / I, I / V), (I / V, V / I)):
        record = read(tmp_path, table(T, I, V, *extra))
        assert_read(record)
        assert "current is column 2" in record.notes[-1]
        assert_read(read(tmp_path, table(T, V, I, *extra)))


def test_without_confirmation_nothing_is_guessed(tmp_path):
    with pytest.raises(RecordError, match="too little to be sure"):
        read(tmp_path, table(T, I, V))
    with pytest.raises(RecordError, match="too little to be sure"):
        read(tmp_path, table(T, V, V * 0.5, np.full(6, 2.0)))
    with pytest.raises(RecordError, match="does not rise"):
        read(tmp_path, table(V, T, I))
    with pytest.raises(RecordError, match="could be the time"):
        read(tmp_path, table(np.arange(6), T, V, I))
    assert_read(read(tmp_path, table(T, I, V), voltage=3, current=2))
    assert_read(read(tmp_path, table(V, T, I), time=2, voltage=1, current=3))


@pytest.mark.parametrize("sign", ["9.91E37", "9.9e+37", "-9.90000E+37", "NaN", "inf", ""])
def test_overflow_and_missing_values_are_nan(tmp_path, sign):
    record = read(tmp_path, f"t,V,I\n1,2,3e-6\n2,2,{sign}\n3,2,1e-6\n")
    np.testing.assert_array_equal(record.samples.current, [3e-6, np.nan, 1e-6])


@pytest.mark.parametrize(("text", "sentence"), [
    ("t,V,I\n1,2,3\n2,2,3,4\n3,2,3\n", "line 3 has 4 fields"),
    ("t,V,I\n1,2,3\n2,2\n3,2,3\n", "line 3 has 2 fields"),
    ("t,V,I\n1,2,3\n\n# x\n2,2,oops\n3,2,3\n", "line 5: '2,2,oops' is not 3 numbers"),
    ("t,V,I\n1,2,3\n1,2,3\n", "line 3: the time 1 s does not come after the 1 s before it"),
    ("t,V,I\n1,2,3\n3,2,3\n2,2,3\n", "line 4: the time 2 s"),
    ("t,V,I\n1,2,3\n,2,3\n2,2,3\n", "line 3: the time is missing"),
    ("t,V,I\n1,2,3\n1_0,2,3\n", "line 3"),
    ("t,V\n1,2\n2,3\n", "no column is named as a current"),
    ("1,2\n2,3\n", "has 2 columns"),
    ("1,2,3e-3\n", "one line of numbers"),
    ("5\n6\n", "line 1: '5' cannot be split"),
    ("hello\nworld\n", "no line of numbers"),
    (" \n\n", "is empty"),
    (b"\x00\xff\x01\x02" * 99, "line"),
])
def test_faults_are_named(tmp_path, text, sentence):
    with pytest.raises(RecordError, match="record.txt.*" + sentence):
        read(tmp_path, text)


def test_the_delimiter_may_be_told(tmp_path):
    text = table(T, V, I, delimiter=";")
    assert_read(read(tmp_path, text, delimiter=";"))
    assert_read(read(tmp_path, text, delimiter="semicolon"))
    with pytest.raises(RecordError, match="cannot be split"):
        read(tmp_path, text, delimiter="tab")
    with pytest.raises(RecordError, match="'pipe' is no delimiter"):
        read(tmp_path, text, delimiter="pipe")


@settings(max_examples=150, deadline=None)
@given(data=st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")),
    st.text(alphabet="0123456789.,;\t -+eE#%\n\rtVIAs()m_/", max_size=200).map(str.encode)))
def test_anything_else_is_refused_not_crashed_on(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.txt"
    path.write_bytes(data)
    refusal = None
    try:
        record = read_record(path)
    except RecordError as fault:
        refusal = str(fault)
    if refusal is None:
        assert np.all(np.diff(record.samples.time) > 0)
    else:
        assert str(path) in refusal
        assert "\n" not in refusal


finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 10**6), finite, finite), min_size=2, max_size=30),
       dialect=st.sampled_from([("\t", "."), ("\t", ","), (";", ","), (",", "."), (" ", ".")]),
       order=st.permutations(["time_ms", "voltage_V", "current_uA"]),
       form=st.sampled_from(["{!r}", "{:.17e}", "{:+.17E}"]))
def test_a_written_table_reads_back(tmp_path_factory, rows, dialect, order, form):
    delimiter, decimal = dialect
    columns = dict(zip(["time_ms", "voltage_V", "current_uA"],
                       np.array(rows, dtype=float).T, strict=True))
    columns["time_ms"] = np.cumsum(columns["time_ms"])
    lines = [delimiter.join(order)]
    lines += [delimiter.join(form.format(float(columns[name][at])).replace(".", decimal)
                             for name in order) for at in range(len(rows))]
    path = tmp_path_factory.getbasetemp() / "table.txt"
    path.write_text("\n".join(lines))
    samples = read_record(path).samples
    np.testing.assert_array_equal(samples.time, columns["time_ms"] * 1e-3)
    expected = np.where(np.abs(columns["voltage_V"]) < 9.9e37, columns["voltage_V"], np.nan)
    np.testing.assert_array_equal(samples.voltage, expected)


@pytest.fixture
def reference():
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("GINSEN_REFERENCE_DATA names no folder of measured records")
    return Path(folder)


def test_the_real_pulse_record(reference):
    path = reference / "agnw_pulse_2V.txt"
    record = read_record(path)
    raw = np.loadtxt(path)
    assert len(record.samples) == 3001
    np.testing.assert_array_equal(record.samples.current, raw[:, 1])
    np.testing.assert_array_equal(record.samples.voltage, raw[:, 2])
    assert "column 4 agrees" in record.notes[-1]


def test_the_real_bias_records(reference):
    for name in ("nwn_7V_run2.csv", "nwn_7V_run4.csv"):
        record = read_record(reference / name)
        raw = np.loadtxt(reference / name, delimiter=",", skiprows=1)
        np.testing.assert_array_equal(np.column_stack(
            [record.samples.time, record.samples.voltage, record.samples.current]), raw)


def test_a_text_too_large_for_the_memory_is_refused_unread(tmp_path):
    path = tmp_path / "endless.txt"
    with path.open("wb") as file:
        file.truncate(10**12)  # takes no room on the disk
    with pytest.raises(RecordError, match="larger than 300 MB; hand it on in parts"):
        read_text(path)
