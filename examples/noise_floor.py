"""The source meter's own noise, over an open and a resistor; later noise runs know their floor."""

from pathlib import Path

from ginsen import Station, run
from ginsen.protocols import NoiseFloor

standards = Path(__file__).with_name("standards")  # at a real bench: one station, other contacts
for name, standard in (("open", "open"), ("resistor", "100e3")):
    with Station.open(standards / f"{name}.toml") as lab:
        result = run(NoiseFloor(standard=standard), lab)
        print(name, *result.record.notes[-1:])
