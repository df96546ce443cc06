"""What is tried of a foreign driver, and how that is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Trial = Callable[[Any], None]


@dataclass(frozen=True)
class Amiss:
    """A trial that ends in an exception of which `match` is part, as it would at the bench."""

    trial: Trial
    match: str
    why: str


def near(value: Any, wanted: float, share: float = 1e-2) -> bool:
    """Whether a value, or the first of several, is within a share of what is wanted."""
    return bool(abs(float(np.ravel(value)[0]) - wanted) <= share * abs(wanted))


@contextmanager
def by_library_name(tried: Tried, library: str) -> Iterator[Any]:
    """Open a driver as PyMeasure's are: an address and the name of a VISA library."""
    yield tried.driver(tried.address, visa_library=library, **tried.arguments)


@dataclass(frozen=True)
class Tried:
    """A driver, the virtual instrument it is tried on, and its trials by function.

    What it has no function for is left out. `modules` are those that took `sleep` or `time` from
    the module time by name. `opening` opens the driver over a VISA library, and closes it.
    """

    driver: Callable[..., Any]
    model: str
    trials: dict[str, Trial | Amiss]
    address: str = "GPIB0::7::INSTR"
    options: str = ""
    modules: tuple[Any, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)
    opening: Callable[[Tried, str], AbstractContextManager[Any]] = by_library_name
    label: str = ""

    @property
    def name(self) -> str:
        """The driver's class, unless it has another name."""
        return self.label or self.driver.__name__


@dataclass(frozen=True)
class Package:
    """A package of drivers: its name on the registry, its licence and where its trials are.

    Each of `modules`, files beside this one, has a list TRIED.
    """

    name: str
    title: str
    licence: str
    modules: tuple[str, ...]
