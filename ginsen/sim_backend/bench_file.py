"""Bench files: from TOML to a bench with its instruments wired to a device."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pyvisa import rname

from ginsen.sim_backend.bench import ORIGIN, Bench
from ginsen.sim_backend.devices.device import Device
from ginsen.sim_backend.devices.loader import load_device
from ginsen.sim_backend.devices.wafer import Wafer
from ginsen.sim_backend.fault import fault_of
from ginsen.sim_backend.instruments.bench_instrument import BENCH_ADDRESS, BenchInstrument
from ginsen.sim_backend.models import MODELS
from ginsen.sim_backend.scpi.exchange import Instrument

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HERE = Path(__file__).parent
BUNDLED_BENCHES = _HERE / "benches"
BUNDLED_DEVICES = _HERE / "devices"

_NUMBER = (int, float)


class BenchFileError(ValueError):
    """A bench file that does not describe a bench; the message says where and what is allowed."""


def load_bench(name: str) -> Bench:
    """The bench that `name` stands for: a bundled one ("simulated"), or the path of a bench file.

    Raises BenchFileError, in one sentence, for anything in the file that makes no sense.
    """
    path = BUNDLED_BENCHES / f"{name}.toml"
    if not (name.isidentifier() and path.is_file()):
        path = Path(name)
    table = _read(path, "bench file")
    try:
        return build_bench(table, path.parent)
    except ValueError as error:
        raise BenchFileError(f"{path}, {error}") from error


def build_bench(table: Mapping[str, Any], folder: Path) -> Bench:
    """The bench of a parsed bench file; files it names are sought from `folder`.

    Raises ValueError, in one sentence that begins with the section, for what makes no sense.
    """
    _check(table, "the file", {"bench": dict, "instruments": dict, "device": dict,
                               "wiring": dict, "faults": list}, required=("instruments", "device"))
    models = _models(table["instruments"])
    bench = _bare_bench(table.get("bench", {}), _device(table["device"], folder))
    _wire(bench, table.get("wiring", {}), models)
    _place(bench, BenchInstrument(bench, "bench"), [BENCH_ADDRESS], "[bench]")
    for name, entry in table["instruments"].items():
        options = {key: value for key, value in entry.items()
                   if key not in ("model", "address", "connections")}
        if "file" in options:
            options["file"] = str(folder / options["file"])
        given = entry["address"]
        addresses = given if isinstance(given, list) else [given]
        place = f"[instruments.{name}]"
        try:
            instrument = models[name](bench, name, **options)
        except ValueError as error:
            raise BenchFileError(f"{place}: {error}") from error
        instrument.connections = entry.get("connections", instrument.connections)
        if instrument.connections < 1:
            raise BenchFileError(f"{place}: connections is a whole number of at least 1, "
                                 f"not {instrument.connections!r}")
        _place(bench, instrument, addresses, place)
    for number, entry in enumerate(table.get("faults", ()), start=1):
        if not isinstance(entry, Mapping):
            raise BenchFileError(f"[[faults]] {number}: write it as a table, not {entry!r}")
        try:
            bench.add_fault(fault_of(entry))
        except ValueError as error:
            raise BenchFileError(f"[[faults]] {number}: {error}") from error
    return bench


def canonical_address(name: str) -> str:
    """A VISA resource name in full ("GPIB::18" is "GPIB0::18::INSTR"); ValueError if it is none."""
    return str(rname.ResourceName.from_string(name))


def _read(path: Path, what: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        bundled = ", ".join(sorted(each.stem for each in BUNDLED_BENCHES.glob("*.toml")))
        raise BenchFileError(f"{path}: the {what} cannot be read ({error.strerror}); "
                             f"bundled benches are {bundled}") from error
    except (ValueError, RecursionError) as error:  # also of 5000 digits, of 1000 brackets
        raise BenchFileError(f"{path}: the {what} is not TOML: {error}") from error


def _bare_bench(table: Mapping[str, Any], device: Device) -> Bench:
    _check(table, "[bench]", {"mode": str, "speed": _NUMBER, "seed": int,
                              "line_frequency_Hz": _NUMBER, "start": (str, datetime)})
    mode = table.get("mode", "virtual")
    if mode not in ("virtual", "paced"):
        raise BenchFileError(f'[bench]: mode is "virtual" or "paced", not {mode!r}')
    speed = float(table.get("speed", 1.0))
    if not 0.0 < speed < math.inf:
        raise BenchFileError(f"[bench]: speed is a number greater than 0, not {speed!r}")
    seed = table.get("seed", 1)
    if seed < 0:
        raise BenchFileError(f"[bench]: seed is a whole number of at least 0, not {seed!r}")
    line_frequency = table.get("line_frequency_Hz", 50)
    if line_frequency not in (50, 60):
        raise BenchFileError("[bench]: line_frequency_Hz is 50 or 60, "
                             f"not {line_frequency!r}")
    return Bench(device, seed=seed, line_frequency=float(line_frequency),
                 speed=speed if mode == "paced" else None, origin=_start(table.get("start")))


def _start(value: str | datetime | None) -> datetime:
    if value is None:
        return ORIGIN
    try:
        # Python 3.10 reads no Z.
        date = (datetime.fromisoformat(value.replace("Z", "+00:00"))
                if isinstance(value, str) else value)
    except ValueError:
        raise BenchFileError("[bench]: start is a date and time such as "
                             f'"2026-01-01T00:00:00Z", not {value!r}') from None
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)


def _device(table: Mapping[str, Any], folder: Path) -> Device:
    per_die = table.get("per_die", False)
    table = {key: value for key, value in table.items() if key != "per_die"}
    if not isinstance(per_die, bool):
        raise BenchFileError(f"[device]: per_die cannot be {per_die!r}; it is true or false")
    if "file" in table:
        _check(table, "[device]", {"file": str, "per_die": bool})
        bundled = BUNDLED_DEVICES / table["file"]
        path = folder / table["file"]
        if not path.is_file() and bundled.is_file():
            path = bundled
        table, folder, place = _read(path, "device file"), path.parent, f"[device], {path}"
    else:
        place = "[device]"
    try:
        return (Wafer(lambda number: load_device(_of_die(table, number), folder)) if per_die
                else load_device(table, folder))
    except ValueError as error:
        raise BenchFileError(f"{place}: {error}") from error


def _of_die(table: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The device table of one die: the seed of its network is `number` higher."""
    network = table.get("network")
    if not isinstance(network, Mapping) or not isinstance(network.get("seed", 0), int):
        raise BenchFileError("per_die: dies differ by the seed of their network, and there is none")
    return {**table, "network": {**network, "seed": network.get("seed", 0) + number}}


