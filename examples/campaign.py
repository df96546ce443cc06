"""Does a network forget in the same time under either polarity? Four pairs, in random order."""

from pathlib import Path

from ginsen import Station, run
from ginsen.protocols import Campaign

here = Path(__file__).parent
with Station.open(here / "four_pairs.toml") as lab:
    result = run(Campaign(plan=here / "campaign.toml"), lab, sample="N11")

for spread in result.finding.spreads:
    if spread.measure == "half_life_s":
        told = spread.survival
        print(f"{spread.condition}, pair {spread.pair}: half-life {told.median:.3g} s "
              f"({told.low:.3g} to {told.high:.3g}), {told.censored} of {spread.cycles} censored, "
              f"read sparsely {spread.control:.3g} s")
print(result.figure)
