"""Trials of labmcp's drivers of Keithley source meters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from conformance_trials import Tried, near
from labmcp.errors import InstrumentProtocolError
from labmcp.transports.visa import VisaTransport
from labmcp_keithley_smu.driver import Keithley2400, Keithley2450, Keithley2600, open_smu


@contextmanager
def over_visa(tried: Tried, library: str) -> Iterator[Any]:
    """Let it find out which driver the instrument wants, which is the one told."""
    transport = VisaTransport(tried.address, backend=library, timeout=20)
    instrument = tried.arguments["open"](transport)
    assert isinstance(instrument, tried.driver)
    yield instrument
    transport.close()


def identifies(smu: Any) -> None:
    assert smu.model in ("2400", "2450", "2602B", "2636B")
    assert smu.identify()["max_voltage_v"]


def configures(smu: Any) -> None:
    smu.configure("voltage", 0.5, 1e-3, source_range=2, nplc=0.1)
    smu.set_remote_sense(True)
    smu.raise_errors("configuring")
    status = smu.status()
    assert (status.source, status.remote_sense, status.output_on) == ("voltage", True, False)
    assert near(status.level, 0.5)
    assert near(status.compliance, 1e-3)


def sources(smu: Any) -> None:
    smu.configure("current", 2e-3, 10)
    smu.set_output(True)
    assert near(smu.read("current").voltage_v, 2.0, 2e-2)
    smu.set_output(False)
    assert smu.output_state() is False


def measures(smu: Any) -> None:
    smu.configure("voltage", 2.0, 1e-2)
    smu.set_output(True)
    _, reading = smu.measure()
    assert near(reading.current_a, 2e-3)
    assert not reading.in_compliance
    smu.configure("voltage", 2.0, 1e-3)
    smu.set_output(True)
    _, reading = smu.measure()
    assert near(reading.current_a, 1e-3, 5e-2)
    assert reading.in_compliance


def sweeps(smu: Any) -> None:
    smu.configure("voltage", 0, 1e-2)
    data = smu.sweep("voltage", [0.5, 1.0, 1.5, 2.0], delay_s=1e-3)
    assert np.allclose([each.current_a for each in data.readings],
                       [5e-4, 1e-3, 1.5e-3, 2e-3], rtol=2e-2)
    assert smu.output_state() is False


def refuses(smu: Any) -> None:
    smu.t.write("nonsense.here=1" if smu.dialect == "2600" else ":NONSENSE")
    try:
        smu.raise_errors("nonsense")
    except InstrumentProtocolError:
        assert smu.error_list() == []
        return
    raise AssertionError("it was not refused")


TRIED = [Tried(driver, model, {
    "identify": identifies, "configure": configures, "source": sources, "measure": measures,
    "sweep": sweeps, "error query": refuses}, arguments={"open": open_smu}, opening=over_visa)
    for driver, model in ((Keithley2400, "keithley2400"), (Keithley2450, "keithley2450"),
                          (Keithley2600, "keithley2602b"), (Keithley2600, "keithley2636b"))]
