"""The page of real records: every window says β or why not, and neighbours agree."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from real_records import SOURCES, agreement, draw, measured, page, z_of


def test_every_window_has_a_beta_or_a_reason_and_neighbours_agree(reference, tmp_path):
    found = [measured(reference(source.file).parent, source) for source in SOURCES[1:]]
    windows = [window for each in found for window in each.windows]
    assert len(windows) == 50
    assert all((each.fit.beta is None) == (each.fit.reason is not None) for each in windows)
    assert all(abs(each.stop - each.start - 30) < 1 for each in windows)
    z = z_of([pair for each in found for pair in each.pairs(False)])
    assert z.size >= 5
    assert 0.5 < np.sqrt(np.mean(z**2)) < 2  # a line through the periodogram: 6.2
    text = page(found)
    assert text.count("\n| ") == 50 + 3 + 1 + 4  # windows, records, all, headings
    assert agreement(found)[-1].startswith("| all | 50 |")
    draw_to = tmp_path / "figure.png"
    draw([found[0], *found], draw_to)
    assert draw_to.read_bytes().startswith(b"\x89PNG")
