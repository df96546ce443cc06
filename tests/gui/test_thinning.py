import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginsen.gui.age_trace import AgeTrace
from ginsen.gui.thinning import ThinTrace, to_columns


def feed(trace, t, y, sizes):
    first = 0
    for size in sizes:
        trace.append(t[first:first + size], y[first:first + size])
        first += size
    trace.append(t[first:], y[first:])


@given(st.integers(0, 700), st.lists(st.integers(0, 90), max_size=12), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_extremes_and_ends_are_kept_however_it_is_fed(count, sizes, seed):
    t = np.arange(count) * 0.1
    y = np.random.default_rng(seed).normal(size=count)
    trace = ThinTrace(32)
    feed(trace, t, y, sizes)
    time, values = trace.curve()
    assert time.size <= 3 * 32
    assert (np.diff(time) >= 0).all()
    if count:
        assert values.min() == y.min()
        assert values.max() == y.max()
        assert time[0] == 0
        # Nothing is invented: every value is one that was fed, near its time.
        assert np.isin(values, y).all()


def test_as_long_as_there_is_room_nothing_is_thinned():
    trace = ThinTrace(8)
    trace.append(np.arange(8.0), np.arange(8.0) ** 2)
    assert trace.curve()[1].tolist() == [0, 1, 4, 9, 16, 25, 36, 49]


def test_a_gap_is_a_gap():
    trace = ThinTrace(8)
    trace.append(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    trace.gap()
    trace.append(np.array([5.0]), np.array([3.0]))
    assert np.isnan(trace.curve()[1]).tolist() == [False, False, True, False]


def test_memory_is_flat_over_ten_million_samples():
    trace = ThinTrace()
    y = np.zeros(100_000)
    trace.append(np.arange(1e5), y)
    tracemalloc.start()
    for block in range(1, 100):
        trace.append(block * 1e5 + np.arange(1e5), y)
    grown, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 1_000_000
    assert most < 20_000_000
    assert trace.curve()[0].size < 10_000


def test_an_odd_number_of_columns_is_refused():
    with pytest.raises(ValueError, match="even"):
        ThinTrace(7)


def test_every_decade_of_age_is_kept_as_finely():
    trace = AgeTrace()
    age = np.arange(1, 1_000_001) * 1e-3
    trace.append(age, np.log10(age))
    kept, values = trace.curve()
    for decade in (-2, -1, 0, 1, 2):
        inside = (kept >= 10.0 ** decade) & (kept < 10.0 ** (decade + 1))
        assert np.count_nonzero(inside) >= 90
    assert np.allclose(values, np.log10(kept), atol=0.01)


def test_an_age_of_nothing_is_left_out():
    trace = AgeTrace()
    trace.append(np.array([-1.0, 0.0]), np.ones(2))
    assert trace.curve()[0].size == 0


def test_a_line_through_columns_keeps_spikes_and_gaps():
    x = np.arange(10_000.0)
    y = np.zeros(10_000)
    y[1234], y[7000:7100] = 5.0, np.nan
    thin_x, thin_y = to_columns(x, y, 100)
    assert thin_x.size <= 500
    assert np.nanmax(thin_y) == 5
    assert np.isnan(thin_y[(thin_x > 7050) & (thin_x < 7099)]).all()
    assert to_columns(x[:150], y[:150], 100)[0].size == 150
