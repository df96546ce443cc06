"""A virtual MPI SENTIO: the chuck of the virtual Velox under SENTIO's native remote commands.

What of this is known of the real one, and from where, is told in docs/instruments/sentio.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.velox import VirtualVelox
from ginsen.sim_backend.instruments.velox_stage import HEIGHTS, Height, lift_time
from ginsen.sim_backend.instruments.velox_words import (
    BAD_PARAMETER,
    END_OF_WAFER,
    IN_CONTACT,
    NO_SUCH_DIE,
    OUT_OF_REACH,
    UNKNOWN_COMMAND,
    Refusal,
    Words,
)
from ginsen.sim_backend.links import Link

_MICRO = 1e-6
_END_OF_ROUTE = 1 << 10
"""Status, not error: a step has led to the end of the route."""

_CODES = {UNKNOWN_COMMAND: 3, BAD_PARAMETER: 6, NO_SUCH_DIE: 8, OUT_OF_REACH: 8, END_OF_WAFER: 11,
          IN_CONTACT: 38}
"""The error codes of MPI's package for what the chuck refuses."""

_REFERENCES = {"h": "h", "home": "h", "z": "z", "zero": "z", "c": "c", "center": "c", "r": "r",
               "relative": "r", "current": "r"}
"""What a position counts from, as MPI's package and the older set of commands name it."""

_UM = (_MICRO, _MICRO)
_MODES = ("backtocontact", "steptoseparation", "lockcontact")


