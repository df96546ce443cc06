import numpy as np
import pytest
from exact_noise import amplitude, noise

from ginsen.analysis import LiveBeta
from ginsen.analysis.states import LiveState, state_track
from ginsen.analysis.trend import trend
from ginsen.types import Samples

W = 512


def samples(x):
    return Samples.of(0.1 * np.arange(x.size), np.ones(x.size), x)


def unit(n, beta, rng, level=1000.0):
    """Noise whose density in the middle of the band is the same for every β, on a level."""
    x = noise(n, beta, rng) / np.sqrt(amplitude(beta) * 0.15**-beta)
    return level + x - x[0]


@pytest.mark.parametrize(("beta", "state"), [(1.0, "calm"), (2.0, "unstable")])
def test_what_holds_still_is_calm_or_unstable(beta, state, rng):
    track = state_track(samples(unit(3 * W, beta, rng)), W)
    assert {each.state for each in track} == {state}
    assert not any(each.new for each in track)
    for each in track:
        assert sum(each.probabilities.values()) == pytest.approx(1.0)
        assert each.probabilities[state] > 0.5


def test_the_threshold_is_a_setting(rng):
    x = samples(unit(W, 1.0, rng))
    (told,) = state_track(x, W, unstable_above=0.5)
    assert told.state == "unstable"


@pytest.mark.parametrize(("sign", "slope", "state"), [
    (1, 1, "forming"), (1, -1, "forgetting"), (-1, -1, "forming"), (-1, 1, "forgetting")])
def test_what_goes_up_forms_and_what_goes_down_forgets(sign, slope, state, rng):
    x = sign * unit(W, 1.0, rng) + slope * np.linspace(0, 300, W)
    (told,) = state_track(samples(x), W)
    assert told.state == state
    assert told.probabilities[state] > 0.99
    assert told.trend == pytest.approx(0.25 if state == "forming" else -0.25, abs=0.1)


@pytest.mark.parametrize(("first", "second"), [(1.0, 2.0), (2.0, 1.0)])
def test_a_switch_is_announced_and_the_windows_that_mix_say_so(first, second, rng):
    a, b = unit(3 * W, first, rng), unit(2 * W, second, rng, level=0.0)
    track = state_track(samples(np.concatenate([a, a[-1] + b])), W)
    at, length = 0.1 * 3 * W, 0.1 * W
    (alarm,) = (each for each in track if each.new)
    assert 0 < alarm.time - at < 0.9 * length
    assert alarm.changed.earliest - 0.2 * length <= at <= alarm.changed.latest + 0.2 * length
    for each in track:
        if each.time < alarm.time:
            assert each.changed is None
        elif each.fit.start < alarm.changed.latest:
            assert each.state is None
            assert "two states" in each.reason
    assert track[-1].state == ("unstable" if second == 2.0 else "calm")


def test_a_step_is_announced_at_its_sample(rng):
    x = unit(3 * W, 1.0, rng)
    x[2 * W + 100:] += 30.0
    alarms = [each.changed for each in state_track(samples(x), W) if each.new]
    assert [alarm.what for alarm in alarms] == ["step"]
    assert alarms[0].time == pytest.approx(0.1 * (2 * W + 100))


def test_memory_is_bounded_and_restart_forgets(rng):
    live, state = LiveBeta((W // 2, W)), LiveState(W)
    x = samples(unit(6 * W, 1.0, rng))
    for first in range(0, 6 * W, 64):
        state.feed(x[first:first + 64], live.feed(x[first:first + 64]))
    assert state._values.size <= 2 * W + 64
    state.restart()
    assert state._values.size == 0
    assert state.feed(x[:64], (None, None)) is None


def test_a_clock_that_runs_back_starts_afresh(rng):
    live, state = LiveBeta((W,)), LiveState(W)
    x = samples(unit(W, 1.0, rng))
    told = [state.feed(x, live.feed(x)) for _ in range(2)]
    assert [each.time for each in told] == [x.time[-1]] * 2


def test_trend_of_noise_alone_is_improbable_at_every_colour():
    for beta in (0.0, 1.0, 2.0, 2.5):
        p = [trend(noise(W, beta, np.random.default_rng(seed))).probability for seed in range(10)]
        assert max(p) < 0.5
    assert trend(np.ones(64)).probability == 0


def test_arguments(rng):
    with pytest.raises(ValueError, match="256"):
        LiveState(255)
    with pytest.raises(ValueError, match="finite"):
        LiveState(unstable_above=np.nan)
    with pytest.raises(ValueError, match="rare"):
        LiveState(rare=1)
    with pytest.raises(ValueError, match="32"):
        trend(np.ones(31))
    x = samples(unit(W, 1.0, rng))
    with pytest.raises(ValueError, match="without its samples"):
        LiveState(W).feed(x[:10], LiveBeta((W,)).feed(x))
