"""A plot as a file: a picture (PNG, SVG), or its curves as text (CSV)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QPainter
from PyQt5.QtSvg import QSvgGenerator
from PyQt5.QtWidgets import QFileDialog, QMenu, QToolButton

from ginsen.gui.language import tr
from ginsen.types import Array

SUFFIXES = ("png", "svg", "csv")

Label = tuple[str, str]
Curves = Mapping[str, tuple[Array, Array]]


def ask_path(button: QToolButton) -> Path | None:
    """Ask below a button in what form, then where; None where nobody wants it after all."""
    menu = QMenu(button)
    for suffix in SUFFIXES:
        menu.addAction(suffix.upper())
    chosen = menu.exec_(button.mapToGlobal(button.rect().bottomLeft()))
    if chosen is None:
        return None
    suffix = chosen.text().lower()
    path, _ = QFileDialog.getSaveFileName(button, tr("Save this plot"), f"plot.{suffix}",
                                          f"*.{suffix}")
    return Path(path).with_suffix(f".{suffix}") if path else None


def export(plot: Any, axes: tuple[Label, Label], curves: Curves, path: Path) -> bool:
    """Write a plot into a file, in the form that its name asks for; whether that could be done."""
    if path.suffix == ".csv":
        try:
            path.write_text(csv(axes, curves), encoding="utf-8")
        except OSError:
            return False
        return True
    if path.suffix == ".svg":
        return _write_svg(plot, path)
    return bool(plot.grab().save(str(path), "PNG"))


def csv(axes: tuple[Label, Label], curves: Curves) -> str:
    """Every curve that has data, one point a line: its name, x and y in SI."""
    lines = [",".join(("curve", *(f"{name} ({unit})" if unit else name for name, unit in axes)))]
    for curve, (x, y) in curves.items():
        lines += [f"{curve},{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


def _write_svg(plot: Any, path: Path) -> bool:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(plot.size())
    generator.setViewBox(plot.rect())
    painter = QPainter()
    if not painter.begin(generator):
        return False
    plot.render(painter, QRectF(plot.rect()), plot.rect())
    return painter.end()
