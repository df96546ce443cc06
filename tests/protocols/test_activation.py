"""Activation on the simulated station, and the rule that ends it."""

import numpy as np
import pytest

from ginsen.protocols import Activation
from ginsen.protocols.acquisition import News
from ginsen.protocols.activation import Sustained
from ginsen.protocols.run import run
from ginsen.types import Phase, Samples


def news(*conductances):
    count = len(conductances)
    return News(Phase("activation", 3, 1, 0.1, 1e-3), 0, Samples.of(*[range(count)] * 3),
                np.array(conductances, dtype=float), (), 0, 0)


def test_a_path_forms_and_the_bias_stays_a_little(network, tmp_path):
    result = run(Activation(folder=str(tmp_path), after=2.0), network)
    wait, after = result.record.spans
    assert (wait.name, after.name) == ("activation", "after")
    found = result.summary.finding
    assert found.activated
    # Nine junctions at 3 V: their threshold is 2.52 V, and a path takes some ten seconds.
    assert 2 < found.latency < 60
    assert found.latency <= found.waited == pytest.approx(wait.stop - wait.start)
    assert found.plateau > 10 * result.phases["activation"].conductance
    assert after.stop - after.start == pytest.approx(2.0, abs=0.02)
    assert network.smu.ask(":OUTP?").strip() == "0"


def test_below_the_threshold_the_time_passes_and_that_is_told(network, tmp_path):
    result = run(Activation(folder=str(tmp_path), voltage=1.5, time=5.0), network)
    assert [span.name for span in result.record.spans] == ["activation"]
    assert not result.summary.finding.activated
    assert result.summary.finding.waited == pytest.approx(5.0, abs=0.02)


def test_the_bias_ends_soon_after_the_rule_is_met(network, tmp_path):
    result = run(Activation(folder=str(tmp_path), threshold=5e-6, after=0.1), network)
    samples = result.record.samples[result.record.spans[0].part]
    above = np.flatnonzero(samples.current / samples.voltage > 5e-6)
    assert above.size >= 10
    assert samples.time[-1] - samples.time[above[0]] < 0.1 + 0.5


def test_the_row_may_stretch_over_pieces():
    rule = Sustained(1.0, 3)
    assert not rule(news(2, 2))
    assert rule(news(2))


@pytest.mark.parametrize("broken", [0.5, np.nan])
def test_a_sample_below_or_in_compliance_ends_the_row(broken):
    rule = Sustained(1.0, 3)
    assert not rule(news(2, 2, broken, 2, 2))
    assert rule(news(2, broken))
