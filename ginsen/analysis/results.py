"""What each protocol asked, answered from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ginsen.analysis.activation import ActivationTime, activation_time
from ginsen.analysis.bias_steps import BiasSteps, bias_steps
from ginsen.analysis.forming import FormingLevel, forming_level
from ginsen.analysis.learning import LearningCurve, learning_curve
from ginsen.analysis.noise import RelativeNoise, relative_noise
from ginsen.analysis.noise_floor import WhiteLevel, white_level
from ginsen.analysis.phase_summary import PhaseSummary
from ginsen.analysis.sliced import SlicedBetas, sliced_betas
from ginsen.analysis.staircase import CurrentVoltage, current_voltage
from ginsen.types import Record

Finding = (ActivationTime | BiasSteps | CurrentVoltage | FormingLevel | LearningCurve
           | RelativeNoise | SlicedBetas | WhiteLevel)

def _floor(record: Record, phases: Sequence[PhaseSummary]) -> WhiteLevel | None:
    """The noise over a standard; none of a run that was too short for it, or went wrong."""
    try:
        return white_level(record, phases[0].span) if phases else None
    except ValueError:
        return None


_QUESTIONS: Mapping[str, Callable[[Record, Sequence[PhaseSummary]], Finding | None]] = {
    "activation": lambda record, phases: activation_time(record),
    "bias-steps": lambda record, phases: bias_steps(phases),
    "forming": lambda record, phases: forming_level(record),
    "iv-sweep": lambda record, phases: current_voltage(record),
    "learning": lambda record, phases: learning_curve(record),
    "noise": lambda record, phases: relative_noise(record, phases[0]) if phases else None,
    "noise-floor": _floor,
    "sliced-iv": lambda record, phases: sliced_betas(record),
}


def finding(record: Record, phases: Sequence[PhaseSummary]) -> Finding | None:
    """The answer to the question of the protocol that made the record, where it has its own.

    `phases` are the record's, summarised. Memory and forgetting have none: their answer is the
    retention.
    """
    question = _QUESTIONS.get(record.about.get("protocol", ""))
    return None if question is None else question(record, phases)
