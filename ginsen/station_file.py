"""The station file: which instruments there are, where, and how far they may go on this sample."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pint

from ginsen.datasheets.daq_with_amplifier import REACH, Amplifier
from ginsen.types import Leads, Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SAFE_STATES = ("open", "zero", "ramp")
"""How a sample is left: relay open; at 0 V; the level lowered in steps, then the relay open."""

TERMINALS = ("front", "rear")
CHANNELS = {"keithley2602b": ("a", "b"), "keithley2636b": ("a", "b"),
            "keithley4200": ("1", "2", "3", "4"), "keysight_b2912a": ("1", "2"),
            "agilent_b1500": tuple(str(slot) for slot in range(1, 11))}
"""The channels of source meters that have more than one; each is an instrument of its own here."""

CONTACT_LIMITS = {"keithley2400": (2.0, 50.0), "keithley2602b": (0.0, 1e3),
                  "keithley2636b": (0.0, 1e3)}
"""Source meters that can judge contact from force to sense, and between which limits (Ω)."""

CARD = "daq_with_amplifier"
ALONE = ("keithley4200",)
"""Instruments of several channels of which a station can use one: a test is of all of them."""

MAINS_UNTOLD = (CARD, "keithley4200", "agilent_b1500")
"""Source meters that do not tell the power line frequency: the station file does, by `mains`."""

SOURCE_METERS = ("keithley2400", "keithley2450", *CHANNELS, CARD)
PROBERS = ("velox", "sentio")
SURROUNDINGS = {
    "lakeshore335": {"lowest": "K", "highest": "K"},
    "temptronic_ats545": {"lowest": "K", "highest": "K"},
    "ami430": {"highest": "T", "fastest": "T/s"},
    "ips120": {"highest": "T", "fastest": "T/s"},
    "keithley2700": {},
}
"""What stands around a sample, by driver, and the limits each has to be given, with their units."""

_LIMITS = {"voltage": "V", "current": "A", "power": "W", "charge": "C", "energy": "J",
           "slew": "V/s"}

_units: pint.UnitRegistry[float] = pint.UnitRegistry()


class StationError(ValueError):
    """A station file, or the station it describes, is not as it must be."""


@dataclass(frozen=True)
class InputEntry:
    """One input of a DAQ card, and the amplifier before it."""

    channel: str
    amplifier: Amplifier


@dataclass(frozen=True)
class SourceMeterEntry:
    """One source meter of the file; of a DAQ card its inputs.

    `mains` is the power line frequency (Hz), for one that does not tell it.
    """

    name: str
    driver: str
    address: str
    limits: Limits
    leads: Leads = field(default_factory=Leads)
    terminals: str = "front"
    channel: str = ""
    inputs: tuple[InputEntry, ...] = ()
    mains: float = 50.0


@dataclass(frozen=True)
class ProberEntry:
    """The probe station of the file."""

    name: str
    driver: str
    address: str


@dataclass(frozen=True)
class SurroundingsEntry:
    """A temperature controller, magnet supply or switch matrix of the file, its limits in SI."""

    name: str
    driver: str
    address: str
    limits: Mapping[str, float]


AnyEntry = SourceMeterEntry | ProberEntry | SurroundingsEntry


@dataclass(frozen=True)
class StationFile:
    """A station file, read and checked; `text` is the file as it stands."""

    name: str
    visa: str
    safe_state: str
    source_meters: tuple[SourceMeterEntry, ...]
    path: str
    text: str
    prober: ProberEntry | None = None
    surroundings: tuple[SurroundingsEntry, ...] = ()

    @property
    def instruments(self) -> tuple[AnyEntry, ...]:
        """Every instrument of the file, source meters first."""
        return (*self.source_meters, *([self.prober] if self.prober else []), *self.surroundings)

    def source_meter(self, name: str = "") -> SourceMeterEntry:
        """The source meter of that name, the first one if empty. Raises StationError if none is."""
        if not name:
            return self.source_meters[0]
        for entry in self.source_meters:
            if entry.name == name:
                return entry
        raise StationError(f"the station {self.name!r} has no source meter {name!r}; it has "
                           f"{', '.join(entry.name for entry in self.source_meters)}.")


def read_station(path: str | Path = "simulated") -> StationFile:
    """Read a station file, or a bundled station by its name.

    Raises StationError with one sentence for the first thing that is wrong: what, where, what is
    allowed.
    """
    text, where, folder = _load(path)
    label = Path(where).name
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # also of 5000 digits, of 1000 brackets
        raise StationError(f"{label} is not a TOML file: {problem}") from None
    station = tables.pop("station", None)
    if not isinstance(station, dict):
        raise StationError(f"{label} has no [station] table; it says name, visa and safe_state.")
    _only(station, ("name", "visa", "safe_state"), f"{label}, [station]")
    safe_state = _text(station, "safe_state", f"{label}, [station]", default="open")
    if safe_state not in SAFE_STATES:
        raise StationError(f"{label}, [station]: safe_state is {safe_state!r}; it must be one of "
                           f"{', '.join(SAFE_STATES)}.")
    entries = [_instrument(name, table, f"{label}, [{name}]") for name, table in tables.items()]
    meters = tuple(entry for entry in entries if isinstance(entry, SourceMeterEntry))
    for place, meter in enumerate(meters):
        other = next((each for each in meters[:place] if each.address == meter.address), None)
        if meter.driver in ALONE and other:
            raise StationError(f"{label}: [{other.name}] and [{meter.name}] are both at "
                               f"{meter.address}; of a {meter.driver} one channel can be used.")
    probers = [entry for entry in entries if isinstance(entry, ProberEntry)]
    if safe_state == "open" and any(meter.driver == CARD for meter in meters):
        raise StationError(f"{label}, [station]: safe_state is 'open'; a DAQ card has no relay, so "
                           "it must be zero or ramp.")
    if not meters:
        raise StationError(f"{label} names no source meter; add a table such as [smu] with driver, "
                           "address and limits.")
    if len(probers) > 1:
        raise StationError(f"{label} names {len(probers)} probe stations, "
                           f"{' and '.join(f'[{each.name}]' for each in probers)}; there can be "
                           "one.")
    return StationFile(
        name=_text(station, "name", f"{label}, [station]", default=Path(where).stem),
        visa=_resolved(_text(station, "visa", f"{label}, [station]", default=""), folder),
        safe_state=safe_state, source_meters=meters, path=where, text=text,
        prober=probers[0] if probers else None,
        surroundings=tuple(entry for entry in entries if isinstance(entry, SurroundingsEntry)))


def _load(path: str | Path) -> tuple[str, str, Path]:
    """The text, the place and the folder of a station file, or of a bundled one."""
    stations = resources.files("ginsen") / "stations"
    bundled = stations / f"{path}.toml"
    if isinstance(path, str) and path.replace("_", "").isalnum() and bundled.is_file():
        return bundled.read_text(encoding="utf-8"), f"{path}.toml", Path()
    file = Path(path)
    try:
        return file.read_text(encoding="utf-8-sig"), str(file), file.resolve().parent
    except FileNotFoundError:
        names = sorted(Path(each.name).stem for each in stations.iterdir()
                       if each.name.endswith(".toml"))
        raise StationError(f"there is no station file {str(file)!r}; give a path to a TOML file, "
                           f"or a bundled station: {', '.join(names)}.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise StationError(f"the station file {str(file)!r} cannot be read: {problem}.") from None


def _resolved(visa: str, folder: Path) -> str:
    """`visa` with a bench file's path made absolute; PyVISA tells libraries apart by spelling."""
    path, at, name = visa.rpartition("@")
    if at and path.endswith(".toml"):
        return f"{(folder / path).resolve()}@{name}"
    return visa


