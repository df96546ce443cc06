"""What is done to the sample: PyMeasure procedures, one file a protocol."""

from ginsen.protocols.memory import Memory
from ginsen.protocols.protocol import ParameterError, Protocol

PROTOCOLS: dict[str, type[Protocol]] = {protocol.name: protocol for protocol in (Memory,)}
"""Every protocol by the name the command line knows it by."""

__all__ = ["PROTOCOLS", "Memory", "ParameterError", "Protocol"]