def _models(instruments: Mapping[str, Any]) -> dict[str, type[Instrument]]:
    """The class of each instrument, its table checked."""
    models = {}
    for name, entry in instruments.items():
        place = f"[instruments.{name}]"
        if not isinstance(entry, Mapping) or "model" not in entry:
            raise BenchFileError(f"{place}: model is missing; allowed are {_list(MODELS)}")
        model = MODELS.get(entry["model"]) if isinstance(entry["model"], str) else None
        if model is None:
            raise BenchFileError(f"{place}: there is no model {entry['model']!r}; "
                                 f"allowed are {_list(MODELS)}")
        _check(entry, place, {"model": str, "address": (str, list), "connections": int,
                              **model.options},
               required=("address",))
        models[name] = model
    return models


def _wire(bench: Bench, wiring: Mapping[str, Any],
          models: Mapping[str, type[Instrument]]) -> None:
    known = [f"{name}.{end}" for name, model in models.items()
             for end in (*model.outputs, *model.grounds)]
    driven: dict[str, str] = {}
    for end, wire in wiring.items():
        place = f'[wiring] "{end}"'
        if end not in known:
            raise BenchFileError(f"{place}: there is no such output; allowed are {_list(known)}")
        if not isinstance(wire, Mapping):
            raise BenchFileError(f'{place}: write {{ terminal = "A" }}, not {wire!r}')
        _check(wire, place, {"terminal": str, "series_resistance_ohm": _NUMBER},
               required=("terminal",))
        terminal = wire["terminal"]
        if terminal not in bench.device.terminals:
            raise BenchFileError(f"{place}: the device has no terminal {terminal!r}; "
                                 f"its terminals are {_list(bench.device.terminals)}")
        resistance = float(wire.get("series_resistance_ohm", 0.0))
        if not 0.0 <= resistance < math.inf:
            raise BenchFileError(f"{place}: series_resistance_ohm is a number of at least 0, "
                                 f"not {resistance!r}")
        if terminal in driven:
            raise BenchFileError(f"{place}: terminal {terminal!r} is wired to "
                                 f'"{driven[terminal]}" already')
        driven[terminal] = end
        bench.wired[end] = terminal
        name, _, output = end.partition(".")
        if output in models[name].grounds:
            bench.ground(terminal, resistance)
        else:
            bench.wire(end, terminal, resistance)


def _place(bench: Bench, instrument: Instrument, addresses: list[Any], place: str) -> None:
    """Put the instrument at each of its addresses."""
    for address in addresses:
        try:
            name = canonical_address(address)
        except (ValueError, TypeError, AttributeError):
            raise BenchFileError(f"{place}: {address!r} is no VISA resource name such as "
                                 '"GPIB0::24::INSTR"') from None
        if name in bench.addresses:
            raise BenchFileError(f"{place}: address {name} is taken by "
                                 f'"{bench.addresses[name].name}"')
        bench.addresses[name] = instrument


def _check(table: Mapping[str, Any], place: str, allowed: Mapping[str, Any],
           required: tuple[str, ...] = ()) -> None:
    """Refuse unknown keys, wrong types, missing keys."""
    for key, value in table.items():
        if key not in allowed:
            raise BenchFileError(f"{place}: {key} is unknown; allowed are {_list(allowed)}")
        kind = allowed[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise BenchFileError(f"{place}: {key} cannot be {value!r}; "
                                 f"it is {_kind_name(kind)}")
    for key in required:
        if key not in table:
            raise BenchFileError(f"{place}: {key} is missing")


def _kind_name(kind: Any) -> str:
    names = {str: "a text", int: "a whole number", float: "a number", dict: "a table",
             list: "a list", bool: "true or false", datetime: "a date"}
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if kinds == _NUMBER:
        return "a number"
    return " or ".join(names.get(each, each.__name__) for each in kinds)


def _list(names: Any) -> str:
    return ", ".join(names) or "none"
