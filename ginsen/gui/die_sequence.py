"""One protocol on die after die, from what is set up: a run of the wafer map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ginsen.gui.parameter_rows import Row, groups_of, protocol_of
from ginsen.instruments.probe_station import Die
from ginsen.protocols import PROTOCOLS
from ginsen.protocols.dies import among, parse_dies
from ginsen.protocols.single_runs import SINGLE_RUNS

MAP = "wafer-map"


def dies_row(protocol: str, there: Sequence[Die]) -> tuple[Row, ...]:
    """The row that asks for dies; none where the station has none, or the protocol is a series."""
    if not there or protocol not in SINGLE_RUNS:
        return ()
    return tuple(row for group in groups_of(PROTOCOLS[MAP]) for row in group.rows
                 if row.name == "dies")


def names_of(text: str, there: Sequence[Die]) -> tuple[str, ...]:
    """The names of the dies that a text asks for, all of them for "all".

    Raises ValueError for what is no die, and for one that is not selected for probing.
    """
    return tuple(map(str, among(parse_dies(text), there)))


def over_dies(protocol: str, texts: Mapping[str, str], dies: Sequence[str]) -> dict[str, str]:
    """The fields of a wafer map that runs a protocol as it is set up, on these dies.

    Raises ParameterError for a field that is wrong.
    """
    own = PROTOCOLS[MAP]().parameter_objects()
    made = protocol_of(protocol, texts).parameter_objects()
    settings = {name: str(parameter.value) for name, parameter in made.items() if name not in own}
    shared = {name: text for name, text in texts.items() if name in own}
    return {**shared, **settings, "protocol": protocol, "dies": " ".join(dies)}
