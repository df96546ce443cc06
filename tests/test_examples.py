"""The scripts run as they stand, on stimuli cut short."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from ginsen.protocols import Protocol
from ginsen.protocols.single_runs import SINGLE_RUNS

EXAMPLES = Path(__file__).parents[1] / "examples"
WINDOW = "managed_window"
SCRIPTS = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != WINDOW)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_runs_to_its_last_line(monkeypatch, tmp_path, capsys, script):
    whole = Protocol.apply

    def short(self, phases, **options):
        return whole(self, [phase.lasting(min(phase.duration, 20 * phase.interval))
                            for phase in list(phases)[:5]], **options)

    monkeypatch.setattr(Protocol, "apply", short)
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / f"{script}.py"), run_name="__main__")
    assert capsys.readouterr().out
    assert list((tmp_path / "runs").glob("*.h5"))


def test_there_is_a_script_for_every_protocol_of_one_run():
    assert {script.replace("_", "-") for script in SCRIPTS} >= set(SINGLE_RUNS)


def test_pymeasures_window_opens(tmp_path):
    script = EXAMPLES / f"{WINDOW}.py"
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 12
    code = ("import os, runpy, sys\n"
            "os.environ.update(QT_QPA_PLATFORM='offscreen', QT_API='pyqt5')\n"
            "from pymeasure.display.Qt import QtWidgets\n"
            "shown = lambda *_: sum(w.isVisible() for w in app().topLevelWidgets()) - 1\n"
            "app = QtWidgets.QApplication.instance\n"
            "QtWidgets.QApplication.exec = shown\n"
            f"runpy.run_path({str(script)!r}, run_name='__main__')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                          cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
