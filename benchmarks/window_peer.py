"""How PyMeasure's own window keeps up with what `window_frames.py` feeds ours.

    python benchmarks/window_peer.py --seconds 60 [--plots 4]

A procedure emits the same samples at the same rate, in the same pieces, as far as it can. With one
plot the window is PyMeasure's ManagedWindow, with more its ManagedDockWindow; nothing in either is
changed. Counted are the gaps between the paintings of its first plot while the procedure runs.
"""

import argparse
import os
import time
from tempfile import TemporaryDirectory
from typing import Any

for name, value in (("QT_QPA_PLATFORM", "offscreen"), ("QT_API", "pyqt5"),
                    ("OMP_NUM_THREADS", "1")):
    os.environ.setdefault(name, value)

import pymeasure  # noqa: E402
from pymeasure.display.windows import ManagedWindow  # noqa: E402
from pymeasure.display.windows.managed_dock_window import ManagedDockWindow  # noqa: E402
from pymeasure.experiment import FloatParameter, Procedure  # noqa: E402
from PyQt5 import sip  # noqa: E402
from window_frames import PIECE, RATE, Paints, memory, pieces, told, wait  # noqa: E402

from ginsen.gui.application import application  # noqa: E402

TIME, PLOTTED = "Time (s)", ["Conductance (S)", "Voltage (V)", "Current (A)", "beta"]


class Feed(Procedure):
    """Hands over what a run would."""

    time = FloatParameter("Time", units="s", default=60.0)
    DATA_COLUMNS = [TIME, *PLOTTED]  # noqa: RUF012

    def execute(self) -> None:
        begun = due = time.monotonic()
        for news in pieces():
            if self.should_stop() or time.monotonic() - begun > self.time:
                return
            samples = news.samples
            beta = news.fits[0].beta if news.fits[0] is not None else None
            self.emit("batch results", dict(zip(self.DATA_COLUMNS, (
                samples.time, news.conductance, samples.voltage, samples.current,
                [beta] * len(samples)), strict=True)))
            due += PIECE / RATE
            time.sleep(max(0.0, due - time.monotonic()))


def window_of(plots: int) -> tuple[Any, Any]:
    """A window, and the plot that is watched."""
    inputs = {"inputs": ["time"], "displays": ["time"]}
    if plots == 1:
        window = ManagedWindow(Feed, x_axis=TIME, y_axis=PLOTTED[0], **inputs)
        return window, window.plot_widget.plot_frame.plot_widget
    window = ManagedDockWindow(Feed, x_axis=TIME, y_axis=PLOTTED[:plots], **inputs)
    return window, window.dock_widget.plot_frames[0].plot_frame.plot_widget


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--plots", type=int, choices=range(1, len(PLOTTED) + 1), default=1)
    options = parser.parse_args()
    app = application()
    with TemporaryDirectory() as scratch:
        window, plot = window_of(options.plots)
        window.directory = scratch
        window.resize(1280, 800)
        window.show()
        app.processEvents()
        procedure = window.make_procedure()
        procedure.set_parameters({"time": options.seconds})
        watch = Paints()
        plot.viewport().installEventFilter(watch)
        finished: list[Any] = []
        window.manager.finished.connect(finished.append)
        before = memory()
        busy = time.process_time()
        window.queue(procedure)
        while not finished:
            wait(0.1)
        busy = time.process_time() - busy
        rows = len(finished[0].results.data)
        plots = "one plot" if options.plots == 1 else f"{options.plots} plots"
        print(f"PyMeasure {pymeasure.__version__} {type(window).__name__}, {plots}, "
              f"{rows / options.seconds:.0f} samples a second: "
              f"{told(watch.painted, options.seconds, busy)}; memory {before:.0f} MiB before, "
              f"{memory():.0f} after")
        window.close()
        sip.delete(window)


if __name__ == "__main__":
    main()
