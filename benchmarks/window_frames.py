"""How the bench window keeps up: frames, memory, and the time to come up.

    python benchmarks/window_frames.py --seconds 60 [--peer]

A thread hands over 20 000 samples a second, in pieces of 20 ms, with an estimate of β every 256
samples, as the thread of a run does; the window draws its four diagrams. Counted are the gaps
between the frames it has painted. Then 10 million samples are handed over as fast as they are
taken, and the memory of the process is looked at before and after. With `--peer` PyMeasure's own
windows are fed the same afterwards, each in a process of its own: `window_peer.py`.
"""

import argparse
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

for name, value in (("QT_QPA_PLATFORM", "offscreen"), ("OMP_NUM_THREADS", "1")):
    os.environ.setdefault(name, value)

begun = time.perf_counter(), time.process_time()

import numpy as np  # noqa: E402
from PyQt5 import sip  # noqa: E402
from PyQt5.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer  # noqa: E402

from ginsen.gui.appearance import Appearance  # noqa: E402
from ginsen.gui.application import Desk, application  # noqa: E402
from ginsen.gui.live_run import LiveRun  # noqa: E402
from ginsen.gui.window import BenchWindow  # noqa: E402
from ginsen.protocols.acquisition import News  # noqa: E402
from ginsen.types import Phase, Samples, SpectralFit  # noqa: E402

RATE = 20_000
PIECE = 400
"""Samples handed over at once: 20 ms, less than a frame, or the gaps would be those of pieces."""
PHASE = Phase("read", 0.01, 1e6, 1 / RATE, 1e-5)


def pieces(seed: int = 1) -> Iterator[News]:
    """News without end: 1 µS with noise on it, a new phase every ten seconds."""
    rng = np.random.default_rng(seed)
    fit = SpectralFit(1.0, 0.9, 1.1, amplitude=1e-18, floor=1e-20, band=(80.0, 8e3), count=256)
    number = first = 0
    while True:
        time_s = (first + np.arange(PIECE)) / RATE
        G = 1e-6 * (1 + 0.01 * rng.normal(size=PIECE))
        samples = Samples.of(time_s, np.full(PIECE, 0.01), 0.01 * G)
        stop = float(time_s[-1])
        own = SpectralFit(**{**vars(fit), "stop": stop, "start": stop - 256 / RATE})
        yield News(PHASE.named(f"read {number}"), number, samples, G, (own,), stop, 1e6)
        first += PIECE
        number = first // (10 * RATE)


def wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec_()


def told(painted: Sequence[float], seconds: float, busy: float) -> str:
    """The gaps between frames in words; `busy` (s) is the processor time they took."""
    gaps = 1e3 * np.diff(painted)
    return (f"{gaps.size / seconds:.1f} frames a second, CPU {1e3 * busy / len(painted):.1f} ms a "
            f"frame with what fed it; gaps: median {np.median(gaps):.0f} ms, 99 % "
            f"{np.quantile(gaps, 0.99):.0f} ms, longest {gaps.max():.0f} ms")


def frames(window: BenchWindow, seconds: float) -> str:
    """Feed the window at the rate of a run; returns what became of its frames."""
    over = threading.Event()

    def feed() -> None:
        due = time.monotonic()
        for news in pieces():
            if over.is_set():
                return
            window.bench.news.append((news, 0.5 / RATE))
            due += PIECE / RATE
            over.wait(max(0.0, due - time.monotonic()))

    watch = Paints()
    window.views.run.conductance.plot.viewport().installEventFilter(watch)
    thread = threading.Thread(target=feed)
    thread.start()
    busy = time.process_time()
    wait(seconds)
    busy = time.process_time() - busy
    over.set()
    thread.join()
    return told(watch.painted, seconds, busy)


class Paints(QObject):
    """When something was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[float] = []

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Note a painting, and let it happen."""
        if event is not None and event.type() == QEvent.Type.Paint:
            self.painted.append(time.monotonic())
        return False


def memory() -> float:
    """Resident memory of this process now, in MiB."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peer", action="store_true", help="PyMeasure's windows too")
    options = parser.parse_args()
    app = application()
    with TemporaryDirectory() as scratch:
        desk = Desk(Appearance(), QSettings(f"{scratch}/bench.ini", QSettings.Format.IniFormat))
        window = desk.window
        window.resize(1280, 800)
        window.show()
        app.processEvents()
        print(f"window up: {time.perf_counter() - begun[0]:.2f} s of the wall, "
              f"{time.process_time() - begun[1]:.2f} s of CPU")
        window.live = LiveRun((256,))
        print(frames(window, options.seconds))
        window.live = live = LiveRun((256,))
        before = memory()
        busy = time.process_time()
        for news in pieces():
            live.feed(news, 0.5 / RATE)
            if live.count == 1_000_000:
                middle = memory()
            if live.count >= 10_000_000:
                break
        busy = time.process_time() - busy
        print(f"10 million samples: memory {before:.0f} MiB before, {middle:.0f} after 1 million, "
              f"{memory():.0f} after all; {1e6 * busy / live.count:.2f} µs of CPU a sample")
        window.close()
        while not desk.bench.isFinished():
            wait(0.05)
        sip.delete(window)  # before the application, which Python may else take down first
    sys.stdout.flush()
    if options.peer:
        peer = Path(__file__).with_name("window_peer.py")
        for plots in (1, 4):
            subprocess.run([sys.executable, str(peer), "--seconds", f"{options.seconds:g}",
                            "--plots", str(plots)], check=True)


if __name__ == "__main__":
    main()
