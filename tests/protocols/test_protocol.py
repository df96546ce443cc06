"""However a run ends: output off by read-back, file complete, outcome true."""

import itertools
import os
import signal
import threading

import h5py
import numpy as np
import pytest
from pymeasure.experiment import Procedure, Results, Worker

from ginsen.instruments import InstrumentError, OutputNotOff
from ginsen.protocols import Memory, ParameterError, Protocol
from ginsen.protocols.run import RunFailed, conduct, run
from ginsen.records.reading import read_record
from ginsen.station import Station
from ginsen.types import Phase

SHORT = {"before_time": 0.5, "pulse_time": 0.2, "read_time": 2.0}


@pytest.fixture
def lab():
    with Station.open("simulated", seed=5) as station:
        yield station


def short_memory(tmp_path, **parameters):
    return Memory(folder=str(tmp_path), **{**SHORT, **parameters})


def output(lab):
    return lab.smu.ask(":OUTP?").strip()


def log_of(path):
    with h5py.File(path, "r") as file:
        return list(file["log/text"].asstr())


def test_a_run_gives_what_was_asked_for(lab, tmp_path):
    result = run(short_memory(tmp_path), lab, sample="W3-D12")
    spans = result.record.spans
    assert [span.name for span in spans] == ["before", "pulse", "read"]
    assert [span.stop_index - span.first for span in spans] == [11, 21, 41]
    assert result.record.outcome.state == "finished"
    assert result.record.about["sample"] == "W3-D12"
    assert result.record.about["operator"] == "unknown"
    assert result.phases["pulse"].conductance > 0
    assert output(lab) == "0"
    assert "every output is off, by read-back" in log_of(result.recording)


def test_dead_times_are_the_instruments_own(lab, tmp_path):
    spans = run(short_memory(tmp_path), lab).record.spans
    assert all(0 < span.dead_time < 0.06 for span in spans[1:])


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path):
    def samples(seed, name):
        memory = short_memory(tmp_path / name)
        memory.seed = seed
        assert conduct(memory).state == "finished"
        with h5py.File(memory.recording_path, "r") as file:
            return {name: data[:].tobytes() for name, data in file["samples"].items()}

    first, second, other = samples(1, "a"), samples(1, "b"), samples(2, "c")
    assert first == second
    assert first["current_A"] != other["current_A"]


def test_a_negative_polarity_turns_every_level(lab, tmp_path):
    record = run(short_memory(tmp_path, polarity="-"), lab).record
    assert [np.sign(span.level) for span in record.spans] == [-1, -1, -1]
    assert np.median(record.samples.voltage[record.spans[1].part]) == pytest.approx(-5, rel=1e-3)


class Faulty(Memory):
    """Fails when the second phase has begun."""

    name = "faulty"
    problem: BaseException = RuntimeError("the cat walked over the bench")

    def measure(self):
        read = self.phases()[0]
        self.apply([read], off_after=False)
        assert self.lab.smu.ask(":OUTP?").strip() == "1"
        raise self.problem


@pytest.mark.parametrize(("problem", "outcome"), [
    (RuntimeError("the cat walked over the bench"), "failed: the cat walked over the bench"),
    (ZeroDivisionError(), "failed: ZeroDivisionError"),
    (KeyboardInterrupt(), "aborted: interrupted"),
    (SystemExit(), "aborted: interrupted"),
])
def test_whatever_a_protocol_raises_the_output_is_off(lab, tmp_path, problem, outcome):
    protocol = Faulty(folder=str(tmp_path), lab=lab, **SHORT)
    protocol.problem = problem
    assert str(conduct(protocol)) == outcome
    assert output(lab) == "0"
    record = read_record(protocol.recording_path)
    assert str(record.outcome) == outcome
    assert len(record.samples) == 11
    assert "every output is off, by read-back" in log_of(protocol.recording_path)


@pytest.mark.parametrize("method", ["start", "busy", "fetch"])
def test_an_exception_in_the_driver(lab, tmp_path, monkeypatch, method):
    calls = iter(range(100))
    original = getattr(lab.smu, method)

    def failing(*arguments, **options):
        if next(calls) == (0 if method == "start" else 3):
            raise InstrumentError("the 2450 reports 5049,\"...\"")
        return original(*arguments, **options)

    monkeypatch.setattr(lab.smu, method, failing)
    protocol = short_memory(tmp_path)
    with pytest.raises(RunFailed, match="failed: the 2450 reports"):
        run(protocol, lab)
    assert output(lab) == "0"
    with h5py.File(protocol.recording_path, "r") as file:
        assert file["outcome/outcome"].asstr()[-1].startswith("failed: the 2450 reports")


