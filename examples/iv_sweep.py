"""The pinched loop of a memristive network."""

from ginsen import Station, run
from ginsen.protocols import IVSweep

with Station.open("simulated") as lab:  # or the path of your station file
    result = run(IVSweep(maximum=4.0, step=0.1, dwell=1.0), lab, sample="W3-D12")

curve = result.summary.finding
print(f"loop areas {curve.positive_area:.2g} W and {curve.negative_area:.2g} W")
for point in curve.points:
    print(f"{point.voltage:8.3f} V {point.current:12.4e} A")
