"""What was interrupted goes on where it was; what a sample has had is never given to it again."""

import json
import threading

import h5py
import numpy as np
import pytest

from ginsen.cli import main
from ginsen.protocols import Campaign, Memory, Noise, WaferMap
from ginsen.protocols.progress import NAME, ProgressError, read_progress
from ginsen.protocols.resume import ResumeError, resumed
from ginsen.protocols.run import conduct
from ginsen.records import read_record
from ginsen.records.ledger import ledger
from ginsen.records.reading import pairs_of, read_tables
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

PLAN = """
[campaign]
name = "three"
repeats = 4
rests_s = [2]
[[run]]
protocol = "noise"
parameters = { voltage = 0.5, time = 1.0, interval = 0.05 }
"""


@pytest.fixture
def station(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


@pytest.fixture
def campaign(tmp_path, station):
    """A campaign of four runs that was killed in its second one; the folder of its runs."""
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    protocol = Campaign(plan=str(plan), station=str(station), sample="W3",
                        folder=str(tmp_path / "runs"))
    assert conduct(protocol).state == "finished"
    plan.unlink()
    return cut_back(protocol, ended=1)


def cut_back(series, *, ended):
    """As it would be, had the program been killed in the run after `ended` ones."""
    folder = series.runs_folder
    lines = (folder / NAME).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / NAME).write_text("".join(lines[:2 * ended + 2]) + '{"ended": 2, "outc',
                               encoding="utf-8")
    paths = [folder / each.recording for each in series.cycles]
    for path in paths[ended + 1:]:
        path.unlink()
    interrupt(paths[ended], 5)
    return folder


def interrupt(path, less, outcome=None):
    """Take the end of a run's recording away, and the last `less` samples."""
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 1 if outcome else 2  # texts without checksums
        if outcome:
            file["outcome/outcome"][1] = outcome
        for column in () if outcome else file["outcome"].values():
            column.resize((1,))
        for column in file["samples"].values():
            column.resize((column.shape[0] - less,))


def by_stem(path):
    """Of one second the one without a number is the first."""
    return path.stem


def about(path):
    return pairs_of(read_tables(path)["about"])


def test_a_campaign_goes_on_after_the_run_that_was_cut_short(campaign):
    before = {path: path.read_bytes() for path in sorted(campaign.glob("*.h5"), key=by_stem)}
    first, second = before
    again = resumed(campaign)
    assert conduct(again).state == "finished"
    assert again.runs_folder == campaign
    assert [each.outcome.partition(":")[0] for each in again.cycles] == [
        "finished", "interrupted", "finished", "finished"]
    assert [each.number for each in again.cycles] == [1, 2, 3, 4]
    assert first.read_bytes() == before[first]
    assert read_record(second).outcome.state == "interrupted"
    assert len(list(campaign.glob("*.h5"))) == 4
    assert any("taken up after 2 of 4 runs; what was cut short (run 2) is not repeated" in remark
               for remark in again.remarks)
    # The pair's past is counted on, the interrupted run with it.
    assert [about(each.recording)["cycle_on_this_pair"] for each in again.cycles] == [
        "0", "1", "2", "3"]
    pair, = ledger([campaign])
    assert pair.cycles == 4


def test_a_run_that_was_begun_without_a_recording_did_nothing_and_is_made(campaign):
    second = sorted(campaign.glob("*.h5"), key=by_stem)[1]
    second.unlink()
    again = resumed(campaign)
    assert str(conduct(again)) == "finished"
    assert [each.outcome for each in again.cycles] == ["finished"] * 4


def test_a_campaign_may_be_interrupted_again(campaign):
    once = resumed(campaign)
    assert conduct(once).state == "finished"
    path = campaign / NAME
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-2]), encoding="utf-8")
    (campaign / once.cycles[-1].recording).unlink()
    twice = resumed(path)
    assert conduct(twice).state == "finished"
    assert [each.outcome.partition(":")[0] for each in twice.cycles] == [
        "finished", "interrupted", "finished", "finished"]
    assert [each.recording for each in twice.cycles[:3]] == [
        each.recording for each in once.cycles[:3]]


def test_a_run_said_to_be_done_counts_by_its_file(campaign):
    first = sorted(campaign.glob("*.h5"), key=by_stem)[0]
    first.unlink()
    again = resumed(campaign)
    assert str(conduct(again)).startswith("failed: 1 of 4 runs failed")
    assert "it was 'finished', but" in again.cycles[0].outcome
    assert len(list(campaign.glob("*.h5"))) == 3


def test_a_wafer_map_goes_on_with_the_dies_that_were_not_touched(tmp_path, station):
    first = WaferMap(station=str(station), folder=str(tmp_path / "runs"), sample="W3", **SHORT)
    assert conduct(first).state == "finished"
    folder = cut_back(first, ended=1)
    again = resumed(folder)
    with Station.open(station) as lab:
        again.attach(lab)
        assert conduct(again).state == "finished"
        assert lab.prober.touchdowns == 1
    assert [each.sample for each in again.cycles] == ["W3-C0R0", "W3-C1R0", "W3-C1R2"]
    assert [each.outcome.partition(":")[0] for each in again.cycles] == [
        "finished", "interrupted", "finished"]
    assert about(again.cycles[2].recording)["sample"] == "W3-C1R2"


def test_other_dies_than_those_begun_with_are_refused(tmp_path, station):
    first = WaferMap(station=str(station), folder=str(tmp_path / "runs"), **SHORT)
    assert conduct(first).state == "finished"
    folder = cut_back(first, ended=1)
    (tmp_path / "bench.toml").write_text(BENCH.replace("[1, 2]", "[1, 3]"), encoding="utf-8")
    assert "was begun with other runs, or on other dies" in conduct(resumed(folder)).why


