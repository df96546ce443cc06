"""Source and measure configuration lists of the 2450 (Reference Manual, section 3 and 6-88)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.scpi.commands import Entry, action, query
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import integer, optional, string

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

NO_LIST = (2790, "Configuration list, error, does not exist")
"""Event 2790 (:SOURce[1]:CONFiguration:LIST:RECall)."""

_NAME = string(bare=True, longest=31)


def _lists(smu: Smu, kind: str) -> dict[str, list[Any]]:
    return smu.source_lists if kind == "source" else smu.sense_lists


def _list(smu: Smu, kind: str, name: str) -> list[Any]:
    try:
        return _lists(smu, kind)[name]
    except KeyError:
        raise ScpiError(*NO_LIST) from None


def _configuration_lists(kind: str) -> dict[str, Entry]:
    """Source or measure configuration lists (section 3, "Configuration lists")."""
    head = ":SOURce[1]" if kind == "source" else "[:SENSe[1]]"

    def create(smu: Smu, name: str) -> None:
        if name in _lists(smu, kind):
            raise ScpiError(2790, "Configuration list, error, already exists")
        _lists(smu, kind)[name] = []

    def delete(smu: Smu, name: str, index: int | None) -> None:
        entries = _list(smu, kind, name)
        if index is None:
            del _lists(smu, kind)[name]
        elif index <= len(entries):
            del entries[index - 1]
        else:
            raise ScpiError(*NO_LIST)

    def store(smu: Smu, name: str, index: int | None) -> None:
        entries = _list(smu, kind, name)
        settings = smu.unit.settings
        entry = ((settings.source, settings.sourcing) if kind == "source"
                 else (settings.sense, settings.sensing))
        if index is None or index == len(entries) + 1:
            entries.append(entry)
        elif index <= len(entries):
            entries[index - 1] = entry
        else:
            raise ScpiError(*NO_LIST)

    def recall(smu: Smu, name: str, index: int | None, other: str | None,
               other_index: int | None) -> Waiting[None]:
        place = index or 1
        lists: list[tuple[str, int | None]] = [(name, place)]
        if other is not None:
            lists.append((other, other_index or place))
        try:
            seconds = smu.recall(tuple(lists))
        except LookupError:
            raise ScpiError(*NO_LIST) from None
        yield seconds

    def catalog(smu: Smu) -> str:
        names = list(_lists(smu, kind))
        smu.catalogued = (smu.catalogued + 1) % (len(names) + 1)
        return names[smu.catalogued - 1] if smu.catalogued else ""

    place = optional(integer(1, 300_000))
    return {
        f"{head}:CONFiguration:LIST:CREate": action(create, _NAME),
        f"{head}:CONFiguration:LIST:DELete": action(delete, _NAME, place),
        f"{head}:CONFiguration:LIST:STORe": action(store, _NAME, place),
        f"{head}:CONFiguration:LIST:RECall": action(recall, _NAME, place, optional(_NAME), place),
        f"{head}:CONFiguration:LIST:SIZE?": query(
            lambda smu, name: len(_list(smu, kind, name)), _NAME),
        f"{head}:CONFiguration:LIST:CATalog?": query(catalog),
    }


CONFIGURATION_COMMANDS: dict[str, Entry] = {
    **_configuration_lists("source"),
    **_configuration_lists("sense"),
}
