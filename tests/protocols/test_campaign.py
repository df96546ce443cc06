"""A plan becomes runs: balanced, in order, knowing their pair's past, and stopped by its rules."""

import csv
import itertools
import json
import threading
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest
from pymeasure.experiment import Procedure, Results, Worker

from ginsen.cli import main
from ginsen.instruments import InstrumentError
from ginsen.protocols import Campaign
from ginsen.protocols.campaign_plan import PlanError, read_plan
from ginsen.protocols.run import RunFailed, conduct, run
from ginsen.records.ledger import ledger
from ginsen.records.reading import read_tables
from ginsen.station import Station

EXAMPLES = Path(__file__).parents[2] / "examples"

SHORT = """
[run.parameters]
pulse_voltage = {volts}
pulse_time = 0.2
before_time = 0.0
read_time = 3.0
read_interval = 0.25
read_nplc = 0.1
[run.control]
read_interval = 3.0
"""

MEMORY = '[[run]]\nprotocol = "memory"\n' + SHORT.format(volts=1.0)
ONE = '[[pair]]\nname = "1-2"\nsource_meter = "one"\n'
PAIRS = ONE + '[[pair]]\nname = "3-4"\nsource_meter = "two"\n'

BENCH = """
[instruments.one]
model = "keithley2450"
address = "GPIB0::1::INSTR"
[instruments.two]
model = "keithley2450"
address = "GPIB0::2::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e5
[wiring]
"one.hi" = { terminal = "A" }
"one.lo" = { terminal = "B" }
"""

STATION = """
[station]
visa = "bench.toml@ginsen"
[one]
driver = "keithley2450"
address = "GPIB0::1::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[two]
driver = "keithley2450"
address = "GPIB0::2::INSTR"
limits = { voltage = "2 V", current = "1 mA" }
"""


@pytest.fixture
def lab(tmp_path):
    """Two source meters, the first on 100 kΩ."""
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    with Station.open(path) as station:
        yield station


@pytest.fixture
def planned(tmp_path):
    """A function that writes a plan and makes its campaign."""

    def write(*parts, **parameters):
        path = tmp_path / "plan.toml"
        path.write_text("\n".join(parts), encoding="utf-8")
        return Campaign(plan=path, folder=str(tmp_path / "runs"), **parameters)

    return write


def made(planned, *parts):
    return planned(*parts).runs(0)


def outputs(lab):
    return [meter.ask(":OUTP?").strip() for meter in lab.source_meters.values()]


# -- the plan -----------------------------------------------------------------------------------

def test_every_repeat_holds_each_combination_once_and_each_has_one_control(planned):
    runs = made(planned, '[campaign]\nrepeats = 3\nrests_s = [0, 5]\npolarities = ["+", "-"]',
                MEMORY, '[[run]]\nprotocol = "activation"', PAIRS)
    where = [(each.condition, each.parameters["electrode_pair"]) for each in runs]
    dense = [each for each, one in zip(where, runs, strict=True) if not one.control]
    assert len(set(dense)) == 2 * 2 * 2 * 2
    assert set(Counter(dense).values()) == {3}
    sparse = [each for each, one in zip(where, runs, strict=True) if one.control]
    assert sorted(sparse) == sorted(each for each in set(dense) if each[0].startswith("memory"))
    # A repeat is a block: the second of a combination never comes before the first of another.
    for block in range(3):
        assert len(set(dense[16 * block:16 * block + 16])) == 16


def test_the_order_is_the_seeds(planned):
    def order(seed):
        return made(planned, f"[campaign]\nrepeats = 4\nseed = {seed}", MEMORY, PAIRS)

    assert order(1) == order(1)
    assert order(1) != order(2)
    written = made(planned, '[campaign]\nrepeats = 2\norder = "as written"', MEMORY, PAIRS)
    assert [each.parameters["electrode_pair"] for each in written] == [
        "1-2", "3-4", "1-2", "3-4", "1-2", "3-4"]
    assert [each.control for each in written] == [False] * 4 + [True] * 2