# -- single runs --------------------------------------------------------------------------------

@pytest.fixture
def memory(tmp_path, station):
    """A function that makes a memory run and takes away its end and some of its samples."""

    def make(less, outcome=None, **changes):
        protocol = Memory(station=str(station), folder=str(tmp_path / "runs"), sample="W3",
                          **{**SHORT, "read_interval": 0.1, **changes})
        assert conduct(protocol).state == "finished"
        path = protocol.recording_path
        with h5py.File(path, "r+") as file:
            keep = file["samples/time_s"].shape[0] - less
            phases = int(file["samples/phase"][keep - 1]) + 1
            for column in file["phases"].values():
                column.resize((phases,))
        interrupt(path, less, outcome)
        return path

    return make


@pytest.mark.parametrize("polarity", ["+", "-"])
def test_a_read_goes_on_with_the_readings_it_lacked(memory, polarity):
    path = memory(8, polarity=polarity)
    before = path.read_bytes()
    again = resumed(path)
    assert [phase.name for phase in again.stimulus()] == ["read"]
    assert conduct(again).state == "finished"
    rest = again.recording_path
    assert rest != path
    assert path.read_bytes() == before
    record = read_record(path, rest)
    assert [span.name for span in record.spans] == ["before", "pulse", "read"]
    # Read every 0.1 s for 2 s, both ends included.
    assert record.spans[2].stop_index - record.spans[2].first == 21
    assert record.spans[2].level == pytest.approx(0.01 if polarity == "+" else -0.01)
    assert np.all(np.diff(record.samples.time) > 0)
    assert record.outcome.state == "finished"
    assert any(f"takes up {path.name}: 'read' goes on with the 8 readings it lacked" in note
               for note in record.notes)


def test_a_pulse_is_never_repeated(memory):
    path = memory(21 + 3)
    again = resumed(path)
    assert [phase.name for phase in again.stimulus()] == ["read"]
    assert conduct(again).state == "finished"
    record = read_record(path, again.recording_path)
    assert [span.name for span in record.spans] == ["before", "pulse", "read"]
    assert any("is not repeated, since it stimulates" in note for note in record.notes)


def test_what_comes_before_a_pulse_goes_on_only_where_the_pulse_was_surely_not_given(memory):
    path = memory(21 + 21 + 3, "aborted: stopped by the user")
    assert [phase.name for phase in resumed(path).stimulus()] == ["before", "pulse", "read"]
    with pytest.raises(ResumeError, match="may have gone on to 'pulse' by itself; nobody knows"):
        resumed(memory(21 + 21 + 3))


def test_a_run_taken_up_may_be_taken_up_again(memory):
    path = memory(15)
    once = resumed(path)
    assert conduct(once).state == "finished"
    interrupt(once.recording_path, 6)
    twice = resumed(once.recording_path)
    assert conduct(twice).state == "finished"
    record = read_record(path, once.recording_path, twice.recording_path)
    assert record.spans[2].stop_index - record.spans[2].first == 21


def test_what_can_t_be_taken_up_is_said(memory, tmp_path, station):
    finished = Noise(station=str(station), folder=str(tmp_path), time=1.0)
    assert conduct(finished).state == "finished"
    with pytest.raises(ResumeError, match="is finished; there is nothing to take up"):
        resumed(finished.recording_path)
    with pytest.raises(ProgressError, match=r"holds no series: there is no progress.jsonl in it"):
        resumed(tmp_path)
    path = memory(1)
    with pytest.raises(ResumeError, match="nothing is left to do: 'read' lacked one reading"):
        resumed(path)


def test_a_run_that_is_still_written_is_not_taken_up(tmp_path, station):
    stop, said = threading.Event(), []
    protocol = Noise(station=str(station), folder=str(tmp_path), time=2.0)

    def look(news):
        if not said:
            with pytest.raises(ValueError, match="is open in another program") as caught:
                resumed(protocol.recording_path)
            said.append(str(caught.value))

    assert conduct(protocol, show=look, stop=stop).state == "finished"
    assert said


@pytest.mark.parametrize("line", [
    "[1]", "{}", '{"begun": 3}', '{"ended": 1, "outcome": "finished", "recording": "../a.h5"}',
    '{"ended": 1, "outcome": "finished", "recording": "/etc/a.h5"}', '{"ended": "1"}', "nonsense",
    '{"ended": 1, "outcome": "finished", "recording": "notes.txt"}', '{"ended": 1}'])
def test_a_progress_that_makes_no_sense_is_refused(tmp_path, line):
    planned = {"format": "ginsen series 1", "series": "campaign", "parameters": {}, "seed": None,
               "plan": "", "runs": ["one", "two"]}
    (tmp_path / NAME).write_text(json.dumps(planned) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ProgressError, match=NAME):
        read_progress(tmp_path)


def test_the_command_takes_up_a_run_and_nothing_else_is_told_it(memory, capsys):
    path = memory(8)
    assert main(["run", "memory", "--resume", str(path), "--set", "pulse_voltage=5"]) == 2
    assert "--resume goes on with the parameters" in capsys.readouterr().err
    assert main(["run", "noise", "--resume", str(path)]) == 2
    assert "is of 'memory', not 'noise'" in capsys.readouterr().err
    assert main(["run", "--resume", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["outcome"] == "finished"
    assert main(["analyse", str(path), told["recording"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "finished"
