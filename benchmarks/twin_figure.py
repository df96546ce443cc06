"""What comes out of the twin, drawn: activation, plateau, forgetting, and the loop of I and V.

    python benchmarks/twin_figure.py docs/images/twin.png
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ginsen.sim_backend.devices.device import GROUND, Source
from ginsen.sim_backend.devices.fluctuating_network import FluctuatingNetwork
from ginsen.sim_backend.devices.loader import load_device
from ginsen.types import Array

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8c8c8c"


def twin(seed: int) -> FluctuatingNetwork:
    text = (files("ginsen.sim_backend.devices") / "fluctuating_network.toml").read_text("utf-8")
    device = load_device(tomllib.loads(text), Path())
    assert isinstance(device, FluctuatingNetwork)
    device.reseed(seed)
    return device


def conductance(device: FluctuatingNetwork, volts: float, seconds: float, dt: float) -> Array:
    return current(device, np.full(round(seconds / dt), volts), dt) / volts


def current(device: FluctuatingNetwork, volts: Array, dt: float) -> Array:
    return np.array([device.advance(dt, (Source(float(v)), GROUND)).current[0] for v in volts])


def main(path: str) -> None:
    plt.rcParams.update({"axes.titlelocation": "left", "axes.titlesize": 11})
    figure, axes = plt.subplots(2, 2, figsize=(11, 7.4), layout="constrained")
    (activation, plateau), (forgetting, loop) = axes

    for seed in range(6):
        device = twin(seed)
        values = conductance(device, 3.0, 160, 0.1)
        line = {"lw": 1.2, "color": BLUE} if seed == 1 else {"lw": 0.7, "color": GREY}
        activation.semilogy(0.1 * np.arange(values.size), values * 1e6, **line)
        if seed == 1:
            values = conductance(device, 3.0, 200, 0.03) * 1e6
            plateau.plot(0.03 * np.arange(values.size), values, lw=0.5, color=BLUE)
    activation.set(title="3 V on the virgin sample, six runs", xlabel="t (s)", ylabel="G (µS)")
    plateau.set(title="Then, at the same 3 V: one of the runs", xlabel="t (s)", ylabel="G (µS)")

    for seed in range(6):
        device = twin(seed)
        conductance(device, 5.0, 10, 0.1)
        reads = conductance(device, 0.01, 200, 0.1)
        line = {"lw": 1.2, "color": BLUE} if seed == 1 else {"lw": 0.7, "color": GREY}
        forgetting.semilogx(0.1 * np.arange(1, reads.size + 1), reads / reads[0], **line)
    forgetting.set(title="After 5 V for 10 s: reads at 10 mV, six runs",
                   xlabel="t since the pulse (s)", ylabel="G / first read", xlim=(0.1, 200),
                   ylim=(0, 1.1))

    device = twin(2)
    quarter = np.linspace(0, 5, 500, endpoint=False)
    triangle = np.concatenate((quarter, quarter[::-1], -quarter, -quarter[::-1]))
    for number, colour in ((1, ORANGE), (2, BLUE)):
        amperes = current(device, triangle, 0.02)
        loop.plot(triangle, amperes * 1e6, lw=0.8, color=colour, label=f"cycle {number}")
    loop.set(title="A triangle of 5 V in 40 s", xlabel="V (V)", ylabel="I (µA)")
    loop.legend(frameon=False)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1])
