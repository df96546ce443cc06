"""The commands of the virtual B1500A, as a table.

Agilent B1500A/B1505A Programming Guide, Edition 11, chapter 4. There is no *CLS, *ESE, *ESR or
*TRG: error 100, as on the instrument. What concerns modules that are not there, pulses, searches,
digital lines and program memory is error 100, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.agilent_b1500 import MOST_CONVERSIONS, MOST_CYCLES, MOST_SAMPLES
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.agilent_b1500_channel import Channel
from ginsen.sim_backend.instruments.agilent_b1500_format import FORMATS, Format
from ginsen.sim_backend.instruments.agilent_b1500_learn import learn
from ginsen.sim_backend.instruments.agilent_b1500_modes import (
    SAMPLING,
    SPOT,
    STAIRCASE,
    execute,
    high_speed,
)
from ginsen.sim_backend.instruments.agilent_b1500_setup import Bias, Ramp, timing
from ginsen.sim_backend.instruments.flex_grammar import (
    ERRORS,
    Command,
    FlexError,
    number,
    one_of,
    whole,
)
from ginsen.sim_backend.instruments.smu_settings import SourceFunction

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.agilent_b1500 import VirtualAgilentB1500 as Smu
else:
    Smu = Any

MOST_STEPS = 10_001
NEAR_ZERO = 2.0
"""V: what WZ? calls 0 V."""

VOLTS, AMPERES = number(-100, 100), number(-0.1, 0.1)
OF: dict[SourceFunction, tuple[Any, Any]] = {"VOLT": (VOLTS, AMPERES), "CURR": (AMPERES, VOLTS)}
"""The kinds of the level and of the compliance, by what is forced."""


def channel(smu: Smu, value: float) -> Channel:
    """A channel by its number."""
    return smu.channel(value)


def _code(smu: Smu, value: float) -> int:
    if value != int(value):
        raise FlexError(120)
    return int(value)


def _for_each(do: Callable[[Channel], object]) -> Command:
    """Something done to the channels of a list, or to all."""
    def run(smu: Smu, *channels: Channel) -> None:
        for each in smu.listed(channels):
            do(each)
    return Command(run, rest=channel)


def _rest(smu: Smu, *channels: Channel) -> None:
    """DZ; without a list of those that are on."""
    for each in smu.listed(channels):
        if channels or each.on:
            each.rest()


def _restore(smu: Smu, *channels: Channel) -> None:
    """RZ; without a list of those that DZ has put to rest."""
    for each in smu.listed(channels):
        if channels or each.kept is not None:
            each.restore()


def _forces(function: SourceFunction, *, stamped: bool = False) -> Command:
    def run(smu: Smu, on: Channel, code: int, level: float, limit: float | None = None,
            polarity: int = 0, limit_code: int = 0) -> None:
        force = on.to_force(function, code, level, limit, polarity, limit_code)
        if smu.timed_by is on:
            smu.reset_timer()
        smu.sampling = replace(smu.sampling, biases={
            place: bias for place, bias in smu.sampling.biases.items() if place != on.number})
        on.do(force)
        if stamped:
            smu.output([smu.format.time("Z", smu.timer)], last=True)
    level, limit = OF[function]
    return Command(run, (channel, _code, level, limit, one_of(0, 1), _code), 3)


def _steps(function: SourceFunction) -> Command:
    def run(smu: Smu, on: Channel, mode: int, code: int, start: float, stop: float, steps: int,
            limit: float | None = None, power: float | None = None) -> None:
        if mode in (2, 4) and start * stop <= 0:
            raise FlexError(120)
        on.code(function, code, max(start, stop, key=abs))
        smu.staircase = replace(smu.staircase, primary=Ramp(
            on.number, function, code, start, stop, limit, power, mode, steps), synchronous=None)
    level, limit = OF[function]
    return Command(run, (channel, one_of(1, 2, 3, 4), _code, level, level, whole(1, MOST_STEPS),
                         limit, number(1e-3, 20)), 6)


def _steps_along(function: SourceFunction) -> Command:
    def run(smu: Smu, on: Channel, code: int, start: float, stop: float,
            limit: float | None = None, power: float | None = None) -> None:
        primary = smu.staircase.primary
        if primary is None:
            raise FlexError(220)
        if primary.mode in (2, 4) and start * stop <= 0:
            raise FlexError(120)
        on.code(function, code, max(start, stop, key=abs))
        smu.staircase = replace(smu.staircase, synchronous=Ramp(
            on.number, function, code, start, stop, limit, power))
    level, limit = OF[function]
    return Command(run, (channel, _code, level, level, limit, number(1e-3, 20)), 4)


def _biases(function: SourceFunction) -> Command:
    def run(smu: Smu, on: Channel, code: int, base: float, level: float,
            limit: float | None = None) -> None:
        if limit == 0:
            raise FlexError(123)
        on.code(function, code, max(base, level, key=abs))
        smu.sampling = replace(smu.sampling, biases={
            **smu.sampling.biases, on.number: Bias(function, code, base, level, limit)})
    level, limit = OF[function]
    return Command(run, (channel, _code, level, level, limit), 4)


def _spot(*functions: SourceFunction, stamped: bool = False) -> Command:
    def run(smu: Smu, on: Channel, *codes: int) -> Waiting[None]:
        given: list[int | None] = [*codes, *[None] * (len(functions) - len(codes))]
        yield from high_speed(smu, on, tuple(zip(functions, given, strict=True)),
                              stamped=stamped)
    return Command(run, (channel, *[_code] * len(functions)), 1)


def _set_range(function: SourceFunction) -> Command:
    def run(smu: Smu, on: Channel, code: int) -> None:
        known = on.known_code(function, code)
        on.ranges[function] = -known if code < 0 else known
    return Command(run, (channel, _code), 2)


def _mode(smu: Smu, mode: int, *channels: Channel) -> None:
    if not channels:
        raise FlexError(122)
    smu.measurement = mode, tuple(smu.listed(channels))


def _average(smu: Smu, kind: int, mode: int, count: float | None = None) -> None:
    """AIT; with mode 3 the time itself, in steps of 2 µs."""
    if mode == 3 and kind == 1:
        raise FlexError(120)
    if mode == 3:
        count = 2e-6 if count is None else count
        low, high = 2e-6, 20e-3
    else:
        default = (6, 3, 1)[mode] if kind == 1 else 1
        count = default if count is None else float(int(count))
        low, high = 1, MOST_CYCLES if mode == 2 else MOST_CONVERSIONS if kind == 1 else 1023
    if not low <= count <= high:
        raise FlexError(120)
    name = ("high_speed", "high_resolution", "pulsed")[kind]
    smu.converters = replace(smu.converters, **{name: (mode, count)})


def _average_high_speed(smu: Smu, count: int, mode: int = 0) -> None:
    """AV: the same as AIT 0; a negative number are line cycles."""
    if not (1 <= count <= 1023 or -MOST_CYCLES <= count <= -1):
        raise FlexError(120)
    smu.converters = replace(smu.converters,
                             high_speed=(2, -count) if count < 0 else (mode, count))


def _format(smu: Smu, chosen: int, mode: int = 0) -> None:
    smu.format = Format(chosen, mode)
    smu.clear_data()


def _filter(smu: Smu, on: int, *channels: Channel) -> None:
    for each in smu.listed(channels):
        each.filtered = bool(on)


def _wait(smu: Smu, kind: int, factor: float, offset: float = 0.0) -> None:
    smu.waits[kind] = factor, offset


def _sampling(*names: str) -> Callable[..., None]:
    def run(smu: Smu, *values: Any) -> None:
        smu.sampling = replace(smu.sampling, **dict(zip(names, values, strict=False)))
    return run


def _times(smu: Smu, hold: float, interval: float, count: int, base_hold: float = 0.0) -> None:
    smu.sampling = replace(smu.sampling, **timing(hold, interval, count, base_hold))  # type: ignore[arg-type]


def _sweep_times(smu: Smu, hold: float, delay: float, *others: float) -> None:
    given = (*others, 0.0, 0.0, 0.0)
    smu.staircase = replace(smu.staircase, times=(hold, delay, given[0], given[1], given[2]))


def _sweep_end(smu: Smu, abort: int, post: int = 1) -> None:
    smu.staircase = replace(smu.staircase, abort=abort, post=post)


def _initial(smu: Smu, *channels: Channel) -> None:
    """IN: channels off; without a list all, and the mode of measurement is forgotten."""
    for each in smu.listed(channels):
        each.switch(False)
    if not channels:
        smu.measurement = (0, ())


def _assign(name: str) -> Callable[..., None]:
    return lambda smu, value: setattr(smu, name, value)


def _assign_channel(name: str) -> Callable[..., None]:
    return lambda smu, on, value: setattr(on, name, value)


def _flag(smu: Smu, value: float) -> bool:
    return bool(one_of(0, 1)(smu, value))


def _zeros(smu: Smu, *_: float) -> int:
    """WZ?: 0 where no output is beyond 2 V, else 1."""
    return int(any(each.on and each.force.function == "VOLT"
                   and abs(each.force.level) > NEAR_ZERO for each in smu.channels.values()))


def _first_errors(smu: Smu, mode: int = 0) -> str:
    found = smu.take_errors()
    return str(found[0]) if mode else ",".join(map(str, found))


def _first_error(smu: Smu, mode: int = 0) -> str:
    """ERRX?: with a sign, as public drivers expect it (QCoDeS)."""
    code, text = smu.take_error()
    return f"{code:+d}" if mode else f'{code:+d},"{text}"'


def _text(smu: Smu, code: float) -> str:
    if code not in ERRORS:
        raise FlexError(120)
    return ERRORS[int(code)]


_ANY = number(-1e99, 1e99)
_BIT = one_of(0, 1)

COMMANDS: Mapping[str, Command] = {
    "*CAL?": Command(lambda smu, *_: smu.calibrate(), (_ANY,)),
    "*IDN?": Command(lambda smu: smu.identity.format(serial=smu.serial)),
    "*LRN?": Command(learn, (_code,), 1),
    "*OPC?": Command(lambda smu: 1),
    "*RST": Command(lambda smu: smu.reset()),
    "*SRE": Command(_assign("mask"), (whole(0, 255),), 1),
    "*SRE?": Command(lambda smu: smu.mask),
    "*STB?": Command(lambda smu: smu.status_byte()),
    "*TST?": Command(lambda smu, *_: 0, (_ANY,)),
    "AAD": Command(lambda smu, on, kind: setattr(on, "high_resolution", kind == 1),
                   (channel, one_of(0, 1, 2)), 2),
    "AB": Command(lambda smu: None),
    "AIT": Command(_average, (one_of(0, 1, 2), one_of(0, 1, 2, 3), _ANY), 2),
    "AV": Command(_average_high_speed, (_code, _BIT), 1),
    "AZ": Command(_assign("auto_zero"), (_flag,), 1),
    "BC": Command(lambda smu: smu.clear_data()),
    "CL": _for_each(lambda each: each.switch(False)),
    "CM": Command(_assign("auto_calibration"), (_flag,), 1),
    "CMM": Command(_assign_channel("mode"), (channel, one_of(0, 1, 2, 3)), 2),
    "CN": _for_each(lambda each: each.switch(True)),
    "CNX": _for_each(lambda each: each.switch(True)),
    "DI": _forces("CURR"),
    "DV": _forces("VOLT"),
    "DZ": Command(_rest, rest=channel),
    "EMG?": Command(_text, (_ANY,), 1),
    "ERMOD": Command(_assign("io_mode"), (one_of(0, 1, 2, 4, 8, 16, 32),), 1),
    "ERMOD?": Command(lambda smu: smu.io_mode),
    "ERR?": Command(_first_errors, (_BIT,)),
    "ERRX?": Command(_first_error, (_BIT,)),
    "FL": Command(_filter, (_BIT,), 1, rest=channel),
    "FMT": Command(_format, (one_of(*FORMATS), whole(0, 10)), 1),
    "IN": Command(_initial, rest=channel),
    "MCC": Command(lambda smu, *channels: setattr(smu, "sampling", replace(
        smu.sampling, biases={place: bias for place, bias in smu.sampling.biases.items()
                              if channels and place not in {each.number for each in channels}})),
        rest=channel),
    "MI": _biases("CURR"),
    "ML": Command(_sampling("mode"), (whole(1, 7),), 1),
    "MM": Command(_mode, (one_of(SPOT, STAIRCASE, SAMPLING),), 1, rest=channel),
    "MSC": Command(_sampling("abort", "post"), (one_of(1, 2), one_of(1, 2)), 1),
    "MT": Command(_times, (_ANY, _ANY, whole(1, MOST_SAMPLES), number(0, 655.35)), 3),
    "MV": _biases("VOLT"),
    "NUB?": Command(lambda smu: smu.count),
    "PA": Command(lambda smu, time: smu.pause(time), (number(0, 99.9999),), 1),
    "PAD": Command(_assign("parallel"), (_flag,), 1),
    "RI": _set_range("CURR"),
    "RM": Command(lambda smu, on, mode, rate=50: setattr(on, "ranging", (mode, rate)),
                  (channel, one_of(1, 2, 3), whole(11, 100)), 2),
    "RV": _set_range("VOLT"),
    "RZ": Command(_restore, rest=channel),
    "SSR": Command(lambda smu, on, resistor: on.unit.put_in(resistor), (channel, _flag), 2),
    "TDI": _forces("CURR", stamped=True),
    "TDV": _forces("VOLT", stamped=True),
    "TI": _spot("CURR"),
    "TIV": _spot("CURR", "VOLT"),
    "TM": Command(_assign("trigger_mode"), (whole(1, 4),), 1),
    "TSC": Command(_assign("stamps"), (_flag,), 1),
    "TSQ": Command(lambda smu: smu.output([smu.format.time("Z", smu.timer)], last=True)),
    "TSR": Command(lambda smu, on=None: smu.reset_timer(on), (channel,)),
    "TTI": _spot("CURR", stamped=True),
    "TTIV": _spot("CURR", "VOLT", stamped=True),
    "TTV": _spot("VOLT", stamped=True),
    "TV": _spot("VOLT"),
    "UNT?": Command(lambda smu, *_: smu.modules(), (_BIT,)),
    "WAT": Command(_wait, (one_of(1, 2), number(0, 10), number(0, 1)), 2),
    "WI": _steps("CURR"),
    "WM": Command(_sweep_end, (one_of(1, 2), one_of(1, 2)), 1),
    "WSI": _steps_along("CURR"),
    "WSV": _steps_along("VOLT"),
    "WT": Command(_sweep_times, (number(0, 655.35), number(0, 65.535), number(0, 1),
                                 number(0, 65.535), number(0, 65.535)), 2),
    "WV": _steps("VOLT"),
    "WZ?": Command(_zeros, (_ANY,)),
    "XE": Command(execute),
}
