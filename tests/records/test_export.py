"""What other programs are given: PyMeasure opens it, MATLAB's reader reads it, nothing is lost."""

import csv
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest
from pymeasure.experiment import Results
from scipy.io import loadmat

from ginsen.cli import main
from ginsen.protocols import Memory
from ginsen.protocols.procedure_header import procedure_header
from ginsen.protocols.run import conduct
from ginsen.records import RecordError, read_record, read_text
from ginsen.records.export import FORMATS, export, usual_path
from ginsen.records.export_table import columns_of
from ginsen.records.layout import TABLES
from ginsen.records.reading import read_tables

NOTES = 'two\nlines, "quoted" # and\ta tab, 5 µm'


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short run on the simulated station, its β windows small enough to have estimates."""
    folder = tmp_path_factory.mktemp("runs")
    protocol = Memory(folder=str(folder), before_time=1.0, pulse_time=1.0, read_time=35.0,
                      pulse_voltage=4.5, sample="W3-µ12", notes=NOTES, polarity="-")
    assert str(conduct(protocol)) == "finished"
    return protocol.recording_path


@pytest.fixture
def exported(run, tmp_path):
    """A function that exports the run in one format and gives the path."""
    def write(form):
        tables = read_tables(run)
        path = tmp_path / usual_path(run, form).name
        export(tables, path, form, header=procedure_header(tables))
        return path

    return write


def test_pymeasure_opens_the_csv_with_its_procedure_and_every_sample(run, exported):
    results = Results.load(str(exported("csv")))
    assert isinstance(results.procedure, Memory)
    assert results.procedure.pulse_voltage == 4.5
    assert results.procedure.read_time == 35.0
    assert results.procedure.polarity == "-"
    assert results.procedure.sample == "W3-µ12"
    assert results.procedure.notes == " ".join(NOTES.split())
    for name, parameter in Memory().parameter_objects().items():
        assert getattr(results.procedure, name) is not None, parameter.name
    data, record = results.data, read_record(run)
    assert set(Memory.DATA_COLUMNS) <= set(data.columns)
    np.testing.assert_allclose(data["Time (s)"], record.samples.time, rtol=1e-14)
    np.testing.assert_allclose(data["Current (A)"], record.samples.current, rtol=1e-14)
    assert data["Phase"].tolist() == [0] * 21 + [1] * 101 + [2] * 701
    assert data["Time since pulse (s)"][121] == 0
    assert data["Compliance"].tolist() == record.samples.compliance.astype(int).tolist()


def test_the_csv_read_as_a_laboratorys_text_is_the_same_record(run, exported):
    again, record = read_text(exported("csv")), read_record(run)
    np.testing.assert_array_equal(again.samples.time, record.samples.time)
    np.testing.assert_array_equal(again.samples.voltage, record.samples.voltage)
    np.testing.assert_array_equal(again.samples.current, record.samples.current)


def test_beta_stands_on_the_sample_at_which_its_window_ended(run, exported):
    with h5py.File(run) as file:
        live = {name: file[f"beta/{name}"][:] for name in ("beta", "beta_high", "stop_s")}
    known = np.isfinite(live["beta"])
    if not known.any():
        pytest.fail("the run has no live estimate: make its read longer")
    data = Results.load(str(exported("csv"))).data
    at = np.flatnonzero(np.isfinite(data["Beta"]))
    np.testing.assert_allclose(data["Time (s)"].iloc[at], np.unique(live["stop_s"][known]))
    np.testing.assert_allclose(data["Beta high"].iloc[at], live["beta_high"][known])


def test_origin_gets_names_units_comments_and_empty_cells(run, exported):
    content = exported("origin").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    names, units, comments, *rows = csv.reader(content.decode("utf-8-sig").splitlines(),
                                               delimiter="\t")
    assert len(names) == len(units) == len(comments) == len(rows[0])
    assert (names[0], units[0]) == ("Time", "s")
    assert comments[0].startswith("since 2026-01-01T00:00:00")
    assert comments[names.index("Phase")] == "from 0: before, pulse, read"
    assert units[names.index("Conductance")] == "S"
    record = read_record(run)
    assert [float(row[names.index("Current")]) for row in rows] == record.samples.current.tolist()
    assert rows[0][names.index("Beta")] == ""


def test_igor_gets_waves_with_units_and_notes(run, exported):
    lines = exported("igor").read_text(encoding="utf-8").splitlines()
    begin, end = lines.index("BEGIN"), lines.index("END")
    assert lines[0] == "IGOR"
    names = lines[1].removeprefix("WAVES/D\t").split(", ")
    assert all(re.fullmatch(r"[A-Za-z]\w{0,30}", name) for name in names)
    assert "beta" not in names  # a function of Igor's
    rows = np.array([line.split("\t") for line in lines[begin + 1:end]], dtype=np.float64)
    record = read_record(run)
    np.testing.assert_array_equal(rows[:, names.index("voltage_V")], record.samples.voltage)
    commands = lines[end + 1:]
    assert 'X SetScale d, 0, 0, "S", conductance_S' in commands
    assert all(re.fullmatch(r'X (SetScale d, 0, 0, "\w*", \w+|Note \w+, "([^"\\]|\\.)*")', line)
               for line in commands)
    assert max(map(len, commands)) < 400
    assert 'X Note time_s, "Pulse voltage: 4.5 V"' in commands
    assert any("Sample: W3-µ12" in line for line in commands)
    assert any(r'\"quoted\"' in line for line in commands)


def test_matlab_gets_every_table(run, exported):
    told = loadmat(exported("matlab"), squeeze_me=True)
    assert set(TABLES) <= set(told)
    samples, record = told["samples"], read_record(run)
    np.testing.assert_array_equal(samples["time_s"].item(), record.samples.time)
    np.testing.assert_array_equal(samples["compliance"].item(), record.samples.compliance)
    assert told["phases"]["name"].item().tolist() == ["before", "pulse", "read"]
    about = dict(zip(told["about"]["name"].item(), told["about"]["value"].item(), strict=True))
    assert about["sample"] == "W3-µ12"
    assert about["notes"] == NOTES
    assert "ginsen.protocols.memory.Memory" in str(told["header"])
    assert {table: set(told[table].dtype.names) for table in TABLES} == {
        name: set(table.columns) for name, table in TABLES.items()}


def test_a_protocol_that_this_ginsen_lacks_loads_as_the_base(run, exported):
    tables = {**read_tables(run)}
    tables["provenance"] = {"name": np.array(["protocol"], object),
                            "value": np.array(["of-another-day"], object)}
    assert procedure_header(tables)[0] == "Procedure: <ginsen.protocols.protocol.Protocol>"
    path = exported("csv")
    text = path.read_text(encoding="utf-8")
    path.write_text("#" + procedure_header(tables)[0] + text[text.index("\n"):], encoding="utf-8")
    assert Results.load(str(path)).procedure.sample == "W3-µ12"


def test_nothing_is_overwritten(run, tmp_path, capsys):
    target = tmp_path / "precious.csv"
    target.write_text("mine")
    assert main(["export", str(run), "--to", str(target)]) == 2
    assert target.read_text() == "mine"
    told = capsys.readouterr().err
    assert told == (f"ginsen: {target} exists already and is not overwritten; name another file "
                    "with --to\n")


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_says_where_it_wrote(run, form, capsys):
    assert main(["export", str(run), "--format", form]) == 0
    path = usual_path(run, form)
    assert capsys.readouterr().out == f"{path}\n"
    assert path.stat().st_size > 1000
    assert path.stem == run.stem


def test_time_counts_from_the_last_of_several_pulses_or_from_none(run):
    tables = {**read_tables(run)}
    phases = dict(tables["phases"])
    tables["phases"] = phases
    phases["name"] = np.array(["pulse 1", "pulse 2", "read"], object)
    since = {column.name: column for column in columns_of(tables)}["since_pulse_s"].values
    assert since[121] == 0
    phases["name"] = np.array(["before", "bias", "read"], object)
    assert "since_pulse_s" not in {column.name for column in columns_of(tables)}


def test_what_cannot_be_exported_is_one_sentence(run, tmp_path):
    (tmp_path / "old.txt").write_text("0 1 1e-6\n1 1 1e-6\n")
    with pytest.raises(RecordError, match=r"old.txt is no Ginsen run file; name a recording"):
        read_tables(tmp_path / "old.txt")
    with pytest.raises(RecordError, match=r"there is no format 'xls'; there is csv, origin"):
        export(read_tables(run), tmp_path / "x", "xls")
    with pytest.raises(RecordError, match=r"cannot be written"):
        export(read_tables(run), tmp_path / "no" / "folder.csv", "csv")


def test_a_run_that_was_cut_off_exports_as_far_as_it_goes(run, tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(run.read_bytes())
    with h5py.File(path, "r+") as file:
        file["samples/time_s"][100:] = np.nan  # reserved, never filled
    export(read_tables(path), tmp_path / "cut.csv", "csv")
    rows = (tmp_path / "cut.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 100


def test_the_command_line_knows_the_formats_there_are():
    done = subprocess.run([sys.executable, "-m", "ginsen.cli", "export", "--help"],
                          capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert "{" + ",".join(FORMATS) + "}" in done.stdout
