"""Does a higher pulse write a longer memory?"""

from ginsen import Station, run
from ginsen.protocols import Memory

for voltage in (4.0, 5.0, 6.0):
    with Station.open("simulated") as lab:  # or the path of your station file
        result = run(Memory(pulse_voltage=voltage), lab, sample="W3-D12")
    kept = result.retention.ratios[100.0] if result.retention else None
    print(f"{voltage:g} V: {kept} of the first read after 100 s, "
          f"β {result.phases['read'].beta}, {result.recording}")
