"""Trials of QCoDeS' driver of the B1500A, on 1 kΩ, after its example notebook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conformance_qcodes import by_name, is_model
from conformance_trials import Tried, near
from qcodes.instrument_drivers.Keysight import KeysightB1500
from qcodes.instrument_drivers.Keysight.keysightb1500 import constants

MODE = constants.MM.Mode


def configures(analyzer: Any) -> None:
    assert [module.MODULE_KIND.name for module in analyzer.by_slot.values()] == ["SMU"] * 4
    analyzer.autozero_enabled(False)
    analyzer.use_nplc_for_high_speed_adc(n=1)
    analyzer.use_nplc_for_high_resolution_adc(n=5)
    analyzer.smu1.measurement_mode(MODE.SPOT)
    analyzer.smu1.source_config(output_range=constants.VOutputRange.AUTO, compliance=1e-2)
    assert analyzer.error_message().startswith("+0,")


def sources(analyzer: Any) -> None:
    analyzer.smu1.enable_outputs()
    analyzer.smu1.source_config(output_range=constants.IOutputRange.AUTO, compliance=10)
    analyzer.smu1.current(2e-3)
    assert near(analyzer.smu1.voltage(), 2.0)
    analyzer.smu1.disable_outputs()
    assert analyzer.error_message().startswith("+0,")


def measures(analyzer: Any) -> None:
    analyzer.enable_channels()
    configures(analyzer)
    analyzer.smu1.voltage(2.0)
    assert near(analyzer.smu1.current(), 2e-3)


def sweeps(analyzer: Any) -> None:
    analyzer.smu1.enable_outputs()
    analyzer.set_measurement_mode(mode=MODE.STAIRCASE_SWEEP, channels=[1])
    analyzer.smu1.setup_staircase_sweep(v_start=0, v_end=2, n_steps=5, i_comp=1e-2,
                                        i_meas_range=constants.IMeasRange.AUTO)
    analyzer.run_iv_staircase_sweep.set_names_labels_and_units(names=("i",), labels=("current",),
                                                               units=("A",))
    currents, = analyzer.run_iv_staircase_sweep()
    assert np.allclose(currents, np.linspace(0, 2e-3, 5), atol=1e-5)


def buffers(analyzer: Any) -> None:
    measures(analyzer)
    analyzer.smu1.timing_parameters(0, 0.02, 10)
    analyzer.smu1.use_high_speed_adc()
    analyzer.smu1.measurement_mode(MODE.SAMPLING)
    assert np.allclose(analyzer.smu1.sampling_measurement_trace(), [2e-3] * 10, rtol=1e-2)
    assert len(analyzer.smu1.time_axis()) == 10


def clears(analyzer: Any) -> None:
    measures(analyzer)
    analyzer.visa_handle.write("TI 1")
    analyzer.device_clear()
    analyzer.reset()
    assert analyzer.get_idn()["serial"]


def refuses(analyzer: Any) -> None:
    for wrong in ("NONSENSE", "DV 9,0,1"):
        with pytest.raises(RuntimeError, match=r"received error: \+"):
            analyzer.write(wrong)
    assert analyzer.error_message().startswith("+0,")


TRIED = [Tried(KeysightB1500, "agilent_b1500", {
    "identify": is_model("B1500A"), "configure": configures, "source": sources,
    "measure": measures, "sweep": sweeps, "buffer": buffers, "clear": clears,
    "error query": refuses}, opening=by_name)]
