import numpy as np
from scipy.stats import kstest

from ginsen.physics.chance import exponential, keys, uniform


def test_numbers_of_one_stream_are_uniform_and_unrelated():
    key = keys(1, 5)[0]
    drawn = np.array([uniform(key, n) for n in range(20000)])
    assert drawn.min() > 0
    assert drawn.max() <= 1
    assert kstest(drawn, "uniform").pvalue > 0.01
    for lag in (1, 2, 33):
        assert abs(np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]) < 4 / np.sqrt(drawn.size)


def test_streams_are_unrelated_even_of_neighbouring_keys():
    first = np.array([uniform(float(k), 0) for k in range(20000)])
    assert kstest(first, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 4 / np.sqrt(first.size)


def test_exponential_has_mean_one():
    key = keys(1, 6)[0]
    drawn = np.array([exponential(key, n) for n in range(20000)])
    assert kstest(drawn, "expon").pvalue > 0.01


def test_a_place_holds_the_same_number_however_often_it_is_asked_for():
    key = keys(3, 1, 2)[1]
    later = uniform(key, 7)
    uniform(key, 3)
    assert uniform(key, 7) == later == uniform(keys(3, 1, 2)[1], 7)
    assert uniform(key, 7) != uniform(keys(3, 1, 3)[1], 7)