def test_a_control_reads_a_hundredth_of_the_time_and_rests_in_between(planned):
    dense, sparse = planned(MEMORY).previews()
    before, pulse, read = sparse.phases()
    assert read.duty <= 0.01
    assert read.rest == "open"
    assert (before.count, before.duty) == (1, read.duty)
    assert pulse == dense.phases()[1]
    assert dense.phases()[2].duty == 1
    assert sparse.read_nplc == dense.read_nplc == 0.1


def test_a_plan_that_is_edited_meanwhile_is_another_campaign(planned, tmp_path):
    campaign = planned("[campaign]\nrepeats = 2", MEMORY)
    (tmp_path / "plan.toml").write_text("nonsense", encoding="utf-8")
    assert len(campaign.runs(0)) == 3


@pytest.mark.parametrize(("text", "sentence"), [
    ("[[run]", "plan.toml is not a TOML file"),
    ("", r"plan.toml has no \[\[run\]\]; each names a protocol"),
    ("run = 3", r"plan.toml: run must be tables, each headed \[\[run\]\]"),
    ("campaign = 3\n" + MEMORY, "plan.toml: campaign is 3; it must be a table"),
    ("[campain]\n" + MEMORY, "'campain' is not known here; known are campaign, stop, run, pair"),
    ("[campaign]\nrepeats = 0\n" + MEMORY, r"\[campaign\]: repeats is 0; it must be a whole number "
                                           "of at least 1"),
    ("[campaign]\nrepeats = true\n" + MEMORY, "repeats is True; it must be a whole number"),
    ("[campaign]\nrests_s = 5\n" + MEMORY, "rests_s is 5; it must be a list of numbers"),
    ("[campaign]\nrests_s = [-5]\n" + MEMORY, "rests_s is -5; it must be a number of at least 0"),
    ("[campaign]\nrests_s = [nan]\n" + MEMORY, "rests_s is nan; it must be a number of at least 0"),
    ('[campaign]\npolarities = ["±"]\n' + MEMORY, "it must be a list of '\\+' and '-'"),
    ('[campaign]\norder = "any"\n' + MEMORY, "order is 'any'; it must be one of random, as wri"),
    ('[campaign]\ndies = ["A1"]\n' + MEMORY, "dies: 'A1' is none; write 'all', or names such as"),
    ("[stop]\nmax_failures = 0\n" + MEMORY, r"\[stop\]: max_failures is 0"),
    ("[stop]\nabove = { first_red_S = 1 }\n" + MEMORY,
     r"\[stop\] above: 'first_red_S' is not known here; known are .* first_read_S"),
    ("[stop]\nabove = { first_read_S = '1' }\n" + MEMORY,
     "first_read_S is '1'; it must be a number"),
    ("[[run]]", r"\[\[run\]\] 1: protocol is missing"),
    ('[[run]]\nprotocol = "campaign"', "protocol is 'campaign'; it must be one of activation, "),
    ('[[run]]\nprotocol = "noise"\nparameters = { volts = 1 }', r"\[\[run\]\] 1 parameters: noise "
                                                                "has no parameter 'volts'"),
    ('[[run]]\nprotocol = "noise"\nparameters = { seed = 1 }', "noise has no parameter 'seed'"),
    ('[[run]]\nprotocol = "noise"\nparameters = { polarity = "-" }', "polarity is the campaign's "
                                                                     "to set"),
    ('[[run]]\nprotocol = "noise"\ncontrol = { time = 1 }', "control: noise has no read_duty"),
    ('[[run]]\nprotocol = "memory"\ncontrol = { read_duty = 0.02 }',
     "a sparse read has a read_duty of at most 0.01"),
    ('[[run]]\nprotocol = "memory"\ncontrol = { rest = "hold" }', "rests 'open' or 'zero'"),
    (MEMORY + MEMORY, r"\[\[run\]\]: the name 'memory' stands twice"),
    (MEMORY + PAIRS + PAIRS, r"\[\[pair\]\]: the name '1-2' stands twice"),
    (MEMORY + "[[pair]]\nsource_meter = 'one'", r"\[\[pair\]\] 1: name is missing"),
    ("[campaign]\nrepeats = 60_000\n" + MEMORY + PAIRS, "asks for 120000 runs; a plan has at most"),
])
def test_what_is_wrong_in_a_plan_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=sentence) as caught:
        read_plan(path)
    assert "\n" not in str(caught.value)


