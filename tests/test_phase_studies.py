"""States, paths and avalanches of a record's phases, told and drawn."""

import numpy as np
import pytest

from ginsen.cli import main
from ginsen.phase_studies import phase_studies
from ginsen.types import Record, Samples, Span


def record(count, level=1.0):
    rng = np.random.default_rng(4)
    time = np.arange(count) * 0.01
    current = 1e-5 * (1 + 1e-3 * rng.standard_normal(count)) + 2e-7 * (time > 12.0)
    samples = Samples.of(time, np.full(count, level), level * current)
    return Record(samples, (Span("bias", level, 0.0, float(time[-1]), 0, count),))


def test_each_study_says_a_sentence_and_draws_a_figure(tmp_path):
    told = list(phase_studies(record(2400), tmp_path / "studies"))
    assert [sentence.partition(":")[0] for sentence in told] == ["bias"] * 3
    assert "1 steps" in told[1]
    assert sorted(path.name for path in (tmp_path / "studies").iterdir()) == [
        "00-bias-avalanches.png", "00-bias-paths.png", "00-bias-states.png"]


@pytest.mark.parametrize(("count", "level"), [(40, 1.0), (2000, 0.0)])
def test_what_is_too_short_or_at_0_v_is_not_studied(tmp_path, count, level):
    assert "not studied" in next(phase_studies(record(count, level), tmp_path))


def test_the_command_prints_them(tmp_path, capsys):
    path = tmp_path / "old.txt"
    samples = record(300).samples
    np.savetxt(path, np.c_[samples.time, samples.voltage, samples.current],
               header="time_s voltage_V current_A", comments="")
    assert main(["analyse", str(path), "--studies", str(tmp_path / "studies")]) == 0
    assert "no states: 300 samples" in capsys.readouterr().err
