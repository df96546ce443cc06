"""Device files: from a TOML table to a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ginsen.physics.electrodes import pads
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.junction import JunctionModel
from ginsen.physics.network import Network, network_of_wires, random_network
from ginsen.records.error import RecordError
from ginsen.records.reading import read_record
from ginsen.records.text import read_text
from ginsen.sim_backend.devices.device import Device
from ginsen.sim_backend.devices.fluctuating_network import FluctuatingNetwork
from ginsen.sim_backend.devices.nanowire_network import NanowireNetwork
from ginsen.sim_backend.devices.replay import Replay, conductance_of
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.types import Array

_MICRO = 1e-6

_Model = TypeVar("_Model", FilamentModel, FluctuatorModel)

_FILAMENT = {
    "growth_barrier_eV": ("growth_barrier", 1.0), "loss_barrier_eV": ("loss_barrier", 1.0),
    "growth_spread_eV": ("growth_spread", 1.0), "loss_spread_eV": ("loss_spread", 1.0),
    "supply_per_s": ("supply", 1.0), "gap_nm": ("gap", 1e-9), "widest_atoms": ("widest", 1.0),
    "work_eV": ("work", 1.0), "leak_S": ("leak", 1.0)}
_FLUCTUATORS = {
    "count": ("count", 1.0), "barrier_eV": ("barrier", 1.0), "spread_eV": ("spread", 1.0),
    "asymmetry_eV": ("asymmetry", 1.0), "size": ("size", 1.0), "reach": ("reach", 1.0),
    "fastest_per_s": ("fastest", 1.0)}


class DeviceFileError(ValueError):
    """A device file that does not describe a device; the message says where and what is allowed."""


def load_device(table: Mapping[str, object], folder: Path) -> Device:
    """The device that a parsed device file describes; files it names are sought from `folder`.

    Raises DeviceFileError, in one sentence, for a key that is unknown, missing or out of range.
    """
    top = _Table(table, "")
    device = _KINDS[top.word("kind", tuple(_KINDS))](top, folder)
    top.finish()
    return device


def _resistor(top: _Table, folder: Path) -> Device:
    return Resistor(top.number("resistance_ohm"))


def _replay(top: _Table, folder: Path) -> Device:
    path = folder / top.word("record_file")
    columns: dict[str, Any] = {name: top.column(name) for name in ("time", "voltage", "current")
                               if not top.absent(name)}
    try:
        record = read_text(path, **columns) if columns else read_record(path)
        resistance = top.number("series_resistance_ohm", record.series_resistance, zero=True)
        time, conductance = conductance_of(record, resistance)
    except RecordError as error:
        raise top.wrong("record_file", str(error)) from error
    begin = top.within("from_s", float(time[0]), float(time[-1]))
    start = None if top.absent("start_s") else top.number("start_s", zero=True)
    return Replay(time, conductance, begin=begin, start=start)


def _nanowire_network(top: _Table, folder: Path) -> Device:
    table = top.section("network")
    seed = table.whole("seed", 0, default=0)
    network = _network(table, seed, folder)
    electrodes = _electrodes(table, network)
    table.finish()
    table = top.section("junction")
    model = _junctions(table, len(network.junctions), seed)
    table.finish()
    return NanowireNetwork(network, model, electrodes)


def _fluctuating_network(top: _Table, folder: Path) -> Device:
    temperature = top.number("temperature_K", 300.0)
    table = top.section("network")
    seed = table.whole("seed", 0, default=0)
    network = _network(table, seed, folder)
    electrodes = _contacts(table, network)
    table.finish()
    filament = _model(top.section("filament"), FilamentModel, _FILAMENT)
    fluctuating = _model(top.section("fluctuators"), FluctuatorModel, _FLUCTUATORS)
    return FluctuatingNetwork(network, filament, fluctuating, electrodes, temperature=temperature,
                              sample=seed)


def _model(table: _Table, model: type[_Model], keys: Mapping[str, tuple[str, float]]) -> _Model:
    """A model from its table: each key stands for a field, in a unit of so many SI units."""
    values: dict[str, Any] = {}
    for key, (name, unit) in keys.items():
        usual = getattr(model, name)
        values[name] = table.whole(key, 1, usual) if isinstance(usual, int) else \
            table.number(key, usual / unit, zero=True) * unit
    table.finish()
    try:
        return model(**values)
    except ValueError as error:
        raise DeviceFileError(f"{table}: {error}") from error


def _network(table: _Table, seed: int, folder: Path) -> Network:
    if "wires_file" not in table:
        return random_network(
            count=table.whole("wires", 2),
            box=table.number("box_um") * _MICRO,
            mean_length=table.number("mean_length_um", 10.0) * _MICRO,
            sd_length=table.number("sd_length_um", 1.0, zero=True) * _MICRO,
            seed=seed,
        )
    wires = _columns(table, "wires_file", 4, folder) * _MICRO
    try:
        if "junctions_file" not in table:
            return network_of_wires(wires)
        rows = _columns(table, "junctions_file", 4, folder)
        if np.any(rows[:, :2] % 1):
            raise table.wrong("junctions_file", "its first two columns must be whole wire numbers")
        return Network(wires, rows[:, :2].astype(np.int64), rows[:, 2:] * _MICRO)
    except DeviceFileError:
        raise
    except ValueError as error:
        raise DeviceFileError(f"[network]: {error}") from error


def _columns(table: _Table, key: str, count: int, folder: Path) -> Array:
    """The numbers of a comma-separated file with one line of header."""
    path = folder / table.word(key)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        rows = np.array([line.split(",") for line in lines if line.strip()], dtype=np.float64)
    except (OSError, ValueError) as error:
        raise table.wrong(key, f"{path} cannot be read as a table of numbers: {error}") from error
    if rows.shape != (len(rows), count) or not np.isfinite(rows).all():
        raise table.wrong(key, f"{path} must have {count} columns of numbers below one header line")
    return rows


def _electrodes(table: _Table, network: Network) -> tuple[int, ...]:
    given = table.take("electrodes", "farthest")
    last = len(network.wires) - 1
    if given == "farthest":
        try:
            return network.farthest_pair()
        except ValueError as error:
            raise table.wrong("electrodes", str(error)) from error
    if (
        not isinstance(given, list)
        or not 2 <= len(given) <= 26
        or not all(type(wire) is int and 0 <= wire <= last for wire in given)
        or len(set(given)) != len(given)
    ):
        raise table.wrong("electrodes", f'must be "farthest" or a list of 2 to 26 different wire '
                                        f"numbers from 0 to {last}, not {given!r}")
    return tuple(given)


def _contacts(table: _Table, network: Network) -> Sequence[int | Sequence[int]]:
    """Electrodes that are wires, or the two pads that `electrodes = "pads"` asks for."""
    if table.take("electrodes", "farthest") != "pads":
        return _electrodes(table, network)
    try:
        return pads(network, table.number("pad_um") * _MICRO)
    except DeviceFileError:
        raise
    except ValueError as error:
        raise table.wrong("pad_um", str(error)) from error


def _junctions(table: _Table, count: int, seed: int) -> JunctionModel:
    """The junction table; a spread s multiplies each junction's value by exp(s · normal)."""
    random = np.random.default_rng((seed, 1))
    threshold = np.exp(table.number("threshold_spread", 0.0, zero=True)
                       * random.standard_normal(count))
    rate = np.exp(table.number("rate_spread", 0.0, zero=True) * random.standard_normal(count))
    usual = JunctionModel()
    try:
        return JunctionModel(
            set_voltage=table.number("set_voltage_V", usual.set_voltage) * threshold,
            reset_voltage=table.number("reset_voltage_V", usual.reset_voltage) * threshold,
            critical_flux=table.number("critical_flux_Vs", usual.critical_flux),
            greatest_flux=table.number("greatest_flux_Vs", usual.greatest_flux),
            boost=table.number("boost", usual.boost) * rate,
            on_conductance=table.number("on_conductance_S", usual.on_conductance),
            off_conductance=table.number("off_conductance_S", usual.off_conductance),
            gap=table.number("gap_nm", 5.0) * 1e-9,
            barrier=table.number("barrier_V", usual.barrier),
            area=table.number("area_nm2", 0.17) * 1e-18,
        )
    except DeviceFileError:
        raise
    except ValueError as error:
        raise DeviceFileError(f"[junction]: {error}") from error


