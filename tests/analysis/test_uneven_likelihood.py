"""The likelihood from coarse to fine against the dense one."""

import numpy as np
import pytest
from uneven_noise import DUTY, KINDS, drawn, read, times

from ginsen.analysis.uneven_covariance import filtered, integrated, off_poles
from ginsen.analysis.uneven_posterior import Question
from ginsen.analysis.uneven_tree import DRIFT, TOP, Tree, whitened

N = 384


def dense(t, x, beta, noises, duty):
    """Log-likelihood by the full covariance, a cubic left out as at the top of the tree."""
    lag, exponent = np.abs(t[:, None] - t).ravel(), off_poles(np.array([beta]))[:, None]
    C = (integrated(lag, duty, exponent, 0.05) if duty else filtered(lag, exponent, 0.05))
    place = 2 * (t - t.mean()) / np.ptp(t)
    powers = np.polynomial.legendre.legvander(place, DRIFT - 1)
    Q = np.linalg.qr(powers, mode="complete")[0][:, DRIFT:]
    found = []
    for noise in noises:
        L = np.linalg.cholesky(Q.T @ (C.reshape(t.size, t.size) + noise * np.eye(t.size)) @ Q)
        z = np.linalg.solve(L, Q.T @ x)
        found.append(-np.log(np.diag(L)).sum() - z.size / 2 * np.log(z @ z / z.size))
    return np.array(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0, 3.0])
def test_it_follows_the_dense_likelihood(kind, beta):
    rng = np.random.default_rng(11)
    duty = DUTY if kind == "meter" else None
    t = times(kind, N, rng)
    tree = Tree.of(t, duty)
    t = t[:tree.size]
    x = read(kind, t, beta, rng)
    # White noise as strong as the signal at a tenth of the sampling rate, and less.
    noises = np.array([0.0, 0.05 * 0.1**-beta, 0.5 * 0.1**-beta])
    betas = beta + np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
    question = Question(tree, x, None, tuple(range(len(tree.levels))))
    found = question.log_likelihood(betas, np.tile(noises, (betas.size, 1)))
    exact = np.array([dense(t, x, b, noises, duty) for b in betas])
    difference = found - found[2] - exact + exact[2]
    # What neighbourhoods leave out costs most at β = 0: there the peak moves by up to 0.6 σ(β).
    slope = (difference[3] - difference[1]) / 0.2
    curvature = -(exact[3] - 2 * exact[2] + exact[1]) / 0.1**2
    assert np.abs(slope / np.sqrt(np.abs(curvature))).max() < 0.6
    assert np.abs(difference).max() < 1.6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_its_maximum_is_on_the_bound_and_its_curvature_says_so(kind, beta):
    rng, count = np.random.default_rng(3), 400
    duty = DUTY if kind == "meter" else None
    t = times(kind, N, rng)
    records, bound = drawn(t, beta, duty, count, rng)
    tree = Tree.of(t, duty)
    betas = beta + bound * np.arange(-3.0, 4.0)
    log, square, n = np.zeros((betas.size, 1)), np.zeros((betas.size, count)), 0
    for level in whitened(tree, records, betas, np.zeros((betas.size, 1))):
        log += level.log_deviation.sum(axis=-1)
        square += np.sum(level.values[:, :, 0] ** 2, axis=-1).T
        n += level.log_deviation.shape[-1]
    second, first, _ = np.polyfit(np.arange(-3.0, 4.0), -log - n / 2 * np.log(square / n), 2)
    error, sigma = -first / (2 * second), np.sqrt(-1 / (2 * second))
    # 400 records tell a standard deviation to 3.5 %, a mean to 0.05 and a coverage to 1.1 %.
    assert 0.9 < error.std() < 1.18
    assert abs(error.mean()) < 0.2
    assert 0.91 < np.mean(np.abs(error) < 1.96 * sigma) < 0.985


def test_the_innovations_are_white(rng):
    t = times("thinned", 2000, rng)
    tree = Tree.of(t, None)
    x = read("thinned", t, 1.5, rng)
    levels = list(whitened(tree, x[None], np.array([1.5]), np.zeros((1, 1))))
    powers = np.array([np.mean(level.values**2) for level in levels])
    sizes = np.array([level.values.size for level in levels])
    assert sizes.sum() == tree.size - DRIFT
    z = (powers / np.average(powers, weights=sizes) - 1) * np.sqrt(sizes / 2)
    assert np.abs(z).max() < 3.5
    finest = levels[0].values[0, 0, 0]
    assert abs(np.corrcoef(finest[1:], finest[:-1])[0, 1]) < 4 / np.sqrt(finest.size)


def test_level_and_line_leave_no_trace(rng):
    t = times("jitter", 500, rng)
    tree = Tree.of(t, None)
    x = read("jitter", t, 1.0, rng)
    of = [list(whitened(tree, values[None], np.array([1.0]), np.zeros((1, 1))))
          for values in (x, x + 1e3 + 0.5 * t)]
    for plain, tilted in zip(*of, strict=True):
        assert tilted.values == pytest.approx(plain.values, abs=0.05 * plain.values.std())


@pytest.mark.parametrize("size", [64, 65, 127, 128, 1000, 16001])
def test_few_readings_are_left_out(size):
    tree = Tree.of(np.arange(float(size)), None)
    assert size * 31 / 32 <= tree.size <= size
    assert TOP / 2 <= tree.levels[-1].time.size <= TOP


def test_a_level_knows_where_its_readings_are(rng):
    t = times("thinned", 64, rng)
    level = Tree.of(t, 0.5).levels[0].halved().halved()
    assert level.time == pytest.approx(t.reshape(-1, 4).mean(axis=1))
    assert level.spread == pytest.approx(t.reshape(-1, 4).var(axis=1) + 0.5**2 / 12)
