"""Die after die: contact, run, release, outputs off first; a die that fails is not the last."""

import csv
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from ginsen.analysis.wafer import DieResult, WaferResult
from ginsen.cli import main
from ginsen.figures.wafer import wafer_figure
from ginsen.instruments import Die, InstrumentError
from ginsen.protocols import WaferMap
from ginsen.protocols.dies import parse_dies
from ginsen.protocols.run import RunFailed, conduct, run
from ginsen.records import RecordError, Recording
from ginsen.records.reading import read_record, read_tables
from ginsen.sim_backend.library import GinsenVisaLibrary
from ginsen.station import Station

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
contacts = ["smu.hi"]
dies = [[0, 0], [1, 0], [1, 2]]
[device]
kind = "resistor"
resistance_ohm = 1e5
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""

SHORT = {"pulse_voltage": 1.0, "pulse_time": 0.2, "before_time": 0.5, "read_time": 2.0}


@pytest.fixture
def station(tmp_path):
    """A wafer of three dies, each of 100 kΩ."""
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


@pytest.fixture
def lab(station):
    with Station.open(station) as lab:
        yield lab


@pytest.fixture
def seen(monkeypatch):
    """Every motion sent to the prober, and every output switched on, in order."""
    happened = []
    send = GinsenVisaLibrary.write

    def write(library, session, data):
        meter, = [each for each in library.bench.addresses.values() if hasattr(each, "unit")][:1]
        if data.startswith((b"Move", b"Step")):
            assert not meter.unit.settings.output
            happened.append(data.decode().split()[0])
        elif data.startswith(b":INIT"):
            happened.append("run")
        return send(library, session, data)

    monkeypatch.setattr(GinsenVisaLibrary, "write", write)
    return happened


def wafer_map(tmp_path, **parameters):
    return WaferMap(folder=str(tmp_path / "runs"), **{**SHORT, **parameters})


def test_every_die_is_contacted_measured_and_released(lab, tmp_path, seen):
    result = run(wafer_map(tmp_path), lab, sample="W3")
    assert result.outcome.state == "finished"
    assert [cycle.sample for cycle in result.cycles] == ["W3-C0R0", "W3-C1R0", "W3-C1R2"]
    assert lab.prober.touchdowns == 3
    assert lab.prober.in_contact is False
    one = ["MoveChuckSeparation", "StepNextDie", "MoveChuckContact", "run", "MoveChuckSeparation"]
    assert seen == one * 3
    for cycle in result.cycles:
        record = read_record(cycle.recording)
        assert record.about["sample"] == cycle.sample
        assert record.outcome.state == "finished"
    assert [die.value for die in result.finding.dies] == pytest.approx([1e-5] * 3, rel=1e-2)
    assert result.finding.median == pytest.approx(1e-5, rel=1e-2)


def test_there_is_a_table_and_a_figure(lab, tmp_path):
    result = run(wafer_map(tmp_path, result="kept_at_1_s"), lab)
    with result.table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["die"] for row in rows] == ["C0R0", "C1R0", "C1R2"]
    assert [row["sample"] for row in rows] == ["C0R0", "C1R0", "C1R2"]
    assert [float(row["kept_at_1_s"]) for row in rows] == pytest.approx([1.0] * 3, abs=0.02)
    assert [die.value for die in result.finding.dies] == [
        float(row["kept_at_1_s"]) for row in rows]
    assert result.figure.read_bytes().startswith(b"\x89PNG")


def test_a_die_that_cannot_be_contacted_is_noted_and_the_next_one_follows(
        lab, tmp_path, monkeypatch):
    move = lab.prober.move_to

    def slip(die):
        if die == Die(1, 0):
            raise InstrumentError("the chuck went elsewhere.")
        move(die)

    monkeypatch.setattr(lab.prober, "move_to", slip)
    result = run(wafer_map(tmp_path), lab)
    assert [cycle.outcome for cycle in result.cycles] == [
        "finished", "failed: no contact with C1R0: the chuck went elsewhere.", "finished"]
    assert result.cycles[1].recording == ""
    assert np.isnan(result.finding.dies[1].value)
    assert result.finding.failed == 1
    assert str(result.outcome).startswith("failed: 1 of 3 runs failed")
    assert lab.prober.in_contact is False


def test_a_die_whose_run_fails_is_noted_and_the_next_one_follows(lab, tmp_path, monkeypatch):
    fetch = lab.smu.fetch
    broken = threading.Event()

    def fail():
        if not broken.is_set() and lab.prober.touchdowns == 2:
            broken.set()
            raise InstrumentError("the cat walked over the bench")
        return fetch()

    monkeypatch.setattr(lab.smu, "fetch", fail)
    result = run(wafer_map(tmp_path), lab)
    assert [cycle.outcome.partition(":")[0] for cycle in result.cycles] == [
        "finished", "failed", "finished"]
    assert list(read_tables(result.cycles[1].recording)["outcome"]["outcome"]) == [
        "running", "failed: the cat walked over the bench"]


def test_a_chuck_that_cannot_be_lowered_ends_the_map(lab, tmp_path, monkeypatch):
    release = lab.prober.release

    def stick():
        if lab.prober.touchdowns == 2 and lab.prober.in_contact:
            raise InstrumentError("the chuck does not say that it is down. Look at the bench.")
        release()

    with monkeypatch.context() as broken:
        broken.setattr(lab.prober, "release", stick)
        protocol = wafer_map(tmp_path)
        with pytest.raises(RunFailed, match="Look at the bench"):
            run(protocol, lab)
    assert len(protocol.cycles) == 2


