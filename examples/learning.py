"""Is relearning quicker, and does it last longer?"""

from ginsen import Station, run
from ginsen.protocols import Learning

with Station.open("simulated") as lab:  # or the path of your station file
    result = run(Learning(cycles=5, pause=60.0), lab, sample="W3-D12")

for cycle in result.summary.finding.cycles:
    print(f"cycle {cycle.cycle}: {cycle.pulses} pulses, savings {cycle.savings:.0%}, "
          f"half-life {cycle.half_life:.3g} s")
