"""Form a virgin pair behind a series resistor. Once: it cannot be undone."""

from pathlib import Path

from ginsen import Station, run
from ginsen.protocols import Forming

station = Path(__file__).with_name("series_resistor.toml")

with Station.open(station) as lab:
    result = run(Forming(maximum=6.0), lab, sample="W3-D12", electrode_pair="A-B")

found = result.summary.finding
print(f"formed at {found.level:.2f} V: {found.before:.2g} S before, {found.after:.2g} S after"
      if found.formed else f"not formed up to {found.level:.2f} V")
