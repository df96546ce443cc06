"""A virtual FormFactor Velox: a probe station that answers each line with one `code: text`.

What of this is known of the real one, and from where, is told in docs/instruments/velox.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.wafer import Wafer
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.plain import PlainInstrument
from ginsen.sim_backend.instruments.velox_stage import (
    CENTER,
    HEIGHTS,
    REACH,
    Height,
    Point,
    WaferMap,
    in_reach,
    lateral_time,
    lift_time,
)
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


class VirtualVelox(PlainInstrument):
    """A probe station on a bench.

    The bench file may give `contacts`, the wired ends ("smu.hi") that go through its probes, open
    unless the chuck is in contact with a die of the map; `dies`, columns and rows in the order of
    the route; `index_um`, the size of a die; `subdies_um`, offsets from the middle of a die.
    """

    options: ClassVar[dict[str, type]] = {"contacts": list, "dies": list, "index_um": list,
                                          "subdies_um": list}
    identity: ClassVar[str] = "Cascade Microtech,Velox,0,3.4"
    version: ClassVar[str] = "3.4"
    command_cost: ClassVar[float] = 5e-3

    def __init__(self, bench: Bench, name: str, contacts: Sequence[object] = (),
                 dies: Sequence[object] = ([0, 0],), index_um: Sequence[object] = (5000, 5000),
                 subdies_um: Sequence[object] = ()) -> None:
        super().__init__(bench, name)
        for end in contacts:
            if end not in bench.wired:
                raise ValueError(f"contacts: nothing is wired to {end!r}; wired are "
                                 f"{', '.join(bench.wired) or 'none'}")
        self._contacts = tuple(bench.wired[str(end)] for end in contacts)
        self._map = WaferMap(_dies(dies), tuple(_pair(offset, "subdies_um", _MICRO)
                                                for offset in subdies_um))
        self._index = _pair(index_um, "index_um", _MICRO)
        if min(self._index) <= 0:
            raise ValueError(f"index_um: the size of a die is greater than 0, not {index_um!r}")
        if isinstance(bench.device, Wafer):
            bench.device.cut(len(self._map.dies))
        self._home = self._die_home = self._at = CENTER
        self._height: Height = "S"
        self._vacuum = True
        self._site: tuple[int, int] | None = None
        self._arrival = bench.now
        self._meet_wires()

    # The wire.

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out one line; its reply comes when that is done."""
        verb, *words = message.split()
        yield self.command_cost
        yield from self.long(self._arriving())
        if verb.upper() == "*IDN?":
            self.reply(link, f"{self.identity}\n".encode("ascii"))
            return
        code = 0
        try:
            answer = self._answer(verb, Words(words))
            text = answer if isinstance(answer, str) else (yield from self.long(answer))
        except Refusal as refusal:
            code, text = refusal.code, refusal.text
        self.reply(link, f"{code}: {text}".rstrip().encode("ascii", "replace") + b"\n")

    def _answer(self, verb: str, words: Words) -> str | Waiting[str]:
        handler = _COMMANDS.get(verb.lower())
        if handler is None:
            raise Refusal(UNKNOWN_COMMAND, f"Unknown command {verb}")
        return handler(self, words)

    # The chuck.

    def lift(self, words: Words, height: Height) -> Waiting[str]:
        """MoveChuckContact, MoveChuckAlign, MoveChuckSeparation."""
        return self._travel(lift_time(self._height, height, words.velocity()), self._at, height)

    def move(self, words: Words) -> Waiting[str]:
        """MoveChuck x y [reference [unit [velocity]]]."""
        steps, reference, unit = words.point(), words.reference(), words.unit(self._index)
        return self._move(steps, unit, reference, words.velocity())

    def move_index(self, words: Words) -> Waiting[str]:
        """MoveChuckIndex columns rows [reference [velocity]]."""
        steps, reference = words.point(), words.reference()
        return self._move(steps, self._index, reference, words.velocity())

    def position(self, words: Words) -> str:
        """ReadChuckPosition [unit [reference]]."""
        unit, reference = words.unit(self._index), words.reference()
        zero = HEIGHTS["C"] if reference in "hd" else 0.0
        x, y = ((at - origin) / one for at, origin, one
                in zip(self._at, self._origin(reference), unit, strict=True))
        return f"{x:.2f} {y:.2f} {(HEIGHTS[self._height] - zero) / _MICRO:.2f}"

    def status(self, words: Words) -> str:
        """ReadChuckStatus: initialised, interlock on and contact height set, and where it is."""
        return f"7 20 0 0 T {self._vacuum:d} {self._height} 2 0 P 0"

    def set_vacuum(self, words: Words) -> str:
        """SetChuckVacuum 0 or 1."""
        self._vacuum = words.whole() != 0
        return ""

    def read_index(self, words: Words) -> str:
        """ReadChuckIndex [unit]."""
        unit = words.unit(self._index)
        return f"{self._index[0] / unit[0]:.2f} {self._index[1] / unit[1]:.2f}"

    def set_index(self, words: Words) -> str:
        """SetChuckIndex x y [unit]."""
        size, unit = words.point(), words.unit(self._index)
        if min(size) <= 0:
            raise Refusal(BAD_PARAMETER, "An index is greater than 0")
        self._index = size[0] * unit[0], size[1] * unit[1]
        return ""

    def _move(self, steps: Point, unit: Point, reference: str, velocity: float) -> Waiting[str]:
        x, y = self._origin(reference)
        point = x + steps[0] * unit[0], y + steps[1] * unit[1]
        motion = self._glide(point, velocity)
        self._die_home = point
        return motion

    def _origin(self, reference: str) -> Point:
        return {"h": self._home, "z": (0.0, 0.0), "c": CENTER, "r": self._at,
                "d": self._die_home}[reference]

    def _glide(self, point: Point, velocity: float = 100.0) -> Waiting[str]:
        if self._height == "C":
            raise Refusal(IN_CONTACT, "Chuck is in contact and interlocked")
        if not in_reach(point):
            raise Refusal(OUT_OF_REACH, f"Farther than {REACH * 1e3:g} mm from the center")
        return self._travel(lateral_time(self._at, point, velocity), point, self._height)

    def _travel(self, seconds: float, point: Point, height: Height) -> Waiting[str]:
        """Go there; the motion ends by itself, whoever still waits for its reply."""

        def arrive() -> None:
            self._at, self._height = point, height
            self._meet_wires()

        if height != "C":
            self._height = height  # the probes part as the motion begins
            self._meet_wires()
        self._arrival = self.bench.now + seconds
        self.bench.schedule(seconds, arrive)
        yield seconds
        return ""

    def _arriving(self) -> Waiting[None]:
        """The end of a motion for whose reply nobody waits any more."""
        if self._arrival > self.bench.now:
            yield self._arrival - self.bench.now

    def _meet_wires(self) -> None:
        """Let the probes touch the die under them, or nothing."""
        die = self._map.under(self._at, self._home, self._index)
        device = self.bench.device
        if die is not None and isinstance(device, Wafer):
            self.bench.change_device(lambda: device.select(die))
        touching = self._height == "C" and die is not None
        self.bench.lift(() if touching else self._contacts)

    # The wafer map.

    def step_first(self, words: Words) -> Waiting[str]:
        """StepFirstDie."""
        return self._step((0, 0) if self._map.dies else None)

    def step_next(self, words: Words) -> Waiting[str]:
        """StepNextDie [column row [subdie]]."""
        if not words:
            return self._step((0, 0) if self._site is None else self._map.after(*self._site))
        column, row, subdie = words.whole(), words.whole(), words.whole()
        if (column, row) not in self._map.dies or not 0 <= subdie < len(self._map.sites):
            raise Refusal(NO_SUCH_DIE, f"No die {column} {row} with a subdie {subdie}")
        return self._step((self._map.dies.index((column, row)), subdie))

    def count_dies(self, words: Words) -> str:
        """GetNumSelectedDies."""
        return str(len(self._map.dies))

    def die(self, words: Words) -> str:
        """GetSelectedDieCoords number."""
        number = words.whole()
        if not 1 <= number <= len(self._map.dies):
            raise Refusal(NO_SUCH_DIE, f"No selected die {number}")
        return "{} {}".format(*self._map.dies[number - 1])

    def subdie(self, words: Words) -> str:
        """GetSubDieData number."""
        number = words.whole()
        if not 0 <= number < len(self._map.subdies):
            raise Refusal(NO_SUCH_DIE, f"No subdie {number}")
        x, y = self._map.subdies[number]
        return f"{number} {x / _MICRO:.1f} {y / _MICRO:.1f}"

    def _step(self, site: tuple[int, int] | None) -> Waiting[str]:
        if site is None:
            raise Refusal(END_OF_WAFER, "End of wafer.")
        motion = self._glide(self._map.place(*site, self._home, self._index))
        column, row = self._map.dies[site[0]]

        def step() -> Waiting[str]:
            yield from motion
            self._site = site
            return f"{column} {row} {site[1]} {len(self._map.subdies)}"

        return step()


