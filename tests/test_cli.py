"""The command line as a person or a program uses it: a process, its output, its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from ginsen.records.reading import read_record

SHORT = ["--set", "before_time=1", "--set", "pulse_time=5", "--set", "read_time=5"]
LONG = ["--set", "read_time=20000"]
PHASE = {"name", "start_s", "stop_s", "voltage_V", "conductance_S", "beta", "beta_low", "beta_high",
         "beta_reason"}


def ginsen(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "ginsen.cli", *map(str, arguments)],
                          capture_output=True, encoding="utf-8", timeout=100, check=False,
                          **options)


def begun(folder, seconds=1.0):
    """A run in the background that has measured for some wall time since its first flush."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ginsen.cli", "run", "memory", "--out", str(folder), *LONG],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    for _ in range(600):
        found = list(Path(folder).glob("*.h5"))
        if found and found[0].stat().st_size > 100_000:
            break
        time.sleep(0.05)
    time.sleep(seconds)
    assert process.poll() is None, process.communicate()
    return process, found[0]


def test_a_run_ends_in_one_line_of_json_and_a_figure(tmp_path):
    done = ginsen("run", "memory", "--json", "--seed", 3, "--out", tmp_path, *SHORT)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["outcome"] == "finished"
    assert told["samples"] == 21 + 501 + 101
    assert Path(told["recording"]).is_file()
    assert Path(told["figure"]).read_bytes().startswith(b"\x89PNG")
    assert [phase["name"] for phase in told["phases"]] == ["before", "pulse", "read"]
    for phase in told["phases"]:
        assert set(phase) >= PHASE
        assert (phase["beta"] is None) == (phase["beta_reason"] is not None)
    assert told["phases"][1]["stop_s"] == 0
    assert set(told["retention"]["conductance_over_first"]) == {"1", "10", "100"}
    assert "no noise of their own" in told["notes"][0]
    assert "β (95 %)" in done.stderr


def test_a_recording_analysed_again_says_the_same(tmp_path):
    done = ginsen("run", "memory", "--json", "--out", tmp_path, *SHORT)
    told = json.loads(done.stdout.splitlines()[-1])
    again = ginsen("analyse", told["recording"], "--json", "--figure", tmp_path / "again.png")
    retold = json.loads(again.stdout.splitlines()[-1])
    assert again.returncode == 0
    assert {**retold, "figure": None} == {**told, "figure": None}
    assert (tmp_path / "again.png").is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal_the_run_is_aborted_and_kept(tmp_path, number):
    process, path = begun(tmp_path)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ginsen: aborted: stopped by the user" in stderr
    assert str(read_record(path).outcome) == "aborted: stopped by the user"
    with h5py.File(path, "r") as file:
        assert "every output is off, by read-back" in list(file["log/text"].asstr())


@pytest.mark.realtime
def test_killed_at_once_all_but_the_last_second_is_there(tmp_path):
    process, path = begun(tmp_path, seconds=3.0)
    process.kill()
    process.communicate()
    with h5py.File(path, "r") as file:
        count = min(len(column) for column in file["samples"].values())
        assert file["outcome/outcome"].asstr()[-1] == "running"
        assert np.all(np.isfinite(file["samples/time_s"][:count]))
    record = read_record(path)
    assert record.outcome.state == "interrupted"
    assert len(record.samples) > 100


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["run", "memry"], "there is no protocol 'memry'; there is activation"),
    (["run", "memory", "--set", "pulse_voltage=300"], "takes a number from -210 to 210 V."),
    (["run", "memory", "--set", "pulse_voltage"], "write it as NAME=VALUE."),
    (["run", "memory", "--station", "nowhere.toml"], "there is no station file 'nowhere.toml'"),
    (["run", "memory", "--set", "pulse_voltage=9"], "9 V is beyond the station's limit of ± 6 V"),
    (["analyse", "nowhere.txt"], "nowhere.txt does not exist"),
    (["analyse", "."], "is a folder"),
])
def test_what_is_wrong_is_one_sentence(tmp_path, arguments, sentence):
    if arguments[0] == "run":
        arguments = [*arguments, "--out", str(tmp_path)]
    done = ginsen(*arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_protocols_and_their_parameters_are_told():
    assert "memory" in ginsen("protocols").stdout
    told = ginsen("run", "memory", "--help").stdout
    assert "pulse_voltage = 5 V" in told
    assert "a number from -210 to 210 V" in told


def test_a_run_imports_no_qt(tmp_path):
    code = ("import sys; from ginsen.cli import main; "
            f"main(['run', 'memory', '--out', {str(tmp_path)!r}, '--set', 'read_time=1', "
            "'--set', 'pulse_time=1']); "
            "print([name for name in sys.modules if name.split('.')[0] in "
            "('PyQt5', 'PyQt6', 'pyqtgraph', 'qtpy')])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                          timeout=100, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_help_of_the_command_itself_imports_nothing_heavy():
    code = ("import sys; from ginsen.cli import main\n"
            "try: main(['--help'])\nexcept SystemExit: pass\n"
            "print([name for name in ('numba', 'numpy', 'pymeasure', 'matplotlib', 'h5py') "
            "if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                          timeout=100, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_real_record_of_a_forgetting_network():
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder:
        pytest.skip("GINSEN_REFERENCE_DATA is not set: the measured records are not at hand")
    done = ginsen("analyse", Path(folder) / "agnw_pulse_2V.txt", "--json")
    told = json.loads(done.stdout.splitlines()[-1])
    pulse, read = told["phases"]
    assert (pulse["voltage_V"], read["voltage_V"]) == pytest.approx((2.0, 0.01), rel=1e-2)
    assert pulse["stop_s"] - pulse["start_s"] == pytest.approx(102, abs=0.5)
    assert read["stop_s"] - read["start_s"] == pytest.approx(249, abs=0.5)
    assert all(phase["beta"] is not None or phase["beta_reason"] for phase in told["phases"])
    kept = told["retention"]["conductance_over_first"]
    assert (kept["10"], kept["100"]) == pytest.approx((0.85, 0.69), abs=0.006)
