"""Which way a card is spoken to, by its address."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.instruments.daq_card import Card
from ginsen.instruments.daq_over_nidaqmx import NationalInstrumentsCard
from ginsen.instruments.daq_over_visa import CardOverVisa
from ginsen.types import Clock

NI = "NIDAQMX::"
"""What the address of an output of a National Instruments card begins with."""


def open_card(address: str, inputs: Sequence[str], *, visa_library: str, clock: Clock) -> Card:
    """The card at an address: "NIDAQMX::Dev1/ao0", or a VISA resource name.

    Nothing is sent. Raises ValueError for inputs it cannot have, and OSError where NI's package is
    not installed.
    """
    if address.upper().startswith(NI):
        return NationalInstrumentsCard(address[len(NI):], inputs, clock=clock)
    return CardOverVisa(address, inputs, visa_library=visa_library, clock=clock)
