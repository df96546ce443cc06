"""What passed between a driver and its instrument, written down and said once more."""

import itertools
import json

import numpy as np
import pytest
import pyvisa

from ginsen.instruments.capture import capturing
from ginsen.sim_backend.bench_file import BenchFileError, load_bench
from ginsen.station import Station
from ginsen.types import Phase

DEVICE = """
[device]
kind = "resistor"
resistance_ohm = {resistance}
"""
SIMULATED = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
""" + DEVICE.format(resistance=1e4)
REPLAYED = """
[instruments.smu]
model = "transcript"
file = "capture.jsonl"
of = "GPIB0::18::INSTR"
address = "GPIB0::18::INSTR"
""" + DEVICE.format(resistance=1)
STATION = """
[station]
visa = "{bench}@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = {{ voltage = "6 V", current = "1 mA" }}
"""
PHASE = Phase("hold", 1.0, 1.0, 0.1, 1e-3)


@pytest.fixture
def path(tmp_path):
    for bench, text in (("simulated.toml", SIMULATED), ("replayed.toml", REPLAYED)):
        (tmp_path / bench).write_text(text, encoding="utf-8")
        (tmp_path / bench.replace("toml", "station.toml")).write_text(
            STATION.format(bench=bench), encoding="utf-8")
    return tmp_path


def measured(path, name):
    with Station.open(path / f"{name}.station.toml") as lab:
        lab.smu.start([PHASE])
        parts = []
        while lab.smu.busy():
            lab.clock.sleep(0.2)
            parts.append(lab.smu.fetch())
        parts.append(lab.smu.fetch())
        return np.concatenate([part.current for part in parts])


def captured(path):
    manager = pyvisa.ResourceManager(f"{path / 'simulated.toml'}@ginsen")
    with capturing(manager, path / "capture.jsonl"):
        current = measured(path, "simulated")
    assert not {"open", "read", "write"} & set(vars(manager.visalib))
    manager.close()
    return current


def test_a_run_on_a_capture_is_the_run_that_was_captured(path):
    current = captured(path)
    assert current.size == 11
    np.testing.assert_array_equal(measured(path, "replayed"), current)


def test_a_capture_is_one_json_object_a_line(path):
    captured(path)
    lines = [json.loads(line) for line in
             (path / "capture.jsonl").read_text(encoding="utf-8").splitlines()]
    smu = [line for line in lines if line["address"] == "GPIB0::18::INSTR"]
    assert smu[0]["sent"].strip() == "*IDN?"
    assert "MODEL 2450" in smu[1]["received"]
    assert all(a["time_s"] <= b["time_s"] for a, b in itertools.pairwise(lines))
    with pytest.raises(FileExistsError), capturing(
            pyvisa.ResourceManager(f"{path / 'simulated.toml'}@ginsen"), path / "capture.jsonl"):
        pass


def test_a_question_never_asked_is_not_answered_and_a_poll_is_answered_again(path):
    (path / "capture.jsonl").write_text("\n".join(json.dumps(
        {"time_s": 0, "address": "GPIB0::18::INSTR", way: text}) for way, text in (
            ("sent", "BUSY?\n"), ("received", "1\n"), ("sent", "BUSY?\n"), ("received", "0"),
            ("received", "\n"), ("sent", "DONE\n"))), encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path / 'replayed.toml'}@ginsen")
    with manager.open_resource("GPIB0::18::INSTR", timeout=100) as it:
        assert [it.query("BUSY?") for _ in range(4)] == ["1\n", "0\n", "0\n", "0\n"]
        it.write("DONE")
        with pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_TMO"):
            it.query("*IDN?")
    manager.close()


@pytest.mark.parametrize(("text", "sentence"), [
    ("{", "is no capture"), ('{"address": "A"}', "is no capture"), ("[1]", "is no capture"),
    ('{"address": "ASRL1::INSTR", "sent": "x"}', "of: the capture .* is of ASRL1::INSTR; "
     "'GPIB0::18::INSTR' is not among them"),
    ("", "is of nothing")])
def test_what_is_no_capture_is_one_sentence(path, text, sentence):
    (path / "capture.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(BenchFileError, match=sentence):
        load_bench(str(path / "replayed.toml"))
