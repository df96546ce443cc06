"""Afterwards: recordings, opened and compared."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.background import Background
from ginsen.gui.beta_plot import BetaPlot
from ginsen.gui.language import said, tr
from ginsen.gui.opened_record import OpenedRecord, open_record
from ginsen.gui.pdf_report import write_pdf
from ginsen.gui.record_details import RecordDetails
from ginsen.gui.run_plots import ConductancePlot
from ginsen.gui.terms_bar import TermsBar
from ginsen.gui.theme import Theme
from ginsen.html_report import html_report
from ginsen.report import as_sentences


class RecordsView(QWidget):
    """A list of recordings, and the diagrams of the one that is chosen; others lie behind it.

    `behind` carries curves of conductance, by title, that are to lie behind the run under way.
    """

    behind = pyqtSignal(object)

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self._background = background
        self._opened: dict[Path, OpenedRecord] = {}
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Recordings"))
        self.open_button = QPushButton(tr("Open …"))
        self.report_button = QPushButton(tr("Report …"))
        self.behind_button = QPushButton(tr("Lay behind the live run"))
        self.behind_button.setCheckable(True)
        self.conductance = ConductancePlot(theme, live=False)
        self.beta = BetaPlot(theme, live=False)
        self.beta.share_x(self.conductance)
        self.details = RecordDetails(theme, background)
        self.terms = TermsBar()
        self.sentences = QLabel()
        self.sentences.setWordWrap(True)
        self.sentences.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentences.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.conductance.say(tr("Open a recording, or make a run"))
        self._lay_out()
        self.open_button.clicked.connect(self.ask_files)
        self.report_button.clicked.connect(self.ask_report)
        self.behind_button.toggled.connect(self._lay_behind)
        self.list.itemSelectionChanged.connect(self._selected)
        self.terms.changed.connect(self._read_again)
        self.terms.wrong.connect(lambda sentence: self.sentences.setText(said(sentence)))

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.report_button)
        column.addLayout(buttons)
        column.addWidget(self.behind_button)
        told = QScrollArea()
        told.setWidgetResizable(True)
        told.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sentences.setContentsMargins(0, 0, 6, 0)
        told.setWidget(self.sentences)
        column.addWidget(told, 2)
        plots = QWidget()
        grid = QGridLayout(plots)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.conductance, 0, 0, 1, 2)
        grid.addWidget(self.beta, 1, 0)
        grid.addWidget(self.details, 1, 1)
        grid.addWidget(self.terms, 2, 0, 1, 2)
        for at, down in enumerate((4, 5)):
            grid.setRowStretch(at, down)
            grid.setColumnStretch(at, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(side)
        self.splitter.addWidget(plots)
        self.splitter.setSizes([230, 700])
        self.splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def add(self, path: Path) -> QListWidgetItem:
        """List a recording, once."""
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item is not None and item.data(Qt.ItemDataRole.UserRole) == str(path):
                return item
        item = QListWidgetItem(short_name(path))
        item.setData(Qt.ItemDataRole.UserRole, str(path))
        item.setToolTip(str(path))
        self.list.insertItem(0, item)
        return item

    def open(self, path: Path) -> None:
        """Show one recording."""
        item = self.add(path)
        self.list.clearSelection()
        self.list.setCurrentItem(item)
        item.setSelected(True)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """With nothing chosen yet, the newest recording is shown."""
        super().showEvent(event)
        newest = self.list.item(0)
        if newest is not None and not self.list.selectedItems():
            newest.setSelected(True)
            self.list.setCurrentItem(newest)

    @property
    def paths(self) -> list[Path]:
        """Every recording in the list, from the top."""
        items = (self.list.item(at) for at in range(self.list.count()))
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in items if item is not None]

    @property
    def chosen(self) -> list[Path]:
        """The recordings that are selected; the first of them stands in front."""
        current = self.list.currentItem()
        items = sorted(self.list.selectedItems(), key=lambda item: item is not current)
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    def _selected(self) -> None:
        for path in self.chosen:
            if path not in self._opened:
                self.sentences.setText(tr("Reading {path} …").format(path=path.name))
                self._background.ask(partial(open_record, path, self.terms.terms), self._read)
        self._show()

    def _read_again(self) -> None:
        """Analyse what is chosen on other terms; what is shown stays until that is done."""
        self._opened = {path: opened for path, opened in self._opened.items()
                        if path in self.chosen}
        for path in self.chosen:
            self.sentences.setText(tr("Reading {path} …").format(path=path.name))
            self._background.ask(partial(open_record, path, self.terms.terms), self._read)

    def _read(self, opened: OpenedRecord) -> None:
        self._opened[opened.path] = opened
        self._show()

    def _chosen_and_read(self) -> list[OpenedRecord]:
        return [self._opened[path] for path in self.chosen if path in self._opened]

    def _lay_behind(self) -> None:
        """What is chosen lies behind the run under way, as long as the button is down."""
        wanted = self._chosen_and_read() if self.behind_button.isChecked() else []
        self.behind.emit({each.title: each.run.conductance.curve() for each in wanted})

    def _show(self) -> None:
        chosen = self._chosen_and_read()
        self._lay_behind()
        if not chosen:
            return
        front, *behind = chosen
        for plot in (self.conductance, self.beta):
            plot.follow()
        self.conductance.say("")
        self.conductance.overlay({each.title: each.run.conductance.curve() for each in behind})
        self.conductance.refresh(front.run)
        self.beta.refresh(front.run)
        self.sentences.setText("\n\n".join((front.title, *map(said, (
            str(front.record.outcome), *as_sentences(front.summary, front.record))))))
        self.details.show_records(front, behind)

    def ask_files(self) -> None:
        """Ask for recordings, and show them."""
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Open recordings"), "",
                                                "*.h5 *.txt *.csv *.dat")
        for path in paths:
            self.open(Path(path))

    def ask_report(self) -> None:
        """Ask where, and make a report there of the recordings that are chosen."""
        path, _ = QFileDialog.getSaveFileName(self, tr("Report …"), "report.html",
                                              "*.html;;*.pdf")
        if path:
            self.report(Path(path))

    def report(self, path: Path) -> None:
        """Make one page of HTML, or a PDF by its name, of the recordings that are chosen."""
        chosen = self.chosen
        if not chosen:
            self.sentences.setText(tr("Choose a recording first."))
            return
        self.sentences.setText(tr("Writing {path} …").format(path=path.name))
        work = (partial(write_pdf, chosen, path) if path.suffix.lower() == ".pdf" else
                lambda: path.write_text(html_report(chosen), "utf-8"))
        self._background.ask(work, lambda _: self.sentences.setText(
            tr("The report is in {path}").format(path=path)))


def short_name(path: Path) -> str:
    """A recording's name for a narrow list: protocol, day, time; another file's as it is."""
    day, _, rest = path.stem.partition("T")
    time, _, protocol = rest.partition("Z_")
    if not (protocol and time.isdecimal() and len(time) == 6):
        return path.name
    return f"{protocol}  {day[5:]} {time[:2]}:{time[2:4]}:{time[4:]}"
