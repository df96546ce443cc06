"""What the numbers mean: pure functions and small frozen results on arrays; no files."""

from ginsen.analysis.activation import ActivationTime, activation_time
from ginsen.analysis.avalanche_study import AvalancheStudy, study_avalanches
from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.bias_steps import BiasSteps, bias_steps
from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import Retention, forgetting_curve
from ginsen.analysis.forming import FormingLevel, forming_level
from ginsen.analysis.learning import LearningCurve, learning_curve
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.noise import RelativeNoise, relative_noise
from ginsen.analysis.paths import PathStatistics, conductance_histogram, path_statistics
from ginsen.analysis.phase_summary import PhaseSummary
from ginsen.analysis.phases import find_phases, with_phases
from ginsen.analysis.sliced import SlicedBetas, sliced_betas
from ginsen.analysis.spectrum import FrontEnd
from ginsen.analysis.staircase import CurrentVoltage, current_voltage
from ginsen.analysis.states import LiveState, StateEstimate, state_track
from ginsen.analysis.summary import Summary, beta_track, summarise

__all__ = ["ActivationTime", "AvalancheStudy", "BiasSteps", "CurrentVoltage", "FormingLevel",
           "FrontEnd", "LearningCurve", "LiveBeta", "LiveState", "PathStatistics", "PhaseSummary",
           "RelativeNoise", "Retention", "SlicedBetas", "StateEstimate", "Summary",
           "activation_time", "beta_track", "bias_steps", "conductance", "conductance_histogram",
           "current_voltage", "estimate_beta", "find_phases", "forgetting_curve", "forming_level",
           "learning_curve", "path_statistics", "relative_noise", "sliced_betas", "state_track",
           "study_avalanches", "summarise", "with_phases"]
