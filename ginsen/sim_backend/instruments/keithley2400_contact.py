"""The contact check of a Keithley 2400-C: at each reading, every pair of force and sense.

2400S-900-01 Rev. K, appendix F. It delivers no energy to the sample (page F-2), and is not done
with two wires (page F-3). Its event detection (:TRIGger:SEQuence2) is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley2400 import CONTACT_THRESHOLDS
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.smu import CONTACT_RESISTANCE
from ginsen.sim_backend.scpi.commands import Entry, query, stored
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import boolean, number

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

OPEN_LEAD = 1 << 18
"""Bit of the status word, told while limit test 4 is on (page F-5)."""

_FAILED = 1 << 10
"""Bit of the measurement event register (page F-5)."""

_DURATION = 350e-6
"""Seconds of a check, which "takes place in as short as" that (page F-2)."""


def check(smu: Smu) -> Waiting[int]:
    """Check the contact if that is wanted; what the status word says of it.

    The guard's pair is taken to be shorted, as it must be where it is not used (page F-3).
    """
    contact = smu.setup.contact
    if not (contact.enabled and smu.setup.remote_sense):
        return 0
    yield _DURATION
    touching = all(smu.bench.touches(f"{smu.name}.{end}") for end in ("hi", "lo"))
    smu.contact_failed = not touching or contact.threshold < CONTACT_RESISTANCE
    smu.measurement.set(_FAILED, smu.contact_failed)
    return OPEN_LEAD if smu.contact_failed and contact.limit_test else 0


def _threshold(ohms: float) -> float:
    """The smallest there is that holds the one asked for (page F-17)."""
    return next(each for each in CONTACT_THRESHOLDS if ohms <= each or each == 50.0)


def _of_contact(name: str, kind: Any, of: Callable[[Any], Any] = lambda value: value) -> Entry:
    """A setting of the check. One without the option says that it has no such hardware (choice)."""
    def get(smu: Smu) -> Any:
        _owned(smu)
        return getattr(smu.setup.contact, name)

    def put(smu: Smu, value: Any) -> None:
        _owned(smu)
        smu.change(contact=replace(smu.setup.contact, **{name: of(value)}))

    return stored(kind, get, put)


def _failed(smu: Smu) -> bool:
    _owned(smu)
    return smu.contact_failed


def _owned(smu: Smu) -> None:
    if not smu.has_contact_check:
        raise ScpiError(-241)


CONTACT_COMMANDS: dict[str, Entry] = {
    ":SYSTem:CCHeck": _of_contact("enabled", boolean()),
    ":SYSTem:CCHeck:RESistance": _of_contact("threshold", number(0.0, 60.0, 50.0, unit="OHM"),
                                             _threshold),
    ":CALCulate2:LIMit4:STATe": _of_contact("limit_test", boolean()),
    ":CALCulate2:LIMit4:FAIL?": query(_failed),
    "*OPT?": query(lambda smu: "CONTACT-CHECK" if smu.has_contact_check else "0"),
}
