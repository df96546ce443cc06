"""Where a recording comes from: one block that says with what, on what and by which program."""

from __future__ import annotations

import platform
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ginsen.records.layout import ABOUT
from ginsen.records.redact import redacted

_PACKAGES = ("ginsen", "numpy", "scipy", "pyvisa", "pymeasure", "h5py")


@dataclass(frozen=True)
class Told:
    """What a recording is told of its run before the first sample.

    `origin` is the date and time (aware) at which sample times are zero. `parameters` gives value
    and unit by name, `identities` what each instrument answered to `*IDN?`, `calibrations` when it
    says it was calibrated, `contact` what is known of that of the probes, `series_resistance` (Ω)
    what lies between source meter and sample. `id` is this file's alone. Host names and secrets in
    the station file and the identities are left out unless `keep_hosts`.
    """

    protocol: str
    origin: datetime
    about: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, tuple[object, str]] = field(default_factory=dict)
    station_text: str = ""
    identities: Mapping[str, str] = field(default_factory=dict)
    calibrations: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    series_resistance: float = 0.0
    keep_hosts: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def pairs(self) -> dict[str, dict[str, str]]:
        """The rows of the tables `about`, `station` and `provenance`: value by name."""
        shown = (lambda text: text) if self.keep_hosts else redacted
        return {
            "about": {**dict.fromkeys(ABOUT, "unknown"),
                      **{name: text for name, text in self.about.items() if text.strip()}},
            "station": {
                "file": shown(self.station_text),
                "series_resistance_ohm": repr(float(self.series_resistance)),
                **{f"identity of {name}": shown(text) for name, text in self.identities.items()},
                **{f"calibration of {name}": text for name, text in self.calibrations.items()},
                **self.contact},
            "provenance": {
                "id": self.id, "protocol": self.protocol, "origin": self.origin.isoformat(),
                "seed": "none" if self.seed is None else str(self.seed),
                "python": platform.python_version(), "platform": platform.platform(),
                **{package: _version(package) for package in _PACKAGES}, "git": _checkout()},
        }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


@lru_cache(maxsize=1)
def _checkout() -> str:
    """The commit of the git checkout that this Ginsen runs from, with `-dirty` if it was edited."""
    home = Path(__file__).parents[2]
    if not (home / ".git").exists():
        return "none"
    try:
        told = subprocess.run(
            # Nothing of the checkout's own configuration is to be run for it.
            ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "describe", "--always",
             "--abbrev=40", "--dirty", "--exclude=*"],
            cwd=home, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip()
