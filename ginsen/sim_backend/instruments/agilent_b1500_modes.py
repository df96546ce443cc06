"""What XE runs on the virtual B1500A: spot, staircase sweep, sampling; and the high-speed spots.

Agilent B1500A/B1505A Programming Guide, Edition 11: spot (page 2-4), sampling (4-142), time stamps
before their data (1-26). Channels are measured one after the other in the order of MM. Samples that
are due while a measurement is under way are not taken. What a sampling with time stamps and sample
numbers gives is in the order time, data, number (background knowledge).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.agilent_b1500_channel import (
    CODES,
    LETTERS,
    Channel,
    Datum,
    Force,
)
from ginsen.sim_backend.instruments.flex_grammar import FlexError
from ginsen.sim_backend.instruments.smu_settings import SourceFunction

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.agilent_b1500 import VirtualAgilentB1500

SPOT, STAIRCASE, SAMPLING = 1, 2, 10

OWN_TIME = 120e-6
"""s that a measurement of a fast sampling takes beside its integration."""


def execute(smu: VirtualAgilentB1500) -> Waiting[None]:
    """XE. Raises FlexError where something it needs was not set."""
    mode, channels = smu.measurement
    if not channels:
        raise FlexError(214)
    for channel in channels:
        if not channel.on:
            raise FlexError(200)
    if mode == SPOT:
        body = _spot(smu, channels)
    elif mode == STAIRCASE:
        body = _staircase(smu, channels)
    else:
        body = _sampling(smu, channels)
    yield from smu.run_to_its_end(body)


def high_speed(smu: VirtualAgilentB1500, channel: Channel,
               wanted: tuple[tuple[SourceFunction, float | None], ...], *,
               stamped: bool) -> Waiting[None]:
    """TI, TV, TIV, TTI, TTV, TTIV: each of what is wanted, by function and range."""
    items: list[str] = []
    for place, (function, code) in enumerate(wanted):
        datum = yield from channel.measure(function, None if code is None else int(code))
        items += smu.written(channel, datum, stamped=stamped and place == 0)
    smu.output(items, last=True)


def _measure(smu: VirtualAgilentB1500, channels: tuple[Channel, ...],
             most: float = math.inf) -> Waiting[list[Datum]]:
    found = []
    for channel in channels:
        function = channel.measures
        found.append((yield from channel.measure(function, channel.ranges[function], most)))
    return found


def _written(smu: VirtualAgilentB1500, channels: tuple[Channel, ...],
             data: list[Datum]) -> list[str]:
    return [text for channel, datum in zip(channels, data, strict=True)
            for text in smu.written(channel, datum, stamped=smu.stamps)]


def _stops(smu: VirtualAgilentB1500, data: list[Datum]) -> bool:
    """Whether the automatic abort would end it here."""
    return (any(datum.limited or datum.overflow for datum in data)
            or any(channel.limited for channel in smu.channels.values()))


def _spot(smu: VirtualAgilentB1500, channels: tuple[Channel, ...]) -> Waiting[None]:
    data = yield from _measure(smu, channels)
    smu.output(_written(smu, channels, data), last=True)


def _staircase(smu: VirtualAgilentB1500, channels: tuple[Channel, ...]) -> Waiting[None]:
    setup = smu.staircase
    ramp, partner = setup.primary, setup.synchronous
    if ramp is None:
        raise FlexError(220)
    ramps = [each for each in (ramp, partner) if each is not None]
    steps = [each.levels(ramp.steps, ramp.mode) for each in ramps]
    sources = [smu.channels[each.channel] for each in ramps]

    def step(place: int) -> None:
        for source, each, levels in zip(sources, ramps, steps, strict=True):
            source.do(source.to_force(each.function, each.code, float(levels[place]), each.limit))

    hold, delay, step_delay, *_ = setup.times
    step(0)
    yield hold
    stopped: list[Datum] | None = None
    for place in range(len(steps[0])):
        last = place == len(steps[0]) - 1
        if stopped is None:
            if place:
                step(place)
            yield delay
            began = smu.time.now
            data = yield from _measure(smu, channels)
            items = _written(smu, channels, data)
            yield max(0.0, step_delay - (smu.time.now - began))
            if setup.abort == 2 and _stops(smu, data):
                stopped = data
        else:
            items = [text for channel, datum in zip(channels, stopped, strict=True)
                     for text in smu.nothing(channel, datum)]
        for source, each, levels in zip(sources, ramps, steps, strict=True):
            if (smu.format.mode == 1 and each is ramp) or smu.format.mode == 2:
                items.append(smu.format.source(
                    source.letter, LETTERS[each.function], float(levels[place]),
                    CODES[each.function][source.force.code], last=last))
        smu.output(items, last=last)
    if setup.post == 1 or stopped is not None:
        step(0)
    else:
        step(ramp.steps - 1)


def _sampling(smu: VirtualAgilentB1500, channels: tuple[Channel, ...]) -> Waiting[None]:
    setup = smu.sampling
    setup.check(len(channels), any(channel.high_resolution for channel in channels))
    forces: list[tuple[Channel, Force, Force]] = []
    for number, bias in setup.biases.items():
        source = smu.channels[number]
        reach = max(bias.base, bias.level, key=abs)
        # One range for both, so that the output does not change it in between.
        force = source.to_force(bias.function, bias.code, reach, bias.limit)
        forces.append((source, replace(force, level=bias.base),
                       replace(force, level=bias.level)))
    for source, base, _ in forces:
        source.do(base)
    for channel in channels:
        channel.prepare(channel.measures, channel.ranges[channel.measures])
    if setup.base_hold:
        yield setup.base_hold
    for source, _, level in forces:
        source.do(level)
    yield max(0.0, setup.hold)
    yield from _samples(smu, channels)
    if setup.post == 1:
        for source, base, _ in forces:
            source.do(base)


def _samples(smu: VirtualAgilentB1500, channels: tuple[Channel, ...]) -> Waiting[None]:
    """Take them when they are due; whoever is busy then takes the next."""
    setup = smu.sampling
    most = setup.interval - OWN_TIME if setup.fast else math.inf
    begun = smu.time.now
    due = 0  # the number of intervals since the first sample
    stopped: list[Datum] | None = None
    for place in range(setup.count):
        last = place == setup.count - 1
        if stopped is None:
            yield max(0.0, begun + setup.after(due) - smu.time.now)
            data = yield from _measure(smu, channels, max(most, 0.0))
            items = _written(smu, channels, data)
            if setup.abort == 2 and _stops(smu, data):
                stopped = data
            number = due
            due += 1
            while not last and begun + setup.after(due) < smu.time.now - 1e-9:
                due += 1
        else:
            items = [text for channel, datum in zip(channels, stopped, strict=True)
                     for text in smu.nothing(channel, datum)]
            number += 1
        if smu.format.mode:
            items.append(smu.format.source("Z", "X", float(number + 1),
                                           10.0 ** len(str(number + 1)) / 10.0, last=last))
        smu.output(items, last=last)
