"""The figures of docs/twin.md, and the numbers beside them.

    python benchmarks/twin_figure.py docs/images [--only behaviour,beta,avalanches]

A few minutes of one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import twin_avalanches
import twin_behaviour
import twin_beta

FIGURES = {
    "behaviour": lambda folder: twin_behaviour.draw(folder / "twin.png"),
    "beta": lambda folder: twin_beta.draw(folder / "twin_beta.png", seeds=12),
    "avalanches": lambda folder: twin_avalanches.draw(folder / "twin_avalanches.png", runs=4),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--only", default=",".join(FIGURES), help="some of them, with commas")
    given = options.parse_args()
    plt.rcParams.update({"axes.titlelocation": "left", "axes.titlesize": 10.5})
    for name in given.only.split(","):
        FIGURES[name](given.folder)


if __name__ == "__main__":
    main()
