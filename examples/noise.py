"""The noise of an active network at three biases."""

from ginsen import Station, run
from ginsen.protocols import Activation, Noise

with Station.open("simulated") as lab:  # or the path of your station file
    run(Activation(), lab, sample="W3-D12")
    for voltage in (0.05, 0.1, 0.2):
        result = run(Noise(voltage=voltage, time=120.0), lab, sample="W3-D12")
        fit, found = result.phases["bias"].fit, result.summary.finding
        print(f"{voltage:g} V: β {fit.beta}, S_G/G² at 1 Hz {found.density:.2g} 1/Hz"
              if fit.beta is not None else f"{voltage:g} V: no β: {fit.reason}")