def test_an_exception_while_shutting_down(lab, tmp_path, monkeypatch):
    protocol = short_memory(tmp_path)
    original = Protocol._close_recording

    def failing(self, recording, *, proved_off):
        monkeypatch.setattr(recording, "log", lambda *_: 1 / 0)
        original(self, recording, proved_off=proved_off)

    monkeypatch.setattr(Protocol, "_close_recording", failing)
    assert run(protocol, lab).record.outcome.state == "finished"
    assert output(lab) == "0"


def test_an_output_that_cannot_be_proved_off_is_a_failure(lab, tmp_path, monkeypatch):
    def failing():
        raise OutputNotOff("TCPIP0::x::INSTR: the output could not be read back as off")

    with monkeypatch.context() as broken:
        broken.setattr(lab.smu, "off", failing)
        outcome = conduct(Memory(folder=str(tmp_path), lab=lab, **SHORT))
    assert outcome.state == "failed"
    assert "could not be read back as off" in outcome.why


def test_a_stop_is_heeded_within_a_phase(lab, tmp_path):
    looks = iter(range(10_000))
    stop = threading.Event()
    protocol = Memory(folder=str(tmp_path), lab=lab, before_time=0.5, pulse_time=0.2, read_time=100)
    outcome = conduct(protocol, stop=stop, show=lambda _: next(looks) > 15 and stop.set())
    assert str(outcome) == "aborted: stopped by the user"
    assert output(lab) == "0"
    record = read_record(protocol.recording_path)
    assert 80 < len(record.samples) < 150
    assert record.spans[-1].name == "read"


def test_beyond_the_stations_limit_nothing_is_switched_on(lab, tmp_path, monkeypatch):
    sent = []
    original = lab.smu.write
    monkeypatch.setattr(lab.smu, "write", lambda command: (sent.append(command), original(command)))
    protocol = short_memory(tmp_path, pulse_voltage=7.0)
    with pytest.raises(RunFailed, match="7 V is beyond the station's limit of ± 6 V"):
        run(protocol, lab)
    assert not any("LEV" in command or "ON" in command for command in sent)


def test_a_reading_that_does_not_fit_its_interval_is_refused(lab, tmp_path):
    with pytest.raises(RunFailed, match="phase 'before': a reading at NPLC 10 takes 408 ms"):
        run(short_memory(tmp_path, read_nplc=10, before_time=0), lab)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_a_script_and_its_loop(lab, tmp_path, name):
    def strike(news):
        if news.number == 2:
            os.kill(os.getpid(), getattr(signal, name))

    before = signal.getsignal(getattr(signal, name))
    with pytest.raises(KeyboardInterrupt, match="aborted: stopped by the user; everything"):
        run(short_memory(tmp_path, read_time=100), lab, show=strike)
    assert output(lab) == "0"
    assert signal.getsignal(getattr(signal, name)) is before


def test_a_failing_display_does_not_end_a_run(lab, tmp_path):
    assert run(short_memory(tmp_path), lab, show=lambda news: 1 / 0).record.outcome.state == (
        "finished")


def test_a_protocol_can_run_twice_and_keeps_its_files_apart(lab, tmp_path):
    protocol = short_memory(tmp_path)
    first = run(protocol, lab)
    protocol.set("pulse_voltage", 7.0)
    with pytest.raises(RunFailed) as caught:
        run(protocol, lab)
    assert caught.value.recording is None
    assert first.recording.is_file()


def test_the_seed_recorded_is_the_benchs(tmp_path):
    with Station.open("simulated", seed=5) as lab:
        about = run(short_memory(tmp_path), lab).record.about
    assert about["seed"] == "5"


def test_reads_at_zero_volts_have_no_conductance_and_no_law(lab, tmp_path):
    result = run(short_memory(tmp_path, read_voltage=0.0), lab)
    assert np.isnan(result.phases["read"].conductance)
    assert result.retention is None


class Pulses(Memory):
    """More pulses than one trigger model takes."""

    name = "pulses"

    def phases(self):
        pulse = Phase("pulse", 5.0, 0.02, 0.01, 1e-3, nplc=0.1)
        return [pulse, Phase("read", 0.01, 0.2, 0.05, 1e-5)] * 5


