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


STOP = "#be5400"
"""Vermillion, darker, so that white on it has the contrast of a text."""
LIGHT = Theme("light", ground="#ffffff", panel="#f3f4f5", text="#16191c", faint="#5c646b",
              grid="#d5d9dc", series=(BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY))
DARK = Theme("dark", ground="#101418", panel="#1b2127", text="#f0f2f4", faint="#9aa4ad",
             grid="#39424a", series=(SKY, ORANGE, GREEN, YELLOW, PURPLE, VERMILLION), fit=ORANGE)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


LEAST_CONTRAST = 4.5
"""Of a text on its ground, as the ratio of their luminances (WCAG 2.1, success criterion 1.4.3)."""


def mixed(colour: str, other: str, share: float) -> str:
    """A colour `#rrggbb` with so great a share of another one."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round((1 - share) * one + share * two):02x}" for one, two in pairs)


def contrast(one: str, other: str) -> float:
    """The ratio of two luminances, from 1 to 21 (WCAG 2.1)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, ground: str, text: str) -> str:
    """A colour in which something may be written on a ground: as it is, or nearer to `text`."""
    shades = (mixed(colour, text, share / 20) for share in range(21))
    return next((each for each in shades if contrast(each, ground) >= LEAST_CONTRAST), text)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at:at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    """The relative luminance, 0 of black to 1 of white (WCAG 2.1)."""
    shares = (each / 255 for each in _channels(colour))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
                        for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
    QCheckBox::indicator {{ width: {points + 3}px; height: {points + 3}px;
        border: 1px solid {theme.faint}; border-radius: 3px; background: {theme.ground}; }}
    QCheckBox::indicator:checked {{ background: {theme.series[0]};
        border: 3px solid {theme.ground}; outline: 1px solid {theme.faint}; }}
    QCheckBox:focus, QRadioButton:focus {{ text-decoration: underline; }}
    QMenu::item {{ padding: 4px 24px 4px 16px; }}
    QMenu::item:selected, QMenuBar::item:selected {{ background: {BLUE}; color: white; }}
    QMenu::item:disabled {{ color: {theme.faint}; }}
    QMenu::separator {{ height: 1px; background: {theme.grid}; margin: 3px 8px; }}
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
    QPushButton#off {{ background: {STOP}; color: white; font-weight: bold;
        font-size: {points + 4}pt; border: 2px solid {theme.text}; padding: 8px 14px; }}
    QPushButton#pause {{ padding: 8px 12px; }}
    QPushButton#pause:checked {{ background: {theme.on}; color: black; font-weight: bold; }}
    QLabel#big {{ font-size: {points + 15}pt; font-weight: bold; }}
    QLabel#title {{ font-size: {points + 3}pt; font-weight: bold; }}
    QLabel#group {{ font-weight: bold; padding-top: 6px; }}
    QLabel#faint {{ color: {theme.faint}; }}
    QLabel#plot {{ font-weight: bold; }}
    QLabel#readout {{ background: {theme.ground}; color: {theme.faint}; padding: 0 3px; }}
    QLabel#wrong {{ color: {legible(theme.alarm, theme.panel, theme.text)}; font-weight: bold; }}
    QFrame#card {{ background: {theme.ground}; border: 1px solid {theme.grid};
        border-radius: 5px; }}
    QFrame#card QLabel {{ background: transparent; }}
    QTabBar::tab {{ padding: 6px 12px; border: 1px solid {theme.grid};
        background: {theme.panel}; }}
    QTabBar::tab:selected {{ background: {theme.ground};
        border-bottom: 3px solid {theme.series[0]}; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab:focus {{ text-decoration: underline; }}
    QGraphicsView {{ border: 1px solid {theme.ground}; }}
    QGraphicsView:focus {{ border: 1px solid {theme.series[0]}; }}
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
