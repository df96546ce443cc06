"""What is left of a series in its folder: the table of its runs, the figure, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ginsen.analysis.campaign import CampaignResult, Cycle
from ginsen.analysis.wafer import WaferResult
from ginsen.protocols.series import Series
from ginsen.series_report import series_csv
from ginsen.types import Outcome


@dataclass(frozen=True, eq=False)
class SeriesResult:
    """A series that was made, or as far as it was.

    `recording` is the folder of its runs' recordings, `table` a CSV with a line for each run,
    `figure` a PNG. `cycles` are the runs, `finding` what they say together, `notes` what else there
    is to say.
    """

    recording: Path
    table: Path
    figure: Path
    outcome: Outcome
    cycles: tuple[Cycle, ...]
    finding: CampaignResult | WaferResult
    notes: tuple[str, ...]


def conclude(series: Series) -> SeriesResult:
    """Write the table and the figure of a series beside the recordings of its runs."""
    # Drawing takes a second to import, which the list of protocols should not wait for.
    from ginsen.figures.campaign import campaign_figure
    from ginsen.figures.wafer import wafer_figure

    folder = series.runs_folder
    folder.mkdir(exist_ok=True)
    result = SeriesResult(folder, folder / "runs.csv", folder / f"{series.name}.png",
                          series.outcome, series.cycles, series.finding(), series.remarks)
    result.table.write_text(series_csv(result.cycles), encoding="utf-8")
    name = series.title
    if isinstance(result.finding, WaferResult):
        wafer_figure(result.finding, result.figure, name=name)
    else:
        campaign_figure(result.finding, result.cycles, result.figure, name=name)
    return result