def test_a_plan_that_is_not_there_is_said_before_anything_is_opened(tmp_path):
    with pytest.raises(PlanError, match=r"the plan '.*none.toml' cannot be read"):
        Campaign(plan=tmp_path / "none.toml")
    campaign = Campaign(folder=str(tmp_path))
    assert "a campaign needs a plan" in conduct(campaign).why
    assert not list(tmp_path.glob("*.h5"))


# -- the runs -----------------------------------------------------------------------------------

def test_every_recording_knows_its_pairs_past(lab, planned):
    result = run(planned("[campaign]\nrepeats = 2\nrests_s = [3]", MEMORY, PAIRS), lab, sample="W3")
    assert result.outcome.state == "finished"
    tables = [read_tables(cycle.recording) for cycle in result.cycles]
    about = [dict(zip(*each["about"].values(), strict=True)) for each in tables]
    for pair in ("1-2", "3-4"):
        own = [at for at, told in enumerate(about) if told["electrode_pair"] == pair]
        assert [about[at]["cycle_on_this_pair"] for at in own] == ["0", "1", "2"]
        assert about[own[0]]["time_since_last_stimulus"] == "unknown"
        assert about[own[0]]["charge_so_far"] == "0 C"
        for before, after in itertools.pairwise(own):
            past, = ledger(result.cycles[at].recording for at in own[:own.index(after)])
            charge, unit = about[after]["charge_so_far"].split()
            assert (float(charge), unit) == (pytest.approx(past.charge, rel=1e-5), "C")
            seconds, unit = about[after]["time_since_last_stimulus"].split()
            # A read of 3 s comes after each pulse, and a rest of 3 s between any two runs.
            assert unit == "s"
            assert 6.0 * (after - before) < float(seconds) < 9.0 * (after - before)
    assert {told["sample"] for told in about} == {"W3"}
    assert [pair.cycles for pair in ledger([result.recording])] == [3, 3]


def test_each_pair_is_driven_by_its_own_source_meter(lab, planned):
    result = run(planned(MEMORY, PAIRS), lab)
    for cycle in result.cycles:
        G = np.nanmedian(read_tables(cycle.recording)["samples"]["conductance_S"])
        assert abs(G - (1e-5 if cycle.pair == "1-2" else 0)) < 1e-7
    assert outputs(lab) == ["0", "0"]


def test_the_campaign_says_in_its_own_recording_what_happened(lab, planned):
    campaign = planned(MEMORY, PAIRS)
    run(campaign, lab)
    with h5py.File(campaign.recording_path) as file:
        events = list(zip(*(file["events"][name].asstr() for name in ("kind", "text")),
                          strict=True))
        assert file["outcome/outcome"].asstr()[-1] == "finished"
    assert ("plan", campaign.plan_text) in events
    told = [text for kind, text in events if kind == "run"]
    assert len(told) == 4
    assert all("finished" in text for text in told)


def test_the_table_has_a_line_for_every_run(lab, planned):
    result = run(planned("[campaign]\nrepeats = 2", MEMORY), lab)
    with result.table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert sum(int(row["control"]) for row in rows) == 1
    assert all(Path(row["recording"]).is_file() for row in rows)
    # A resistor does not forget: half-lives are least values.
    assert {row["half_life_s_censored"] for row in rows} == {"1"}
    assert [float(row["first_read_S"]) for row in rows] == pytest.approx([1e-5] * 3, rel=1e-2)
    assert result.figure.read_bytes().startswith(b"\x89PNG")
    lives, = [each for each in result.finding.spreads if each.measure == "half_life_s"]
    assert (lives.survival.censored, lives.cycles) == (2, 2)


def test_a_limit_of_any_pair_is_held_before_anything_is_applied(lab, planned):
    volts = MEMORY.replace("pulse_voltage = 1.0", "pulse_voltage = 3.0")
    with pytest.raises(RunFailed, match="3 V is beyond the station's limit of ± 2 V"):
        run(planned(volts, PAIRS), lab)
    assert not list(Path(lab.file.path).parent.glob("runs/*/*.h5"))


