"""Which dies of a wafer remember? One memory run on each, mapped by what is left after 10 s."""

from ginsen import Station, run
from ginsen.protocols import WaferMap

with Station.open("wafer") as lab:  # or the path of your station file, with a probe station in it
    result = run(WaferMap(protocol="memory", dies="all", result="kept_at_10_s",
                          pulse_time=3.0, read_time=20.0), lab, sample="W3")

for die in result.finding.dies:
    print(f"column {die.column}, row {die.row}: {die.value:.2f} left after 10 s, {die.outcome}")
print(result.figure)
