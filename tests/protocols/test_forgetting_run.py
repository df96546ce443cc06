"""Forgetting after another run formed the path."""

import numpy as np
import pytest

from ginsen.protocols import Activation, Forgetting
from ginsen.protocols.run import run


def test_a_path_is_read_while_it_decays(network, tmp_path):
    run(Activation(folder=str(tmp_path), after=1.0), network)
    result = run(Forgetting(folder=str(tmp_path), read_time=60.0), network)
    assert [span.name for span in result.record.spans] == ["forgetting"]
    kept = result.retention
    assert kept.first_time == 0.0
    assert kept.first > 1e-6
    assert 0 < kept.ratios[10.0] < 1
    assert result.summary.zero == result.record.samples.time[0]


def test_a_virgin_network_has_nothing_to_forget(network, tmp_path):
    result = run(Forgetting(folder=str(tmp_path), read_time=5.0), network)
    assert result.record.outcome.state == "finished"
    assert result.retention is None


def test_reads_may_be_sparse_with_the_sample_open_between(network, tmp_path):
    protocol = Forgetting(folder=str(tmp_path), read_time=5.0, read_interval=0.5, read_duty=0.2,
                          rest="open")
    samples = run(protocol, network).record.samples
    assert len(samples) == 11
    assert samples.time[-1] - samples.time[0] == pytest.approx(5.0, abs=0.05)


def test_reads_may_alternate_against_the_meters_offset(network, tmp_path):
    plain, alternating = (
        run(Forgetting(folder=str(tmp_path), read_time=10.0, alternate=alternate), network)
        for alternate in (False, True))
    voltage = alternating.record.samples.voltage
    assert np.all(voltage[::2] > 0)
    assert np.all(voltage[1::2] < 0)
    # A virgin network has some 40 nS, and the meter's offset of a nanoampere is 100 nS at 10 mV.
    assert alternating.phases["forgetting"].conductance < plain.phases["forgetting"].conductance
