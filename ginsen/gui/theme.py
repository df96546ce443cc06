"""How the window looks: light or dark, in colours told apart with any colour vision."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtWidgets import QApplication, QWidget

# Okabe & Ito, Color Universal Design (2008).
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, YELLOW = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#F0E442")


@dataclass(frozen=True)
class Theme:
    """The colours of everything that is drawn. `series` are for phases, runs and windows.

    `on` marks an output that is on, `off` one that is read back as off, `unsure` what is not
    known, `alarm` what is wrong or in compliance.
    """

    name: str
    ground: str
    panel: str
    text: str
    faint: str
    grid: str
    series: tuple[str, ...]
    on: str = ORANGE
    off: str = GREEN
    unsure: str = PURPLE
    alarm: str = VERMILLION
    fit: str = VERMILLION


LIGHT = Theme("light", ground="#ffffff", panel="#f3f4f5", text="#16191c", faint="#5c646b",
              grid="#d5d9dc", series=(BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY))
DARK = Theme("dark", ground="#101418", panel="#1b2127", text="#f0f2f4", faint="#9aa4ad",
             grid="#39424a", series=(SKY, ORANGE, GREEN, YELLOW, PURPLE, VERMILLION), fit=ORANGE)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def use_type(points: int) -> None:
    """Write at this size (points) also where no style sheet reaches: on axes, in plots."""
    font = QApplication.font()
    font.setPointSize(points)
    QApplication.setFont(font)


def restyle(widget: QWidget) -> None:
    """Have the style sheet looked at again, after a name or a property of a widget has changed."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


def style_sheet(theme: Theme, points: int) -> str:
    """The Qt style sheet of a theme at a type size in points."""
    return f"""
    QWidget {{ background: {theme.panel}; color: {theme.text}; font-size: {points}pt; }}
    QToolTip {{ background: {theme.ground}; color: {theme.text}; border: 1px solid {theme.faint}; }}
    QLineEdit, QComboBox, QListWidget, QTreeWidget, QPlainTextEdit, QAbstractItemView {{
        background: {theme.ground}; border: 1px solid {theme.grid}; border-radius: 3px;
        padding: 2px 4px; selection-background-color: {BLUE}; selection-color: white; }}
    QLineEdit:focus, QComboBox:focus, QListWidget:focus {{ border: 1px solid {theme.series[0]}; }}
    QLineEdit[wrong="true"] {{ border: 2px solid {theme.alarm}; }}
    QPushButton, QToolButton {{ background: {theme.ground}; border: 1px solid {theme.faint};
        border-radius: 4px; padding: 4px 10px; }}
    QToolButton#small {{ border: none; background: transparent; padding: 1px 5px;
        color: {theme.faint}; }}
    QToolButton#small:checked {{ color: {theme.text}; font-weight: bold; }}
    QToolButton#small:hover, QToolButton#small:focus {{ color: {theme.series[0]};
        text-decoration: underline; }}
    QComboBox::drop-down {{ border: none; width: 18px; }}
    QComboBox::down-arrow {{ width: 0; height: 0; border-left: 4px solid {theme.ground};
        border-right: 4px solid {theme.ground}; border-top: 6px solid {theme.faint}; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {theme.series[0]}; }}
    QPushButton:focus {{ border: 2px solid {theme.series[0]}; }}
    QPushButton:disabled, QComboBox:disabled, QLineEdit:disabled {{
        color: {theme.faint}; border-color: {theme.grid}; }}
    QPushButton#start {{ background: {BLUE}; color: white; font-weight: bold; }}
    QPushButton#start:disabled {{ background: {theme.grid}; color: {theme.faint}; }}
    QPushButton#off {{ background: {VERMILLION}; color: white; font-weight: bold;
        font-size: {points + 4}pt; border: 2px solid {theme.text}; padding: 8px 14px; }}
    QPushButton#pause {{ padding: 8px 12px; }}
    QPushButton#pause:checked {{ background: {theme.on}; color: black; font-weight: bold; }}
    QLabel#big {{ font-size: {points + 15}pt; font-weight: bold; }}
    QLabel#title {{ font-size: {points + 3}pt; font-weight: bold; }}
    QLabel#group {{ font-weight: bold; padding-top: 6px; }}
    QLabel#faint {{ color: {theme.faint}; }}
    QLabel#wrong {{ color: {theme.alarm}; font-weight: bold; }}
    QFrame#card {{ background: {theme.ground}; border: 1px solid {theme.grid};
        border-radius: 5px; }}
    QFrame#card QLabel {{ background: transparent; }}
    QTabBar::tab {{ padding: 6px 12px; border: 1px solid {theme.grid};
        background: {theme.panel}; }}
    QTabBar::tab:selected {{ background: {theme.ground};
        border-bottom: 3px solid {theme.series[0]}; }}
    QTabWidget::pane {{ border: 1px solid {theme.grid}; }}
    QProgressBar {{ border: 1px solid {theme.grid}; border-radius: 3px; text-align: center;
        background: {theme.ground}; }}
    QProgressBar::chunk {{ background: {SKY}; }}
    QScrollArea {{ border: none; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; }}
    QScrollBar::handle:vertical {{ background: {theme.grid}; border-radius: 4px;
        min-height: 24px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QSplitter::handle {{ background: {theme.grid}; }}
    """