def test_once_nothing_can_be_recorded_no_further_die_is_touched(lab, tmp_path, monkeypatch):
    begin = Recording.begin

    def full(folder, *told, **more):
        if lab.prober.touchdowns == 2:
            raise RecordError("the disk is full")
        return begin(folder, *told, **more)

    monkeypatch.setattr(Recording, "begin", full)
    protocol = wafer_map(tmp_path)
    with pytest.raises(RunFailed, match="run 2 could not begin, and neither could another: failed: "
                                        "the disk is full"):
        run(protocol, lab)
    assert lab.prober.touchdowns == 2
    assert [cycle.outcome for cycle in protocol.cycles] == ["finished", "failed: the disk is full"]


def test_stopped_by_a_person_the_outputs_are_off_and_the_chuck_is_down(lab, tmp_path):
    stop = threading.Event()
    protocol = wafer_map(tmp_path, read_time=20.0)
    protocol.attach(lab)
    outcome = conduct(protocol, stop=stop,
                      show=lambda news: news.phase.name == "2/3 read" and stop.set())
    assert str(outcome) == "aborted: stopped by the user"
    assert [cycle.outcome.partition(":")[0] for cycle in protocol.cycles] == [
        "finished", "aborted"]
    assert lab.smu.ask(":OUTP?").strip() == "0"
    assert lab.prober.in_contact is False


def test_the_dies_asked_for_in_the_order_asked_for(lab, tmp_path):
    result = run(WaferMap(folder=str(tmp_path), protocol="noise", dies="C1R2, C0R0", time=1.0,
                          result="conductance_S"), lab)
    assert [(die.column, die.row) for die in result.finding.dies] == [(1, 2), (0, 0)]
    assert result.finding.median == pytest.approx(1e-5, rel=1e-2)


@pytest.mark.parametrize(("parameters", "sentence"), [
    ({"dies": "C7R7"}, "C7R7 is not selected for probing; the wafer map has C0R0, C1R0, C1R2"),
    ({"dies": "C0R0 and C1R0"}, "dies: 'and' is none; write 'all'"),
    ({"dies": ""}, "dies: '' is none; write 'all'"),
    ({"dies": "C0R0 C0R0S0"}, "stands there twice"),
    ({"pulse_volts": 1.0}, "memory has no parameter 'pulse_volts'"),
    ({"pulse_voltage": 7.0}, "7 V is beyond the station's limit"),
])
def test_what_is_wrong_is_said_before_anything_moves(lab, tmp_path, seen, parameters, sentence):
    with pytest.raises(RunFailed, match=sentence):
        run(wafer_map(tmp_path, **parameters), lab)
    assert seen == []


def test_without_a_probe_station_that_is_said(tmp_path, station):
    station.write_text(STATION.partition("[prober]")[0], encoding="utf-8")
    outcome = conduct(wafer_map(tmp_path, station=str(station)))
    assert "has no probe station; add a table such as [prober]" in outcome.why


def test_names_of_dies():
    assert parse_dies(" all ") == ()
    assert parse_dies("C1R0,C0R12S3") == (Die(1, 0), Die(0, 12, 3))


def test_the_command_line_ends_in_one_line_of_json(tmp_path, station, capsys):
    arguments = ["--set", "protocol=memory", "--set", "dies=all"]
    for name, value in SHORT.items():
        arguments += ["--set", f"{name}={value}"]
    code = main(["run", "wafer-map", "--json", "--station", str(station), "--out", str(tmp_path),
                 *arguments])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0
    assert told["outcome"] == "finished"
    assert Path(told["recording"]).is_dir()
    assert Path(told["figure"]).is_file()
    assert [each["die"] for each in told["runs"]] == ["C0R0", "C1R0", "C1R2"]
    assert all(Path(each["recording"]).is_file() for each in told["runs"])
    assert (told["phases"], told["retention"]) == ([], None)
    assert told["result"]["measure"] == "first_read_S"
    assert [die["value"] for die in told["result"]["dies"]] == pytest.approx([1e-5] * 3, rel=1e-2)


def test_a_failed_die_fails_the_command(tmp_path, station, capsys, monkeypatch):
    def move_to(self, die):
        if die.row:
            raise InstrumentError("the chuck is stuck")

    monkeypatch.setattr("ginsen.instruments.velox.Velox.move_to", move_to)
    code = main(["run", "wafer-map", "--json", "--station", str(station), "--out", str(tmp_path),
                 "--set", "read_time=1", "--set", "pulse_time=0.1"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 1
    assert told["outcome"].startswith("failed: 1 of 3 runs failed")
    assert [each["outcome"].partition(":")[0] for each in told["runs"]] == [
        "finished", "finished", "failed"]
    assert told["result"]["dies"][2]["value"] is None


@pytest.mark.parametrize("dies", [
    (), (DieResult(0, 0, 0, "failed: x", float("nan"), False),),
    tuple(DieResult(at, 0, sub, "finished", 10.0 ** at, sub == 1)
          for at in range(3) for sub in range(2)),
    tuple(DieResult(at % 15, at // 15, 0, "finished", -1.0, False) for at in range(150))])
def test_whatever_there_is_can_be_drawn(tmp_path, dies):
    path = tmp_path / "map.png"
    wafer_figure(WaferResult("half_life_s", len(dies), 0, 1.0, dies), path, name="$W")
    assert path.read_bytes().startswith(b"\x89PNG")
