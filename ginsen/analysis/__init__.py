"""What the numbers mean: pure functions and small frozen results on arrays; no files."""

from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import Retention, forgetting_curve
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.phases import find_phases, with_phases
from ginsen.analysis.spectrum import FrontEnd
from ginsen.analysis.summary import PhaseSummary, Summary, beta_track, summarise

__all__ = ["FrontEnd", "LiveBeta", "PhaseSummary", "Retention", "Summary", "beta_track",
           "conductance", "estimate_beta", "find_phases", "forgetting_curve", "summarise",
           "with_phases"]
