"""What is tried of a foreign driver, and how that is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Trial = Callable[[Any], None]


@dataclass(frozen=True)
class Amiss:
    """A trial that ends in an exception of which `match` is part, as it would at the bench."""

    trial: Trial
    match: str
    why: str


@dataclass(frozen=True)
class Tried:
    """A driver, the virtual instrument it is tried on, and its trials by function.

    What it has no function for is left out. `modules` are those that took `sleep` or `time` from
    the module time by name.
    """

    driver: Callable[..., Any]
    model: str
    trials: dict[str, Trial | Amiss]
    address: str = "GPIB0::7::INSTR"
    options: str = ""
    modules: tuple[Any, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The driver's class."""
        return self.driver.__name__