def _instrument(name: str, table: object, where: str) -> AnyEntry:
    if not isinstance(table, dict):
        raise StationError(f"{where} is not a table; an instrument is a table with driver and "
                           "address.")
    driver = _text(table, "driver", where)
    if driver in SOURCE_METERS:
        return _source_meter(name, table, where)
    if driver in SURROUNDINGS:
        return _surroundings(name, table, where)
    if driver not in PROBERS:
        raise StationError(f"{where}: there is no driver {driver!r}; there is "
                           f"{', '.join((*SOURCE_METERS, *PROBERS, *SURROUNDINGS))}.")
    _only(table, ("driver", "address"), where)
    return ProberEntry(name, driver, _text(table, "address", where))


def _surroundings(name: str, table: Mapping[str, Any], where: str) -> SurroundingsEntry:
    units = SURROUNDINGS[table["driver"]]
    _only(table, ("driver", "address", *(["limits"] if units else [])), where)
    limits = table.get("limits", {})
    if not isinstance(limits, dict) or set(limits) != set(units):
        wanted = ", ".join(f'{key} = "1 {unit}"' for key, unit in units.items())
        raise StationError(f"{where}: limits must say how far it may go: {{ {wanted} }}.")
    return SurroundingsEntry(
        name, table["driver"], _text(table, "address", where),
        {key: _quantity(limits[key], unit, f"{where}: limits.{key}")
         for key, unit in units.items()})


