"""β of each part of the band that it was fitted in: a power law has one and the same."""

from __future__ import annotations

from ginsen.types import SpectralFit

MOST = 4
_95 = 1.96


def betas_by_band(fit: SpectralFit | None) -> list[tuple[str, str]]:
    """A line for each part of the band, its name and its β with half of the 95 % interval.

    None without a β: what is no power law has no part that is one.
    """
    if fit is None or fit.beta is None:
        return []
    return [(f"β {low:.2g} – {high:.2g} Hz", f"{beta:.2f} ± {_95 * sigma:.2f}")
            for low, high, beta, sigma in fit.sub_bands[:MOST]]
