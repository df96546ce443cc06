"""What a calibration found, in words."""

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from ginsen.calibration import Calibration, TwinModel, device_file
from ginsen.calibration.determined import directions
from ginsen.calibration.parameters import Parameter, Parameters
from ginsen.calibration_report import calibration_sentences, calibration_table
from ginsen.cli import WRONG_USE, main


@pytest.fixture
def found():
    """The loss barrier is determined, the size of a jump is not; of two statistics one is met."""
    random = np.random.default_rng(1)
    parameters = Parameters((Parameter("loss_barrier", "eV", 0.86, 0.06, positive=False),
                             Parameter("size", "", 0.1, 0.8)))
    points = random.standard_normal((200, 2)) * (0.1, 1.0)
    twin = TwinModel().having(parameters.values(points.mean(axis=0)))
    made = random.standard_normal((60, 2))
    return Calibration(twin, parameters, points, {"1. 1 read: ln G": 0.1, "1. 1 read: β": 9.0},
                       made, directions(points, parameters.names), 1.0)


def test_sentences(found):
    text = "\n".join(calibration_sentences(found))
    assert "The records determine 1 of 2 combinations" in text
    assert "+1.00 loss_barrier" in text.split("They leave open")[0]
    assert "+1.00 size" in text.split("They leave open")[1]
    assert "Outside the twin's 90 % range are 1 of 2 statistics:" in text
    assert "1. 1 read: β is 9.00" in text


def test_table(found):
    console = Console(width=120, record=True, file=StringIO())
    console.print(calibration_table(found))
    text = console.export_text()
    assert "loss_barrier, eV" in text
    assert "0.86 (0.761 to 0.959)" in text


def test_device_file_says_what_was_fitted(found):
    text = device_file(found, ["a.txt", "b.h5"])
    assert text.startswith("# A twin fitted by `ginsen calibrate` to a.txt, b.h5.")
    fitted, = (line for line in text.splitlines() if line.startswith("loss_barrier_eV"))
    assert " to " in fitted
    usual, = (line for line in text.splitlines() if line.startswith("work_eV"))
    assert "#" not in usual
    assert "formed before" not in text


def test_command_refuses(tmp_path, capsys):
    taken = tmp_path / "device.toml"
    taken.write_text("kind = 'resistor'\n", encoding="utf-8")
    assert main(["calibrate", "nowhere.h5", "--out", str(taken)]) == WRONG_USE
    assert "there is such a file already" in capsys.readouterr().err
    short = tmp_path / "short.txt"
    short.write_text("".join(f"{0.1 * k} 1.0 1e-6\n" for k in range(9)), encoding="utf-8")
    assert main(["calibrate", str(short), "--out", str(tmp_path / "new.toml")]) == WRONG_USE
    assert "no phase of 32 readings" in capsys.readouterr().err
    assert not (tmp_path / "new.toml").exists()
