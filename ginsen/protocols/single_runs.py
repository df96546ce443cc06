"""The protocols that are one run each, by the name the command line knows them by."""

from __future__ import annotations

from ginsen.protocols.activation import Activation
from ginsen.protocols.bias_steps import BiasSteps
from ginsen.protocols.forgetting import Forgetting
from ginsen.protocols.forming import Forming
from ginsen.protocols.iv_sweep import IVSweep
from ginsen.protocols.learning import Learning
from ginsen.protocols.memory import Memory
from ginsen.protocols.noise import Noise
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.sliced_iv import SlicedIV

SINGLE_RUNS: dict[str, type[Protocol]] = {protocol.name: protocol for protocol in (
    Activation, BiasSteps, Forgetting, Forming, IVSweep, Learning, Memory, Noise, SlicedIV)}
