"""β against conductance, in the low and in the high state.

As in the paper it takes 2 h 23 min of laboratory time: SlicedIV() without arguments. These steps
are coarser, for a first look.
"""

from ginsen import Station, run
from ginsen.protocols import SlicedIV

with Station.open("simulated") as lab:  # or the path of your station file
    result = run(SlicedIV(step=0.06, dwell=3.0), lab, sample="W3-D12")

found = result.summary.finding
print(f"median β {found.beta_up:.2f} on the way up, {found.beta_down:.2f} on the way down")
for each in found.slices:
    print(f"{each.voltage:6.3f} V {each.conductance:10.3e} S  β {each.beta:5.2f} "
          f"({len(each.betas)} of {each.windows} windows)")
