"""Medians over cycles and samples, bands that mean what they say, and times waited for in vain."""

import math

import numpy as np
import pytest

from ginsen.analysis import summarise
from ginsen.analysis.activation import ActivationTime
from ginsen.analysis.bootstrap import median_bands
from ginsen.analysis.campaign import Cycle, campaign_result
from ginsen.analysis.measures import Measure, known_measures, label, measures
from ginsen.analysis.summary import Summary
from ginsen.analysis.survival import survival, survival_curve, survival_medians
from ginsen.analysis.wafer import wafer_result
from ginsen.types import Record, Samples, Span

# Remission in weeks under 6-mercaptopurine: Freireich et al., Blood 21, 699 (1963).
SEEN = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
REMISSION = np.array([*SEEN, *CENSORED], dtype=float), np.arange(21) < len(SEEN)


def test_the_product_limit_by_hand():
    times, left = survival_curve(*REMISSION)
    by_hand = {6: 18 / 21, 7: 18 / 21 * 16 / 17, 10: 18 / 21 * 16 / 17 * 14 / 15}
    by_hand[13] = by_hand[10] * 11 / 12
    by_hand[16] = by_hand[13] * 10 / 11
    by_hand[22] = by_hand[16] * 6 / 7
    by_hand[23] = by_hand[22] * 5 / 6
    found = dict(zip(times, left, strict=True))
    assert found == pytest.approx({**found, **by_hand}, rel=1e-12)
    assert len(by_hand) == 7


def test_the_median_and_its_interval_by_hand():
    found = survival(*REMISSION)
    # S(22) = 0.538, S(23) = 0.448. Greenwood's sum at 13 is 0.02395, so that the lower band there
    # is 0.690 ** exp(1.96 * 0.1548 / 0.3708) = 0.432; at 10 it is 0.503.
    assert (found.median, found.low, found.high) == (23, 13, math.inf)
    assert (found.seen, found.censored) == (9, 12)


@pytest.mark.parametrize(("times", "seen", "median", "low", "high"), [
    ([1, 2, 3, 4], [1, 1, 1, 1], 2, 1, math.inf),
    ([1, 2, 3, 4], [0, 0, 0, 0], math.inf, math.nan, math.inf),
    ([1, 5, 5, 5], [1, 0, 0, 0], math.inf, 1, math.inf),
    ([3], [1], 3, 3, math.inf),
])
def test_where_there_is_little_to_tell(times, seen, median, low, high):
    found = survival(times, seen)
    assert (found.median, found.high) == (median, high)
    assert found.low == pytest.approx(low, nan_ok=True)


def test_intervals_hold_the_median_as_often_as_they_say():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        lives, watched = random.exponential(1.0, 40), random.uniform(0.3, 3.0, 40)
        found = survival(np.minimum(lives, watched), lives <= watched)
        held += found.low <= math.log(2) <= found.high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_dropping_what_is_censored_would_shorten_lives():
    random = np.random.default_rng(6)
    lives = random.exponential(1.0, 400)
    seen = lives <= 1.0
    assert np.median(lives[seen]) < 0.5
    assert survival(np.minimum(lives, 1.0), seen).median == pytest.approx(math.log(2), abs=0.1)


def test_many_medians_at_once_are_each_ones():
    random = np.random.default_rng(7)
    times = random.integers(1, 9, (200, 11)).astype(float)  # ties of seen and censored among them
    seen = random.random((200, 11)) < 0.6
    assert survival_medians(times, seen).tolist() == [
        survival(*row).median for row in zip(times, seen, strict=True)]


def test_a_median_of_medians_by_hand():
    found = median_bands([(np.array([1.0, 2.0, 9.0]), None), (np.array([5.0]), None),
                          (np.array([4.0, 4.0]), None)])
    assert found.median == 4.0


def test_a_band_is_none_where_nothing_repeats():
    one = median_bands([(np.array([1.0]), None)])
    assert (one.over_cycles, one.over_samples) == (None, None)
    cycles = median_bands([(np.array([1.0, 2.0, 3.0]), None)])
    assert cycles.over_cycles is not None
    assert cycles.over_samples is None
    samples = median_bands([(np.array([1.0]), None), (np.array([2.0]), None)])
    assert samples.over_cycles is None
    assert samples.over_samples == (1.0, 2.0)


def width(band):
    return band[1] - band[0]


def test_cycles_and_samples_are_kept_apart():
    random = np.random.default_rng(8)
    noise = random.normal(0, 1.0, (12, 30))
    apart = median_bands([(10.0 * at + 0.01 * each, None) for at, each in enumerate(noise)])
    alike = median_bands([(0.001 * at + each, None) for at, each in enumerate(noise)])
    assert width(apart.over_cycles) < 0.05
    assert width(apart.over_samples) > 20
    assert width(alike.over_cycles) > 0.1
    assert width(alike.over_samples) < 1.0


@pytest.mark.parametrize("over", ["over_cycles", "over_samples"])
def test_a_band_holds_the_median_about_as_often_as_it_says(over):
    random = np.random.default_rng(9)
    held = 0
    for seed in range(200):
        values = random.normal(0, 1.0, 25)
        samples = [(values, None)] if over == "over_cycles" else [
            (np.array([value]), None) for value in values]
        low, high = getattr(median_bands(samples, seed=seed, draws=400), over)
        held += low <= 0 <= high
    assert held / 200 == pytest.approx(0.95, abs=0.04)