def test_a_source_meter_that_is_not_there_is_said_first(lab, planned):
    with pytest.raises(RunFailed, match="has no source meter 'three'; it has one, two"):
        run(planned(MEMORY, '[[pair]]\nname = "5-6"\nsource_meter = "three"'), lab)


def failing(lab, monkeypatch, *numbers):
    """Let the first source meter fail at those of its starts."""
    starts = iter(range(1, 1000))
    start = lab.smu.start

    def fail(*arguments, **options):
        if next(starts) in numbers:
            raise InstrumentError("the cat walked over the bench")
        return start(*arguments, **options)

    monkeypatch.setattr(lab.smu, "start", fail)


ONE = '[[pair]]\nname = "1-2"\nsource_meter = "one"\n'


def test_a_run_that_fails_does_not_keep_the_next_one_from_being_made(lab, planned, monkeypatch):
    failing(lab, monkeypatch, 2)
    result = run(planned("[campaign]\nrepeats = 3", MEMORY, ONE), lab)
    assert [cycle.outcome.partition(":")[0] for cycle in result.cycles] == [
        "finished", "failed", "finished", "finished"]
    assert str(result.outcome) == ("failed: 1 of 4 runs failed, the first of them number 2: "
                                   "failed: the cat walked over the bench")
    assert result.finding.failed == 1


@pytest.mark.parametrize(("rule", "count", "remark"), [
    ("max_failures = 2", 3, "2 failed, max_failures is 2"),
    ("max_duration_s = 4", 2, "s have passed, max_duration_s is 4"),
    ("above = { first_read_S = 1e-6 }", 2, "e-05, above 1e-06"),
    ("above = { half_life_s = 0.5 }", 2, "half_life_s is 3."),
    ("below = { first_read_S = 1e-6 }", 6, None),
    ("below = { half_life_s = 1e6 }", 6, None),  # a least value is not known to be too small
])
def test_a_rule_stops_the_campaign(lab, planned, monkeypatch, rule, count, remark):
    failing(lab, monkeypatch, 1, 3)
    campaign = planned(f"[campaign]\nrepeats = 5\nrests_s = [1]\n[stop]\n{rule}", MEMORY, ONE)
    result = run(campaign, lab)
    assert len(result.cycles) == count
    stopped = [note for note in result.notes if note.startswith(f"stopped after {count} of 6 runs")]
    assert len(stopped) == (remark is not None)
    assert (remark or "") in "".join(stopped)


def test_a_rule_that_is_met_without_a_failure_is_a_finished_campaign(lab, planned):
    result = run(planned("[campaign]\nrepeats = 5\n[stop]\nmax_duration_s = 2", MEMORY), lab)
    assert len(result.cycles) < 6
    assert result.outcome.state == "finished"


def test_an_output_that_cannot_be_proved_off_ends_the_campaign(lab, planned, monkeypatch):
    failing(lab, monkeypatch, 1)
    with monkeypatch.context() as broken:
        broken.setattr(type(lab), "off", lambda self: {"one": "one could not be read back as off"})
        campaign = planned("[campaign]\nrepeats = 3", MEMORY, ONE)
        with pytest.raises(RunFailed, match="one could not be read back as off"):
            run(campaign, lab)
    assert len(campaign.cycles) == 1


@pytest.mark.parametrize("when", ["in a run", "in a rest"])
def test_stopped_by_a_person_nothing_more_is_made(lab, planned, monkeypatch, when):
    stop = threading.Event()
    campaign = planned("[campaign]\nrepeats = 3\nrests_s = [500]", MEMORY, ONE)
    if when == "in a rest":
        sleep = lab.clock.sleep
        monkeypatch.setattr(lab.clock, "sleep",
                            lambda seconds: (seconds == 1.0 and stop.set(), sleep(seconds)))
    campaign.attach(lab)
    began = lab.clock.now()
    outcome = conduct(campaign, stop=stop, show=lambda news: (
        when == "in a run" and news.phase.name == "2/4 pulse" and stop.set()))
    assert str(outcome) == "aborted: stopped by the user"
    assert [cycle.outcome.partition(":")[0] for cycle in campaign.cycles] == (
        ["finished", "aborted"] if when == "in a run" else ["finished"])
    assert (lab.clock.now() - began < 100) == (when == "in a rest")
    assert outputs(lab) == ["0", "0"]


