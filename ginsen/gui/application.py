"""`ginsen gui`: the arguments, the application, the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from PyQt5 import sip
from PyQt5.QtCore import QCoreApplication, QLibraryInfo, QSettings, Qt, QTranslator
from PyQt5.QtWidgets import QApplication

from ginsen.gui.appearance import CHOICES, Appearance, keep, kept
from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.collecting import WindowsCollector
from ginsen.gui.language import speak, tr
from ginsen.gui.unforeseen import tell_unforeseen
from ginsen.gui.window import BenchWindow


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the bench window and stay until it is closed; returns the exit code."""
    options = _parser().parse_args(arguments)
    app = application()
    settings = QSettings("Ginsen", "bench window")
    chosen = {name: getattr(options, name) for name in CHOICES if getattr(options, name)}
    desk = Desk(replace(kept(settings), **chosen), settings)
    tell_unforeseen(lambda sentence: desk.window.say(
        tr("Something went wrong in the window, and what runs goes on: {why}").format(
            why=sentence)))
    desk.window.open_station(options.station or str(settings.value("station", "simulated")))
    for path in options.recordings:
        desk.window.open_recording(path)
    desk.window.show()
    code = int(app.exec_())
    sip.delete(desk.window)  # before the application, which Python may else take down first
    return code


class Desk:
    """One bench and the window over it, which is another one after colours or language changed."""

    def __init__(self, appearance: Appearance, settings: QSettings) -> None:
        self._settings = settings
        self._collector = WindowsCollector()
        self.bench = BenchThread()
        self.bench.finished.connect(self._collector.stop)
        self.bench.start()
        self.window = self._window(appearance)

    def restyle(self, appearance: Appearance) -> None:
        """Another window in place of this one; what runs goes on."""
        keep(appearance, self._settings)
        before, shown = self.window, self.window.isVisible()
        self.window = self._window(appearance)
        self.window.take_over(before)
        self.window.setVisible(shown)

    def _window(self, appearance: Appearance) -> BenchWindow:
        speak(appearance.language)
        speak_in_dialogs(appearance.language)
        window = BenchWindow(appearance, self._settings, self.bench)
        window.restyled.connect(self.restyle)
        return window


@cache  # Python would take it down with the last name for it, under every part there is
def application() -> QApplication:
    """The one Qt application of this process, sharp on screens of any density."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_UseHighDpiPixmaps)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("ginsen")
    app.setStyle("Fusion")  # the same on every system, and it heeds style sheets
    return app


def speak_in_dialogs(language: str) -> None:
    """Have Qt's own dialogs and buttons in a language, as far as Qt knows it."""
    app, translator = application(), _translator()
    app.removeTranslator(translator)
    if translator.load(f"qtbase_{language}",
                       QLibraryInfo.location(QLibraryInfo.LibraryLocation.TranslationsPath)):
        app.installTranslator(translator)


@cache
def _translator() -> QTranslator:
    return QTranslator(application())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ginsen gui", description="Open the bench window.")
    parser.add_argument("recordings", nargs="*", metavar="RUN.h5", help="recordings to show")
    parser.add_argument("--station", metavar="FILE",
                        help="station file, or a bundled one by its name (the last one used)")
    for name, what in (("theme", "colours"), ("language", "language of the texts"),
                       ("size", "size of type; large is read across the laboratory")):
        parser.add_argument(f"--{name}", choices=CHOICES[name], help=f"{what} (the last one used)")
    return parser
