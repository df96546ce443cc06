"""The bench as an instrument, at TCPIP0::bench::inst0::INSTR: time, seed, faults, the truth."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import ClassVar

from ginsen.sim_backend.devices.device import Drawable
from ginsen.sim_backend.fault import fault_of
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiError,
    ScpiInstrument,
    action,
    definite_block,
    integer,
    query,
    setting,
    string,
)
from ginsen.sim_backend.scpi.headers import HeaderTree

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BENCH_ADDRESS = "TCPIP0::bench::inst0::INSTR"


class BenchInstrument(ScpiInstrument):
    """Answers for the bench itself.

    `:TIME?` is bench time (s), `:MODE?` VIRT or PACED, `:SEED n` begins every random generator
    anew, `:DEVice:CAVeat?` what a record of the device must not be taken for. `:FAULt:ADD`,
    `:FAULt:CLEar` and `:FAULt:LOG?` let things break, as docs/faults.md tells.

    Three queries wait for nobody and cost no time, if each is a message of its own.
    `:DEVice:SNAPshot?` is the device as it was last moved: a definite-length block of JSON,
    `time_s` and the device's arrays by name, in SI; only the time for a device that cannot be
    drawn. `:DEVice:TERMinals?` and `:DEVice:HISTory?` are lines of JSON: what truly was at the
    terminals, up to now unless the bench is at work just then.
    """

    identity: ClassVar[str] = "GINSEN,BENCH,{seed},1"
    breaks: ClassVar[bool] = False
    commands: ClassVar[dict[str, Entry]] = {
        ":TIME?": query(lambda bench: repr(float(bench.bench.now))),
        ":MODE?": query(lambda bench: "PACED" if bench.bench.paced else "VIRT"),
        ":DEVice:CAVeat?": query(lambda bench: f'"{bench.bench.device.caveat}"'),
        ":DEVice:SNAPshot?": query(lambda bench: bench.snapshot()),
        ":DEVice:TERMinals?": query(lambda bench: bench.terminals()),
        ":DEVice:HISTory?": query(lambda bench: bench.history()),
        ":FAULt:ADD": action(lambda bench, text: bench.add_fault(text), string()),
        ":FAULt:CLEar": action(lambda bench: bench.clear_faults()),
        ":FAULt:LOG?": query(lambda bench: bench.fault_log()),
        ":SEED": setting("seed", integer(0, 2**53)),
    }

    def snapshot(self) -> bytes:
        """The device as it was last moved, as a block of JSON."""
        device = self.bench.device
        arrays = device.snapshot() if isinstance(device, Drawable) else {}
        told = {"time_s": self.bench.witness.seen.time,
                **{name: values.tolist() for name, values in arrays.items()}}
        return definite_block(json.dumps(told).encode("ascii"))

    def terminals(self) -> str:
        """The terminals now, and the most there ever was at them."""
        self.bench.look()
        return json.dumps(self.bench.witness.terminals_now())

    def history(self) -> str:
        """What was changed at the terminals."""
        self.bench.look()
        return json.dumps(self.bench.witness.history())

    def add_fault(self, text: str) -> None:
        """One more fault, as a line of TOML. Raises ScpiError -222 for what makes no sense."""
        try:
            self.bench.add_fault(fault_of(tomllib.loads(f"fault = {{{text}}}")["fault"]))
        except (ValueError, RecursionError) as error:
            raise ScpiError(-222, f"Data out of range; {error}".replace('"', "'")) from None

    def clear_faults(self) -> None:
        """No more faults."""
        if self.bench.faults is not None:
            self.bench.faults.clear()

    def fault_log(self) -> str:
        """What happened."""
        faults = self.bench.faults
        log = () if faults is None else tuple(faults.log)
        return json.dumps([{"time_s": each.time, "kind": each.kind, "instrument": each.instrument,
                            "message": each.message} for each in log])

    def answered_at_once(self, link: Link, data: bytes) -> bool:
        """See `Instrument.answered_at_once`."""
        words = data.decode("latin-1").strip()
        found = _AT_ONCE.find(words[:-1].removeprefix(":")) if words.endswith("?") else None
        if found is None:
            return False
        reply = found[0](self)
        link.aside += (reply if isinstance(reply, bytes) else reply.encode("ascii")) + b"\n"
        return True

    @property
    def seed(self) -> int:
        """The seed of the bench; setting it begins every generator anew."""
        return self.bench.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.bench.reseed(seed)


_AT_ONCE: HeaderTree[Callable[[BenchInstrument], bytes | str]] = HeaderTree()
_AT_ONCE.insert(":DEVice:SNAPshot", BenchInstrument.snapshot)
_AT_ONCE.insert(":DEVice:TERMinals", BenchInstrument.terminals)
_AT_ONCE.insert(":DEVice:HISTory", BenchInstrument.history)
