"""A run that hangs, is switched off by its guard, and comes to itself: it must not go on."""

import time

import pytest

from ginsen.guard import Guard
from ginsen.guard.guard import WasHung
from ginsen.protocols import Noise
from ginsen.protocols.conduct import conduct
from ginsen.station import Station


@pytest.mark.realtime
def test_who_speaks_too_late_is_told_that_the_guard_has_acted():
    guard = Guard("@py", [], silence=0.5)
    guard.beat()
    guard.check()  # nothing is due yet
    guard.watch()
    guard.beat()
    guard.check()
    time.sleep(0.7)
    guard.beat()
    for _ in range(2):
        with pytest.raises(WasHung, match=r"nothing was heard of this program for 0\.5 s"):
            guard.check()
    guard.watch()
    guard.check()
    guard.rest()
    time.sleep(0.7)
    guard.beat()
    guard.check()  # with every output off a run may take its time
    guard.done()


def test_a_run_ends_once_its_guard_has_acted(tmp_path):
    class Acted:
        """A guard that has, after the fifth look."""

        looks = 0

        def check(self):
            self.looks += 1
            if self.looks > 5:
                raise WasHung("its guard has switched off")

        def __getattr__(self, name):
            return lambda *values: None

    with Station.open("simulated", seed=1) as lab:
        lab._guard = Acted()
        protocol = Noise(lab=lab, folder=str(tmp_path), time=20)
        assert str(conduct(protocol)) == "failed: its guard has switched off"
        assert lab.smu.ask(":OUTP?") == "0"
        assert 0 < protocol.recording.count < 500
