"""The parameters of a protocol as the window asks for them: grouped, with kind, unit, bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pymeasure.experiment.parameters import (
    BooleanParameter,
    FloatParameter,
    IntegerParameter,
    ListParameter,
    Parameter,
)

from ginsen.gui.quantity_text import quantity_of, text_of
from ginsen.protocols import PROTOCOLS, ParameterError, Protocol
from ginsen.protocols.protocol import allowed
from ginsen.records.layout import ABOUT

Kind = Literal["number", "whole", "choice", "switch", "text"]

ELSEWHERE = ("station",)
"""What is chosen in another part of the window."""


@dataclass(frozen=True)
class Row:
    """One parameter. `text` is its default as it stands in its field, `allowed` what it takes."""

    name: str
    label: str
    kind: Kind
    text: str
    unit: str = ""
    allowed: str = ""
    description: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Parameters that belong together, under a title."""

    title: str
    rows: tuple[Row, ...]


def sentence_of(protocol: type[Protocol]) -> str:
    """What a protocol does, in one sentence."""
    return (protocol.__doc__ or "").splitlines()[0]


def groups_of(protocol: type[Protocol]) -> tuple[Group, ...]:
    """The parameters of a protocol in the order in which it declares them.

    Its own come first, those whose labels begin with the same word together; then who and what;
    then where.
    """
    known = protocol().parameter_objects()
    declared = [name for owner in reversed(protocol.__mro__) for name in owner.__dict__
                if name in known]
    rows = {name: _row(name, known[name]) for name in dict.fromkeys(declared)}
    shared = set(Protocol().parameter_objects())
    own = [row for name, row in rows.items() if name not in shared]
    about = [rows[name] for name in rows if name in ABOUT]
    where = [row for name, row in rows.items()
             if name in shared and name not in (*ABOUT, *ELSEWHERE, "polarity")]
    own += [rows["polarity"]] if "polarity" not in ABOUT else []
    return (*_by_first_word(own), Group("Sample and notes", tuple(about)),
            Group("Recording", tuple(where)))


def _by_first_word(rows: list[Row]) -> list[Group]:
    heads = Counter(row.label.split()[0] for row in rows)
    titles = {row.name: row.label.split()[0] if heads[row.label.split()[0]] > 1 else "Stimulus"
              for row in rows}
    return [Group(title, tuple(row for row in rows if titles[row.name] == title))
            for title in dict.fromkeys(titles.values())]


def _row(name: str, parameter: Parameter) -> Row:
    unit = getattr(parameter, "units", None) or ""
    default = parameter.default
    choices: tuple[str, ...] = ()
    text = str(default)
    if isinstance(parameter, BooleanParameter):
        kind: Kind = "switch"
    elif isinstance(parameter, ListParameter):
        kind, choices = "choice", tuple(str(choice) for choice in parameter.choices)
    elif isinstance(parameter, IntegerParameter):
        kind = "whole"
    elif isinstance(parameter, FloatParameter):
        kind, text = "number", text_of(float(default), unit)
    else:
        kind = "text"
    return Row(name, parameter.name, kind, text, unit, allowed(parameter),
               parameter.description or "", choices)


def value_of(row: Row, text: str) -> object:
    """What a field says, as the protocol takes it. Raises ValueError for no number."""
    return quantity_of(text, row.unit) if row.kind == "number" else text.strip()


def protocol_of(name: str, texts: Mapping[str, str]) -> Protocol:
    """The protocol of that name with what its fields say.

    Raises ParameterError, saying what is allowed, for the first field that is wrong.
    """
    protocol = PROTOCOLS[name]()
    rows = {row.name: row for group in groups_of(PROTOCOLS[name]) for row in group.rows}
    for parameter, text in texts.items():
        row = rows.get(parameter)
        try:
            value = text if row is None else value_of(row, text)
        except ValueError as problem:
            label = parameter if row is None else row.label
            raise ParameterError(f"{label}: {problem}") from None
        protocol.set(parameter, value)
    return protocol


def wrong(protocol: Protocol, row: Row, text: str) -> str:
    """Set a parameter to what its field says; why that is not taken, in a sentence, or nothing."""
    try:
        value = value_of(row, text)
    except ValueError as problem:
        return f"{row.label}: {problem}"
    try:
        protocol.set(row.name, value)
    except ParameterError:
        return f"{row.label} takes {row.allowed}."
    except ValueError as problem:  # a plan file that is wrong says what and where
        return str(problem)
    return ""
