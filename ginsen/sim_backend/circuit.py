"""How instrument outputs meet the device's terminals, and what has flowed since.

The device is moved on only when someone looks or a source changes, so that between two changes
it sees one advance, whatever else happened on the bench meanwhile. One that says it is steady is
not even asked for what has flowed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple, Protocol, TypeVar

from ginsen.sim_backend.devices.device import GROUND, OPEN, Device, Source, Terminals
from ginsen.sim_backend.shunt import advance_shunted
from ginsen.sim_backend.witness import Witness

T = TypeVar("T")


class Present(Protocol):
    """Who knows what time it is (s): the bench."""

    now: float


class Totals(NamedTuple):
    """What has passed a port since the bench was opened.

    `time` (s) is now, `charge` (C) flowed out of the instrument, `flux` (V s) is the time integral
    of the voltage at the instrument's terminals, `clamped` (s) the time at the current limit.
    """

    time: float
    charge: float
    flux: float
    clamped: float


class Mean(NamedTuple):
    """Mean current (A) and voltage (V) over some seconds, of which `clamped` at the limit."""

    current: float
    voltage: float
    clamped: float
    elapsed: float


class Port:
    """One output of an instrument, wired to a terminal through a resistor, or to nothing.

    An unwired port sees an open circuit: no current, the source's own voltage.
    """

    def __init__(self, circuit: Circuit, index: int | None, series_resistance: float) -> None:
        self._circuit = circuit
        self._index = index
        self.series_resistance = series_resistance
        self._source = OPEN
        self._loose_flux = 0.0
        self._loose_since = 0.0

    @property
    def source(self) -> Source:
        """The source behind the port; setting it takes effect now."""
        return self._source

    @source.setter
    def source(self, source: Source) -> None:
        if self._index is None:
            self._loose_flux = self._integrate_loose()
            self._loose_since = self._circuit.time.now
        else:
            self._circuit.connect(self._index, self._seen(source))
        self._source = source

    def totals(self) -> Totals:
        """Charge, flux and time at the clamp up to now."""
        if self._index is None:
            return Totals(self._circuit.time.now, 0.0, self._integrate_loose(), 0.0)
        return Totals(self._circuit.time.now,
                      *self._circuit.integrals(self._index, self.series_resistance))

    def mean(self, since: Totals) -> Mean:
        """What the port carried since it had these totals, which must be in the past."""
        time, charge, flux, clamped = since
        elapsed = self._circuit.time.now - time
        if self._index is None:
            return Mean(0.0, (self._integrate_loose() - flux) / elapsed, 0.0, elapsed)
        charge_now, flux_now, clamped_now = self._circuit.integrals(self._index,
                                                                    self.series_resistance)
        return Mean((charge_now - charge) / elapsed, (flux_now - flux) / elapsed,
                    clamped_now - clamped, elapsed)

    def instant(self) -> tuple[float, float, bool]:
        """Voltage (V) at the instrument, current (A) out of it, and whether it is clamped, now."""
        if self._index is None:
            return self._open_voltage(), 0.0, False
        terminals = self._circuit.instant()
        current = float(terminals.final_current[self._index])
        voltage = float(terminals.final_voltage[self._index]) + current * self.series_resistance
        limit = self._source.current_limit
        return voltage, current, self._source.connected and abs(current) >= limit * (1 - 1e-9)

    def _seen(self, source: Source) -> Source:
        return replace(source, resistance=source.resistance + self.series_resistance)

    def _open_voltage(self) -> float:
        return self._source.voltage if self._source.connected else 0.0

    def _integrate_loose(self) -> float:
        elapsed = self._circuit.time.now - self._loose_since
        return self._loose_flux + self._open_voltage() * elapsed


class Circuit:
    """A device, the source at each of its terminals, and running integrals per terminal."""

    def __init__(self, device: Device, time: Present, witness: Witness) -> None:
        self.device = device
        self.time = time
        self.witness = witness
        count = len(device.terminals)
        self._sources: tuple[Source, ...] = (OPEN,) * count
        self._lifted: list[int] = []
        self._broken: list[int] = []
        self._shunts: list[tuple[int, float]] = []
        self._time = time.now
        # Of few terminals each: lists of floats are added to faster than arrays.
        self._charge = [0.0] * count
        self._flux = [0.0] * count
        self._clamped = [0.0] * count
        self._latest: Terminals | None = None

    def port(self, terminal: str | None, series_resistance: float = 0.0) -> Port:
        """A port wired to `terminal` through `series_resistance` (Ω), or to nothing if None."""
        index = None if terminal is None else self.device.terminals.index(terminal)
        return Port(self, index, series_resistance)

    def ground(self, terminal: str, series_resistance: float = 0.0) -> None:
        """Tie `terminal` to the common low of all instruments."""
        self._wire(self.device.terminals.index(terminal),
                   replace(GROUND, resistance=series_resistance))

    def connect(self, index: int, source: Source) -> None:
        """Put `source` on a terminal from now on."""
        if source != self._sources[index]:
            self.settle()
            self._wire(index, source)
            self._latest = None

    def lift(self, terminals: Collection[str]) -> None:
        """Part these terminals from what is wired to them, from now on; all others meet it."""
        self.settle()
        self._lifted = [self.device.terminals.index(terminal) for terminal in terminals]
        self._latest = None

    def touches(self, terminal: str) -> bool:
        """Whether a terminal meets what is wired to it."""
        index = self.device.terminals.index(terminal)
        return index not in self._lifted and index not in self._broken

    def break_off(self, terminal: str) -> Callable[[], None]:
        """Part a terminal from its wire until what is returned is called, whoever lifts it too."""
        return self._keep(self._broken, self.device.terminals.index(terminal))

    def shunt(self, terminal: str, resistance: float) -> Callable[[], None]:
        """Tie a terminal of the device to the common low (Ω) until what is returned is called."""
        return self._keep(self._shunts,
                          (self.device.terminals.index(terminal), 1.0 / resistance))

    def change(self, action: Callable[[], None]) -> None:
        """Do something to the device itself, now."""
        self.settle()
        action()
        self._latest = None

    def settle(self) -> None:
        """Bring the device up to now."""
        now = self.time.now
        elapsed = now - self._time
        if elapsed <= 0.0:
            return
        if self._latest is None:
            self._begin()
        terminals = self._advance(elapsed)
        self._flux = [flux + voltage * elapsed for flux, voltage
                      in zip(self._flux, terminals.voltage.tolist(), strict=True)]
        clamped = terminals.clamped.tolist()
        if any(clamped):
            self._clamped = [before + more for before, more
                             in zip(self._clamped, clamped, strict=True)]
        self._time = now
        self._latest = terminals

    def instant(self) -> Terminals:
        """The terminals now, under the sources of now."""
        self.settle()
        return self._latest or self._begin()

    def integrals(self, index: int, series_resistance: float) -> tuple[float, float, float]:
        """Charge, flux and time at the clamp of one terminal, before `series_resistance` (Ω)."""
        at = self._latest
        if at is None or not at.steady:
            self.settle()
            charge, flux = self._charge[index], self._flux[index]
        else:
            elapsed = self.time.now - self._time
            charge = self._charge[index] + at.current.item(index) * elapsed
            flux = self._flux[index] + at.voltage.item(index) * elapsed
        return charge, flux + charge * series_resistance, self._clamped[index]

    def _begin(self) -> Terminals:
        """The terminals right after a change."""
        self._latest = self._advance(0.0)
        return self._latest

    def _advance(self, dt: float) -> Terminals:
        """Move the device on by `dt` (s); a lifted wire floats at the voltage of its source."""
        if not (self._lifted or self._broken):
            return self._move(dt, self._sources)
        lifted = (*self._lifted, *self._broken)
        terminals = self._move(dt, tuple(OPEN if index in lifted else source
                                         for index, source in enumerate(self._sources)))
        voltage, final_voltage = terminals.voltage.copy(), terminals.final_voltage.copy()
        for index in lifted:
            source = self._sources[index]
            voltage[index] = final_voltage[index] = source.voltage if source.connected else 0.0
        return replace(terminals, voltage=voltage, final_voltage=final_voltage)

    def _move(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """Move the device on, its shunts with it, and let it be seen."""
        if self._shunts:
            shunts: dict[int, float] = {}
            for index, conductance in self._shunts:
                shunts[index] = shunts.get(index, 0.0) + conductance
            terminals = advance_shunted(self.device, dt, sources, shunts)
        else:
            terminals = self.device.advance(dt, sources)
        if dt:
            self._charge = [charge + current * dt for charge, current
                            in zip(self._charge, terminals.current.tolist(), strict=True)]
            self.witness.passed(self._time + dt, terminals, dt, self._charge)
        else:
            self.witness.changed(self._time, terminals)
        return terminals

    def _wire(self, index: int, source: Source) -> None:
        self._sources = (*self._sources[:index], source, *self._sources[index + 1:])

    def _keep(self, among: list[T], entry: T) -> Callable[[], None]:
        """Have an entry in a list from now on, until what is returned is called."""
        def end() -> None:
            self.settle()
            among.remove(entry)
            self._latest = None

        self.settle()
        among.append(entry)
        self._latest = None
        return end
