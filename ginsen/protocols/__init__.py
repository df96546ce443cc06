"""What is done to the sample: PyMeasure procedures, one file a protocol."""

from ginsen.protocols.activation import Activation
from ginsen.protocols.bias_steps import BiasSteps
from ginsen.protocols.campaign import Campaign
from ginsen.protocols.forgetting import Forgetting
from ginsen.protocols.forming import Forming
from ginsen.protocols.iv_sweep import IVSweep
from ginsen.protocols.learning import Learning
from ginsen.protocols.memory import Memory
from ginsen.protocols.noise import Noise
from ginsen.protocols.noise_floor import NoiseFloor
from ginsen.protocols.protocol import ParameterError, Protocol
from ginsen.protocols.series import Series
from ginsen.protocols.single_runs import SINGLE_RUNS
from ginsen.protocols.sliced_iv import SlicedIV
from ginsen.protocols.wafer_map import WaferMap

PROTOCOLS: dict[str, type[Protocol]] = {
    **SINGLE_RUNS, Campaign.name: Campaign, WaferMap.name: WaferMap}
"""Every protocol by the name the command line knows it by."""

__all__ = ["PROTOCOLS", "Activation", "BiasSteps", "Campaign", "Forgetting", "Forming", "IVSweep",
           "Learning", "Memory", "Noise", "NoiseFloor", "ParameterError", "Protocol", "Series",
           "SlicedIV", "WaferMap"]
