"""How long does a path take to form at 3 V?"""

from ginsen import Station, run
from ginsen.protocols import Activation

with Station.open("simulated") as lab:  # or the path of your station file
    result = run(Activation(voltage=3.0, time=300.0), lab, sample="W3-D12")

found = result.summary.finding
if found.activated:
    print(f"a path after {found.latency:.2f} s, then {found.plateau * 1e6:.3g} µS")
else:
    print(f"no path in {found.waited:.0f} s")
