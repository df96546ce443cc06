"""The lines by which PyMeasure finds a run's procedure and its parameters again."""

from __future__ import annotations

from ginsen.protocols import PROTOCOLS
from ginsen.protocols.protocol import Protocol
from ginsen.records.reading import Tables, pairs_of


def procedure_header(tables: Tables) -> tuple[str, ...]:
    """Class and parameters of the run whose tables (`read_tables`) these are.

    Written as `pymeasure.experiment.Results` writes and parses it, without its comment sign. A
    protocol that this Ginsen does not have stands there as its base class, which knows who and
    what.
    """
    protocol = PROTOCOLS.get(pairs_of(tables["provenance"])["protocol"], Protocol)
    told = pairs_of(tables["about"])
    for name, value, unit in zip(*(tables["parameters"][column]
                                   for column in ("name", "value", "unit")), strict=True):
        told[name] = f"{value} {unit}".strip()
    labels = {name: parameter.name for name, parameter in protocol().parameter_objects().items()}
    return (
        f"Procedure: <{protocol.__module__}.{protocol.__qualname__}>",
        "Parameters:",
        *(f"\t{labels.get(name, name)}: {_one_line(value)}" for name, value in told.items()),
        "Data:",
    )


def _one_line(value: str) -> str:
    return " ".join(value.split())
