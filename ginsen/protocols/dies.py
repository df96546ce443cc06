"""Dies by their names, as a person writes them and as the probe station has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ginsen.instruments.probe_station import Die, ProbeStation


def parse_dies(text: str) -> tuple[Die, ...]:
    """Dies from names such as "C1R0 C0R1S2", parted by spaces or commas; none from "all".

    Raises ValueError for what is neither, and for a die that stands there twice.
    """
    if text.strip() == "all":
        return ()
    found = []
    for name in filter(None, re.split(r"[,\s]+", text)) if text.strip(", ") else [text]:
        match = re.fullmatch(r"C(\d+)R(\d+)(?:S(\d+))?", name, re.ASCII)
        if match is None:
            raise ValueError(f"dies: {name!r} is none; write 'all', or names such as C1R0 or "
                             "C1R0S2.")
        found.append(Die(int(match[1]), int(match[2]), int(match[3] or 0)))
    if len(set(found)) < len(found):
        raise ValueError(f"dies: one of {text!r} stands there twice.")
    return tuple(found)


def chosen_dies(wanted: Sequence[Die], prober: ProbeStation) -> tuple[Die, ...]:
    """The `wanted` dies in the order given, or, where none is named, all in the prober's order.

    Raises ValueError for a die that is not selected on the probe station, and where it has none.
    """
    return among(wanted, prober.dies())


def among(wanted: Sequence[Die], there: Sequence[Die]) -> tuple[Die, ...]:
    """The `wanted` dies, or, where none is named, all that are `there`.

    Raises ValueError for one that is not, and where there is none.
    """
    if not there:
        raise ValueError("no die is selected for probing in the wafer map of the probe station.")
    for die in wanted:
        if die not in there:
            raise ValueError(f"dies: {die} is not selected for probing; the wafer map has "
                             f"{', '.join(map(str, there))}.")
    return tuple(wanted) or tuple(there)
