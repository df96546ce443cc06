"""A plot with its title, its scales and its export; every diagram of the window is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QPainter
from PyQt5.QtSvg import QSvgGenerator
from PyQt5.QtWidgets import (
    QFileDialog,
    QGraphicsRectItem,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.axis import QuantityAxis
from ginsen.gui.language import tr
from ginsen.gui.pens import pen
from ginsen.gui.ranges import bounds_of, following, growing
from ginsen.gui.theme import Theme
from ginsen.gui.thinning import to_columns
from ginsen.types import Array

_PREFIXED = ("S", "A", "V", "Ω")
"""Units whose decades are said with SI prefixes; others get powers of ten."""

Follow = Callable[[tuple[float, float] | None, tuple[float, float]], tuple[float, float]]


class PlotFrame(QWidget):
    """One diagram. Curves are made once, by name, and given their data again and again.

    Axes follow the data until somebody zooms or pans; a double click lets them follow again.
    """

    def __init__(self, title: str, x: tuple[str, str], y: tuple[str, str], theme: Theme, *,
                 log_x: bool = False, log_y: bool = False, growing_x: bool = False) -> None:
        super().__init__()
        self.theme = theme
        self.log_x, self.log_y = log_x, log_y
        self.title = QLabel(title)
        self.title.setObjectName("group")
        self.title.setTextFormat(Qt.TextFormat.RichText)
        # What is told beside the name must not make the window any wider: it takes another line.
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
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
        self._lay_out()
        self.item.vb.sigRangeChangedManually.connect(self._taken_over)
        self.plot.scene().sigMouseClicked.connect(self._clicked)

    def _dress(self, axes: dict[str, QuantityAxis]) -> None:
        for (label, unit), axis in zip(self._units, axes.values(), strict=True):
            axis.setLabel(label, units=unit or None)
            axis.setPen(self.theme.faint)
            axis.setTextPen(self.theme.text)
            axis.setStyle(showValues=False)  # until there is something that they count
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
        self.readout = QLabel("")
        self.readout.setObjectName("faint")
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 4, 0)
        top.addWidget(self.title, 1)
        top.addWidget(self.readout)
        for button in (self.log_button, self.export_button):
            button.setObjectName("small")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        self.plot.scene().sigMouseMoved.connect(self._moved)

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
        """The name of the plot, and what is told beside it; all of it also under the pointer."""
        name, *told = (part for part in parts if part)
        text = "&nbsp;&nbsp; ".join((name, *(f"<span style='font-weight:normal'>{part}</span>"
                                             for part in told)))
        if text != self.title.text():
            self.title.setText(text)
            self.title.setToolTip(text)

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
        self.log_y = on
        self._apply_scales()
        self.follow()
        for name in self._data:
            self._draw(name)
        self.fit()

    def _apply_scales(self) -> None:
        for axis, on in (("bottom", self.log_x), ("left", self.log_y)):
            self.item.getAxis(axis).setLogMode(on)
            self.item.getAxis(axis).enableAutoSIPrefix(not on)

    def _taken_over(self, *_: object) -> None:
        """Somebody looks closer: everything there is gets drawn."""
        if self._following:
            self._following = False
            for name in self._data:
                self._draw(name)

    def _clicked(self, event: Any) -> None:
        if event.double():
            self.follow()
            self.fit()

    def _moved(self, position: Any) -> None:
        """The cursor: where the mouse is, in the units of the axes."""
        if not self.item.vb.sceneBoundingRect().contains(position):
            self.readout.setText("")
            return
        point = self.item.vb.mapSceneToView(position)
        x = 10.0 ** point.x() if self.log_x else point.x()
        y = 10.0 ** point.y() if self.log_y else point.y()
        self.readout.setText(f"{x:.4g} {self._units[0][1]}, {y:.4g} {self._units[1][1]}")

    # -- export ---------------------------------------------------------------------------------

    def _ask_export(self) -> None:
        menu = QMenu(self)
        for suffix in ("png", "svg", "csv"):
            menu.addAction(suffix.upper(), lambda suffix=suffix: self._ask_path(suffix))
        menu.exec_(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))

    def _ask_path(self, suffix: str) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Save this plot"), f"plot.{suffix}",
                                              f"*.{suffix}")
        if path:
            self.export(Path(path).with_suffix(f".{suffix}"))

    def export(self, path: Path) -> None:
        """Write the plot (.png, .svg) or its curves (.csv) to a path."""
        if path.suffix == ".csv":
            path.write_text(self.csv(), encoding="utf-8")
        elif path.suffix == ".svg":
            self._write_svg(path)
        else:
            self.plot.grab().save(str(path), "PNG")

    def csv(self) -> str:
        """Every curve that has data, one point a line: its name, x and y in SI."""
        (x_label, x_unit), (y_label, y_unit) = self._units
        lines = [f"curve,{x_label} ({x_unit}),{y_label} ({y_unit})"]
        for name, (x, y) in self._data.items():
            lines += [f"{name},{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        return "\n".join(lines) + "\n"

    def _write_svg(self, path: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(self.plot.size())
        generator.setViewBox(self.plot.rect())
        painter = QPainter(generator)
        self.plot.render(painter, QRectF(self.plot.rect()), self.plot.rect())
        painter.end()

    def area(self, colour: QColor) -> QGraphicsRectItem:
        """A shaded area behind the curves, empty as yet; its rectangle is in what axes count."""
        area = QGraphicsRectItem()
        area.setPen(pg.mkPen(None))
        area.setBrush(pg.mkBrush(colour))
        area.setZValue(-10)
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