def test_a_pulse_is_as_long_as_asked_wherever_it_stands(lab, tmp_path):
    bench = lab._manager.visalib.bench
    applied = []
    original = type(bench.port("smu.hi")).source.fset

    def watch(port, source):
        applied.append((bench.now, source.voltage if source.connected else 0.0))
        original(port, source)

    port = type(bench.port("smu.hi"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(port, "source", property(port.source.fget, watch))
        spans = run(Pulses(folder=str(tmp_path)), lab).record.spans
    assert len(spans) == 10
    edges = [next(group) for _, group in itertools.groupby(applied, lambda edge: edge[1] > 1)]
    lengths = [after - now for (now, level), (after, _) in itertools.pairwise(edges) if level > 1]
    # 20 ms, relay or settling before, one reading after
    assert len(lengths) == 5
    assert all(0.02 < length < 0.045 for length in lengths)


class TwoGroups(Memory):
    """More phases than the instrument can hold at once."""

    name = "two-groups"

    def phases(self):
        return [Phase(f"step {n}", 0.01 * n, 0.2, 0.05, 1e-5) for n in range(1, 7)]


def test_more_phases_than_fit_are_run_in_groups(lab, tmp_path):
    result = run(TwoGroups(folder=str(tmp_path)), lab)
    assert [span.name for span in result.record.spans] == [f"step {n}" for n in range(1, 7)]
    assert all(len(result.record.samples[span.part]) == 5 for span in result.record.spans)
    assert np.all(np.diff(result.record.samples.time) > 0)
    assert output(lab) == "0"


def test_the_base_class_keeps_startup_execute_and_shutdown():
    with pytest.raises(TypeError, match=r"Mine\.shutdown: the base class owns the run"):
        class Mine(Protocol):
            def shutdown(self):
                pass


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("pulse_voltage", "300", "takes a number from -210 to 210 V"),
    ("pulse_voltage", "nan", "takes a number from -210 to 210 V"),
    ("pulse_voltage", "5 A", "takes a number from -210 to 210 V"),
    ("pulse_voltage", "five", "takes a number from -210 to 210 V"),
    ("rest", "asleep", "takes 'hold' or 'zero' or 'open'"),
    ("puls_voltage", "5", "has no parameter 'puls_voltage'; it has alternate"),
])
def test_a_wrong_parameter_is_one_sentence(name, value, sentence):
    with pytest.raises(ParameterError) as caught:
        Memory().set(name, value)
    assert sentence in str(caught.value)


def work(protocol, tmp_path):
    worker = Worker(Results(protocol, str(tmp_path / "thinned.csv")))
    worker.start()
    # PyMeasure's own join() stops the worker.
    super(Worker, worker).join(timeout=60)
    assert not worker.is_alive()
    return protocol.status


def test_a_run_in_pymeasures_worker(tmp_path):
    protocol = short_memory(tmp_path)
    assert work(protocol, tmp_path) == Procedure.FINISHED
    thinned = Results.load(str(tmp_path / "thinned.csv")).data
    assert len(thinned) > 30
    assert read_record(protocol.recording_path).outcome.state == "finished"


def test_a_failed_run_in_pymeasures_worker(tmp_path):
    protocol = Faulty(folder=str(tmp_path), **SHORT)
    assert work(protocol, tmp_path) == Procedure.FAILED
    assert read_record(protocol.recording_path).outcome.state == "failed"


def test_an_output_not_off_fails_in_pymeasures_worker_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Station, "off", lambda self: {"smu": "could not be read back as off"})
    protocol = short_memory(tmp_path)
    assert work(protocol, tmp_path) == Procedure.FAILED


class Threshold(Memory):
    """Cut on its own live data, then one more phase at the level that stands."""

    name = "threshold"

    def measure(self):
        pulse = self.phases()[1].lasting(100.0)
        self.cut = self.apply([pulse], off_after=False,
                              until=lambda news: news.conductance[-1] > 1e-6)
        self.on_after_cut = self.lab.smu.ask(":OUTP?").strip()
        self.apply([self.phases()[2]])


def test_a_phase_is_cut_by_a_rule_on_the_live_data(lab, tmp_path):
    protocol = Threshold(folder=str(tmp_path), **SHORT)
    result = run(protocol, lab)
    assert protocol.cut is True
    assert protocol.on_after_cut == "1"
    pulse, read = result.record.spans
    assert 0.5 < pulse.stop - pulse.start < 20
    assert read.stop_index - read.first == 41
    assert output(lab) == "0"


def test_a_source_meter_that_is_not_there_is_said(lab, tmp_path):
    with pytest.raises(RunFailed, match="has no source meter 'smu9'; it has smu"):
        run(short_memory(tmp_path, source_meter="smu9"), lab)
