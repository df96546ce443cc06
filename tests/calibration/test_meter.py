"""What the meter of a record adds, the twin is given too."""

from dataclasses import replace

import numpy as np
import pytest

from ginsen.analysis.noise_floor import white_level
from ginsen.calibration import calibrate
from ginsen.calibration.stimulus import Hold, holds_of
from ginsen.calibration.twin import TwinModel, imagined
from ginsen.cli import WRONG_USE, main
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.types import InstrumentNoise, Record, Samples, Span

QUIET = TwinModel(FilamentModel(loss_barrier=1.2), FluctuatorModel(count=0), wires=20, box=12e-6,
                  seed=1, formed_for=200.0)
"""Formed, it loses no atom and its tips are still."""

HOLD = Hold("bias", 1.5, 0.02, 0.02, 0.0, np.full(2500, 3e-5), None)
NOISE = InstrumentNoise(4e-18, 6e-9, 1e-20, 1e-11, 0.0, (3e-5,))


def record(noise):
    time = HOLD.interval * np.arange(HOLD.G.size)
    samples = Samples.of(time, np.full(time.size, HOLD.level), HOLD.G * HOLD.level)
    return Record(samples, (Span("bias", HOLD.level, 0.0, time[-1], 0, time.size, noise=noise),))


def test_a_hold_knows_the_noise_of_its_phase_else_what_it_is_told():
    assert [(hold.meter, hold.source) for hold in holds_of(record(NOISE), floor=1e-3)] \
        == [(4e-18, 6e-9)]
    told, = holds_of(record(None), floor=9e-18)
    assert (told.meter, told.source) == (pytest.approx(4e-18), 0.0)
    silent, = holds_of(record(None))
    assert not silent.scatter(HOLD.G).any()
    with pytest.raises(ValueError, match="floor is -1e-18 A²/Hz: it must be 0 or more"):
        calibrate([record(None)], floor=-1e-18)


def test_the_twin_is_read_by_a_meter_as_noisy():
    """The same course, and white noise of W + G² S_V over it, to 5 % in its density."""
    bare, = imagined(QUIET, (HOLD,), 4)
    noisy = replace(HOLD, meter=NOISE.meter, source=NOISE.source)
    read, = imagined(QUIET, (noisy,), 4)
    added = read.G - bare.G
    density = NOISE.meter + bare.G.mean() ** 2 * NOISE.source
    assert 2 * HOLD.interval * added.var() == pytest.approx(density, rel=0.05 * np.sqrt(2))
    assert abs(np.corrcoef(added[1:], added[:-1])[0, 1]) < 0.06
    again, = imagined(QUIET, (noisy,), 4)
    np.testing.assert_array_equal(again.G, read.G)


def test_what_white_level_finds_is_what_a_twin_is_given():
    """The floor of a recording of an open, put into the twin, gives changes as large as there."""
    random = np.random.default_rng(3)
    current = 2e-8 * random.standard_normal(4000)
    time = HOLD.interval * np.arange(current.size)
    opened = Record(Samples.of(time, np.full(time.size, 1.5), current),
                    (Span("open", 1.5, 0.0, time[-1], 0, time.size),))
    floor = white_level(opened, opened.spans[0]).density
    hold, = holds_of(record(None), floor=floor)
    read, = imagined(QUIET, (hold,), 4)
    changes = np.median(np.abs(np.diff(read.G))) * HOLD.level
    assert changes == pytest.approx(np.median(np.abs(np.diff(current))), rel=0.05)


def test_a_floor_that_is_none_is_refused(tmp_path, capsys):
    lines = [f"{0.02 * k:.2f}\t{0.0:.1e}\t1.5" for k in range(400)]
    flat = tmp_path / "open.txt"
    flat.write_text("time (s)\tcurrent (A)\tvoltage (V)\n" + "\n".join(lines), encoding="utf-8")
    assert main(["calibrate", str(flat), "--floor", str(flat),
                 "--out", str(tmp_path / "device.toml")]) == WRONG_USE
    assert "the current does not move by one digit" in capsys.readouterr().err
