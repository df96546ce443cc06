"""The bench window: puts the parts together and takes the runs of the queue one by one."""

from __future__ import annotations

import math
from pathlib import Path

from PyQt5.QtCore import QSettings, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import (
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.analysis_settings import AnalysisSettings
from ginsen.gui.appearance import Appearance
from ginsen.gui.asking import ask_sequence
from ginsen.gui.background import Background
from ginsen.gui.bench_answers import Ended, OpenedStation
from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.instrument_state import InstrumentState
from ginsen.gui.language import said, tr
from ginsen.gui.layout_memory import arrange, remember
from ginsen.gui.live_run import LiveRun
from ginsen.gui.menus import add_menus
from ginsen.gui.message_line import MessageLine
from ginsen.gui.output_off import OutputOff
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.queue_panel import QueuePanel
from ginsen.gui.run_control import RunControl
from ginsen.gui.run_queue import Entry, Queue, added
from ginsen.gui.runs import Runs
from ginsen.gui.sample_picture import SamplePicture
from ginsen.gui.setup_panel import SetupPanel
from ginsen.gui.station_bar import StationBar
from ginsen.gui.theme import style_sheet, use_type
from ginsen.gui.top_strip import TopStrip
from ginsen.gui.views import Views
from ginsen.protocols import Protocol
from ginsen.report import quantity

FRAME = 40
"""Milliseconds between two looks at the news: 25 frames a second."""


class BenchWindow(QMainWindow):
    """The window of one bench. Closing it switches every output off first.

    `restyled` asks for another window over the same bench, with another appearance.
    """

    restyled = pyqtSignal(object)

    def __init__(self, appearance: Appearance, settings: QSettings, bench: BenchThread) -> None:
        super().__init__()
        self.appearance = appearance
        self.settings = settings
        self.bench = bench
        self.background = Background()
        self.live = LiveRun()
        self.runs = Runs(bench, self)
        self.opened: OpenedStation | None = None
        self._may_close = False
        theme = appearance.colours
        use_type(appearance.points)
        self.strip = TopStrip(theme)
        self.stations = StationBar()
        self.setup = SetupPanel(theme, Path(settings.fileName()).with_name("presets.json"))
        self.queue_panel = QueuePanel()
        self.views = Views(theme, self.background, settings)
        self.analysis = AnalysisSettings(settings, self.background, self)
        self.message = MessageLine()
        self.output_off = OutputOff(self.bench, parent=self)
        self.control = RunControl(self.bench, self.strip, self.views.forgetting.reads, self)
        self._lay_out()
        self._connect()
        arrange(self, settings)
        self._frame = QTimer(self)
        self._frame.timeout.connect(self._draw)
        self._frame.start(FRAME)

    # -- putting together -----------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setWindowTitle("Ginsen 銀線")
        self.setStyleSheet(style_sheet(self.appearance.colours, self.appearance.points))
        self.left = QTabWidget()
        self.left.addTab(self.setup, tr("Set up"))
        self.left.addTab(self.queue_panel, tr("Queue"))
        self.left.setMinimumWidth(300)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.left)
        self.splitter.addWidget(self.views)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([360, 920])
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(self.stations)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.message)
        self.setCentralWidget(page)
        add_menus(self)

    def _connect(self) -> None:
        bench = self.bench
        self._answers = ((bench.opened, self._opened), (bench.closed, self._closed),
                         (bench.looked, self._looked), (bench.ended, self._ended),
                         (bench.failed, self.say), (bench.pictured, self._pictured),
                         (bench.arrived, self.views.sample.dies.arrive))
        for signal, slot in self._answers:
            signal.connect(slot)
        self.background.failed.connect(self.say)
        self.analysis.parted.connect(self.views.records.terms.set_threshold)
        self.analysis.floored.connect(self.views.show_floor)
        self.views.records.terms.start_with(self.analysis.unstable_above)
        self.analysis.read_floors()
        for speaker in (self.output_off.told, self.control.said, self.runs.refused):
            speaker.connect(self.say)
        for plot in self.views.findChildren(PlotFrame):
            plot.exported.connect(self.say)
        self.strip.off.connect(self.off)
        self.stations.wanted.connect(self.open_station)
        self.stations.paced.connect(lambda speed: setattr(bench, "speed", speed))
        self.setup.start.connect(self.start)
        self.setup.enqueue.connect(self.enqueue)
        self.queue_panel.edited.connect(self.runs.put)
        self.queue_panel.hold.toggled.connect(self.runs.hold)
        self.runs.begun.connect(self._begun)
        self.runs.changed.connect(self._queue_changed)
        self.queue_panel.opened.connect(self.open_recording)
        self.queue_panel.sequence_wanted.connect(lambda: ask_sequence(self))
        dies = self.views.sample.dies
        for wish, done in ((dies.wanted, bench.go_to), (dies.touch, bench.touch),
                           (dies.lift, bench.lift)):
            wish.connect(done)

    # -- what a person does ---------------------------------------------------------------------

    def open_station(self, path: str) -> None:
        """Open a station in place of the one that is open."""
        self.say(_opening(path))
        self.stations.show_choice(path)
        self.stations.lock(True)
        self.setup.set_station(path, ready=False)
        self.bench.open_station(path)

    def start(self, protocol: str, texts: dict[str, str]) -> None:
        """Run this next: now, or after the run under way."""
        self.enqueue(protocol, texts)
        self.views.bring_forward(protocol)

    def enqueue(self, protocol: str, texts: dict[str, str]) -> None:
        """Add a run to the queue."""
        self.runs.put(added(self.queue, protocol, texts))

    def open_recording(self, path: str) -> None:
        """Show a recording."""
        self.views.records.open(Path(path))
        self.views.setCurrentWidget(self.views.records)

    def say(self, sentence: str) -> None:
        """Tell what happened, in words, at the foot of the window."""
        self.message.say(sentence)

    def off(self) -> None:
        """Every output off, now; nothing that waits is begun."""
        self.runs.drop()
        self.output_off.press()

    # -- the queue ------------------------------------------------------------------------------

    @property
    def queue(self) -> Queue:
        """The runs that were asked for, as far as they are."""
        return self.runs.queue

    def _begun(self, entry: Entry, protocol: Protocol) -> None:
        self.live = LiveRun(protocol.windows, self.analysis.unstable_above)
        self.strip.show_run(entry.title)
        self.views.begin(protocol, self.live)
        self.message.forget()

    def _queue_changed(self) -> None:
        self.queue_panel.show_queue(self.queue)
        self.control.show()
        self._share_bench()

    def _share_bench(self) -> None:
        """A run has the station, and the chuck, to itself."""
        self.stations.lock(self.runs.busy)
        self.views.sample.dies.set_free(self.opened is not None and not self.runs.busy)

    # -- what the bench answers -----------------------------------------------------------------

    def _opened(self, station: OpenedStation) -> None:
        self.opened = station
        self.output_off.set_station(station.path)
        self.stations.show_station(station.states, simulated=station.simulated,
                                   virtual=station.virtual)
        self.stations.lock(False)
        self.strip.lamp.show_states(station.states)
        self.setup.set_station(station.path, ready=True)
        self.views.sample.show_station(station)
        self._share_bench()
        self.message.forget(_opening(station.path))
        self.say(station.caveat or tr("{station} is open.").format(station=station.name))

    def _closed(self, problem: str) -> None:
        self.opened = None
        self.output_off.set_station("")
        self.stations.show_station((), simulated=False, virtual=False)
        self.stations.lock(False)
        self.strip.lamp.show_states(())
        if problem:
            self.say(problem)
        if self.runs.closing and problem:
            self.say(tr("Go to the bench; close the window again to leave all the same."))
        elif self.runs.closing:
            self._leave()
        self.runs.closing = False

    def _looked(self, states: tuple[InstrumentState, ...]) -> None:
        self.stations.show_states(states)
        self.strip.lamp.show_states(states)
        self.views.forgetting.show_states(states)

    def _pictured(self, picture: SamplePicture) -> None:
        self.views.sample.network.show_picture(picture)

    def _ended(self, ended: Ended) -> None:
        self._draw()
        self.strip.show_over(said(str(ended.outcome)))
        if ended.recording is not None:
            self.say(tr("Recorded in {path}").format(path=ended.recording))
            self.views.records.add(ended.recording)
        if ended.table is not None:
            self.views.sample.dies.show_results(ended.table)
        if ended.outcome.state == "failed":
            self.say(ended.outcome.why)
        self.runs.end(ended)

    def _draw(self) -> None:
        """Take in what has come, and draw it."""
        news = self.bench.news
        latest = None
        while news:
            latest = news.popleft()
            self.live.feed(*latest)
        self.strip.lamp.refresh()
        self.control.show()
        self.bench.watch_sample = self.views.sample.network.isVisible()
        self.views.refresh(self.live)
        if latest is None:
            return
        virtual = self.stations.speed.isVisible()
        speed = self.bench.speed if virtual and math.isfinite(self.bench.speed) else 1.0
        self.strip.refresh(self.live, speed=speed)
        samples = latest[0].samples
        self.stations.show_reading("", f"{quantity(float(samples.voltage[-1]), 'V')} · "
                                       f"{quantity(float(samples.current[-1]), 'A')}")

    # -- the end --------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Close only once every output is off and every session ended."""
        if event is None or self._may_close:
            return
        event.ignore()
        if not self.runs.closing:
            self.runs.closing = True
            self.say(tr("Switching off …"))
            self.runs.drop()
            self.output_off.press()  # which has another way, should the run's session be stuck
            self.bench.close_station()

    def take_over(self, other: BenchWindow) -> None:
        """Go on where another window over the same bench stood; that one is then gone."""
        self.live, self.runs.queue, self.runs.held = other.live, other.queue, other.runs.held
        self.restoreGeometry(other.saveGeometry())
        self.splitter.restoreState(other.splitter.saveState())
        self.strip.show_run(other.strip.run.whole)
        self.queue_panel.hold.setChecked(other.queue_panel.hold.isChecked())
        for path in reversed(other.views.records.paths):
            self.views.records.add(path)
        self.setup.choose(other.setup.choice.currentText())
        self.setup.parameters.set_texts(other.setup.parameters.texts())
        if other.opened is not None:
            self._opened(other.opened)
        self._queue_changed()
        self.views.setCurrentIndex(other.views.currentIndex())
        other.part()

    def part(self) -> None:
        """Leave the bench to another window."""
        self._frame.stop()
        for signal, slot in self._answers:
            signal.disconnect(slot)
        self.control.leave()
        self.background.close()
        self._may_close = True
        self.close()
        self.deleteLater()

    def _leave(self) -> None:
        self._may_close = True
        self._frame.stop()
        remember(self, self.settings)
        self.bench.finish()
        self.bench.wait()
        self.background.close()
        self.close()


def _opening(station: str) -> str:
    return tr("Opening {station} …").format(station=station)
