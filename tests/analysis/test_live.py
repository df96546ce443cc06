import tracemalloc
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis import LiveBeta, drift, estimate_beta, reflection
from ginsen.analysis.live import prepare
from ginsen.analysis.refusal import WIDEST_SIGMA
from ginsen.types import Samples

DT = 0.05


def record(n, rng):
    t = 3 + DT * np.arange(n) + rng.uniform(-1e-4, 1e-4, n)
    return Samples.of(t, np.full(n, 0.01), noise(n, 1.3, rng))


def test_values_are_those_of_estimate_beta_on_the_same_window(rng):
    samples, windows = record(1500, rng), (128, 512)
    live, met = LiveBeta(windows), {128: [], 512: []}
    first = 0
    while first < len(samples):
        stop = first + int(rng.integers(1, 40))
        for window, fit in zip(windows, live.feed(samples[first:stop]), strict=True):
            if fit is not None:
                met[window].append(fit)
        first = stop
    for window, fits in met.items():
        # Feeds shorter than a hop may skip none of them at window 512, some at 128.
        assert len(fits) > 0.4 * (1500 - window) / (window / 8)
        for fit in fits:
            last = int(np.flatnonzero(samples.time == fit.stop)[0]) + 1
            assert (last - window) % (window // 8) == 0
            part = samples[last - window:last]
            assert fit == estimate_beta(part.current, times=part.time, widest=WIDEST_SIGMA)


def test_one_estimate_a_hop():
    live = LiveBeta((64, 256), dt=1.0, hop=1 / 4)
    x = np.random.default_rng(1).normal(size=600)
    due = [tuple(fit is not None for fit in live.feed(x[i:i + 1])) for i in range(600)]
    assert [i + 1 for i, d in enumerate(due) if d[0]] == list(range(64, 601, 16))
    assert [i + 1 for i, d in enumerate(due) if d[1]] == list(range(256, 601, 64))


def test_the_newest_of_several_hops(rng):
    x = noise(1000, 1.0, rng)
    (fit,) = LiveBeta((256,), dt=DT).feed(x)
    # A NaN is not equal to itself; the times of plain values are NaN.
    batch = estimate_beta(x[992 - 256:992], dt=DT, widest=WIDEST_SIGMA)
    np.testing.assert_equal(asdict(fit), asdict(batch))


def test_memory_is_constant(rng):
    live, block = LiveBeta((2048,), dt=1.0, hop=1.0), rng.normal(size=2000)
    for _ in range(4):
        live.feed(block)
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    for _ in range(20):
        live.feed(block)
    ours = {"live", "ring", "decimation"}
    grown = sum(line.size_diff
                for line in tracemalloc.take_snapshot().compare_to(before, "filename")
                if Path(line.traceback[0].filename).stem in ours)
    tracemalloc.stop()
    assert grown < 50_000  # 40 000 samples are 320 000 bytes


@pytest.mark.parametrize("flaw", ["compliance", "nan", "gap", "back"])
def test_windows_start_afresh(flaw, rng):
    samples, time, current = record(600, rng), None, None
    time, current = samples.time.copy(), samples.current.copy()
    compliance = np.zeros(600, dtype=bool)
    if flaw == "compliance":
        compliance[300] = True
    elif flaw == "nan":
        current[300] = np.nan
    else:
        time[300:] += 2 * DT if flaw == "gap" else -100
    flawed = Samples(time, samples.voltage, current, compliance, samples.u_voltage,
                     samples.u_current)
    begin = 300 if flaw in ("gap", "back") else 301
    for size in (600, 7):
        live = LiveBeta((256,))
        fits = [live.feed(flawed[i:i + size])[0] for i in range(0, 600, size)]
        after = [fit for fit in fits if fit is not None and fit.stop in time[300:]]
        assert {fit.start for fit in after} <= set(time[begin::32])
        assert time[begin] in {fit.start for fit in after} or size == 600


def test_restart_forgets(rng):
    live, x = LiveBeta((256,), dt=1.0), noise(500, 1.0, rng)
    live.feed(x[:250])
    live.restart()
    assert live.feed(x[250:500]) == (None,)


def test_arguments(rng):
    with pytest.raises(ValueError, match="dt is to be given"):
        LiveBeta().feed(np.ones(3))
    with pytest.raises(ValueError, match="windows"):
        LiveBeta(())
    with pytest.raises(ValueError, match="hop"):
        LiveBeta(hop=0)
    with pytest.raises(ValueError, match="dt"):
        LiveBeta(dt=-1)
    assert LiveBeta((64,)).feed(Samples.of([], [], [])) == (None,)


def test_once_prepared_no_first_estimate_computes_what_all_share(rng):
    for table in (prepare, drift.response_of, drift._left, reflection.covariance):
        table.cache_clear()
    prepare()
    shared = drift._left.cache_info().misses, reflection.covariance.cache_info().misses
    assert min(shared) > 0
    assert None not in LiveBeta((300, 1024), dt=DT).feed(noise(2000, 1.3, rng))
    assert shared == (drift._left.cache_info().misses, reflection.covariance.cache_info().misses)
