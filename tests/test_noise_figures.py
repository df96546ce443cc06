"""Figures of states, avalanches and paths."""

import numpy as np
import pytest

from ginsen.analysis import path_statistics, state_track, study_avalanches
from ginsen.figures.avalanches import avalanche_figure
from ginsen.figures.paths import path_figure
from ginsen.figures.states import state_figure
from ginsen.types import Samples

PNG = b"\x89PNG"


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_states_and_a_step(tmp_path, rng):
    x = 100 + np.cumsum(rng.normal(size=1200)) + 200 * (np.arange(1200) > 700)
    samples = Samples.of(0.1 * np.arange(1200), np.ones(1200), 1e-6 * x)
    for part in (samples, samples[:256]):
        track = state_track(part, 256)
        state_figure(part, track, tmp_path / "states.png", name="a network that costs 5 $")
        assert (tmp_path / "states.png").read_bytes()[:4] == PNG


def test_states_without_a_beta(tmp_path):
    still = Samples.of(0.1 * np.arange(300), np.ones(300), np.ones(300))
    state_figure(still, state_track(still, 256), tmp_path / "states.png")
    state_figure(still, (), tmp_path / "none.png")
    assert (tmp_path / "none.png").read_bytes()[:4] == PNG


@pytest.mark.parametrize("n", [300, 6000])
def test_avalanches_many_and_few(tmp_path, rng, n):
    G = 1e-4 + 1e-7 * np.cumsum(rng.normal(size=n) * (rng.random(n) < 0.2))
    study = study_avalanches(G + 1e-9 * rng.normal(size=n), 0.01, threshold=2e-8)
    avalanche_figure(study, tmp_path / "avalanches.png", name="chip 3")
    assert (tmp_path / "avalanches.png").read_bytes()[:4] == PNG


@pytest.mark.parametrize("height", [0.0, 2e-5])
def test_paths_with_steps_and_without(tmp_path, rng, height):
    t = 0.1 * np.arange(800)
    G = 1e-4 + height * (np.arange(800) // 100 % 2) + 1e-6 * rng.normal(size=800)
    found = path_statistics(t, G)
    assert len(found.steps) == (7 if height else 0)
    path_figure(t, G, found, tmp_path / "paths.png", quanta=bool(height))
    assert (tmp_path / "paths.png").read_bytes()[:4] == PNG
