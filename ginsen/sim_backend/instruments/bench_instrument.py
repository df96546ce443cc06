"""The bench as an instrument, at TCPIP0::bench::inst0::INSTR: its time, mode and seed."""

from __future__ import annotations

from typing import ClassVar

from ginsen.sim_backend.scpi import Entry, ScpiInstrument, integer, query, setting

BENCH_ADDRESS = "TCPIP0::bench::inst0::INSTR"


class BenchInstrument(ScpiInstrument):
    """Answers for the bench itself.

    `:TIME?` is bench time (s), `:MODE?` VIRT or PACED, `:SEED n` begins every random generator
    anew, `:DEVice:CAVeat?` what a record of the device must not be taken for.
    """

    identity: ClassVar[str] = "GINSEN,BENCH,{seed},1"
    commands: ClassVar[dict[str, Entry]] = {
        ":TIME?": query(lambda bench: repr(float(bench.bench.now))),
        ":MODE?": query(lambda bench: "PACED" if bench.bench.paced else "VIRT"),
        ":DEVice:CAVeat?": query(lambda bench: f'"{bench.bench.device.caveat}"'),
        ":SEED": setting("seed", integer(0, 2**53)),
    }

    @property
    def seed(self) -> int:
        """The seed of the bench; setting it begins every generator anew."""
        return self.bench.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.bench.reseed(seed)
