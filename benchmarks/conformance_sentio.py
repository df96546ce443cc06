"""Trials of MPI's own Python package for its probe stations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pyvisa
from conformance_trials import Tried
from sentio_prober_control.Communication.CommunicatorVisa import CommunicatorVisa
from sentio_prober_control.Sentio.Enumerations import (
    ChuckSite,
    DieNumber,
    SteppingContactMode,
    XyReference,
    ZReference,
)
from sentio_prober_control.Sentio.ProberBase import ProberException
from sentio_prober_control.Sentio.ProberSentio import SentioProber


@contextmanager
def over_visa(tried: Tried, library: str) -> Iterator[Any]:
    """Its communicator opens the default VISA library: that is the bench's meanwhile."""
    manager = pyvisa.ResourceManager(library)
    with mock.patch.object(pyvisa, "ResourceManager", return_value=manager):
        communicator = CommunicatorVisa.create(tried.address)
    yield tried.driver(communicator)


def identifies(prober: Any) -> None:
    assert prober.status.get_version() == "Version: 25.2.0"
    assert prober.has_chuck_xyz()


def configures(prober: Any) -> None:
    prober.map.set_index_size(1000, 2000)
    assert prober.map.get_index_size() == (1000, 2000)
    prober.set_stepping_contact_mode(SteppingContactMode.StepToSeparation)
    assert prober.map.get_num_dies(DieNumber.Selected) == 2


def moves(prober: Any) -> None:
    prober.move_chuck_xy(XyReference.Home, 100, -50)
    assert prober.get_chuck_xy(ChuckSite.Wafer, XyReference.Home) == (100, -50)
    assert prober.chuck.move_xy(XyReference.Home, 0, 0)[2] == XyReference.Zero
    prober.move_chuck_contact()
    assert prober.chuck.get_z(ZReference.Contact) == (0, ZReference.Contact)
    prober.move_chuck_separation()
    assert prober.get_chuck_z(ZReference.Separation) == 0


def steps(prober: Any) -> None:
    assert prober.map.step_first_die() == (0, 0, 0)
    assert not prober.map.end_of_route()
    assert prober.map.step_next_die() == (1, 0, 0)
    assert prober.map.end_of_route()
    assert prober.map.die.get_current_index() == (1, 1, 0)
    assert prober.map.step_die(0, 0) == (0, 0, 0)


def refuses(prober: Any) -> None:
    for wrong in (lambda: prober.map.step_die(9, 9),
                  lambda: prober.move_chuck_xy(XyReference.Home, 1e9, 0)):
        try:
            wrong()
        except ProberException:
            continue
        raise AssertionError("it was not refused")


TRIED = [Tried(SentioProber, "sentio", {
    "identify": identifies, "configure": configures, "source": moves, "sweep": steps,
    "error query": refuses}, options="dies = [[0, 0], [1, 0]]", opening=over_visa)]
