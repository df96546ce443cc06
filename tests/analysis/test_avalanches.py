import numpy as np
import pytest
from branching import branching, walk_of_events
from exact_noise import noise

from ginsen.analysis.avalanche_study import AvalancheRow, reading_of, study_avalanches
from ginsen.analysis.avalanches import (
    avalanches_of,
    find_avalanches,
    find_events,
    usual_bin,
    usual_threshold,
)
from ginsen.analysis.crackling import (
    Exponent,
    gamma_of_exponents,
    gamma_of_means,
    gamma_of_shapes,
)
from ginsen.analysis.power_law import fit_power_law, widest_power_law
from ginsen.analysis.surrogates import phase_randomised, shuffled


def test_avalanches_are_runs_of_busy_bins_but_those_at_the_ends():
    found = avalanches_of(np.array([1, 0, 2, 3, 0, 0, 1, 0, 4]))
    np.testing.assert_array_equal(found.first, [2, 6])
    np.testing.assert_array_equal(found.lifetime, [2, 1])
    np.testing.assert_array_equal(found.size, [5, 1])


def test_events_and_bins():
    G = np.array([0, 0, 1, 1, 1, 3, 3, 3, 2.5, 2.5])
    events = find_events(G, 0.7)
    np.testing.assert_array_equal(events, [2, 5])
    assert usual_bin(events) == 3
    found = find_avalanches(np.array([0, 10, 11, 14, 30]), 3.0, dt=0.5)
    assert found.bin_width == 1.5
    np.testing.assert_array_equal(found.size, [3])
    np.testing.assert_array_equal(found.lifetime, [2])


def test_the_usual_threshold_is_three_sigma_of_normal_changes(rng):
    G = np.cumsum(rng.normal(0, 2.0, 20_000))
    assert usual_threshold(G) == pytest.approx(6.0, rel=0.03)


def test_a_critical_branching_process():
    # τ = 3/2, α = 2 and γ = 2 in the limit; with lifetimes of tens of generations α is nearer 1.8.
    found = avalanches_of(branching(1.0, 3000, np.random.default_rng(1)))
    sizes, lifetimes = widest_power_law(found.size), widest_power_law(found.lifetime)
    assert sizes.exponent == pytest.approx(1.5, abs=0.05)
    assert sizes.high / sizes.low > 1000
    assert lifetimes.best == "power law"
    assert lifetimes.exponent == pytest.approx(1.85, abs=0.2)
    three = (gamma_of_exponents(sizes, lifetimes),
             gamma_of_means(found, lifetimes.low, lifetimes.high),
             gamma_of_shapes(found, lifetimes.low, lifetimes.high))
    for gamma in three:
        assert gamma.value == pytest.approx(1.8, abs=0.25)
        assert gamma.high - gamma.low < 0.6


def test_a_subcritical_one_has_a_scale():
    found = avalanches_of(branching(0.7, 3000, np.random.default_rng(1)))
    assert widest_power_law(found.lifetime) is None
    assert fit_power_law(found.size).best != "power law"


def test_independent_events_satisfy_the_relation_without_power_laws(rng):
    events = np.flatnonzero(rng.random(200_000) < 0.05)
    found = find_avalanches(events, usual_bin(events))
    assert widest_power_law(found.size) is None
    sizes, lifetimes = fit_power_law(found.size), fit_power_law(found.lifetime)
    assert sizes.best == lifetimes.best == "exponential"
    # Taken for power laws they have an exponent above one all the same.
    assert 1.2 < gamma_of_exponents(sizes, lifetimes).value < 2.2
    assert gamma_of_means(found, 1, 50).value == pytest.approx(1.0, abs=0.05)


def test_too_few_for_an_exponent():
    found = avalanches_of(np.array([0, 1, 0, 2, 2, 0]))
    assert gamma_of_means(found, 1, 10) is None
    assert gamma_of_shapes(found, 1, 10) is None
    steep = fit_power_law(np.random.default_rng(0).integers(1, 100, 200))
    assert gamma_of_exponents(steep, steep) is None  # τ near 0


def test_exponents_overlap_where_their_intervals_do():
    assert Exponent(1.0, 0.9, 1.1).overlaps(Exponent(1.2, 1.05, 1.3))
    assert not Exponent(1.0, 0.9, 1.1).overlaps(Exponent(1.2, 1.15, 1.3))


def test_surrogates_keep_what_they_promise(rng):
    for n in (1000, 1001):
        G = noise(n, 1.5, rng)
        other, turned = shuffled(G, 1), phase_randomised(G, 1)
        np.testing.assert_allclose(np.sort(np.diff(other)), np.sort(np.diff(G)))
        np.testing.assert_allclose(np.abs(np.fft.rfft(np.diff(turned))),
                                   np.abs(np.fft.rfft(np.diff(G))), atol=1e-9)
        assert np.std(np.diff(turned) - np.diff(G)) > 0.5 * np.std(np.diff(G))
        np.testing.assert_array_equal(shuffled(G, 1), other)


def test_a_study_of_independent_events_says_so(rng):
    G = walk_of_events(rng.random(20_000) < 0.05, rng)
    study = study_avalanches(G, 0.03, threshold=0.5)
    assert study.reading.startswith("not consistent with scale-free avalanches")
    assert [row.source for row in study.rows] == 9 * ["measured"] + ["shuffled",
                                                                     "phase-randomised"]
    first = study.rows[0]
    assert first.threshold == 0.5
    assert first.bin_width == pytest.approx(0.03 * usual_bin(find_events(G, 0.5)))
    # Shuffling independent events changes nothing about them.
    assert study.rows[9].events == first.events
    assert {row.threshold for row in study.rows} == {0.25, 0.5, 1.0}


def test_a_study_of_too_little(rng):
    study = study_avalanches(walk_of_events(rng.random(1000) < 0.05, rng), 0.03, threshold=0.5)
    assert study.reading.startswith("too few: ")
    with pytest.raises(ValueError, match="finite"):
        study_avalanches(np.array([1.0, np.nan, 2.0]), 0.03)
    with pytest.raises(ValueError, match="threshold is 0"):
        study_avalanches(np.arange(10.0), 0.03, threshold=0.0)
    with pytest.raises(ValueError, match="0 events"):
        study_avalanches(np.arange(10.0), 0.03, threshold=5.0)


def row(source="measured", gammas=(1.5, 1.5, 1.5)):
    law = fit_power_law(np.random.default_rng(0).zipf(2.0, 5000), 1, 1000)
    three = (None if gamma is None else Exponent(gamma, gamma - 0.1, gamma + 0.1)
             for gamma in gammas)
    return AvalancheRow(source, 1e-6, 0.1, 5000, 1000, law, law, *three)


@pytest.mark.parametrize(("rows", "reading"), [
    ([row(), row("shuffled", (1.0, 1.3, 1.0))], "consistent with the crackling relation at 1 of"),
    ([row(), row("shuffled")], "and so is the shuffled record"),
    ([row(gammas=(1.5, 1.8, 1.5))], "power laws, but not consistent"),
    ([row(gammas=(1.5, 1.5, None))], "too few avalanches to tell γ three ways"),
])
def test_readings_claim_no_more_than_consistency(rows, reading):
    told = reading_of(rows)
    assert reading in told
    assert "critical" not in told
