"""A run's tables in memory, and what stands in them by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ginsen.types import Outcome

Tables = Mapping[str, Mapping[str, Any]]
"""A run file's tables by name, each its columns by name."""

NEVER_ENDED = Outcome("interrupted", "the run's end was never written")


def pairs_of(table: Mapping[str, Any]) -> dict[str, str]:
    """A table of names and values, such as `about` or `provenance`, as a dictionary."""
    return dict(zip(table["name"], table["value"], strict=True))


def outcome_of(tables: Tables) -> Outcome:
    """How a run ended; `running` until that was written."""
    told = tables["outcome"]["outcome"]
    return Outcome.parse(told[-1]) if len(told) else Outcome("running")