def test_progress_goes_on_over_all_runs(lab, planned):
    seen = []
    campaign = planned("[campaign]\nrepeats = 2\nrests_s = [5]", MEMORY, ONE)
    run(campaign, lab, show=lambda news: seen.append((news.phase.name, news.done, news.total)))
    assert seen[0][0] == "1/3 before"
    assert seen[-1][0] == "3/3 read"
    done = [done for _, done, _ in seen]
    assert min(np.diff(done)) > -1e-9
    total, = {total for _, _, total in seen}
    assert total == pytest.approx(3 * (3.2 + 5))
    assert 0.7 * total < done[-1] <= total


def test_the_command_line_ends_in_one_line_of_json(lab, planned, tmp_path, capsys):
    planned("[campaign]\nname = \"both\"", MEMORY, PAIRS)
    lab.close()
    code = main(["run", "campaign", "--json", "--station", str(tmp_path / "station.toml"), "--out",
                 str(tmp_path / "out"), "--set", f"plan={tmp_path / 'plan.toml'}"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0
    assert told["outcome"] == "finished"
    assert Path(told["recording"]).is_dir()
    assert Path(told["figure"]).is_file()
    assert (told["phases"], told["retention"]) == ([], None)
    assert len(told["runs"]) == 4
    assert told["samples"] == sum(each["samples"] for each in told["runs"]) > 0
    assert told["result"]["runs"] == 4
    assert {each["pair"] for each in told["result"]["spreads"]} == {"all", "1-2", "3-4"}


def test_a_dry_run_shows_every_condition_and_applies_nothing(lab, planned, tmp_path, capsys):
    planned(MEMORY, PAIRS)
    lab.close()
    code = main(["run", "campaign", "--dry-run", "--station", str(tmp_path / "station.toml"),
                 "--out", str(tmp_path / "out"), "--set", f"plan={tmp_path / 'plan.toml'}"])
    assert code == 0
    assert len(list((tmp_path / "out").glob("*_stimulus*.png"))) == 2
    assert not list((tmp_path / "out").glob("*.h5"))
    assert capsys.readouterr().out.count("Stimulus; nothing is applied") == 2


def test_eight_cycles_on_four_pairs_of_one_network(tmp_path):
    plan = (EXAMPLES / "campaign.toml").read_text(encoding="utf-8")
    for usual, short in (("repeats = 2", "repeats = 1"), ('polarities = ["+", "-"]', ""),
                         ("[60]", "[30]"), ("read_time = 20.0", "read_time = 5.0")):
        assert usual in plan
        plan = plan.replace(usual, short)
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    with Station.open(EXAMPLES / "four_pairs.toml") as lab:
        result = run(Campaign(plan=tmp_path / "plan.toml", folder=str(tmp_path)), lab, sample="N11")
        assert outputs(lab) == ["0"] * 4
    assert result.outcome.state == "finished"
    assert len(result.cycles) == 8
    pairs = ledger([result.recording])
    assert [(pair.electrode_pair, pair.cycles) for pair in pairs] == [
        ("A-B", 2), ("C-D", 2), ("E-F", 2), ("G-H", 2)]
    assert all(pair.charge > 1e-6 for pair in pairs)
    lives, = [each for each in result.finding.spreads
              if each.measure == "half_life_s" and each.pair == "all"]
    assert lives.survival.seen + lives.survival.censored == 4
    assert 0.5 < lives.survival.median < 10
    assert lives.control > 0.5


def test_a_campaign_in_pymeasures_worker(lab, planned, tmp_path):
    lab.close()
    campaign = planned(MEMORY, ONE, station=str(tmp_path / "station.toml"))
    worker = Worker(Results(campaign, str(tmp_path / "thinned.csv")))
    worker.start()
    # PyMeasure's own join() stops the worker.
    super(Worker, worker).join(timeout=60)
    assert campaign.status == Procedure.FINISHED
    assert len(campaign.cycles) == 2
    thinned = Results.load(str(tmp_path / "thinned.csv"))
    assert len(thinned.data) > 10
    assert Path(thinned.procedure.plan) == tmp_path / "plan.toml"
