"""How fast a virtual instrument answers: in process beside pyvisa-sim, by HiSLIP, and in binary.

    python benchmarks/doors.py                          # every measurement, a few seconds
    python -m pip install pyvisa-sim                    # into an environment of its own, if wanted

A resistor is on the bench, so that what is measured is the way of a question and its answer. Times
are of the processor in process, and of the wall where a server in a process of its own is part of
it; of several tries the best is told.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyvisa

TRIES = 5
FASTER = 1000.0
"""Bench seconds per second of the served bench: the 2450's 1 ms a command costs 1 µs."""

BENCH = """
[bench]
mode = "virtual"
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

SIMULATED = r"""
spec: "1.0"
devices:
  smu:
    eom: {GPIB INSTR: {q: "\n", r: "\n"}}
    error: ERROR
    dialogues:
      - {q: ":READ?", r: "+1.000000E-04"}
resources:
  GPIB0::18::INSTR: {device: smu}
"""

CONFIGURE = ("*RST", ":SOUR:VOLT 1", ":SENS:FUNC 'CURR'", ":SENS:CURR:RANG 1E-3",
             ":SENS:CURR:NPLC 0.01", ":OUTP ON")


def best(action: Callable[[], object], count: int,
         clock: Callable[[], float] = time.process_time) -> float:
    """How many a second, in the best of a few tries of `count`."""
    def once() -> float:
        began = clock()
        for _ in range(count):
            action()
        return count / (clock() - began)

    return max(once() for _ in range(TRIES))


def in_process(folder: Path) -> dict[str, float]:
    """Questions a second of processor time to a 2450 on a resistor, by what is asked."""
    manager = pyvisa.ResourceManager(f"{folder / 'bench.toml'}@ginsen")
    try:
        with manager.open_resource("GPIB0::18::INSTR") as smu:
            for command in CONFIGURE:
                smu.write(command)
            assert abs(float(smu.query(":READ?")) - 1e-4) < 1e-6
            return {question: best(lambda question=question: smu.query(question), 2000)
                    for question in (":READ?", ":SOUR:VOLT?")}
    finally:
        manager.close()


def pyvisa_sim(folder: Path) -> float | None:
    """The same question to pyvisa-sim, which looks the text up; None where it isn't installed."""
    if importlib.util.find_spec("pyvisa_sim") is None:
        return None
    (folder / "sim.yaml").write_text(SIMULATED, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{folder / 'sim.yaml'}@sim")
    try:
        with manager.open_resource("GPIB0::18::INSTR", read_termination="\n",
                                   write_termination="\n") as smu:
            return best(lambda: smu.query(":READ?"), 2000)
    finally:
        manager.close()


def binary_samples(folder: Path) -> float:
    """Samples a second of processor time, out of a full buffer as a block of doubles."""
    manager = pyvisa.ResourceManager(f"{folder / 'bench.toml'}@ginsen")
    try:
        with manager.open_resource("GPIB0::18::INSTR", timeout=600_000,
                                   chunk_size=1 << 20) as smu:
            count = 100_000
            for command in (*CONFIGURE, f':TRAC:MAKE "deep", {count}', ":FORM:DATA REAL",
                            ":FORM:BORD SWAP", f":SENS:COUN {count}", ":SENS:CURR:AZER OFF"):
                smu.write(command)
            smu.query_binary_values(':READ? "deep"', datatype="d")
            question = f':TRAC:DATA? 1, {count}, "deep"'

            def fetch() -> None:
                values = smu.query_binary_values(question, datatype="d", container=np.array,
                                                 data_points=count)
                assert values.size == count

            return best(fetch, 3) * count
    finally:
        manager.close()


def hislip(folder: Path) -> dict[str, float]:
    """Questions a second of the wall to a served 2450, by what is asked."""
    server = subprocess.Popen(
        [sys.executable, "-m", "ginsen.cli", "serve", str(folder / "bench.toml"), "--port", "0",
         "--speed", str(FASTER)], stdout=subprocess.PIPE, encoding="utf-8")
    manager = pyvisa.ResourceManager("@py")
    try:
        assert server.stdout is not None
        address = next(line.split()[1] for line in server.stdout if line.startswith("HiSLIP"))
        with manager.open_resource(address) as smu:
            for command in CONFIGURE:
                smu.write(command)
            return {question: best(lambda question=question: smu.query(question), 2000,
                                   time.perf_counter)
                    for question in ("*IDN?", ":SOUR:VOLT?", ":READ?")}
    finally:
        manager.close()
        server.terminate()
        server.communicate()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.toml").write_text(BENCH, encoding="utf-8")
        theirs = pyvisa_sim(folder)
        for question, ours in in_process(folder).items():
            compared = ("pyvisa-sim is not installed here" if theirs is None else
                        f"pyvisa-sim, which looks :READ? up, {theirs / 1e3:.1f} k/s: "
                        f"{ours / theirs:.2f} of it")
            print(f"in process, 2450, {question:12}   {ours / 1e3:6.1f} k/s   ({compared})")
        print(f"a 2450's buffer in binary       {binary_samples(folder) / 1e6:6.1f} "
              "M samples/s")
        for question, rate in hislip(folder).items():
            print(f"HiSLIP on loopback, {question:12} {rate / 1e3:6.1f} k/s")


if __name__ == "__main__":
    main()
