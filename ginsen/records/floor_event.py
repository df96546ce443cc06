"""The noise of the instrument as an event of a recording, so that whoever reads it has it too."""

from __future__ import annotations

import json
import math
from typing import Any

from ginsen.records.error import RecordError
from ginsen.types import InstrumentNoise

KIND = "floor"
"""Of the event, which stands at the first sample of the phase it is for."""

_FIELDS = {"meter_S2_per_Hz": "meter", "source_per_Hz": "source", "u_meter_S2_per_Hz": "u_meter",
           "u_source_per_Hz": "u_source", "correlation": "correlation"}


def floor_text(noise: InstrumentNoise) -> str:
    """One line of JSON, units in its keys."""
    return json.dumps({**{key: getattr(noise, name) for key, name in _FIELDS.items()},
                       "standards_S": noise.standards, "measured": noise.measured},
                      ensure_ascii=False, allow_nan=False)


def floor_told(text: str, where: str) -> InstrumentNoise:
    """The inverse. Raises RecordError, naming `where`, for a text that tells of no noise."""
    try:
        told = json.loads(text)
        noise = InstrumentNoise(
            **{name: _number(told.pop(key)) for key, name in _FIELDS.items()},
            standards=tuple(_number(each) for each in told.pop("standards_S")),
            measured=told.pop("measured"))
        if (told or not isinstance(noise.measured, str) or abs(noise.correlation) > 1
                or min(noise.u_meter, noise.u_source) < 0):
            raise ValueError(text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RecordError(f"{where}: the event {text[:80]!r} does not tell the noise of an "
                          "instrument") from None
    return noise


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)
