"""`ginsen serve` as a process: its table, its end, its refusals."""

import signal
import socket
import subprocess
import sys

import pytest

from ginsen.cli import main

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
"""


@pytest.fixture
def served_process(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "ginsen.cli", "serve", str(path), "--port", "0", "--speed", "5"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    yield process
    process.kill()
    process.communicate()


@pytest.mark.realtime
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_a_table_serves_and_ends_when_told(served_process, number):
    smu, bench, end, hislip, vxi11, hint = (served_process.stdout.readline() for _ in range(6))
    name, address, identity = smu.split(maxsplit=2)
    assert (name, bench.split()[0], end.split()[0]) == ("smu", "bench", "smu")
    assert "dead sockets" in end
    assert hislip.split()[1].endswith("::INSTR")
    assert "hislip0 smu" in hislip
    assert "inst0 smu" in vxi11
    assert "Ctrl-C stops" in hint
    _, host, port, kind = address.split("::")
    assert kind == "SOCKET"
    with socket.create_connection((host, int(port)), 5.0) as client:
        client.sendall(b"*IDN?\n")
        assert client.recv(100).decode() == identity
        served_process.send_signal(number)
        _, stderr = served_process.communicate(timeout=10)
    assert (served_process.returncode, stderr) == (0, "")


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["nowhere.toml"], "nowhere.toml: the bench file cannot be read"),
    (["simulated", "--host", "0.0.0.0"], "at 0.0.0.0 other machines can reach the bench, and "
                                         "whoever connects commands it; say expose (--expose)"),
    (["simulated", "--speed", "nan"], "finite number greater than 0, not nan"),
])
def test_what_cannot_be_served_is_one_sentence(arguments, sentence, capsys):
    assert main(["serve", *arguments]) == 2
    stderr = capsys.readouterr().err
    assert sentence in stderr
    assert stderr.count("\n") == 1
