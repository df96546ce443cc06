"""PyMeasure's Agilent B1500, corrected where it harms a measurement.

PyMeasure's class carries the connection and the names. Each thing that it gets wrong is corrected
here with its reason beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from pymeasure.instruments.agilent import agilentB1500

from ginsen.instruments.clock import clock_of
from ginsen.instruments.flex_conversation import FlexConversation
from ginsen.types import Clock


class CorrectedSmu(agilentB1500.SMU):  # type: ignore[misc]
    """One module, by PyMeasure's names."""

    # *LRN? 32 answers RI1,-17. PyMeasure looks the text "-17" up among the names of ranges, where
    # it is not: reading either range raises ValueError.

    @property
    def meas_range_current(self) -> Any:
        """Control the current measurement range (name or number; a tuple of both)."""
        return self.current_ranging.meas(int(self.query_learn(32, "RI")))

    @meas_range_current.setter
    def meas_range_current(self, meas_range: Any) -> None:
        self.write(f"RI {{ch}}, {self.current_ranging.meas(meas_range).index}")
        self.check_errors()

    @property
    def meas_range_voltage(self) -> Any:
        """Control the voltage measurement range (name or number; a tuple of both)."""
        return self.voltage_ranging.meas(int(self.query_learn(32, "RV")))

    @meas_range_voltage.setter
    def meas_range_voltage(self, meas_range: Any) -> None:
        self.write(f"RV {{ch}}, {self.voltage_ranging.meas(meas_range).index}")
        self.check_errors()

    # With the filters of all channels on, *LRN? 30 answers FL1. PyMeasure takes any answer without
    # a list of channels for FL0 and says that the filter is off.

    @property
    def filter(self) -> bool:
        """Control whether the filter is in (bool)."""
        answer = str(self.parent.ask("*LRN? 30")).strip()
        if answer in ("FL0", "FL1"):
            return answer == "FL1"
        connected = answer.partition("FL1,")[2]
        return str(self.id) in connected.split(",")

    @filter.setter
    def filter(self, connected: bool) -> None:
        self.write(f"FL {int(bool(connected))}, {{ch}}")
        self.check_errors()

    # While a voltage is forced, *LRN? 1 answers DV1,... PyMeasure looks for DI1 whatever is forced,
    # does not find it, and begins every ramp of a voltage at 0 V: a sample held at 5 V and ramped
    # to 6 V falls to 0 V at once. And it sleeps on the wall clock, which moves no simulated bench.

    def ramp_source(self, source_type: str, source_range: int | str, target_output: float,
                    comp: float | str = "", comp_polarity: Any = "", comp_range: Any = "",
                    stepsize: float = 0.001, pause: float = 20e-3) -> None:
        """Ramp to `target_output` (V or A) from what is forced now, in steps of `stepsize`.

        From 0 where nothing or the other quantity is forced. `pause` seconds between two steps.
        Raises ValueError for a source type other than Voltage and Current.
        """
        kinds = {"VOLTAGE": "DV", "CURRENT": "DI"}
        if source_type.upper() not in kinds:
            raise ValueError(f"source_type is {source_type!r}; it is Voltage or Current")
        state = self.parent.query_learn(str(self.id)).get(f"{kinds[source_type.upper()]}{self.id}")
        start = float(state[1]) if state else 0.0
        steps = int(np.ceil(abs(target_output - start) / stepsize))
        for level in [*np.linspace(start, target_output, steps + 1)[1:-1], target_output]:
            self.force(source_type, source_range, float(level), comp, comp_polarity, comp_range)
            self.parent.clock.sleep(pause)


class CorrectedAgilentB1500(FlexConversation, agilentB1500.AgilentB1500):  # type: ignore[misc]
    """Agilent B1500A, its modules as `smu1`, `smu2`, …, by PyMeasure's names.

    `adapter` is a VISA resource name. Waiting is done on `clock`, by default the VISA library's.
    """

    model = "B1500A"

    def __init__(self, adapter: Any, name: str = "Agilent B1500A", *,
                 clock: Clock | None = None, **kwargs: Any) -> None:
        super().__init__(adapter, name, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)

    def initialize_all_smus(self) -> None:
        """Make a `CorrectedSmu` of every source-measure module there is."""
        found = {slot: kind for slot, kind in self.query_modules().items() if "SMU" in kind}
        for place, (slot, kind) in enumerate(found.items(), start=1):
            self.add_child(CorrectedSmu, place, collection="smus", prefix="smu", smu_type=kind,
                           name=f"SMU{place}", slot=slot)
            self._smu_references[slot] = self.smus[place]
            self._smu_names[slot] = self.smus[place].name

    # *LRN? 47 answers ML1; PyMeasure makes a SamplingMode of the text "1", which raises ValueError.

    @property
    def sampling_mode(self) -> Any:
        """Control the sampling mode (`SamplingMode`), linear or logarithmic."""
        return agilentB1500.SamplingMode(int(self.query_learn(47)["ML"]))

    @sampling_mode.setter
    def sampling_mode(self, mode: Any) -> None:
        self.write(f"ML {agilentB1500.SamplingMode.get(mode).value}")
        self.check_errors()

    # PyMeasure uses DataFrame.applymap, which pandas 3 does not have.

    def read_data(self, number_of_points: int) -> pd.DataFrame:
        """All data of one measurement, a row for each of `number_of_points`, a column a quantity.

        Raises ValueError where they are no whole rows.
        """
        rows = np.split(np.array(self.read().split(",")), number_of_points)
        read = [[self._data_format.format_single(each) for each in row] for row in rows]
        return pd.DataFrame([[each[3] for each in row] for row in read],
                            columns=[" ".join(each[1:3]) for each in read[0]])

    # A B1500A does not know *CLS and puts +100,"Undefined GPIB command." into the queue that is to
    # be cleared.

    def clear(self) -> None:
        """Empty the error queue and the buffer of measured data."""
        self.ask("ERR?")
        self.write("BC")

    def shutdown(self) -> None:
        """Stop and open every output. PyMeasure's sends nothing and leaves them on."""
        for command in ("AB", "CL"):
            self.write(command)
        super().shutdown()
