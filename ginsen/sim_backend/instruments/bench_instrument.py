"""The bench as an instrument, at TCPIP0::bench::inst0::INSTR: its time, mode and seed."""

from __future__ import annotations

import json
from typing import ClassVar

from ginsen.sim_backend.devices.device import Drawable
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiInstrument,
    definite_block,
    integer,
    query,
    setting,
)

BENCH_ADDRESS = "TCPIP0::bench::inst0::INSTR"


class BenchInstrument(ScpiInstrument):
    """Answers for the bench itself.

    `:TIME?` is bench time (s), `:MODE?` VIRT or PACED, `:SEED n` begins every random generator
    anew, `:DEVice:CAVeat?` what a record of the device must not be taken for. `:DEVice:SNAPshot?`
    is the device as it is now: a definite-length block of JSON, `time_s` and the device's arrays
    by name, in SI; only the time for a device that cannot be drawn.
    """

    identity: ClassVar[str] = "GINSEN,BENCH,{seed},1"
    commands: ClassVar[dict[str, Entry]] = {
        ":TIME?": query(lambda bench: repr(float(bench.bench.now))),
        ":MODE?": query(lambda bench: "PACED" if bench.bench.paced else "VIRT"),
        ":DEVice:CAVeat?": query(lambda bench: f'"{bench.bench.device.caveat}"'),
        ":DEVice:SNAPshot?": query(lambda bench: bench.snapshot()),
        ":SEED": setting("seed", integer(0, 2**53)),
    }

    def snapshot(self) -> bytes:
        """The device as it is now, as a block of JSON."""
        device = self.bench.device
        arrays = device.snapshot() if isinstance(device, Drawable) else {}
        told = {"time_s": self.bench.now,
                **{name: values.tolist() for name, values in arrays.items()}}
        return definite_block(json.dumps(told).encode("ascii"))

    @property
    def seed(self) -> int:
        """The seed of the bench; setting it begins every generator anew."""
        return self.bench.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.bench.reseed(seed)
