"""Commands that set one field of a frozen setup, in whichever language the 2450 speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.instruments.smu_settings import (
    SenseFunction,
    SourceFunction,
    source_range_in_use,
)
from ginsen.sim_backend.scpi.commands import Setting, stored
from ginsen.sim_backend.scpi.parameters import boolean, choice

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu


def of_source(function: SourceFunction, field: str, kind: Any) -> Setting:
    """One field of a source function's setup."""
    return stored(kind, lambda smu: getattr(smu.unit.settings.sources[function], field),
                  lambda smu, value: smu.set_source(function, field, value))


def of_sense(function: SenseFunction, field: str, kind: Any) -> Setting:
    """One field of a measure function's setup."""
    return stored(kind, lambda smu: getattr(smu.unit.settings.senses[function], field),
                  lambda smu, value: smu.set_sense(function, field, value))


def source_range(function: SourceFunction, kind: Any) -> Setting:
    """The source range, answered as the one in use while autorange is on."""
    return stored(
        kind,
        lambda smu: source_range_in_use(KEITHLEY_2450, function,
                                        smu.unit.settings.sources[function]),
        lambda smu, value: smu.set_source(function, "range", value))


def _set_language(smu: Smu, language: Any) -> None:
    smu.next_language = language


OUTPUT = stored(boolean(), lambda smu: smu.unit.settings.output,
                lambda smu, on: smu.switch_output(on))
SOURCE_FUNCTION = stored(choice("VOLTage", "CURRent"), lambda smu: smu.unit.settings.source,
                         lambda smu, function: smu.set_source_function(function))
LANGUAGE = stored(choice("SCPI", "SCPI2400", "TSP"), lambda smu: smu.next_language, _set_language)
FUNCTION_REPLIES = {"VOLT": '"VOLT:DC"', "CURR": '"CURR:DC"', "RES": '"RES"'}
"""What [:SENSe[1]]:FUNCtion[:ON]? answers."""