_KINDS: Mapping[str, Callable[[_Table, Path], Device]] = {
    "nanowire_network": _nanowire_network, "fluctuating_network": _fluctuating_network,
    "resistor": _resistor, "replay": _replay}


class _Table:
    """A table of a device file that knows where it stands and which keys were read."""

    def __init__(self, entries: Mapping[str, object], name: str) -> None:
        self._entries = dict(entries)
        self._known: list[str] = []
        self._name = name

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __str__(self) -> str:
        return f"[{self._name}]"

    def wrong(self, key: str, why: str) -> DeviceFileError:
        """The error to raise about a key."""
        place = f"[{self._name}] " if self._name else ""
        return DeviceFileError(f"{place}{key}: {why}")

    def absent(self, key: str) -> bool:
        """Whether the key was left out, as it may be; from now on it counts as known."""
        self._known.append(key)
        return key not in self._entries

    def take(self, key: str, default: object = None) -> object:
        """The raw value, which from now on counts as known."""
        self._known.append(key)
        value = self._entries.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing")
        return value

    def number(self, key: str, default: object = None, *, zero: bool = False) -> float:
        """A finite number greater than 0, or 0 too where `zero`."""
        value = self.take(key, default)
        allowed = "0 or more" if zero else "greater than 0"
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not (0 < value < np.inf or (zero and value == 0))
        ):
            raise self.wrong(key, f"must be a number {allowed}, not {value!r}")
        return float(value)

    def within(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`; `low` if left out."""
        value = self.take(key, low)
        if isinstance(value, bool) or not isinstance(value, (int, float)) \
                or not low <= value <= high:
            raise self.wrong(key, f"must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def column(self, key: str) -> str | int:
        """A column of a text, by name or by number from 1."""
        value = self.take(key)
        if isinstance(value, str) or type(value) is int:
            return value
        raise self.wrong(key, f"must be a column's name or number, not {value!r}")

    def whole(self, key: str, least: int, default: object = None) -> int:
        """A whole number of at least `least`."""
        value = self.take(key, default)
        if type(value) is not int or value < least:
            raise self.wrong(key, f"must be a whole number of at least {least}, not {value!r}")
        return value

    def word(self, key: str, allowed: tuple[str, ...] = ()) -> str:
        """A text, one of `allowed` where any are given."""
        value = self.take(key)
        if not isinstance(value, str) or (allowed and value not in allowed):
            choice = " or ".join(f'"{name}"' for name in allowed) or "a text"
            raise self.wrong(key, f"must be {choice}, not {value!r}")
        return value

    def section(self, key: str) -> _Table:
        """A table within this one; one that is left out is empty."""
        value = self.take(key, {})
        if not isinstance(value, Mapping):
            raise self.wrong(key, f"must be a table, [{key}], not {value!r}")
        return _Table(value, key)

    def finish(self) -> None:
        """Raise DeviceFileError for the first key that nobody asked for."""
        for key in self._entries:
            if key not in self._known:
                raise self.wrong(key, "is unknown; allowed are "
                                 + ", ".join(dict.fromkeys(self._known)))