def _source_meter(name: str, table: Mapping[str, Any], where: str) -> SourceMeterEntry:
    channels, card = CHANNELS.get(table["driver"], ()), table["driver"] == CARD
    own = ("inputs",) if card else ("channel",) if channels else ("terminals",)
    mains = ("mains",) if table["driver"] in MAINS_UNTOLD else ()
    judging = ("contact_limit",) if table["driver"] in CONTACT_LIMITS else ()
    _only(table, ("driver", "address", "limits", "series_resistance", "cable_capacitance", *own,
                  *mains, *judging), where)
    limits = table.get("limits")
    if not isinstance(limits, dict):
        raise StationError(f'{where}: limits are missing. Say how far this sample may be driven, '
                           'e.g. limits = { voltage = "6 V", current = "1 mA" }.')
    _only(limits, tuple(_LIMITS), f"{where} limits")
    terminals = _text(table, "terminals", where, default="front")
    if terminals not in TERMINALS:
        raise StationError(f"{where}: terminals is {terminals!r}; it must be one of "
                           f"{', '.join(TERMINALS)}.")
    channel = _text(table, "channel", where, default=channels[0]) if channels else ""
    if channels and channel not in channels:
        raise StationError(f"{where}: channel is {channel!r}; it must be one of "
                           f"{', '.join(channels)}.")
    leads = Leads(
        series_resistance=_quantity(table.get("series_resistance", "0 Ω"), "Ω",
                                    f"{where}: series_resistance"),
        capacitance=_quantity(table.get("cable_capacitance", "0 F"), "F",
                              f"{where}: cable_capacitance"),
        contact_limit=_quantity(table.get("contact_limit", "0 Ω"), "Ω",
                                f"{where}: contact_limit"))
    if leads.contact_limit:
        low, high = CONTACT_LIMITS[table["driver"]]
        if not low <= leads.contact_limit <= high:
            least = f"from {low:g} Ω " if low else ""
            raise StationError(f"{where}: contact_limit is {leads.contact_limit:g} Ω; contact can "
                               f"be judged {least}up to {high:g} Ω.")
    if card and not leads.series_resistance:
        raise StationError(f"{where}: series_resistance is missing. A DAQ card does not limit the "
                           'current; say what does, e.g. series_resistance = "10 kΩ".')
    return SourceMeterEntry(
        terminals=terminals, channel=channel, name=name, driver=table["driver"], leads=leads,
        inputs=_inputs(table.get("inputs"), where) if card else (),
        mains=_positive(table.get("mains", "50 Hz"), "Hz", f"{where}: mains"),
        address=_text(table, "address", where),
        limits=Limits(**{key: _limit(limits, key, unit, where) for key, unit in _LIMITS.items()
                         if key in limits or key in ("voltage", "current")}))


def _inputs(listed: object, where: str) -> tuple[InputEntry, ...]:
    """The inputs of a DAQ card, each with its amplifier."""
    example = '{ channel = "ai0", gain = "1e6 V/A", bandwidth = "10 kHz", offset = "0 V" }'
    if not (isinstance(listed, list) and listed and all(isinstance(each, dict)
                                                        for each in listed)):
        raise StationError(f"{where}: inputs are missing. Say what is before each input that is "
                           f"read, e.g. inputs = [{example}].")
    found = [_input(each, f"{where}, input {place}") for place, each in enumerate(listed, 1)]
    if len({each.channel for each in found}) < len(found):
        raise StationError(f"{where}: two inputs have the same channel.")
    return tuple(found)


def _input(table: Mapping[str, Any], where: str) -> InputEntry:
    _only(table, ("channel", "gain", "bandwidth", "offset"), where)
    offset = table.get("offset", "0 V")
    negative = isinstance(offset, str) and offset.strip().startswith("-")
    size = _quantity(offset.strip()[1:] if negative else offset, "V", f"{where}: offset")
    if size >= REACH:
        raise StationError(f"{where}: offset is {offset!r}; it must be within ± {REACH:g} V.")
    return InputEntry(_text(table, "channel", where), Amplifier(
        gain=_positive(table.get("gain"), "V/A", f"{where}: gain"),
        bandwidth=_positive(table.get("bandwidth"), "Hz", f"{where}: bandwidth"),
        offset=-size if negative else size))


def _positive(value: object, unit: str, where: str) -> float:
    number = _quantity(value, unit, where)
    if not number:
        raise StationError(f"{where} is {value!r}; it must be above zero.")
    return number


def _limit(limits: Mapping[str, Any], key: str, unit: str, where: str) -> float:
    if key not in limits:
        raise StationError(f'{where}: limits has no {key}. Say how much this sample may bear, e.g. '
                           'limits = { voltage = "6 V", current = "1 mA" }.')
    value = _quantity(limits[key], unit, f"{where}: limits.{key}")
    if value == 0:
        raise StationError(f"{where}: limits.{key} is zero, so nothing could be measured.")
    return value


def _quantity(value: object, unit: str, where: str) -> float:
    """The value in `unit` of a text such as "1 mA"; zero or more."""
    problem = f'{where} is {value!r}; it must be a text with a number and a unit, e.g. "1 {unit}".'
    if not isinstance(value, str):
        raise StationError(problem)
    try:
        # Twelve digits: "10 µA" comes out of the conversion as 9.999999999999999e-06.
        number = float(f"{_units.Quantity(value).to(unit).magnitude:.12g}")
    except Exception:  # pint raises its own, tokenize's and TypeError for what is no quantity
        raise StationError(problem) from None
    if not 0 <= number < float("inf"):
        raise StationError(f"{where} is {value!r}; it must be finite and not negative.")
    return number


def _text(table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise StationError(f"{where}: {key} is missing." if value is None else
                           f"{where}: {key} is {value!r}; it must be a text in quotes.")
    return value


def _only(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise StationError(f"{where}: {key!r} is not known here; known are "
                               f"{', '.join(known)}.")
