"""A plot with its title, its scales and its export; every diagram of the window is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFont
from PyQt5.QtWidgets import (
    QGraphicsRectItem,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.axis import QuantityAxis
from ginsen.gui.hatched_area import HatchedArea
from ginsen.gui.language import tr
from ginsen.gui.pens import pen
from ginsen.gui.plot_cursor import PlotCursor
from ginsen.gui.plot_export import ask_path, export
from ginsen.gui.plot_title import PlotTitle
from ginsen.gui.ranges import bounds_of, following, growing
from ginsen.gui.theme import Theme
from ginsen.gui.thinning import to_columns
from ginsen.types import Array

_PREFIXED = ("S", "A", "V", "Ω")
"""Units whose decades are said with SI prefixes; others get powers of ten."""

Follow = Callable[[tuple[float, float] | None, tuple[float, float]], tuple[float, float]]


class PlotFrame(QWidget):
    """One diagram. Curves are made once, by name, and given their data again and again.

    Emits `exported` with a sentence once it was saved, or could not be.

    Axes follow the data until somebody zooms or pans; a double click lets them follow again.
    """

    exported = pyqtSignal(str)

    def __init__(self, title: str, x: tuple[str, str], y: tuple[str, str], theme: Theme, *,
                 log_x: bool = False, log_y: bool = False, growing_x: bool = False) -> None:
        super().__init__()
        self.theme = theme
        self.log_x, self.log_y = log_x, log_y
        self.title = PlotTitle(title)
        self._units = (x, y)
        self._curves: dict[str, Any] = {}
        self._data: dict[str, tuple[Array, Array]] = {}
        self._follow_x: Follow = growing if growing_x else following
        self._shown: list[tuple[float, float] | None] = [None, None]
        self._following = True
        self._linked = False
        axes = {side: QuantityAxis(side, prefixed=unit in _PREFIXED)
                for side, (_, unit) in (("bottom", x), ("left", y))}
        self.plot = pg.PlotWidget(axisItems=axes, background=theme.ground)
        self.item = self.plot.getPlotItem()
        self._dress(axes)
        self._sentence = pg.LabelItem("", color=theme.faint, justify="center")
        self._sentence.setParentItem(self.item.vb)
        self._sentence.anchor((0.5, 0.5), (0.5, 0.5))
        self.reader = PlotCursor(self.plot, theme, self._place_text, self._follow_again)
        self._lay_out()
        self.item.vb.sigRangeChangedManually.connect(self._taken_over)
        self.plot.scene().sigMouseClicked.connect(self._clicked)

    def _dress(self, axes: dict[str, QuantityAxis]) -> None:
        for (label, unit), axis in zip(self._units, axes.values(), strict=True):
            axis.setLabel(label, units=unit or None)
            axis.setPen(self.theme.faint)
            axis.setTextPen(self.theme.text)
            axis.setStyle(showValues=False)  # until there is something that they count
        self.item.layout.setContentsMargins(0, 0, 10, 3)  # for half of the last number
        self.item.showGrid(x=True, y=True, alpha=0.18)
        self.item.hideButtons()
        self.item.setMenuEnabled(False)
        self.item.vb.disableAutoRange()
        self._apply_scales()

    def _lay_out(self) -> None:
        self.export_button = QToolButton()
        self.export_button.setText("⤓")
        self.export_button.setToolTip(tr("Save this plot as PNG or SVG, its data as CSV"))
        self.export_button.setAccessibleName(tr("Save this plot as PNG or SVG, its data as CSV"))
        self.export_button.clicked.connect(self._ask_export)
        self.log_button = QToolButton()
        self.log_button.setText("log")
        self.log_button.setCheckable(True)
        self.log_button.setChecked(self.log_y)
        self.log_button.setToolTip(tr("Logarithmic or linear scale"))
        self.log_button.toggled.connect(self.set_log)
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 4, 0)
        top.addWidget(self.title, 1)
        for button in (self.log_button, self.export_button):
            button.setObjectName("small")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """A title of two lines takes room from its own plot, not from those beside it."""
        return False

    # -- curves ---------------------------------------------------------------------------------

    def line(self, name: str, colour: str, *, width: float = 1.0,
             style: Literal["line", "dash"] = "line", symbol: str = "") -> None:
        """Make a curve; a `symbol` (pyqtgraph's names) draws points instead of a line."""
        if symbol:
            curve = pg.ScatterPlotItem(size=7, pen=None, brush=colour, symbol=symbol)
        else:
            curve = pg.PlotCurveItem(pen=pen(colour, width, style), connect="finite",
                                     skipFiniteCheck=False)
        self._curves[name] = curve
        self.item.addItem(curve)

    def bars(self, name: str, colour: str, *, width: float = 3.0, opaque: bool = False) -> None:
        """Make a curve of bars, one between each two points of its data."""
        shade = pg.mkColor(colour)
        shade.setAlpha(255 if opaque else 90)
        self._curves[name] = bars = pg.PlotCurveItem(pen=pen(shade, width), connect="pairs")
        self.item.addItem(bars)

    def remove_lines(self) -> None:
        """Take every curve away."""
        for curve in self._curves.values():
            self.item.removeItem(curve)
        self._curves.clear()
        self._data.clear()

    def shade_between(self, low: str, high: str, colour: Any) -> Any:
        """Fill what is between two curves."""
        fill = pg.FillBetweenItem(self._curves[low], self._curves[high], brush=colour)
        self.item.addItem(fill)
        return fill

    def give(self, name: str, x: Array, y: Array) -> None:
        """Give a curve its data, in SI."""
        self._data[name] = (x, y)
        self._draw(name)

    def drawn(self, name: str) -> tuple[Array, Array]:
        """The data of a curve, in SI."""
        return self._data.get(name, (np.empty(0), np.empty(0)))

    @property
    def curves(self) -> tuple[str, ...]:
        """The names of its curves."""
        return tuple(self._curves)

    def clear(self) -> None:
        """Take the data of every curve away; the axes will follow what comes next."""
        for name in self._curves:
            self.give(name, np.empty(0), np.empty(0))
        self.follow()

    def _draw(self, name: str) -> None:
        x, y = self.scaled(*self._data[name])
        curve = self._curves[name]
        if isinstance(curve, pg.ScatterPlotItem):
            known = np.isfinite(x) & np.isfinite(y)
            x, y = x[known], y[known]
        elif self._following and curve.opts["connect"] == "finite":
            x, y = to_columns(x, y, max(100, round(self.item.vb.width())))
        curve.setData(x, y)

    def scaled(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Data as it stands on the axes: its logarithm where these are logarithmic."""
        return (_logarithm(x) if self.log_x else x), (_logarithm(y) if self.log_y else y)

    def say(self, sentence: str) -> None:
        """Write a sentence into the middle: why there is nothing to see."""
        self._sentence.setText(sentence)

    def entitle(self, *parts: str) -> None:
        """The name of the plot, and what is told beside it."""
        self.title.entitle(*(part for part in parts if part))

    # -- axes -----------------------------------------------------------------------------------

    def follow(self) -> None:
        """Let the axes follow the data (again)."""
        self._following, self._shown = True, [None, None]

    def fit(self, names: tuple[str, ...] = (), *, from_x: float | None = None,
            least_y: float | None = None, headroom: float = 0.0,
            footroom: float = 0.0) -> None:
        """Move the axes if the data of these curves, by default of all, has left them.

        Sideways they begin at `from_x`; upwards there are at least `least_y`, and free room of
        `headroom` and `footroom` times what is needed.
        """
        if not self._following:
            return
        chosen = [self.scaled(*self.drawn(name)) for name in names or self._data]
        for at, (data, rule) in enumerate(((bounds_of([x for x, _ in chosen]), self._follow_x),
                                           (bounds_of([y for _, y in chosen]), following))):
            if data is None:
                continue
            self.item.getAxis(("bottom", "left")[at]).setStyle(showValues=True)
            if at == 1 and least_y is not None:
                middle = sum(data) / 2
                data = min(data[0], middle - least_y / 2), max(data[1], middle + least_y / 2)
            if at == 0 and from_x is not None:
                data = float(self.scaled(np.array([from_x]), np.zeros(1))[0][0]), data[1]
            if at == 1:
                span = data[1] - data[0]
                data = data[0] - footroom * span, data[1] + headroom * span
            shown = rule(self._shown[at], data)
            if shown != self._shown[at]:
                self._shown[at] = shown
                if at == 0 and self._linked:
                    continue
                move = self.item.vb.setXRange if at == 0 else self.item.vb.setYRange
                move(*shown, padding=0)

    def share_x(self, other: PlotFrame) -> None:
        """Show the same stretch sideways as another plot, always."""
        # pyqtgraph's own link aligns pixels, which is another thing where widths differ.
        self._linked = True
        other.item.vb.sigXRangeChanged.connect(
            lambda _, shown: self.item.vb.setXRange(*shown, padding=0))

    def unlabel_x(self) -> None:
        """Number the axis below without naming it: the plot under this one does."""
        self.item.getAxis("bottom").showLabel(False)

    def set_log(self, on: bool) -> None:
        """A logarithmic or a linear scale upwards."""
        self.reader.clear()
        self.log_y = on
        self._apply_scales()
        self.follow()
        for name in self._data:
            self._draw(name)
        self.fit()

    def _apply_scales(self) -> None:
        for (axis, on), (_, unit) in zip((("bottom", self.log_x), ("left", self.log_y)),
                                         self._units, strict=True):
            self.item.getAxis(axis).setLogMode(on)
            self.item.getAxis(axis).enableAutoSIPrefix(bool(unit) and not on)

    def _taken_over(self, *_: object) -> None:
        """Somebody looks closer: everything there is gets drawn."""
        if self._following:
            self._following = False
            for name in self._data:
                self._draw(name)

    def _clicked(self, event: Any) -> None:
        if event.double():
            self._follow_again()

    def _follow_again(self) -> None:
        self.reader.clear()
        self.follow()
        self.fit()

    def _place_text(self, here: tuple[float, float], mark: tuple[float, float] | None) -> str:
        """A place in the units of the axes, and how far it is from another one."""
        x, y = self._value(here)
        told = f"{x:.4g} {self._units[0][1]}, {y:.4g} {self._units[1][1]}"
        if mark is None:
            return told
        x0, y0 = self._value(mark)
        return (f"{told}   Δ {x - x0:.4g} {self._units[0][1]}, "
                f"{y - y0:.4g} {self._units[1][1]}")

    def _value(self, place: tuple[float, float]) -> tuple[float, float]:
        x, y = place
        return (10.0 ** x if self.log_x else x), (10.0 ** y if self.log_y else y)

    def _ask_export(self) -> None:
        path = ask_path(self.export_button)
        if path is not None:
            done = export(self.plot, self._units, self._data, path)
            self.exported.emit((tr("Saved as {path}") if done else
                                tr("{path} could not be written.")).format(path=path))

    def area(self, colour: QColor) -> QGraphicsRectItem:
        """A shaded area behind the curves, empty as yet; its rectangle is in what axes count."""
        area = QGraphicsRectItem()
        area.setPen(pg.mkPen(None))
        area.setBrush(pg.mkBrush(colour))
        area.setZValue(-10)
        self.item.vb.addItem(area, ignoreBounds=True)
        return area

    def hatching(self, colour: QColor) -> QGraphicsRectItem:
        """A hatched area behind the curves, likewise."""
        area = HatchedArea(colour)
        self.item.vb.addItem(area, ignoreBounds=True)
        return area

    def text(self, name: str, colour: str, *, bold: bool = False) -> Any:
        """A text to be put somewhere in the plot."""
        item = pg.TextItem(name, color=colour, anchor=(0, 0))
        font = QFont()
        font.setBold(bold)
        item.setFont(font)
        self.item.addItem(item, ignoreBounds=True)
        return item


def _logarithm(values: Array) -> Array:
    return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)
