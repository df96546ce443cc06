"""The commands of a virtual 4200A as a table: page, what follows the name, what is done.

From the KXCI manual (4200A-KXCI-907-01 Rev. D, section 5, as quoted in other programs) and the
Reference Manual (4200A-901-01 Rev. C, section 9), which give the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley4200 import KEITHLEY_4200_SMU
from ginsen.sim_backend.instruments.keithley4200_system import MOST_READINGS, Definition
from ginsen.sim_backend.instruments.keithley4200_words import (
    Argument,
    Kind,
    Refusal,
    finite,
    name,
    number,
    whole,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley4200 import VirtualKeithley4200

Handler = Callable[..., Any]

PAGES = ("DE", "SS", "SM", "MD", "US")
_VOLTS, _AMPERES = number(-210.0, 210.0), number(-0.105, 0.105)
_CHANNEL, _SWITCH = whole(1, 9), whole(0, 1)
VOLTAGE_RANGES = {0: None, 1: 20.0, 2: 200.0, 3: 200.0}
"""Codes of DV; 4 and 5, 200 mV and 2 V, need a preamplifier."""

CURRENT_RANGES = {0: None, **{code: 10.0 ** (code - 10) for code in range(3, 10)}}
"""Codes of DI, from 100 nA to 100 mA."""


def _scale(argument: Argument) -> Argument:
    """Of SR: 0, 2, or a range in A."""
    return 2 if argument == 2 else number(0.0, 0.105)(argument)


@dataclass(frozen=True)
class Entry:
    """A command: `do` gets the instrument and its arguments, at least `least` of `kinds`.

    With `endless` the last kind may come again and again. It stands on `page`, on any if empty;
    `always` it is carried out even while a test runs.
    """

    do: Handler
    kinds: tuple[Kind, ...] = ()
    least: int | None = None
    page: str = ""
    endless: bool = False
    always: bool = False

    def checked(self, arguments: Sequence[Argument]) -> list[Argument]:
        """The arguments as the handler takes them. Raises Refusal."""
        least = len(self.kinds) if self.least is None else self.least
        if not least <= len(arguments) <= (MOST_READINGS + 3 if self.endless else len(self.kinds)):
            raise Refusal
        kinds = (*self.kinds, *self.kinds[-1:] * (len(arguments) - len(self.kinds)))
        return [kind(argument) for kind, argument in zip(kinds, arguments, strict=False)]


def _force(function: str, codes: Mapping[int, float | None]) -> Handler:
    def do(smu: VirtualKeithley4200, place: int, *told: float) -> None:
        channel = smu.channel(place)
        if not told:
            channel.off()
        elif len(told) < 3 or told[0] not in codes:
            raise Refusal
        else:
            channel.force("VOLT" if function == "VOLT" else "CURR", told[1], told[2],
                          codes[int(told[0])])

    return do


def _define(smu: VirtualKeithley4200, place: int, *told: Any) -> None:
    smu.channel(place)
    if not told:
        smu.test.undefine(place)
    elif len(told) < 4:
        raise Refusal
    else:
        smu.test.define(place, Definition(*told))


def _constant(function: Any) -> Handler:
    return lambda smu, place, level, limit: smu.test.source(
        place, function, (level,), limit, swept=False)


def _list(function: Any) -> Handler:
    return lambda smu, place, master, limit, *levels: smu.test.source(
        place, function, levels, limit, swept=True)


def _sweep(function: Any) -> Handler:
    def do(smu: VirtualKeithley4200, kind: int, start: float, stop: float, step: float,
           limit: float) -> None:
        """A linear VAR1, on the channel that is defined as it."""
        swept = [place for place, known in smu.test.definitions.items() if known.function == 1]
        if kind != 1 or not step or len(swept) != 1:
            raise Refusal  # logarithmic sweeps are not modelled
        count = int(abs((stop - start) / step) + 1.5)
        if count > MOST_READINGS:
            raise Refusal
        towards = abs(step) if stop >= start else -abs(step)
        smu.test.source(swept[0], function, [start + towards * each for each in range(count)],
                        limit, swept=True)

    return do


def _floor(smu: VirtualKeithley4200, place: int, lowest: float) -> None:
    scale = KEITHLEY_4200_SMU.measure_current.holding(abs(lowest))
    smu.channel(place).set_floor(scale.full_scale)


def _fix(smu: VirtualKeithley4200, place: int, scale: float) -> None:
    if scale in (0, 2):  # automatic; the best fixed one, which for a constant is the same
        smu.channel(place).fix(None)
    else:
        smu.channel(place).fix(KEITHLEY_4200_SMU.measure_current.holding(scale).full_scale)


def _integrate(smu: VirtualKeithley4200, kind: int, *custom: float) -> None:
    if (kind == 4) != (len(custom) == 3):
        raise Refusal
    if custom and not 0.01 <= custom[2] <= 10.0:
        raise Refusal
    smu.delay_factor = custom[0] if custom else 1.0
    smu.nplc = custom[2] if custom else 10.0 ** (kind - 2)


def _measure(smu: VirtualKeithley4200, kind: int) -> None:
    if kind == 4:
        smu.test.abort()
    elif smu.test.running:
        raise Refusal
    else:
        smu.test.start(append=kind == 3, repeat=kind == 2)


def _go_to(page: str) -> Entry:
    def do(smu: VirtualKeithley4200) -> None:
        smu.page = page

    return Entry(do, always=True)


def _set(attribute: str, kind: Kind, page: str = "", *further: Kind) -> Entry:
    def do(smu: VirtualKeithley4200, value: Any, *_: Any) -> None:
        setattr(smu, attribute, value)

    return Entry(do, (kind, *further), page=page)


def _setup(field: str, kind: Kind, page: str) -> Entry:
    return Entry(lambda smu, value: smu.test.change(**{field: value}), (kind,), page=page)


_NAMED = Entry(lambda smu, shown, *_: smu.test.listed.add(shown), (name, finite, finite, finite),
               page="SM")

COMMANDS: dict[str, Entry] = {
    **{page: _go_to(page) for page in PAGES},
    # Channel definition.
    "CH": Entry(_define, (_CHANNEL, name, name, whole(1, 3), whole(1, 4)), 1, "DE"),
    # Source setup.
    "VC": Entry(_constant("VOLT"), (_CHANNEL, _VOLTS, _AMPERES), page="SS"),
    "IC": Entry(_constant("CURR"), (_CHANNEL, _AMPERES, _VOLTS), page="SS"),
    "VL": Entry(_list("VOLT"), (_CHANNEL, _SWITCH, _AMPERES, _VOLTS), page="SS", endless=True),
    "IL": Entry(_list("CURR"), (_CHANNEL, _SWITCH, _VOLTS, _AMPERES), page="SS", endless=True),
    "VR": Entry(_sweep("VOLT"), (whole(1, 4), _VOLTS, _VOLTS, _VOLTS, _AMPERES), page="SS"),
    "IR": Entry(_sweep("CURR"), (whole(1, 4), _AMPERES, _AMPERES, _AMPERES, _VOLTS), page="SS"),
    "HT": _setup("hold", number(0.0, 655.3), "SS"),
    "DT": _setup("delay", number(0.0, 6.553), "SS"),
    "ST": Entry(lambda smu, place, on: smu.test.standby.update({place: bool(on)}),
                (_CHANNEL, _SWITCH), page="SS"),
    # Measurement setup.
    "DM": Entry(lambda smu, mode: None, (whole(1, 2),), page="SM"),
    "LI": Entry(lambda smu, *names: smu.test.listed.update(names), (name,), page="SM",
                endless=True),
    "XN": _NAMED, "YA": _NAMED, "YB": _NAMED,
    "WT": _setup("wait", number(0.0, 100.0), "SM"),
    "IN": _setup("interval", number(0.01, 10.0), "SM"),
    "NR": _setup("count", whole(1, MOST_READINGS), "SM"),
    # Measurement control.
    "ME": Entry(_measure, (whole(1, 4),), page="MD", always=True),
    # User mode.
    "DV": Entry(_force("VOLT", VOLTAGE_RANGES), (_CHANNEL, whole(0, 5), _VOLTS, _AMPERES), 1, "US"),
    "DI": Entry(_force("CURR", CURRENT_RANGES), (_CHANNEL, whole(0, 13), _AMPERES, _VOLTS), 1,
                "US"),
    "TI": Entry(lambda smu, place: smu.spot("CURR", place), (_CHANNEL,), page="US"),
    "TV": Entry(lambda smu, place: smu.spot("VOLT", place), (_CHANNEL,), page="US"),
    # On every page.
    "BC": Entry(lambda smu: smu.test.clear()),
    "DO": Entry(lambda smu, told: smu.output(told), (name,)),
    "DR": _set("requesting", _SWITCH),
    "EC": Entry(lambda smu, on: smu.test.change(exit_on_compliance=bool(on)), (_SWITCH,)),
    "EM": _set("command_set", _SWITCH, "", _SWITCH),
    "ID": Entry(lambda smu: smu.short_identity, always=True),
    "IT": Entry(_integrate, (whole(1, 4), number(0.0, 100.0), number(0.0, 100.0),
                             number(0.0, 10.0)), 1),
    "RD": Entry(lambda smu, told, place: smu.one_reading(told, place),
                (name, whole(1, MOST_READINGS)), always=True),
    "RG": Entry(_floor, (_CHANNEL, number(-0.1, 0.1))),
    "RS": _set("digits", whole(3, 7)),
    "SR": Entry(_fix, (_CHANNEL, _scale)),
    "SP": Entry(lambda smu: str(smu.serial_poll()), always=True),
    "*IDN?": Entry(lambda smu: smu.identity, always=True),
    "*OPT?": Entry(lambda smu: ",".join(smu.modules)),
    "*RST": Entry(lambda smu: smu.reset(), always=True),
    ":ERROR:LAST:GET": Entry(lambda smu: smu.last_error, always=True),
    ":ERROR:LAST:CLEAR": Entry(lambda smu: smu.forget_error(), always=True),
}
