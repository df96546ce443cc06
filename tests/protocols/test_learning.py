"""Learning: fewer pulses the second time, slower forgetting after it."""

import pytest

from ginsen.protocols import Learning
from ginsen.protocols.run import run


def test_the_network_relearns_with_savings(network, tmp_path):
    protocol = Learning(folder=str(tmp_path), cycles=2, pause=30.0)
    result = run(protocol, network)
    first, second = result.summary.finding.cycles
    assert first.learned
    assert second.learned
    assert 1 <= second.pulses < first.pulses <= 40
    assert second.savings == pytest.approx(1 - second.pulses / first.pulses)
    assert result.summary.finding.slowing > 1
    names = [span.name for span in result.record.spans]
    assert names[0] == "train 1.1"
    assert names[-1] == "forget 2"
    assert names.count("forget 1") == 1
    pulses = [span for span in result.record.spans if span.name.startswith("train")]
    assert all(span.stop - span.start == pytest.approx(0.2, abs=1e-3) for span in pulses)


def test_what_ends_a_cycle_is_a_check_never_the_current_in_a_pulse(network, tmp_path):
    protocol = Learning(folder=str(tmp_path), cycles=2, pulse_time=0.6, pause=1.0)
    spans = run(protocol, network).record.spans
    trained, checked = ([span for span in spans if span.name.startswith(kind)]
                        for kind in ("train", "check"))
    assert len(trained) == len(checked) > 1
    assert all(span.stop - span.start == pytest.approx(0.6, abs=1e-3) for span in trained)


def test_a_criterion_that_is_not_met_ends_the_run(network, tmp_path):
    protocol = Learning(folder=str(tmp_path), pulses=2, pulse_voltage=1.0, cycles=3)
    result = run(protocol, network)
    assert [span.name for span in result.record.spans] == [
        "train 1.1", "check 1.1", "train 1.2", "check 1.2"]
    assert [each.learned for each in result.summary.finding.cycles] == [False]
    assert network.smu.ask(":OUTP?").strip() == "0"


def test_the_stimulus_beforehand_is_every_cycle_at_its_longest():
    phases = Learning(cycles=2, pulses=3).phases()
    assert len(phases) == 2 * (2 * 3 + 1)
    assert [phase.name for phase in phases[5:9]] == ["check 1.3", "forget 1", "train 2.1",
                                                     "check 2.1"]