_COMMANDS: Mapping[str, Callable[[VirtualVelox, Words], str | Waiting[str]]] = {
    "*rst": lambda prober, words: "",
    "reportsoftwareversion": lambda prober, words: prober.version,
    "isappregistered": lambda prober, words: f"{words.text() in ('kernel', 'wafermap'):d}",
    "movechuckcontact": lambda prober, words: prober.lift(words, "C"),
    "movechuckalign": lambda prober, words: prober.lift(words, "A"),
    "movechuckseparation": lambda prober, words: prober.lift(words, "S"),
    "movechuck": VirtualVelox.move,
    "movechuckindex": VirtualVelox.move_index,
    "readchuckposition": VirtualVelox.position,
    "readchuckstatus": VirtualVelox.status,
    "setchuckvacuum": VirtualVelox.set_vacuum,
    "readchuckindex": VirtualVelox.read_index,
    "setchuckindex": VirtualVelox.set_index,
    "stepfirstdie": VirtualVelox.step_first,
    "stepnextdie": VirtualVelox.step_next,
    "getnumselecteddies": VirtualVelox.count_dies,
    "getselecteddiecoords": VirtualVelox.die,
    "getsubdiedata": VirtualVelox.subdie,
}


def _dies(given: Sequence[object]) -> tuple[tuple[int, int], ...]:
    places = [_pair(die, "dies") for die in given]
    if len(set(places)) < len(places) or any(part % 1 for place in places for part in place):
        raise ValueError("dies: give each die once, as whole numbers [column, row]")
    return tuple((int(column), int(row)) for column, row in places)


def _pair(given: object, key: str, unit: float = 1.0) -> tuple[float, float]:
    """Two numbers of the bench file, in SI."""
    if (not isinstance(given, Sequence) or len(given) != 2
            or not all(type(part) in (int, float) and abs(part) < float("inf") for part in given)):
        raise ValueError(f"{key}: {given!r} must be two numbers, such as [0, 0]")
    return given[0] * unit, given[1] * unit
