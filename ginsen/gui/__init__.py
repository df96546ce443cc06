"""The bench window: choose, see what will be applied, start, watch, stop, look again.

PyQt5 (GPL-3) is imported in this package and nowhere else.
"""

from ginsen.gui.application import main

__all__ = ["main"]
