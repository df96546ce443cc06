"""The bench window: puts the parts together and takes the runs of the queue one by one."""

from __future__ import annotations

import math
from pathlib import Path

from PyQt5.QtCore import QSettings, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import (
    QDialog,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.analysis_settings import AnalysisSettings
from ginsen.gui.appearance import Appearance
from ginsen.gui.background import Background
from ginsen.gui.bench_answers import Ended, OpenedStation
from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.instrument_state import InstrumentState
from ginsen.gui.language import said, tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.menus import add_menus
from ginsen.gui.output_off import OutputOff
from ginsen.gui.parameter_rows import protocol_of
from ginsen.gui.queue_panel import QueuePanel
from ginsen.gui.run_control import RunControl
from ginsen.gui.run_queue import Queue, added, changed, next_waiting, sequence, stopped
from ginsen.gui.sample_picture import SamplePicture
from ginsen.gui.sequence_dialog import SequenceDialog
from ginsen.gui.setup_panel import SetupPanel
from ginsen.gui.station_bar import StationBar
from ginsen.gui.theme import style_sheet, use_type
from ginsen.gui.top_strip import TopStrip
from ginsen.gui.views import Views
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
        self.queue: Queue = ()
        self.opened: OpenedStation | None = None
        self._said: tuple[str, ...] = ()
        self._closing = False
        self._may_close = False
        theme = appearance.colours
        use_type(appearance.points)
        self.strip = TopStrip(theme)
        self.stations = StationBar()
        self.setup = SetupPanel(theme, Path(settings.fileName()).with_name("presets.json"))
        self.queue_panel = QueuePanel()
        self.views = Views(theme, self.background, settings)
        self.analysis = AnalysisSettings(settings, self.background, self)
        self.message = QLabel("")
        self.message.setWordWrap(True)
        self.message.setContentsMargins(8, 2, 8, 4)
        self.output_off = OutputOff(self.bench, parent=self)
        self.control = RunControl(self.bench, self.strip, self.views.forgetting.reads, self)
        self._lay_out()
        self._connect()
        self._restore()
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
        for speaker in (self.output_off.told, self.control.said):
            speaker.connect(self.say)
        self.strip.off.connect(self.off)
        self.stations.wanted.connect(self.open_station)
        self.stations.paced.connect(lambda speed: setattr(bench, "speed", speed))
        self.setup.start.connect(self.start)
        self.setup.enqueue.connect(self.enqueue)
        self.queue_panel.edited.connect(self._set_queue)
        self.queue_panel.hold.toggled.connect(lambda: self._go_on())
        self.queue_panel.opened.connect(self.open_recording)
        self.queue_panel.sequence_wanted.connect(self.ask_sequence)
        dies = self.views.sample.dies
        for wish, done in ((dies.wanted, bench.go_to), (dies.touch, bench.touch),
                           (dies.lift, bench.lift)):
            wish.connect(done)

    def _restore(self) -> None:
        """Look as it did when it was closed."""
        self.resize(1280, 800)
        geometry = self.settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        for name, splitter in (("splitter", self.splitter), ("setup", self.setup.splitter)):
            state = self.settings.value(name)
            if state is not None:
                splitter.restoreState(state)

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
        self._set_queue(added(self.queue, protocol, texts))

    def open_recording(self, path: str) -> None:
        """Show a recording."""
        self.views.records.open(Path(path))
        self.views.setCurrentWidget(self.views.records)

    def say(self, sentence: str) -> None:
        """Tell what happened, in words, at the foot of the window, beside what was told before."""
        self._said = (*self._said, said(sentence))[-2:]
        self.message.setText("  ·  ".join(self._said))

    def off(self) -> None:
        """Every output off, now; nothing that waits is begun."""
        self._set_queue(stopped(self.queue))
        self.output_off.press()

    def ask_sequence(self) -> None:
        """Queue a run for each of several values of a parameter."""
        if not self.setup.queue_button.isEnabled():
            return
        protocol = self.setup.choice.currentText()
        dialog = SequenceDialog(protocol, self)
        if dialog.exec_() == QDialog.DialogCode.Accepted:
            self._set_queue(sequence(self.queue, protocol, self.setup.texts(), dialog.parameter,
                                     dialog.values))

    def ask_save(self) -> None:
        """Save the view that is seen as a picture."""
        made = [entry.recording for entry in self.queue if entry.recording is not None]
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save this view …"),
            str(made[-1].with_suffix(".png")) if made else "view.png", "*.png")
        if path:
            target = Path(path).with_suffix(".png")
            self.say((tr("Saved as {path}") if self.views.save(target) else
                      tr("{path} could not be written.")).format(path=target))

    def ask_remark(self) -> None:
        """Put a note into the recording of the run under way."""
        if self.bench.running is None:
            return
        text, wanted = QInputDialog.getText(self, tr("Note"), tr("A note at this moment"))
        if wanted and text.strip():
            self.bench.remark(text.strip())

    # -- the queue ------------------------------------------------------------------------------

    def _set_queue(self, queue: Queue) -> None:
        self.queue = queue
        self._go_on()

    def _go_on(self) -> None:
        """Begin the next run if it is its turn."""
        entry = next_waiting(self.queue)
        held = self.queue_panel.hold.isChecked() and any(
            each.state != "waiting" for each in self.queue)
        if entry is not None and not held and not self._closing:
            try:
                protocol = protocol_of(entry.protocol, entry.texts)
            except ValueError as problem:
                self.queue = changed(self.queue, entry.number, "failed", str(problem))
                self.say(str(problem))
            else:
                self.queue = changed(self.queue, entry.number, "running")
                self.live = LiveRun(protocol.windows, self.analysis.unstable_above)
                self.bench.news.clear()
                self.strip.show_run(entry.told)
                self.views.begin(protocol, self.live)
                self._said = ()
                self.message.clear()
                self.bench.run_protocol(entry.number, protocol)
        self.queue_panel.show_queue(self.queue)
        self.control.show()
        self._share_bench()

    def _share_bench(self) -> None:
        """A run has the station, and the chuck, to itself."""
        busy = any(entry.state == "running" for entry in self.queue)
        self.stations.lock(busy)
        self.views.sample.dies.set_free(self.opened is not None and not busy)

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
        self._said = tuple(each for each in self._said if each != _opening(station.path))
        self.say(station.caveat or tr("{station} is open.").format(station=station.name))

    def _closed(self, problem: str) -> None:
        self.opened = None
        self.output_off.set_station("")
        self.stations.show_station((), simulated=False, virtual=False)
        self.stations.lock(False)
        self.strip.lamp.show_states(())
        if problem:
            self.say(problem)
        if self._closing and problem:
            self.say(tr("Go to the bench; close the window again to leave all the same."))
        elif self._closing:
            self._leave()
        self._closing = False

    def _looked(self, states: tuple[InstrumentState, ...]) -> None:
        self.stations.show_states(states)
        self.strip.lamp.show_states(states)
        self.views.forgetting.show_states(states)

    def _pictured(self, picture: SamplePicture) -> None:
        self.views.sample.network.show_picture(picture)

    def _ended(self, ended: Ended) -> None:
        self._draw()
        outcome = ended.outcome
        state = "failed" if outcome.state == "running" else outcome.state
        self.queue = changed(self.queue, ended.number, state, outcome.why, ended.recording)
        self.strip.show_over(said(str(outcome)))
        if ended.recording is not None:
            self.say(tr("Recorded in {path}").format(path=ended.recording))
            self.views.records.add(ended.recording)
        if ended.table is not None:
            self.views.sample.dies.show_results(ended.table)
        if outcome.state == "failed":
            self.say(outcome.why)
        self._go_on()

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
        if not self._closing:
            self._closing = True
            self.say(tr("Switching off …"))
            self.queue = stopped(self.queue)
            self.output_off.press()  # which has another way, should the run's session be stuck
            self.bench.close_station()

    def take_over(self, other: BenchWindow) -> None:
        """Go on where another window over the same bench stood; that one is then gone."""
        self.live, self.queue = other.live, other.queue
        self.restoreGeometry(other.saveGeometry())
        self.splitter.restoreState(other.splitter.saveState())
        self.strip.show_run(other.strip.run.text())
        self.queue_panel.hold.setChecked(other.queue_panel.hold.isChecked())
        for path in reversed(other.views.records.paths):
            self.views.records.add(path)
        self.setup.choose(other.setup.choice.currentText())
        self.setup.parameters.set_texts(other.setup.parameters.texts())
        if other.opened is not None:
            self._opened(other.opened)
        self.queue_panel.show_queue(self.queue)
        self._share_bench()
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
        for name, value in (("geometry", self.saveGeometry()),
                            ("splitter", self.splitter.saveState()),
                            ("setup", self.setup.splitter.saveState()),
                            ("station", self.setup.station)):
            self.settings.setValue(name, value)
        self.bench.finish()
        self.bench.wait()
        self.background.close()
        self.close()


def _opening(station: str) -> str:
    return tr("Opening {station} …").format(station=station)
