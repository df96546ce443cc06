"""Raise and lower the bias over an active network; conductance and β follow."""

from ginsen import Station, run
from ginsen.protocols import Activation, BiasSteps

with Station.open("simulated") as lab:  # or the path of your station file
    run(Activation(), lab, sample="W3-D12")
    result = run(BiasSteps(maximum=3.0, count=6, dwell=30.0), lab, sample="W3-D12")

for level in result.summary.finding.levels:
    print(f"{level.level:.1f} V: up {level.up * 1e6:.3g} µS β {level.beta_up:.2f}, "
          f"down {level.down * 1e6:.3g} µS β {level.beta_down:.2f}")
