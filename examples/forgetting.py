"""Form a path, leave the network alone, and read how it forgets."""

from ginsen import Station, run
from ginsen.protocols import Activation, Forgetting

with Station.open("simulated") as lab:  # or the path of your station file
    run(Activation(after=5.0), lab, sample="W3-D12")
    lab.clock.sleep(30.0)  # output off, the sample open
    result = run(Forgetting(read_time=100.0), lab, sample="W3-D12")

if result.retention is None:
    print("nothing was left to forget")
else:
    print(f"first read {result.retention.first:.3g} S, half-life {result.retention.half_life} s, "
          f"law {result.retention.law}")
