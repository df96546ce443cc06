"""The parameters of protocols, by their unit, bounded by what a source meter can be told.

A station's own limits are narrower, and are held against every phase before anything is applied.
"""

from __future__ import annotations

from pymeasure.experiment.parameters import (
    BooleanParameter,
    FloatParameter,
    IntegerParameter,
    ListParameter,
)


def volts(label: str, default: float, description: str, *, minimum: float = -210) -> FloatParameter:
    """A level in V."""
    return FloatParameter(label, units="V", default=default, minimum=minimum, maximum=210,
                          description=description)


def amperes(label: str, default: float,
            description: str = "Current limit; the measure range is the smallest that holds it"
            ) -> FloatParameter:
    """A compliance in A."""
    return FloatParameter(label, units="A", default=default, minimum=1e-9, maximum=1.05,
                          description=description)


def siemens(label: str, default: float, description: str) -> FloatParameter:
    """A conductance in S."""
    return FloatParameter(label, units="S", default=default, minimum=0, maximum=1e3,
                          description=description)


def seconds(label: str, default: float, description: str, *,
            minimum: float = 0) -> FloatParameter:
    """A time in s."""
    return FloatParameter(label, units="s", default=default, minimum=minimum, maximum=1e6,
                          description=description)


def every(label: str, default: float,
          description: str = "Time between two samples") -> FloatParameter:
    """The time from one sample to the next in s, at least the 1 ms that a meter needs."""
    return seconds(label, default, description, minimum=1e-3)


def line_cycles(label: str, default: float,
                description: str = "Integration of a sample, in power line cycles"
                ) -> FloatParameter:
    """An integration time in power line cycles."""
    return FloatParameter(label, units="", default=default, minimum=0.01, maximum=10,
                          description=description)


def share(label: str, default: float, description: str) -> FloatParameter:
    """A part of a whole, up to one."""
    return FloatParameter(label, units="", default=default, minimum=1e-6, maximum=1,
                          description=description)


def ratio(label: str, default: float, description: str) -> FloatParameter:
    """A factor above one."""
    return FloatParameter(label, units="", default=default, minimum=1, maximum=1e6,
                          description=description)


def number(label: str, default: int, description: str) -> IntegerParameter:
    """A whole number, at least one."""
    return IntegerParameter(label, default=default, minimum=1, maximum=10_000,
                            description=description)


def alternating() -> BooleanParameter:
    """Whether every other read is taken at the opposite level."""
    return BooleanParameter(
        "Alternate", default=False,
        description="Take every other read at the opposite level, against offset and thermal "
                    "voltages")


def resting() -> ListParameter:
    """What the sample feels between two reads."""
    return ListParameter(
        "Rest", choices=["hold", "zero", "open"], default="hold",
        description="What the sample rests in between reads: the level held, 0 V, or open")
