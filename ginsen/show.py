"""What a person at a terminal sees while a run goes on: progress, time left, G and β."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ginsen.protocols.acquisition import News
from ginsen.report import beta_text, quantity
from ginsen.types import Array, SpectralFit


class LiveShow:
    """One progress line on stderr; nothing but start and end where stderr is not a terminal."""

    def __init__(self, name: str) -> None:
        self._progress = Progress(
            TextColumn(f"[bold]{name}[/] {{task.fields[phase]:>7}}"), BarColumn(bar_width=30),
            TextColumn("{task.percentage:3.0f} %"), TimeRemainingColumn(),
            TextColumn("{task.fields[live]}"), console=Console(stderr=True))
        self._task: TaskID | None = None
        self._fit: SpectralFit | None = None
        self._number = -1

    def update(self, news: News) -> None:
        """Take the newest piece of a run."""
        if news.number != self._number:
            self._number, self._fit = news.number, None
        for fit in news.fits:
            self._fit = fit or self._fit
        live = f"G {_latest(news.conductance):>8}  β {_beta(self._fit)}"
        if self._task is None:
            self._task = self._progress.add_task("", total=news.total, phase="", live="")
        self._progress.update(self._task, completed=news.done, phase=news.phase.name, live=live)

    def __enter__(self) -> LiveShow:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._progress.stop()


def _latest(conductance: Array) -> str:
    known = conductance[np.isfinite(conductance)]
    return quantity(float(known[-1]), "S") if known.size else "in compliance"


def _beta(fit: SpectralFit | None) -> str:
    """Short enough never to push the line about; the reason is in the summary."""
    return "not yet" if fit is None else "none" if fit.beta is None else beta_text(fit)
