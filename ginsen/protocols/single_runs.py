"""The protocols that are one run each, by the name the command line knows them by."""

from __future__ import annotations

from collections.abc import Mapping

from ginsen.protocols.activation import Activation
from ginsen.protocols.bias_steps import BiasSteps
from ginsen.protocols.forgetting import Forgetting
from ginsen.protocols.forming import Forming
from ginsen.protocols.iv_sweep import IVSweep
from ginsen.protocols.learning import Learning
from ginsen.protocols.memory import Memory
from ginsen.protocols.noise import Noise
from ginsen.protocols.noise_floor import NoiseFloor
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.sliced_iv import SlicedIV

SINGLE_RUNS: dict[str, type[Protocol]] = {protocol.name: protocol for protocol in (
    Activation, BiasSteps, Forgetting, Forming, IVSweep, Learning, Memory, Noise, NoiseFloor,
    SlicedIV)}


def made(name: str, parameters: Mapping[str, object]) -> Protocol:
    """The protocol of that name with these parameters. Raises ParameterError."""
    protocol = SINGLE_RUNS[name]()
    for parameter, value in parameters.items():
        protocol.set(parameter, value)
    return protocol