def test_a_band_of_waiting_times_may_end_beyond_what_was_waited():
    times = np.array([1.0, 2.0, 10.0, 10.0, 10.0])
    found = median_bands([(times, times < 10)])
    assert found.median == math.inf
    assert found.over_cycles[0] <= 10
    assert found.over_cycles[1] == math.inf


def test_nothing_has_no_median():
    with pytest.raises(ValueError, match="needs a sample"):
        median_bands([])
    with pytest.raises(ValueError, match="every sample a cycle"):
        median_bands([(np.array([]), None)])
    with pytest.raises(ValueError, match="n at least 1"):
        survival([], [])


def cycle(number, *found, condition="memory", pair="1-2", sample="W3", outcome="finished",
          control=False, die=None):
    return Cycle(number, condition, "memory", sample, pair, outcome, control=control, die=die,
                 measures=tuple(found))


def kept(value):
    return Measure("kept_at_10_s", value)


def life(value, censored=False):
    return Measure("half_life", value, "s", censored=censored)


def spread(found, **asked):
    some, = [each for each in found.spreads
             if all(getattr(each, name) == value for name, value in asked.items())]
    return some


def test_a_campaign_is_counted_and_its_controls_kept_apart():
    found = campaign_result([
        cycle(1, kept(0.5), life(3.0)), cycle(2, kept(0.7), life(9.0, censored=True)), cycle(3),
        cycle(4, kept(0.9), life(9.0, censored=True), control=True),
        cycle(5, outcome="failed: the cat"), cycle(6, kept(0.1), outcome="aborted: stopped")])
    assert (found.runs, found.failed) == (6, 1)
    share = spread(found, measure="kept_at_10_s", pair="all")
    assert (share.cycles, share.samples, share.missing) == (2, 1, 1)
    assert share.bands.median == pytest.approx(0.6)
    assert share.survival is None
    assert share.control == 0.9
    lives = spread(found, measure="half_life_s", pair="all")
    assert (lives.survival.seen, lives.survival.censored) == (1, 1)
    assert lives.bands.median == 3.0
    assert lives.control == math.inf


def test_several_pairs_are_also_told_one_by_one():
    found = campaign_result([cycle(1, kept(0.2), pair="b"), cycle(2, kept(0.4), pair="a"),
                             cycle(3, kept(0.9), pair="a", condition="other")])
    assert [(each.condition, each.pair, each.bands.median) for each in found.spreads] == [
        ("memory", "all", pytest.approx(0.3)), ("memory", "a", 0.4), ("memory", "b", 0.2),
        ("other", "all", 0.9), ("other", "a", 0.9)]


def test_a_wafers_median_counts_who_still_waits():
    found = wafer_result([cycle(1, life(1.0), die=(0, 0, 0)), cycle(2, die=(1, 0, 0)),
                          cycle(3, life(5.0, censored=True), die=(2, 0, 1)),
                          cycle(4, life(5.0, censored=True), die=(3, 0, 0))], "half_life_s")
    assert found.median == math.inf
    assert [(die.column, die.subdie, die.censored) for die in found.dies] == [
        (0, 0, False), (1, 0, False), (2, 1, True), (3, 0, True)]
    assert math.isnan(found.dies[1].value)


def remembered(G, interval=0.5):
    """A memory run: a pulse of 1 s, then reads of G."""
    pulse = np.arange(0, 1.01, 0.01)
    reads = 1.05 + interval * np.arange(len(G))
    time = np.concatenate([pulse, reads])
    volts = np.where(time <= 1.0, 5.0, 0.01)
    current = volts * np.concatenate([np.full(pulse.size, 1e-5), G])
    return Record(Samples.of(time, volts, current), (
        Span("pulse", 5.0, 0.0, 1.0, 0, pulse.size),
        Span("read", 0.01, reads[0], reads[-1], pulse.size, time.size)))


def of(record):
    return {each.key: each for each in measures(summarise(record))}


def test_what_never_decays_is_a_least_half_life():
    found = of(remembered(np.full(41, 1e-5)))
    assert found["half_life_s"] == Measure("half_life", pytest.approx(20.05), "s", censored=True)
    assert found["kept_at_10_s"].value == pytest.approx(1.0)
    decayed = of(remembered(1e-5 * np.exp2(-np.arange(41) / 8)))
    assert decayed["half_life_s"] == Measure("half_life", pytest.approx(4.05, abs=0.1), "s",
                                             censored=False)


def test_sparse_reads_tell_nothing_of_ages_far_from_them():
    slow = of(remembered(1e-5 * np.exp2(-np.arange(5.0)), interval=4.0))
    assert "kept_at_1_s" not in slow
    assert "kept_at_10_s" not in slow
    assert of(remembered(1e-5 * np.exp2(-np.arange(5.0)), interval=5.0))[
        "kept_at_10_s"].value == pytest.approx(0.25, rel=0.02)


def test_what_never_activates_is_a_least_latency():
    waited = Summary((), None, 0.0, finding=ActivationTime(False, math.nan, math.nan, 30.0,
                                                           math.nan))
    latency, others = measures(waited)
    assert latency == Measure("latency", 30.0, "s", censored=True)
    assert others == Measure("waited", 30.0, "s")
    formed = Summary((), None, 0.0, finding=ActivationTime(True, 4.0, 1.0, 5.0, 1e-5))
    assert measures(formed)[0] == Measure("latency", 4.0, "s", censored=False)


def test_every_measure_has_a_key_with_its_unit_and_words():
    assert {"first_read_S", "half_life_s", "latency_s", "beta", "kept_at_100_s",
            "density_per_Hz"} <= set(known_measures())
    assert label("half_life_s") == "half life (s)"
    assert label("kept_at_10_s") == "kept at 10 s"
