"""Pictures of the window for the docs, of real runs on the simulated bench.

`python -m ginsen.gui.screenshots docs/images` makes them all at 1280 × 800; with `--scale 3` the
same window is drawn for a 4K screen, 3840 pixels wide, and with `--language ja` in Japanese.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PyQt5.QtCore import QDeadlineTimer, QEventLoop, QSettings, QTimer
from PyQt5.QtWidgets import QApplication, QWidget

from ginsen.gui.appearance import CHOICES, Appearance
from ginsen.gui.application import Desk, application
from ginsen.gui.window import BenchWindow

WIDTH, HEIGHT = 1280, 800
PATIENCE = 120_000
"""Milliseconds for something to happen; on a quiet machine it takes a few seconds."""


class Photographer:
    """One desk, and pictures of it put into a folder."""

    def __init__(self, folder: Path, settings: QSettings, appearance: Appearance) -> None:
        self._folder = folder
        self.desk = Desk(appearance, settings)
        self.window.resize(WIDTH, HEIGHT)
        self.window.show()
        self.desk.bench.speed = float("inf")
        self.open("simulated")

    @property
    def window(self) -> BenchWindow:
        """The window that is there now."""
        return self.desk.window

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window go on until something is so. Raises TimeoutError if it never is."""
        deadline = QDeadlineTimer(PATIENCE)
        while not condition():
            if deadline.hasExpired():
                raise TimeoutError("the window did not come to what was to be pictured")
            _wait(10)

    def open(self, station: str) -> None:
        """Open a bundled station, its sample virgin."""
        self.window.open_station(station)
        self.until(lambda: self.window.opened is not None
                   and self.window.opened.path == station
                   and self.window.setup.start_button.isEnabled())

    def set_up(self, protocol: str, **texts: str) -> None:
        """Choose a protocol and fill its fields in."""
        setup = self.window.setup
        setup.choose(protocol)
        setup.parameters.set_texts({"sample": "W3-D12", "electrode_pair": "1-2", **texts})
        self.until(setup.start_button.isEnabled)

    def run(self) -> Path:
        """Make the run that is set up, to its end; returns its recording."""
        self.window.setup.start_button.click()
        self.until(self._over)
        recording = self.window.queue[-1].recording
        assert recording is not None
        return recording

    def run_until(self, seconds: float) -> None:
        """Begin the run that is set up; return when so many seconds of it are done."""
        self.desk.bench.speed = 10.0
        self.window.setup.start_button.click()
        self.until(lambda: self.window.live.latest is not None
                   and self.window.live.latest.done >= seconds)

    def to_the_end(self) -> None:
        """Let the run under way come to its end."""
        self.desk.bench.speed = float("inf")
        self.until(self._over)

    def _over(self) -> bool:
        return all(entry.state not in ("waiting", "running") for entry in self.window.queue)

    def take(self, name: str, view: QWidget | None = None) -> None:
        """Show a view and put its picture into the folder, as gui_<name>.png."""
        if view is not None:
            self.window.views.setCurrentWidget(view)
        _wait(600)
        self.window.grab().save(str(self._folder / f"gui_{name}.png"), "PNG")
        print(f"gui_{name}.png")


def _wait(milliseconds: int) -> None:
    """Let the window go on for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


def take_all(folder: Path, settings: QSettings, appearance: Appearance) -> None:
    """Every picture of the docs."""
    camera = Photographer(folder, settings, appearance)
    take_runs(camera)
    take_afterwards(camera)
    take_others(camera)
    camera.window.off()
    camera.to_the_end()
    camera.window.close()
    camera.until(camera.desk.bench.isFinished)


def take_runs(camera: Photographer) -> None:
    """A memory run: set up, under way, forgetting, its sample; and one that waits."""
    camera.set_up("memory")
    camera.take("setup")
    camera.run()
    camera.run()
    camera.run_until(70.0)
    camera.take("live", camera.window.views.run)
    forgetting = camera.window.views.forgetting
    camera.window.views.setCurrentWidget(forgetting)
    camera.until(lambda: forgetting.left_over.drawn("residual")[0].size > 0)
    camera.take("forgetting", forgetting)
    camera.window.views.setCurrentWidget(camera.window.views.sample)
    camera.window.views.sample.setCurrentWidget(camera.window.views.sample.network)
    camera.until(lambda: camera.window.views.sample.network.has_picture)
    camera.take("sample", camera.window.views.sample)
    camera.to_the_end()


def take_afterwards(camera: Photographer) -> None:
    """What was recorded, opened, compared and looked at closer."""
    first, *_ = (entry.recording for entry in camera.window.queue)
    camera.window.open_recording(str(first))
    records = camera.window.views.records
    camera.until(lambda: bool(records.sentences.text()) and records.conductance.drawn("G")[0].size
                 > 0)
    records.list.selectAll()
    camera.until(lambda: records.conductance.drawn("earlier 2")[0].size > 0)
    camera.take("recordings", records)
    records.details.tabs.setCurrentWidget(records.details.retention)
    camera.take("retention", records)
    records.details.tabs.setCurrentWidget(records.details.avalanches)
    camera.until(lambda: bool(records.details.avalanches.reading.text()))
    camera.take("avalanches", records)


def take_others(camera: Photographer) -> None:
    """A staircase, a wafer, and how else the window can look."""
    camera.open("simulated")
    camera.set_up("iv-sweep")
    camera.run()
    camera.take("iv", camera.window.views.iv)
    camera.open("wafer")
    camera.set_up("wafer-map", dies="C1R0 C0R1 C1R1")
    camera.run()
    sample = camera.window.views.sample
    sample.setCurrentWidget(sample.dies)
    sample.dies.wanted.emit(sample.dies.dies[2])
    camera.until(lambda: sample.dies.here is not None)
    camera.take("wafer", sample)
    camera.open("simulated")
    camera.desk.restyle(camera.window.appearance.having("theme", "dark").having("size", "large"))
    camera.window.views.setCurrentWidget(camera.window.views.run)
    camera.set_up("memory")
    camera.run_until(40.0)
    camera.take("dark", camera.window.views.run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every picture; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m ginsen.gui.screenshots")
    parser.add_argument("folder", type=Path, help="where to put the pictures")
    parser.add_argument("--scale", default="1", help="pixels for each of the window's (1)")
    parser.add_argument("--language", choices=CHOICES["language"], default="en")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = options.scale
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    app: QApplication = application()
    before = Path.cwd()
    with TemporaryDirectory() as scratch:
        os.chdir(scratch)  # runs are recorded in `runs`, as for everybody
        try:
            take_all(folder, QSettings(str(Path(scratch) / "bench.ini"),
                                       QSettings.Format.IniFormat),
                     Appearance(language=options.language))
        finally:
            os.chdir(before)
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
