"""*LRN?: the settings of the virtual B1500A, each as the command that would set it.

Types as public drivers name them (QCoDeS, PyMeasure); the texts are in the form in which pyHegel's
author recorded them from an instrument, those of types 33 and 47, which he did not, in that of the
commands. Other types are refused (120).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ginsen.sim_backend.instruments.agilent_b1500_channel import CODES, LETTERS, OTHER, Channel
from ginsen.sim_backend.instruments.agilent_b1500_format import scaled
from ginsen.sim_backend.instruments.agilent_b1500_setup import Ramp
from ginsen.sim_backend.instruments.flex_grammar import FlexError

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.agilent_b1500 import VirtualAgilentB1500
    from ginsen.sim_backend.instruments.smu_settings import SourceFunction


def learn(smu: VirtualAgilentB1500, number: int) -> str:
    """The settings of one type. Raises FlexError for a type, or a slot, that there is not."""
    if 1 <= number <= 10:
        return smu.channel(number).text()
    if number not in _TYPES:
        raise FlexError(120)
    return _TYPES[number](smu)


def _each(of: Callable[[Channel], str]) -> Callable[[VirtualAgilentB1500], str]:
    return lambda smu: ";".join(of(channel) for channel in smu.channels.values())


def _switches(smu: VirtualAgilentB1500) -> str:
    numbers = [str(channel.number) for channel in smu.channels.values() if channel.on]
    return f"CN{','.join(numbers)}" if numbers else "CL"


def _filters(smu: VirtualAgilentB1500) -> str:
    """FL0 or FL1 where all are alike, else both with their channels."""
    lists = [[str(each.number) for each in smu.channels.values() if each.filtered == on]
             for on in (False, True)]
    if not all(lists):
        return "FL0" if lists[0] else "FL1"
    return ";".join(f"FL{on},{','.join(numbers)}" for on, numbers in enumerate(lists))


def _measurement(smu: VirtualAgilentB1500) -> str:
    averaging, count = smu.converters.high_speed
    mode, channels = smu.measurement
    texts = [f"TM{smu.trigger_mode}",
             f"AV-{count:g}" if averaging == 2 else f"AV{count:g},{averaging}",
             f"CM{smu.auto_calibration:d}", f"FMT{smu.format.number},{smu.format.mode}"]
    if channels:
        texts.append(f"MM{mode},{','.join(str(each.number) for each in channels)}")
    return ";".join(texts)


def _staircase(smu: VirtualAgilentB1500) -> str:
    setup = smu.staircase
    hold, delay, *others = setup.times
    texts = [f"WM{setup.abort},{setup.post}",
             ",".join([f"WT{hold:.2f}", f"{delay:.4f}", *(f"{each:.4f}" for each in others)])]
    texts += [_ramp(smu, each, prefix) for each, prefix in (
        (setup.primary, "W"), (setup.synchronous, "WS")) if each is not None]
    return ";".join(texts)


def _ramp(smu: VirtualAgilentB1500, ramp: Ramp, prefix: str) -> str:
    channel = smu.channels[ramp.channel]
    reach = max(ramp.start, ramp.stop, key=abs)
    code = channel.code(ramp.function, ramp.code, reach)
    scale = CODES[ramp.function][code]
    fields = [f"{prefix}{LETTERS[ramp.function]}{ramp.channel}",
              *([str(ramp.mode)] if prefix == "W" else []), str(code),
              scaled(ramp.start, scale), scaled(ramp.stop, scale),
              *([str(ramp.steps)] if prefix == "W" else [])]
    if ramp.limit is not None:
        fields.append(_limit(channel, ramp.function, ramp.limit))
        if ramp.power is not None:
            fields.append(f"{ramp.power:.3f}")
    return ",".join(fields)


def _limit(channel: Channel, function: SourceFunction, limit: float) -> str:
    measured = OTHER[function]
    return scaled(limit, CODES[measured][channel.code(measured, 0, limit)])


def _sampling(smu: VirtualAgilentB1500) -> str:
    setup = smu.sampling
    texts = [f"ML{setup.mode}",
             f"MT{setup.hold:.4f},{setup.interval:.5f},{setup.count},{setup.base_hold:.2f}",
             f"MSC{setup.abort},{setup.post}"]
    for number, bias in setup.biases.items():
        channel = smu.channels[number]
        reach = max(bias.base, bias.level, key=abs)
        code = channel.code(bias.function, bias.code, reach)
        scale = CODES[bias.function][code]
        fields = [f"M{LETTERS[bias.function]}{number}", str(code), scaled(bias.base, scale),
                  scaled(bias.level, scale)]
        if bias.limit is not None:
            fields.append(_limit(channel, bias.function, bias.limit))
        texts.append(",".join(fields))
    return ";".join(texts)


def _converters(smu: VirtualAgilentB1500) -> str:
    texts = [f"AIT{place},{mode},{count:g}" for place, (mode, count) in enumerate((
        smu.converters.high_speed, smu.converters.high_resolution, smu.converters.pulsed))]
    return ";".join([*texts, f"AZ{smu.auto_zero:d}"])


_TYPES: dict[int, Callable[[VirtualAgilentB1500], str]] = {
    0: _switches,
    30: _filters,
    31: _measurement,
    32: _each(lambda it: f"RI{it.number},{it.ranges['CURR']};RV{it.number},{it.ranges['VOLT']}"),
    33: _staircase,
    46: _each(lambda it: f"CMM{it.number},{it.mode}"),
    47: _sampling,
    53: _each(lambda it: f"SSR{it.number},{it.unit.resistor:d}"),
    54: _each(lambda it: f"RM{it.number},{it.ranging[0]},{it.ranging[1]}"),
    # The second AAD of a channel is that of pulsed measurements; two semicolons are no slip.
    55: lambda smu: ";;".join(f"AAD{it.number},{it.high_resolution:d};AAD{it.number},2"
                              for it in smu.channels.values()) + ";",
    56: _converters,
    57: lambda smu: ";".join(f"WAT{kind},{factor:.1f},{offset:.4f}"
                             for kind, (factor, offset) in smu.waits.items()),
    60: lambda smu: f"TSC{smu.stamps:d}",
    110: lambda smu: f"PAD{smu.parallel:d}",
}