class VirtualSentio(VirtualVelox):
    """A probe station under SENTIO; the bench file gives it what it gives a `velox`.

    Every reply is error and status, the number of an asynchronous command (0) and a message.
    """

    identity: ClassVar[str] = "MPI Corporation,SENTIO,0,25.2"
    version: ClassVar[str] = "Version: 25.2.0"

    def __init__(self, *given: Any, **options: Any) -> None:
        self._mode = "backtocontact"
        super().__init__(*given, **options)

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out one line; its reply comes when that is done."""
        verb, _, rest = message.strip().partition(" ")
        yield self.command_cost
        yield from self.long(self._arriving())
        if verb.upper() == "*IDN?":
            self.reply(link, f"{self.identity}\n".encode("ascii"))
        if verb.startswith("*"):  # *RCS chooses the command set, *LOCAL gives the screen back
            return
        status = 0
        try:
            words = Words([word.strip() for word in rest.split(",")] if rest.strip() else [])
            handler = _COMMANDS.get(verb.lower())
            if handler is None:
                raise Refusal(UNKNOWN_COMMAND, f"Unknown command {verb}")
            answer = handler(self, words)
            text = answer if isinstance(answer, str) else (yield from self.long(answer))
            if verb.lower().startswith("map:step") and self._site is not None and (
                    self._map.after(*self._site) is None):
                status = _END_OF_ROUTE
        except Refusal as refusal:
            status, text = _CODES[refusal.code], str(refusal)
        self.reply(link, f"{status},0,{text}\n".encode("ascii", "replace"))

    # The chuck.

    def go(self, height: Height) -> Waiting[str]:
        """move_chuck_contact, move_chuck_separation."""
        yield from self._travel(lift_time(self._height, height, 100.0), self._at, height)
        return f"{HEIGHTS[height] / _MICRO:.1f}"

    def height(self, words: Words) -> str:
        """get_chuck_z reference: µm above zero, contact or separation height."""
        reference = words.text() or "z"
        zero = {"z": 0.0, "c": HEIGHTS["C"], "s": HEIGHTS["S"]}.get(reference[0])
        if zero is None:
            raise Refusal(BAD_PARAMETER, f"{reference} is no reference")
        return f"{(HEIGHTS[self._height] - zero) / _MICRO:.2f}"

    def go_to(self, words: Words) -> Waiting[str]:
        """move_chuck_xy reference, x, y in µm; answers where that is from zero."""
        reference = self._reference(words)
        return self._gone(self._move(words.point(), _UM, reference, 100.0))

    def go_home(self, words: Words) -> Waiting[str]:
        """move_chuck_home."""
        return self._gone(self._move((0.0, 0.0), _UM, "h", 100.0))

    def go_by_index(self, words: Words) -> Waiting[str]:
        """move_chuck_index reference, columns, rows: in contact by way of separation."""
        reference, steps = self._reference(words), words.point()
        touching = self._height == "C"
        if touching:
            yield from self.go("S")
        told = yield from self._gone(self._move(steps, self._index, reference, 100.0))
        if touching:
            yield from self.go("C")
        return told

    def place(self, words: Words) -> str:
        """get_chuck_xy [site,] [reference]: µm from there."""
        if len(words) == 2:
            words.text()
        x, y = self._origin(self._reference(words) if len(words) else "z")
        return f"{(self._at[0] - x) / _MICRO:.2f},{(self._at[1] - y) / _MICRO:.2f}"

    def to_height(self, words: Words) -> Waiting[str]:
        """chuck:move_z C or S, 0: contact or separation; it knows no other height."""
        reference, offset = words.text(), words.number()
        if reference not in ("c", "contact", "s", "separation") or offset:
            raise Refusal(BAD_PARAMETER, "Only the contact and the separation height")
        return self.go("C" if reference[0] == "c" else "S")

    def with_reference(self, motion: Waiting[str], reference: str) -> Waiting[str]:
        """What the chuck: commands add to where a motion ended."""
        told = yield from motion
        return f"{told},{reference}"

    def site_status(self, words: Words) -> str:
        """get_chuck_site_status: home and contact set, overtravel off, vacuum."""
        return f"1,1,0,{self._vacuum:d}"

    def _reference(self, words: Words) -> str:
        word = words.text()
        try:
            return _REFERENCES[word]
        except KeyError:
            raise Refusal(BAD_PARAMETER, f"{word} is no reference") from None

    def _gone(self, motion: Waiting[str]) -> Waiting[str]:
        yield from motion
        return f"{self._at[0] / _MICRO:.2f},{self._at[1] / _MICRO:.2f}"

    def choose_mode(self, words: Words) -> str:
        """set_stepping_contact_mode: what a step does to contact."""
        mode = words.text()
        if mode not in _MODES:
            raise Refusal(BAD_PARAMETER, f"{mode} is no stepping contact mode")
        self._mode = mode
        return "OK"

    # The wafer map.

    def step_to(self, words: Words) -> Waiting[str]:
        """map:step_die column, row [, subsite]."""
        column, row, subsite = words.whole(), words.whole(), words.whole()
        if (column, row) not in self._map.dies or not 0 <= subsite < len(self._map.sites):
            raise Refusal(NO_SUCH_DIE, f"No die {column}, {row} with a subsite {subsite}")
        return self._step_along((self._map.dies.index((column, row)), subsite))

    def step_on(self, words: Words) -> Waiting[str]:
        """map:step_next_die: the next die on the route, at the subsite it is at."""
        die, subsite = (-1, 0) if self._site is None else self._site
        return self._step_along((die + 1, subsite) if die + 1 < len(self._map.dies) else None)

    def count_subsites(self) -> str:
        """map:subsite:get_num."""
        return str(len(self._map.subdies))

    def path(self, words: Words) -> str:
        """map:path:get_die number, from 0."""
        number = words.whole()
        if not 0 <= number < len(self._map.dies):
            raise Refusal(NO_SUCH_DIE, f"No die {number} on the path")
        return "{},{}".format(*self._map.dies[number])

    def current_die(self) -> str:
        """map:die:get_current_index: its number on the route, column, row."""
        if self._site is None:
            raise Refusal(NO_SUCH_DIE, "No die was stepped to")
        return "{},{},{}".format(self._site[0], *self._map.dies[self._site[0]])

    def index_size(self) -> str:
        """map:get_index_size, in µm."""
        return f"{self._index[0] / _MICRO:.2f},{self._index[1] / _MICRO:.2f}"

    def step_first(self, words: Words) -> Waiting[str]:
        """map:step_first_die."""
        return self._step_along((0, 0) if self._map.dies else None)

    def _step_along(self, site: tuple[int, int] | None) -> Waiting[str]:
        if self._height == "C":
            if self._mode == "lockcontact":
                raise Refusal(IN_CONTACT, "Stepping while the chuck is below separation")
            yield from self.go("S")
        told = yield from self._step(site)
        if self._mode == "backtocontact":
            yield from self.go("C")
        return ",".join(told.split()[:3])


_COMMANDS: Mapping[str, Callable[[VirtualSentio, Words], str | Waiting[str]]] = {
    "select_module": lambda prober, words: "OK",
    "set_stepping_contact_mode": VirtualSentio.choose_mode,
    "status:get_version": lambda prober, words: prober.version,
    "has_chuck_xyz": lambda prober, words: "YES",
    "chuck:has_xy": lambda prober, words: "1",
    "chuck:has_z": lambda prober, words: "1",
    "move_chuck_xy": VirtualSentio.go_to,
    "chuck:move_xy": lambda prober, words: prober.with_reference(prober.go_to(words), "Zero"),
    "move_chuck_home": VirtualSentio.go_home,
    "move_chuck_index": VirtualSentio.go_by_index,
    "get_chuck_xy": VirtualSentio.place,
    "chuck:get_xy": lambda prober, words: f"{prober.place(Words(words.rest))},{words.text()}",
    "chuck:get_z": lambda prober, words: f"{prober.height(Words(words.rest))},{words.text()}",
    "chuck:move_z": lambda prober, words: prober.with_reference(prober.to_height(words), "Zero"),
    "get_chuck_site_status": VirtualSentio.site_status,
    "move_chuck_contact": lambda prober, words: prober.go("C"),
    "move_chuck_separation": lambda prober, words: prober.go("S"),
    "get_chuck_z": VirtualSentio.height,
    "map:die:get_current_index": lambda prober, words: prober.current_die(),
    "map:get_index_size": lambda prober, words: prober.index_size(),
    "map:set_index_size": lambda prober, words: prober.set_index(words) or "OK",
    "map:get_num_dies": lambda prober, words: prober.count_dies(words),
    "map:path:get_die": VirtualSentio.path,
    "map:subsite:get_num": lambda prober, words: prober.count_subsites(),
    "map:step_first_die": VirtualSentio.step_first,
    "map:step_next_die": VirtualSentio.step_on,
    "map:step_die": VirtualSentio.step_to,
}
