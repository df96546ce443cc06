"""How the B1500A writes its data down: the ASCII formats of FMT.

Agilent B1500A/B1505A Programming Guide, Edition 11, pages 1-25 to 1-29: twelve or thirteen digits,
with or without a head of status, channel and type, ended by CR LF with END or by a comma. Where the
point stands follows the range, as in what public drivers have recorded (`+00.0000E+00` on 20 V,
`+100.000E-06` on 100 µA). The binary formats are not modelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FORMATS = (1, 2, 5, 11, 12, 15, 21, 22, 25)

STAMP = 100e-6
"""s: the finest step of a time stamp in ASCII (page 1-20)."""

OVERFLOW, ELSEWHERE, HERE, INVALID = 1, 4, 8, 64
"""Bits of a status of three digits: range, compliance of another channel or of this one, no data.
"""


def scaled(value: float, full_scale: float, digits: int = 6) -> str:
    """A value with the point where the full scale has it, `digits` digits in all."""
    exponent = 3 * math.floor(math.log10(full_scale * 1.0001) / 3)
    before = math.floor(math.log10(full_scale * 1.0001 / 10.0**exponent)) + 1
    mantissa = value / 10.0**exponent
    return f"{mantissa:+0{digits + 2}.{digits - before}f}E{exponent:+03d}"


def seconds(value: float, digits: int = 6) -> str:
    """A time stamp: steps of 100 µs as long as the digits suffice."""
    steps = round(value / STAMP) * STAMP
    before = max(digits - 4, len(str(int(abs(steps)))))
    if before <= 3:
        return f"{steps:+0{digits + 2}.{digits - before}f}E+00"
    return scaled(steps, max(10.0 ** (len(str(int(abs(steps)))) - 1), 1.0), digits)


@dataclass(frozen=True)
class Format:
    """FMT: the number of the format, and whether source data or sampling numbers come along."""

    number: int = 1
    mode: int = 0

    @property
    def digits(self) -> int:
        """Digits of a value: six, or seven in the formats from 11 on."""
        return 6 if self.number < 10 else 7

    @property
    def comma(self) -> bool:
        """Whether a comma ends what would end with CR LF."""
        return self.number % 5 == 0

    def datum(self, status: int, channel: str, kind: str, value: float, full_scale: float) -> str:
        """One measured datum; `status` is the sum of the bits."""
        invalid = status & (OVERFLOW | INVALID)
        # Without data the value is 199.999E+99 (page 1-29).
        text = (f"{'+199.999' if self.digits == 6 else '+199.9999'}E+99" if invalid
                else scaled(value, full_scale, self.digits))
        letter = ("V" if invalid else "C" if status & HERE else "T" if status & ELSEWHERE
                  else "N")
        return self._headed(f"{status:03d}", letter, channel, kind, text)

    def time(self, channel: str, value: float) -> str:
        """One time stamp (s)."""
        return self._headed("000", "N", channel, "T", seconds(value, self.digits))

    def source(self, channel: str, kind: str, value: float, full_scale: float, *,
               last: bool) -> str:
        """One output of a sweep source, or the number of a sample."""
        letter = "E" if last else "W"
        if self.number >= 20:
            kind = kind.lower() if kind in "VI" else kind
        return self._headed(f"  {letter}", letter, channel, kind,
                            scaled(value, full_scale, self.digits))

    def _headed(self, status: str, letter: str, channel: str, kind: str, text: str) -> str:
        if self.number % 10 == 2:
            return text
        return f"{status if self.number >= 20 else letter}{channel}{kind}{text}"
